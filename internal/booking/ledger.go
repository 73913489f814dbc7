package booking

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Ledger is the sum of the journal, kept in memory by whoever writes it: by month and agency, and by day for the last days.
// What a page asks for is added up from it within milliseconds, whatever the history; the engine would scan its cubes a dozen
// times for it. It holds what the engine shows, block by block, or nothing: after an error it is read anew.
//
// It is safe for concurrent use.
type Ledger struct {
	// appearing is held while a block becomes visible in the engine and is added here: whoever reads both holds it too.
	appearing sync.RWMutex
	// shown is odd meanwhile.
	shown atomic.Uint64
	// keeping is held while the days of a month are read: a page has many questions of one period, which would read them all at once.
	keeping sync.Mutex
	// beside rises when something is booked that is of no case, and when the ledger is read anew.
	beside atomic.Uint64

	mu sync.RWMutex
	// held is nil while the ledger cannot be read.
	held *held
}

// held is what a ledger holds.
type held struct {
	// block is the last block that is in it.
	block uint64
	// since is the first day from which on each is kept by itself, with the instants of deadlines; of some from earlier on, without, see [Dimension.from].
	since calendar.Day

	// codes are whose the sums are, sums the sums themselves by dimension: of those of few values by day of all time, of others by month.
	codes [dimensions]codes
	sums  [dimensions]shelves
	// days are the last sums by day of those that are kept by month, older those by day, without instants, of some months before.
	days  [dimensions]shelves
	older []*kept
	heard map[Voice]*heard
	last  lastEvents
}

// codes number codes in the order in which they come.
type codes struct {
	all     []string
	numbers map[string]uint32
}

func (c *codes) number(code string) uint32 {
	number, known := c.numbers[code]
	if !known {
		if c.numbers == nil {
			c.numbers = map[string]uint32{}
		}
		number = uint32(len(c.all))
		c.numbers[code], c.all = number, append(c.all, code)
	}
	return number
}

// ofAll are the numbers of some codes, in their order.
func (c *codes) ofAll(all []string) []uint32 {
	numbers := make([]uint32, len(all))
	for i, code := range all {
		numbers[i] = c.number(code)
	}
	return numbers
}

// Dimension is what the sums of the whole city are told apart by.
type Dimension int

// The dimensions. Of agencies everything is kept, by month, and by day of some months; of sources as well, by day; of levels and kinds what has
// no bins, by day; of procedures, of which there are thousands, what promises were kept and what went online, by month and by day of the last ones.
const (
	Agency Dimension = iota
	Source
	Level
	Kind
	Procedure
	dimensions
)

// columns are those of the journal that they are told by.
var columns = [dimensions]string{Agency: "agency", Source: "source", Level: "level", Kind: "kind", Procedure: "procedure"}

// ofProcedures are the marks that are kept of procedures, by measure.
var ofProcedures = map[lifecycle.Measure]lifecycle.Marks{
	lifecycle.Opened:  lifecycle.Online | lifecycle.Offered | lifecycle.OfferedFull,
	lifecycle.Settled: lifecycle.Promised | lifecycle.OnTime | lifecycle.OnTimeFirst | lifecycle.Early,
}

// keeps are the marks that are kept of the lines of a stratum by a dimension, none but bins where it is Binned; false if it is not kept at all.
func (d Dimension) keeps(of Stratum) (lifecycle.Marks, bool) {
	switch d {
	case Level, Kind:
		return ^lifecycle.Marks(0), !of.Binned
	case Procedure:
		marks, kept := ofProcedures[of.Measure]
		return marks, kept && of.Family == event.Dossier
	default:
		return ^lifecycle.Marks(0), true
	}
}

// daily says whether sums are kept by day of all time.
func (d Dimension) daily() bool { return d == Source || d == Level || d == Kind }

// Stratum is a family's lines of one measure: by their marks or, where it is Binned, by bin.
type Stratum struct {
	Family  event.Family
	Measure lifecycle.Measure
	Binned  bool
}

// Voice is an agency as one source tells of it.
type Voice struct {
	Family         event.Family
	Agency, Source string
}

const (
	// keptDays is how many days back each is kept by itself: the running month, and one before for what ends a little earlier.
	keptDays = 62
	// keptYear is how many more are of what opens and settles with an agency, which most pages count: a stretch of days of the last year has no such
	// month to be read. Of 300 agencies they take some 4 MB.
	keptYear = 304
)

// yearly are the measures of which a year is kept.
var yearly = []lifecycle.Measure{lifecycle.Opened, lifecycle.Settled}

func firstKept(today calendar.Day) calendar.Day { return monthOf(today - keptDays) }

// from is the first day from which on each of a dimension that is kept by month is kept by itself, in a ledger whose instants begin on a day.
func (d Dimension) from(of Stratum, since calendar.Day) calendar.Day {
	if d == Agency && slices.Contains(yearly, of.Measure) {
		return yearBefore(since)
	}
	return since
}

