package report

import (
	"time"

	"tiendo/internal/period"
)

// periodJSON is a period as CONTRACT §4 shows it.
type periodJSON struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

func periodOf(p period.Period) periodJSON { return periodJSON{p.ID, p.First, p.Last} }

// window writes the days of a period: of one that runs, up to the day that is known.
func window(p period.Period, zone *time.Location, lang string) string {
	from, to := dayText(p.First, lang), dayText(p.Last, lang)
	if p.Running {
		to = dayText(p.End.In(zone).Format(time.DateOnly), lang)
	}
	if lang == "en" {
		return "from " + from + " to " + to
	}
	return "từ ngày " + from + " đến ngày " + to
}

// instantText writes when figures are known, as dayText does.
func instantText(t time.Time, lang string) string {
	if lang == "en" {
		return t.Format("15:04, 2 January 2006")
	}
	return t.Format("15:04 02/01/2006")
}

// dayText writes 2019-10-01 as papers do: 01/10/2019, in English 1 October 2019.
func dayText(day, lang string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if lang == "en" {
		return t.Format("2 January 2006")
	}
	return t.Format("02/01/2006")
}
