package booking

import (
	"slices"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Page is a ledger that is being read: nothing is added meanwhile.
type Page struct{ held *held }

// Read calls read with the ledger as it is, and returns whether it could be read. read must not take long.
func (l *Ledger) Read(read func(Page)) bool {
	if l == nil {
		return false
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.held == nil {
		return false
	}
	read(Page{l.held})
	return true
}

// Block is the last block that is in the ledger.
func (p Page) Block() uint64 { return p.held.block }

// Daily says whether the days of a month are kept by themselves, of some strata. Those of months that are asked for stay longest.
func (p Page) Daily(d Dimension, month calendar.Day, strata ...Stratum) bool {
	return len(p.held.missing(d, month, strata)) == 0
}

// Holds says whether there is any line of a stratum.
func (p Page) Holds(of Stratum) (any bool) {
	p.held.sums[Source][of].read(nil, func(*Run) { any = true })
	return any
}

// Keeps says whether lines of a stratum are kept by a dimension, with some marks told apart.
func Keeps(d Dimension, of Stratum, marks lifecycle.Marks) bool {
	kept, ok := d.keeps(of)
	return ok && marks&^kept == 0
}

// Codes are those of a dimension, by place. They must not be changed.
func (p Page) Codes(d Dimension) []string { return p.held.codes[d].all }

// Places are those of codes among the page's; one that it has not is left out.
func (p Page) Places(d Dimension, codes []string) []uint32 {
	places := []uint32{}
	for _, code := range codes {
		if number, known := p.held.codes[d].numbers[code]; known {
			places = append(places, number)
		}
	}
	return places
}

// Whose tells whose sums are read: by a dimension those at some places, or all if Only is nil.
type Whose struct {
	By   Dimension
	Only []uint32
}

// Months calls each with the sums of a stratum by month, of all time, or by day where the dimension has those. There may be several runs of the
// same marks.
func (p Page) Months(of Stratum, whose Whose, each func(*Run)) {
	p.held.sums[whose.By][of].read(whose.Only, each)
}

// Days calls each with the sums of a stratum by day, likewise: of a dimension that has them of all time, of agencies those of the last months and
// of those among some months whose days are kept.
func (p Page) Days(months []calendar.Day, of Stratum, whose Whose, each func(*Run)) {
	if whose.By.daily() {
		p.Months(of, whose, each)
		return
	}
	p.held.days[whose.By][of].read(whose.Only, each)
	for _, k := range p.held.older {
		if slices.Contains(months, k.month) {
			k.days[whose.By][of].read(whose.Only, each)
		}
	}
}

// Heard calls each with the days on which anything of a family was told to begin or end, by voice: the days in order, for as
// long as the page is read.
func (p Page) Heard(family event.Family, each func(Voice, []calendar.Day)) {
	for voice, of := range p.held.heard {
		if voice.Family == family {
			each(voice, of.days)
		}
	}
}

// Last are the times of the newest events of a family's cases, by agency, for as long as the page is read.
func (p Page) Last(family event.Family) map[string]time.Time { return p.held.last[family] }
