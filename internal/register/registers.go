package register

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// Load is one file that was loaded.
type Load struct {
	Kind Kind
	// Version numbers all loads, of whatever kind, from 1.
	Version uint64
	// Recorded is when it was loaded, in UTC, cut to milliseconds, later than all loads before it.
	Recorded time.Time
	// SHA256 is the content's, in hexadecimal.
	SHA256 string
}

// Registers is all versions of all registers that were loaded so far. It is never changed, and safe for concurrent use.
type Registers struct {
	zone    *time.Location
	figures Figures
	builtin calendar.Set
	loads   []Load
	// Of each kind the first version is the empty one, before any load.
	agencies   []version[*agencyBook]
	procedures []version[*procedureBook]
	calendars  []version[*calendarBook]
	targets    []version[targetBook]
}

// version is what a load made of a register.
type version[B any] struct {
	load    Load
	content string
	book    B
}

// Empty returns the registers of a city that has loaded none: only the built-in calendars. Targets are refused for
// figures that figures does not know.
func Empty(zone *time.Location, figures Figures) *Registers {
	builtin := calendar.Builtin(zone)
	return &Registers{
		zone: zone, figures: figures, builtin: builtin,
		agencies:   []version[*agencyBook]{{book: &agencyBook{}}},
		procedures: []version[*procedureBook]{{book: &procedureBook{}}},
		calendars:  []version[*calendarBook]{{book: &calendarBook{own: map[string]string{}, set: builtin}}},
		targets:    []version[targetBook]{{}},
	}
}

// Version is the number of loads so far.
func (r *Registers) Version() uint64 { return uint64(len(r.loads)) }

// Upto returns the registers as they were after a number of loads.
func (r *Registers) Upto(loads uint64) *Registers {
	if loads >= r.Version() {
		return r
	}
	next := *r
	next.loads = r.loads[:loads]
	next.agencies, next.procedures = upto(r.agencies, loads), upto(r.procedures, loads)
	next.calendars, next.targets = upto(r.calendars, loads), upto(r.targets, loads)
	return &next
}

func upto[B any](all []version[B], loads uint64) []version[B] {
	later := slices.IndexFunc(all, func(v version[B]) bool { return v.load.Version > loads })
	if later < 0 {
		return all
	}
	return slices.Clip(all[:later])
}

// Loads returns all loads, oldest first. The slice is the caller's.
func (r *Registers) Loads() []Load { return slices.Clone(r.loads) }

// Location is the city's zone.
func (r *Registers) Location() *time.Location { return r.zone }

// With returns the registers after one more load; r stays as it is. A file of agencies, procedures or targets replaces the
// one before it whole; a file of calendars replaces those that it names. Content that would change nothing returns r itself.
// recorded must be later than the last load's. The error of a file that does not hold together, by itself or with the
// newest of the other registers, is a [*Refusal].
func (r *Registers) With(kind Kind, content []byte, recorded time.Time) (*Registers, error) {
	if r.newest(kind, content) {
		return r, nil
	}
	return r.with(kind, content, recorded, true)
}

