package booking

import (
	"maps"
	"math"
	"sync"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// draft is what a block adds, until it is known to be in the journal.
type draft struct {
	mu sync.Mutex
	// Codes have numbers of the draft's: a block of some months' history has as many lines of agencies as the ledger has sums.
	codes [dimensions]codes
	sums  map[Stratum]*drafted
	heard map[Voice]map[calendar.Day]int64
	last  lastEvents
	since calendar.Day
	// older are the strata of months of which days are kept, by dimension.
	older map[calendar.Day]*[dimensions]map[Stratum]bool
	// fine says that all days are told apart, so that a month may be kept while the block is judged.
	fine bool
	// beside says that the block holds something that is of no case.
	beside bool
}

// drafted is what a block adds to one stratum, by dimension: nil where nothing is kept, with the marks that are.
type drafted struct {
	sums  [dimensions]map[slot]int64
	marks [dimensions]lifecycle.Marks
}

// on is what is added to a stratum.
func (d *draft) on(of Stratum) *drafted {
	added := d.sums[of]
	if added == nil {
		added = &drafted{}
		for by := range dimensions {
			if marks, kept := by.keeps(of); kept {
				added.sums[by], added.marks[by] = map[slot]int64{}, marks
			}
		}
		d.sums[of] = added
	}
	return added
}

// daily says whether the days of a dimension in the month of a day are told apart.
func (d *draft) daily(by Dimension, of Stratum, day, month calendar.Day) bool {
	if by.daily() || day >= by.from(of, d.since) || d.fine {
		return true
	}
	kept := d.older[month]
	return kept != nil && kept[by][of]
}

// begin returns an empty draft of a block of so many cases: of few, all days fit into memory.
func (l *Ledger) begin(cases int) *draft {
	l.mu.RLock()
	defer l.mu.RUnlock()
	d := &draft{fine: cases <= fewCases, sums: map[Stratum]*drafted{}, heard: map[Voice]map[calendar.Day]int64{}, last: lastEvents{}, older: map[calendar.Day]*[dimensions]map[Stratum]bool{}}
	if l.held != nil {
		d.since = l.held.since
		for _, k := range l.held.older {
			kept := &[dimensions]map[Stratum]bool{}
			for by, days := range k.days {
				kept[by] = map[Stratum]bool{}
				for of := range days {
					kept[by][of] = true
				}
			}
			d.older[k.month] = kept
		}
	}
	return d
}

// judged adds a case, and lines of its journal.
func (d *draft) judged(c *lifecycle.Case, entries []lifecycle.Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last.add(c.Family, c.Agency, c.LastEvent.Truncate(time.Millisecond))
	d.add(c.Family, entries)
}

func (d *draft) add(family event.Family, entries []lifecycle.Entry) {
	for i := range entries {
		e := &entries[i]
		at := slot{day: e.Day, marks: e.Marks, millis: e.Millis}
		of := Stratum{family, e.Measure, Binned(e.Measure)}
		if of.Binned {
			at.marks = lifecycle.Marks(e.Bin)
		}
		d.put(of, e, at)
		if e.Measure == lifecycle.Recorded {
			of.Binned, at.marks = true, lifecycle.Marks(e.Delay-1)
			d.put(of, e, at)
		}
		if speaks(e.Measure) {
			voice := Voice{family, e.Agency, e.Source}
			if d.heard[voice] == nil {
				d.heard[voice] = map[calendar.Day]int64{}
			}
			d.heard[voice][e.Day] += e.N
		}
	}
}

// put adds what a line counts by each dimension.
func (d *draft) put(of Stratum, e *lifecycle.Entry, at slot) {
	if at.day < d.since {
		at.millis = 0
	}
	added, month := d.on(of), monthOf(at.day)
	for by, code := range [dimensions]string{Agency: e.Agency, Source: e.Source, Level: e.Level, Kind: e.Kind, Procedure: e.Procedure} {
		if added.sums[by] == nil {
			continue
		}
		at := at
		if !d.daily(Dimension(by), of, at.day, month) {
			at.day, at.millis = month, 0
		}
		at.marks &= added.marks[by]
		at.whose = d.codes[by].number(code)
		added.sums[by][at] += e.N
	}
}

// speaks says whether a measure tells that something of an agency began or ended.
func speaks(m lifecycle.Measure) bool {
	return m == lifecycle.Opened || m == lifecycle.Settled || m == lifecycle.Ended || m == lifecycle.Stray
}

// commit adds a draft whose block is in the journal. A block that is not the next makes the ledger unreadable. Days that are
// long past are left to their months.
func (l *Ledger) commit(d *draft, block uint64, today calendar.Day) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held
	if h == nil || block != h.block+1 || d.since != h.since {
		l.held = nil
		return
	}
	h.block = block
	for _, k := range h.older { // what somebody asked for since the draft began
		for by, days := range k.days {
			maps.DeleteFunc(days, func(of Stratum, _ *shelf) bool { return !d.daily(Dimension(by), of, k.month, k.month) })
		}
	}
	for by := range dimensions {
		numbers := h.codes[by].ofAll(d.codes[by].all)
		for of, added := range d.sums {
			h.addAll(by, of, added.sums[by], numbers)
		}
	}
	for voice, days := range d.heard {
		for day, n := range days {
			h.hear(voice, day, n)
		}
	}
	for family, agencies := range d.last {
		for agency, t := range agencies {
			h.last.add(family, agency, t)
		}
	}
	if d.beside {
		l.beside.Add(1)
	}
	if since := firstKept(today); h.since < since {
		h.leave(since)
	}
}

// addAll adds to sums of a dimension, of which places have these numbers.
func (h *held) addAll(by Dimension, of Stratum, added map[slot]int64, numbers []uint32) {
	if len(added) == 0 {
		return
	}
	all, byDay := make([]filled, 0, len(added)), map[*shelf][]filled{}
	for at, n := range added {
		at.whose = numbers[at.whose]
		if !by.daily() {
			if days := h.daysOf(by, of, at.day); days != nil {
				byDay[days] = append(byDay[days], filled{at, n})
			}
			at.day, at.millis = monthOf(at.day), 0
		}
		all = append(all, filled{at, n})
	}
	h.sums[by].on(of).putAll(all)
	for days, sums := range byDay {
		days.putAll(sums)
	}
}

// leave leaves days that are no longer kept by themselves to their months, and the instants within days before another.
func (h *held) leave(since calendar.Day) {
	h.since = since
	leave := func(sums *shelf, from calendar.Day) {
		sums.remake(func(f *filled) {
			if f.day < from {
				f.n = 0
			}
			if f.day < since {
				f.millis = 0
			}
		})
	}
	for by := range dimensions {
		for of, sums := range h.days[by] {
			leave(sums, by.from(of, since))
		}
		if by.daily() {
			for _, sums := range h.sums[by] {
				leave(sums, math.MinInt32)
			}
		}
	}
}
