package period

import (
	"fmt"
	"strings"
	"time"
)

// Previous is the id of the period of the same kind before p: of a month the month before, of half a year the half before, of
// nine months those of the year before, of a day or a range as many days before. What runs to today, such as mtd, is followed
// on by the whole month, quarter or year before.
func (p Period) Previous() string {
	first, last := mustDay(p.First), mustDay(p.Last)
	switch p.ID {
	case "mtd":
		return nameOf(first.AddDate(0, -1, 0), 1)
	case "qtd":
		return nameOf(first.AddDate(0, -3, 0), 3)
	case "ytd":
		return nameOf(first.AddDate(-1, 0, 0), 12)
	}
	if monthly.MatchString(p.ID) {
		if year, ok := strings.CutSuffix(p.ID, "-9M"); ok {
			return fmt.Sprint(mustYear(year)-1) + "-9M"
		}
		if start, months, err := monthsOf(p.ID); err == nil {
			return nameOf(start.AddDate(0, -months, 0), months)
		}
	}
	days := int(last.Sub(first).Hours()/24) + 1
	from, to := first.AddDate(0, 0, -days), first.AddDate(0, 0, -1)
	if days == 1 {
		return from.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + ".." + to.Format(time.DateOnly)
}

// nameOf names n months from a first one: a month, a quarter, a half or a year.
func nameOf(first time.Time, n int) string {
	year, month := first.Year(), int(first.Month())
	switch n {
	case 12:
		return fmt.Sprint(year)
	case 6:
		return fmt.Sprintf("%d-H%d", year, (month+5)/6)
	case 3:
		return fmt.Sprintf("%d-Q%d", year, (month+2)/3)
	default:
		return first.Format("2006-01")
	}
}

// mustDay and mustYear read what this package has written.
func mustDay(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic("BUG: a period's day is no date: " + s)
	}
	return t
}

func mustYear(s string) int { return mustDay(s + "-01-01").Year() }
