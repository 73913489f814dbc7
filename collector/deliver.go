package collector

import (
	"strings"

	"tiendo/internal/auth"
)

// Refusal is an event of a delivery that was not taken.
type Refusal struct {
	// Index is its place, counted from 0.
	Index         int
	Field, Reason string
}

// Deliver takes events of a part of this process, as NDJSON, by the same way as those of a request: when it returns without
// an error, all that were not refused are on disk. source stands where a request has the name of its token, and has a colon,
// which no token's name has. After an error nothing was taken, and the same may be delivered again.
func (c *Collector) Deliver(source string, lines []byte) ([]Refusal, error) {
	if !isInner(source) {
		panic("BUG: a source within the process is named like a token: " + source)
	}
	if err := c.journal.ready(); err != nil {
		return nil, err
	}
	c.erasing.RLock()
	defer c.erasing.RUnlock()
	in := c.intake(&auth.Token{Name: source, Scopes: []auth.Scope{auth.ScopeIngest}}, len(lines))
	if err := in.read(ndjson, nil, lines); err != nil {
		return nil, err
	}
	if err := c.admit(in); err != nil {
		return nil, err
	}
	refused := make([]Refusal, len(in.refused))
	for i, r := range in.refused {
		refused[i] = Refusal{r.Index, r.Field, r.Reason}
	}
	return refused, nil
}

// isInner says whether a source is a part of this process.
func isInner(source string) bool { return strings.Contains(source, ":") }