func yearBefore(since calendar.Day) calendar.Day { return monthOf(since - keptYear) }

// appear begins what makes the engine show something new, and returns what ends it.
func (l *Ledger) appear() (end func()) {
	l.appearing.Lock()
	l.shown.Add(1)
	return func() {
		l.shown.Add(1)
		l.appearing.Unlock()
	}
}

// Shown rises by one when the engine begins to show something new of this booker, and by one when this ledger knows it too: it is odd
// meanwhile. Whoever asks more than one question reads it before and after: answers are of one block if it is the same, and even where
// any of them was the engine's.
func (l *Ledger) Shown() uint64 {
	if l == nil {
		return 0
	}
	return l.shown.Load()
}

// Settled waits while the engine begins to show something new.
func (l *Ledger) Settled() {
	if l != nil {
		l.appearing.RLock()
		defer l.appearing.RUnlock()
	}
}

// NewLedger returns a ledger that cannot be read yet.
func NewLedger() *Ledger { return &Ledger{} }

// Binned says that a measure is told by bins of time, and has no marks: a ledger keeps the bin in the marks' place. Records it keeps twice: by
// the bin of their delay, and by their number.
func Binned(m lifecycle.Measure) bool { return slices.Contains(binned, m) }

var binned = []lifecycle.Measure{lifecycle.Worked, lifecycle.Accepted, lifecycle.Confirmed, lifecycle.Left}

func nextMonth(month calendar.Day) calendar.Day {
	return calendar.DayOf(month.Start(time.UTC).AddDate(0, 1, 0), time.UTC)
}

func monthOf(d calendar.Day) calendar.Day { return d - calendar.Day(d.Start(time.UTC).Day()-1) }

// few is how many of the latest sums of a shelf may lie out of order: whoever reads goes through all of them.
const few = 1024

// tidy puts in order what the last blocks have left, where that is more than a few sums: between two shelves whoever reads comes first.
func (l *Ledger) tidy() {
	var all []*shelf
	l.mu.RLock()
	if h := l.held; h != nil {
		for _, shelves := range h.all() {
			all = slices.AppendSeq(all, maps.Values(shelves))
		}
	}
	l.mu.RUnlock()
	for _, s := range all {
		l.mu.Lock()
		if len(s.latest) > few {
			s.settle()
		}
		l.mu.Unlock()
	}
}

// all are all shelves.
func (h *held) all() []shelves {
	all := slices.Concat(h.sums[:], h.days[:])
	for _, k := range h.older {
		all = append(all, k.days[:]...)
	}
	return all
}

// daysOf is where a day of a dimension that is kept by month is kept by itself, nil if it is not.
func (h *held) daysOf(d Dimension, of Stratum, day calendar.Day) *shelf {
	if day >= d.from(of, h.since) {
		return h.days[d].on(of)
	}
	month := monthOf(day)
	for _, k := range h.older {
		if k.month == month {
			return k.days[d][of]
		}
	}
	return nil
}

// add adds to a sum of a dimension.
func (h *held) add(d Dimension, of Stratum, at slot, n int64) {
	if !d.daily() {
		if days := h.daysOf(d, of, at.day); days != nil {
			days.put(at, n)
		}
		at.day, at.millis = monthOf(at.day), 0
	}
	h.sums[d].on(of).put(at, n)
}

// heard are the days on which anything was told to begin or end, in order, and how much of it stands: what was corrected away
// was not heard, so that a figure says the same whichever way the books came to it.
type heard struct {
	days []calendar.Day
	sums []int32
}

func (h *held) hear(voice Voice, day calendar.Day, n int64) {
	of := h.heard[voice]
	if of == nil {
		of = &heard{}
		h.heard[voice] = of
	}
	at, known := slices.BinarySearch(of.days, day)
	if !known {
		of.days, of.sums = slices.Insert(of.days, at, day), slices.Insert(of.sums, at, 0)
	}
	if of.sums[at] += int32(n); of.sums[at] == 0 {
		of.days, of.sums = slices.Delete(of.days, at, at+1), slices.Delete(of.sums, at, at+1)
	}
}

// lastEvents are when the newest events of cases happened that were an agency's when they were judged, by family and agency.
type lastEvents map[event.Family]map[string]time.Time

func (l lastEvents) add(family event.Family, agency string, t time.Time) {
	if l[family] == nil {
		l[family] = map[string]time.Time{}
	}
	if t.After(l[family][agency]) {
		l[family][agency] = t
	}
}

// Beside rises when something is booked that is of no case, such as what sources state; false while the ledger cannot be read.
func (l *Ledger) Beside() (n uint64, readable bool) {
	readable = l.Read(func(Page) { n = l.beside.Load() })
	return n, readable
}

// forget makes the ledger unreadable until it is loaded.
func (l *Ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = nil
}
