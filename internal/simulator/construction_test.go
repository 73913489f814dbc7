package simulator_test

import (
	"fmt"
	"testing"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/simulator"
)

// ofConstruction is what a city of 2019 tells of Sở Xây dựng until the end of the inspected months, by type. Of what is
// said of a case after its opening the agency is the opening's.
func ofConstruction(t *testing.T, seed uint64, from string, perDay int) map[event.Type][]told {
	t.Helper()
	its := map[string]bool{}
	all := map[event.Type][]told{}
	for _, e := range decode(t, city(t, seed, from, "2019-10-02", perDay)) {
		if e.Agency == simulator.Construction && e.Type != "petition.forwarded" && e.Type != "dossier.transferred" {
			its[e.Subject] = true
		}
		if its[e.Subject] && !e.Time.Before(day("2019-01-01")) {
			all[e.Type] = append(all[e.Type], e)
		}
	}
	return all
}

// TestConstruction: what the inspection of October 2019 reported (DOMAIN.md, S15), whatever the seed, and whether the city
// is older or not.
func TestConstruction(t *testing.T) {
	for seed := range uint64(4) {
		from := "2019-01-01"
		if seed%3 == 2 {
			from = "2018-03-01"
		}
		all := ofConstruction(t, seed, from, 1)
		dated, shared := 0, 0
		for _, e := range all["task.assigned"] {
			if e.Due != "" {
				dated++
			}
			if len(e.Agencies) > 0 {
				shared++
			}
		}
		assigned := len(all["task.assigned"])
		if assigned != simulator.ConstructionTasks || dated != simulator.ConstructionDated {
			t.Errorf("seed %d: %d tasks, %d dated", seed, assigned, dated)
		}
		if shared < assigned/5 || shared > assigned/2 {
			t.Errorf("seed %d: %d of %d shared", seed, shared, assigned)
		}
		var sessions, people, cases int64
		for _, e := range all["reception.held"] {
			sessions, people, cases = sessions+e.Sessions, people+e.People, cases+e.Cases
		}
		if sessions != 11 || people != 14 || cases != 11 {
			t.Errorf("seed %d: %d sessions, %d people, %d cases of reception", seed, sessions, people, cases)
		}
		if came, settled := len(all["petition.received"]), len(all["petition.resolved"]); came != 25 || settled != 25 {
			t.Errorf("seed %d: %d petitions received, %d settled", seed, came, settled)
		}
		checkReports(t, all["indicator.reported"])
		checkFindings(t, all)
	}
}

// checkReports: staff within the quota, streamlining to plan, in each of the three quarters.
func checkReports(t *testing.T, reports []told) {
	t.Helper()
	staffing, streamlining := 0, 0
	for _, e := range reports {
		if e.Target == nil {
			t.Fatalf("%s has no target", e.Subject)
		}
		switch e.Indicator {
		case "staffing":
			staffing++
			if e.Value > *e.Target {
				t.Errorf("%s: %v of %v", e.Subject, e.Value, *e.Target)
			}
		case "streamlining":
			streamlining++
			if e.Value != *e.Target || e.Value == 0 {
				t.Errorf("%s: %v of %v", e.Subject, e.Value, *e.Target)
			}
		}
	}
	if staffing < 3 || streamlining < 3 {
		t.Errorf("%d reports of staffing, %d of streamlining", staffing, streamlining)
	}
}

// checkFindings: some about ISO are open on 1 October, one of them overdue.
func checkFindings(t *testing.T, all map[event.Type][]told) {
	t.Helper()
	remedied := map[string]bool{}
	for _, e := range all["finding.remedied"] {
		remedied[e.Subject] = true
	}
	open, overdue := 0, 0
	for _, e := range all["finding.raised"] {
		if e.Area != "iso" || remedied[e.Subject] {
			continue
		}
		open++
		if e.Due < "2019-10-01" {
			overdue++
		}
	}
	if open < 2 || overdue != 1 || len(remedied) == 0 {
		t.Errorf("%d findings about ISO are open, %d of them overdue; %d of any kind are remedied", open, overdue, len(remedied))
	}
}

// TestConstructionGrows: what comes online, comes by post and leaves by post has a greater share in every quarter.
func TestConstructionGrows(t *testing.T) {
	for seed := range uint64(4) {
		type counts struct{ received, online, post, returned, returnedByPost int }
		quarters := map[string]*counts{"2019-Q1": {}, "2019-Q2": {}, "2019-Q3": {}}
		all := ofConstruction(t, seed, "2019-01-01", 60)
		for typ, events := range all {
			for _, e := range events {
				q := quarters[quarter(e)]
				switch {
				case q == nil:
				case typ == "dossier.received":
					q.received++
					q.online += one(e.Channel == "online")
					q.post += one(e.Channel == "post")
				case typ == "dossier.returned":
					q.returned++
					q.returnedByPost += one(e.Channel == "post")
				}
			}
		}
		a, b, c := quarters["2019-Q1"], quarters["2019-Q2"], quarters["2019-Q3"]
		rises := func(what string, parts func(*counts) (int, int)) {
			t.Helper()
			share := func(q *counts) float64 { n, of := parts(q); return float64(n) / float64(of) }
			if !(share(a) < share(b) && share(b) < share(c)) {
				t.Errorf("seed %d: %s: %.3f, %.3f, %.3f", seed, what, share(a), share(b), share(c))
			}
		}
		rises("online", func(q *counts) (int, int) { return q.online, q.received })
		rises("received by post", func(q *counts) (int, int) { return q.post, q.received })
		rises("returned by post", func(q *counts) (int, int) { return q.returnedByPost, q.returned })
		if seed == 0 {
			t.Logf("%+v %+v %+v", *a, *b, *c)
		}
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func quarter(e told) string {
	at := calendar.DayOf(e.Time, zone).Start(zone)
	return fmt.Sprintf("%d-Q%d", at.Year(), (at.Month()-1)/3+1)
}
