package simulator

import (
	"fmt"
	"math"
	"time"

	"tiendo/internal/calendar"
)

// stretch is a part of a year that an indicator is reported for.
type stretch struct {
	id   string // such as "2019-Q3"
	year int
	done float64 // of the year, at the end
}

// indicators are what agencies report of themselves, each with what it is measured by: the value and the target. Those of
// a half are reported for it and for the whole year, the others for each quarter; what adds up in a year is counted from its
// beginning.
var indicators = [...]struct {
	name    string
	half    bool
	measure func(o office, s stretch) (value, target float64)
}{
	{"staffing", false, office.staffing},
	{"streamlining", false, office.streamlining},
	{"iso", false, office.iso},
	{"training", false, office.training},
	{"merger", true, office.mergers},
	{"work_file", true, office.workFiles},
}

// reports plans the reports that are due on a day. A report period ends on the 14th of its last month (DOMAIN.md §1.3), so
// they come in the days after.
func (g *generator) reports() {
	t := g.day.Start(time.UTC)
	if t.Month()%3 != 0 {
		return
	}
	middle := g.day - calendar.Day(t.Day()) + 15
	quarter := int(t.Month()) / 3
	for a := range agencies {
		if g.day != g.city.officeDay(middle+calendar.Day(a%9)) {
			continue
		}
		for i, indicator := range indicators {
			s := stretch{id: fmt.Sprintf("%d-Q%d", t.Year(), quarter), year: t.Year(), done: float64(quarter) / 4}
			switch {
			case indicator.half && quarter == 2:
				s.id = fmt.Sprintf("%d-H1", t.Year())
			case indicator.half && quarter == 4:
				s.id = fmt.Sprint(t.Year())
			case indicator.half:
				continue
			}
			g.draw(forIndicator, a<<8|i)
			value, target := indicator.measure(office{generator: g, agency: &agencies[a]}, s)
			if target > 0 {
				g.indicator(a, indicator.name, s.id, value, target)
			}
		}
	}
}

// indicator tells one report.
func (g *generator) indicator(a int, name, period string, value, target float64) {
	l := &life{
		generator: g, agency: &agencies[a], source: fromHomeAffairs,
		subject: fmt.Sprintf("%s/%s/%s", agencies[a].Code, name, period),
	}
	l.tell("indicator.reported", l.act(g.day), l.data().str("agency", l.agency.Code).str("indicator", name).
		str("period", period).number("value", int(value)).number("target", int(target)))
}

// office is the people and papers of an agency.
type office struct {
	*generator
	agency *agency
}

// posts is the quota of staff (biên chế được giao) in a year. It falls slowly, by what is streamlined.
func (o office) posts(year int) float64 {
	posts := 34 + 9*o.agency.weight
	if o.agency.Group == district {
		posts = 60 + 14*o.agency.weight
	}
	return math.Round(posts * math.Pow(.98, float64(year-firstYear)))
}

// staffing: most agencies have posts to fill; where much lies about, more people work than were granted.
func (o office) staffing(s stretch) (value, target float64) {
	quota := o.posts(s.year)
	if o.agency.habits&Stalls != 0 {
		return quota + 2, quota
	}
	return quota - math.Floor(quota*.06*o.rng.Float64()), quota
}

// streamlining: posts given up since the year began, against the plan up to then.
func (o office) streamlining(s stretch) (value, target float64) {
	plan := math.Ceil(.02 * o.posts(s.year) * s.done)
	if o.agency.Code == Construction || o.chance(.6) {
		return plan, plan
	}
	return max(0, plan-1), plan
}

// iso: procedures that run under ISO 9001, against those that should. More do every year.
func (o office) iso(s stretch) (value, target float64) {
	plan := math.Round(10 + 3*math.Sqrt(o.agency.weight))
	share := .70 + .03*(float64(s.year-firstYear)+s.done) + .06*o.rng.Float64()
	return math.Floor(plan * min(share, 1)), plan
}

// training: people trained since the year began, against the plan up to then.
func (o office) training(s stretch) (value, target float64) {
	plan := math.Ceil(.4 * o.posts(s.year) * s.done)
	return math.Round(plan * (.82 + .24*o.rng.Float64())), plan
}

// mergers: public units that were merged since the year began, against the plan of the year. Small departments have none.
func (o office) mergers(s stretch) (value, target float64) {
	plan := math.Floor(.5 + .3*o.agency.weight)
	if o.agency.Group == district {
		plan += 2
	}
	return math.Floor(plan * s.done * (.75 + .35*o.rng.Float64())), plan
}

// workFiles: files of work that were kept and archived since the year began, against those that had to be.
func (o office) workFiles(s stretch) (value, target float64) {
	files := math.Round(6 * o.posts(s.year) * s.done)
	return math.Floor(files * min(.72+.025*float64(s.year-firstYear)+.08*o.rng.Float64(), 1)), files
}
