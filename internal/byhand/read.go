package byhand

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/auth"
	"tiendo/internal/event"
	"tiendo/internal/importer"
)

// Row is a row of a filled template: what it tells, or why it tells nothing.
type Row struct {
	Number  int
	Subject string // empty if it is none
	Entries []Entry
	Faults  []Fault
}

// Taken says whether the row will be sent, or is known already.
func (r *Row) Taken() bool { return len(r.Faults) == 0 }

// reader reads a filled template.
type reader struct {
	form *Form
	who  *auth.Token
	told *filled
	rows map[int]*Row
}

// read reads a filled template for somebody. The rows are in their order. The error is a [*FileError] or ctx's.
func (f *Form) read(ctx context.Context, content []byte, who *auth.Token, of choices, now time.Time) ([]*Row, error) {
	told, err := f.look(content)
	if err != nil {
		return nil, err
	}
	mapping, err := f.mapping(Source(who), now.Location().String(), of)
	if err != nil {
		return nil, err
	}
	r := &reader{form: f, who: who, told: told, rows: map[int]*Row{}}
	for _, number := range told.numbers {
		r.rows[number] = &Row{Number: number}
	}
	in, err := importer.OpenReader(f.FileName(), bytes.NewReader(content))
	if err != nil {
		return nil, seems(err)
	}
	defer in.Close()
	run := importer.Import{
		Mapping: mapping, DryRun: true, Flights: 1,
		Send:     func(_ context.Context, b *importer.Batch) ([]importer.Reject, error) { r.take(b, now); return nil, nil },
		Rejected: func(reject importer.Reject) error { r.reject(reject); return nil },
	}
	if _, err := run.Run(ctx, in, now); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, seems(err)
	}
	var all []*Row
	for _, number := range told.numbers {
		row := r.rows[number]
		r.complete(row)
		all = append(all, row)
	}
	refuseDoubles(all)
	return all, nil
}

// take reads the events of a batch, as a collector would at now.
func (r *reader) take(b *importer.Batch, now time.Time) {
	var decoder event.Decoder
	i := 0
	for line := range bytes.Lines(b.Events) {
		row := r.rows[b.Line(i)]
		i++
		e, err := decoder.Decode(r.composed(bytes.TrimSpace(line)), now)
		if err != nil {
			why, known := errors.AsType[*event.Error](err)
			if !known {
				panic("BUG: an event was refused without a reason: " + err.Error())
			}
			row.fault(r.question(strings.TrimPrefix(why.Field, "data."), why.Type).of(why))
			continue
		}
		row.Subject, row.Entries = e.Subject, append(row.Entries, Entry{Type: e.Type, Subject: e.Subject, Time: e.Time, Data: e.Data})
	}
}

// composed puts the code of its case into an event, if it is made of what the event tells.
func (r *reader) composed(line jsontext.Value) jsontext.Value {
	if !r.form.Composed() {
		return line
	}
	var e map[string]jsontext.Value
	if err := json.Unmarshal(line, &e); err != nil {
		panic("BUG: the importer has made no JSON: " + err.Error())
	}
	var err error
	if e["subject"], err = jsontext.AppendQuote(nil, subjectOf(r.form, e["data"], r.who)); err != nil {
		panic("BUG: codes are not UTF-8: " + err.Error())
	}
	written, err := json.Marshal(e)
	if err != nil {
		panic("BUG: an event is no JSON: " + err.Error())
	}
	return written
}

// question finds what was asked for a field of a type.
func (r *reader) question(field string, typ event.Type) *Question {
	for _, name := range []string{field, "day", Subject, "agency"} {
		if c := r.form.column(name, typ); c != nil {
			return &c.Question
		}
	}
	panic("BUG: nobody has asked for " + field + " of " + string(typ))
}

// reject takes what the importer can't read. What is empty or says itself why it can't be told, complete has words for.
func (r *reader) reject(reject importer.Reject) {
	row := r.rows[reject.Line]
	if row == nil {
		return // nothing stands there but beside the columns
	}
	i := slices.IndexFunc(r.form.Columns, func(c Column) bool { return c.Header() == reject.Field })
	if i < 0 {
		panic(fmt.Sprintf("BUG: row %d, column %q of a template: %s", reject.Line, reject.Field, reject.Reason))
	}
	if why, there := r.told.cells[reject.Line][i]; there && why == "" {
		row.fault(r.form.Columns[i].unreadable())
	}
}

// complete finds what is missing in a row, and what stands there in vain.
func (r *reader) complete(row *Row) {
	cells := r.told.cells[row.Number]
	for i := range r.form.Columns {
		c := &r.form.Columns[i]
		why, there := cells[i]
		switch {
		case !there && c.Required:
			row.fault(c.missing())
		case why != "":
			row.fault(c.broken(why))
		case there && c.Name != Time && !c.Required:
			r.needsTime(row, c)
		}
	}
	if len(row.Faults) > 0 {
		row.Entries, row.Subject = nil, r.told.subjects[row.Number] // so that whoever corrects it finds it
	} else if len(row.Entries) == 0 {
		row.fault(whole("Dòng này không cho biết việc gì. Hãy chép sang mẫu mới.", "This row tells nothing. Copy it into a new template."))
	}
}

// needsTime refuses what is told of something that has not happened, for no day is told.
func (r *reader) needsTime(row *Row, c *Column) {
	typ := c.Of[0]
	for i := range r.form.Columns {
		at := &r.form.Columns[i]
		if _, there := r.told.cells[row.Number][i]; at.Name == Time && at.Of[0] == typ && !there && !at.Required {
			row.fault(Fault{at.Title, Text{
				"còn trống, mà cột «" + c.Title[0] + "» đã điền. Điền cả hai hoặc để trống cả hai.",
				"is empty, but “" + c.Title[1] + "” is filled in. Fill in both or none.",
			}})
		}
	}
}

// fault keeps a fault, one for each question.
func (r *Row) fault(f Fault) {
	if !slices.ContainsFunc(r.Faults, func(known Fault) bool { return known.Title == f.Title }) {
		r.Faults = append(r.Faults, f)
	}
}

// refuseDoubles refuses rows of a case of which another row tells: nobody knows which of them is right.
func refuseDoubles(rows []*Row) {
	first := map[string]*Row{}
	for _, row := range rows {
		if row.Subject == "" || !row.Taken() {
			continue
		}
		before, double := first[row.Subject]
		if !double {
			first[row.Subject] = row
			continue
		}
		number := strconv.Itoa(before.Number)
		row.fault(whole("Dòng "+number+" đã ghi vụ việc mang mã này. Mỗi mã một dòng.", "Row "+number+" tells of the case of this code already. One row for each code."))
		row.Entries = nil
	}
}
