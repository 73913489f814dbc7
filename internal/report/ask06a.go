package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tiendo/internal/calendar"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

// Options are what reports are made from.
type Options struct {
	Books *kpi.Books
	// Names names an agency in "vi" or "en", "" where it is not known: then its code is shown.
	Names func(code, lang string) string
	Zone  *time.Location
}

// Reports makes reports. Safe for concurrent use.
type Reports struct{ Options }

// New returns the reports that are made from o.
func New(o Options) *Reports { return &Reports{o} }

// Asked says which report is wanted.
type Asked struct {
	Period period.Period
	// Cutoff is "report" or "calendar": how the period was read.
	Cutoff string
	// Agency is whose report it is; "" for the whole city.
	Agency string
	// AsOf and Fold are as in [kpi.Query].
	AsOf string
	Fold bool
}

// agency names the agency of a report. The error is a *kpi.Error if nobody knows it.
func (r *Reports) agency(a Asked, known bool) (*string, Names, error) {
	if a.Agency == "" {
		return nil, Names{"Toàn thành phố", "The whole city"}, nil
	}
	names := Names{r.Names(a.Agency, "vi"), r.Names(a.Agency, "en")}
	if names.VI == "" && !known {
		return nil, names, &kpi.Error{Param: "agency", Message: "no agency is called " + a.Agency + ", and no case is of it; a code of the register would do", VI: "không cơ quan nào mang mã " + a.Agency + ", cũng không có hồ sơ nào; hãy dùng mã trong danh mục cơ quan"}
	}
	return &a.Agency, Names{cmp.Or(names.VI, a.Agency), cmp.Or(names.EN, names.VI, a.Agency)}, nil
}

// Form06a asks the books for the form, with one question to the engine, so that all its numbers are of one moment. The error is
// a *kpi.Error if it cannot be asked for, else the engine's.
func (r *Reports) Form06a(ctx context.Context, a Asked) (*Form06a, error) {
	var questions []kpi.Query
	for _, c := range Columns06a {
		q := kpi.Query{ID: c.Figure, Period: a.Period, By: []string{"group", "procedure"}, AsOf: a.AsOf, Fold: a.Fold}
		if a.Agency != "" {
			q.By, q.Where = []string{"procedure"}, map[string][]string{"agency": {a.Agency}}
		}
		questions = append(questions, q)
	}
	figures, err := r.Books.Ask(ctx, questions...)
	if err != nil {
		return nil, err
	}
	f := &Form06a{
		Period: a.Period, Cutoff: a.Cutoff, AsOf: figures[0].AsOf, Events: figures[0].Events,
		Faults: []Fault{}, Rows: []Row{}, Total: Row{Level: Total, Names: Names{"Tổng số", "Total"}},
	}
	leaves := r.leaves(a, figures)
	if f.Agency, f.Names, err = r.agency(a, len(leaves) > 0); err != nil {
		return nil, err
	}
	f.stack(leaves, a.Agency == "")
	f.check()
	return f, nil
}

// place is where a row of figures stands on the form; what is not said is "".
type place struct{ group, field, procedure string }

// leaves are the rows of procedures, in the order of the form.
func (r *Reports) leaves(a Asked, figures []kpi.Figure) []Row {
	view, day := r.view(a)
	fields := view.Fields(day)
	rows := map[place]*Row{}
	for i := range figures {
		for _, row := range figures[i].Rows {
			var at place
			if group := row.Keys.Of("group"); group != nil {
				at.group = *group
			}
			if procedure := row.Keys.Of("procedure"); procedure != nil {
				// What older systems call by a longer code is the same procedure.
				at.procedure = register.ProcedureCode(*procedure)
				at.field = fields[at.procedure]
			}
			if rows[at] == nil {
				rows[at] = &Row{Level: Procedure, Group: told(at.group), Field: told(at.field), Procedure: told(at.procedure), Names: procedureNames(view, at.procedure, a.Period, r.Zone)}
			}
			*rows[at].all()[i] += int64(*row.Value)
		}
	}
	var places []place
	for at, row := range rows {
		if row.Counts != (Counts{}) { // there are cases, all of other times
			places = append(places, at)
		}
	}
	inVietnamese := collate.New(language.Vietnamese)
	slices.SortFunc(places, func(x, y place) int {
		return cmp.Or(
			cmp.Compare(groupOrder(x.group), groupOrder(y.group)), cmp.Compare(x.group, y.group),
			lastIfNone(x.field, y.field), inVietnamese.CompareString(x.field, y.field), cmp.Compare(x.field, y.field),
			lastIfNone(x.procedure, y.procedure), cmp.Compare(x.procedure, y.procedure),
		)
	})
	leaves := make([]Row, len(places))
	for i, at := range places {
		leaves[i] = *rows[at]
	}
	return leaves
}

