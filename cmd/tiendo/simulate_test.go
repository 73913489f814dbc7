package main

import (
	"bytes"
	"net/url"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/simulator"

	"github.com/go-json-experiment/json"
)

// inspected is what the inspection of October 2019 looked at (DOMAIN.md, S15).
const inspected = "2019-01-01..2019-10-01"

// TestSimulatedCity: a server shows what the inspection reported of Sở Xây dựng, and has figures of every family.
func TestSimulatedCity(t *testing.T) {
	t.Parallel()
	c := startCity(t, "Asia/Ho_Chi_Minh")
	simulate(c, &simulateCmd{Seed: 7, From: "2019-01-01", To: "2019-10-02", DossiersPerDay: 60})
	construction := []string{"agency", simulator.Construction}

	for id, want := range map[string]float64{
		"task.assigned": simulator.ConstructionTasks, "reception.sessions": 11, "reception.people": 14, "reception.cases": 11,
		"petition.received": 25, "petition.settled": 25, "petition.forwarded": 0, "petition.not_accepted": 0, "petition.open_overdue": 0,
	} {
		if got := *c.rows(id, inspected, "", construction...)[""].Value; got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	if dated := c.rows("task.with_deadline_rate", inspected, "", construction...)[""]; *dated.Numerator != simulator.ConstructionDated {
		t.Errorf("%v tasks with a deadline", *dated.Numerator)
	}
	if staff := c.rows("org.staffing_ratio", inspected, "", construction...)[""].Value; staff == nil || *staff > 1 || *staff < .9 {
		t.Errorf("staffing %s", show("ratio", staff))
	}
	if plan := c.rows("org.streamlining_ratio", inspected, "", construction...)[""].Value; plan == nil || *plan != 1 {
		t.Errorf("streamlining %s", show("ratio", plan))
	}
	c.openFindings(construction)
	c.rising(construction)
	c.everyFigure()
	c.casesBehind(construction)
}

// simulate sends a city's history and waits until it is in the figures.
func simulate(c *city, cmd *simulateCmd) {
	c.Helper()
	cmd.Timezone, cmd.ToServer, cmd.Client = "Asia/Ho_Chi_Minh", true, client{Server: c.url, Data: c.data}
	options, err := cmd.options(time.Now())
	if err != nil {
		c.Fatal(err)
	}
	history, err := simulator.New(options)
	if err != nil {
		c.Fatal(err)
	}
	booked := 0
	for e := range history.Events() {
		if lifecycle.Books(event.Type(e.Type).Family()) {
			booked++
		}
	}
	var said bytes.Buffer
	if err := cmd.Run(c.Context(), &streams{out: &said, err: &said}); err != nil {
		c.Fatalf("%v\n%s", err, said.String())
	}
	for begin := time.Now(); c.freshness() != 0 || c.events() != booked; time.Sleep(50 * time.Millisecond) {
		if time.Since(begin) > 2*time.Minute {
			c.Fatalf("after two minutes %d of %d events are in the figures", c.events(), booked)
		}
	}
}

// openFindings: on 1 October some findings about ISO are open, one of them overdue.
func (c *city) openFindings(where []string) {
	c.Helper()
	raised, settled := c.rows("finding.raised", inspected, "kind", where...), c.rows("finding.settled", inspected, "kind", where...)
	open := *raised["iso"].Value
	if remedied := settled["iso"].Value; remedied != nil {
		open -= *remedied
	}
	if overdue := c.rows("finding.open_overdue", inspected, "kind", where...)["iso"].Value; open != 3 || overdue == nil || *overdue != 1 {
		c.Errorf("%v findings about ISO are open, %s overdue", open, show("count", overdue))
	}
}

// rising: the shares of what comes online, comes by post and leaves by post are greater in each quarter.
func (c *city) rising(where []string) {
	c.Helper()
	for _, id := range []string{"online.share", "online.uptake", "post.received_rate", "post.returned_rate"} {
		quarters := c.rows(id, inspected, "quarter", where...)
		before := 0.0
		for _, quarter := range []string{"2019-Q1", "2019-Q2", "2019-Q3"} {
			if r := quarters[quarter]; r.Value == nil || *r.Value <= before {
				c.Errorf("%s of %s: %s, after %.3f", id, quarter, show("ratio", r.Value), before)
			} else {
				before = *r.Value
			}
		}
	}
}

// everyFigure has a value, and says how complete it is where sources count.
func (c *city) everyFigure() {
	c.Helper()
	var catalogue struct {
		KPIs []struct {
			ID       string         `json:"id"`
			Families []event.Family `json:"families"`
		} `json:"kpis"`
	}
	if err := json.Unmarshal(c.get("/v1/kpis", nil), &catalogue); err != nil {
		c.Fatal(err)
	}
	for _, d := range catalogue.KPIs {
		var f struct {
			Completeness *float64 `json:"completeness"`
			Rows         []answer `json:"rows"`
		}
		if err := json.Unmarshal(c.get("/v1/kpis/"+d.ID, url.Values{"period": {inspected}}), &f); err != nil {
			c.Fatal(err)
		}
		if f.Rows[0].Value == nil {
			c.Errorf("%s has no value", d.ID)
		} else if *f.Rows[0].Value == 0 {
			c.Logf("%s is 0", d.ID)
		}
		counted := len(d.Families) == 1 && d.Families[0] != event.Indicator
		if counted != (f.Completeness != nil) || counted && (*f.Completeness < .97 || *f.Completeness > 1) {
			c.Errorf("%s is complete to %s", d.ID, show("ratio", f.Completeness))
		}
	}
}

// casesBehind: the cases behind figures of every family are listed, and each can be looked at.
func (c *city) casesBehind(where []string) {
	c.Helper()
	for _, id := range []string{"petition.received", "petition.settled", "reception.people", "finding.raised", "finding.open_overdue", "task.assigned"} {
		query := url.Values{"kpi": {id}, "period": {inspected}, "limit": {"1"}}
		for i := 0; i < len(where); i += 2 {
			query.Add(where[i], where[i+1])
		}
		var list struct {
			Sum   float64 `json:"sum"`
			Cases []struct{ Family, Subject string }
		}
		if err := json.Unmarshal(c.get("/v1/cases", query), &list, json.MatchCaseInsensitiveNames(true)); err != nil {
			c.Fatal(err)
		}
		if want := *c.rows(id, inspected, "", where...)[""].Value; list.Sum != want || len(list.Cases) != 1 {
			c.Fatalf("%s: the cases count %v times, the figure is %v", id, list.Sum, want)
		}
		one := list.Cases[0]
		var history struct {
			Figures []struct{ ID string }
		}
		if err := json.Unmarshal(c.get("/v1/cases/"+one.Family+"/"+one.Subject, nil), &history, json.MatchCaseInsensitiveNames(true)); err != nil {
			c.Fatal(err)
		}
		if len(history.Figures) == 0 {
			c.Errorf("%s %s counts in no figure", one.Family, one.Subject)
		}
	}
}
