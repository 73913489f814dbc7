package register

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// reader reads one file of a register.
type reader struct{ document.Reader }

type (
	// Fault is one thing in a file that does not hold.
	Fault = document.Fault
	// Refusal is the error of such a file.
	Refusal = document.Refusal
)

// MaxContent is how many bytes a file may have.
const MaxContent = document.MaxContent

// placed is an entry and where it stands, for the checks that need more than the entry.
type placed[E dated] struct {
	key   string
	entry E
	from  document.Object
}

// entries reads a file that is one list of entries under the name of its kind.
func (r *reader) entries(content []byte, kind Kind, known ...string) []document.Object {
	body := r.Parse(content)
	if body == nil {
		return nil
	}
	root, ok := r.Object(body, "", string(kind))
	if !ok {
		return nil
	}
	if len(root.Members) == 0 && len(r.Faults) == 0 {
		r.Fault(root.At, "", "the list of %s is missing; begin with %q and a list below it", kind, string(kind)+":")
	}
	var all []document.Object
	for _, n := range root.List(string(kind)) {
		if o, ok := r.Object(n, "", known...); ok {
			all = append(all, o)
		}
	}
	return all
}

// arrange sorts entries by code and day, and refuses those that overlap.
func arrange[E dated](all []placed[E]) history[E] {
	byCode := map[string][]placed[E]{}
	for _, p := range all {
		byCode[p.key] = append(byCode[p.key], p)
	}
	h := make(history[E], len(byCode))
	for _, key := range slices.Sorted(maps.Keys(byCode)) { // in order, so that the same file gets the same answer
		list := byCode[key]
		slices.SortStableFunc(list, func(a, b placed[E]) int { return cmp.Compare(a.entry.span().From, b.entry.span().From) })
		for i, p := range list {
			if i > 0 && p.entry.span().From <= list[i-1].entry.span().To {
				before := &list[i-1]
				p.from.Fault("from", "it overlaps the entry for the same in line %d, which holds to %s; end that one the day before this one begins",
					before.from.Line(), before.entry.span().To)
			}
			h[key] = append(h[key], p.entry)
		}
	}
	return h
}

// edge says that an entry names another code.
type edge struct {
	to   string
	from document.Object
}

// refuseCircles refuses entries whose member leads back to where it began.
func refuseCircles(edges map[string][]edge, member string) {
	const (
		under = 1 // being followed
		done  = 2
	)
	state := map[string]int{}
	var path []string
	var follow func(code string)
	follow = func(code string) {
		state[code] = under
		path = append(path, code)
		for _, e := range edges[code] {
			switch state[e.to] {
			case under:
				circle := append(slices.Clone(path[slices.Index(path, e.to):]), e.to)
				if len(circle) > 6 {
					circle = append(append(circle[:3:3], "…"), circle[len(circle)-2:]...)
				}
				e.from.Fault(member, "it leads in a circle: %s; leave one of them out", strings.Join(circle, " → "))
			case done:
			default:
				follow(e.to)
			}
		}
		path = path[:len(path)-1]
		state[code] = done
	}
	for _, code := range slices.Sorted(maps.Keys(edges)) {
		if state[code] == 0 {
			follow(code)
		}
	}
}

// daily keeps what was made of a register for a day: it is the same for all days between two changes.
type daily struct {
	changes []calendar.Day
	made    sync.Map // by index of changes
}

// of returns what make makes for d, made once. Nobody may change it.
func (m *daily) of(d calendar.Day, make func() map[string]string) map[string]string {
	i, found := slices.BinarySearch(m.changes, d)
	if found {
		i++
	}
	if made, ok := m.made.Load(i); ok {
		return made.(map[string]string)
	}
	made, _ := m.made.LoadOrStore(i, make())
	return made.(map[string]string)
}
