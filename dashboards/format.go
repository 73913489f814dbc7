package dashboards

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// language is one that the pages speak.
type language string

const (
	vietnamese language = "vi"
	english    language = "en"
)

// none stands where there is no figure.
const none = "–"

const nbsp = "\u00a0"

// count writes a whole number with its thousands apart: 1.234.567 or 1,234,567.
func (l language) count(v float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(v)), 'f', 0, 64)
	separator := "."
	if l == english {
		separator = ","
	}
	var b strings.Builder
	if math.Round(v) < 0 {
		b.WriteString("−")
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// percent writes a share with one decimal: 15,2 % or 15.2%. What is not all is never written as 100, and what is not
// nothing never as 0: one late dossier of ten thousand is the one that matters.
func (l language) percent(v float64) string {
	tenths := math.Round(v * 1000)
	switch {
	case v < 1 && tenths >= 1000:
		tenths = 999
	case v > 0 && tenths <= 0:
		tenths = 1
	}
	return l.decimal(tenths/10) + l.Unit()
}

// Unit is the percent sign, as it is set after a number.
func (l language) Unit() string {
	if l == english {
		return "%"
	}
	return nbsp + "%"
}

// decimal writes a number with one decimal, and its thousands apart.
func (l language) decimal(v float64) string {
	point := ","
	if l == english {
		point = "."
	}
	whole, tenth, _ := strings.Cut(strconv.FormatFloat(v, 'f', 1, 64), ".")
	if n, err := strconv.ParseFloat(whole, 64); err == nil && math.Abs(n) >= 1000 {
		whole = l.count(n)
	}
	return whole + point + tenth
}

// interval writes the bounds of a share, as 90,1–93,2 %.
func (l language) interval(low, high float64) string {
	return l.decimal(math.Round(low*1000)/10) + "–" + l.decimal(math.Round(high*1000)/10) + l.Unit()
}

// date writes a day as 02/10/2019 or 2 Oct 2019.
func (l language) date(t time.Time) string {
	if l == english {
		return t.Format("2 Jan 2006")
	}
	return t.Format("02/01/2006")
}

// instant writes a time of day and its day.
func (l language) instant(t time.Time) string {
	if l == english {
		return t.Format("15:04:05, 2 Jan 2006")
	}
	return t.Format("15:04:05 02/01/2006")
}

// minute writes a time as people write it: with seconds only where there are any.
func (l language) minute(t time.Time) string {
	layout := "15:04"
	if t.Second() != 0 || t.Nanosecond() != 0 {
		layout = "15:04:05"
	}
	return t.Format(layout) + l.of(" ", ", ") + l.date(t)
}

// limit writes a deadline: the end of a day by its day.
func (l language) limit(t time.Time) string {
	if t.Add(time.Millisecond).Format("15:04:05.000") == "00:00:00.000" {
		return l.date(t)
	}
	return l.minute(t)
}

// month writes 2019-09 as 9/2019 or Sep 2019.
func (l language) month(id string) string {
	t, err := time.Parse("2006-01", id)
	if err != nil {
		return id
	}
	if l == english {
		return t.Format("Jan 2006")
	}
	return t.Format("1/2006")
}

// day writes 2019-09-14 as a date.
func (l language) day(id string) string {
	t, err := time.Parse(time.DateOnly, id)
	if err != nil {
		return id
	}
	return l.date(t)
}

// period names a period by its id.
func (l language) period(id string) string {
	running := map[string][2]string{
		"mtd": {"Tháng này", "This month"},
		"qtd": {"Quý này", "This quarter"},
		"ytd": {"Năm nay", "This year"},
		"d30": {"30 ngày qua", "Last 30 days"},
	}
	if names, ok := running[id]; ok {
		return l.of(names[0], names[1])
	}
	if first, last, ok := strings.Cut(id, ".."); ok {
		return l.day(first) + " – " + l.day(last)
	}
	year, part, _ := strings.Cut(id, "-")
	switch {
	case part == "":
		return l.of("Năm "+year, year)
	case part == "H1":
		return l.of("6 tháng đầu năm "+year, "First half of "+year)
	case part == "H2":
		return l.of("6 tháng cuối năm "+year, "Second half of "+year)
	case part == "9M":
		return l.of("9 tháng đầu năm "+year, "First nine months of "+year)
	case strings.HasPrefix(part, "Q"):
		roman := map[string]string{"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}[part]
		return l.of(fmt.Sprintf("Quý %s/%s", roman, year), part+" "+year)
	case len(part) == 2:
		return l.of("Tháng "+l.month(id), l.month(id))
	default:
		return l.day(id)
	}
}

// of chooses.
func (l language) of(vi, en string) string {
	if l == english {
		return en
	}
	return vi
}