// newest says whether the registers hold a content as the newest of its kind already.
func (r *Registers) newest(kind Kind, content []byte) bool {
	if kind != Calendars {
		last, ok := r.At(time.Time{}).Load(kind)
		return ok && last.SHA256 == sum(content)
	}
	own := r.calendars[len(r.calendars)-1].book.own
	parts := documents(content)
	for _, p := range parts {
		if !slices.Contains(slices.Collect(maps.Values(own)), strings.TrimSpace(p.text)+"\n") {
			return false
		}
	}
	return len(parts) > 0
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// with adds a load. What it names in other registers is looked up only if it is new: what was once taken stays, even if a
// later program no longer has that figure.
func (r *Registers) with(kind Kind, content []byte, recorded time.Time, fresh bool) (*Registers, error) {
	recorded = recorded.UTC().Truncate(time.Millisecond)
	if n := len(r.loads); n > 0 && !recorded.After(r.loads[n-1].Recorded) {
		return nil, fmt.Errorf("load %s as recorded at %s: the last load was recorded at %s, not before it",
			kind, recorded.Format(time.RFC3339Nano), r.loads[n-1].Recorded.Format(time.RFC3339Nano))
	}
	load := Load{Kind: kind, Version: r.Version() + 1, Recorded: recorded, SHA256: sum(content)}
	next, now, read := *r, r.At(time.Time{}), &reader{}
	switch kind {
	case Agencies:
		book := readAgencies(read, content)
		if fresh && len(read.Faults) == 0 {
			refuseLoss(read, book, now.targets)
		}
		next.agencies = extend(r.agencies, load, content, book)
	case Procedures:
		has := func(name string) bool { _, ok := now.Calendars().Get(name); return ok || !fresh }
		next.procedures = extend(r.procedures, load, content, readProcedures(read, content, has))
	case Calendars:
		next.calendars = extend(r.calendars, load, content, readCalendars(read, content, now.calendars.book, r.builtin))
	case Targets:
		agencies := now.agencies.book
		if !fresh {
			agencies = nil
		}
		next.targets = extend(r.targets, load, content, readTargets(read, content, r.figures, agencies))
	default:
		return nil, &Refusal{Faults: []document.Fault{{Line: 1, Column: 1, Message: fmt.Sprintf("%q is no register; %s would do", document.Short(string(kind)), KindNames())}}}
	}
	if err := read.Refusal(); err != nil {
		return nil, err
	}
	next.loads = append(slices.Clip(r.loads), load)
	return &next, nil
}

// extend returns all with one more, and leaves all as it is.
func extend[B any](all []version[B], load Load, content []byte, book B) []version[B] {
	return append(slices.Clip(all), version[B]{load, string(content), book})
}

// refuseLoss refuses agencies that lack what the targets name.
func refuseLoss(r *reader, agencies *agencyBook, targets *version[targetBook]) {
	var lost []string
	for key := range targets.book {
		if key.agency != "" && agencies.byCode[key.agency] == nil {
			lost = append(lost, "agency "+key.agency)
		}
		if key.group != "" && !agencies.named[key.group] {
			lost = append(lost, "group "+key.group)
		}
	}
	slices.Sort(lost)
	for _, what := range slices.Compact(lost) {
		r.Fault(document.Start, "agencies", "%s is missing, and the targets of version %d name it; keep its entry, with its last day under to", what, targets.load.Version)
	}
}

// View is the registers as they were known at some time. It is safe for concurrent use. Get one from [Registers.At].
type View struct {
	agencies   *version[*agencyBook]
	procedures *version[*procedureBook]
	calendars  *version[*calendarBook]
	targets    *version[targetBook]
}

// At returns of each register the version recorded last before t; for the zero Time the newest.
func (r *Registers) At(t time.Time) View {
	return View{before(r.agencies, t), before(r.procedures, t), before(r.calendars, t), before(r.targets, t)}
}

func before[B any](all []version[B], t time.Time) *version[B] {
	if t.IsZero() {
		return &all[len(all)-1]
	}
	later := sort.Search(len(all)-1, func(i int) bool { return !all[i+1].load.Recorded.Before(t) })
	return &all[later]
}

// Load returns the load that made the view's version of a register; ok is false if there was none.
func (v View) Load(kind Kind) (load Load, ok bool) {
	switch kind {
	case Agencies:
		load = v.agencies.load
	case Procedures:
		load = v.procedures.load
	case Calendars:
		load = v.calendars.load
	case Targets:
		load = v.targets.load
	}
	return load, load.Version > 0
}

// Content returns a register as YAML, as it was loaded: of calendars, all that the city has, by name. It is empty if none was
// loaded.
func (v View) Content(kind Kind) string {
	switch kind {
	case Agencies:
		return v.agencies.content
	case Procedures:
		return v.procedures.content
	case Targets:
		return v.targets.content
	default:
		own := v.calendars.book.own
		var all []string
		for _, name := range slices.Sorted(maps.Keys(own)) {
			all = append(all, own[name])
		}
		return strings.Join(all, "---\n")
	}
}
