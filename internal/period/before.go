package period

import "time"

// Before is the id of the period that comes before p: of whole months what [Previous] says, of a day or a range as many days
// before. What runs to today, such as mtd, follows on the whole month, quarter or year before.
func (p Period) Before() string {
	id := p.ID
	first, last := mustDay(p.First), mustDay(p.Last)
	switch id { // the month, quarter or year that runs
	case "mtd":
		id = first.Format("2006-01")
	case "qtd":
		id = first.Format("2006-") + [...]string{"Q1", "Q2", "Q3", "Q4"}[(first.Month()-1)/3]
	case "ytd":
		id = first.Format("2006")
	}
	if previous, ok := Previous(id); ok {
		return previous
	}
	days := int(last.Sub(first).Hours()/24) + 1
	from, to := first.AddDate(0, 0, -days), first.AddDate(0, 0, -1)
	if days == 1 {
		return from.Format(time.DateOnly)
	}
	return from.Format(time.DateOnly) + ".." + to.Format(time.DateOnly)
}

// mustDay reads a day that this package has written.
func mustDay(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic("BUG: a period's day is no date: " + s)
	}
	return t
}
