package simulator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"tiendo/internal/calendar"
)

// What a draw of chance is for. Each case has a stream of its own, so that a case does not depend on the ones before it.
const (
	forDay = iota + 1
	forDossier
	forTask
	forConstruction
	forPetitions
	forPetition
	forReception
	forFindings
	forFinding
	forIndicator
	forTally
	forAssessment
)

const (
	minute = 60
	hour   = 60 * minute
)

// generator plans the cases of one day after another; what lies ahead of the day waits in a schedule.
type generator struct {
	city     *City
	ahead    schedule
	source   *rand.PCG
	rng      *rand.Rand
	serial   uint64             // of events: of two recorded at once the one planned first is told first
	day      calendar.Day       // that is planned
	stamp    string             // the day in the codes of its cases, such as 191002
	turns    [len(agencies)]int // whose dossiers were drawn, on the day so far
	dossiers [len(agencies)]int // that were handed in
	filed    [len(agencies)]int // of them by the desk itself
	tasks    int
	counted  map[calendar.Day]map[ledger]int // by the sources themselves, of days that they have not stated yet
	buffer   []byte                          // for the data of an event
}

func newGenerator(c *City) *generator {
	source := rand.NewPCG(0, 0)
	return &generator{city: c, source: source, rng: rand.New(source), counted: map[calendar.Day]map[ledger]int{}}
}

// draw starts the stream of chance for one case, or for one day.
func (g *generator) draw(what, which int) {
	g.source.Seed(mix(g.city.seed, uint64(what), uint64(g.day)), uint64(which))
}

// begin plans all that begins on a day, and what sources state of the day before.
func (g *generator) begin(day calendar.Day) {
	g.day, g.stamp = day, day.Start(time.UTC).Format("060102")
	g.turns, g.dossiers, g.filed, g.tasks = [len(agencies)]int{}, [len(agencies)]int{}, [len(agencies)]int{}, 0
	c := g.city
	g.tallies()
	dossiers, works := g.drawn(), c.works(day)
	var tasks [len(agencies)]int
	if works {
		for a := range agencies {
			tasks[a] = g.poisson(agencies[a].tasks * c.load(day))
		}
	}
	for i := range dossiers {
		g.draw(forDossier, i)
		g.dossier(works)
	}
	if !works {
		return
	}
	g.assignments(&tasks)
	g.petitions()
	g.receptions()
	g.inspections()
	g.reports()
}

// drawn starts the day's stream of chance and says how many dossiers the day draws.
func (g *generator) drawn() int {
	g.draw(forDay, 0)
	return g.poisson(g.city.perDay * g.city.load(g.day) * weekendFactor(g.city.works(g.day)))
}

// life is one case while it is planned.
type life struct {
	*generator
	agency  *agency
	source  string
	subject string
	told    int   // events
	now     int64 // of the last act, seconds since 1970
	written int64 // when the last event was recorded
	prompt  bool  // nothing of it is written down late
}

// tell plans an event. It happens at at and is written down a little later, now and then only after days.
func (l *life) tell(kind string, at int64, d data) {
	lag := 4 + min(int64(l.rng.ExpFloat64()*45), 9*minute-4)
	if l.chance(l.agency.lateEntry) && kind != "dossier.submitted" && !l.prompt { // the portal does that itself
		lag = max(lag, l.officeTime(l.city.later(l.city.dayOf(at), 1+l.rng.IntN(3)))-at)
	}
	l.tellLate(kind, at, at+lag, d)
}

// tellLate plans an event that is recorded at a given time, or later: the steps of a case are written down in their order.
func (l *life) tellLate(kind string, at, recorded int64, d data) {
	l.written = max(recorded, l.written+1)
	l.told++
	l.serial++
	l.ahead.add(&Event{
		Source: l.source, ID: fmt.Sprintf("%s.%d", l.subject, l.told), Type: kind, Subject: l.subject,
		at: at, recorded: l.written, serial: l.serial, zone: l.city.zone, data: d.end(),
	})
	l.buffer = d[:0]
}

// act is an instant in office hours of a day, after all that was done before.
func (l *life) act(day calendar.Day) int64 {
	at := l.officeTime(day)
	if at <= l.now {
		at = l.city.workAfter(l.now, minute*int64(3+l.rng.IntN(30)))
	}
	l.now = at
	return at
}

// anytime is an instant of a day at which citizens are awake, after all that was done before.
func (l *life) anytime(day calendar.Day) int64 {
	at := max(l.homeTime(day), l.now+minute*int64(2+l.rng.IntN(30)))
	l.now = at
	return at
}

