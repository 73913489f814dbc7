package dashboards

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// trendMonths is how many months the charts by month show: two years, so that a month stands beside its like.
const trendMonths = 24

// stretches are the periods that a page asks about.
type stretches struct {
	// period is the one that was chosen, months what the charts by month show, before the one of the same kind before the chosen
	// one, since the one that a change is explained against: that before, unless another was named.
	period, months, before, since period.Period
}

// underWay says that the chosen period has begun and is not over.
func (s stretches) underWay() bool { return s.period.Running && s.period.End.After(s.period.Start) }

// ahead says that the chosen period has not begun.
func (s stretches) ahead() bool { return s.period.Running && !s.period.End.After(s.period.Start) }

// stretch reads the ids of a period and of the one that changes are explained against; since may be "". The error is period.Parse's.
func stretch(id, since string, now time.Time, zone *time.Location) (stretches, error) {
	var s stretches
	var err error
	if s.period, err = period.Parse(id, now, zone); err != nil {
		return s, err
	}
	last := mustDay(s.period.Last)
	last = time.Date(last.Year(), last.Month()+1, 0, 0, 0, 0, 0, time.UTC) // whole months, as those are to which they lead
	if today := mustDay(now.In(zone).Format(time.DateOnly)); last.After(today) {
		last = today
	}
	month := time.Date(last.Year(), last.Month()-trendMonths+1, 1, 0, 0, 0, 0, time.UTC)
	if s.months, err = between(month, last, now, zone); err != nil {
		return s, fmt.Errorf("find the months before %s: %w", id, err)
	}
	if s.before, err = period.Parse(s.period.Before(), now, zone); err != nil {
		return s, fmt.Errorf("find the period before %s: %w", id, err)
	}
	if s.since = s.before; since != "" {
		s.since, err = period.Parse(since, now, zone)
	}
	return s, err
}

func between(first, last, now time.Time, zone *time.Location) (period.Period, error) {
	return period.Parse(first.Format(time.DateOnly)+".."+last.Format(time.DateOnly), now, zone)
}

// mustDay reads a day that package period has written.
func mustDay(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic("BUG: a period's day is no date: " + s)
	}
	return t
}

// answers are the figures of a page, by where they stand in it.
type answers struct {
	// figures are all answers, by questionKey.
	figures map[string]kpi.Figure
	asOf    time.Time
	events  uint64
	// city and before are the answers without groups about the page's period and the one before it, by figure; monthly and
	// agencies those by month and by agency, by figure and key, the key of a case without agency being "".
	city, before      map[string]kpi.Row
	monthly, agencies map[string]map[string]kpi.Row
	// quiet are the agencies and sources of which nothing is heard any more, of each sort of case once.
	quiet []quietIn
}

// quietIn is who has gone quiet, and in what cases.
type quietIn struct {
	kpi.Quiet
	families []event.Family
}

// questionKey tells questions of one page apart.
func questionKey(q kpi.Query) string {
	where := make([]string, 0, len(q.Where))
	for _, name := range slices.Sorted(maps.Keys(q.Where)) {
		where = append(where, fmt.Sprint(name, q.Where[name]))
	}
	return fmt.Sprint(q.ID, " of ", q.Period.ID, " by ", q.By, " where ", where, " as of ", q.AsOf, q.Counted)
}

// sortOut puts figures, the answers to a page's questions in their order, in their places.
func sortOut(s *asked, figures []kpi.Figure) (answers, error) {
	a := answers{
		figures: map[string]kpi.Figure{}, city: map[string]kpi.Row{}, before: map[string]kpi.Row{},
		monthly: map[string]map[string]kpi.Row{}, agencies: map[string]map[string]kpi.Row{},
	}
	questions := s.of.ask(s)
	if len(figures) != len(questions) {
		return a, fmt.Errorf("the books gave %d answers to %d questions", len(figures), len(questions))
	}
	for i, f := range figures {
		q := questions[i]
		if f.ID != q.ID {
			return a, fmt.Errorf("the books answered %s, asked for %s", f.ID, q.ID)
		}
		a.figures[questionKey(q)] = f
		if q.AsOf != "" {
			continue // it speaks of then, and the page of now
		}
		if a.asOf.IsZero() || f.AsOf.Before(a.asOf) {
			a.asOf, a.events = f.AsOf, f.Events
		}
		a.place(s, q, f)
	}
	return a, nil
}

// place puts an answer where it is looked for by its figure alone.
func (a *answers) place(s *asked, q kpi.Query, f kpi.Figure) {
	switch {
	case len(q.By) == 0 && q.Period == s.period:
		a.city[f.ID] = only(f.Rows)
		a.addQuiet(f)
	case len(q.By) == 0 && q.Period == s.before:
		a.before[f.ID] = only(f.Rows)
	case len(q.By) == 1 && (q.By[0] == "month" || q.By[0] == "agency" && q.Period == s.period):
		into := a.monthly
		if q.By[0] == "agency" {
			into = a.agencies
		}
		into[f.ID] = make(map[string]kpi.Row, len(f.Rows))
		for _, r := range f.Rows {
			into[f.ID][textOf(r.Keys.Of(q.By[0]))] = r
		}
	}
}

// addQuiet adds who has gone quiet in the cases of a figure; who has since one day, in whatever, is told of once.
func (a *answers) addQuiet(f kpi.Figure) {
	d, _ := kpi.ByID(f.ID)
	for _, q := range f.Quiet {
		at := slices.IndexFunc(a.quiet, func(known quietIn) bool { return known.Quiet == q })
		if at < 0 {
			at = len(a.quiet)
			a.quiet = append(a.quiet, quietIn{Quiet: q})
		}
		for _, family := range d.Families() {
			if of := &a.quiet[at].families; !slices.Contains(*of, family) {
				*of = append(*of, family)
			}
		}
	}
}

// only is the one row of a figure without dimensions.
func only(rows []kpi.Row) kpi.Row {
	if len(rows) == 0 {
		return kpi.Row{}
	}
	return rows[0]
}

// empty says that nothing was ever told.
func (a *answers) empty() bool {
	if a.events > 0 {
		return false
	}
	for _, f := range a.figures {
		for _, r := range f.Rows {
			if len(r.Keys) > 0 && r.Value != nil {
				return false
			}
		}
	}
	return true
}

// silent says that the period holds no case at all.
func (a *answers) silent() bool {
	for _, id := range []string{"dossier.received", "dossier.settled", "dossier.open", "task.assigned", "task.completed", "task.open"} {
		if v := a.city[id].Value; v != nil && *v != 0 {
			return false
		}
	}
	return true
}
