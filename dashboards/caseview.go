package dashboards

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

// caseView is the page of one case.
type caseView struct {
	Lang                    language
	Family, Subject, Agency string
	// Facts are what the case is, with their names.
	Facts    []labelled
	Verdict  badge
	Sentence string
	// Why is the arithmetic of the deadline and of the verdict.
	Why      *arithmetic
	Strip    *strip
	Promises []promiseRow
	Pauses   []pauseRow
	Course   *courseView
	Basis    []labelled
	Legs     []legRow
	Events   []eventRow
	Figures  []memberRow
	JSON     string
}

type labelled struct{ Name, Text string }

// arithmetic is a sum and a comparison: promise + wait = deadline ≥ closed.
type arithmetic struct {
	Promise, Wait, Deadline, Closed, Sign string
	// Ended says what Closed is: the closing, or this moment.
	Ended string
	// First is the deadline by the first promise, where that is another.
	First, Hours string
	// Rule says which pauses count; "" where nothing pauses, as then Wait is.
	Rule     string
	Calendar string
}

type promiseRow struct {
	// By says who gave it, Moved by how much pauses moved it; empty if they did not.
	Made, By, Due, Deadline, Moved, Standing string
	Holds                                    bool
}

type legRow struct{ Agency, Code, Unit, From, To, Deadline, Standing, Tone string }

type eventRow struct {
	Time, Recorded, Name, Type, Source, ID string
	Data                                   []labelled
	Standing, Rule                         string
	Counts                                 bool
}

// memberRow is a figure that counts the case.
type memberRow struct{ ID, Name, Href, Parts, When, Times string }

// caseTeller makes a caseView.
type caseTeller struct {
	x     *lifecycle.Explanation
	lang  language
	c     *caseWords
	names func(dimension, code string, lang language) string
	zone  *time.Location
	now   time.Time
}

// newCaseView makes the page's model. It is pure.
func newCaseView(x *lifecycle.Explanation, lang language, names func(dimension, code string, lang language) string, zone *time.Location, now time.Time) *caseView {
	t := caseTeller{x: x, lang: lang, c: toldIn[lang], names: names, zone: zone, now: now}
	vi, en := x.Sentence(t.zone)
	v := &caseView{
		Lang: lang, Family: lang.familyName(string(x.Family)), Subject: x.Subject, Facts: t.facts(), Verdict: badgeOf(string(x.Family), t.verdict(), lang),
		Sentence: lang.of(vi, en), Why: t.arithmetic(), Promises: t.promises(), Pauses: t.pauses(), Course: t.course(), Basis: t.basis(), Legs: t.legs(), Events: t.events(),
		Figures: t.figures(), JSON: "/v1" + caseHref(string(x.Family), x.Subject),
	}
	if t.verdict() == "overdue" { // at this moment, of which the sentence does not know
		v.Sentence = v.Verdict.Text + ": " + strings.ToLower(t.c.Deadline) + " " + t.limit(x.Deadline) + "."
	}
	if x.Agency != "" {
		v.Agency = names("agency", x.Agency, lang)
	}
	v.Strip = t.strip()
	return v
}

// verdict is the state of the case at this moment.
func (t *caseTeller) verdict() string {
	verdict := t.x.Verdict(t.zone)
	switch {
	case verdict != lifecycle.VerdictOpen:
		return string(verdict)
	case t.x.Running():
		return "paused"
	case !t.x.Deadline.IsZero() && t.x.Deadline.Before(t.now):
		return "overdue"
	default:
		return string(verdict)
	}
}

// procedure writes a procedure by its code, and its name where the register has one.
func (t *caseTeller) procedure(code string) string {
	if name := t.names("procedure", code, t.lang); code != "" && name != code {
		return code + " " + name
	}
	return code
}

// facts are the attributes of the case that were told.
func (t *caseTeller) facts() []labelled {
	a := t.x.Attributes
	agency := func(code string) string {
		if code == "" {
			return ""
		}
		return t.names("agency", code, t.lang)
	}
	var helpers []string
	for code := range strings.SplitSeq(a.Helpers, ",") {
		helpers = append(helpers, agency(code))
	}
	var all []labelled
	for _, f := range []struct {
		name inBoth
		text string
	}{
		{inBoth{"Mã cơ quan", "Agency's code"}, a.Agency},
		{inBoth{"Bộ phận", "Unit"}, a.Unit},
		{inBoth{"Thủ tục", "Procedure"}, t.procedure(a.Procedure)},
		{inBoth{"Kênh nộp", "Channel"}, t.lang.codeName(a.Channel)},
		{inBoth{"Dịch vụ trực tuyến", "Online service"}, t.lang.codeName(a.Level)},
		{inBoth{"Loại", "Kind"}, t.lang.codeName(a.Kind)},
		{inBoth{"Nơi nộp", "Handed in at"}, agency(a.At)},
		{inBoth{"Cơ quan giao", "Issuer"}, agency(a.Issuer)},
		{inBoth{"Cơ quan phối hợp", "Cooperating"}, strings.Join(helpers, ", ")},
	} {
		if f.text != "" {
			all = append(all, labelled{f.name.in(t.lang), f.text})
		}
	}
	return all
}

