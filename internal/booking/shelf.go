package booking

import (
	"cmp"
	"maps"
	"slices"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

// slot is what lines have in common that are added up. The day of months is their first.
type slot struct {
	agency uint32
	day    calendar.Day
	marks  lifecycle.Marks
	millis uint32
}

func (s slot) compare(other slot) int {
	return cmp.Or(cmp.Compare(s.agency, other.agency), cmp.Compare(s.day, other.day), cmp.Compare(s.marks, other.marks), cmp.Compare(s.millis, other.millis))
}

// filled is a slot with its sum.
type filled struct {
	slot
	n int64
}

// shelf holds sums by slot: most in order, side by side, for they are read far more often than they change; the latest beside
// them.
type shelf struct {
	base   []filled
	latest map[slot]int64
}

// put adds to a slot.
func (s *shelf) put(at slot, n int64) {
	if s.latest == nil {
		s.latest = map[slot]int64{}
	}
	s.latest[at] += n
	if len(s.latest) > 4096+len(s.base)/8 {
		s.settle()
	}
}

// settle puts the latest sums in order among the others.
func (s *shelf) settle() {
	added := make([]filled, 0, len(s.latest))
	for at, n := range s.latest {
		added = append(added, filled{at, n})
	}
	slices.SortFunc(added, func(a, b filled) int { return a.compare(b.slot) })
	merged := make([]filled, 0, len(s.base)+len(added))
	keep := func(f filled) {
		if f.n != 0 {
			merged = append(merged, f)
		}
	}
	for _, old := range s.base {
		for len(added) > 0 && added[0].compare(old.slot) < 0 {
			keep(added[0])
			added = added[1:]
		}
		if len(added) > 0 && added[0].slot == old.slot {
			old.n += added[0].n
			added = added[1:]
		}
		keep(old)
	}
	for _, f := range added {
		keep(f)
	}
	s.base, s.latest = slices.Clip(merged), nil
}

// each calls each with every sum; a slot may come twice, once for its latest part.
func (s *shelf) each(each func(slot, int64)) {
	if s == nil {
		return
	}
	for i := range s.base {
		each(s.base[i].slot, s.base[i].n)
	}
	for at, n := range s.latest {
		if n != 0 {
			each(at, n)
		}
	}
}

// drop leaves out slots.
func (s *shelf) drop(out func(slot) bool) {
	s.base = slices.DeleteFunc(s.base, func(f filled) bool { return out(f.slot) })
	maps.DeleteFunc(s.latest, func(at slot, _ int64) bool { return out(at) })
}
