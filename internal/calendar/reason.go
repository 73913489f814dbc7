package calendar

import "time"

// Kind says what kind of day a day is. The names are answered by the API: they never change their meaning.
type Kind string

// The kinds. On the days of Working, SwappedWorking and Special there is work, on the others there is none.
const (
	// Working and RestDay are days as their weekday is; Weekend is a Saturday or Sunday among the latter.
	Working Kind = "working"
	Weekend Kind = "weekend"
	RestDay Kind = "rest_day"
	// Public is a public holiday, or a day off in lieu of one.
	Public Kind = "public"
	// SwappedOff and SwappedWorking are two days that changed places by a notice.
	SwappedOff     Kind = "swapped_off"
	SwappedWorking Kind = "swapped_working"
	// Off is a day off of a calendar of the city's own, Special a day with hours of its own.
	Off     Kind = "off"
	Special Kind = "special"
)

// Reason says why a day is worked or not.
type Reason struct {
	Kind Kind
	// VI and EN name the holiday, or the occasion of an Off or Special day; empty where it has no name.
	VI, EN string
	// InLieu says that the day is off because the holiday fell on a weekend.
	InLieu bool
	// Other is the day with which a swapped one changed places.
	Other Day
}

// Words say the reason in Vietnamese and in English, such as "Quốc khánh" and "National Day, public holiday"; both are empty
// for an ordinary working day.
func (r Reason) Words() (vi, en string) {
	occasion := func(what, name string) string {
		if name == "" {
			return what
		}
		return what + ": " + name
	}
	switch r.Kind {
	case Weekend:
		return "cuối tuần", "weekend"
	case RestDay:
		return "ngày nghỉ hằng tuần", "weekly day off"
	case Public:
		if r.InLieu {
			return "nghỉ bù " + r.VI, r.EN + ", day off in lieu"
		}
		return r.VI, r.EN + ", public holiday"
	case SwappedOff:
		return "nghỉ hoán đổi, làm bù " + r.Other.format("02/01/2006"), "swapped off, worked on " + r.Other.format("2 Jan 2006") + " instead"
	case SwappedWorking:
		return "làm bù cho " + r.Other.format("02/01/2006"), "worked instead of " + r.Other.format("2 Jan 2006")
	case Off:
		return occasion("ngày nghỉ", r.VI), occasion("day off", r.EN)
	case Special:
		return occasion("giờ làm việc riêng", r.VI), occasion("hours of its own", r.EN)
	default:
		return "", ""
	}
}

func (d Day) format(layout string) string {
	return time.Unix(int64(d)*secondsPerDay, 0).UTC().Format(layout)
}

// Why says what kind of day d is, and why. ErrOutside if d is not covered.
func (c *Calendar) Why(d Day) (Reason, error) {
	if c.always {
		return Reason{Kind: Working}, nil
	}
	works, err := c.Works(d)
	if err != nil {
		return Reason{}, err
	}
	if r, named := c.why[d]; named {
		return r, nil
	}
	switch {
	case works:
		return Reason{Kind: Working}, nil
	case d.Weekday() == time.Saturday || d.Weekday() == time.Sunday:
		return Reason{Kind: Weekend}, nil
	default:
		return Reason{Kind: RestDay}, nil
	}
}
