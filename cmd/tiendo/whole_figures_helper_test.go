package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// The rest of the catalogue spelt out by the words of CONTRACT §4 and DOMAIN.md §1.3 and §1.4, beside the figures of
// dossiers and tasks in byhand_helper_test.go.

// wholeCatalogue is every figure spelt out that is a count, a rate or a mean of cases.
func wholeCatalogue() []byHand {
	return slices.Concat(dossierFigures, taskFigures, petitionFigures, findingFigures, receptionFigures, official766, official06a, qualityFigures,
		[]byHand{dueSoon, satisfaction})
}

func onTimeRate(family string) byHand {
	return rate(family+".on_time_rate", settledJudged, func(c *lifecycle.Case) bool { return inTime(c, c.Deadline) })
}

func overdueCount(id string) byHand {
	return count(id, func(in window, c *lifecycle.Case) bool { return overdueAt(c, in.End) })
}

var petitionFigures = []byHand{
	count("petition.received", window.opened),
	count("petition.settled", window.settled),
	count("petition.not_accepted", func(in window, c *lifecycle.Case) bool { return in.ended(c, "rejected") }),
	count("petition.forwarded", func(in window, c *lifecycle.Case) bool { return in.ended(c, "forwarded") }),
	overdueCount("petition.open_overdue"), onTimeRate("petition"),
}

var findingFigures = []byHand{
	count("finding.raised", window.opened), count("finding.settled", window.settled), overdueCount("finding.open_overdue"), onTimeRate("finding"),
}

// sessionSum adds up something of the sessions held in the period.
func sessionSum(id string, rate bool, of func(s *lifecycle.Session) (yes, all int64)) byHand {
	return byHand{id: id, rate: rate, sums: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, float64, float64)) {
		if in.opened(c) {
			yes, all := of(&c.Session)
			add(c.Attributes, float64(yes), float64(all))
		}
	}}
}

var receptionFigures = []byHand{
	sessionSum("reception.sessions", false, func(s *lifecycle.Session) (int64, int64) { return s.Sessions, 0 }),
	sessionSum("reception.people", false, func(s *lifecycle.Session) (int64, int64) { return s.People, 0 }),
	sessionSum("reception.cases", false, func(s *lifecycle.Session) (int64, int64) { return s.Cases, 0 }),
	sessionSum("reception.by_leader_rate", true, func(s *lifecycle.Session) (int64, int64) {
		if s.Led {
			return s.Sessions, s.Sessions
		}
		return 0, s.Sessions
	}),
}

// satisfaction is the mean score of the ratings, which only the contributions of a case tell.
var satisfaction = byHand{id: "satisfaction.score", rate: true, sums: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, float64, float64)) {
	for _, cell := range c.Counts(in.zone) {
		switch {
		case !in.hasDay(cell.Day):
		case cell.Measure == lifecycle.Scored:
			add(cell.Attributes, float64(cell.N), 0)
		case cell.Measure == lifecycle.Rated:
			add(cell.Attributes, 0, float64(cell.N))
		}
	}
}}

// dueSoon looks from the end of the period on.
var dueSoon = count("dossier.due_soon", func(in window, c *lifecycle.Case) bool {
	office, _ := calendar.Builtin(in.zone).Get("vn-office")
	last, err := office.AddDays(calendar.DayOf(in.End, in.zone), 2)
	return err == nil && openAt(c, in.End) && !c.Deadline.IsZero() && !overdueAt(c, in.End) && calendar.DayOf(c.Deadline, in.zone) <= last
})

func resolved(in window, c *lifecycle.Case) bool { return in.settled(c) && c.Closing == "resolved" }

// handled766 is what Decision 766 rates: closed in the period, or open at its end; what no calendar reckons is in no rate.
func handled766(in window, c *lifecycle.Case) bool {
	return !c.NoCalendar && (in.settled(c) || in.ended(c, "withdrawn") || openAt(c, in.End))
}

