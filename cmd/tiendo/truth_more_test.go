package main

import (
	"math"
	"slices"
	"testing"
	"time"

	"tiendo/internal/importer"
)

// slugged is a truth's name as the mappings write it; the whole has none.
func slugged(name string) string { return importer.Slug(name) }

// rank is the smallest value that at least q·n values do not exceed.
func rank(values []time.Duration, q float64) time.Duration {
	values = slices.Sorted(slices.Values(values))
	return values[max(0, int(math.Ceil(q*float64(len(values))))-1)]
}

type laiFigures struct {
	Rows     int `json:"rows"`
	SameDay  int `json:"same_day"`
	Within20 int `json:"within_20"`
	Days     struct {
		P50 int `json:"p50"`
		P90 int `json:"p90"`
	} `json:"days"`
}

type laiTruth struct {
	Agencies  int                   `json:"agencies"`
	Total     laiFigures            `json:"total"`
	Years     map[string]laiFigures `json:"by_year_registered"`
	Decisions map[string]laiFigures `json:"by_decision"`
	ByAgency  map[string]laiFigures `json:"by_agency"`
	Months    map[string]struct {
		Registered int `json:"registered"`
		Answered   int `json:"answered"`
		Within20   int `json:"answered_within_20"`
		Later      int `json:"answered_later_than_20"`
	} `json:"months"`
	AsOf []struct {
		Day        string         `json:"end_of_day"`
		Registered int            `json:"registered_until"`
		Answered   int            `json:"answered_until"`
		Open       int            `json:"open"`
		Past       int            `json:"open_past_20_days"`
		Top        map[string]int `json:"open_by_agency_top10"`
	} `json:"as_of"`
}

// TestTruthOfBrazil logs how long 243,277 requests take to be sent and to be in the figures; what is promised of that is
// measured by make bench, for a busy machine is no fault.
func TestTruthOfBrazil(t *testing.T) {
	t.Parallel()
	const all = "2015-01-01..2020-12-31"
	path := dataset(t, "brazil-lai-2015-2017/lai_2015_2017.csv.gz")
	told := truth[laiTruth](t, "brazil-lai-2015-2017")
	c := startCity(t, "America/Sao_Paulo")
	sending, showing := c.load("brazil-lai.yaml", 2*told.Total.Rows, path)
	t.Logf("%d requests sent in %v, in the figures %v later", told.Total.Rows, sending, showing)

	rejecting := []string{"Acesso Negado", "Não se trata de solicitação de informação", "Órgão não tem competência para responder sobre o assunto", "Pergunta Duplicada/Repetida"}
	rejected := 0
	for _, decision := range rejecting {
		rejected += told.Decisions[decision].Rows
	}
	one := func(n int) map[string]int { return map[string]int{"": n} }
	c.counts("rejected", c.rows("dossier.rejected", all, ""), one(rejected))
	for by, groups := range map[string]map[string]laiFigures{"": {"": told.Total}, "agency": told.ByAgency} {
		ask := func(id string) map[string]answer { return c.rows("dossier."+id, all, by) }
		rows, within := bySlug(groups, func(f laiFigures) int { return f.Rows }), bySlug(groups, func(f laiFigures) int { return f.Within20 })
		c.counts("received", ask("received"), rows)
		c.counts("settled", ask("settled"), rows)
		c.counts("early and on time", sum(ask("early"), ask("on_time")), within)
		c.counts("late", ask("late"), bySlug(groups, func(f laiFigures) int { return f.Rows - f.Within20 }))
		c.rates("on-time rate", ask("on_time_rate"), within, rows)
		c.rates("promise kept", ask("promise_kept_rate"), within, rows)
		c.counts("open", ask("open"), map[string]int{})
		p50, p90 := ask("working_hours_median"), ask("working_hours_p90")
		for name, figures := range groups {
			c.days("median of "+name, p50[slugged(name)], figures.Days.P50)
			c.days("p90 of "+name, p90[slugged(name)], figures.Days.P90)
		}
	}
	if len(told.ByAgency) != told.Agencies || len(bySlug(told.ByAgency, func(laiFigures) int { return 1 })) != told.Agencies {
		t.Errorf("%d agencies have not as many codes", told.Agencies)
	}
	for year, figures := range told.Years {
		c.counts("received in "+year, c.rows("dossier.received", year, ""), one(figures.Rows))
	}
	months := func(count func(string) int) map[string]int {
		counts := map[string]int{}
		for month := range told.Months {
			counts[month] = count(month)
		}
		return counts
	}
	ask := func(id string) map[string]answer { return c.rows("dossier."+id, all, "month") }
	c.counts("received in", ask("received"), months(func(m string) int { return told.Months[m].Registered }))
	c.counts("settled in", ask("settled"), months(func(m string) int { return told.Months[m].Answered }))
	c.counts("on time in", sum(ask("early"), ask("on_time")), months(func(m string) int { return told.Months[m].Within20 }))
	c.counts("late in", ask("late"), months(func(m string) int { return told.Months[m].Later }))
	for _, at := range told.AsOf {
		c.counts("received until "+at.Day, c.rows("dossier.received", "2015-01-01.."+at.Day, ""), one(at.Registered))
		c.counts("settled until "+at.Day, c.rows("dossier.settled", "2015-01-01.."+at.Day, ""), one(at.Answered))
		c.counts("open on "+at.Day, c.rows("dossier.open", at.Day, ""), one(at.Open))
		c.counts("overdue on "+at.Day, c.rows("dossier.open_overdue", at.Day, ""), one(at.Past))
		open := c.rows("dossier.open", at.Day, "agency")
		for name, n := range at.Top {
			c.counts("open on "+at.Day+" at "+name, map[string]answer{"": open[slugged(name)]}, one(n))
		}
	}
	if t.Logf("%d figures compared", c.compared); c.compared < 2_000 {
		t.Errorf("only %d figures were compared", c.compared)
	}
}

