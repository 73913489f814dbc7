package api

import (
	"encoding/json"
	"net/http"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// caseAnswer is a case with everything that led to its verdict.
type caseAnswer struct {
	Family        event.Family      `json:"family"`
	Subject       string            `json:"subject"`
	Attributes    map[string]string `json:"attributes"`
	Calendar      string            `json:"calendar"`
	Basis         *toldBasis        `json:"judged_by"`
	Verdict       lifecycle.Verdict `json:"verdict"`
	VI            string            `json:"vi"`
	EN            string            `json:"en"`
	Submitted     *time.Time        `json:"submitted"`
	Opened        *time.Time        `json:"opened"`
	Told          *time.Time        `json:"told"`
	Closed        *time.Time        `json:"closed"`
	Closing       string            `json:"closing,omitempty"`
	Deadline      *time.Time        `json:"deadline"`
	DeadlineFirst *time.Time        `json:"deadline_first"`
	WorkingHours  *float64          `json:"working_hours"`
	Events        []toldEvent       `json:"events"`
	Promises      []toldPromise     `json:"promises"`
	Pauses        []toldPause       `json:"pauses"`
	Course        *toldCourse       `json:"course"`
	Legs          []toldLeg         `json:"legs"`
	Figures       []kpi.Membership  `json:"figures"`
}

type toldEvent struct {
	Source    string             `json:"source"`
	ID        string             `json:"id"`
	Type      event.Type         `json:"type"`
	Time      time.Time          `json:"time"`
	Recorded  time.Time          `json:"recorded"`
	Arrival   time.Time          `json:"arrival"`
	Retracted bool               `json:"retracted,omitempty"`
	Data      json.RawMessage    `json:"data"`
	Standing  lifecycle.Standing `json:"standing"`
	Rule      int                `json:"rule,omitempty"`
}

// toldBasis is the calendar and the versions of the registers by which the case was judged.
type toldBasis struct {
	Calendar struct {
		Name    string `json:"name"`
		From    string `json:"from"`
		Grain   string `json:"grain"`
		BuiltIn bool   `json:"built_in"`
		Known   bool   `json:"known"`
	} `json:"calendar"`
	Supplement string       `json:"supplement"`
	Calendars  *toldVersion `json:"calendars"`
	Procedures *toldVersion `json:"procedures"`
}

// toldVersion is a load of a register; there is none before the first.
type toldVersion struct {
	Version  uint64    `json:"version"`
	Recorded time.Time `json:"recorded"`
}

type toldPromise struct {
	Made     time.Time  `json:"made"`
	Due      time.Time  `json:"due"`
	By       string     `json:"by"`
	Deadline *time.Time `json:"deadline"`
	// MovedDays is by how many working days pauses moved the deadline, MovedHours by how many hours where it is an instant.
	MovedDays  *int     `json:"moved_days"`
	MovedHours *float64 `json:"moved_hours"`
	Holds      bool     `json:"holds"`
}

type toldPause struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to"`
	Days []toldDay  `json:"days"`
}

// toldCourse is the days of the case: after from, up to to. Days is null where there are too many.
type toldCourse struct {
	From    string    `json:"from"`
	To      string    `json:"to"`
	Working int       `json:"working"`
	Waiting int       `json:"waiting"`
	Days    []toldDay `json:"days"`
}

type toldDay struct {
	Day     string        `json:"day"`
	Counts  bool          `json:"counts"`
	Waiting bool          `json:"waiting"`
	Kind    calendar.Kind `json:"kind"`
	VI      string        `json:"vi,omitempty"`
	EN      string        `json:"en,omitempty"`
}

type toldLeg struct {
	Agency   string     `json:"agency"`
	Unit     string     `json:"unit,omitempty"`
	From     time.Time  `json:"from"`
	To       *time.Time `json:"to"`
	Settled  bool       `json:"settled"`
	Deadline *time.Time `json:"deadline"`
}

// oneCase tells the history of one case: GET /v1/cases/{family}/{subject}.
func (a *API) oneCase(w http.ResponseWriter, r *http.Request) {
	family, subject := event.Family(r.PathValue("family")), r.PathValue("subject")
	if err := onlyParams(r.URL.Query()); err != nil {
		a.refuse(w, r, err)
		return
	}
	if !lifecycle.Books(family) {
		a.refuse(w, r, &kpi.Error{Param: "family", Message: "dossier, task, petition, finding or reception would do"})
		return
	}
	events, err := a.Facts(r.Context(), family, subject)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	if len(events) == 0 {
		a.problem(w, details{
			Title: "No such case", Status: http.StatusNotFound, Parameter: "subject",
			Detail: "no event was told of it; GET /v1/cases lists the cases behind a figure",
		})
		return
	}
	x, err := lifecycle.Explain(events, a.Rules())
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.reply(w, http.StatusOK, a.tell(x))
}

