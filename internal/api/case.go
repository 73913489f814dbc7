package api

import (
	"encoding/json"
	"net/http"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

// caseAnswer is a case with everything that led to its verdict.
type caseAnswer struct {
	Family        event.Family      `json:"family"`
	Subject       string            `json:"subject"`
	Attributes    map[string]string `json:"attributes"`
	Calendar      string            `json:"calendar"`
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

type toldPromise struct {
	Made     time.Time  `json:"made"`
	Due      time.Time  `json:"due"`
	Deadline *time.Time `json:"deadline"`
	Holds    bool       `json:"holds"`
}

type toldPause struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to"`
	Days []toldDay  `json:"days"`
}

type toldDay struct {
	Day    string `json:"day"`
	Counts bool   `json:"counts"`
	Why    string `json:"why,omitempty"`
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
		a.problem(w, problem{
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
		Family: x.Family, Subject: x.Subject, Attributes: map[string]string{}, Calendar: x.Calendar, Verdict: x.Verdict(a.Zone),
		Submitted: a.at(x.Submitted), Opened: a.at(x.Opened), Told: a.at(x.Told), Closed: a.at(x.Closed), Closing: x.Closing,
		Deadline: a.at(x.Deadline), DeadlineFirst: a.at(x.DeadlineFirst),
		Events: []toldEvent{}, Promises: []toldPromise{}, Pauses: []toldPause{}, Legs: []toldLeg{},
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
	if x.HasWork {
		hours := float64(x.Work) / 3_600_000
		answer.WorkingHours = &hours
	}
	for _, t := range x.Tellings {
		answer.Events = append(answer.Events, toldEvent{
			Source: t.Source, ID: t.ID, Type: t.Type, Time: t.Time.In(a.Zone), Recorded: t.Recorded.In(a.Zone), Arrival: t.Arrival.In(a.Zone),
			Retracted: t.Retracted, Data: t.Data, Standing: t.Standing, Rule: t.Rule,
		})
	}
	for _, p := range x.Promises {
		answer.Promises = append(answer.Promises, toldPromise{Made: p.Made.In(a.Zone), Due: p.Due.In(a.Zone), Deadline: a.at(p.Deadline), Holds: p.Holds})
	}
	for _, s := range x.Stretches {
		pause := toldPause{From: s.From.In(a.Zone), To: a.at(s.To), Days: []toldDay{}}
		for _, d := range s.Days {
			pause.Days = append(pause.Days, toldDay{Day: d.Day.String(), Counts: d.Counts, Why: d.Why})
		}
		answer.Pauses = append(answer.Pauses, pause)
	}
	for _, l := range x.Legs {
		answer.Legs = append(answer.Legs, toldLeg{
			Agency: l.Agency, Unit: l.Unit, From: l.From.In(a.Zone), To: a.at(l.To), Settled: l.Settled, Deadline: a.at(l.Deadline),
		})
	}
	return answer
}

// at is nil for the zero Time, else t in the city's zone.
func (a *API) at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(a.Zone)
	return &t
}
