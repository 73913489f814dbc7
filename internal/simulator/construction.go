package simulator

import (
	"math"
	"math/rand/v2"
	"sort"

	"tiendo/internal/calendar"
)

// Construction is the code of Sở Xây dựng, whose first nine months of 2019, 1 January to 1 October, both included, are told
// as the inspection of October 2019 reported them: every city has them, whatever its seed.
//
// The report says "about 1,000 tasks, most of them with a deadline"; the exact numbers are chosen. It says that 25 petitions
// were handled, which may mean received or settled: here it is true of both, for each that comes in these months is resolved
// in them, and none is carried over from before. Staff are within the quota and streamlining is exactly to plan in every quarterly report;
// findings about ISO are open on 1 October, one of them overdue; the shares of what is handed in online, comes by post and
// is returned by post grow from quarter to quarter, in a city with at least 60 dossiers a day.
//
// Source: DOMAIN.md, S15 and §1.6.
const (
	Construction          = "H24.17"
	ConstructionTasks     = 1_000
	ConstructionDated     = 828 // tasks with a deadline
	ConstructionSessions  = 11  // of citizen reception, each about a case of its own
	ConstructionPeople    = 14
	ConstructionPetitions = 25
)

// inspectedDays are those from 1 January to 1 October 2019.
const inspectedDays = 274

// inspected says whether the inspection reported on a day.
func inspected(d calendar.Day) bool {
	return firstOf(2019) <= d && d < firstOf(2019)+inspectedDays
}

// reportedAt says whether what happens at an agency on a day is what the inspection reported. It is all written down at once,
// so that the day after the last has it whole.
func reportedAt(a int, d calendar.Day) bool { return agencies[a].Code == Construction && inspected(d) }

// reported is what comes to Sở Xây dựng in the inspected months, by day.
type reported struct {
	tasks      map[calendar.Day][]bool   // whether each is dated
	petitions  map[calendar.Day][]string // the kind of each
	receptions map[calendar.Day]hearing
	turns      map[calendar.Day]int // dossiers drawn in these months before the day
}

func (c *City) inspection() reported {
	g := newGenerator(c)
	return reported{
		tasks: g.reportedTasks(), petitions: g.reportedPetitions(), receptions: g.reportedReceptions(), turns: c.turnsBefore(),
	}
}

// spread is working days from which the busy ones are drawn more often.
type spread struct {
	days []calendar.Day
	upTo []float64
}

// spread is of n days from 1 January 2019 on.
func (c *City) spread(n calendar.Day) spread {
	var s spread
	total := 0.0
	for d := firstOf(2019); d < firstOf(2019)+n; d++ {
		if c.works(d) {
			total += c.load(d)
			s.days, s.upTo = append(s.days, d), append(s.upTo, total)
		}
	}
	return s
}

func (s *spread) draw(rng *rand.Rand) calendar.Day {
	last := len(s.days) - 1
	return s.days[min(sort.SearchFloat64s(s.upTo, rng.Float64()*s.upTo[last]), last)]
}

func (g *generator) reportedTasks() map[calendar.Day][]bool {
	g.draw(forConstruction, -1)
	days := g.city.spread(inspectedDays)
	tasks := map[calendar.Day][]bool{}
	for i := range ConstructionTasks {
		day := days.draw(g.rng)
		tasks[day] = append(tasks[day], i < ConstructionDated)
	}
	return tasks
}

// reportedPetitions come early enough to be settled by 1 October: an answer takes at most ten working days, the others take
// ten days until they are accepted and thirty from then on.
func (g *generator) reportedPetitions() map[calendar.Day][]string {
	g.draw(forConstruction, -2)
	soon, later := g.city.spread(inspectedDays-22), g.city.spread(inspectedDays-50)
	petitions := map[calendar.Day][]string{}
	for i := range ConstructionPetitions {
		days, kind := &soon, suggestion
		switch {
		case i%5 == 0:
			days, kind = &later, complaint
		case i%8 == 1:
			days, kind = &later, denunciation
		}
		day := days.draw(g.rng)
		petitions[day] = append(petitions[day], kind)
	}
	return petitions
}

// settledInTime says whether a petition that comes on a day is one of those that were reported, or might still be open when
// the inspected months begin: of the latter there are none.
func settledInTime(d calendar.Day) bool { return inspected(d) || inspected(d+longestPetition) }

// reportedReceptions are the days on which the head receives, and some others.
func (g *generator) reportedReceptions() map[calendar.Day]hearing {
	g.draw(forConstruction, -3)
	days := g.city.spread(inspectedDays)
	heard := map[calendar.Day]hearing{}
	for _, d := range days.days {
		if g.city.leaderDay(placeOf(Construction), d) {
			heard[d] = hearing{sessions: 1, people: 1, cases: 1, leader: true}
		}
	}
	for len(heard) < ConstructionSessions {
		if d := days.draw(g.rng); heard[d].sessions == 0 {
			heard[d] = hearing{sessions: 1, people: 1, cases: 1}
		}
	}
	for people := ConstructionSessions; people < ConstructionPeople; {
		d := days.draw(g.rng)
		if h := heard[d]; h.people == 1 {
			h.people++
			heard[d] = h
			people++
		}
	}
	return heard
}

// reportedFindings are the findings of the two inspections of 2019.
var reportedFindings = map[calendar.Day][]fault{
	firstOf(2019) + 133: { // 14 May
		{area: "iso", term: 45, spent: 120},
		{area: "one_stop", term: 30, spent: 21},
		{area: "work_files", term: 45, spent: 58, asked: 42},
		{area: "training", term: 30, spent: 24},
	},
	firstOf(2019) + 273: { // 1 October
		{area: "iso", term: 45, spent: 40},
		{area: "iso", term: 30, spent: 27},
		{area: "work_files", term: 30, spent: 22},
	},
}

// inspectedYear says whether a day is of the year whose findings are all reported.
func inspectedYear(d calendar.Day) bool { return firstOf(2019) <= d && d < firstOf(2020) }

// The ways that dossiers can go.
const (
	comesOnline = iota + 1
	comesByPost
	leavesByPost
)

// goes says whether a dossier goes a way on a day, given the share of dossiers that go it. The shares of Sở Xây dựng grow
// tenfold over the inspected months up to what they then stay at, and are dealt, not drawn, so that even few dossiers show it.
func (d *dossier) goes(way int, share float64, on calendar.Day) bool {
	if !reportedAt(d.desk.agency, on) {
		return d.chance(share)
	}
	grown := .1 + .9*float64(on-firstOf(2019))/inspectedDays
	return d.dealt(way) < share*grown
}

// dealt is a number from 0 to 1 that keeps its distance from those of the dossiers before and after: each dossier goes one
// step further around a circle, whose length no number of steps divides.
func (d *dossier) dealt(way int) float64 {
	start := unit(mix(d.city.seed, uint64(way), forConstruction))
	step := [...]float64{comesOnline: math.Phi, comesByPost: math.Sqrt2, leavesByPost: math.Phi}[way]
	_, part := math.Modf(start + float64(d.city.reported.turns[d.day]+d.turn)*step)
	return part
}

// turnsBefore counts the dossiers that are drawn for Sở Xây dựng in the inspected months before each of their days.
func (c *City) turnsBefore() map[calendar.Day]int {
	g, before, n := newGenerator(c), map[calendar.Day]int{}, 0
	for g.day = firstOf(2019); inspected(g.day); g.day++ {
		before[g.day] = n
		for i := range g.drawn() {
			g.draw(forDossier, i)
			if agencies[g.desk().agency].Code == Construction {
				n++
			}
		}
	}
	return before
}
