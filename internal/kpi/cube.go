package kpi

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/booking"
	"tiendo/internal/lifecycle"
)

// cube is a part of the books that a statement reads: the rows of some stretches of time, and what bucket they fall in.
type cube struct {
	// projection is that of the journal which is read, "" for the journal itself.
	projection string
	bucket     string
	where      []string
	args       []any
}

// projection is one of the journal, with the columns that it has beside those that all have.
type projection struct {
	name    string
	columns []string
}

// The projections of the journal, see internal/clickhouse/migrations; of those that have what is asked, the first is read.
var (
	projectionsOfMonths = []projection{{"by_month", []string{"agency", "source"}}, {"by_month_procedure", []string{"procedure"}}}
	projectionsOfDays   = []projection{
		{"by_day", []string{"channel", "level", "kind"}},
		{"by_agency", []string{"agency", "kind", "source"}},
		{"by_channel", []string{"agency", "unit", "channel", "level"}},
		{"by_procedure", []string{"agency", "procedure"}},
		{"by_stamp", []string{"stamp", "cause", "agency", "kind", "source"}},
		{byDelay, []string{"agency", "source", "delay"}},
	}
)

// byDelay is the one that knows how late records came. It holds lines of all measures, and those of records have a delay.
const byDelay = "by_delay"

// projection is the one that has what s asks for, "" if none has.
func (s *statement) projection(among []projection) string {
	asked := s.asked()
	for _, p := range among {
		if !slices.ContainsFunc(asked, func(column string) bool { return !slices.Contains(p.columns, column) }) {
			return p.name
		}
	}
	return ""
}

// asked are the columns of the journal that s groups or filters by, beside those that all projections have.
func (s *statement) asked() []string {
	columnOf := map[string]string{"group": "agency", "field": "procedure", "helper": "helpers"}
	var columns []string
	for _, name := range slices.Concat(s.query.By, slices.Collect(maps.Keys(s.query.Where))) {
		if !slices.Contains(times, name) {
			columns = append(columns, cmp.Or(columnOf[name], name))
		}
	}
	if s.query.AsOf != "" {
		columns = append(columns, "stamp")
	}
	if s.query.more != nil || len(s.query.Causes) > 0 {
		columns = append(columns, "cause")
	}
	if s.query.Block > 0 {
		columns = append(columns, "block")
	}
	if s.binned == lifecycle.Recorded {
		columns = append(columns, "delay")
	}
	return columns
}

// month is the column of projections by months.
const month = "`toYYYYMM(day)`"

// from are the table that a cube is read from, and the expression of n, or of a sum of it. A projection is read by its name: the engine would go
// through the index of the journal itself before it takes one.
func (c *cube) from() (table, n string) {
	switch c.projection {
	case "":
		return "cells", "n"
	case byDelay:
		return fmt.Sprintf("(SELECT *, '%s' AS measure, 0 AS millis FROM %s WHERE delay > 0)", lifecycle.Recorded, booking.Projection(byDelay)), "finalizeAggregation(`sum(n)`)"
	}
	return booking.Projection(c.projection), "finalizeAggregation(`sum(n)`)"
}

