package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// everything makes up n cases of every family, odd ones among them, and what is told beside cases, in no order.
func (w *town) everything(n int) []told {
	w.Helper()
	for range n {
		w.cases++
		from := len(w.waiting)
		switch k := w.IntN(20); {
		case k < 8:
			w.dossier()
		case k < 10:
			w.strange()
		case k < 13:
			w.task()
		case k < 15:
			w.petition()
		case k < 17:
			w.finding()
		case k < 18:
			w.reception()
		default:
			w.indicator()
		}
		if w.chance(25) {
			w.muddle(from)
		}
	}
	for i := range n / 10 {
		w.tally(i)
	}
	all := w.waiting
	w.waiting = nil
	return all
}

// instant writes an instant with an offset, as deadlines have it.
func (w *town) instant(t time.Time) string {
	return t.In(w.zone).Truncate(time.Millisecond).Format(time.RFC3339Nano)
}

// strange is a dossier that the rules have to make something of: without opening, closed before it, opened twice or by two
// sources, with calendars of all grains and of nobody, with steps of one instant.
func (w *town) strange() {
	h, at := w.begin("dossier")
	h.edited = true
	opening := func(more fields) fields {
		f := fields{"agency": pick(w, "H24.11", "H24.12", "H24.13"), "channel": pick(w, "online", "direct", "post"), "procedure": "1.000123", "at": pick(w, "H24.11", "H24.31")}
		maps.Copy(f, more)
		return f
	}
	later := w.later(at, 20*day)
	switch w.IntN(7) {
	case 0:
		h.tell(pick(w, "resolved", "rejected", "withdrawn"), at, fields{})
		return
	case 1:
		h.tell("received", at, opening(fields{"due": w.instant(later), "calendar": "continuous"}))
	case 2:
		h.tell("received", at, opening(fields{"due": later.Format(time.DateOnly), "calendar": pick(w, "days", "of-nobody")}))
	case 3:
		h.tell("received", later, opening(fields{"due": later.AddDate(0, 0, 3).Format(time.DateOnly), "unit": "P1"}))
		h.tell("resolved", at, fields{})
	case 4:
		h.tell("received", at, opening(fields{"fee": true}))
		h.source = "urn:other"
		h.tell("received", at.AddDate(0, 0, w.IntN(60)), opening(fields{"due": later.Format(time.DateOnly), "level": "none"}))
	case 5:
		h.tell("received", at, opening(fields{"due": later.AddDate(0, 0, 9).Format(time.DateOnly), "fee": true, "status": "5"}))
		h.tell("supplement_requested", later, fields{})
		h.tell("supplemented", later, fields{"due": later.AddDate(0, 0, 4).Format(time.DateOnly)})
	case 6: // the last days of a deadline, to the millisecond
		due := time.Date(at.Year(), at.Month(), at.Day()+5, 0, 0, 0, 0, w.zone)
		h.tell("received", at, opening(fields{"due": due.Format(time.DateOnly)}))
		h.tell("resolved", due.AddDate(0, 0, 1).Add(pick(w, -time.Millisecond, 0)), fields{})
		return
	}
	if w.chance(60) {
		end := w.later(later, 20*day)
		h.tell("supplement_requested", w.later(at, 5*day), fields{})
		h.tell("supplemented", end, fields{})
		h.tell("resolved", pick(w, end, w.later(end, 9*day)), fields{"digital": w.chance(50)})
	}
}

func (w *town) petition() {
	h, at := w.begin("petition")
	opening := fields{"agency": pick(w, "H24.11", "H24.12", "H24.25"), "kind": pick(w, "complaint", "denunciation", "suggestion"), "channel": pick(w, "online", "post")}
	if w.chance(60) {
		opening["due"] = at.AddDate(0, 0, 5+w.IntN(30)).Format(time.DateOnly)
	}
	switch w.IntN(8) {
	case 0:
		opening["calendar"] = "vn-office"
	case 1:
		opening["calendar"], opening["due"] = "continuous", w.instant(w.later(at, 30*day))
	}
	h.tell("received", at, opening)
	if w.chance(60) {
		at = w.later(at, 10*day)
		accepted := fields{}
		if w.chance(80) {
			accepted["due"] = at.AddDate(0, 0, 30).Format(time.DateOnly)
		}
		if w.chance(20) {
			accepted["calendar"] = "vn-office"
		}
		h.tell("accepted", at, accepted)
	}
	if w.chance(20) {
		at = w.later(at, 20*day)
		h.tell("rescheduled", at, fields{"due": at.AddDate(0, 0, 5+w.IntN(25)).Format(time.DateOnly)})
	}
	switch at = w.later(at, 30*day); w.IntN(10) {
	case 0, 1, 2, 3, 4, 5:
		h.tell("resolved", at, fields{})
	case 6:
		h.tell("forwarded", at, fields{"agency": "H24.99"})
	case 7:
		h.tell(pick(w, "rejected", "withdrawn"), at, fields{})
	}
}

