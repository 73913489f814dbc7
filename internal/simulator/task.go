package simulator

import (
	"fmt"
	"slices"

	"tiendo/internal/calendar"
)

var (
	taskKinds = [...]string{"report", "draft", "plan", "check", "reply"}
	taskTerms = [...]int{3, 5, 5, 7, 10, 10, 15, 15, 20, 30}
)

// assignments plans the tasks that the city assigns on a day, as many as were drawn for each agency.
func (g *generator) assignments(drawn *[len(agencies)]int) {
	for a := range agencies {
		if reportedAt(a, g.day) {
			for i, dated := range g.city.reported.tasks[g.day] {
				g.draw(forConstruction, i)
				g.task(a, dated)
			}
			continue
		}
		for i := range drawn[a] {
			g.draw(forTask, a<<16|i)
			g.task(a, g.chance(.82))
		}
	}
}

// task plans the life of a task that the city assigns to an agency.
func (g *generator) task(lead int, dated bool) {
	g.tasks++
	l := &life{
		generator: g, agency: &agencies[lead], source: fromTasks,
		subject: fmt.Sprintf("NV-%s-%03d", g.stamp, g.tasks),
		prompt:  reportedAt(lead, g.day),
	}
	at := l.act(g.day)
	term := taskTerms[g.rng.IntN(len(taskTerms))]
	told := l.data().str("agency", l.agency.Code).str("issuer", CityCode).codes("agencies", l.companions(lead)).
		str("kind", taskKinds[g.rng.IntN(len(taskKinds))]).str("document", fmt.Sprintf("%d/UBND-NV", 1+g.rng.IntN(9000)))
	if dated {
		told = told.str("due", g.city.promised(g.day, term))
	}
	l.open("task.assigned", at, told)
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
	if kept := g.city.later(g.day, term); g.city.habits[lead]&Backdates != 0 && spent > term && l.chance(.9) {
		l.backdateReport(kept.Start(g.city.zone).Unix()+16*hour+45*minute, g.city.later(g.day, spent))
		return
	}
	l.report(spent)
}

// backdateReport plans a report that is dated to the promised day and written down later, on a day.
func (l *life) backdateReport(claimed int64, on calendar.Day) {
	if claimed <= l.now {
		l.report(int(on - l.day))
		return
	}
	l.tellLate("task.reported", claimed, l.act(on), l.data())
	l.tell("task.completed", l.act(on), l.data())
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
