package simulator_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/simulator"
)

// TestPetitionTerms: the time to settle runs from the acceptance, in calendar days: 30, for complaints on the islands 45;
// more is given where it is complex. Suggestions are answered in ten working days (DOMAIN.md §1.6). None lives longer than
// New counts on.
func TestPetitionTerms(t *testing.T) {
	office, _ := calendar.Builtin(zone).Get("vn-office")
	const end = "2022-01-01"
	opened, checked := map[string]told{}, map[event.Type]int{}
	for _, e := range decode(t, city(t, 6, "2020-01-01", end, 1)) {
		if e.Type.Family() != event.Petition {
			continue
		}
		checked[e.Type]++
		o := opened[e.Subject]
		days := func(n int) string { return (calendar.DayOf(e.Time, zone) + calendar.Day(n)).String() }
		want := e.Due
		switch {
		case e.Type == "petition.received" && e.Kind == "suggestion":
			due, err := office.AddDays(calendar.DayOf(e.Time, zone), 10)
			if err != nil || e.Calendar != "vn-office" {
				t.Errorf("%s: calendar %q, %v", e.Subject, e.Calendar, err)
			}
			want = due.String()
		case e.Type == "petition.received":
			want = ""
		case e.Type == "petition.accepted" && o.Kind == "complaint" && (o.Agency == "H24.30" || o.Agency == "H24.31"):
			want = days(45)
		case e.Type == "petition.accepted":
			want = days(30)
		}
		if e.Due != want {
			t.Errorf("%s %s of a %s at %s: due %q, want %q", e.Subject, e.Type, o.Kind, o.Agency, e.Due, want)
		}
		switch e.Type {
		case "petition.received":
			opened[e.Subject] = e
		case "petition.resolved", "petition.rejected", "petition.withdrawn", "petition.forwarded":
			if age := e.Time.Sub(o.Time); age > 150*24*time.Hour {
				t.Errorf("%s took %s", e.Subject, age)
			}
			delete(opened, e.Subject)
		}
	}
	for _, o := range opened {
		if age := day(end).Sub(o.Time); age > 155*24*time.Hour { // what is written down late adds days
			t.Errorf("%s is open after %s", o.Subject, age)
		}
	}
	if checked["petition.received"] < 3_000 || checked["petition.accepted"] < 800 {
		t.Errorf("only %v", checked)
	}
}

// TestHeadsReceiveOnceAMonth: the head of an agency is there on one day of a month at most, the same in every month but for
// days off.
func TestHeadsReceiveOnceAMonth(t *testing.T) {
	months, alone := map[string]int{}, 0
	for _, e := range decode(t, city(t, 6, "2023-01-01", "2024-01-01", 1)) {
		if e.Type != "reception.held" {
			continue
		}
		if e.Sessions < 1 || e.Cases < 1 || e.Cases > e.Sessions || e.People < e.Sessions {
			t.Errorf("%s: %d sessions, %d people, %d cases", e.Subject, e.Sessions, e.People, e.Cases)
		}
		if !e.Leader {
			alone++
			continue
		}
		month := e.Agency + e.Time.In(zone).Format(" 2006-01")
		if months[month]++; months[month] > 1 {
			t.Errorf("twice in %s", month)
		}
	}
	if len(months) < 250 || alone < 200 {
		t.Errorf("%d days with the head, %d without", len(months), alone)
	}
}

