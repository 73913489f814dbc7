package booking

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

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

	mu sync.RWMutex
	// held is nil while the ledger cannot be read.
	held *held
}

// held is what a ledger holds.
type held struct {
	// block is the last block that is in it.
	block uint64
	// since is the first day from which on each is kept by itself, with the instants of deadlines; so are, without instants, those of
	// some months before it.
	since calendar.Day
	older []*kept

	agencies, sources codes
	months            shelves
	days              shelves // from since on
	heard             map[Voice]*heard
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

// kept is a month of which the days are kept for a while.
type kept struct {
	month calendar.Day
	days  shelves
	// asked is when it was last asked for, in nanoseconds.
	asked atomic.Int64
}

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

// keptDays is how many days back each is kept by itself: the running month, and one before for what ends a little earlier.
const keptDays = 62

func firstKept(today calendar.Day) calendar.Day { return monthOf(today - keptDays) }

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

// Binned says that a measure is told by bins of time, and has no marks: a ledger keeps the bin in the marks' place. Records it keeps twice: by
// the bin of their delay, and by their number.
func Binned(m lifecycle.Measure) bool { return slices.Contains(binned, m) }

var binned = []lifecycle.Measure{lifecycle.Worked, lifecycle.Accepted, lifecycle.Confirmed, lifecycle.Left}

// drafted is a slot, whose agency it is, and the source.
type drafted struct {
	slot
	source uint32
}

// line is a slot with the codes of the agency and the source.
type line struct {
	day            calendar.Day
	agency, source string
	marks          lifecycle.Marks
	millis         uint32
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

func nextMonth(month calendar.Day) calendar.Day {
	return calendar.DayOf(month.Start(time.UTC).AddDate(0, 1, 0), time.UTC)
}

func monthOf(d calendar.Day) calendar.Day { return d - calendar.Day(d.Start(time.UTC).Day()-1) }

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

// few is how many of the latest sums of a shelf may lie out of order: whoever reads goes through all of them.
const few = 1024

// tidy puts in order what the last blocks have left, where that is more than a few sums: between two shelves whoever reads comes first.
func (l *Ledger) tidy() {
	var all []*shelf
	l.mu.RLock()
	if h := l.held; h != nil {
		add := func(s *shelf) { all = append(all, s) }
		h.months.each(add)
		h.days.each(add)
		for _, k := range h.older {
			k.days.each(add)
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

// mostOlder is of how many months before the last ones days are kept: those at both ends of a period, and of the one before it. Of
// 300 agencies a month takes some 5 MB.
const mostOlder = 4

// Keep reads the days of a month from the engine, unless they are kept already, and keeps them for those who ask next. It does
// nothing while the ledger cannot be read.
func (l *Ledger) Keep(ctx context.Context, conn driver.Conn, month calendar.Day) error {
	var into *held
	wanted := func() bool {
		kept := false
		return l.Read(func(p Page) { into, kept = p.held, p.held.ask(month) }) && !kept
	}
	if !wanted() {
		return nil
	}
	l.keeping.Lock()
	defer l.keeping.Unlock()
	if !wanted() {
		return nil
	}
	l.appearing.RLock()
	defer l.appearing.RUnlock()
	// Agencies and sources have numbers of this reading until the ledger's can be asked for.
	var agencies, sources codes
	type pair struct{ byAgency, bySource []filled }
	sums := map[Stratum]*pair{}
	put := func(of Stratum, at line, n int64) {
		if sums[of] == nil {
			sums[of] = &pair{}
		}
		slot := slot{whose: agencies.number(at.agency), day: at.day, marks: at.marks}
		sums[of].byAgency = append(sums[of].byAgency, filled{slot, n})
		slot.whose = sources.number(at.source)
		sums[of].bySource = append(sums[of].bySource, filled{slot, n})
	}
	for _, days := range daysOfJournal(noInstant, "day >= {since:Date32} AND day < {until:Date32}") {
		if err := readSums(ctx, conn, put, days, clickhouse.Named("since", month.String()), clickhouse.Named("until", nextMonth(month).String())); err != nil {
			return fmt.Errorf("read the days of %s from the journal: %w", month.Start(time.UTC).Format("2006-01"), err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.held
	if h != into || h.daysOf(month) != nil {
		return nil // read anew meanwhile, maybe of another journal
	}
	if len(h.older) == mostOlder {
		least := slices.MinFunc(h.older, func(a, b *kept) int { return cmp.Compare(a.asked.Load(), b.asked.Load()) })
		h.older = slices.DeleteFunc(h.older, func(k *kept) bool { return k == least })
	}
	days := newShelves()
	ofAgency, ofSource := h.agencies.ofAll(agencies.all), h.sources.ofAll(sources.all)
	for of, sums := range sums {
		for i := range sums.byAgency {
			sums.byAgency[i].whose = ofAgency[sums.byAgency[i].whose]
			sums.bySource[i].whose = ofSource[sums.bySource[i].whose]
		}
		on(days.byAgency, of).merge(sums.byAgency)
		on(days.bySource, of).merge(sums.bySource)
	}
	h.older = append(h.older, &kept{month: month, days: days})
	h.ask(month)
	return nil
}

// ask notes that the days of a month are asked for, and says whether they are kept.
func (h *held) ask(month calendar.Day) bool {
	for _, k := range h.older {
		if k.month == month {
			k.asked.Store(time.Now().UnixNano())
			return true
		}
	}
	return month >= h.since
}

// daysOf is where a day is kept by itself, nil if it is not.
func (h *held) daysOf(day calendar.Day) *shelves {
	if day >= h.since {
		return &h.days
	}
	month := monthOf(day)
	for i := range h.older {
		if h.older[i].month == month {
			return &h.older[i].days
		}
	}
	return nil
}

// take adds a line.
func (h *held) take(of Stratum, at line, n int64) {
	h.put(of, h.agencies.number(at.agency), h.sources.number(at.source), slot{day: at.day, marks: at.marks, millis: at.millis}, n)
}

func (h *held) put(of Stratum, agency, source uint32, at slot, n int64) {
	if days := h.daysOf(at.day); days != nil {
		days.put(of, agency, source, at, n)
	}
	at.day, at.millis = monthOf(at.day), 0
	h.months.put(of, agency, source, at, n)
}

// heard are the days on which anything was told to begin or end, in order, and how much of it stands: what was corrected away
// was not heard, so that a figure says the same whichever way the books came to it.
type heard struct {
	days []calendar.Day
	sums []int64
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
	if of.sums[at] += n; of.sums[at] == 0 {
		of.days, of.sums = slices.Delete(of.days, at, at+1), slices.Delete(of.sums, at, at+1)
	}
}

// forget makes the ledger unreadable until it is loaded.
func (l *Ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = nil
}

// sumsBy asks a projection of the journal for sums by the first day of a stretch of time, agency, source, instant and what is told of the
// lines: marks or, in bins, a bin.
func sumsBy(projection, measure, binned, stretch, told, instant, condition string) string {
	return fmt.Sprintf("SELECT family, %[2]s AS measured, toUInt8(%[3]s) AS in_bins, toInt32(%[4]s) AS stretch, agency, source, %[5]s AS told, %[6]s AS instant, sumMerge(`sum(n)`) FROM %[1]s"+
		" WHERE family != '' AND %[7]s GROUP BY family, measured, in_bins, stretch, agency, source, told, instant", Projection(projection), measure, binned, stretch, told, instant, condition)
}

// What is told of lines that have bins, and how late records came, which the projection of delays alone knows.
const (
	hasBins   = "measure IN {binned:Array(String)}"
	ofDelays  = "'" + string(lifecycle.Recorded) + "'"
	delayBin  = "toUInt32(delay - 1)"
	noInstant = "toUInt32(0)"
)

// daysOfJournal are the questions for the sums of days, told apart by instants within a day or not.
func daysOfJournal(instant, condition string) []string {
	return []string{
		sumsBy("by_agency", "measure", hasBins, "day", "if("+hasBins+", toUInt32(bin), marks)", instant, condition),
		sumsBy("by_delay", ofDelays, "1", "day", delayBin, noInstant, "delay > 0 AND "+condition),
	}
}

// monthsOfJournal are those for the sums of months. The projection of months knows no bins, which are read from those of days.
func monthsOfJournal() []string {
	const months, month = "makeDate32(intDiv(%[1]s, 100), %[1]s %% 100, 1)", "toYYYYMM(day)"
	byMonth, byDay := fmt.Sprintf(months, "`"+month+"`"), fmt.Sprintf(months, month)
	before := " < {before:UInt32}"
	return []string{
		sumsBy("by_month", "measure", "0", byMonth, "marks", noInstant, "NOT "+hasBins+" AND `"+month+"`"+before),
		sumsBy("by_agency", "measure", "1", byDay, "toUInt32(bin)", noInstant, hasBins+" AND "+month+before),
		sumsBy("by_delay", ofDelays, "1", byDay, delayBin, noInstant, "delay > 0 AND "+month+before),
	}
}

// load reads the sums of the journal, of which block is the last one. Nobody may write the journal meanwhile.
func (l *Ledger) load(ctx context.Context, conn driver.Conn, block uint64, today calendar.Day) error {
	h := &held{block: block, since: firstKept(today), months: newShelves(), days: newShelves(), heard: map[Voice]*heard{}}
	first := h.since.Start(time.UTC)
	for _, query := range monthsOfJournal() {
		if err := readSums(ctx, conn, h.take, query, clickhouse.Named("before", fmt.Sprint(first.Year()*100+int(first.Month())))); err != nil {
			return fmt.Errorf("read the months of the journal: %w", err)
		}
	}
	for _, query := range daysOfJournal("millis", "day >= {since:Date32}") {
		if err := readSums(ctx, conn, h.take, query, clickhouse.Named("since", h.since.String())); err != nil {
			return fmt.Errorf("read the last days of the journal: %w", err)
		}
	}
	if err := h.readHeard(ctx, conn); err != nil {
		return fmt.Errorf("read the days on which anything was heard: %w", err)
	}
	h.months.each((*shelf).settle)
	h.days.each((*shelf).settle)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = h
	return nil
}

// readSums reads sums of the journal.
func readSums(ctx context.Context, conn driver.Conn, each func(Stratum, line, int64), query string, args ...any) error {
	rows, err := conn.Query(ctx, query, append(args, clickhouse.Named("binned", binned))...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family, measure string
		var inBins uint8
		var day int32
		var at line
		var told uint32
		var n int64
		if err := rows.Scan(&family, &measure, &inBins, &day, &at.agency, &at.source, &told, &at.millis, &n); err != nil {
			return err
		}
		at.day, at.marks = calendar.Day(day), lifecycle.Marks(told)
		if n != 0 {
			each(Stratum{event.Family(family), lifecycle.Measure(measure), inBins == 1}, at, n)
		}
	}
	return rows.Err()
}

func (h *held) readHeard(ctx context.Context, conn driver.Conn) error {
	rows, err := conn.Query(ctx, "SELECT family, agency, source, day, sumMerge(`sum(n)`) AS stands FROM "+Projection("by_agency")+` WHERE measure IN ('opened', 'settled', 'ended', 'stray') GROUP BY family, agency, source, day HAVING stands != 0 ORDER BY day`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family string
		var voice Voice
		var day time.Time
		var n int64
		if err := rows.Scan(&family, &voice.Agency, &voice.Source, &day, &n); err != nil {
			return err
		}
		voice.Family = event.Family(family)
		h.hear(voice, calendar.DayOf(day, time.UTC), n)
	}
	return rows.Err()
}
