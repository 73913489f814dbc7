package importer

import (
	"strings"
	"testing"
	"time"
)

func TestReadTimeWhereClocksChange(t *testing.T) {
	f := func(zone, text, want string) {
		t.Helper()
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		layouts, err := newLayouts(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readTime(text, layouts, loc)
		switch {
		case want == "":
			if err == nil || !strings.Contains(err.Error(), "does not exist in "+zone) {
				t.Errorf("%s in %s: %v %v, want a refusal", text, zone, got.instant, err)
			}
		case err != nil:
			t.Errorf("%s in %s: %v", text, zone, err)
		case got.instant.Format(time.RFC3339) != want:
			t.Errorf("%s in %s: %s, want %s", text, zone, got.instant.Format(time.RFC3339), want)
		}
	}
	// New York: 02:00 became 03:00 on 10 March 2019, 02:00 became 01:00 on 3 November 2019.
	f("America/New_York", "2019-03-10 01:59:59", "2019-03-10T01:59:59-05:00")
	f("America/New_York", "2019-03-10 02:00:00", "")
	f("America/New_York", "2019-03-10 02:59:59", "")
	f("America/New_York", "2019-03-10 03:00:00", "2019-03-10T03:00:00-04:00")
	f("America/New_York", "2019-11-03 00:59:59", "2019-11-03T00:59:59-04:00")
	f("America/New_York", "2019-11-03 01:30:00", "2019-11-03T01:30:00-04:00")
	f("America/New_York", "2019-11-03 02:00:00", "2019-11-03T02:00:00-05:00")
	f("America/New_York", "2019-11-03T01:30:00-05:00", "2019-11-03T01:30:00-05:00")
	// São Paulo changed its clocks at midnight: 18 October 2015 began at 01:00, 21 February 2016 came after 23:59:59 twice.
	f("America/Sao_Paulo", "2015-10-18", "2015-10-18T01:00:00-02:00")
	f("America/Sao_Paulo", "2015-10-18 00:30", "")
	f("America/Sao_Paulo", "2016-02-20 23:30", "2016-02-20T23:30:00-02:00")
	f("America/Sao_Paulo", "2016-02-21", "2016-02-21T00:00:00-03:00")
	// Havana: 01:00 became 00:00 on 3 November 2019, so that the day had two midnights.
	f("America/Havana", "2019-11-03", "2019-11-03T00:00:00-04:00")
	// Lord Howe Island moves by half an hour: 02:00 became 02:30 on 6 October 2019, 02:00 became 01:30 on 7 April 2019.
	f("Australia/Lord_Howe", "2019-10-06 02:15", "")
	f("Australia/Lord_Howe", "2019-04-07 01:45", "2019-04-07T01:45:00+11:00")
	f("Asia/Ho_Chi_Minh", "2026-02-28T23:59:59.9999", "2026-02-28T23:59:59+07:00")
}

// TestReadTimeAgreesWithWalkingTheClock compares with every quarter of an hour of two years, seen from the other side:
// what the clock shows at each instant.
func TestReadTimeAgreesWithWalkingTheClock(t *testing.T) {
	layouts, err := newLayouts(nil)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, zone := range []string{"America/Sao_Paulo", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		first := map[string]time.Time{}
		begin := time.Date(2016, 12, 30, 0, 0, 0, 0, time.UTC)
		for at := begin; at.Before(begin.AddDate(2, 0, 10)); at = at.Add(15 * time.Minute) {
			shown := at.In(loc).Format("2006-01-02 15:04")
			if _, again := first[shown]; !again {
				first[shown] = at
			}
		}
		for wall := begin.AddDate(0, 0, 2); wall.Before(begin.AddDate(2, 0, 5)); wall = wall.Add(15 * time.Minute) {
			text := wall.Format("2006-01-02 15:04")
			want, exists := first[text]
			got, err := readTime(text, layouts, loc)
			if exists != (err == nil) || exists && !got.instant.Equal(want) {
				t.Fatalf("%s in %s: %v %v, want %v", text, zone, got.instant, err, want)
			}
			compared++
		}
	}
	if compared < 4*2*365*96 {
		t.Errorf("only %d compared", compared)
	}
}

func TestSlug(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, want %q", name, got, want)
		}
	}
	f("Sở Xây dựng", "so-xay-dung")
	f("ĐƯỜNG Đi", "duong-di")
	f("Sở Xây dựng", "so-xay-dung") // letters and marks apart
	f("GEN_", "gen")
	f("UFPel – Universidade Federal de Pelotas", "ufpel-universidade-federal-de-pelotas")
	f("Straße Łódź Ærø", "strasse-lodz-aero")
	f("№ 5 ﬁn", "no-5-fin")
	f("–", "")
	f("  a  b  ", "a-b")
	f("EBSERH – CHU UFPA (HUJBB e HUBFS) – Complexo Hospitalar Universitário da Universidade Federal do Pará – Hospitais Universitários João de Barros Barreto e Bettina Ferro de Souza",
		"ebserh-chu-ufpa-hujbb-e-hubfs-complexo-hospitalar-unive-a3d9fa69")
	if n := len(Slug(strings.Repeat("a", 65))); n != longest {
		t.Errorf("a long slug has %d characters", n)
	}
}
