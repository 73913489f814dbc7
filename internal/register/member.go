package register

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tiendo/internal/calendar"
	"tiendo/internal/event"

	"golang.org/x/text/unicode/norm"
)

// code returns a member that is a code; "" if it is missing.
func (o *object) code(member string, required bool) string {
	code := o.text(member)
	switch {
	case code == "" && required:
		o.fault(member, "it is missing; a code such as H24.12 would do")
	case code != "":
		if err := event.CheckCode(code); err != nil {
			o.fault(member, "%q %s", short(code), err)
			return ""
		}
	}
	return code
}

// maxText is how many characters a name may have.
const maxText = 300

// words returns a member that people read, with composed letters.
func (o *object) words(member string, required bool) string {
	text := norm.NFC.String(o.text(member))
	switch {
	case text == "" && required:
		o.fault(member, "it is missing; a text would do")
	case utf8.RuneCountInString(text) > maxText:
		o.fault(member, "it is longer than %d characters", maxText)
	case strings.ContainsFunc(text, unicode.IsControl):
		o.fault(member, "it holds a line break or another sign that can't be shown; write it on one line")
	}
	return text
}

// names returns the Vietnamese and the English name.
func (o *object) names() (vi, en string) {
	n := o.members["names"]
	if n == nil {
		o.fault("names", "it is missing; names: {vi: Sở Xây dựng, en: Department of Construction} would do")
		return "", ""
	}
	names, ok := o.r.object(n, o.name("names"), "vi", "en")
	if !ok {
		return "", ""
	}
	return names.words("vi", true), names.words("en", true)
}

// choice returns a member that is one of values; "" if it is missing.
func (o *object) choice(member string, values ...string) string {
	text := o.text(member)
	if text == "" {
		return ""
	}
	for _, v := range values {
		if text == v {
			return v
		}
	}
	o.fault(member, "%q is unknown; %s would do", short(text), strings.Join(values, ", "))
	return ""
}

// span returns from and to.
func (o *object) span() Span {
	s := Span{o.day("from", FirstDay), o.day("to", LastDay)}
	if s.To < s.From {
		o.fault("from", "%s lies after to, %s; the earlier day comes first", s.From, s.To)
	}
	return s
}

// day returns a member that is a date, or what it is if it is missing.
func (o *object) day(member string, missing calendar.Day) calendar.Day {
	text := o.text(member)
	if text == "" {
		return missing
	}
	d, ok := parseDay(text)
	if !ok {
		o.fault(member, "%q is no day from %s to %s; write it as 2025-07-01", short(text), FirstDay, LastDay)
		return missing
	}
	return d
}

func parseDay(text string) (calendar.Day, bool) {
	d, err := calendar.ParseDay(text)
	return d, err == nil && FirstDay <= d && d <= LastDay
}

// whole returns a member that is a whole number of 0 to most; nil if it is missing.
func (o *object) whole(member string, most int64) *int64 {
	text := o.text(member)
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		o.fault(member, "%q is no whole number from 0 to %d; write it without separators", short(text), most)
		return nil
	}
	return &n
}

// number returns a member that is a number of 0 or more; nil if it is missing.
func (o *object) number(member string) *float64 {
	text := o.text(member)
	if text == "" {
		return nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) || x < 0 {
		o.fault(member, "%q is no number of 0 or more; 95 %% is written 0.95", short(text))
		return nil
	}
	return &x
}

// short cuts what a message repeats.
func short(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
