package simulator_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/simulator"
)

var zone = time.FixedZone("+07", 7*60*60)

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		panic(err)
	}
	return t
}

func city(t testing.TB, seed uint64, from, to string, perDay int) *simulator.City {
	t.Helper()
	c, err := simulator.New(simulator.Options{Seed: seed, From: day(from), To: day(to), DossiersPerDay: perDay, Location: zone})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCasesHoldTogether: a case begins once and ends at most once, in this order, and what is done to it is done in between.
// So received = settled + withdrawn + open for any history that begins with empty books.
func TestCasesHoldTogether(t *testing.T) {
	opens := []event.Type{
		"dossier.received", "task.assigned", "petition.received", "reception.held", "finding.raised", // and what happens once:
		"indicator.reported", "source.tally",
	}
	closes := []event.Type{
		"dossier.resolved", "dossier.rejected", "dossier.withdrawn", "task.completed", "task.cancelled",
		"petition.resolved", "petition.rejected", "petition.withdrawn", "petition.forwarded", "finding.remedied",
	}
	before := []event.Type{"dossier.submitted", "dossier.paid"}
	after := []event.Type{"dossier.returned", "dossier.paid", "dossier.rated"}
	type life struct {
		opened, closed, last time.Time
		void                 bool
	}
	cases := map[string]*life{}
	all := decode(t, city(t, 9, "2025-06-01", "2025-12-01", 100))
	slices.SortStableFunc(all, func(a, b told) int { return a.Time.Compare(b.Time) })
	opened, closed, refused := 0, 0, 0
	for _, e := range all {
		c := cases[e.Subject]
		if c == nil {
			c = &life{}
			cases[e.Subject] = c
		}
		if e.Time.Equal(c.last) {
			t.Errorf("%s: two things happen to %s at once", e.ID, e.Subject)
		}
		c.last = e.Time
		switch {
		case e.Type == "dossier.voided":
			c.void = true
		case slices.Contains(opens, e.Type):
			if opened++; !c.opened.IsZero() {
				t.Errorf("%s opens twice", e.Subject)
			}
			c.opened = e.Time
		case slices.Contains(closes, e.Type) && c.opened.IsZero():
			refused++ // what was submitted and not accepted
			if e.Type != "dossier.rejected" && e.Type != "dossier.withdrawn" {
				t.Errorf("%s closes before it opens", e.ID)
			}
		case slices.Contains(closes, e.Type):
			if closed++; !c.closed.IsZero() {
				t.Errorf("%s closes twice", e.Subject)
			}
			c.closed = e.Time
		case c.opened.IsZero() && !slices.Contains(before, e.Type), !c.closed.IsZero() && !slices.Contains(after, e.Type):
			t.Errorf("%s %s out of its time", e.Type, e.ID)
		}
	}
	if opened < 10_000 || closed < 9_000 || closed >= opened || refused == 0 {
		t.Errorf("%d opened, %d closed, %d not accepted", opened, closed, refused)
	}
}

// told is an event as the collector reads it.
type told struct {
	event.Event
	event.Data
}

func decode(t testing.TB, c *simulator.City) []told {
	t.Helper()
	var all []told
	for e := range c.Events() {
		raw, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Decode(raw, e.Recorded())
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if !got.Time.Equal(e.Time()) || !got.Recorded.Equal(e.Recorded()) || string(got.Type) != e.Type || got.ID != e.ID {
			t.Fatalf("%s is read as %+v", raw, got)
		}
		fields, err := got.Fields()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, told{got, fields})
	}
	return all
}

// Every event of a year passes the gate of the collector, none lies outside the history, and no case says anything before
// its opening or after its end but what belongs there.
func TestHistoryIsValid(t *testing.T) {
	all := decode(t, city(t, 1, "2024-11-24", "2025-11-24", 60))
	if len(all) < 50_000 {
		t.Fatalf("only %d events", len(all))
	}
	ids := map[string]bool{}
	types := map[event.Type]int{}
	never := []event.Type{"task.voided", "petition.voided", "reception.voided", "finding.voided", "assessment.submitted", "assessment.verified", "source.snapshot"}
	last := time.Time{}
	for _, e := range all {
		types[e.Type]++
		if ids[e.Source+" "+e.ID] {
			t.Fatalf("%s is told twice", e.ID)
		}
		ids[e.Source+" "+e.ID] = true
		if e.Time.Before(day("2024-11-24")) || e.Recorded.Before(e.Time) || !e.Recorded.Before(day("2025-11-24")) {
			t.Fatalf("%s at %s, recorded %s", e.ID, e.Time, e.Recorded)
		}
		if e.Recorded.Before(last) {
			t.Fatalf("%s is told after one recorded later", e.ID)
		}
		last = e.Recorded
	}
	for _, typ := range event.Types() {
		if slices.Contains(never, typ) != (types[typ] == 0) {
			t.Errorf("%d %s", types[typ], typ)
		}
	}
	t.Logf("%d events: %v", len(all), types)
}