// officeTime is an instant in the office hours of a day: more in the morning, fewer towards noon and evening.
func (g *generator) officeTime(day calendar.Day) int64 {
	at := day.Start(g.city.zone).Unix()
	spread := (g.rng.Float64() + g.rng.Float64()) / 2
	if g.chance(.56) {
		return at + 7*hour + 5*minute + int64(spread*4.3*hour)
	}
	return at + 13*hour + 35*minute + int64(spread*3.35*hour)
}

// homeTime is an instant at which people sit down to hand something in online: mostly in the morning and after supper.
func (g *generator) homeTime(day calendar.Day) int64 {
	at := day.Start(g.city.zone).Unix()
	peak, wide := 9.6, 1.5
	switch u := g.rng.Float64(); {
	case u < .25:
		peak, wide = 14.8, 1.3
	case u < .48:
		peak, wide = 20.4, 1.2
	}
	return at + int64(min(max(peak+g.rng.NormFloat64()*wide, 5.5), 23.9)*hour)
}

func (g *generator) chance(p float64) bool { return g.rng.Float64() < p }

// poisson draws how many of something happen that happens n times on average.
func (g *generator) poisson(n float64) int {
	if n > 40 {
		return max(0, int(math.Round(n+math.Sqrt(n)*g.rng.NormFloat64())))
	}
	limit, product, k := math.Exp(-n), g.rng.Float64(), 0
	for ; product > limit; k++ {
		product *= g.rng.Float64()
	}
	return k
}

// desk draws where a dossier goes.
func (g *generator) desk() counter {
	u := g.rng.Float64()
	all := g.city.counters
	return all[min(sort.Search(len(all), func(i int) bool { return all[i].upTo > u }), len(all)-1)]
}

func (c *City) dayOf(at int64) calendar.Day { return calendar.DayOf(time.Unix(at, 0), c.zone) }

func (c *City) works(d calendar.Day) bool {
	works, err := c.calendar.Works(d)
	return err == nil && works
}

// later is the n-th working day after d, d itself for 0. Beyond the calendar it is a day beyond it: nothing that lies there
// is ever told.
func (c *City) later(d calendar.Day, n int) calendar.Day {
	if on, err := c.calendar.AddDays(d, n); err == nil {
		return on
	}
	return max(d, c.last) + 1 + calendar.Day(n)
}

// officeDay is the first working day that is not before d.
func (c *City) officeDay(d calendar.Day) calendar.Day { return c.later(d-1, 1) }

// between is the number of working days after a up to and with b.
func (c *City) between(a, b calendar.Day) int {
	if n, err := c.calendar.WorkingDays(a, b); err == nil {
		return n
	}
	return int(b - a)
}

// promised is the n-th working day after d as a date, "" where the calendar does not reach.
func (c *City) promised(d calendar.Day, n int) string {
	on, err := c.calendar.AddDays(d, n)
	if err != nil {
		return ""
	}
	return on.String()
}

// workAfter is the instant with so many seconds of office hours between at and it.
func (c *City) workAfter(at, seconds int64) int64 {
	if t, err := c.calendar.Advance(time.Unix(at, 0), calendar.Work(seconds*1000)); err == nil {
		return t.Unix()
	}
	return max(at, c.last.End(c.zone).Unix()) + seconds
}

// data is the data of an event while it is written: a JSON object.
type data []byte

func (g *generator) data() data { return append(g.buffer[:0], '{') }

func (d data) name(name string) data {
	if d[len(d)-1] != '{' {
		d = append(d, ',')
	}
	return append(append(append(d, '"'), name...), `":`...)
}

// str writes a code; nothing if it is empty.
func (d data) str(name, code string) data {
	if code == "" {
		return d
	}
	return append(append(append(d.name(name), '"'), code...), '"')
}

func (d data) flag(name string, is bool) data {
	if is {
		return append(d.name(name), "true"...)
	}
	return append(d.name(name), "false"...)
}

func (d data) number(name string, n int) data { return fmt.Append(d.name(name), n) }

func (d data) codes(name string, codes []string) data {
	if len(codes) == 0 {
		return d
	}
	d = append(d.name(name), '[')
	for i, code := range codes {
		if i > 0 {
			d = append(d, ',')
		}
		d = append(append(append(d, '"'), code...), '"')
	}
	return append(d, ']')
}

func (d data) end() string { return string(append(d, '}')) }
