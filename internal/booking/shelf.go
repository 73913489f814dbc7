package booking

import (
	"cmp"
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// slot is what lines have in common that are added up. Whose they are is the number of an agency, or of a source. The day of months is
// their first.
type slot struct {
	whose  uint32
	marks  lifecycle.Marks
	day    calendar.Day
	millis uint32
}

// compare is asked some millions of times for a month: most slots are of another agency, or have other marks.
func (s slot) compare(other slot) int {
	if s.whose != other.whose {
		return cmp.Compare(s.whose, other.whose)
	}
	if s.marks != other.marks {
		return cmp.Compare(s.marks, other.marks)
	}
	return cmp.Or(cmp.Compare(s.day, other.day), cmp.Compare(s.millis, other.millis))
}

// filled is a slot with its sum.
type filled struct {
	slot
	n int64
}

// shelf holds sums by slot: most in order, for they are read far more often than they change; the latest beside them.
//
// What is in order stands in columns, a run for each of whose and marks, and beside each day the sum up to it: the sum of any
// stretch of days is found without adding up, and a slot mostly takes 4 bytes.
type shelf struct {
	firsts []uint32 // by whose they are, where the first of their runs is; there are none after the last's
	runs   []span
	days   column
	upTo   column
	millis []uint32 // nil while all are 0
	latest map[slot]int64
}

// span is where a run begins in the columns; it ends where the next one begins.
type span struct {
	marks lifecycle.Marks
	from  uint32
}

// runsOf are where the runs of one begin, and end.
func (s *shelf) runsOf(whose uint32) (first, end int) {
	switch next := int(whose) + 1; {
	case next < len(s.firsts):
		return int(s.firsts[whose]), int(s.firsts[next])
	case next == len(s.firsts):
		return int(s.firsts[whose]), len(s.runs)
	default:
		return 0, 0
	}
}

// end is where a run ends in the columns.
func (s *shelf) end(run int) uint32 {
	if run+1 < len(s.runs) {
		return s.runs[run+1].from
	}
	return uint32(s.days.len())
}

// put adds to a slot.
func (s *shelf) put(at slot, n int64) {
	if s.latest == nil {
		s.latest = map[slot]int64{}
	}
	s.latest[at] += n
	if len(s.latest) > few+s.days.len()/16 {
		s.settle()
	}
}

// putAll adds to slots, of which one may come more than once; it takes them over.
func (s *shelf) putAll(added []filled) {
	if len(added) > few {
		s.merge(added)
		return
	}
	for _, f := range added {
		s.put(f.slot, f.n)
	}
}

// settle puts the latest sums in order among the others.
func (s *shelf) settle() {
	if len(s.latest) == 0 {
		return
	}
	added := make([]filled, 0, len(s.latest))
	for at, n := range s.latest {
		added = append(added, filled{at, n})
	}
	s.merge(added)
	s.latest = nil
}

// merge puts sums in order among the others. It takes them over; a slot may come more than once.
func (s *shelf) merge(added []filled) {
	added = addUp(sorted(added))
	merged, next := newShelf(s.days.len()+len(added)), 0
	s.eachSettled(func(old filled) {
		for ; next < len(added) && added[next].compare(old.slot) < 0; next++ {
			merged.append(added[next])
		}
		if next < len(added) && added[next].slot == old.slot {
			old.n += added[next].n
			next++
		}
		merged.append(old)
	})
	for ; next < len(added); next++ {
		merged.append(added[next])
	}
	merged.firsts, merged.runs, merged.latest = slices.Clone(merged.firsts), slices.Clone(merged.runs), s.latest // no room beyond those that there are
	*s = *merged
}

// sorted puts sums in order: by time, then by run. Of some hundred thousand comparing takes longest, so that it compares none.
func sorted(all []filled) []filled {
	byTime := grouped(all, func(s slot) uint64 { return uint64(uint32(s.day)^1<<31)<<32 | uint64(s.millis) })
	return grouped(byTime, func(s slot) uint64 { return uint64(s.whose)<<32 | uint64(s.marks) })
}

// grouped puts sums in the order of their keys, and leaves those of the same key in theirs.
func grouped(all []filled, keyOf func(slot) uint64) []filled {
	places, place := map[uint64]int{}, make([]int, len(all)) // by key, and by sum
	var keys []uint64
	var next []int // how many there are at each place; then where its next goes
	for i, f := range all {
		key := keyOf(f.slot)
		if i > 0 && key == keyOf(all[i-1].slot) {
			place[i] = place[i-1]
		} else if at, known := places[key]; known {
			place[i] = at
		} else {
			place[i] = len(keys)
			places[key], keys, next = len(keys), append(keys, key), append(next, 0)
		}
		next[place[i]]++
	}
	slices.Sort(keys)
	end := 0
	for _, key := range keys {
		at := places[key]
		next[at], end = end, end+next[at]
	}
	ordered := make([]filled, len(all))
	for i, f := range all {
		ordered[next[place[i]]] = f
		next[place[i]]++
	}
	return ordered
}

// addUp makes one of sums of the same slot, in place; they are in order.
func addUp(sums []filled) []filled {
	kept := sums[:0]
	for _, f := range sums {
		if last := len(kept) - 1; last >= 0 && kept[last].slot == f.slot {
			kept[last].n += f.n
		} else {
			kept = append(kept, f)
		}
	}
	return kept
}

func newShelf(slots int) *shelf {
	return &shelf{days: newColumn(slots), upTo: newColumn(slots)}
}

// append adds a slot that comes after all others; nothing is kept of one that holds nothing.
func (s *shelf) append(f filled) {
	if f.n == 0 {
		return
	}
	slots := s.days.len()
	for len(s.firsts) <= int(f.whose) {
		s.firsts = append(s.firsts, uint32(len(s.runs)))
	}
	var before int64
	if first, end := s.runsOf(f.whose); first < end && s.runs[end-1].marks == f.marks {
		before = s.upTo.at(slots - 1)
	} else {
		s.runs = append(s.runs, span{marks: f.marks, from: uint32(slots)})
	}
	if f.millis != 0 && s.millis == nil {
		s.millis = make([]uint32, slots)
	}
	if s.millis != nil {
		s.millis = append(s.millis, f.millis)
	}
	s.days.append(int64(f.day))
	s.upTo.append(before + f.n)
}

// eachSettled calls each with what is in order.
func (s *shelf) eachSettled(each func(filled)) {
	for whose := range uint32(len(s.firsts)) {
		for first, end := s.runsOf(whose); first < end; first++ {
			var before int64
			for i := int(s.runs[first].from); i < int(s.end(first)); i++ {
				upTo := s.upTo.at(i)
				f := filled{slot{whose: whose, marks: s.runs[first].marks, day: calendar.Day(s.days.at(i))}, upTo - before}
				if s.millis != nil {
					f.millis = s.millis[i]
				}
				each(f)
				before = upTo
			}
		}
	}
}

// each calls each with every sum; a slot may come twice, once for its latest part.
func (s *shelf) each(each func(slot, int64)) {
	if s == nil {
		return
	}
	s.eachSettled(func(f filled) { each(f.slot, f.n) })
	for at, n := range s.latest {
		if n != 0 {
			each(at, n)
		}
	}
}

// remake changes each sum; one that becomes 0 is left out.
func (s *shelf) remake(change func(*filled)) {
	var all []filled
	s.each(func(at slot, n int64) {
		f := filled{at, n}
		change(&f)
		all = append(all, f)
	})
	*s = shelf{}
	s.merge(all)
}

// read calls each with the runs of some, or of all if some is nil; the latest sums come as runs of their own.
func (s *shelf) read(some []uint32, each func(*Run)) {
	if s == nil {
		return
	}
	r := Run{of: s}
	settled := func(whose uint32) {
		for run, end := s.runsOf(whose); run < end; run++ {
			r.Whose, r.Marks, r.from, r.to = whose, s.runs[run].marks, s.runs[run].from, s.end(run)
			each(&r)
		}
	}
	if some == nil {
		for whose := range uint32(len(s.firsts)) {
			settled(whose)
		}
	}
	for _, whose := range some {
		settled(whose)
	}
	one := &shelf{days: column{wide: make([]int64, 1)}, upTo: column{wide: make([]int64, 1)}, millis: make([]uint32, 1)}
	r = Run{of: one, to: 1}
	for at, n := range s.latest {
		if n == 0 || some != nil && !slices.Contains(some, at.whose) {
			continue
		}
		r.Whose, r.Marks = at.whose, at.marks
		one.days.wide[0], one.upTo.wide[0], one.millis[0] = int64(at.day), n, at.millis
		each(&r)
	}
}

// Run is what one code of a dimension has of lines with the same marks, by day, or by month. It is to be read only where it is given.
type Run struct {
	// Whose is the place of the code among the page's.
	Whose uint32
	// Marks are those of the lines; of a stratum that is Binned, the bin.
	Marks lifecycle.Marks

	// of is the shelf in whose columns it stands: a page goes through some hundred thousand, for each of which pointers would cost more than
	// all else while garbage is collected.
	of       *shelf
	from, to uint32
}

// Before is the sum of all that comes before an instant: a day, and a millisecond of it. Of months it is a first day. Of most runs that are
// asked for all comes before, or nothing.
func (r *Run) Before(day calendar.Day, millis uint32) int64 {
	days, from, to := &r.of.days, int(r.from), int(r.to)
	if from == to || int64(day) < days.at(from) {
		return 0
	}
	at := to
	if int64(day) <= days.at(to-1) {
		at = days.search(from, to, int64(day))
	}
	for millis > 0 && at < to && days.at(at) == int64(day) && (r.of.millis == nil || r.of.millis[at] < millis) {
		at++
	}
	if at == from {
		return 0
	}
	return r.of.upTo.at(at - 1)
}

// Between is the sum from one day on to before another.
func (r *Run) Between(from, to calendar.Day) int64 {
	days := &r.of.days
	if r.from == r.to || days.at(int(r.to)-1) < int64(from) || days.at(int(r.from)) >= int64(to) { // nothing of most runs lies between
		return 0
	}
	return r.Before(to, 0) - r.Before(from, 0)
}

// Each calls each with the sums from one day on to before another.
func (r *Run) Each(from, to calendar.Day, each func(day calendar.Day, n int64)) {
	days := &r.of.days
	at := days.search(int(r.from), int(r.to), int64(from))
	var before int64
	if at > int(r.from) {
		before = r.of.upTo.at(at - 1)
	}
	for ; at < int(r.to) && days.at(at) < int64(to); at++ {
		upTo := r.of.upTo.at(at)
		each(calendar.Day(days.at(at)), upTo-before)
		before = upTo
	}
}

// shelves are sums by stratum.
type shelves map[Stratum]*shelf

// on is the shelf of a stratum.
func (s shelves) on(of Stratum) *shelf {
	sums := s[of]
	if sums == nil {
		sums = &shelf{}
		s[of] = sums
	}
	return sums
}
