package dashboards

import (
	"fmt"
	"slices"
	"time"
)

// strip is a case as a line in time, in a box of 1000 by 40: what went on when, the deadline and the events upon it.
type strip struct {
	Parts []stripPart
	// Events are where something was told, Deadline and First where the deadlines are; "" if there are none.
	Events          []string
	Deadline, First string
	From, To        string
	// Signs are the kinds of parts that there are, with their names.
	Signs []key
	// Title tells who cannot see it what it shows.
	Title string
}

type stripPart struct{ Sign, X, Width string }

// stretchOf is a stretch of time in which one thing went on.
type stretchOf struct {
	sign     string
	from, to time.Time
}

// strip draws the case; nil where nothing takes any time.
func (t *caseTeller) strip() *strip {
	parts := t.parts()
	if len(parts) == 0 {
		return nil
	}
	first, last := parts[0].from, parts[0].to
	for _, p := range parts {
		first, last = earlier(first, p.from), later(last, p.to)
	}
	for _, e := range t.x.Tellings {
		first, last = earlier(first, e.Time), later(last, e.Time)
	}
	last = later(last, t.x.Deadline)
	whole := last.Sub(first)
	if whole <= 0 {
		return nil
	}
	place := func(at time.Time) float64 { return 1000 * float64(at.Sub(first)) / float64(whole) }
	write := func(x float64) string { return fmt.Sprintf("%.1f", x) }
	s := &strip{From: t.instant(first), To: t.instant(last), Title: t.c.Strip}
	for _, p := range parts {
		x := place(p.from)
		s.Parts = append(s.Parts, stripPart{p.sign, write(x), write(max(2, place(p.to)-x))})
	}
	for _, sign := range []key{{"before", t.c.StripBefore}, {"run", t.c.StripRun}, {"pause", t.c.StripPause}, {"over", t.c.StripOver}} {
		if slices.ContainsFunc(parts, func(p stretchOf) bool { return p.sign == sign.Sign }) {
			s.Signs = append(s.Signs, sign)
		}
	}
	for _, e := range t.x.Tellings {
		if at := write(place(e.Time)); !slices.Contains(s.Events, at) {
			s.Events = append(s.Events, at)
		}
	}
	if !t.x.Deadline.IsZero() {
		s.Deadline = write(min(998, place(t.x.Deadline)))
	}
	if !t.x.DeadlineFirst.IsZero() && !t.x.DeadlineFirst.Equal(t.x.Deadline) {
		s.First = write(min(998, place(t.x.DeadlineFirst)))
	}
	return s
}

// parts are what went on, one drawn upon the other.
func (t *caseTeller) parts() []stretchOf {
	end := t.x.Closed
	if t.x.Closing == "" {
		end = t.now
	}
	if t.x.Opened.IsZero() {
		if t.x.Submitted.IsZero() || !end.After(t.x.Submitted) {
			return nil
		}
		return []stretchOf{{"before", t.x.Submitted, end}}
	}
	if !end.After(t.x.Opened) {
		return nil
	}
	var all []stretchOf
	if !t.x.Submitted.IsZero() && t.x.Submitted.Before(t.x.Opened) {
		all = append(all, stretchOf{"before", t.x.Submitted, t.x.Opened})
	}
	all = append(all, stretchOf{"run", t.x.Opened, end})
	if !t.x.Deadline.IsZero() && end.After(t.x.Deadline) {
		all = append(all, stretchOf{"over", later(t.x.Deadline, t.x.Opened), end})
	}
	for _, p := range t.x.Pauses {
		to := p.To
		if to.IsZero() {
			to = end
		}
		all = append(all, stretchOf{"pause", p.From, to})
	}
	return all
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