func (t *caseTeller) instant(at time.Time) string {
	if at.IsZero() {
		return none
	}
	return t.lang.minute(at.In(t.zone))
}

// limit writes a deadline; a day's end says that it is one.
func (t *caseTeller) limit(at time.Time) string {
	at = at.In(t.zone)
	text := t.lang.limit(at)
	if text == t.lang.date(at) {
		return t.c.EndOf + " " + text
	}
	return text
}

// arithmetic says how the deadline came about, and what was compared with it; nil where nothing was promised or
// the case counts nowhere.
func (t *caseTeller) arithmetic() *arithmetic {
	promises := slices.DeleteFunc(slices.Clone(t.x.Promises), func(p lifecycle.Promise) bool { return !p.Holds })
	if len(promises) == 0 || t.x.Voided {
		return nil
	}
	force := promises[len(promises)-1]
	a := &arithmetic{Promise: t.limit(force.Due), Calendar: t.x.Basis.Calendar, Closed: t.c.NotClosed, Ended: t.c.Closed}
	pauses := t.x.Family == event.Dossier // nothing else does (rule 4)
	if pauses {
		a.Rule = t.c.RuleOfPauses
	}
	if t.x.HasWork {
		a.Hours = t.lang.decimal(float64(t.x.Work)/3_600_000) + " " + t.c.WorkingHours
		if pauses {
			a.Hours += t.c.WithoutPauses
		}
	}
	if t.x.Closing != "" {
		a.Closed = t.instant(t.x.Told)
	}
	if force.Deadline.IsZero() {
		a.Deadline = t.c.Undefined
		if t.x.NoCalendar {
			a.Deadline = verdicts["no_calendar"].in(t.lang)
		}
		return a
	}
	a.Deadline = t.limit(force.Deadline)
	if pauses {
		a.Wait = t.moved(force)
	}
	compared := t.x.Told
	if t.x.Closing == "" {
		compared = t.now
		a.Ended, a.Closed = t.c.Now, t.instant(t.now)
	}
	if a.Sign = "≥"; compared.After(force.Deadline) {
		a.Sign = "<"
	}
	if !t.x.DeadlineFirst.IsZero() && !t.x.DeadlineFirst.Equal(force.Deadline) {
		a.First = t.limit(t.x.DeadlineFirst)
	}
	return a
}

// moved is by how much the pauses moved a promise: by days of the calendar or, where deadlines are instants, by hours.
func (t *caseTeller) moved(p lifecycle.Promise) string {
	if t.x.Basis.ByInstant {
		return t.lang.decimal(float64(p.MovedWork)/3_600_000) + " " + t.hourWord()
	}
	return t.lang.count(float64(p.Moved)) + " " + t.dayWord()
}

func (t *caseTeller) promises() []promiseRow {
	force := 0
	for i, p := range t.x.Promises {
		if p.Holds {
			force = i
		}
	}
	var rows []promiseRow
	for i, p := range t.x.Promises {
		r := promiseRow{Made: t.instant(p.Made), By: t.giver(p.By), Due: t.limit(p.Due), Deadline: none, Holds: p.Holds}
		if !p.Deadline.IsZero() {
			r.Deadline = t.limit(p.Deadline)
		}
		if p.Moved > 0 || p.MovedWork > 0 {
			r.Moved = "+ " + t.moved(p)
		}
		var says []string
		if i == 0 {
			says = append(says, t.c.First)
		}
		switch {
		case !p.Holds:
			says = append(says, t.c.HealsNothing)
		case i == force:
			says = append(says, t.c.InForce)
		default:
			says = append(says, t.c.Past)
		}
		r.Standing = strings.Join(says, ", ")
		rows = append(rows, r)
	}
	return rows
}

// giver names the step that gave a promise.
func (t *caseTeller) giver(by string) string {
	if by == "restart" {
		return t.c.Restarted
	}
	if name, ok := steps[string(t.x.Family)+"."+by]; ok {
		return name.in(t.lang)
	}
	return by
}