// TestReportsAreBelievable: each agency reports of each quarter before it ends, values near their targets, and a report is
// told once.
func TestReportsAreBelievable(t *testing.T) {
	ranges := map[string][2]float64{
		"staffing": {.93, 1.05}, "streamlining": {0, 1}, "iso": {.6, 1}, "training": {.7, 1.15}, "merger": {0, 1.2}, "work_file": {.6, 1},
	}
	seen, periods := map[string]bool{}, map[string]int{}
	for _, e := range decode(t, city(t, 6, "2021-01-01", "2022-01-01", 1)) {
		if e.Type != "indicator.reported" {
			continue
		}
		if want := fmt.Sprintf("%s/%s/%s", e.Agency, e.Indicator, e.Period); e.Subject != want || seen[want] {
			t.Errorf("%s is told of %s, or twice", e.Subject, want)
		}
		seen[e.Subject] = true
		periods[e.Indicator+" "+e.Period]++
		in := ranges[e.Indicator]
		if e.Target == nil || *e.Target <= 0 || e.Value < in[0]**e.Target || e.Value > in[1]**e.Target {
			t.Errorf("%s: %v of %v", e.Subject, e.Value, e.Target)
		}
	}
	for _, quarterly := range []string{"staffing", "streamlining", "iso", "training"} {
		for q := range 4 {
			if n := periods[fmt.Sprintf("%s 2021-Q%d", quarterly, q+1)]; n != 35 {
				t.Errorf("%d agencies report %s of quarter %d", n, quarterly, q+1)
			}
		}
	}
	if periods["work_file 2021-H1"] != 35 || periods["work_file 2021"] != 35 || periods["merger 2021"] < 15 {
		t.Errorf("%v", periods)
	}
}

// TestSourcesCount: what a source states in the morning is what it told, or will tell, of the day before; but for the
// dossiers that two agencies lose on some days.
func TestSourcesCount(t *testing.T) {
	type book struct{ day, source, family, agency string }
	opens := []event.Type{"dossier.received", "task.assigned", "petition.received", "reception.held", "finding.raised"}
	count, stated := map[book]int64{}, map[book]int64{}
	for _, e := range decode(t, city(t, 6, "2019-01-01", "2020-01-01", 60)) {
		at := e.Time.In(zone)
		switch {
		case slices.Contains(opens, e.Type):
			count[book{at.Format(time.DateOnly), e.Source, string(e.Type.Family()), e.Agency}]++
		case e.Type == "source.tally":
			stated[book{e.Day, e.Source, e.Family, e.Agency}] = e.Count
			if next := at.AddDate(0, 0, -1).Format(time.DateOnly); next != e.Day {
				t.Errorf("%s is stated on %s", e.Subject, at)
			}
		}
	}
	lost, told := int64(0), int64(0)
	for b, n := range count {
		if b.day > "2019-12-15" { // some is not written down yet
			continue
		}
		told += n
		missing := stated[b] - n
		if lossy := b.family == "dossier" && (b.agency == "H24.28" || b.agency == "H24.30"); missing != 0 && !lossy || missing < 0 {
			t.Errorf("%+v: %d stated, %d told", b, stated[b], n)
		}
		lost += missing
	}
	if lost < 5 || lost*200 > told {
		t.Errorf("%d of %d are lost", lost, told)
	}
	families := map[string]bool{}
	for b := range stated {
		families[b.family] = true
	}
	if len(families) != 5 {
		t.Errorf("only %v", families)
	}
}

// TestWorkOfInspectors: each agency is visited in both halves of a year but by chance, a visit finds a few things, most are
// remedied by their date.
func TestWorkOfInspectors(t *testing.T) {
	raised, due, late, visits := 0, map[string]string{}, 0, map[string]bool{}
	remedied, areas := 0, map[string]int{}
	for _, e := range decode(t, city(t, 6, "2022-01-01", "2024-01-01", 1)) {
		switch e.Type {
		case "finding.raised":
			raised++
			due[e.Subject] = e.Due
			areas[e.Area]++
			visits[e.Agency+" "+e.Inspection] = true
		case "finding.rescheduled":
			due[e.Subject] = e.Due
		case "finding.remedied":
			remedied++
			if e.Time.In(zone).Format(time.DateOnly) > due[e.Subject] {
				late++
			}
		}
	}
	if len(visits) < 100 || len(visits) > 140 || raised < 2*len(visits) || raised > 4*len(visits) {
		t.Errorf("%d findings of %d visits", raised, len(visits))
	}
	if len(areas) != 9 || late*20 < remedied || late*4 > remedied {
		t.Errorf("%d of %d are remedied late; %v", late, remedied, areas)
	}
	if len(simulator.Agencies())*4 < len(visits) {
		t.Errorf("%d visits in two years", len(visits))
	}
}
