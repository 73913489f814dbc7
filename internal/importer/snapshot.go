package importer

import (
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"tiendo/internal/event"
)

// snapshot is what a file tells of the whole state of its source on one day. What it does not tell is retracted:
//
//   - Its day is that of its recorded time. What any file of a day tells is told on that day, for the id of an event knows
//     the day alone: a fact that two of them tell is one event.
//   - A file that was read without fault leaves a source.snapshot for each type of the mapping. Only such a day says of a
//     fact that it is gone: what else the source sends, a file with faults and an import that was cut off say nothing.
//   - A fact that stood before the day and is not told on it is retracted, recorded one millisecond before the day begins.
//     By then the source had taken it back, and what a file of the day tells counts, whichever comes first.
//   - A fact that the file tells and the next day of which all is known does not, is retracted there. So files may come in
//     any order, and what one of them retracts is found in the stored facts alone.
//   - A row that cannot be read keeps the facts of its case. Where not even the case can be read, the file retracts nothing.
type snapshot struct {
	loc   *time.Location
	types []event.Type // of the mapping
	// told are the facts of the file, by type, as hashes: a day may have millions.
	told map[event.Type]map[uint64]struct{}
	seed maphash.Seed
	// day is its first instant, zero while nothing was told; recorded is what it was found by.
	day, recorded time.Time
	// mixed says that rows name more than one day.
	mixed bool
	// What precedes is noted while the file is read, what follows while the answers to it are booked.

	// unread are the cases of which something was rejected.
	unread map[string]bool
	// fault says why it is not known what the file does not tell; empty if it is.
	fault string
}

func newSnapshot(m *Mapping) *snapshot {
	s := &snapshot{loc: m.loc, seed: maphash.MakeSeed(), told: map[event.Type]map[uint64]struct{}{}, unread: map[string]bool{}}
	for i := range m.events {
		s.told[m.events[i].typ] = map[uint64]struct{}{}
	}
	s.types = slices.Sorted(maps.Keys(s.told))
	return s
}

// tell notes a fact of the file.
func (s *snapshot) tell(typ event.Type, subject string, at, recorded time.Time) {
	s.told[typ][s.key(subject, at)] = struct{}{}
	if recorded.Equal(s.recorded) {
		return
	}
	day := s.dayOf(recorded, 0)
	s.mixed = s.mixed || !s.day.IsZero() && !day.Equal(s.day)
	s.day, s.recorded = day, recorded
}

func (s *snapshot) tells(f *Fact) bool {
	_, told := s.told[f.Type][s.key(f.Subject, f.Time)]
	return told
}

func (s *snapshot) key(subject string, at time.Time) uint64 {
	return maphash.Comparable(s.seed, struct {
		subject string
		at      int64
	}{subject, at.UnixMilli()})
}

// reject notes what of the file could not be taken.
func (s *snapshot) reject(r *Reject) {
	if r.subject != "" {
		s.unread[r.subject] = true
	} else if s.fault == "" {
		s.fault = fmt.Sprintf("the case of line %d can't be read, and it could be any", r.Line)
	}
}

// dayOf is the first instant of the day of t in the mapping's zone, or of a day after that one.
func (s *snapshot) dayOf(t time.Time, after int) time.Time {
	return startOfDay(asWall(t.In(s.loc)).Truncate(24*time.Hour).AddDate(0, 0, after), s.loc)
}