func (a *API) tell(x *lifecycle.Explanation) caseAnswer {
	answer := caseAnswer{
		Family: x.Family, Subject: x.Subject, Attributes: map[string]string{}, Basis: a.basis(x.Basis), Verdict: x.Verdict(a.Zone),
		Submitted: a.at(x.Submitted), Opened: a.at(x.Opened), Told: a.at(x.Told), Closed: a.at(x.Closed), Closing: x.Closing,
		Deadline: a.at(x.Deadline), DeadlineFirst: a.at(x.DeadlineFirst),
		Events: []toldEvent{}, Promises: []toldPromise{}, Pauses: []toldPause{}, Course: course(x.Course), Legs: []toldLeg{},
		Figures: kpi.Counting(x.Family, x.Counted),
	}
	answer.VI, answer.EN = x.Sentence(a.Zone)
	for name, value := range map[string]string{
		"agency": x.Agency, "unit": x.Unit, "procedure": x.Procedure, "channel": x.Channel, "level": x.Level, "kind": x.Kind,
		"at": x.At, "issuer": x.Issuer, "helpers": x.Helpers,
	} {
		if value != "" {
			answer.Attributes[name] = value
		}
	}
	if x.Basis != nil {
		answer.Calendar = x.Basis.Calendar
	}
	if x.HasWork {
		answer.WorkingHours = hours(x.Work)
	}
	for _, t := range x.Tellings {
		answer.Events = append(answer.Events, toldEvent{
			Source: t.Source, ID: t.ID, Type: t.Type, Time: t.Time.In(a.Zone), Recorded: t.Recorded.In(a.Zone), Arrival: t.Arrival.In(a.Zone),
			Retracted: t.Retracted, Data: t.Data, Standing: t.Standing, Rule: t.Rule,
		})
	}
	for _, p := range x.Promises {
		answer.Promises = append(answer.Promises, a.promise(&p, x.Basis.ByInstant))
	}
	for _, s := range x.Stretches {
		answer.Pauses = append(answer.Pauses, toldPause{From: s.From.In(a.Zone), To: a.at(s.To), Days: append([]toldDay{}, days(s.Days)...)})
	}
	for _, l := range x.Legs {
		answer.Legs = append(answer.Legs, toldLeg{
			Agency: l.Agency, Unit: l.Unit, From: l.From.In(a.Zone), To: a.at(l.To), Settled: l.Settled, Deadline: a.at(l.Deadline),
		})
	}
	return answer
}

func (a *API) basis(b *lifecycle.Basis) *toldBasis {
	if b == nil {
		return nil
	}
	told := &toldBasis{Supplement: "extend", Calendars: a.version(b.Calendars), Procedures: a.version(b.Procedures)}
	if told.Calendar.Grain = "day"; b.ByInstant {
		told.Calendar.Grain = "instant"
	}
	told.Calendar.Name, told.Calendar.From, told.Calendar.BuiltIn, told.Calendar.Known = b.Calendar, b.From, b.BuiltIn, !b.Missing
	if b.Restart {
		told.Supplement = "restart"
	}
	return told
}

func (a *API) version(l register.Load) *toldVersion {
	if l.Version == 0 {
		return nil
	}
	return &toldVersion{Version: l.Version, Recorded: l.Recorded.In(a.Zone)}
}

func (a *API) promise(p *lifecycle.Promise, byInstant bool) toldPromise {
	told := toldPromise{Made: p.Made.In(a.Zone), Due: p.Due.In(a.Zone), By: p.By, Deadline: a.at(p.Deadline), Holds: p.Holds}
	switch {
	case p.Deadline.IsZero():
	case byInstant:
		told.MovedHours = hours(p.MovedWork)
	default:
		told.MovedDays = &p.Moved
	}
	return told
}

func hours(w calendar.Work) *float64 {
	h := float64(w) / 3_600_000
	return &h
}

func course(c *lifecycle.Course) *toldCourse {
	if c == nil {
		return nil
	}
	return &toldCourse{From: c.From.String(), To: c.To.String(), Working: c.Working, Waiting: c.Waiting, Days: days(c.Days)}
}

func days(all []lifecycle.CountedDay) (told []toldDay) {
	for _, d := range all {
		t := toldDay{Day: d.Day.String(), Counts: d.Counts, Waiting: d.Waiting, Kind: d.Why.Kind}
		t.VI, t.EN = d.Why.Words()
		told = append(told, t)
	}
	return told
}

// at is nil for the zero Time, else t in the city's zone.
func (a *API) at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(a.Zone)
	return &t
}
