package register

import (
	"maps"
	"slices"

	"tiendo/internal/calendar"
)

// Agency is a department, a district, a commune, while it bears one name.
type Agency struct {
	Code           string
	NameVI, NameEN string
	// Group is ranked apart from others; empty if it is not ranked.
	Group string
	// Parent is the code of the agency above; empty if there is none.
	Parent string
	// Successor is the code of the agency that takes over the day after To; empty if none does, or the code goes on.
	Successor string
	Span
}

// agencyBook is a version of the register of agencies, ready to be asked.
type agencyBook struct {
	byCode history[Agency]
	// named are the groups that any entry names.
	named              map[string]bool
	groups, successors daily
}

func readAgencies(r *reader, content []byte) *agencyBook {
	var all []placed[Agency]
	parents, successors := map[string][]edge{}, map[string][]edge{}
	for _, o := range r.entries(content, Agencies, "code", "names", "group", "parent", "successor", "from", "to") {
		a := Agency{Code: o.Code("code", true), Group: o.Code("group", false), Parent: o.Code("parent", false), Successor: o.Code("successor", false), Span: spanOf(&o)}
		a.NameVI, a.NameEN = o.Names()
		if a.Code == "" {
			continue // it was refused; what follows from it need not be
		}
		if a.Successor != "" && o.Text("to") == "" {
			o.Fault("successor", "%s takes over when this entry ends; write its last day under to", a.Successor)
		}
		all = append(all, placed[Agency]{a.Code, a, o})
		if a.Parent != "" {
			parents[a.Code] = append(parents[a.Code], edge{a.Parent, o})
		}
		if a.Successor != "" {
			successors[a.Code] = append(successors[a.Code], edge{a.Successor, o})
		}
	}
	b := &agencyBook{byCode: arrange(all), named: map[string]bool{}}
	for _, p := range all {
		if p.entry.Group != "" {
			b.named[p.entry.Group] = true
		}
		for member, code := range map[string]string{"parent": p.entry.Parent, "successor": p.entry.Successor} {
			if code != "" && b.byCode[code] == nil {
				p.from.Fault(member, "%q is no code of this file; add it, or correct it", code)
			}
		}
	}
	refuseCircles(parents, "parent")
	refuseCircles(successors, "successor")
	changes := b.byCode.changes()
	b.groups.changes, b.successors.changes = changes, changes
	return b
}

// successor follows those who took over by the end of d.
func (b *agencyBook) successor(code string, d calendar.Day) string {
	for {
		next := ""
		for _, a := range b.byCode[code] {
			switch {
			case a.Holds(d):
				return code
			case a.To < d:
				next = a.Successor
			}
		}
		if next == "" {
			return code
		}
		code = next
	}
}

// Agency returns the agency that bears a code on a day.
func (v View) Agency(code string, d calendar.Day) (Agency, bool) {
	return v.agencies.book.byCode.on(code, d)
}

// AgencyNear returns the agency that bears a code on a day, else as it was last before, else as it will be: an agency that has
// ended is spoken of as long as there are cases of it. ok is false for a code that no entry has.
func (v View) AgencyNear(code string, d calendar.Day) (a Agency, ok bool) {
	byCode := v.agencies.book.byCode
	if byCode[code] == nil {
		return a, false
	}
	return byCode.near(code, d), true
}

// AgencyCodes returns the codes of all agencies that there ever are, sorted. The slice is the caller's.
func (v View) AgencyCodes() []string {
	return slices.Sorted(maps.Keys(v.agencies.book.byCode))
}

// Agencies returns the agencies that there are on a day, by code. The slice is the caller's.
func (v View) Agencies(d calendar.Day) []Agency { return v.AgenciesIn(d, d) }

// AgenciesIn returns the agencies that there are on any day from first to last, both included, by code; of those that
// change meanwhile, as they are at last. The slice is the caller's.
func (v View) AgenciesIn(first, last calendar.Day) []Agency {
	byCode := v.agencies.book.byCode
	var all []Agency
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		for _, a := range slices.Backward(byCode[code]) {
			if a.From <= last && first <= a.To {
				all = append(all, a)
				break
			}
		}
	}
	return all
}

// Successor returns who has taken over from an agency by a day, following the chain; the code itself if nobody has, or it is
// unknown.
func (v View) Successor(code string, d calendar.Day) string {
	return v.agencies.book.successor(code, d)
}

// Successors returns for each code that has been taken over from by a day who has. The map must not be changed.
func (v View) Successors(d calendar.Day) map[string]string {
	b := v.agencies.book
	return b.successors.of(d, func() map[string]string {
		all := map[string]string{}
		for code := range b.byCode {
			if s := b.successor(code, d); s != code {
				all[code] = s
			}
		}
		return all
	})
}

// GroupNames returns the groups that any entry names, whenever it holds, sorted. The slice is the caller's.
func (v View) GroupNames() []string { return slices.Sorted(maps.Keys(v.agencies.book.named)) }

// Groups returns the group of every agency that has one: on that day or, for agencies that are not there then, when they
// last were. The map must not be changed.
func (v View) Groups(d calendar.Day) map[string]string {
	b := v.agencies.book
	return b.groups.of(d, func() map[string]string {
		all := make(map[string]string, len(b.byCode))
		for code := range b.byCode {
			if g := b.byCode.near(code, d).Group; g != "" {
				all[code] = g
			}
		}
		return all
	})
}
