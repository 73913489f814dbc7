package workbook

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// precise is how many digits a number of a workbook has; what a code has beyond them is lost.
const precise = 15

// number writes a number with all its digits, never with an exponent, and with the zeros that its format shows.
func number(raw string, s style) (string, error) {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return "", errors.New("is no number, though its cell says so; enter it again")
	}
	if math.Abs(v) >= 1e15 {
		return "", errors.New("is a number of more than 15 digits, of which workbooks keep 15; format the column as text and enter it again")
	}
	// What was typed as 1.005129 is stored as 1.0051289999999999.
	if v, err = strconv.ParseFloat(strconv.FormatFloat(v, 'g', precise, 64), 64); err != nil {
		return "", err
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v < 0 || s.whole == 0 {
		return text, nil
	}
	whole, decimals, _ := strings.Cut(text, ".")
	whole = strings.Repeat("0", max(0, s.whole-len(whole))) + whole
	decimals += strings.Repeat("0", max(0, s.decimals-len(decimals)))
	if decimals == "" {
		return whole, nil
	}
	return whole + "." + decimals, nil
}

const dayMillis = 24 * 60 * 60 * 1000

// date writes the date that a number is: a day alone, or with its time of day if the number or the style has one. Days are
// counted from 1 January 1900, with a 29 February in that year, which had none; or from 1904.
func (b *Book) date(raw string, s style) (string, error) {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v >= 2958466 {
		return "", errors.New("is a number that no date has; enter the date again")
	}
	millis := int64(math.Round(v * dayMillis))
	day, rest := millis/dayMillis, millis%dayMillis
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case day == 0:
		return "", errors.New("is a time of day without a date")
	case b.from1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day == 60:
		return "", errors.New("is 29 February 1900, a day that there was not; enter the date again")
	case day < 60:
		start = start.AddDate(0, 0, 1)
	}
	at := start.AddDate(0, 0, int(day)).Add(time.Duration(rest) * time.Millisecond)
	if rest == 0 && !s.clock {
		return at.Format(time.DateOnly), nil
	}
	return at.Format("2006-01-02T15:04:05.999"), nil
}

// isoDate reads a date that a cell holds as text of ISO 8601 (t="d").
func isoDate(raw string) (string, error) {
	if t, err := time.Parse(time.DateOnly, raw); err == nil {
		return t.Format(time.DateOnly), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, strings.TrimSuffix(raw, "Z")); err == nil {
			return t.Format("2006-01-02T15:04:05.999"), nil
		}
	}
	return "", errors.New("is no date, though its cell says so; enter it again")
}
