package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// allBoston holds every opening, closing and due date of the Boston sets.
const allBoston = "2013-01-01..2026-06-30"

type bostonFigures struct {
	Rows          int `json:"rows"`
	WithDue       int `json:"with_due"`
	WithoutDue    int `json:"without_due"`
	Closed        int `json:"closed"`
	Open          int `json:"open"`
	ClosedWithDue int `json:"closed_with_due"`
	Recomputed    struct {
		OnTime int `json:"on_time"`
		Late   int `json:"late"`
	} `json:"closed_with_due_recomputed"`
	OpenVerdict         map[string]int `json:"open_by_publishers_verdict"`
	ClosedBeforeOpened  int            `json:"closed_before_opened"`
	SecondsToCloseTruth struct {
		P50 *float64 `json:"p50"`
		P90 *float64 `json:"p90"`
	} `json:"seconds_to_close"`
}

type bostonTruth struct {
	DistinctIDs int                       `json:"distinct_ids"`
	Total       bostonFigures             `json:"total"`
	Departments map[string]bostonFigures  `json:"by_department"`
	Sources     map[string]bostonFigures  `json:"by_source"`
	Kinds       map[string]int            `json:"by_kind_rows"`
	Crossed     map[string]map[string]int `json:"department_x_source_rows"`
	Months      map[string]struct {
		Opened           int `json:"opened"`
		Closed           int `json:"closed"`
		OnTime           int `json:"closed_on_time"`
		Late             int `json:"closed_late"`
		WithoutDue       int `json:"closed_without_due"`
		DueAndUnfinished int `json:"became_due_unfinished"`
	} `json:"months"`
	AsOf []struct {
		At          string         `json:"at"`
		Opened      int            `json:"opened_until"`
		Open        int            `json:"open"`
		Overdue     int            `json:"overdue"`
		Departments map[string]int `json:"overdue_by_department"`
	} `json:"as_of"`
}

// bostonSet is a set in the words of its files.
type bostonSet struct {
	folder, mapping                          string
	files                                    []string
	id, opened, due, closed, verdict, agency string
	layout                                   string
	hasTruth                                 bool
}

var bostonSets = []bostonSet{
	{
		"boston311-animals-2013-2019", "boston-311.yaml",
		[]string{"2013.csv.gz", "2014.csv.gz", "2015.csv.gz", "2016.csv.gz", "2017.csv.gz", "2018.csv.gz", "2019.csv.gz"},
		"case_enquiry_id", "open_dt", "sla_target_dt", "closed_dt", "on_time", "department", time.DateTime, true,
	},
	{
		"boston311-sample-2015-2024", "boston-311-sample.yaml",
		[]string{"boston311_sample.csv.gz"},
		"CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "Department", time.DateTime, true,
	},
	{
		"boston311-forms", "boston-311-2022-dmy.yaml",
		[]string{"boston311-dmy-100.csv"},
		"case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "department", "02/01/2006 15:04:05", true,
	},
	{
		"boston311-forms", "boston-311-2022.yaml",
		[]string{"boston311-100-20dupes-random.csv"},
		"case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "department", time.DateTime, false,
	},
	{
		"boston311-forms", "boston-311-2022.yaml",
		[]string{"boston311-100-notime.csv"},
		"case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "department", time.DateOnly, false,
	},
}

func TestTruthOfBoston(t *testing.T) {
	t.Parallel()
	for _, set := range bostonSets {
		name := strings.TrimSuffix(set.files[0], ".gz")
		if len(set.files) > 1 {
			name = set.folder
		}
		t.Run(name, func(t *testing.T) {
			var paths []string
			for _, file := range set.files {
				paths = append(paths, dataset(t, filepath.Join(set.folder, file)))
			}
			cases := set.read(t, paths)
			events := len(cases)
			for _, one := range cases {
				if !one.closed.IsZero() {
					events++
				}
			}
			c := startCity(t, "America/New_York")
			c.load(set.mapping, events, paths...)
			set.compareVerdicts(c, cases)
			if !set.hasTruth {
				return
			}
			told := truth[bostonTruth](t, set.folder)
			if len(cases) != told.DistinctIDs {
				t.Fatalf("%d cases were read, the truth has %d", len(cases), told.DistinctIDs)
			}
			told.compareTotals(c)
			told.compareMonths(c, cases)
			told.compareStocks(c)
			told.compareHours(c, cases)
			if t.Logf("%d figures compared", c.compared); c.compared < 150 {
				t.Errorf("only %d figures were compared", c.compared)
			}
			// Again: no figure changes.
			c.load(set.mapping, events, paths...)
			told.compareTotals(c)
		})
	}
}

// bostonCase is a row as the publisher wrote it.
type bostonCase struct {
	opened, due, closed time.Time // wall clock, as if UTC; due and closed zero if empty
	verdict, agency     string
}

func (s *bostonSet) read(t *testing.T, paths []string) map[string]bostonCase {
	t.Helper()
	at := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		wall, err := time.Parse(s.layout, text)
		if err != nil {
			t.Fatal(err)
		}
		return wall
	}
	cases := map[string]bostonCase{}
	for _, path := range paths {
		for _, r := range records(t, path) {
			cases[r[s.id]] = bostonCase{at(r[s.opened]), at(r[s.due]), at(r[s.closed]), r[s.verdict], r[s.agency]}
		}
	}
	return cases
}