// days compares a quantile of whole days: within 1 %, and the hour by which a day with a change of clocks differs.
func (c *city) days(what string, got answer, want int) {
	c.Helper()
	c.compared++
	hours := float64(24 * want)
	if got.Value == nil || math.Abs(*got.Value-hours) > hours/100+min(hours, 1)+1e-6 {
		c.Errorf("%s: %s hours, the truth is %v", what, show("hours", got.Value), hours)
	}
}

type ministryFigures struct {
	Rows        int `json:"rows"`
	Answered    int `json:"answered"`
	OnTime      int `json:"answered_on_time"`
	Late        int `json:"answered_late"`
	Unanswered  int `json:"unanswered"`
	Overdue     int `json:"overdue"`
	NamedDay    int `json:"named_day"`
	NamedOnTime int `json:"named_day_answered_on_time"`
}

type questionsTruth struct {
	Files map[string]struct {
		Total  ministryFigures            `json:"total"`
		Bodies map[string]ministryFigures `json:"by_answering_body"`
	} `json:"files"`
	Histories map[string]struct {
		Bodies map[string]ministryFigures `json:"last_state_by_answering_body"`
		Ever   int                        `json:"ids_ever_seen"`
		Last   int                        `json:"ids_in_last"`
		Steps  []struct {
			File string `json:"file"`
		} `json:"steps"`
	} `json:"histories"`
}

const allQuestions = "2024-07-01..2024-12-31"

