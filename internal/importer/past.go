package importer

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
)

// past is what a source has told of each case, as far as events are made only after others: by what the server has of it,
// and by the rows that were read before. It is asked by the time of an event and never by when something was told, so that a
// file that is imported again makes the same events.
type past struct {
	seed  maphash.Seed
	types []event.Type // those that matter
	holds []string     // the fields that changes are looked for in
	cases map[uint64][]mark
	// last is the time of the row of each case that was read last, in the file at hand.
	last map[uint64]int64
}

// mark is one fact of a case: when it happened, its type by its place in types, and a hash of who holds the case since.
type mark struct {
	at     int64
	typ    uint8
	holder uint32
}

// newPast is nil if the mapping makes no event only after others.
func newPast(m *Mapping) *past {
	p := &past{seed: maphash.MakeSeed(), cases: map[uint64][]mark{}, last: map[uint64]int64{}}
	for i := range m.events {
		d := &m.events[i]
		if d.after == "" && d.unless == nil && d.changed == nil {
			continue
		}
		p.types = append(append(p.types, d.typ, d.after), d.unless...)
		if d.changed != nil {
			p.types = append(p.types, opening(m.family))
		}
		p.holds = append(p.holds, d.changed...)
	}
	if p.types == nil {
		return nil
	}
	p.types = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(p.types))), func(t event.Type) bool { return t == "" })
	p.holds = slices.Compact(slices.Sorted(slices.Values(p.holds)))
	return p
}

// opening is the type that opens the cases of a family, whose data say who holds them first.
func opening(family event.Family) event.Type {
	return map[event.Family]event.Type{
		event.Dossier: "dossier.received", event.Task: "task.assigned", event.Petition: "petition.received", event.Finding: "finding.raised",
	}[family]
}

// load learns what the server has.
func (p *past) load(ctx context.Context, i *Import) error {
	return i.Facts(ctx, Question{Family: i.Mapping.family, Source: i.Mapping.source}, func(f *Fact) error {
		if !f.Retracted {
			p.tell(f.Type, f.Subject, f.Time, f.Data)
		}
		return nil
	})
}

// tell adds a fact. The same again changes nothing.
func (p *past) tell(typ event.Type, subject string, at time.Time, data jsontext.Value) {
	place := slices.Index(p.types, typ)
	if place < 0 {
		return
	}
	key, one := maphash.String(p.seed, subject), mark{at.UnixMilli(), uint8(place), p.holder(data)}
	marks := p.cases[key]
	to, _ := slices.BinarySearchFunc(marks, one, func(a, b mark) int {
		if a.at != b.at {
			return int(max(-1, min(1, a.at-b.at)))
		}
		return int(a.typ) - int(b.typ)
	})
	if to < len(marks) && marks[to].at == one.at && marks[to].typ == one.typ {
		marks[to] = one
		return
	}
	p.cases[key] = slices.Insert(marks, to, one)
}

// holder is a hash of the fields that say who holds a case.
func (p *past) holder(data jsontext.Value) uint32 {
	var all strings.Builder
	for _, name := range p.holds {
		fmt.Fprintf(&all, "%s=%s\n", name, memberOf(data, name))
	}
	return uint32(maphash.String(p.seed, all.String()))
}

// memberOf is the value of a member of an object; empty if there is none.
func memberOf(data jsontext.Value, name string) string {
	decoder := jsontext.NewDecoder(strings.NewReader(string(data)))
	if _, err := decoder.ReadToken(); err != nil {
		return ""
	}
	for decoder.PeekKind() == '"' {
		member, err := decoder.ReadToken()
		if err != nil {
			return ""
		}
		found := member.String() == name
		value, err := decoder.ReadValue()
		if err != nil {
			return ""
		}
		if found {
			return string(value)
		}
	}
	return ""
}

// inOrder says whether a row of a case does not tell of an earlier time than one before it in the file.
func (p *past) inOrder(subject string, at time.Time) bool {
	key := maphash.String(p.seed, subject)
	last, there := p.last[key]
	if there && at.UnixMilli() < last {
		return false
	}
	p.last[key] = at.UnixMilli()
	return true
}

// allows says whether an event is to be made, by what came before it.
func (p *past) allows(d *definition, subject string, at time.Time, data jsontext.Value) bool {
	if d.after == "" && d.unless == nil && d.changed == nil {
		return true
	}
	var before []mark
	for _, m := range p.cases[maphash.String(p.seed, subject)] {
		if m.at < at.UnixMilli() {
			before = append(before, m)
		}
	}
	last := func(types ...event.Type) *mark {
		for i := len(before) - 1; i >= 0; i-- {
			if slices.Contains(types, p.types[before[i].typ]) {
				return &before[i]
			}
		}
		return nil
	}
	if d.after != "" {
		if m := last(d.typ, d.after); m == nil || p.types[m.typ] != d.after {
			return false
		}
	}
	if d.unless != nil && last(d.unless...) != nil {
		return false
	}
	if d.changed != nil {
		m := last(d.typ, opening(d.typ.Family()))
		return m == nil || m.holder != p.holder(data)
	}
	return true
}
