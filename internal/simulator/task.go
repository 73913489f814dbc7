package simulator

import (
	"fmt"
	"slices"
	"sort"

	"tiendo/internal/calendar"
)

// Construction is the code of Sở Xây dựng, whose first nine months of 2019 are told as the inspection of October 2019
// reported them: about 1,000 tasks from 1 January to 1 October, most of them with a deadline (DOMAIN.md, S15). The report
// gives no exact numbers, so these are chosen; every city has them, whatever its seed.
const (
	Construction      = "H24.17"
	ConstructionTasks = 1_000 // assigned from 2019-01-01 to 2019-10-01, both included
	ConstructionDated = 828   // of these, with a deadline
)

// inspected says whether the inspection reported on a day.
func inspected(d calendar.Day) bool {
	return firstOf(2019) <= d && d <= firstOf(2019)+273 // 1 October
}

// constructionTasks spreads the tasks that the inspection reported over the working days, by how busy they are. For each
// task it says whether it is dated.
func (c *City) constructionTasks() map[calendar.Day][]bool {
	g := newGenerator(c)
	g.draw(forConstruction, -1)
	var days []calendar.Day
	var upTo []float64
	total := 0.0
	for d := firstOf(2019); inspected(d); d++ {
		if c.works(d) {
			total += c.load(d)
			days, upTo = append(days, d), append(upTo, total)
		}
	}
	tasks := map[calendar.Day][]bool{}
	for i := range ConstructionTasks {
		day := days[min(sort.SearchFloat64s(upTo, g.rng.Float64()*total), len(days)-1)]
		tasks[day] = append(tasks[day], i < ConstructionDated)
	}
	return tasks
}

var (
	taskKinds = [...]string{"report", "draft", "plan", "check", "reply"}
	taskTerms = [...]int{3, 5, 5, 7, 10, 10, 15, 15, 20, 30}
)

// task plans the life of a task that the city assigns to an agency.
func (g *generator) task(lead int, dated bool) {
	g.tasks++
	l := &life{
		generator: g, agency: &agencies[lead], source: fromTasks,
		subject: fmt.Sprintf("NV-%s-%03d", g.stamp, g.tasks),
	}
	at := l.act(g.day)
	term := taskTerms[g.rng.IntN(len(taskTerms))]
	told := l.data().str("agency", l.agency.Code).str("issuer", CityCode).codes("agencies", l.companions(lead)).
		str("kind", taskKinds[g.rng.IntN(len(taskKinds))]).str("document", fmt.Sprintf("%d/UBND-NV", 1+g.rng.IntN(9000)))
	if dated {
		told = told.str("due", g.city.promised(g.day, term))
	}
	l.tell("task.assigned", at, told)
	if l.chance(.92) {
		l.tell("task.accepted", l.act(g.city.later(g.day, min(int(g.rng.ExpFloat64()*.7), 3))), l.data())
	}
	if l.chance(.02) {
		l.tell("task.cancelled", l.act(g.city.later(g.day, 1+g.rng.IntN(term))), l.data().str("reason", "superseded"))
		return
	}
	if !dated {
		if !l.chance(.08) { // else it stays open
			l.report(2 + int(g.rng.ExpFloat64()*18))
		}
		return
	}
	spent := int(float64(term) * (.25 + .8*(g.rng.Float64()+g.rng.Float64())/2))
	if l.chance(.12) {
		spent = term
	}
	if l.chance(min(l.agency.taskLate*g.city.mood(lead, g.day), .6)) {
		spent = term + 1 + int(g.rng.ExpFloat64()*(3+.5*float64(term)))
	}
	if spent >= term && l.chance(.35) {
		asked := max(0, term-1-g.rng.IntN(2))
		if due := g.city.promised(g.day, max(spent, term)+1+g.rng.IntN(4)); due != "" {
			l.tell("task.rescheduled", l.act(g.city.later(g.day, asked)), l.data().str("due", due).str("reason", "scope"))
		}
	}
	l.report(spent)
}

// companions are the agencies that help, for about a third of the tasks.
func (l *life) companions(lead int) []string {
	if !l.chance(.35) {
		return nil
	}
	var codes []string
	for range 1 + l.rng.IntN(3) {
		other := l.rng.IntN(len(agencies))
		if other == lead || slices.Contains(codes, agencies[other].Code) {
			continue
		}
		codes = append(codes, agencies[other].Code)
	}
	return codes
}

// report plans the report, what the assigner makes of it, and the completion.
func (l *life) report(spent int) {
	on := l.city.later(l.day, spent)
	l.tell("task.reported", l.act(on), l.data())
	for l.chance(.07) {
		on = l.city.later(l.city.dayOf(l.now), 1+l.rng.IntN(3))
		l.tell("task.returned_for_rework", l.act(on), l.data().str("reason", "incomplete"))
		on = l.city.later(l.city.dayOf(l.now), 1+l.rng.IntN(6))
		l.tell("task.reported", l.act(on), l.data())
	}
	on = l.city.later(l.city.dayOf(l.now), min(int(l.rng.ExpFloat64()*1.5), 12))
	l.tell("task.completed", l.act(on), l.data())
}
