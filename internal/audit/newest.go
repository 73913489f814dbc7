package audit

import (
	"io"
	"slices"
	"strings"
)

// Query asks for records.
type Query struct {
	// By is who acted; empty for everybody.
	By string
	// Act is what was done, or the part before its dot, such as "token"; empty for everything.
	Act string
	// Before asks for records with lower numbers; 0 for all.
	Before uint64
	// Limit is how many to return at most.
	Limit int
}

func (q *Query) wants(r *Record) bool {
	return (q.Before == 0 || r.Seq < q.Before) && (q.By == "" || r.By == q.By) &&
		(q.Act == "" || r.Act == q.Act || strings.HasPrefix(r.Act, q.Act+"."))
}

// Newest returns records, the newest first. What is no record any more is left out; [Log.Check] tells of it.
func (l *Log) Newest(q Query) ([]Record, error) {
	files, _, err := l.open()
	if err != nil {
		return nil, err
	}
	defer files.close()
	var all []Record
	for _, p := range slices.Backward(files) {
		content, err := io.ReadAll(io.LimitReader(p.file, p.size))
		if err != nil {
			return nil, err
		}
		all = q.collect(all, content)
		if len(all) == q.Limit {
			break
		}
	}
	return all, nil
}

// collect adds what is wanted of a file, from its end, until there is enough.
func (q *Query) collect(all []Record, content []byte) []Record {
	content = content[:endOfLines(content)]
	for len(content) > 0 && len(all) < q.Limit {
		content = content[:len(content)-1] // its line feed
		at := endOfLines(content)
		if r, err := parse(content[at:]); err == nil && q.wants(r) {
			all = append(all, *r)
		}
		content = content[:at]
	}
	return all
}
