package register

import (
	"maps"
	"slices"

	"tiendo/internal/calendar"
)

// Procedure is an administrative procedure (thủ tục hành chính), while its terms are these.
type Procedure struct {
	// Code is the national one, without the old suffix; see [ProcedureCode].
	Code           string
	NameVI, NameEN string
	// Field is the lĩnh vực.
	Field string
	// Calendar counts its days where the case names none; empty: the default of the family.
	Calendar string
	// Term is how many working days are promised; 0 if that is not said.
	Term int
	// Restart says that after a supplement the full term begins again (DOMAIN.md, fact 4); else the deadline moves on.
	Restart bool
	// Online is the level that is offered: 2, 3, 4, partial, full or none; empty if that is not said.
	Online string
	// Fee is in VND, 0 where none is due; nil if that is not said.
	Fee *int64
	Span
}

const (
	maxTermDays = 3660
	maxFee      = 1_000_000_000_000
)

type procedureBook struct {
	byCode history[Procedure]
	fields daily
}

func readProcedures(r *reader, content []byte, hasCalendar func(string) bool) *procedureBook {
	var all []placed[Procedure]
	for _, o := range r.entries(content, Procedures, "code", "names", "field", "calendar", "term", "supplement", "online", "fee", "from", "to") {
		p := Procedure{
			Code: ProcedureCode(o.Code("code", true)), Field: o.Words("field", false), Calendar: o.Code("calendar", false),
			Restart: o.Choice("supplement", "extend", "restart") == "restart",
			Online:  o.Choice("online", "2", "3", "4", "partial", "full", "none"), Fee: o.Whole("fee", maxFee), Span: spanOf(&o),
		}
		p.NameVI, p.NameEN = o.Names()
		if term := o.Whole("term", maxTermDays); term != nil {
			p.Term = int(*term)
		}
		if p.Calendar != "" && !hasCalendar(p.Calendar) {
			o.Fault("calendar", "%q is no calendar; vn-office, days or continuous would do, or load its file before", p.Calendar)
		}
		if p.Code != "" {
			all = append(all, placed[Procedure]{p.Code, p, o})
		}
	}
	b := &procedureBook{byCode: arrange(all)}
	b.fields.changes = b.byCode.changes()
	return b
}

// Procedure returns the procedure that a code, with or without the old suffix, means on a day.
func (v View) Procedure(code string, d calendar.Day) (Procedure, bool) {
	return v.procedures.book.byCode.on(ProcedureCode(code), d)
}

// Fields returns the field (lĩnh vực) of every procedure that has one, by [ProcedureCode]: on that day or, for procedures
// that are not there then, when they last were. The map must not be changed.
func (v View) Fields(d calendar.Day) map[string]string {
	b := v.procedures.book
	return b.fields.of(d, func() map[string]string {
		all := make(map[string]string, len(b.byCode))
		for code := range b.byCode {
			if f := b.byCode.near(code, d).Field; f != "" {
				all[code] = f
			}
		}
		return all
	})
}

// FieldNames returns the fields that any entry names, whenever it holds, sorted. The slice is the caller's.
func (v View) FieldNames() []string {
	named := map[string]bool{}
	for _, entries := range v.procedures.book.byCode {
		for _, p := range entries {
			if p.Field != "" {
				named[p.Field] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// ProcedureCode strips the suffix that older systems add to a procedure's code, the old code of an agency:
// 1.000123.000.00.00.H24 is 1.000123. Other codes are returned as they are (DOMAIN.md §2).
func ProcedureCode(code string) string {
	const shape, suffix = "0.000000", ".000.00.00.A00"
	if len(code) != len(shape)+len(suffix) {
		return code
	}
	for i, want := range []byte(shape + suffix) {
		got := code[i]
		switch {
		case want == '0' && '0' <= got && got <= '9':
		case want == 'A' && 'A' <= got && got <= 'Z':
		case want == got && want == '.':
		default:
			return code
		}
	}
	return code[:len(shape)]
}