func (t *caseTeller) legs() []legRow {
	var rows []legRow
	for _, l := range t.x.Legs {
		r := legRow{Agency: t.names("agency", l.Agency, t.lang), Code: l.Agency, Unit: l.Unit, From: t.instant(l.From), To: t.instant(l.To), Deadline: none}
		if !l.Deadline.IsZero() {
			r.Deadline = t.limit(l.Deadline)
		}
		end := l.To
		if end.IsZero() {
			end = t.now
		}
		switch {
		case !l.HasDue:
			r.Standing, r.Tone = t.c.LegNoDue, "level"
		case !l.Deadline.IsZero() && end.After(l.Deadline):
			r.Standing, r.Tone = t.c.LegLate, "bad"
		case l.To.IsZero():
			r.Standing, r.Tone = t.c.LegOpen, "level"
		case !l.Settled:
			r.Standing, r.Tone = t.c.LegUnsettled, "level"
		default:
			r.Standing, r.Tone = t.c.LegInTime, "good"
		}
		rows = append(rows, r)
	}
	return rows
}

func (t *caseTeller) events() []eventRow {
	var rows []eventRow
	for _, e := range t.x.Tellings {
		r := eventRow{
			Time: t.instant(e.Time), Name: string(e.Type), Type: string(e.Type), Source: e.Source, ID: e.ID,
			Data: dataOf(e.Data), Counts: e.Standing == lifecycle.Counts,
		}
		if name, ok := steps[string(e.Type)]; ok {
			r.Name = name.in(t.lang)
		}
		if !e.Recorded.Equal(e.Time) {
			r.Recorded = t.instant(e.Recorded)
		}
		key := string(e.Standing)
		if e.Rule > 0 {
			key = fmt.Sprintf("%s %d", e.Standing, e.Rule)
			r.Rule = t.lang.count(float64(e.Rule))
		}
		r.Standing = string(e.Standing)
		if says, ok := standings[key]; ok {
			r.Standing = says.in(t.lang)
		}
		rows = append(rows, r)
	}
	return rows
}

// dataOf lists the members of an event's data, which are codes, numbers and dates.
func dataOf(raw []byte) []labelled {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return []labelled{{"", string(raw)}}
	}
	var all []labelled
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text := string(members[name])
		var s string
		if json.Unmarshal(members[name], &s) == nil {
			text = s
		}
		all = append(all, labelled{name, text})
	}
	return all
}

// figures are those that count the case: one row for each figure and stretch, with the parts of a rate together.
func (t *caseTeller) figures() []memberRow {
	var rows []memberRow
	var before kpi.Membership
	today := t.now.In(t.zone).Format(time.DateOnly)
	for _, m := range kpi.Counting(t.x.Family, t.x.Counted) {
		d, _ := kpi.ByID(m.ID)
		if d.Ahead() && m.Day < today {
			continue // it counted the case once
		}
		part := map[kpi.Part]string{kpi.Numerator: t.c.Numerator, kpi.Denominator: t.c.Denominator}[m.Part]
		if n := len(rows); n > 0 && before.ID == m.ID && before.Part != m.Part && before.Day == m.Day && before.Until == m.Until && before.N == m.N && before.Begins == m.Begins {
			rows[n-1].Parts += ", " + part
			continue
		}
		if n := len(rows); n > 0 && before.ID == m.ID && before.Part == m.Part && !d.CountsCases() {
			// Records of several days are one row: the history tells of each.
			before.N += m.N
			rows[n-1].When = t.c.FromDay + " " + t.lang.day(before.Day) + " " + t.c.UntilDay + " " + t.lang.day(m.Day)
			rows[n-1].Times = t.times(before)
			continue
		}
		r := memberRow{ID: m.ID, Name: t.lang.of(d.VI, d.EN), Href: "/kpis#" + m.ID, Parts: part, When: t.when(&d, m, today)}
		if m.N != 1 {
			r.Times = t.times(m)
		}
		rows, before = append(rows, r), m
	}
	return rows
}

// times says how often a figure counts the case, or how much the case adds to it.
func (t *caseTeller) times(m kpi.Membership) string {
	n := t.lang.count(float64(m.N))
	if m.Adds {
		return n
	}
	return n + " " + t.c.Times
}

// when says on which day, or from which to which, a figure counts the case.
func (t *caseTeller) when(d *kpi.Definition, m kpi.Membership, today string) string {
	day := t.lang.day(m.Day)
	switch {
	case d.Ahead():
		return t.c.Ahead + " " + day
	case m.Day > today:
		return t.c.Will + " " + day
	case !m.Stays:
		return t.c.OnDay + " " + day
	case m.Begins:
		return t.c.Beginning + " " + t.stretch(m)
	default:
		return t.stretch(m)
	}
}

// stretch says from which day to which, both included.
func (t *caseTeller) stretch(m kpi.Membership) string {
	if m.Until != "" && !m.Begins { // at the end of that day it counts no longer
		m.Until = mustDay(m.Until).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	day := t.lang.day(m.Day)
	switch m.Until {
	case "":
		return t.c.FromDay + " " + day
	case m.Day:
		return t.c.OnDay + " " + day
	default:
		return t.c.FromDay + " " + day + " " + t.c.UntilDay + " " + t.lang.day(m.Until)
	}
}