// cubes are the parts that a statement reads. Whole months are read from a cube of months where one can tell what is asked;
// the months within which the period begins, and in which its end lies, from those of days.
func (s *statement) cubes() []cube {
	if !s.monthly() {
		return []cube{s.days("")}
	}
	p := s.query.Period
	first, err := time.Parse(time.DateOnly, p.First)
	if err != nil {
		panic("BUG: a period's first day is no date: " + p.First)
	}
	lastMonth := time.Date(p.End.Year(), p.End.Month(), 1, 0, 0, 0, 0, time.UTC)
	rest := "day >= {last_month:Date32}"
	number := "(intDiv(" + month + ", 100) * 12 + " + month + " % 100)"
	months := cube{
		projection: s.projection(projectionsOfMonths),
		bucket: fmt.Sprintf("multiIf("+month+" < {first_yyyymm:UInt32}, %d, %s)", bucketBefore, map[string]string{
			"":        "1",
			"month":   number + " - {first_number:UInt32} + 1",
			"quarter": "intDiv(" + number + " - 1, 3) - intDiv({first_number:UInt32} - 1, 3) + 1",
		}[timeOf(s.query.By)]),
		where: []string{month + " < {last_yyyymm:UInt32}", "(measure NOT IN {flows:Array(String)} OR " + month + " >= {first_yyyymm:UInt32})"},
		args: []any{
			clickhouse.Named("first_yyyymm", fmt.Sprint(yyyymm(first))), clickhouse.Named("last_yyyymm", fmt.Sprint(yyyymm(lastMonth))),
			clickhouse.Named("first_number", fmt.Sprint(first.Year()*12+int(first.Month()))), clickhouse.Named("last_month", lastMonth.Format(time.DateOnly)),
		},
	}
	if first.Day() > 1 {
		months.where = append(months.where, month+" != {first_yyyymm:UInt32}")
		rest = "(" + rest + " OR (day >= {first_month:Date32} AND day < {second_month:Date32}))"
		start := first.AddDate(0, 0, 1-first.Day())
		months.args = append(months.args, clickhouse.Named("first_month", start.Format(time.DateOnly)), clickhouse.Named("second_month", start.AddDate(0, 1, 0).Format(time.DateOnly)))
	}
	return []cube{months, s.days(rest)}
}

// ofTellers and ofProcedures are the attributes that the cubes of months have, by_month and by_month_procedure.
var (
	ofTellers    = []string{"agency", "group", "source"}
	ofProcedures = []string{"procedure", "field"}
)

// monthly says whether a cube of months has what is asked for; none has bins.
func (s *statement) monthly() bool {
	return s.binned == "" && (s.asksOf(ofTellers) || s.asksOf(ofProcedures))
}

// asksOf says whether nothing else is asked for than sums by month and some attributes, as they now are: no days, no months that begin
// within one, no stamps.
func (s *statement) asksOf(attributes []string) bool {
	q := s.query
	if q.Period.Report && timeOf(q.By) != "" {
		return false
	}
	knows := func(name string) bool {
		return name == "month" || name == "quarter" || slices.Contains(attributes, name)
	}
	for name := range q.Where {
		if !knows(name) {
			return false
		}
	}
	return q.AsOf == "" && q.Block == 0 && !slices.ContainsFunc(q.By, func(by string) bool { return !knows(by) })
}

// days are the cubes of days, of the stretches of time that a condition tells; of all time if it is empty.
func (s *statement) days(during string) cube {
	month := func(day string) string {
		number := "toInt32(toYear(" + day + ")) * 12 + toMonth(" + day + ")"
		if s.query.Period.Report { // from the 15th on it is the next month
			number += " + (toDayOfMonth(" + day + ") >= 15)"
		}
		return number
	}
	within := map[string]string{
		"":        "1",
		"day":     "dateDiff('day', {first:Date32}, day) + 1",
		"month":   month("day") + " - (" + month("{first:Date32}") + ") + 1",
		"quarter": "intDiv(" + month("day") + " - 1, 3) - intDiv(" + month("{first:Date32}") + " - 1, 3) + 1",
	}[timeOf(s.query.By)]
	c := cube{
		projection: s.projection(projectionsOfDays),
		bucket:     fmt.Sprintf("multiIf(NOT %s, %d, %s, %d, %s)", beforeEnd, bucketAhead, beforeStart, bucketBefore, within),
		where:      s.when(),
	}
	if during != "" {
		c.where = append(c.where, during)
	}
	return c
}

// when are the conditions on days: a flow counts in the period alone, a stock is a sum over all days before; what lies ahead
// counts up to a day.
func (s *statement) when() []string {
	conditions := []string{"(measure NOT IN {flows:Array(String)} OR day >= {first:Date32})"}
	if s.until == "" {
		return append(conditions, beforeEnd)
	}
	return append(conditions, "(day <= {until:Date32} OR "+beforeEnd+")")
}

func yyyymm(t time.Time) int { return t.Year()*100 + int(t.Month()) }
