package event

import "time"

// The dates that the engine can hold, with room for a deadline to move on.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
)

const (
	needsInstant  = "must be RFC 3339 with an offset, such as 2026-09-14T08:30:00+07:00"
	needsDay      = "must be a date, such as 2026-09-14"
	needsDeadline = "must be a date, such as 2026-09-14, or RFC 3339 with an offset"
	needsYear     = "must lie between the years 1900 and 2199"
)

// instant reads RFC 3339 with an offset and cuts it to milliseconds since 1970: always down, so that the order of instants
// is kept. It is stricter than package time, which takes one-digit hours, a comma before the fraction and an offset of
// 24 hours, and it allocates nothing.
func instant(s string) (ms int64, ok bool) {
	if len(s) < len("2006-01-02T15:04:05Z") {
		return 0, false
	}
	days, ok := days(s[:10])
	if !ok || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	hour, ok1 := digits(s[11:13])
	minute, ok2 := digits(s[14:16])
	second, ok3 := digits(s[17:19])
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	milli, rest, ok := fraction(s[19:])
	if !ok {
		return 0, false
	}
	offset, ok := offsetMinutes(rest)
	if !ok {
		return 0, false
	}
	return ((days*24+int64(hour))*60+int64(minute-offset))*60_000 + int64(second)*1000 + int64(milli), true
}

// fraction reads the digits after a point, if there is one, and cuts them to milliseconds.
func fraction(s string) (milli int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	i, scale := 1, 100
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		milli += int(s[i]-'0') * scale
		scale /= 10
	}
	return milli, s[i:], i > 1
}

// offsetMinutes reads "Z" or "+07:00".
func offsetMinutes(s string) (minutes int, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != len("+07:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hour, ok1 := digits(s[1:3])
	minute, ok2 := digits(s[4:6])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	minutes = hour*60 + minute
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

// days reads a date, such as "2026-09-14", as days since 1970-01-01.
func days(s string) (int64, bool) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, ok1 := digits(s[0:2])
	year, ok2 := digits(s[2:4])
	month, ok3 := digits(s[5:7])
	day, ok4 := digits(s[8:10])
	year += century * 100
	if !ok1 || !ok2 || !ok3 || !ok4 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	// Years are counted from 1 March, so that the leap day is the last: 153 days make five months from March on.
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	ofEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return int64(era)*146_097 + int64(ofEra*365+ofEra/4-ofEra/100+ofYear) - 719_468, true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

func floorDiv(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// digits reads two digits.
func digits(s string) (int, bool) {
	a, b := s[0]-'0', s[1]-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

func badDay(s string) string {
	d, ok := days(s)
	if !ok {
		return needsDay
	}
	return badYear(d * 86_400_000)
}

func badDeadline(s string) string {
	if len(s) == len("2006-01-02") {
		return badDay(s)
	}
	ms, ok := instant(s)
	if !ok {
		return needsDeadline
	}
	return badYear(ms)
}

func badYear(ms int64) string {
	if ms < earliest || ms >= latest {
		return needsYear
	}
	return ""
}

// badTerm returns why s names no period. Which days a period has is internal/period's to know.
func badTerm(s string) string {
	const reason = "must be a period, such as 2026, 2026-H1, 2026-9M, 2026-Q3, 2026-09, 2026-09-14 or 2026-09-01..2026-09-30"
	day := s
	switch {
	case len(s) == len("2026"):
		day = s + "-01-01"
	case len(s) == len("2026-Q3") && inYear(s[4:]):
		day = s[:4] + "-01-01"
	case len(s) == len("2026-09"):
		day = s + "-01"
	case len(s) == len("2026-09-01..2026-09-30"):
		if s[10:12] != ".." || badDay(s[12:]) != "" || s[12:] < s[:10] {
			return reason
		}
		day = s[:10]
	}
	if badDay(day) != "" {
		return reason
	}
	return ""
}

// inYear says whether s names a part of a year that is not a month.
func inYear(s string) bool {
	switch s {
	case "-H1", "-H2", "-9M", "-Q1", "-Q2", "-Q3", "-Q4":
		return true
	default:
		return false
	}
}
