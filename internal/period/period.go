// Package period reads the names of stretches of time: months, quarters, halves, nine months, years, days and ranges, on
// the calendar and on the reporting calendar. It refuses to know what happens in them.
package period

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Period is a stretch of whole days in the city's zone.
type Period struct {
	// ID is the name that it was asked by.
	ID string
	// First and Last are its days, both included, as YYYY-MM-DD.
	First, Last string
	// Start is the first instant of First. End is T: the first instant after Last, or now while the period runs. A period
	// that lies ahead ends where it starts.
	Start, End time.Time
	// Running says that now lies before the first instant after Last.
	Running bool
	// Report says that it is one of the reporting calendar: its months and quarters begin on a 15th.
	Report bool
}

// Parts returns the first days of the months or quarters ("month", "quarter") that lie in p or touch it, in order and at midnight
// in UTC, and their names; those of the reporting calendar if p is of it. While p runs, the last is the one that runs.
func (p Period) Parts(kind string) (days []time.Time, names []string) {
	first, err := time.Parse(time.DateOnly, p.First)
	if err != nil {
		panic("BUG: a period's first day is no date: " + p.First)
	}
	// A running period ends with the part that its end lies in.
	last := p.End.Add(-time.Nanosecond).Format(time.DateOnly)
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	if p.Report && first.Day() >= cut {
		month = month.AddDate(0, 1, 0)
	}
	step := 1
	if kind == "quarter" {
		step = 3
		month = month.AddDate(0, -(int(month.Month())-1)%3, 0)
	}
	for ; ; month = month.AddDate(0, step, 0) {
		day := month
		if p.Report {
			day = month.AddDate(0, -1, cut-1)
		}
		if day.Format(time.DateOnly) > last {
			return days, names
		}
		days, names = append(days, day), append(names, Of(kind, month))
	}
}

// cut is the day on which months of the reporting calendar begin.
const cut = 15

// The years that can be asked for: what events can tell.
const firstYear, lastYear = 1900, 2199

// wrong is a period that is none. It says in Vietnamese what Error says in English.
type wrong struct{ en, vi string }

func (w *wrong) Error() string { return w.en }

// wrongly makes a *wrong of two formats that say the same args.
func wrongly(en, vi string, args ...any) error {
	return &wrong{fmt.Sprintf(en, args...), fmt.Sprintf(vi, args...)}
}

// Vietnamese is what an error of this package says, in Vietnamese; "" if it is another's.
func Vietnamese(err error) string {
	if w, ok := errors.AsType[*wrong](err); ok {
		return w.vi
	}
	return ""
}

const forms = "2026, 2026-H1, 2026-9M, 2026-Q3, 2026-09, 2026-09-14, 2026-09-01..2026-09-30, mtd, qtd, ytd, d30"

// Parse reads a period of the calendar (CONTRACT §4). The zone is the city's. The error says what would do.
func Parse(id string, now time.Time, zone *time.Location) (Period, error) {
	return parse(id, now, zone, false)
}

// ParseReport reads a period of the reporting calendar: months run from the 15th of the month before to the 14th
// (DOMAIN.md §1.3, NĐ 09/2019/NĐ-CP); mtd, qtd and ytd begin on the 15th. Days, ranges and d30 have no reporting form.
func ParseReport(id string, now time.Time, zone *time.Location) (Period, error) {
	return parse(id, now, zone, true)
}

var (
	monthly = regexp.MustCompile(`^(\d{4})(?:-(H[12]|9M|Q[1-4]|\d\d))?$`)
	daily   = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

func parse(id string, now time.Time, zone *time.Location, report bool) (Period, error) {
	now = now.In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case monthly.MatchString(id):
		first, months, err := monthsOf(id)
		if err != nil {
			return Period{}, err
		}
		return ofMonths(id, first, months, report, now), nil
	case id == "mtd" || id == "qtd" || id == "ytd":
		return toDate(id, today, report, now), nil
	case report:
		return Period{}, wrongly("%q has no reporting form; a month, quarter, half, nine months, a year, mtd, qtd or ytd would do", "%q không có kỳ báo cáo tương ứng; dùng được tháng, quý, sáu tháng, chín tháng, năm, mtd, qtd, ytd", id)
	case id == "d30":
		return between(id, today.AddDate(0, 0, -29), today, now), nil
	case daily.MatchString(id):
		day, err := parseDay(id)
		if err != nil {
			return Period{}, err
		}
		return between(id, day, day, now), nil
	case strings.Contains(id, ".."):
		return parseRange(id, now)
	default:
		return Period{}, wrongly("%q is no period; %s would do", "%q không phải là một kỳ; dùng được %s", id, forms)
	}
}

