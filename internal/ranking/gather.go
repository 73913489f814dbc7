package ranking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

// Moment is the state of the books that is asked. The zero Moment is all that they know.
type Moment struct {
	// Block leaves out later blocks of the books; what they hold for one of the Causes counts all the same.
	Block  uint64
	Causes []kpi.Cause
	// Before leaves out assessments and reports that arrived, and registers that were loaded, later. A period runs if it did then.
	Before time.Time
}

// Period reads a period that the method ranks. The error is a *kpi.Error that says what would do.
func (m *Method) Period(id string, now time.Time, zone *time.Location) (period.Period, error) {
	parse := period.Parse
	if m.Report {
		parse = period.ParseReport
	}
	refuse := func(en, vi string, args ...any) (period.Period, error) { // which say the same args
		return period.Period{}, &kpi.Error{Param: "period", Message: fmt.Sprintf(en, args...), VI: fmt.Sprintf(vi, args...)}
	}
	p, err := parse(id, now, zone)
	if err != nil {
		return period.Period{}, &kpi.Error{Param: "period", Message: err.Error(), VI: period.Vietnamese(err)}
	}
	if _, whole := period.Previous(id); !whole || !slices.Contains(m.Periods, period.Kind(id)) {
		var such []string
		for _, kind := range m.Periods {
			such = append(such, examples[kind])
		}
		return period.Period{}, &kpi.Error{
			Param: "period", Message: fmt.Sprintf("the method %s ranks periods of the kinds %s, such as %s, and not %s", m.ID, strings.Join(m.Periods, ", "), such[0], id),
			VI: fmt.Sprintf("phương pháp %s xếp hạng những kỳ như %s, không xếp hạng %s", m.ID, strings.Join(such, ", "), id),
		}
	}
	first, _ := document.ParseDay(p.First)
	last, _ := document.ParseDay(p.Last)
	switch {
	case first < m.From:
		return refuse("the method %s holds from %s on, and %s begins on %s", "phương pháp %s có hiệu lực từ %s, mà kỳ %s bắt đầu ngày %s", m.ID, m.From, id, first)
	case last > m.To:
		return refuse("the method %s holds up to %s, and %s ends on %s", "phương pháp %s có hiệu lực đến %s, mà kỳ %s kết thúc ngày %s", m.ID, m.To, id, last)
	case !p.End.After(p.Start):
		return refuse("%s has not begun; nothing can be ranked yet", "kỳ %s chưa bắt đầu, chưa có gì để xếp hạng", id)
	}
	return p, nil
}

// Gather asks the books for all that the method needs of a period. A *kpi.Error says what can't be asked.
func (m *Method) Gather(ctx context.Context, b *kpi.Books, p period.Period, at Moment) (*Inputs, error) {
	zone := b.Zone
	in := &Inputs{
		Period: Span{ID: p.ID, From: p.First, To: p.Last, Running: p.Running}, AsOf: b.Now().In(zone), Events: b.Events(), Block: at.Block,
		Registers: []Register{}, Quiet: []kpi.Quiet{}, Figures: []Figure{}, Assessments: []Assessment{},
	}
	if !at.Before.IsZero() {
		in.AsOf = at.Before.In(zone)
	}
	view, day := b.Registers().At(at.Before), calendar.DayOf(p.End.Add(-time.Millisecond), zone)
	for _, a := range view.Agencies(day) {
		if m.Ranks(a.Group) {
			in.Agencies = append(in.Agencies, Agency{Code: a.Code, Names: Names{a.NameVI, a.NameEN}, Group: a.Group})
		}
	}
	if len(in.Agencies) == 0 {
		return nil, nobody{&kpi.Error{
			Param: "period", Message: fmt.Sprintf("on %s the register has no agency of the groups of %s; load agencies with their groups (tiendo register load)", day, m.ID),
			VI: fmt.Sprintf("ngày %s sổ đăng ký không có cơ quan nào thuộc nhóm mà %s xếp hạng; hãy chọn phương pháp hoặc kỳ khác, hay nạp danh mục cơ quan có nhóm (tiendo register load)", day, m.ID),
		}}
	}
	for _, kind := range register.Kinds() {
		if l, ok := view.Load(kind); ok {
			in.Registers = append(in.Registers, Register{Kind: string(kind), Version: l.Version, SHA256: l.SHA256})
		}
	}
	if err := m.ask(ctx, b, p, at, in); err != nil {
		return nil, err
	}
	return in, m.assessments(ctx, b, at, in)
}

