package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"tiendo/internal/event"
)

// speakers says who may tell something of a case (rule 8): whoever is bound to no agency, to the case's, or to the holder of
// the leg that runs then. What others tell does not even use up an event's name: nobody can send the same source and id first
// and so keep the agency's own record out.
//
// Decision: 0007.
type speakers struct {
	course course
	// agency is the case's; empty while no opening or submission tells it. Then nobody is foreign.
	agency string
	// legs are the legs that somebody who may speak has started, in order, and closed is when the last ends: zero while the
	// case is open.
	legs   []held
	closed time.Time
}

// held is a leg's holder and when it began.
type held struct {
	agency string
	from   time.Time
}

// bound says whether rule 8 has anything to decide: most cases are told by tokens that are bound to no agency.
func bound(events []event.Event) bool {
	return slices.ContainsFunc(events, func(e event.Event) bool { return e.Bound != "" })
}

// speakersOf finds out whose case it is. It reorders events. The error names an event whose data cannot be read.
func speakersOf(events []event.Event, c course) (*speakers, error) {
	s := &speakers{course: c}
	for _, step := range []string{c.opening, "submitted"} {
		opened, err := s.claim(events, step)
		if err != nil {
			return nil, err
		}
		if s.agency != "" {
			if step == c.opening {
				err = s.follow(events, opened)
			}
			return s, err
		}
	}
	return s, nil
}

// claim finds the agency that the records of an opening or a submission name, and when it happened. Records from tokens
// that are bound to none decide; without them, or where they were taken back, the first to arrive of those in which an agency
// names itself and that stand, so that no agency can take a case from another by telling its opening again.
func (s *speakers) claim(events []event.Event, step string) (opened time.Time, err error) {
	var deciding, own []event.Event
	for i := range events {
		e := &events[i]
		if e.Type.Step() != step {
			continue
		}
		if e.Bound == "" {
			deciding = append(deciding, *e)
			continue
		}
		data, err := e.Fields()
		if err != nil {
			return opened, err
		}
		if data.Agency == e.Bound {
			own = append(own, *e)
		}
	}
	slices.SortFunc(own, func(a, b event.Event) int { return a.Compare(&b) })
	for {
		told, err := factsOf(deciding, new(workspace))
		if err != nil {
			return opened, err
		}
		if f := told.once(step); f != nil {
			s.agency = f.last().data.Agency
			return f.time, nil
		}
		// Nothing was told so, or all of it was taken back: the next may say whose case it is.
		if len(own) == 0 {
			return opened, nil
		}
		next := own[0].Bound
		deciding = slices.DeleteFunc(slices.Clone(own), func(e event.Event) bool { return e.Bound != next })
		own = slices.DeleteFunc(own, func(e event.Event) bool { return e.Bound == next })
	}
}

// follow finds the legs: each is started by whoever may speak when it starts. A record that repeats the source and id of an
// earlier delivery starts none.
func (s *speakers) follow(events []event.Event, opened time.Time) error {
	var transfers, counting []event.Event
	for i := range events {
		if e := &events[i]; e.Type.Step() == "transferred" && !e.Time.Before(opened) {
			transfers = append(transfers, *e)
		}
	}
	slices.SortFunc(transfers, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	for len(transfers) > 0 {
		n := 1
		for n < len(transfers) && transfers[n].Time.Equal(transfers[0].Time) {
			n++
		}
		now, _, err := s.split(transfers[:n])
		if err != nil {
			return err
		}
		counting = append(counting, now...)
		told, err := factsOf(slices.Clone(counting), new(workspace))
		if err != nil {
			return err
		}
		if len(told) > 0 && told[len(told)-1].time.Equal(transfers[0].Time) {
			s.legs = append(s.legs, held{told[len(told)-1].last().data.Agency, transfers[0].Time})
		}
		transfers = transfers[n:]
	}
	return nil
}

// may says whether the record e counts; without speakers, for none is bound, each does. The error names an event whose data cannot be read.
func (s *speakers) may(e *event.Event) (bool, error) {
	step := e.Type.Step()
	switch {
	case s == nil || e.Bound == "":
		return true, nil
	case step == s.course.opening || step == "submitted":
		// Whoever is bound to an agency opens cases of that agency only.
		data, err := e.Fields()
		return data.Agency == e.Bound && (s.agency == "" || s.agency == e.Bound), err
	case s.agency == "" || s.agency == e.Bound:
		return true, nil
	}
	_, closes := s.course.rank(step)
	return s.holds(e.Bound, e.Time, closes), nil
}

// holds says whether an agency holds the leg that runs at an instant. Both of two legs run at the instant at which one hands
// over to the other, and the last one until the case is closed.
func (s *speakers) holds(agency string, at time.Time, closes bool) bool {
	if !closes && !s.closed.IsZero() && at.After(s.closed) {
		return false
	}
	for i, l := range s.legs {
		if l.agency == agency && !at.Before(l.from) && (i+1 == len(s.legs) || !at.After(s.legs[i+1].from)) {
			return true
		}
	}
	return false
}

// split returns the records that count, and those that rule 8 passes over.
func (s *speakers) split(events []event.Event) (counting, foreign []event.Event, err error) {
	for i := range events {
		may, err := s.may(&events[i])
		if err != nil {
			return nil, nil, err
		}
		if may {
			counting = append(counting, events[i])
		} else {
			foreign = append(foreign, events[i])
		}
	}
	return counting, foreign, nil
}

// hear applies rules 1 and 8: it finds the facts of the case, and the records that count for nothing. It is called again
// once the closing is known, with which the last leg ends.
func (j *judge) hear(events []event.Event, w *workspace) (err error) {
	if j.speakers == nil {
		if j.speakers, err = speakersOf(events, j.course); err != nil {
			return err
		}
	}
	j.speakers.closed = j.Closed
	counting, foreign, err := j.speakers.split(events)
	if err != nil {
		return err
	}
	j.Foreign = recordings(j.Foreign[:0], foreign)
	if j.facts, err = factsOf(counting, w); err != nil {
		return err
	}
	if j.LastEvent = w.newest; len(counting) == 0 {
		j.LastEvent = newest(events)
	}
	return nil
}

// bySender keeps of the deliveries of an event the first, apart for each agency that senders are bound to.
func bySender(events []event.Event) []event.Event {
	all := slices.Clone(events)
	slices.SortFunc(all, func(a, b event.Event) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Bound, b.Bound), a.Compare(&b))
	})
	return slices.CompactFunc(all, func(a, b event.Event) bool { return a.Source == b.Source && a.ID == b.ID && a.Bound == b.Bound })
}