// compareVerdicts holds each row's verdict against the lists behind our figures. The publisher calls a case without due
// date ONTIME, so that stands in no rate of ours.
func (s *bostonSet) compareVerdicts(c *city, cases map[string]bostonCase) {
	c.Helper()
	const (
		blank = "the publisher left the verdict of one late case blank"
		hours = "dates only: one case that was late by hours looks on time"
	)
	lists := map[string]map[string]bool{}
	for _, id := range []string{"early", "on_time", "late", "no_deadline", "open_in_term", "open_overdue"} {
		lists[id] = c.subjects("dossier."+id, allBoston)
	}
	named := map[string]int{}
	for id, one := range cases {
		var in []string
		for list, members := range lists {
			if members[id] {
				in = append(in, list)
			}
		}
		if len(in) != 1 {
			c.Errorf("%s is in the lists %q, want one", id, in)
			continue
		}
		ours := "ONTIME"
		if in[0] == "late" || in[0] == "open_overdue" {
			ours = "OVERDUE"
		}
		switch {
		case one.due.IsZero() != (in[0] == "no_deadline") && !one.closed.IsZero(),
			one.closed.IsZero() != strings.HasPrefix(in[0], "open_"):
			c.Errorf("%s is in the list %s; due %v, closed %v", id, in[0], one.due, one.closed)
		case ours == one.verdict:
		case one.verdict == "" && ours == "OVERDUE":
			named[blank]++
		case s.layout == time.DateOnly && one.verdict == "OVERDUE" && one.closed.Equal(one.due):
			named[hours]++
		default:
			c.Errorf("%s: ours %s (%s), the publisher's %q; due %v, closed %v", id, ours, in[0], one.verdict, one.due, one.closed)
		}
		c.compared++
	}
	want := map[string]int{}
	switch {
	case s.folder == "boston311-sample-2015-2024":
		want[blank] = 1
	case s.layout == time.DateOnly:
		want[hours] = 1
	}
	if !maps.Equal(named, want) {
		c.Errorf("disagreements %v, want %v", named, want)
	}
}

// channelOf is the mappings' channel of a source.
func channelOf(source string) string {
	if slices.Contains([]string{"Citizens Connect App", "Self Service", "Twitter"}, source) {
		return "online"
	}
	return "direct"
}

func (b *bostonTruth) compareTotals(c *city) {
	c.Helper()
	channels := map[string][]bostonFigures{}
	for source, figures := range b.Sources {
		channels[channelOf(source)] = append(channels[channelOf(source)], figures)
	}
	groups := map[string]func(count func(bostonFigures) int) map[string]int{
		"":       func(count func(bostonFigures) int) map[string]int { return map[string]int{"": count(b.Total)} },
		"agency": func(count func(bostonFigures) int) map[string]int { return bySlug(b.Departments, count) },
		"channel": func(count func(bostonFigures) int) map[string]int {
			sums := map[string]int{}
			for channel, all := range channels {
				for _, figures := range all {
					sums[channel] += count(figures)
				}
			}
			return sums
		},
	}
	for by, count := range groups {
		ask := func(id string) map[string]answer { return c.rows("dossier."+id, allBoston, by) }
		onTime := count(func(f bostonFigures) int { return f.Recomputed.OnTime })
		c.counts("received", ask("received"), count(func(f bostonFigures) int { return f.Rows }))
		c.counts("settled", ask("settled"), count(func(f bostonFigures) int { return f.Closed }))
		c.counts("open", ask("open"), count(func(f bostonFigures) int { return f.Open }))
		c.counts("early and on time", sum(ask("early"), ask("on_time")), onTime)
		c.counts("late", ask("late"), count(func(f bostonFigures) int { return f.Recomputed.Late }))
		c.counts("no deadline", ask("no_deadline"), count(func(f bostonFigures) int { return f.Closed - f.ClosedWithDue }))
		c.counts("overdue", ask("open_overdue"), count(func(f bostonFigures) int { return f.OpenVerdict["OVERDUE"] }))
		c.counts("in term", ask("open_in_term"), count(func(f bostonFigures) int { return f.OpenVerdict["ONTIME"] }))
		c.counts("carried over", ask("carried_over"), map[string]int{})
		c.counts("withdrawn", ask("withdrawn"), map[string]int{})
		c.rates("on-time rate", ask("on_time_rate"), onTime, count(func(f bostonFigures) int { return f.ClosedWithDue }))
		c.rates("on-time rate, first promise", ask("on_time_rate_first"), onTime, count(func(f bostonFigures) int { return f.ClosedWithDue }))
		c.rates("promise kept", ask("promise_kept_rate"), onTime, count(func(f bostonFigures) int { return f.WithDue }))
	}
	online := 0
	for _, figures := range channels["online"] {
		online += figures.Rows
	}
	c.rates("online share", c.rows("online.share", allBoston, ""), map[string]int{"": online}, map[string]int{"": b.Total.Rows})
	c.counts("received by procedure", c.rows("dossier.received", allBoston, "procedure"), bySlug(b.Kinds, func(n int) int { return n }))
	crossed := map[string]int{}
	for department, sources := range b.Crossed {
		for source, n := range sources {
			crossed[strings.Join([]string{slugged(department), channelOf(source)}, "|")] += n
		}
	}
	c.counts("received by agency and channel", c.rows("dossier.received", allBoston, "agency,channel"), crossed)
}