// onTime766 is closed on time or without ever a date, withdrawn, or open in term and not asked twice (DOMAIN.md facts 3, 5 and 7).
func onTime766(in window, c *lifecycle.Case) bool {
	switch {
	case in.settled(c):
		return !judged(c) || inTime(c, c.Deadline)
	case in.ended(c, "withdrawn"):
		return true
	default:
		return !overdueAt(c, in.End) && !askedTwiceAt(c, in.End)
	}
}

// askedTwiceAt: more than one supplement was requested, and there is no result (DOMAIN.md fact 5).
func askedTwiceAt(c *lifecycle.Case, at time.Time) bool {
	requests := 0
	for _, p := range c.Pauses {
		if p.From.Before(at) {
			requests++
		}
	}
	return requests > 1
}

// sized is a rate whose numerator depends on the period too.
func sized(id string, of, yes func(window, *lifecycle.Case) bool) byHand {
	return byHand{id: id, rate: true, of: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, bool)) {
		if of(in, c) {
			add(c.Attributes, yes(in, c))
		}
	}}
}

var official766 = []byHand{
	sized("official.766_on_time_rate", handled766, onTime766),
	rate("official.766_online_rate", resolved, func(c *lifecycle.Case) bool { return c.Channel == "online" && c.Digital }),
	rate("official.766_full_online_rate", level("4", "full"), channel("online")),
	rate("official.766_payment_rate", func(in window, c *lifecycle.Case) bool { return in.opened(c) && c.Fee }, func(c *lifecycle.Case) bool { return c.PaidOnline }),
	rate("official.766_digital_result_rate", resolved, func(c *lifecycle.Case) bool { return c.Digital }),
}

// settled06a is column 7: withdrawals have no column of their own (DOMAIN.md §4.3).
func settled06a(in window, c *lifecycle.Case) bool { return in.settled(c) || in.ended(c, "withdrawn") }

func early06a(in window, c *lifecycle.Case) bool {
	return resolved(in, c) && c.Verdict(in.zone) == lifecycle.VerdictEarly
}

func late06a(in window, c *lifecycle.Case) bool {
	return resolved(in, c) && judged(c) && !inTime(c, c.Deadline)
}

var official06a = []byHand{
	{id: "official.06a_received", sums: func(c *lifecycle.Case, in window, add func(lifecycle.Attributes, float64, float64)) {
		for _, is := range []bool{openAt(c, in.Start), in.opened(c)} {
			if is {
				add(c.Attributes, 1, 0)
			}
		}
	}},
	count("official.06a_online", func(in window, c *lifecycle.Case) bool { return in.opened(c) && c.Channel == "online" }),
	count("official.06a_direct", func(in window, c *lifecycle.Case) bool { return in.opened(c) && c.Channel != "online" }),
	count("official.06a_carried", func(in window, c *lifecycle.Case) bool { return openAt(c, in.Start) }),
	count("official.06a_settled", settled06a), count("official.06a_early", early06a), count("official.06a_late", late06a),
	count("official.06a_on_time", func(in window, c *lifecycle.Case) bool {
		return settled06a(in, c) && !early06a(in, c) && !late06a(in, c)
	}),
	count("official.06a_open", func(in window, c *lifecycle.Case) bool { return openAt(c, in.End) }),
	count("official.06a_open_in_term", func(in window, c *lifecycle.Case) bool { return openAt(c, in.End) && !overdueAt(c, in.End) }),
	overdueCount("official.06a_open_overdue"),
}

// ofClosings is a rate of all closings in the period, of cases of every kind, voided ones and those without opening too.
func ofClosings(id string, yes func(*lifecycle.Case) bool) byHand {
	f := rate(id, func(in window, c *lifecycle.Case) bool { return c.Closing != "" && in.has(c.Closed) }, yes)
	f.families, f.voided = []event.Family{event.Dossier, event.Task, event.Petition, event.Finding}, true
	return f
}

