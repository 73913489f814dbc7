package period

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kinds returns the kinds of periods that are whole months. The slice is the caller's.
func Kinds() []string { return []string{"month", "quarter", "half", "nine_months", "year"} }

// Kind is what kind of period an id names: one of [Kinds], "day", or "" for any other stretch of days.
func Kind(id string) string {
	switch {
	case id == "mtd":
		return "month"
	case id == "qtd":
		return "quarter"
	case id == "ytd" || len(id) == len("2026"):
		return "year"
	case strings.Contains(id, "-H"):
		return "half"
	case strings.HasSuffix(id, "-9M"):
		return "nine_months"
	case strings.Contains(id, "-Q"):
		return "quarter"
	case len(id) == len("2026-09"):
		return "month"
	case len(id) == len("2026-09-14"):
		return "day"
	default:
		return ""
	}
}

// perYear is how many of a kind follow one another in a year, and how their number is written.
var perYear = map[string]struct {
	count int
	form  string
}{"month": {12, "-%02d"}, "quarter": {4, "-Q%d"}, "half": {2, "-H%d"}, "nine_months": {1, "-9M"}, "year": {1, ""}}

// Of returns the id of the period of a kind that a day lies in, such as 2026-Q3; the kind is one of [Kinds]. Nine months are those
// of the day's year, whether it lies in them or not.
func Of(kind string, day time.Time) string {
	return numbered(kind, day.Year(), number(kind, day))
}

// number is which of a kind a day lies in, from 1 in January.
func number(kind string, day time.Time) int { return (int(day.Month())-1)*perYear[kind].count/12 + 1 }

// numbered is the id of the period of a kind that has this number in a year.
func numbered(kind string, year, number int) string {
	form := perYear[kind].form
	if strings.Contains(form, "%") {
		form = fmt.Sprintf(form, number)
	}
	return strconv.Itoa(year) + form
}

// Previous returns the period of the same kind that comes before one of whole months, such as 2025-Q4 for 2026-Q1; of nine
// months, those of the year before. ok is false for what is none.
func Previous(id string) (previous string, ok bool) {
	if !monthly.MatchString(id) {
		return "", false
	}
	first, _, err := monthsOf(id)
	if err != nil {
		return "", false
	}
	kind := Kind(id)
	year, before := first.Year(), number(kind, first)-1
	if before == 0 {
		year, before = year-1, perYear[kind].count
	}
	if year < firstYear {
		return "", false
	}
	return numbered(kind, year, before), true
}
