package integrity

import (
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// Observation is one thing that a sign counts: suspicious or not, and how probable that is in an honest office at most.
type Observation struct {
	Sign, Agency, Subject string
	Suspicious            bool
	Most                  float64
}

// window is the time in which things are observed, [from, to), as seen at an instant.
type window struct{ from, to, seen time.Time }

func (w *window) holds(t time.Time) bool { return !t.IsZero() && !t.Before(w.from) && t.Before(w.to) }

// observer observes dossiers one by one.
type observer struct {
	window
	zone *time.Location
	most map[string]float64
	add  func(Observation)
}

func newObserver(w window, zone *time.Location, add func(Observation)) *observer {
	o := &observer{window: w, zone: zone, most: map[string]float64{}, add: add}
	for _, s := range Signs() {
		o.most[s.ID] = s.Most
	}
	return o
}

// observe notes what a dossier shows.
func (o *observer) observe(t *lifecycle.Trace) {
	if t.Voided || t.Opened.IsZero() || t.Days == nil {
		return
	}
	o.pauses(t)
	o.closing(t)
	o.promise(t)
}

func (o *observer) note(t *lifecycle.Trace, sign string, suspicious bool, most float64) {
	o.add(Observation{Sign: sign, Agency: t.Agency, Subject: t.Subject, Suspicious: suspicious, Most: most})
}

func (o *observer) pauses(t *lifecycle.Trace) {
	for _, p := range t.Asked {
		if !o.holds(p.From) {
			continue
		}
		if p.Term >= 3 && p.Elapsed <= p.Term {
			o.note(t, LatePause, float64(p.Elapsed) >= lastTenth*float64(p.Term), o.most[LatePause])
		}
		if p.Supplemented {
			o.note(t, BriefPause, p.To.Sub(p.From) <= atOnce*time.Minute, o.most[BriefPause])
		}
	}
}

func (o *observer) closing(t *lifecycle.Trace) {
	if !t.Settled || !o.holds(t.Closed) {
		return
	}
	if t.Closing == "resolved" && o.seen.Sub(t.Closed) >= fetched*24*time.Hour {
		o.note(t, Unreturned, t.Returned.IsZero(), o.most[Unreturned])
	}
	if o.onLastDay(t) {
		o.note(t, LateRecorded, o.afterLastDay(t), o.most[LateRecorded])
		left, err := t.Days.Work(t.Told, t.LastDay.End(o.zone))
		whole, wholeErr := t.Days.Work(t.LastDay.Start(o.zone), t.LastDay.End(o.zone))
		// A day without office hours has no last one.
		if hour := calendar.Work(lastHour * time.Minute.Milliseconds()); err == nil && wholeErr == nil && whole >= 2*hour && whole <= 12*hour {
			o.note(t, DeadlineHeap, left <= hour, float64(hour)/float64(whole))
		}
	}
}

// observeTask notes what a task shows: who has to report it dates the report.
func (o *observer) observeTask(t *lifecycle.Trace) {
	if !t.Voided && !t.Opened.IsZero() && t.Settled && o.holds(t.Closed) && o.onLastDay(t) {
		o.note(t, LateReported, o.afterLastDay(t), o.most[LateReported])
	}
}

// onLastDay says whether a case is said to have ended in time, on the day of its deadline.
func (o *observer) onLastDay(t *lifecycle.Trace) bool {
	return !t.Deadline.IsZero() && !t.Told.After(t.Deadline) && calendar.DayOf(t.Told, o.zone) == t.LastDay
}

// afterLastDay says whether that was written down only after that day.
func (o *observer) afterLastDay(t *lifecycle.Trace) bool {
	return t.ClosingRecorded.After(t.LastDay.End(o.zone))
}

// promise looks at what became of the first promise around its deadline.
func (o *observer) promise(t *lifecycle.Trace) {
	if t.DeadlineFirst.IsZero() || !o.holds(t.DeadlineFirst) || !t.DeadlineFirst.Before(o.seen) {
		return
	}
	moved := false
	for _, m := range t.Moves {
		if m.Apology || m.At.Before(t.Opened) || !t.Told.IsZero() && m.At.After(t.Told) {
			continue
		}
		on := calendar.DayOf(m.At, o.zone)
		before, err := t.Days.WorkingDays(on, t.FirstLastDay)
		after, afterErr := t.Days.WorkingDays(t.FirstLastDay, on)
		moved = moved || err == nil && afterErr == nil && before <= 1 && after <= justAfter
	}
	if passed := t.Told.IsZero() || t.Told.After(t.DeadlineFirst); passed || moved {
		o.note(t, LatePromise, moved, o.most[LatePromise])
	}
}