func TestSameSeedSameBytes(t *testing.T) {
	sum := func(seed uint64, from, to string) string {
		h := sha256.New()
		for e := range city(t, seed, from, to, 100).Events() {
			h.Write(e.AppendJSON(nil))
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	first := sum(7, "2019-01-01", "2019-05-01")
	if again := sum(7, "2019-01-01", "2019-05-01"); again != first {
		t.Error("the same seed gave another city")
	}
	if other := sum(8, "2019-01-01", "2019-05-01"); other == first {
		t.Error("another seed gave the same city")
	}
}

// A case is the same whenever the history begins or ends. Sources count from the beginning on: in the first days not what
// was submitted before it.
func TestCasesDoNotDependOnTheWindow(t *testing.T) {
	whole := map[string]string{}
	for e := range city(t, 3, "2019-01-01", "2019-12-01", 50).Events() {
		whole[e.ID] = string(e.AppendJSON(nil))
	}
	n := 0
	for e := range city(t, 3, "2019-06-01", "2019-08-01", 50).Events() {
		if e.Type == "source.tally" && e.Time().Before(day("2019-06-15")) {
			continue
		}
		n++
		if got := string(e.AppendJSON(nil)); whole[e.ID] != got {
			t.Fatalf("got %s\nwant %s", got, whole[e.ID])
		}
	}
	if n < 5_000 {
		t.Fatalf("only %d events", n)
	}
}

// Officials act on working days, in office hours; citizens when they like.
func TestOfficesRestOnDaysOff(t *testing.T) {
	office, _ := calendar.Builtin(zone).Get("vn-office")
	official := []event.Type{
		"dossier.received", "dossier.supplement_requested", "dossier.supplemented", "dossier.transferred", "dossier.rescheduled",
		"dossier.resolved", "task.assigned", "task.accepted", "task.reported", "task.completed",
		"petition.received", "petition.accepted", "petition.resolved", "petition.rejected", "petition.forwarded", "petition.rescheduled",
		"reception.held", "finding.raised", "finding.rescheduled", "finding.remedied", "indicator.reported",
	}
	checked, online := 0, 0
	for _, e := range decode(t, city(t, 5, "2019-01-01", "2019-04-01", 200)) {
		at := e.Time.In(zone)
		works, err := office.Works(calendar.DayOf(at, zone))
		if err != nil {
			t.Fatal(err)
		}
		if !works && e.Type == "dossier.submitted" {
			online++
		}
		if !slices.Contains(official, e.Type) {
			continue
		}
		checked++
		if minute := at.Hour()*60 + at.Minute(); !works || minute < 7*60 || minute > 17*60 || minute > 11*60+30 && minute < 13*60+30 {
			t.Fatalf("%s %s at %s", e.Type, e.Subject, at)
		}
	}
	if checked < 10_000 || online == 0 {
		t.Fatalf("%d acts checked, %d submitted on days off", checked, online)
	}
}

// The promise is the term in working days of vn-office.
func TestPromisesAreTerms(t *testing.T) {
	office, _ := calendar.Builtin(zone).Get("vn-office")
	terms := map[string]int{}
	for _, p := range simulator.Procedures() {
		terms[p.Code] = p.Term
	}
	n := 0
	for _, e := range decode(t, city(t, 2, "2024-12-01", "2025-03-01", 100)) {
		if e.Type != "dossier.received" || e.Due == "" {
			continue
		}
		n++
		due, err := office.AddDays(calendar.DayOf(e.Time, zone), terms[e.Procedure])
		if err != nil || due.String() != e.Due {
			t.Fatalf("%s received %s, term %d: due %s, want %s, %v", e.Subject, e.Time.In(zone), terms[e.Procedure], e.Due, due, err)
		}
	}
	if n < 3_000 {
		t.Fatalf("only %d promises", n)
	}
}

// What people see of the city: growing shares, a lull at Tết, a few agencies clearly behind, one with hardly any cases.
func TestCityIsBelievable(t *testing.T) {
	type sums struct{ n, online, returned, post, paid, paidOnline int }
	years := map[int]*sums{2019: {}, 2022: {}, 2025: {}}
	kept, settled := map[string]int{}, map[string]int{}
	due, agency, procedures := map[string]string{}, map[string]string{}, map[string]bool{}
	days := map[string]int{}
	for y := range years {
		s := years[y]
		for _, e := range decode(t, city(t, 11, fmt.Sprintf("%d-01-01", y), fmt.Sprintf("%d-01-01", y+1), 60)) {
			switch e.Type {
			case "dossier.received":
				s.n++
				due[e.Subject], agency[e.Subject] = e.Due, e.Agency
				procedures[e.Procedure] = true
				if e.Channel == "online" {
					s.online++
				}
				days[e.Time.In(zone).Format(time.DateOnly)]++
			case "dossier.returned":
				s.returned++
				if e.Channel == "post" {
					s.post++
				}
			case "dossier.paid":
				s.paid++
				if e.Channel == "online" {
					s.paidOnline++
				}
			case "dossier.resolved":
				if due[e.Subject] == "" {
					continue
				}
				settled[agency[e.Subject]]++
				if e.Time.In(zone).Format(time.DateOnly) <= due[e.Subject] {
					kept[agency[e.Subject]]++
				}
			}
		}
	}
	share := func(a, b int) float64 { return float64(a) / float64(b) }
	for _, y := range []int{2019, 2022, 2025} {
		s := years[y]
		t.Logf("%d: online %.3f, returned by post %.3f, paid online %.3f of %d received", y, share(s.online, s.n), share(s.post, s.returned), share(s.paidOnline, s.paid), s.n)
	}
	for _, pair := range [][2]int{{2019, 2022}, {2022, 2025}} {
		a, b := years[pair[0]], years[pair[1]]
		if share(a.online, a.n) >= share(b.online, b.n) || share(a.post, a.returned) >= share(b.post, b.returned) || share(a.paidOnline, a.paid) >= share(b.paidOnline, b.paid) {
			t.Errorf("a share does not grow from %d to %d", pair[0], pair[1])
		}
	}
	tet, usual := 0, 0
	for d := range 4 {
		tet += days[fmt.Sprintf("2019-02-%02d", 11+d)]
		usual += days[fmt.Sprintf("2019-03-%02d", 11+d)]
	}
	if tet*3 > usual*2 || tet == 0 {
		t.Errorf("no lull after Tết: %d received from 2019-02-11 to 14, %d from 2019-03-11 to 14", tet, usual)
	}
	rates := map[string]float64{}
	for _, code := range slices.Sorted(maps.Keys(settled)) {
		rates[code] = share(kept[code], settled[code])
		t.Logf("%s: %.3f of %d on the first day promised, supplements apart", code, rates[code], settled[code])
	}
	for _, worse := range []string{"H24.13", "H24.28"} {
		if rates[worse] > .90 || rates[worse] < .5 {
			t.Errorf("%s keeps %.2f", worse, rates[worse])
		}
	}
	if n := settled["H24.30"]; n == 0 || n > 100 {
		t.Errorf("Bạch Long Vĩ has %d cases in three years", n)
	}
	if got := len(simulator.Agencies()); got != 35 || len(settled) != got {
		t.Errorf("%d agencies, %d have cases", got, len(settled))
	}
	if want := len(simulator.Procedures()); want < 40 || len(procedures) != want {
		t.Errorf("%d of %d procedures have cases", len(procedures), want)
	}
}

func TestRegisters(t *testing.T) {
	codes := map[string]bool{}
	for _, a := range simulator.Agencies() {
		if err := event.CheckCode(a.Code); err != nil || codes[a.Code] || a.NameVI == "" || a.NameEN == "" || !strings.HasPrefix(a.Code, "H24.") {
			t.Errorf("%+v: %v", a, err)
		}
		codes[a.Code] = true
	}
	for _, p := range simulator.Procedures() {
		if err := event.CheckCode(p.Code); err != nil || codes[p.Code] || p.NameVI == "" || p.NameEN == "" || p.Field == "" || p.Term < 1 {
			t.Errorf("%+v: %v", p, err)
		}
		codes[p.Code] = true
	}
}

func TestRefusals(t *testing.T) {
	f := func(from, to, want string) {
		t.Helper()
		_, err := simulator.New(simulator.Options{From: day(from), To: day(to), Location: zone})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s to %s: %v", from, to, err)
		}
	}
	f("2019-01-02", "2019-01-01", "before it ends")
	f("2019-01-02", "2019-01-02", "before it ends")
	f("2017-12-31", "2019-01-01", "2018 to 2027")
	f("2019-01-01", "2028-01-02", "2018 to 2027")
	if _, err := simulator.New(simulator.Options{From: day("2018-01-01"), To: day("2028-01-01"), Location: zone}); err != nil {
		t.Errorf("all years: %v", err)
	}
}

func BenchmarkEvents(b *testing.B) {
	n := 0
	var buffer []byte
	for b.Loop() {
		for e := range city(b, 1, "2024-11-24", "2026-11-24", 120).Events() {
			buffer = e.AppendJSON(buffer[:0])
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(n)/float64(b.N), "events")
}