// compareMonths compares month by month. A closing that is told to be before its opening is booked at the opening.
func (b *bostonTruth) compareMonths(c *city, cases map[string]bostonCase) {
	c.Helper()
	want := map[string]map[string]int{"received": {}, "settled": {}, "on time": {}, "late": {}, "no_deadline": {}, "broken": {}}
	for month, m := range b.Months {
		want["received"][month], want["settled"][month], want["on time"][month] = m.Opened, m.Closed, m.OnTime
		want["late"][month], want["no_deadline"][month], want["broken"][month] = m.Late, m.WithoutDue, m.DueAndUnfinished
	}
	moved := 0
	for _, one := range cases {
		if one.closed.IsZero() || !one.closed.Before(one.opened) {
			continue
		}
		moved++
		list := "no_deadline"
		if !one.due.IsZero() {
			list = "on time"
		}
		for _, name := range []string{"settled", list} {
			want[name][one.closed.Format("2006-01")]--
			want[name][one.opened.Format("2006-01")]++
		}
	}
	if moved != b.Total.ClosedBeforeOpened {
		c.Errorf("%d cases are closed before they are opened, the truth is %d", moved, b.Total.ClosedBeforeOpened)
	}
	ask := func(id string) map[string]answer { return c.rows("dossier."+id, allBoston, "month") }
	c.counts("received in", ask("received"), want["received"])
	c.counts("settled in", ask("settled"), want["settled"])
	c.counts("on time in", sum(ask("early"), ask("on_time")), want["on time"])
	c.counts("late in", ask("late"), want["late"])
	c.counts("no deadline in", ask("no_deadline"), want["no_deadline"])
	broken := map[string]float64{}
	for month, r := range ask("promise_kept_rate") {
		broken[month] = *r.Denominator - *r.Numerator
	}
	c.numbers("promises broken in", broken, want["broken"])
}

func (b *bostonTruth) compareStocks(c *city) {
	c.Helper()
	for _, at := range b.AsOf {
		day := at.At[:len(time.DateOnly)]
		one := func(n int) map[string]int { return map[string]int{"": n} }
		c.counts("received until "+day, c.rows("dossier.received", "2013-01-01.."+day, ""), one(at.Opened))
		c.counts("open on "+day, c.rows("dossier.open", day, ""), one(at.Open))
		c.counts("overdue on "+day, c.rows("dossier.open_overdue", day, ""), one(at.Overdue))
		c.counts("overdue on "+day, c.rows("dossier.open_overdue", day, "agency"), bySlug(at.Departments, func(n int) int { return n }))
	}
}

// compareHours computes the quantiles of the time to close from the rows, twice: by the wall clock, which must give the
// truth, and by real time, which is what we measure; they differ by an hour where the clocks were changed in between. A
// closing before the opening took no time; the truth leaves it out.
func (b *bostonTruth) compareHours(c *city, cases map[string]bostonCase) {
	c.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		c.Fatal(err)
	}
	local := func(wall time.Time) time.Time {
		year, month, day := wall.Date()
		return time.Date(year, month, day, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	}
	wall, real := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, one := range cases {
		if one.closed.IsZero() {
			continue
		}
		for _, key := range []string{"", one.agency} {
			if took := one.closed.Sub(one.opened); took >= 0 {
				wall[key] = append(wall[key], took)
			}
			real[key] = append(real[key], max(0, local(one.closed).Sub(local(one.opened))))
		}
	}
	agencies := c.rows("dossier.working_hours_median", allBoston, "agency")
	slowest := c.rows("dossier.working_hours_p90", allBoston, "agency")
	for _, r := range []struct {
		by     string
		p50    map[string]answer
		p90    map[string]answer
		groups map[string]bostonFigures
	}{
		{"", c.rows("dossier.working_hours_median", allBoston, ""), c.rows("dossier.working_hours_p90", allBoston, ""), map[string]bostonFigures{"": b.Total}},
		{"agency", agencies, slowest, b.Departments},
	} {
		for name, figures := range r.groups {
			if figures.Closed == 0 {
				continue
			}
			if p50, p90 := rank(wall[name], 0.5), rank(wall[name], 0.9); p50.Seconds() != *figures.SecondsToCloseTruth.P50 || p90.Seconds() != *figures.SecondsToCloseTruth.P90 {
				c.Errorf("%s: the rows give %v and %v, the truth is %v", name, p50, p90, figures.SecondsToCloseTruth)
			}
			c.quantile("median hours of "+name, r.p50[slugged(name)], rank(real[name], 0.5))
			c.quantile("p90 hours of "+name, r.p90[slugged(name)], rank(real[name], 0.9))
		}
	}
}
