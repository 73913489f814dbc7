// Package calendar knows which days and hours are worked: public holidays, swapped days, office hours. It refuses to guess
// about years that no notice has decreed.
package calendar

import (
	"errors"
	"fmt"
	"sort"
	"time"
)

// Work is working time in milliseconds. It is no time.Duration: the two must not be mixed.
type Work int64

// Grain says how deadlines are compared (CONTRACT §3, rule 5).
type Grain int

// The grains: by day, a deadline is a date; by instant, a point in time.
const (
	ByDay Grain = iota
	ByInstant
)

// ErrOutside says that working days were needed which the calendar does not cover: refuse the case, never guess.
var ErrOutside = errors.New("the calendar does not cover that day")

// maxTerm is how many days a deadline may lie ahead on a calendar without end: 8,000 years and some.
const maxTerm = 3_000_000

// Calendar is a table of working time. It is never changed, and safe for concurrent use.
type Calendar struct {
	name  string
	grain Grain
	zone  *time.Location
	// always: every day and hour works, without end; then there are no tables.
	always      bool
	first, last Day
	// days are the worked days, in order.
	days []Day
	// spans are the worked stretches, in order; before[i] is the work before spans[i].
	spans  []span
	before []Work
	// why says of the days that are not as their weekday is, why.
	why map[Day]Reason
}

type span struct{ from, to int64 } // milliseconds since 1970, UTC

// Name is the calendar's code, such as "vn-office".
func (c *Calendar) Name() string { return c.name }

// Grain says how deadlines by c are compared.
func (c *Calendar) Grain() Grain { return c.grain }

// Last is the last day that c covers; of no meaning for continuous and days, which never end.
func (c *Calendar) Last() Day { return c.last }

// cover returns ErrOutside for the first of days that is not covered.
func (c *Calendar) cover(days ...Day) error {
	for _, d := range days {
		if !c.always && (d < c.first || d > c.last) {
			return fmt.Errorf("%w: %s, %s covers %s to %s", ErrOutside, d, c.name, c.first, c.last)
		}
	}
	return nil
}

// upTo is the work before t.
func (c *Calendar) upTo(t int64) Work {
	i := sort.Search(len(c.spans), func(i int) bool { return c.spans[i].from > t }) - 1
	if i < 0 {
		return 0
	}
	return c.before[i] + Work(min(t, c.spans[i].to)-c.spans[i].from)
}

// Work returns the working time in [a, b), 0 if b is not after a. ErrOutside if a day of it is not covered.
func (c *Calendar) Work(a, b time.Time) (Work, error) {
	from, to := a.UnixMilli(), b.UnixMilli()
	if to <= from {
		return 0, nil
	}
	if c.always {
		return Work(to - from), nil
	}
	if err := c.cover(DayOf(a, c.zone), DayOf(time.UnixMilli(to-1), c.zone)); err != nil {
		return 0, err
	}
	return c.upTo(to) - c.upTo(from), nil
}

// Advance returns the smallest instant with w of working time between t and it, in UTC and cut to milliseconds; t itself
// if w is not positive. ErrOutside if the years that c covers do not hold that much.
func (c *Calendar) Advance(t time.Time, w Work) (time.Time, error) {
	if w <= 0 {
		return t, nil
	}
	from := t.UnixMilli()
	if c.always {
		return time.UnixMilli(from + int64(w)).UTC(), nil
	}
	if err := c.cover(DayOf(t, c.zone)); err != nil {
		return t, err
	}
	goal := c.upTo(from) + w
	i := sort.Search(len(c.spans), func(i int) bool { return c.before[i] >= goal }) - 1
	at := c.spans[i].from + int64(goal-c.before[i])
	if at > c.spans[i].to {
		return t, c.cover(c.last + 1)
	}
	return time.UnixMilli(at).UTC(), nil
}

// Works says whether d is a working day. ErrOutside if d is not covered.
func (c *Calendar) Works(d Day) (bool, error) {
	if c.always {
		return true, nil
	}
	if err := c.cover(d); err != nil {
		return false, err
	}
	i := c.after(d - 1)
	return i < len(c.days) && c.days[i] == d, nil
}

// after is the index of the first working day after d.
func (c *Calendar) after(d Day) int {
	return sort.Search(len(c.days), func(i int) bool { return c.days[i] > d })
}

// WorkingDays returns the number of working days in (a, b], 0 if b is not after a. ErrOutside if a day of it is not covered.
func (c *Calendar) WorkingDays(a, b Day) (int, error) {
	if b <= a {
		return 0, nil
	}
	if c.always {
		return int(b - a), nil
	}
	if err := c.cover(a+1, b); err != nil {
		return 0, err
	}
	return c.after(b) - c.after(a), nil
}

// AddDays returns the n-th working day after d; d itself if n is not positive. ErrOutside if the years that c covers, or
// the days that can be written down, do not hold that many.
func (c *Calendar) AddDays(d Day, n int) (Day, error) {
	if n <= 0 {
		return d, nil
	}
	if c.always {
		if n > maxTerm {
			return d, fmt.Errorf("%w: %d days after %s", ErrOutside, n, d)
		}
		return d + Day(n), nil
	}
	if err := c.cover(d + 1); err != nil {
		return d, err
	}
	i := c.after(d) + n - 1
	if n > len(c.days) || i >= len(c.days) {
		return d, c.cover(c.last + 1)
	}
	return c.days[i], nil
}