// asks are the figures that the method needs of a period, and whose they are.
func (m *Method) asks(p period.Period, at Moment) (ids []string, queries []kpi.Query) {
	add := func(id, figure string, where map[string][]string) {
		if figure != "" {
			ids = append(ids, id)
			queries = append(queries, kpi.Query{ID: figure, Period: p, By: []string{"agency"}, Where: where, Fold: true, Block: at.Block, Causes: at.Causes, Before: at.Before})
		}
	}
	for _, c := range m.Criteria() {
		add(c.ID, c.KPI, c.Where)
	}
	for _, a := range m.Adjustments {
		add(a.ID, a.KPI, a.Where)
	}
	return ids, queries
}

// ask asks for all figures at once.
func (m *Method) ask(ctx context.Context, b *kpi.Books, p period.Period, at Moment, in *Inputs) error {
	ids, queries := m.asks(p, at)
	if len(queries) == 0 {
		return nil
	}
	figures, err := b.Ask(ctx, queries...)
	if err != nil {
		return fmt.Errorf("ask for the figures of %s: %w", m.ID, err)
	}
	for i := range figures {
		f := Figure{Criterion: ids[i], KPI: queries[i].ID}
		in.fill(&f, &figures[i])
		in.Figures = append(in.Figures, f)
		for _, q := range figures[i].Quiet {
			if !slices.Contains(in.Quiet, q) {
				in.Quiet = append(in.Quiet, q)
			}
		}
	}
	in.Events = figures[0].Events
	if at.Before.IsZero() {
		in.AsOf = figures[0].AsOf
	}
	return nil
}

// fill takes the rows of the agencies that are ranked; one without any case has an empty row.
func (in *Inputs) fill(f *Figure, from *kpi.Figure) {
	f.Definition, f.Completeness = from.Definition, from.Completeness
	quiet, rows := map[string]string{}, map[string]*kpi.Row{}
	for _, q := range from.Quiet {
		quiet[q.Agency] = q.Since
	}
	for i := range from.Rows {
		if key := from.Rows[i].Keys.Of("agency"); key != nil {
			rows[*key] = &from.Rows[i]
		}
	}
	d, _ := kpi.ByID(f.KPI)
	for _, a := range in.Agencies {
		r := Row{Agency: a.Code, QuietSince: quiet[a.Code]}
		switch known := rows[a.Code]; {
		case known != nil:
			r.Numerator, r.Denominator, r.Value = known.Numerator, known.Denominator, known.Value
			if known.N != nil {
				r.N = new(float64(*known.N))
			}
		case d.Shape == kpi.Count:
			r.Value = new(0.0)
		case d.Shape == kpi.Quantile:
			r.N = new(0.0)
		case !d.Reported():
			r.Numerator, r.Denominator = new(0.0), new(0.0)
		}
		f.Rows = append(f.Rows, r)
	}
}

// assessments reads what was claimed and verified for the method's criteria.
func (m *Method) assessments(ctx context.Context, b *kpi.Books, at Moment, in *Inputs) error {
	codes := map[string]bool{}
	for _, c := range m.Criteria() {
		codes[c.Assessment] = true
	}
	for _, a := range m.Adjustments {
		codes[a.Assessment] = true
	}
	if delete(codes, ""); len(codes) == 0 {
		return nil
	}
	said, err := b.Assessed(ctx, in.Period.ID, at.Before)
	if err != nil {
		return err
	}
	for _, s := range said {
		if codes[s.Criterion] && slices.ContainsFunc(in.Agencies, func(a Agency) bool { return a.Code == s.Agency }) {
			in.Assessments = append(in.Assessments, Assessment{s.Agency, s.Criterion, claimed(s.Claimed), claimed(s.Verified)})
		}
	}
	return nil
}

func claimed(s *kpi.Said) *Claim {
	if s == nil {
		return nil
	}
	return &Claim{Points: s.Points, Evidence: s.Evidence, Reason: s.Reason, At: s.At}
}

// examples are periods of each kind.
var examples = map[string]string{"month": "2026-09", "quarter": "2026-Q3", "half": "2026-H1", "nine_months": "2026-9M", "year": "2026"}

// ErrNobody says that the register has nobody whom a method ranks.
var ErrNobody = errors.New("nobody is ranked")

// nobody is an [ErrNobody] that says of whom; it wraps a *kpi.Error.
type nobody struct{ says *kpi.Error }

func (n nobody) Error() string        { return n.says.Error() }
func (n nobody) Unwrap() error        { return n.says }
func (n nobody) Is(target error) bool { return target == ErrNobody }