var qualityFigures = []byHand{
	rate("quality.no_deadline_rate", window.opened, func(c *lifecycle.Case) bool { return !c.Promised }),
	rate("quality.no_level_rate", window.opened, func(c *lifecycle.Case) bool { return c.Level == "" }),
	rate("quality.no_calendar_rate", window.opened, func(c *lifecycle.Case) bool { return c.NoCalendar }),
	rate("quality.due_changed_rate", window.opened, func(c *lifecycle.Case) bool { return c.DueChanged }),
	rate("quality.collision_rate", window.opened, func(c *lifecycle.Case) bool { return c.Collision }),
	ofClosings("quality.orphan_rate", func(c *lifecycle.Case) bool {
		notAccepted := !c.Submitted.IsZero() && (c.Closing == "rejected" || c.Closing == "withdrawn")
		return c.Opened.IsZero() && !notAccepted
	}),
	ofClosings("quality.backdated_rate", func(c *lifecycle.Case) bool { return c.Backdated }),
	ofClosings("quality.impossible_rate", func(c *lifecycle.Case) bool { return c.Impossible }),
}

// indicators are the sums of an organisation's figure by agency, and under "" of all: of each agency the report of the latest
// period within the asked one, of one period the shorter, then the last recorded.
func (p *plain) indicators(name string, in period.Period) map[string]total {
	type report struct {
		rank string
		data event.Data
	}
	latest := map[string]report{}
	for _, told := range p.reports[event.Indicator] {
		data, recorded, ok, err := lifecycle.Reported(slices.Clone(told))
		if err != nil || !ok || data.Indicator != name {
			continue
		}
		of, err := period.Parse(data.Period, in.End, p.zone)
		if err != nil || of.First < in.First || of.Last > in.Last {
			continue
		}
		r := report{fmt.Sprintf("%s %s %020d", of.Last, of.First, recorded.UnixMilli()), data}
		if r.rank > latest[data.Agency].rank {
			latest[data.Agency] = r
		}
	}
	sums := map[string]total{}
	for agency, r := range latest {
		own := sums[agency]
		if r.data.Target != nil {
			own = total{r.data.Value, *r.data.Target}
		}
		sums[agency] = own
		sums[""] = total{sums[""].yes + own.yes, sums[""].all + own.all}
	}
	return sums
}

// completeness is openings ÷ those that sources state, over the days of a period that have a statement; nil without any. What
// a source states last of a day counts, and where it states a total, what it states of agencies is within that.
func (p *plain) completeness(family event.Family, in period.Period) *float64 {
	type told struct{ source, day, agency string }
	last := map[told]lifecycle.Report{}
	for _, events := range p.reports[event.Source] {
		data, recorded, ok, err := lifecycle.Reported(slices.Clone(events))
		of := told{events[0].Source, data.Day, data.Agency}
		if err != nil || !ok || data.Family != string(family) || data.Day < in.First || data.Day > in.End.Add(-1).Format("2006-01-02") {
			continue
		}
		if known, again := last[of]; !again || !recorded.Before(known.Recorded) {
			last[of] = lifecycle.Report{Data: data, Recorded: recorded}
		}
	}
	var got, stated float64
	for of, report := range last {
		if _, total := last[told{of.source, of.day, ""}]; total && of.agency != "" {
			continue
		}
		stated += float64(report.Data.Count)
		for i := range p.cases {
			c := &p.cases[i]
			same := c.Family == family && !c.Voided && lives(c) && c.OpeningSource == of.source && (of.agency == "" || of.agency == c.Agency)
			if same && calendar.DayOf(c.Opened, p.zone).String() == of.day {
				got++
			}
		}
	}
	if stated == 0 {
		return nil
	}
	share := got / stated
	return &share
}

// indicatorOf is the indicator of a figure of organisations.
func indicatorOf(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(id, "org."), "_ratio")
}
