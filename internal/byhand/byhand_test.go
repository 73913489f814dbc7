package byhand

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

var (
	hanoi = time.FixedZone("Asia/Ho_Chi_Minh", 7*3600)
	today = time.Date(2026, 4, 1, 9, 0, 0, 0, hanoi)
	city  = []Agency{{"H24.12", Text{"Sở Xây dựng", "Construction"}}, {"H24.13", Text{"Sở Tài nguyên", "Environment"}}, {"H24.20", Text{"=cmd()", ""}}}
	clerk = &auth.Token{Name: "an", Scopes: []auth.Scope{auth.ScopeIngest}}
)

// office is a desk over a memory that keeps events as the collector does.
type office struct {
	*Desk
	events  []event.Event
	lines   []string
	failing error
	now     time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{now: today}
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	o.Desk = New(Options{
		Deliver: o.deliver,
		Known: func(_ context.Context, family event.Family, subjects []string) (map[string][]event.Event, error) {
			known := map[string][]event.Event{}
			for _, e := range o.events {
				if e.Type.Family() == family && slices.Contains(subjects, e.Subject) {
					known[e.Subject] = append(known[e.Subject], e)
				}
			}
			return known, nil
		},
		Recent: func(_ context.Context, source string, _ []event.Family, limit int) ([]event.Event, error) {
			var all []event.Event
			for _, e := range slices.Backward(o.events) {
				if e.Source == source && len(all) < limit {
					all = append(all, e)
				}
			}
			return all, nil
		},
		Opaque:   func(name string) string { return fmt.Sprintf("%x", len(name)) },
		Agencies: func() []Agency { return city },
		Now:      func() time.Time { return o.now.In(zone) },
	})
	return o
}

func (o *office) deliver(who *auth.Token, lines []byte) ([]Refused, error) {
	if o.failing != nil {
		return nil, o.failing
	}
	for line := range bytes.Lines(lines) {
		e, err := event.Decode(bytes.TrimSpace(line), o.now)
		if err != nil {
			return nil, err
		}
		e.Bound, e.Entry = who.Bound, uint64(len(o.events))
		o.events = append(o.events, e)
		o.lines = append(o.lines, string(line))
	}
	return nil, nil
}

