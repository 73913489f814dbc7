package booking

import (
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
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

// Daily says whether the days of a month are kept by themselves, of agencies as of sources.
func (p Page) Daily(month calendar.Day) bool { return p.held.daysOf(month) != nil }

// Agencies are the codes of agencies, by place. They must not be changed.
func (p Page) Agencies() []string { return p.held.agencies.all }

// Sources are those of sources, likewise.
func (p Page) Sources() []string { return p.held.sources.all }

// Whose tells whose sums are read: those of some agencies, by their places, or of all if Agencies is nil; or those of all
// Sources, which are quicker to add up, and whose days are all kept.
type Whose struct {
	Sources  bool
	Agencies []uint32
}

// Places are those of agencies among the page's; a code that it has not is left out.
func (p Page) Places(codes []string) []uint32 {
	places := []uint32{}
	for _, code := range codes {
		if number, known := p.held.agencies.numbers[code]; known {
			places = append(places, number)
		}
	}
	return places
}

// Months calls each with the sums of a stratum by month, of all time; those of sources by day. There may be several runs of one agency, or
// source, and marks.
func (p Page) Months(of Stratum, whose Whose, each func(*Run)) {
	if whose.Sources {
		p.held.bySource[of].read(nil, each)
		return
	}
	p.held.months[of].read(whose.Agencies, each)
}

// Days calls each with the sums of a stratum by day, likewise: those of sources of all time, those of agencies of the last months, and of
// those among some months whose days are kept.
func (p Page) Days(months []calendar.Day, of Stratum, whose Whose, each func(*Run)) {
	if whose.Sources {
		p.held.bySource[of].read(nil, each)
		return
	}
	p.held.days[of].read(whose.Agencies, each)
	for _, k := range p.held.older {
		if slices.Contains(months, k.month) {
			k.days[of].read(whose.Agencies, each)
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
