package booking

import (
	"slices"
	"sync"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// draft is what a block adds, until it is known to be in the journal.
type draft struct {
	mu sync.Mutex
	// Agencies and sources have numbers of the draft's: a block of some months' history has as many lines of them as the ledger has sums.
	agencies, sources codes
	sums              map[Stratum]map[drafted]int64
	heard             map[Voice]map[calendar.Day]int64
	since             calendar.Day
	older             []calendar.Day
	// fine says that all days are told apart, so that a month may be kept while the block is judged.
	fine bool
}

// daily says whether the days of a month are told apart.
func (d *draft) daily(day calendar.Day) bool {
	return d.fine || day >= d.since || slices.Contains(d.older, monthOf(day))
}

// drafted is a slot, whose agency it is, and the source.
type drafted struct {
	slot
	source uint32
}

// begin returns an empty draft of a block of so many cases: of few, all days fit into memory.
func (l *Ledger) begin(cases int) *draft {
	l.mu.RLock()
	defer l.mu.RUnlock()
	d := &draft{fine: cases <= fewCases, sums: map[Stratum]map[drafted]int64{}, heard: map[Voice]map[calendar.Day]int64{}}
	if l.held != nil {
		d.since = l.held.since
		for _, k := range l.held.older {
			d.older = append(d.older, k.month)
		}
	}
	return d
}

// add adds lines of the journal.
func (d *draft) add(family event.Family, entries []lifecycle.Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		at := drafted{slot{whose: d.agencies.number(e.Agency), day: e.Day, marks: e.Marks, millis: e.Millis}, d.sources.number(e.Source)}
		switch {
		case !d.daily(e.Day):
			at.day, at.millis = monthOf(e.Day), 0
		case e.Day < d.since:
			at.millis = 0
		}
		of := Stratum{family, e.Measure, Binned(e.Measure)}
		if of.Binned {
			at.marks = lifecycle.Marks(e.Bin)
		}
		d.put(of, at, e.N)
		if e.Measure == lifecycle.Recorded {
			of.Binned, at.marks = true, lifecycle.Marks(e.Delay-1)
			d.put(of, at, e.N)
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

func (d *draft) put(of Stratum, at drafted, n int64) {
	if d.sums[of] == nil {
		d.sums[of] = map[drafted]int64{}
	}
	d.sums[of][at] += n
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
	h.older = slices.DeleteFunc(h.older, func(k *kept) bool { return !d.daily(k.month) })
	agencies, sources := h.agencies.ofAll(d.agencies.all), h.sources.ofAll(d.sources.all)
	for of, sums := range d.sums {
		for at, n := range sums {
			h.put(of, agencies[at.whose], sources[at.source], at.slot, n)
		}
	}
	for voice, days := range d.heard {
		for day, n := range days {
			h.hear(voice, day, n)
		}
	}
	if since := firstKept(today); h.since < since {
		h.since = since
		h.days.each(func(sums *shelf) { sums.drop(func(s slot) bool { return s.day < since }) })
	}
}
