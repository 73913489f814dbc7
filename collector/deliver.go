package collector

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"

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
	return c.deliver(&auth.Token{Name: source, Scopes: []auth.Scope{auth.ScopeIngest}}, lines)
}

// SlowError says that a token has sent more than it may, and how long to wait.
type SlowError struct{ Wait time.Duration }

func (e *SlowError) Error() string {
	return fmt.Sprintf("too much at once; nothing was taken; send it again in %d s", int(math.Ceil(e.Wait.Seconds())))
}

// Enter takes events that somebody has entered on a page, like [Collector.Deliver], as if their token had sent them: bound as
// it is, of its families, and within its rate. Its error is a [*SlowError] if they are too many.
func (c *Collector) Enter(who *auth.Token, lines []byte) ([]Refusal, error) {
	if wait := who.Allowance.Take(c.now(), bytes.Count(lines, []byte("\n"))); wait > 0 {
		return nil, &SlowError{wait}
	}
	return c.deliver(who, lines)
}

func (c *Collector) deliver(who *auth.Token, lines []byte) ([]Refusal, error) {
	if err := c.journal.ready(); err != nil {
		return nil, err
	}
	c.erasing.RLock()
	defer c.erasing.RUnlock()
	in := c.intake(who, len(lines))
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

// Opaque is what stands in events for a person who enters them: like an officer's code, the same for the same person, and nobody
// without the city's key can try out who it is. No officer's code has a colon, as name must.
func (c *Collector) Opaque(name string) string { return c.hide.hide(name) }

// isInner says whether a source is a part of this process.
func isInner(source string) bool { return strings.Contains(source, ":") }
