package document

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tiendo/internal/calendar"
	"tiendo/internal/event"

	"golang.org/x/text/unicode/norm"
)

// Code returns a member that is a code; "" if it is missing.
func (o *Object) Code(member string, required bool) string {
	code := o.Text(member)
	switch {
	case code == "" && required:
		o.Fault(member, "it is missing; a code such as H24.12 would do")
	case code != "":
		if err := event.CheckCode(code); err != nil {
			o.Fault(member, "%q %s", Short(code), err)
			return ""
		}
	}
	return code
}

// maxText is how many characters a name may have.
const maxText = 300

// Words returns a member that people read, with composed letters.
func (o *Object) Words(member string, required bool) string {
	text := norm.NFC.String(o.Text(member))
	switch {
	case text == "" && required:
		o.Fault(member, "it is missing; a text would do")
	case utf8.RuneCountInString(text) > maxText:
		o.Fault(member, "it is longer than %d characters", maxText)
	case strings.ContainsFunc(text, unicode.IsControl):
		o.Fault(member, "it holds a line break or another sign that can't be shown; write it on one line")
	}
	return text
}

// Names returns the Vietnamese and the English name, of the member names.
func (o *Object) Names() (vi, en string) { return o.NamesOf("names") }

// NamesOf returns a member that is a text in Vietnamese and English.
func (o *Object) NamesOf(member string) (vi, en string) {
	n := o.Members[member]
	if n == nil {
		o.Fault(member, "it is missing; %s: {vi: Sở Xây dựng, en: Department of Construction} would do", member)
		return "", ""
	}
	names, ok := o.r.Object(n, o.Name(member), "vi", "en")
	if !ok {
		return "", ""
	}
	return names.Words("vi", true), names.Words("en", true)
}

// Choice returns a member that is one of values; "" if it is missing.
func (o *Object) Choice(member string, values ...string) string {
	text := o.Text(member)
	if text == "" {
		return ""
	}
	if slices.Contains(values, text) {
		return text
	}
	o.Fault(member, "%q is unknown; %s would do", Short(text), strings.Join(values, ", "))
	return ""
}

// Day returns a member that is a date, or what it is if it is missing.
func (o *Object) Day(member string, missing calendar.Day) calendar.Day {
	text := o.Text(member)
	if text == "" {
		return missing
	}
	d, ok := ParseDay(text)
	if !ok {
		o.Fault(member, "%q is no day from %s to %s; write it as 2025-07-01", Short(text), FirstDay, LastDay)
		return missing
	}
	return d
}

// ParseDay reads a day that an event can tell.
func ParseDay(text string) (calendar.Day, bool) {
	d, err := calendar.ParseDay(text)
	return d, err == nil && FirstDay <= d && d <= LastDay
}

// Whole returns a member that is a whole number of 0 to most; nil if it is missing.
func (o *Object) Whole(member string, most int64) *int64 {
	text := o.Text(member)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		o.Fault(member, "%q is no whole number from 0 to %d; write it without separators", Short(text), most)
		return nil
	}
	return &n
}

// Number returns a member that is a number of 0 or more; nil if it is missing.
func (o *Object) Number(member string) *float64 {
	text := o.Text(member)
	if text == "" {
		return nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) || x < 0 {
		o.Fault(member, "%q is no number of 0 or more; 95 %% is written 0.95", Short(text))
		return nil
	}
	return &x
}

// Short cuts what a message repeats.
func Short(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// The days that an event can tell.
var (
	FirstDay = mustDay("1900-01-01")
	LastDay  = mustDay("2199-12-31")
)

func mustDay(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return d
}