// monthsOf returns the first month that an id of whole months names, and how many they are.
func monthsOf(id string) (first time.Time, months int, err error) {
	parts := monthly.FindStringSubmatch(id)
	year, err := strconv.Atoi(parts[1])
	if err != nil || year < firstYear || year > lastYear {
		return first, 0, wrongly("%q: a year from %d to %d would do", "%q: năm phải từ %d đến %d", id, firstYear, lastYear)
	}
	month := 1
	switch part := parts[2]; {
	case part == "":
		months = 12
	case part == "9M":
		months = 9
	case part[0] == 'H':
		month, months = 1+6*int(part[1]-'1'), 6
	case part[0] == 'Q':
		month, months = 1+3*int(part[1]-'1'), 3
	default:
		if month, err = strconv.Atoi(part); err != nil || month < 1 || month > 12 {
			return first, 0, wrongly("%q: a month from 01 to 12 would do", "%q: tháng phải từ 01 đến 12", id)
		}
		months = 1
	}
	return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC), months, nil
}

// ofMonths is n whole months from start, or their reporting form, half a month earlier.
func ofMonths(id string, start time.Time, n int, report bool, now time.Time) Period {
	end := start.AddDate(0, n, 0)
	if report {
		start, end = start.AddDate(0, -1, cut-1), end.AddDate(0, -1, cut-1)
	}
	p := between(id, start, end.AddDate(0, 0, -1), now)
	p.Report = report
	return p
}

// toDate runs from the start of the month, quarter or year to today.
func toDate(id string, today time.Time, report bool, now time.Time) Period {
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	if report && today.Day() >= cut {
		month = month.AddDate(0, 1, 0) // the reporting month that has begun
	}
	switch id {
	case "qtd":
		month = month.AddDate(0, -(int(month.Month())-1)%3, 0)
	case "ytd":
		month = month.AddDate(0, -(int(month.Month()) - 1), 0)
	}
	start := month
	if report {
		start = month.AddDate(0, -1, cut-1)
	}
	p := between(id, start, today, now)
	p.Report = report
	return p
}

func parseRange(id string, now time.Time) (Period, error) {
	a, b, _ := strings.Cut(id, "..")
	first, err := parseDay(a)
	if err != nil {
		return Period{}, err
	}
	last, err := parseDay(b)
	if err != nil {
		return Period{}, err
	}
	if last.Before(first) {
		return Period{}, wrongly("%q ends before it starts; the earlier day comes first", "%q kết thúc trước khi bắt đầu; ngày sớm hơn viết trước", id)
	}
	return between(id, first, last, now), nil
}

func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		return t, wrongly("%q is no day from %d-01-01 to %d-12-31, write it as 2026-09-14", "%q không phải là một ngày từ %d-01-01 đến %d-12-31; viết như 2026-09-14", s, firstYear, lastYear)
	}
	return t, nil
}

// between makes the period from a date to another, both included and given as midnights in UTC. Its zone is that of now.
func between(id string, first, last, now time.Time) Period {
	zone := now.Location()
	p := Period{
		ID: id, First: first.Format(time.DateOnly), Last: last.Format(time.DateOnly),
		Start: firstInstant(first, zone), End: firstInstant(last.AddDate(0, 0, 1), zone),
	}
	if p.Running = now.Before(p.End); p.Running {
		p.End = now
		if p.End.Before(p.Start) {
			p.End = p.Start
		}
	}
	return p
}

// Seen reads a period as the books of a day see it, that ends with an instant: at the end of the day, or now if it is not over.
func Seen(end, now time.Time, read func(now time.Time) (Period, error)) (Period, error) {
	if !end.Before(now) {
		return read(now)
	}
	p, err := read(end)
	return p.throughDay(), err
}

// throughDay is a period that runs, read at the end of the day that it has come to: it ends with the first instant after that day, and is over
// where that was its last.
func (p Period) throughDay() Period {
	if !p.Running || !p.Start.Before(p.End) {
		return p
	}
	y, m, d := p.End.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	p.End = firstInstant(day.AddDate(0, 0, 1), p.End.Location())
	p.Running = day.Format(time.DateOnly) < p.Last
	return p
}

// firstInstant is when a date begins in a zone: at midnight, or at what comes first where clocks are set at midnight.
func firstInstant(date time.Time, zone *time.Location) time.Time {
	t := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, zone)
	since, until := t.ZoneBounds()
	told := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	switch {
	case told.Before(date): // there is no midnight: the clocks jump over it
		return until
	case told.After(date):
		return since
	case since.IsZero():
		return t
	}
	_, offset := since.Add(-1).Zone()
	if earlier := time.Unix(date.Unix()-int64(offset), 0).In(zone); earlier.Before(since) && earlier.Day() == date.Day() {
		return earlier // midnight comes twice
	}
	return t
}