// fill fills in a template: rows of cells, in the order of its columns. A nil cell stays empty.
func fill(t testing.TB, d *Desk, f *Form, who *auth.Token, rows ...[]any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Template(&b, f, who); err != nil {
		t.Fatal(err)
	}
	return change(t, b.Bytes(), func(x *excelize.File) {
		for i, row := range rows {
			for j, value := range row {
				if value == nil {
					continue
				}
				cell, err := excelize.CoordinatesToCellName(j+1, headerRow+1+i)
				if err != nil {
					t.Fatal(err)
				}
				if formula, ok := value.(formula); ok {
					err = x.SetCellFormula(entrySheet, cell, string(formula))
				} else {
					err = x.SetCellValue(entrySheet, cell, value)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// formula is a cell that is calculated.
type formula string

func change(t testing.TB, content []byte, how func(*excelize.File)) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	how(x)
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func day(text string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, text, time.UTC)
	if err != nil {
		panic(err)
	}
	return at
}

// told says in a line each what the rows of a draft tell.
func told(d *Draft) string {
	var all []string
	for _, row := range d.Rows {
		for _, e := range row.Entries {
			line := fmt.Sprintf("%d %s %s %s %s %s", row.Number, e.State, e.Type, e.Subject, e.Time.In(hanoi).Format("2006-01-02 15:04"), e.Data)
			for _, was := range e.Was {
				line += " was " + was.In(hanoi).Format("2006-01-02 15:04")
			}
			all = append(all, line)
		}
		for _, f := range row.Faults {
			all = append(all, fmt.Sprintf("%d ! %s: %s", row.Number, f.Title[0], f.Says[0]))
		}
	}
	return strings.Join(all, "\n")
}

func upload(t *testing.T, o *office, who *auth.Token, form string, rows ...[]any) *Draft {
	t.Helper()
	f := ByID(form)
	d, err := o.Upload(t.Context(), who, f, "x.xlsx", fill(t, o.Desk, f, who, rows...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func confirm(t *testing.T, o *office, who *auth.Token, d *Draft) {
	t.Helper()
	if _, again, err := o.Confirm(t.Context(), who, d.ID); err != nil || again {
		t.Fatal(again, err)
	}
}

// Each template, filled in as clerks do, tells this.
func TestFilledTemplates(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		form string
		row  []any
		want string
	}{
		{
			"reception",
			[]any{"TD-01", "H24.12 Sở Xây dựng", day("2026-03-02"), 3, 5, 2, "Có"},
			`4 new reception.held TD-01 2026-03-02 00:00 {"agency":"H24.12","cases":2,"leader":true,"people":5,"sessions":3}`,
		},
		{
			"petition",
			[]any{"D-1", "H24.13", "Khiếu nại", "02/03/2026", day("2026-04-15"), "Bưu chính", day("2026-03-05"), "5/4/2026", "2026-03-20 14:30"},
			`4 new petition.received D-1 2026-03-02 00:00 {"agency":"H24.13","channel":"post","due":"2026-04-15","kind":"complaint"}
4 new petition.accepted D-1 2026-03-05 00:00 {"due":"2026-04-05"}
4 new petition.resolved D-1 2026-03-20 14:30 {}`,
		},
		{
			"finding",
			[]any{"KL/12-01", "Construction", "Một cửa", day("2026-03-02"), day("2026-03-31"), "KL-12", nil, day("2026-03-30")},
			`4 new finding.raised KL/12-01 2026-03-02 00:00 {"agency":"H24.12","area":"one_stop","due":"2026-03-31","inspection":"KL-12"}
4 new finding.remedied KL/12-01 2026-03-30 00:00 {}`,
		},
		{
			"indicator",
			[]any{"Sở Xây dựng", "Biên chế có mặt", "2026-Q1", day("2026-03-31"), 98.5, 100},
			`4 new indicator.reported H24.12/staffing/2026-Q1 2026-03-31 00:00 {"agency":"H24.12","indicator":"staffing","period":"2026-Q1","target":100,"value":98.5}`,
		},
		{
			"task",
			[]any{"GV-1", "H24.12 Sở Xây dựng", day("2026-03-02"), day("2026-03-20"), "H24.13 Sở Tài nguyên; H24.12", "UBND", "12/QĐ-UBND", nil, nil, day("2026-03-18"), day("2026-03-19")},
			`4 new task.assigned GV-1 2026-03-02 00:00 {"agencies":["H24.13","H24.12"],"agency":"H24.12","document":"12/QĐ-UBND","due":"2026-03-20","issuer":"UBND"}
4 new task.reported GV-1 2026-03-18 00:00 {}
4 new task.completed GV-1 2026-03-19 00:00 {}`,
		},
		{
			"tally",
			[]any{"H24.12", "Đơn thư", day("2026-03-02"), 7},
			`4 new source.tally an/petition/H24.12/2026-03-02 2026-03-02 00:00 {"agency":"H24.12","count":7,"day":"2026-03-02","family":"petition"}`,
		},
	} {
		if got := told(upload(t, o, clerk, c.form, c.row)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.form, got, c.want)
		}
	}
	if len(o.events) != 0 {
		t.Errorf("%d events were sent before anything was confirmed", len(o.events))
	}
}

// What is wrong in a row is said with its column and what would do; nothing of the row is taken, and all of the others.
func TestRowsThatAreNotTaken(t *testing.T) {
	o := newOffice(t)
	draft := upload(t, o, clerk, "task",
		[]any{"GV 1", "H24.12", day("2026-03-02")},
		[]any{"GV-2", "H99", day("2026-03-02")},
		[]any{"GV-3", "H24.12", nil, "soon"},
		[]any{"GV-4", "H24.12", day("2026-05-02"), "soon"},
		[]any{nil, "H24.12", day("2026-03-02")},
		[]any{"GV-6", "H24.12", day("2026-03-02")},
		[]any{"GV-6", "H24.13", day("2026-03-03")},
		[]any{"GV-8", "H24.12", formula("TODAY()")},
		[]any{"GV-9", "H24.12", day("2026-03-02"), nil, nil, "Nguyễn Văn A"},
	)
	var codes []string // of what is no code nothing is repeated
	for _, row := range draft.Rows {
		codes = append(codes, row.Subject)
	}
	if got, want := strings.Join(codes, " "), " GV-2 GV-3 GV-4  GV-6 GV-6 GV-8 GV-9"; got != want {
		t.Errorf("codes %q, want %q", got, want)
	}
	got := told(draft)
	for _, want := range []string{
		"4 ! Mã nhiệm vụ: không đọc được. Cần: mã của riêng vụ việc này",
		"5 ! Cơ quan chủ trì: không đọc được. Cần: chọn cơ quan trong danh sách, hoặc ghi mã.",
		"6 ! Ngày giao: còn trống. Cần: ngày như 14/09/2026",
		"7 ! Hạn hoàn thành: không đọc được. Cần: ngày như 30/09/2026.",
		"8 ! Mã nhiệm vụ: còn trống.",
		"9 new task.assigned GV-6 2026-03-02 00:00",
		"10 ! : Dòng 9 đã ghi vụ việc mang mã này.",
		"11 ! Ngày giao: ô gộp, ô lỗi hoặc công thức chưa được tính.",
		"12 ! Mã cơ quan giao: không đọc được.",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("not once: %s", want)
		}
	}
	if lines := strings.Count(got, "\n") + 1; lines != 9 || strings.Contains(got, "Nguyễn") {
		t.Errorf("%d lines:\n%s", lines, got)
	}
	got = told(upload(t, o, clerk, "petition", []any{"D-1", "H24.12", "Tố cáo", day("2026-03-02"), nil, nil, nil, day("2026-03-20")}))
	if want := "4 ! Ngày thụ lý: còn trống, mà cột «Hạn giải quyết từ khi thụ lý» đã điền."; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The same file again tells nothing new; another content is a correction, and another day moves what happened.
func TestUploadedAgain(t *testing.T) {
	o := newOffice(t)
	row := []any{"GV-1", "H24.12", day("2026-03-02"), day("2026-03-20"), nil, nil, nil, nil, nil, day("2026-03-18"), day("2026-03-19")}
	d := upload(t, o, clerk, "task", row)
	confirm(t, o, clerk, d)
	if len(o.events) != 3 || d.Sent != 3 || !d.Done {
		t.Fatalf("%d events, %d sent", len(o.events), d.Sent)
	}
	if _, again, err := o.Confirm(t.Context(), clerk, d.ID); err != nil || !again || len(o.events) != 3 {
		t.Errorf("confirmed again: %v %v, %d events", again, err, len(o.events))
	}
	d = upload(t, o, clerk, "task", row)
	if got := told(d); strings.Count(got, "same") != 3 || d.Waiting() != 0 {
		t.Errorf("the same again: %s", got)
	}
	o.now = o.now.Add(time.Second)
	moved := slices.Clone(row)
	moved[3], moved[9] = day("2026-03-25"), day("2026-03-10")
	d = upload(t, o, clerk, "task", moved)
	if got := told(d); !strings.Contains(got, "4 changed task.assigned") || !strings.Contains(got, "4 moved task.reported GV-1 2026-03-10 00:00 {} was 2026-03-18") || !strings.Contains(got, "4 same task.completed") {
		t.Errorf("moved: %s", got)
	}
	confirm(t, o, clerk, d)
	if n := len(o.events); n != 6 || !o.events[5].Retracted || !o.events[5].Time.Equal(time.Date(2026, 3, 18, 0, 0, 0, 0, hanoi)) {
		t.Errorf("%d events: %s", n, o.lines[3:])
	}
	// Back to what was first said, in the same second: that is a record of its own and counts.
	confirm(t, o, clerk, upload(t, o, clerk, "task", row))
	h := historyOf(o.events)
	if got := h.standing("task.reported"); len(got) != 1 || got[0].Time.In(hanoi).Day() != 18 {
		t.Errorf("reported: %v", got)
	}
	if got := h.opening(ByID("task")); !strings.Contains(string(got.Data), "2026-03-20") {
		t.Errorf("opening: %s", got.Data)
	}
}

// A code that is another case's already is not taken: the two would become one.
func TestCodesOfOthers(t *testing.T) {
	o := newOffice(t)
	bea := &auth.Token{Name: "bea", Scopes: clerk.Scopes}
	confirm(t, o, bea, upload(t, o, bea, "task", []any{"1", "H24.12", day("2026-03-02")}))
	if got := told(upload(t, o, clerk, "task", []any{"1", "H24.13", day("2026-03-02")})); !strings.Contains(got, "Mã này đã dùng cho vụ việc của H24.12") {
		t.Error(got)
	}
	if got := told(upload(t, o, clerk, "task", []any{"1", "H24.12", day("2026-03-02"), day("2026-03-09")})); !strings.Contains(got, "4 changed task.assigned") {
		t.Errorf("another clerk of the same agency corrects: %s", got)
	}
	o.events[0].Source = "urn:system"
	if got := told(upload(t, o, clerk, "task", []any{"1", "H24.12", day("2026-03-02")})); !strings.Contains(got, "do hệ thống khác gửi về") {
		t.Error(got)
	}
	if _, err := o.Enter(t.Context(), clerk, ByID("task"), "task.assigned", answers("1", "2026-03-02", "agency", "H24.12"), nil); err == nil || !strings.Contains(err.Error(), "A system tells") {
		t.Error(err)
	}
}

func answers(subject, on string, fields ...string) Answers {
	a := Answers{Subject: subject, Day: on, Fields: map[string][]string{}}
	for i := 0; i+1 < len(fields); i += 2 {
		a.Fields[fields[i]] = append(a.Fields[fields[i]], fields[i+1])
	}
	return a
}

// Who is bound to an agency enters for it alone, whatever they write.
func TestBoundToAnAgency(t *testing.T) {
	o := newOffice(t)
	bound := &auth.Token{Name: "bound", Scopes: clerk.Scopes, Bound: "H24.12", Families: []event.Family{event.Task}}
	got := told(upload(t, o, bound, "task", []any{"1", "H24.13", day("2026-03-02")}, []any{"2", "H24.12", day("2026-03-02"), nil, "H24.13"}))
	if !strings.HasPrefix(got, "4 ! Cơ quan chủ trì: không đọc được.") || !strings.Contains(got, "5 new task.assigned 2") {
		t.Error(got)
	}
	if _, err := o.Upload(t.Context(), bound, ByID("petition"), "x", nil); !errors.Is(err, ErrNotYours) {
		t.Error(err)
	}
	confirm(t, o, clerk, upload(t, o, clerk, "task", []any{"other", "H24.13", day("2026-03-02")}))
	if _, err := o.Enter(t.Context(), bound, ByID("task"), "task.completed", answers("other", "2026-03-05"), nil); err == nil || !strings.Contains(err.Error(), "another agency's case") {
		t.Error(err)
	}
	if _, err := o.Enter(t.Context(), bound, ByID("task"), "task.assigned", answers("x", "2026-03-05", "agency", "H24.13"), nil); err == nil || !strings.Contains(err.Error(), "Lead agency: can't be read") {
		t.Error(err)
	}
	if n := len(o.FormsOf(bound)); n != 1 {
		t.Errorf("%d forms", n)
	}
}

// Of a person whom a provider vouches for no name stands in events.
func TestPeopleAreHidden(t *testing.T) {
	o := newOffice(t)
	person := &auth.Token{Name: "oidc:Trần Văn B", Scopes: clerk.Scopes}
	confirm(t, o, person, upload(t, o, person, "tally", []any{"H24.12", "Đơn thư", day("2026-03-02"), 7}))
	if all := strings.Join(o.lines, ""); len(o.lines) != 1 || strings.Contains(all, "Tr") || !strings.Contains(all, `"source":"manual:oidc:12"`) || !strings.Contains(all, `"subject":"oidc:12/petition/`) {
		t.Error(all)
	}
	all, err := o.Lately(t.Context(), person)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if n, err := o.Retract(t.Context(), person, ByID("tally"), all[0].Type, Was{all[0].Subject, all[0].Time}); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// One event at a time: entered, corrected, moved, taken back, entered again.
func TestOneByOne(t *testing.T) {
	o := newOffice(t)
	task := ByID("task")
	enter := func(typ event.Type, a Answers, was *Was) {
		t.Helper()
		if _, err := o.Enter(t.Context(), clerk, task, typ, a, was); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(typ event.Type, a Answers, was *Was, says string) {
		t.Helper()
		if _, err := o.Enter(t.Context(), clerk, task, typ, a, was); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, not %q", err, says)
		}
	}
	standing := func(want ...string) {
		t.Helper()
		var got []string
		all, err := o.Lately(t.Context(), clerk)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if !e.Retracted {
				got = append(got, fmt.Sprintf("%s %s %s", e.Type, e.Time.In(hanoi).Format("01-02 15:04"), e.Data))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	refused("task.completed", answers("T", "2026-03-05"), nil, "is that of no case")
	refused("task.assigned", answers("", "", "agency", "H24.12"), nil, "Code: is empty")
	refused("task.assigned", answers("T", "2026-05-05", "agency", "H24.12"), nil, "is in the future")
	refused("task.assigned", answers("Nguyễn Văn A", "2026-03-05", "agency", "H24.12"), nil, "Code: can't be read")
	refused("task.assigned", answers("T", "2026-03-05"), nil, "Lead agency: is empty")
	enter("task.assigned", answers("T", "2026-03-02", "agency", "H24.12", "agencies", "H24.13", "agencies", "", "due", "2026-03-20"), nil)
	refused("task.assigned", answers("T", "2026-03-03", "agency", "H24.12"), nil, "of a case that was entered already")
	done := answers("T", "2026-03-05")
	done.Clock = "15:30"
	enter("task.completed", done, nil)
	refused("task.completed", done, nil, "was entered already")
	standing(`task.completed 03-05 15:30 {}`, `task.assigned 03-02 00:00 {"agencies":["H24.13"],"agency":"H24.12","due":"2026-03-20"}`)
	at := time.Date(2026, 3, 5, 15, 30, 0, 0, hanoi)
	enter("task.completed", answers("ignored", "2026-03-06"), &Was{"T", at})
	standing(`task.completed 03-06 00:00 {}`, `task.assigned 03-02 00:00 {"agencies":["H24.13"],"agency":"H24.12","due":"2026-03-20"}`)
	refused("task.completed", answers("T", "2026-03-07"), &Was{"T", at}, "counts no more")
	opened := Was{"T", time.Date(2026, 3, 2, 0, 0, 0, 0, hanoi)}
	enter("task.assigned", answers("T", "2026-03-02", "agency", "H24.13"), &opened)
	standing(`task.assigned 03-02 00:00 {"agency":"H24.13"}`, `task.completed 03-06 00:00 {}`)
	if n, err := o.Retract(t.Context(), clerk, task, "task.assigned", opened); n != 2 || err != nil {
		t.Error(n, err)
	}
	standing()
	if _, err := o.Retract(t.Context(), clerk, task, "task.assigned", opened); !errors.Is(err, ErrNotThere) {
		t.Error(err)
	}
	if _, err := o.Retract(t.Context(), &auth.Token{Name: "bea", Scopes: clerk.Scopes}, task, "task.assigned", opened); !errors.Is(err, ErrNotThere) {
		t.Error(err)
	}
	enter("task.assigned", answers("T", "2026-03-02", "agency", "H24.13"), nil)
	standing(`task.assigned 03-02 00:00 {"agency":"H24.13"}`)
	o.failing = errors.New("the disk is full")
	if _, err := o.Enter(t.Context(), clerk, task, "task.completed", answers("T", "2026-03-06"), nil); !errors.Is(err, o.failing) {
		t.Error(err)
	}
}

// TestThousandsWithASign: 1.250 people are no fraction of a second one, and nobody knows which 1,250 is.
func TestThousandsWithASign(t *testing.T) {
	o := newOffice(t)
	held := func(people string) error {
		_, err := o.Enter(t.Context(), clerk, ByID("reception"), "reception.held",
			answers("R", "2026-03-05", "agency", "H24.12", "sessions", "1", "people", people, "cases", "1"), nil)
		return err
	}
	for _, text := range []string{"1.000", "1.250", "1,250"} {
		if err := held(text); err == nil || !strings.Contains(err.Error(), "without a sign") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := held("1250"); err != nil {
		t.Error(err)
	}
}

// An indicator and a tally have no code of their own; told again they are corrected.
func TestReportsAreCorrectedByTheirPeriod(t *testing.T) {
	o := newOffice(t)
	report := func(on, value string, was *Was) {
		t.Helper()
		a := answers("", on, "agency", "H24.12", "indicator", "iso", "period", "2026-Q1", "value", value, "target", "10")
		if _, err := o.Enter(t.Context(), clerk, ByID("indicator"), "indicator.reported", a, was); err != nil {
			t.Fatal(err)
		}
	}
	report("2026-03-30", "7", nil)
	report("2026-03-31", "8", nil)
	h := historyOf(o.events)
	if all := h.standing("indicator.reported"); len(all) != 1 || !strings.Contains(string(all[0].Data), `"value":8`) || all[0].Subject != "H24.12/iso/2026-Q1" {
		t.Errorf("%v", o.lines)
	}
	if _, err := o.Enter(t.Context(), clerk, ByID("tally"), "source.tally", answers("", "", "agency", "H24.12", "family", "task", "day", "2026-03-02", "count", "3"), nil); err != nil {
		t.Error(err)
	}
	if _, err := o.Enter(t.Context(), clerk, ByID("tally"), "source.tally", answers("", "", "agency", "H24.12", "family", "dossier", "day", "", "count", "x"), nil); err == nil ||
		!strings.Contains(err.Error(), "Family: can't be read") || !strings.Contains(err.Error(), "Number in the book: can't be read") {
		t.Error(err)
	}
}

// A file that is none of ours gets a clear error in both languages; what excelize and others write is read alike.
func TestFilesThatAreRefused(t *testing.T) {
	o := newOffice(t)
	task := ByID("task")
	good := fill(t, o.Desk, task, clerk, []any{"GV-1", "H24.12", day("2026-03-02")})
	f := func(content []byte, vi, en string) {
		t.Helper()
		_, err := o.Upload(t.Context(), clerk, task, "x.xlsx", content)
		broken, ok := errors.AsType[*FileError](err)
		if !ok || !strings.Contains(broken.Says[0], vi) || !strings.Contains(broken.Says[1], en) {
			t.Errorf("%v, want %q and %q", err, vi, en)
		}
	}
	f(nil, "Tệp rỗng", "it is empty")
	f([]byte("Mã;Ngày\n1;2\n"), "Không đọc được tệp này như một sổ tính", "no workbook")
	f([]byte("%PDF-1.7"), "tệp PDF", "PDF")
	f(good[:len(good)/2], "bị cắt hoặc hỏng", "cut off or damaged")
	f(fill(t, o.Desk, task, clerk), "Chưa có dòng nào được điền", "No row is filled in")
	f(fill(t, o.Desk, ByID("petition"), clerk, []any{"D"}), "Đây là mẫu «Đơn thư»", "This is the template “Petitions”")
	f(change(t, good, func(x *excelize.File) { _ = x.SetCellStr(entrySheet, "B3", "Sở") }), "thiếu cột: Cơ quan chủ trì", "lacks columns: Lead agency")
	f(change(t, good, func(x *excelize.File) { _ = x.SetSheetName(entrySheet, "Sheet1") }), "không có trang", "no sheet")
	f(change(t, good, func(x *excelize.File) { _ = x.SetCellStr(entrySheet, "Z3", task.Columns[0].cell()) }), "có hai lần", "is there twice")
	f(change(t, good, func(x *excelize.File) { _ = x.RemoveRow(entrySheet, 3) }), "thiếu cột: Mã nhiệm vụ", "lacks columns: Task code")
	x, err := excelize.OpenReader(bytes.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	var locked bytes.Buffer
	if err := x.Write(&locked, excelize.Options{Password: "geheim"}); err != nil {
		t.Fatal(err)
	}
	f(locked.Bytes(), "khóa bằng mật khẩu", "locked with a password")
	var many [][]any
	for i := range MostRows + 1 {
		many = append(many, []any{fmt.Sprint(i)})
	}
	f(fill(t, o.Desk, task, clerk, many...), "hơn 2000 dòng", "more than 2000 rows")
}

// Days count from 1904 in some workbooks.
func TestDaysFrom1904(t *testing.T) {
	o := newOffice(t)
	task := ByID("task")
	content := change(t, fill(t, o.Desk, task, clerk, []any{"GV-1", "H24.12"}), func(x *excelize.File) {
		yes := true
		if err := x.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
		if err := x.SetCellInt(entrySheet, "C4", int64(day("2026-03-02").Sub(day("1904-01-01")).Hours()/24)); err != nil {
			t.Fatal(err)
		}
	})
	d, err := o.Upload(t.Context(), clerk, task, "x.xlsx", content)
	if err != nil {
		t.Fatal(err)
	}
	if got := told(d); !strings.HasPrefix(got, "4 new task.assigned GV-1 2026-03-02 00:00") {
		t.Error(got)
	}
}

// Each template says what each column means and lists what can be chosen; no text of a register becomes a formula.
func TestTemplatesExplainThemselves(t *testing.T) {
	o := newOffice(t)
	for _, f := range Forms() {
		var b bytes.Buffer
		if err := o.Template(&b, f, clerk); err != nil {
			t.Fatal(err)
		}
		x, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := x.GetRows(helpSheet)
		if err != nil || len(rows) != 4+len(f.Columns) {
			t.Errorf("%s: %d rows of help: %v", f.ID, len(rows), err)
		}
		for i := range f.Columns {
			if row := rows[4+i]; row[0] != f.Columns[i].Title[0] || len(row) < 5 || len(row[3]) < 5 || len(row[4]) < 5 {
				t.Errorf("%s: %q", f.ID, row)
			}
		}
		all, err := x.GetDataValidations(entrySheet)
		if err != nil || len(all) != len(f.Columns) {
			t.Errorf("%s: %d validations: %v", f.ID, len(all), err)
		}
		lists, err := x.GetCols(listSheet)
		if err != nil || len(lists) == 0 || !slices.ContainsFunc(lists, func(c []string) bool { return slices.Contains(c, "H24.12 Sở Xây dựng") }) {
			t.Errorf("%s: %q %v", f.ID, lists, err)
		}
		for _, sheet := range x.GetSheetList() {
			cells, err := x.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range cells {
				for j := range row {
					at, _ := excelize.CoordinatesToCellName(j+1, i+1)
					if text, _ := x.GetCellFormula(sheet, at); text != "" {
						t.Errorf("%s: %s!%s is a formula: %s", f.ID, sheet, at, text)
					}
				}
			}
		}
	}
}

// Every type of a form can be asked for in words, and every closed vocabulary is the vocabulary's.
func TestQuestionsAreThoseOfTheVocabulary(t *testing.T) {
	asked := 0
	for _, f := range Forms() {
		for _, typ := range f.Types {
			if typ.Fields() == nil || typ.Family() != f.Family {
				t.Errorf("%s is no type of %s", typ, f.Family)
			}
			for _, q := range f.Questions(typ) {
				asked++
				if !slices.Contains(order, q.Name) {
					t.Errorf("%s of %s has no place", q.Name, typ)
				}
				var codes []string
				for _, v := range q.Values {
					codes = append(codes, v.Code)
				}
				missing := slices.DeleteFunc(slices.Clone(q.Field.Values), func(code string) bool { return slices.Contains(codes, code) })
				if q.Kind == event.Enum && len(missing) > 0 && !slices.Equal(missing, []string{"dossier"}) {
					t.Errorf("%s of %s cannot be %q", q.Name, typ, missing)
				}
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d questions", asked)
	}
}

// Drafts are their owner's, are let go of in time, and are bounded.
func TestDraftsAreBounded(t *testing.T) {
	o := newOffice(t)
	d := upload(t, o, clerk, "task", []any{"1", "H24.12", day("2026-03-02")})
	if _, _, err := o.Confirm(t.Context(), &auth.Token{Name: "bea", Scopes: clerk.Scopes}, d.ID); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	o.failing = errors.New("the disk is full")
	if _, _, err := o.Confirm(t.Context(), clerk, d.ID); !errors.Is(err, o.failing) || d.Done {
		t.Error(err)
	}
	o.failing = nil
	for range mostDrafts {
		o.drafts.keep(&Draft{made: o.now})
	}
	if _, _, err := o.Confirm(t.Context(), clerk, d.ID); !errors.Is(err, ErrGone) {
		t.Error(err)
	}
	d = upload(t, o, clerk, "task", []any{"1", "H24.12", day("2026-03-02")})
	o.now = o.now.Add(keptDraft)
	if _, _, err := o.Confirm(t.Context(), clerk, d.ID); !errors.Is(err, ErrGone) || len(o.events) > 0 {
		t.Error(err)
	}
	if n := cmp.Or(len(o.drafts.all), 1); n > mostDrafts {
		t.Errorf("%d drafts", n)
	}
}

// However long a name is, its source is one.
func TestSourcesOfLongNames(t *testing.T) {
	for _, name := range []string{"", "an", "văn-thư", strings.Repeat("ề", 64)} {
		if err := event.CheckSource(Source(&auth.Token{Name: name})); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Whatever is uploaded, it is refused with words or read: then each row tells something or says why not.
func FuzzUpload(f *testing.F) {
	seed := newOffice(f)
	for _, form := range Forms() {
		f.Add(form.ID, fill(f, seed.Desk, form, clerk, []any{"1", "H24.12", day("2026-03-02"), 1, 2, 3}))
	}
	f.Add("task", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, id string, content []byte) {
		form := ByID(id)
		if form == nil || len(content) > 1<<20 {
			return
		}
		d, err := newOffice(t).Upload(t.Context(), clerk, form, "x.xlsx", content)
		if _, refused := errors.AsType[*FileError](err); err != nil && !refused {
			t.Fatal(err)
		}
		if err != nil {
			return
		}
		for _, row := range d.Rows {
			if len(row.Entries) == 0 && len(row.Faults) == 0 {
				t.Errorf("row %d tells nothing", row.Number)
			}
		}
	})
}

// FuzzAnswers: whatever is written into a form, it is refused with words that name the question, or becomes an event that a collector
// takes.
func FuzzAnswers(f *testing.F) {
	for _, form := range Forms() {
		for _, step := range form.Types {
			f.Add(form.ID, string(step), "H24.12/1", "2026-03-02", "15:30", "H24.12", "98,5")
		}
	}
	f.Add("task", "task.assigned", "a\x00b", "0000-00-00", "25:61", "<script>", "1e999")
	f.Fuzz(func(t *testing.T, id, typ, subject, on, clock, code, number string) {
		form := ByID(id)
		if form == nil || !slices.Contains(form.Types, event.Type(typ)) {
			return
		}
		a := Answers{Subject: subject, Day: on, Clock: clock, Fields: map[string][]string{}}
		for _, q := range form.Questions(event.Type(typ)) {
			switch {
			case q.Kind == event.Int, q.Kind == event.Number:
				a.Fields[q.Name] = []string{number}
			case q.Kind == event.Day, q.Kind == event.Deadline:
				a.Fields[q.Name] = []string{on}
			case q.Values != nil && code != "<script>":
				a.Fields[q.Name] = []string{q.Values[0].Code}
			default:
				a.Fields[q.Name] = []string{code}
			}
		}
		e, faults := newOffice(t).entryOf(clerk, form, event.Type(typ), a)
		if len(faults) == 0 == (e == nil) {
			t.Fatalf("%+v and %v", e, faults)
		}
		for _, fault := range faults {
			if fault.Says == (Text{}) {
				t.Fatalf("no words: %+v", fault)
			}
		}
	})
}
