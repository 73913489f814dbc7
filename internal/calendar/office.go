package calendar

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The hours of a public office: 07:00 to 11:30 and 13:30 to 17:00, in minutes of the day. Source: DOMAIN.md §3.
var officeHours = []Hours{{7 * 60, 11*60 + 30}, {13*60 + 30, 17 * 60}}

// vnOffice lists the days off and the worked Saturdays that the yearly notices decreed.
//
//go:embed vn-office.txt
var vnOffice string

// holidays are the names of public holidays, by the word that vn-office.txt has for them.
//
// Law: Bộ luật Lao động 2019, Điều 112 [S5]; NQ 28/2026/QH16 for 24 November.
var holidays = map[string]Reason{
	"new-year":   {Kind: Public, VI: "Tết Dương lịch", EN: "New Year's Day"},
	"tet":        {Kind: Public, VI: "Tết Nguyên đán", EN: "Lunar New Year (Tết)"},
	"hung-kings": {Kind: Public, VI: "Giỗ Tổ Hùng Vương", EN: "Hùng Kings' Commemoration Day"},
	"victory":    {Kind: Public, VI: "Ngày Chiến thắng", EN: "Victory Day"},
	"labour":     {Kind: Public, VI: "Ngày Quốc tế Lao động", EN: "International Workers' Day"},
	"national":   {Kind: Public, VI: "Quốc khánh", EN: "National Day"},
	"culture":    {Kind: Public, VI: "Ngày Văn hóa Việt Nam", EN: "Vietnam Culture Day"},
}

var officePlan = sync.OnceValue(func() Plan {
	p, err := parseOffice(vnOffice)
	if err != nil {
		panic("BUG: the embedded calendar: " + err.Error())
	}
	return p
})

// Office returns the plan of vn-office, for calendars that differ from it only here and there. It is the caller's.
func Office() Plan {
	p := officePlan()
	return p.Clone()
}

// parseOffice reads a table of years, see vn-office.txt. The years must follow one another.
func parseOffice(text string) (Plan, error) {
	p := Plan{Name: "vn-office", Grain: ByDay, Days: map[Day][]Hours{}, Why: map[Day]Reason{}}
	for d := time.Monday; d <= time.Friday; d++ {
		p.Week[d] = officeHours
	}
	next := 0
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		head, body, ok := strings.Cut(line, ":")
		year, err := strconv.Atoi(head)
		if !ok || err != nil || year < 1900 || year > 2199 {
			return p, fmt.Errorf("%q is no year, write 2026: new-year 01-01", head)
		}
		if next != 0 && year != next {
			return p, fmt.Errorf("year %d does not follow %d", year, next-1)
		}
		if err := p.readYear(year, body); err != nil {
			return p, fmt.Errorf("year %d: %w", year, err)
		}
		if next == 0 {
			p.First = dayOf(year, time.January, 1)
		}
		p.Last, next = dayOf(year, time.December, 31), year+1
	}
	if next == 0 {
		return p, errors.New("no year is named")
	}
	return p, nil
}

// readYear reads the parts of a year: a holiday's name and its days, or "swap" and pairs of days.
func (p *Plan) readYear(year int, body string) error {
	for part := range strings.SplitSeq(body, "/") {
		words := strings.Fields(part)
		if len(words) == 0 {
			return errors.New("a part is empty")
		}
		holiday, known := holidays[words[0]]
		if !known && words[0] != "swap" {
			return fmt.Errorf("%q begins with no holiday, nor with swap", part)
		}
		for _, w := range words[1:] {
			var err error
			if known {
				w, holiday.InLieu = strings.CutSuffix(w, "*")
				err = p.name(fmt.Sprintf("%d-%s", year, w), nil, holiday)
			} else {
				err = p.swap(year, w)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// swap reads MM-DD=YYYY-MM-DD: the day that is given up, and the one that is worked instead.
func (p *Plan) swap(year int, pair string) error {
	off, on, _ := strings.Cut(pair, "=")
	off = fmt.Sprintf("%d-%s", year, off)
	given, err := ParseDay(off)
	if err != nil {
		return err
	}
	worked, err := ParseDay(on)
	if err != nil {
		return err
	}
	if err := p.name(off, nil, Reason{Kind: SwappedOff, Other: worked}); err != nil {
		return err
	}
	return p.name(on, officeHours, Reason{Kind: SwappedWorking, Other: given})
}

// name gives a day its hours, and says why.
func (p *Plan) name(date string, hours []Hours, why Reason) error {
	d, err := ParseDay(date)
	if err != nil {
		return err
	}
	if _, twice := p.Why[d]; twice {
		return fmt.Errorf("%s is named twice", d)
	}
	p.Days[d], p.Why[d] = hours, why
	return nil
}

func dayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}