// TestTruthOfQuestions loads one month after the other; over all time the figures are the sum of the months'.
func TestTruthOfQuestions(t *testing.T) {
	t.Parallel()
	told := truth[questionsTruth](t, "uk-written-questions-2024")
	c := startCity(t, "Europe/London")
	total, bodies := ministryFigures{}, map[string]ministryFigures{}
	add := func(a, b ministryFigures) ministryFigures {
		return ministryFigures{
			a.Rows + b.Rows, a.Answered + b.Answered, a.OnTime + b.OnTime, a.Late + b.Late, a.Unanswered + b.Unanswered,
			a.Overdue + b.Overdue, a.NamedDay + b.NamedDay, a.NamedOnTime + b.NamedOnTime,
		}
	}
	for _, file := range []string{"2024-07.ndjson.gz", "2024-08.ndjson.gz", "2024-09.ndjson.gz"} {
		total = add(total, told.Files[file].Total)
		c.load("uk-written-questions.yaml", total.Rows+total.Answered, dataset(t, "uk-written-questions-2024/"+file))
		for name, figures := range told.Files[file].Bodies {
			bodies[name] = add(bodies[name], figures)
		}
		c.counts("assigned in the month of "+file, c.rows("task.assigned", file[:len("2024-07")], ""), map[string]int{"": told.Files[file].Total.Rows})
		for by, groups := range map[string]map[string]ministryFigures{"": {"": total}, "agency": bodies} {
			compareMinistries(c, by, groups)
		}
	}
	if t.Logf("%d figures compared", c.compared); c.compared < 500 {
		t.Errorf("only %d figures were compared", c.compared)
	}
}

// TestTruthOfAWorkbook: the workbook of a month ends in the figures of its NDJSON, and makes the very same events.
func TestTruthOfAWorkbook(t *testing.T) {
	t.Parallel()
	const month = "uk-written-questions-2024/2024-09"
	told := truth[questionsTruth](t, "uk-written-questions-2024").Files["2024-09.ndjson.gz"]
	c := startCity(t, "Europe/London")
	total := told.Total.Rows + told.Total.Answered
	c.load("uk-written-questions.yaml", total, dataset(t, month+".xlsx"))
	for by, groups := range map[string]map[string]ministryFigures{"": {"": told.Total}, "agency": told.Bodies} {
		compareMinistries(c, by, groups)
	}
	if t.Logf("%d figures compared", c.compared); c.compared < 200 {
		t.Errorf("only %d figures were compared", c.compared)
	}
	c.load("uk-written-questions.yaml", total, dataset(t, month+".ndjson.gz"))
	if events := c.events(); events != total {
		t.Errorf("with the NDJSON there are %d events, with the workbook alone %d", events, total)
	}
}

func compareMinistries(c *city, by string, groups map[string]ministryFigures) {
	c.Helper()
	ask := func(id string, where ...string) map[string]answer {
		return c.rows("task."+id, allQuestions, by, where...)
	}
	count := func(n func(ministryFigures) int) map[string]int { return bySlug(groups, n) }
	rows, answered := count(func(f ministryFigures) int { return f.Rows }), count(func(f ministryFigures) int { return f.Answered })
	onTime := count(func(f ministryFigures) int { return f.OnTime })
	named := count(func(f ministryFigures) int { return f.NamedDay })
	c.counts("assigned", ask("assigned"), rows)
	c.counts("completed", ask("completed"), answered)
	c.counts("cancelled", ask("cancelled"), map[string]int{})
	c.counts("open", ask("open"), count(func(f ministryFigures) int { return f.Unanswered }))
	c.counts("overdue", ask("open_overdue"), count(func(f ministryFigures) int { return f.Overdue }))
	c.rates("on-time rate", ask("on_time_rate"), onTime, answered)
	c.rates("promise kept", ask("promise_kept_rate"), onTime, rows)
	c.rates("with a deadline", ask("with_deadline_rate"), rows, rows)
	c.counts("with a named day", ask("assigned", "kind", "named-day"), named)
	above := map[string]float64{}
	for key, r := range ask("on_time_rate", "kind", "named-day") {
		if r.Numerator != nil {
			above[key] = *r.Numerator
		}
	}
	c.numbers("on time on the named day", above, count(func(f ministryFigures) int { return f.NamedOnTime }))
}