func (w *town) finding() {
	h, at := w.begin("finding")
	opening := fields{"agency": pick(w, "H24.11", "H24.14", "H24.15"), "area": pick(w, "one_stop", "iso", "discipline"), "inspection": "KT-2025"}
	if w.chance(85) {
		opening["due"] = at.AddDate(0, 0, 10+w.IntN(30)).Format(time.DateOnly)
	}
	h.tell("raised", at, opening)
	if w.chance(25) {
		at = w.later(at, 30*day)
		h.tell("rescheduled", at, fields{"due": at.AddDate(0, 0, 5+w.IntN(30)).Format(time.DateOnly)})
	}
	if w.chance(70) {
		h.tell("remedied", w.later(at, 30*day), fields{})
	}
	if w.chance(4) {
		h.tell("voided", at, fields{})
	}
}

func (w *town) reception() {
	h, at := w.begin("reception")
	held := func() fields {
		return fields{"agency": pick(w, "H24.11", "H24.12"), "sessions": 1 + w.IntN(3), "people": w.IntN(9), "cases": w.IntN(5), "leader": w.chance(40)}
	}
	h.tell("held", at, held())
	if h.edited && w.chance(30) { // the book was counted again
		h.record("held", at, w.later(at, 9*day), held(), false)
	}
	if w.chance(8) {
		h.tell("voided", at, held())
	}
}

func (w *town) indicator() {
	h, at := w.begin("indicator")
	h.edited = true
	agency, name := pick(w, "H24.11", "H24.12", "H24.13", "H24.14"), pick(w, "staffing", "streamlining", "iso", "training", "merger", "work_file")
	of := pick(w, "2025", "2025-H1", "2025-Q1", "2025-Q2", "2025-05", "2025-03")
	h.subject = fmt.Sprintf("%s/%s/%s", agency, name, of)
	report := fields{"agency": agency, "indicator": name, "period": of, "value": w.IntN(200)}
	if w.chance(80) {
		report["target"] = 100 + w.IntN(100)
	}
	h.tell("reported", at, report)
}

// tally states what a source counts of its own openings on a day: of those days that others speak of, and of one agency or all.
func (w *town) tally(i int) {
	h, at := w.begin("source")
	family := pick(w, "dossier", "dossier", "task", "petition", "finding", "reception")
	h.subject, h.source, h.edited = fmt.Sprintf("%s-tally-%d", w.name, i), "urn:"+family, true
	tally := fields{"family": family, "day": at.Format(time.DateOnly), "count": w.IntN(6)}
	if w.chance(30) {
		tally["agency"] = pick(w, "H24.11", "H24.12")
	}
	h.tell("tally", at, tally)
}

// muddle adds to a case what a careless source would: facts taken back, told again with another date, or at another time. It
// needs the times of recording, for without them what was said last depends on arrival.
func (w *town) muddle(from int) {
	of := slices.Clone(w.waiting[from:])
	for range 1 + w.IntN(3) {
		e := of[w.IntN(len(of))].event
		if e.Recorded.Equal(e.Arrival) {
			return
		}
		h := &history{town: w, family: string(e.Type.Family()), subject: e.Subject, source: e.Source, edited: true}
		var data fields
		if err := json.Unmarshal(e.Data, &data); err != nil {
			w.Fatal(err)
		}
		at := e.Time
		switch w.IntN(4) {
		case 0:
			h.record(e.Type.Step(), at, w.later(e.Recorded, 20*day), data, true)
			continue
		case 1:
			at = at.Add(time.Duration(w.IntN(40*24)-20*24) * time.Hour)
		case 2:
			if _, has := data["due"]; has {
				data["due"] = at.AddDate(0, 0, w.IntN(40)).Format(time.DateOnly)
			}
		case 3: // one more record of the same, at the same moment
			if _, has := data["agency"]; has && h.family != "indicator" { // whose subject names the agency
				data["agency"] = pick(w, "H24.11", "H24.12")
			}
			h.record(e.Type.Step(), at, e.Recorded, data, false)
			continue
		}
		recorded := w.later(e.Recorded, 20*day)
		if recorded.Before(at) {
			recorded = at
		}
		h.record(e.Type.Step(), at, recorded, data, false)
	}
}