// view is what the registers say for a report, and the last day of its period.
func (r *Reports) view(a Asked) (register.View, calendar.Day) {
	recorded := time.Time{}
	if day, err := calendar.ParseDay(a.AsOf); err == nil {
		recorded = day.End(r.Zone)
	}
	return r.Books.Registers().At(recorded), calendar.DayOf(a.Period.End.Add(-time.Millisecond), r.Zone)
}

// procedureNames is what a procedure is called at the end of a period, else at its start; its code if nobody says.
func procedureNames(view register.View, code string, p period.Period, zone *time.Location) Names {
	if code == "" {
		return Names{"Chưa rõ thủ tục", "Procedure not named"}
	}
	for _, t := range []time.Time{p.End.Add(-time.Millisecond), p.Start} {
		if known, ok := view.Procedure(code, calendar.DayOf(t, zone)); ok {
			return Names{known.NameVI, known.NameEN}
		}
	}
	return Names{code, code}
}

// stack puts the sums above the rows that they are of.
func (f *Form06a) stack(leaves []Row, groups bool) {
	group, field := -1, -1
	for i := range leaves {
		leaf := &leaves[i]
		if groups && (group < 0 || !same(f.Rows[group].Group, leaf.Group)) {
			f.Rows = append(f.Rows, Row{Level: Group, Group: leaf.Group, Names: groupNames(leaf.Group)})
			group, field = len(f.Rows)-1, -1
		}
		if field < 0 || !same(f.Rows[field].Field, leaf.Field) {
			f.Rows = append(f.Rows, Row{Level: Field, Group: leaf.Group, Field: leaf.Field, Names: fieldNames(leaf.Field)})
			field = len(f.Rows) - 1
		}
		f.Rows = append(f.Rows, *leaf)
		f.Rows[field].add(&leaf.Counts)
		if group >= 0 {
			f.Rows[group].add(&leaf.Counts)
		}
		f.Total.add(&leaf.Counts)
	}
}

func same(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// told is nil for what was not told.
func told(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func lastIfNone(a, b string) int {
	switch {
	case a == "" && b != "":
		return 1
	case a != "" && b == "":
		return -1
	default:
		return 0
	}
}

// knownGroups are groups in the order of the levels of government, with what they are called (DOMAIN.md §5).
var knownGroups = []struct {
	code  string
	names Names
}{
	{"department", Names{"Sở, ban, ngành", "Departments"}},
	{"district", Names{"Quận, huyện", "Districts"}},
	{"commune", Names{"Xã, phường, đặc khu", "Communes, wards and special zones"}},
}

func groupOrder(code string) int {
	for i, g := range knownGroups {
		if g.code == code {
			return i
		}
	}
	if code == "" {
		return len(knownGroups) + 1
	}
	return len(knownGroups)
}

func groupNames(code *string) Names {
	if code == nil {
		return Names{"Cơ quan khác", "Other agencies"}
	}
	for _, g := range knownGroups {
		if g.code == *code {
			return g.names
		}
	}
	return Names{*code, *code}
}

func fieldNames(field *string) Names {
	if field == nil {
		return Names{"Chưa rõ lĩnh vực", "Field not named"}
	}
	return Names{*field, *field}
}
