package kpi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// statement is one question to the engine: the sums of some terms for one set of families, period, grouping and filter.
//
// The inner queries read projections of the journal where they have what is asked; the outer one adds up what each term counts.
type statement struct {
	families []event.Family
	query    Query // its period, grouping and filters
	terms    []term
	// existing are how many of the first terms tell whether a group has a case.
	existing int
	// names are what registers say of agencies and procedures.
	names names
	// until is the last day that terms ahead look at, as YYYY-MM-DD; "" if there are none.
	until string
	// binned is a quantile's measure; then the sums are by bin instead of by term.
	binned lifecycle.Measure
}

// The buckets of time: before the period, after its end T; between them they are numbered from 1.
const (
	bucketBefore = 0
	bucketAhead  = 1 << 30
)

// sql renders s over some parts of the books. Identifiers come from this package's tables; every value is a parameter.
func (s *statement) sql(cubes []cube) (string, []any) {
	var keys, sums []string
	for i := range s.keys() {
		keys = append(keys, fmt.Sprintf("k%d", i))
	}
	keys = append(keys, "bucket")
	if s.binned != "" {
		keys = append(keys, "bin")
	}
	for i := range s.values() {
		sums = append(sums, fmt.Sprintf("sum(s%d)", i))
	}
	where, args := s.where()
	var inner []string
	for _, c := range cubes {
		inner = append(inner, s.inner(c, where, keys))
		args = append(args, c.args...)
	}
	return fmt.Sprintf("SELECT %s\nFROM (%s)\nGROUP BY %s", strings.Join(append(slices.Clone(keys), sums...), ", "), strings.Join(inner, "\nUNION ALL "), strings.Join(keys, ", ")), args
}

// inner is the query of one cube: the sums of the terms, or of bins, by some keys.
func (s *statement) inner(c cube, where, keys []string) string {
	table, n := c.from()
	var selected []string
	for i, k := range s.keys() {
		selected = append(selected, fmt.Sprintf("%s AS k%d", k, i))
	}
	selected = append(selected, "toUInt32("+c.bucket+") AS bucket")
	if s.binned != "" {
		selected = append(selected, s.bin()+" AS bin")
	}
	for i, condition := range s.values() {
		selected = append(selected, fmt.Sprintf("sumIf(%s, %s) AS s%d", n, condition, i))
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s GROUP BY %s",
		strings.Join(selected, ", "), table, strings.Join(append(slices.Clone(where), c.where...), " AND "), strings.Join(keys, ", "))
}

// bin is the column of the bins of a quantile's measure.
func (s *statement) bin() string {
	if s.binned == lifecycle.Recorded {
		return "toInt32(delay - 1)"
	}
	return "bin"
}

// values are the conditions on the lines that are added up: one for each term, or that of a quantile's measure.
func (s *statement) values() []string {
	if s.binned != "" {
		return []string{fmt.Sprintf("measure = '%s'", s.binned)}
	}
	var all []string
	for _, t := range s.terms {
		all = append(all, t.lines())
	}
	return all
}

// column is the expression of a dimension that is no time.
func (s *statement) column(name string) string {
	if expression := s.names.column(name, s.query.Fold); expression != "" {
		return expression
	}
	return columns[name]
}

// keys are the expressions of the dimensions that are no times.
func (s *statement) keys() []string {
	var keys []string
	for _, by := range s.query.By {
		if timeOf([]string{by}) == "" {
			keys = append(keys, s.column(by))
		}
	}
	return keys
}

const (
	beforeEnd   = "(day < {today:Date32} OR (day = {today:Date32} AND millis < {millis:UInt32}))"
	beforeStart = "day < {first:Date32}"
)

// where are the conditions that hold for all rows, whenever they happened, and the parameters of a statement.
func (s *statement) where() ([]string, []any) {
	p := s.query.Period
	zone := p.End.Location()
	today := p.End.Format(time.DateOnly)
	midnight := time.Date(p.End.Year(), p.End.Month(), p.End.Day(), 0, 0, 0, 0, zone)
	args := []any{
		clickhouse.Named("families", s.families),
		clickhouse.Named("first", p.First),
		clickhouse.Named("today", today),
		clickhouse.Named("millis", fmt.Sprint(p.End.Sub(midnight).Milliseconds())),
		clickhouse.Named("measures", s.measures()),
		clickhouse.Named("flows", s.flows()),
	}
	conditions := []string{"family IN {families:Array(String)}", "measure IN {measures:Array(String)}"}
	if s.until != "" {
		args = append(args, clickhouse.Named("until", s.until))
	}
	if known, more := s.known(); known != "" {
		conditions, args = append(conditions, known), append(args, more...)
	}
	if s.query.Block > 0 {
		upTo := "block <= {block:UInt64}"
		if len(s.query.Causes) > 0 {
			upTo = "(" + upTo + " OR cause IN {later:Array(String)})"
			args = append(args, clickhouse.Named("later", s.query.Causes))
		}
		conditions, args = append(conditions, upTo), append(args, clickhouse.Named("block", fmt.Sprint(s.query.Block)))
	}
	for i, name := range slices.Sorted(maps.Keys(s.query.Where)) {
		parameter := fmt.Sprintf("w%d", i)
		if name == "helper" {
			conditions = append(conditions, fmt.Sprintf("hasAny(splitByChar(',', helpers), {%s:Array(String)})", parameter))
		} else {
			conditions = append(conditions, fmt.Sprintf("%s IN {%s:Array(String)}", s.column(name), parameter))
		}
		args = append(args, clickhouse.Named(parameter, s.query.Where[name]))
	}
	return conditions, append(args, s.names.args()...)
}

// known is the condition of what the books knew, "" if they may know all.
func (s *statement) known() (string, []any) {
	if s.query.AsOf == "" {
		return "", nil
	}
	args := []any{clickhouse.Named("asof", s.query.AsOf)}
	if s.query.more == nil {
		return "stamp <= {asof:Date32}", args
	}
	args = append(args, clickhouse.Named("until_stamp", s.query.more.until), clickhouse.Named("causes", s.query.more.names))
	return "(stamp <= {asof:Date32} OR (stamp <= {until_stamp:Date32} AND cause IN {causes:Array(String)}))", args
}

// measures are those that s reads, each once, sorted.
func (s *statement) measures() []string {
	if s.binned != "" {
		return []string{string(s.binned)}
	}
	names := map[string]bool{}
	for _, t := range s.terms {
		names[string(t.measure)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// flows are the measures that no term reads as a stock.
func (s *statement) flows() []string {
	if s.binned != "" {
		return s.measures()
	}
	stocks := map[string]bool{}
	for _, t := range s.terms {
		if t.window == atEnd || t.window == atStart {
			stocks[string(t.measure)] = true
		}
	}
	return slices.DeleteFunc(s.measures(), func(m string) bool { return stocks[m] })
}

// lines is the condition on the lines that t counts, whatever its window: the windows are told by the buckets.
func (t *term) lines() string {
	of := fmt.Sprintf("measure = '%s'", t.measure)
	if told := t.with | t.without; told != 0 {
		of += fmt.Sprintf(" AND bitAnd(marks, %d) = %d", told, t.with)
	}
	return of
}
