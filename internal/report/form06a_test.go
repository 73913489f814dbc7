package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/register"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

var update = flag.Bool("update", false, "write the golden files")

var (
	zone = time.FixedZone("+07", 7*60*60)
	now  = time.Date(2026, 7, 2, 9, 0, 0, 0, zone)
)

const (
	agencies = `agencies:
  - {code: H24.12, names: {vi: "Sở Tài chính", en: "Department of Finance"}, group: department}
  - {code: H24.17, names: {vi: "Sở Xây dựng", en: "Department of Construction"}, group: department}
  - {code: H24.24, names: {vi: "Quận Hồng Bàng", en: "Hồng Bàng District"}, group: district}
`
	procedures = `procedures:
  - {code: "1.009994", names: {vi: "Cấp giấy phép xây dựng", en: "Building permit"}, field: "Xây dựng"}
  - {code: "1.000123", names: {vi: "=HYPERLINK(\"http://x\")", en: "=1+1"}, field: "Đất đai"}
`
)

// counted is a dossier as the books count it: what happened to it, on which day, with which marks.
type counted struct {
	agency, procedure string
	lines             []line
}

type line struct {
	measure lifecycle.Measure
	day     string
	marks   lifecycle.Marks
}

// dossiers of the second quarter of 2026, each with what form 06a makes of it.
var dossiers = []counted{
	// Carried over, resolved early: 3 6 7 8.
	{"H24.17", "1.009994", []line{{"opened", "2026-03-20", 0}, {"settled", "2026-04-02", lifecycle.Promised | lifecycle.OnTime | lifecycle.Early}}},
	// Online, resolved on its day: 3 4 7 9. The procedure's longer code is the same procedure.
	{"H24.17", "1.009994.000.00.00.H24", []line{{"opened", "2026-04-01", lifecycle.Online}, {"settled", "2026-04-20", lifecycle.Promised | lifecycle.OnTime}}},
	// By post, resolved late: 3 5 7 10.
	{"H24.17", "1.009994", []line{{"opened", "2026-04-01", lifecycle.ByPost}, {"settled", "2026-05-20", lifecycle.Promised}, {"breached", "2026-05-18", 0}, {"redeemed", "2026-05-20", 0}}},
	// Rejected after its deadline, which counts as on time: 3 5 7 9.
	{"H24.12", "1.000123", []line{{"opened", "2026-04-01", 0}, {"settled", "2026-05-20", lifecycle.Promised | lifecycle.Rejected}, {"breached", "2026-05-18", 0}, {"redeemed", "2026-05-20", 0}}},
	// Withdrawn: 3 5 7 9.
	{"H24.12", "1.000123", []line{{"opened", "2026-04-01", 0}, {"ended", "2026-04-09", lifecycle.Withdrawn}}},
	// Open, overdue on the last day of June, though not yet on the 14th: 3 5 11 13.
	{"H24.24", "1.009994", []line{{"opened", "2026-06-10", 0}, {"breached", "2026-06-25", 0}}},
	// Open in term, received in the last fortnight: 3 4 11 12. No procedure was named.
	{"H24.24", "", []line{{"opened", "2026-06-20", lifecycle.Online}}},
	// Of an agency in no group: resolved without a date: 3 5 7 9.
	{"X.1", "9.999999", []line{{"opened", "2026-05-04", 0}, {"settled", "2026-05-05", 0}}},
	// Over before the period: nothing.
	{"H24.17", "1.009994", []line{{"opened", "2026-01-05", 0}, {"settled", "2026-01-09", lifecycle.Promised | lifecycle.OnTime}}},
}

// reports are made from a journal of dossiers.
func reports(t *testing.T, of []counted) *Reports {
	t.Helper()
	conn := enginetest.Conn(t)
	var values []string
	for i, d := range of {
		for _, l := range d.lines {
			values = append(values, fmt.Sprintf("('dossier', 'D-%d', '%s', '%s', '%s', '%s', %d, 1, '2026-06-30', 'event')", i, d.agency, d.procedure, l.measure, l.day, l.marks))
		}
	}
	err := conn.Exec(t.Context(), "INSERT INTO cells (family, subject, agency, procedure, measure, day, marks, n, stamp, cause) VALUES "+strings.Join(values, ", "))
	if err != nil {
		t.Fatal(err)
	}
	known := register.Empty(zone, nil)
	if known, err = known.With(register.Agencies, []byte(agencies), now.Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if known, err = known.With(register.Procedures, []byte(procedures), now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	books := kpi.New(kpi.Options{
		Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 30 },
		Registers: func() *register.Registers { return known },
	})
	return New(Options{Books: books, Zone: zone, Names: func(code, lang string) string {
		a, _ := known.At(time.Time{}).AgencyNear(code, calendar.DayOf(now, zone))
		return map[string]string{"vi": a.NameVI, "en": a.NameEN}[lang]
	}})
}

// form asks for a form of a quarter.
func form(t *testing.T, r *Reports, agency, cutoff string) *Form06a {
	t.Helper()
	parse := period.Parse
	if cutoff == "report" {
		parse = period.ParseReport
	}
	p, err := parse("2026-Q2", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Form06a(t.Context(), Asked{Period: p, Cutoff: cutoff, Agency: agency})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestForm06aByHand(t *testing.T) {
	f := form(t, reports(t, dossiers), "", "calendar")
	// Columns 3 to 13, added up by hand from the comments above.
	want := Counts{Received: 8, Online: 2, Direct: 5, Carried: 1, Settled: 6, Early: 1, OnTime: 4, Late: 1, Open: 2, OpenInTerm: 1, OpenOverdue: 1}
	if diff := cmp.Diff(want, f.Total.Counts); diff != "" {
		t.Errorf("total (-want +got)\n%s", diff)
	}
	var rows []string
	for _, r := range f.Rows {
		rows = append(rows, fmt.Sprintf("%s %s: %d %d %d", r.Level, r.Names.VI, r.Received, r.Settled, r.Open))
	}
	expected := []string{
		"group Sở, ban, ngành: 5 5 0",
		"field Đất đai: 2 2 0", `procedure =HYPERLINK("http://x"): 2 2 0`,
		"field Xây dựng: 3 3 0", "procedure Cấp giấy phép xây dựng: 3 3 0",
		"group Quận, huyện: 2 0 2",
		"field Xây dựng: 1 0 1", "procedure Cấp giấy phép xây dựng: 1 0 1",
		"field Chưa rõ lĩnh vực: 1 0 1", "procedure Chưa rõ thủ tục: 1 0 1",
		"group Cơ quan khác: 1 1 0",
		"field Chưa rõ lĩnh vực: 1 1 0", "procedure 9.999999: 1 1 0",
	}
	if diff := cmp.Diff(expected, rows); diff != "" {
		t.Errorf("rows (-want +got)\n%s", diff)
	}
	if len(f.Faults) > 0 {
		t.Errorf("faults: %v", f.Faults)
	}
}

// By the reporting calendar the second quarter ends on 14 June, and begins on 15 March: nothing is carried over, what is due
// on the 25th is in term, and what came on the 20th is not there.
func TestForm06aByTheReportingCalendar(t *testing.T) {
	f := form(t, reports(t, dossiers), "", "report")
	want := Counts{Received: 7, Online: 1, Direct: 6, Settled: 6, Early: 1, OnTime: 4, Late: 1, Open: 1, OpenInTerm: 1}
	if diff := cmp.Diff(want, f.Total.Counts); diff != "" {
		t.Errorf("total (-want +got)\n%s", diff)
	}
}

func TestForm06aOfAnAgency(t *testing.T) {
	r := reports(t, dossiers)
	f := form(t, r, "H24.17", "calendar")
	if f.Names.VI != "Sở Xây dựng" || f.Rows[0].Level != Field || len(f.Rows) != 2 || f.Total.Received != 3 {
		t.Errorf("got %+v", f)
	}
	if f := form(t, r, "X.1", "calendar"); f.Names.VI != "X.1" || f.Total.Settled != 1 {
		t.Errorf("an agency that only cases name: %+v", f)
	}
	p, _ := period.Parse("2026-Q2", now, zone)
	_, err := r.Form06a(t.Context(), Asked{Period: p, Agency: "H24.99"})
	var wrong *kpi.Error
	if !errors.As(err, &wrong) || wrong.Param != "agency" {
		t.Errorf("an agency that nobody knows: %v", err)
	}
}

// A journal that was hurt makes a form that does not add up: it names the row, and no paper is made of it.
func TestForm06aThatDoesNotAddUpIsNotPrinted(t *testing.T) {
	hurt := append([]counted{{"H24.12", "1.000123", []line{{"breached", "2026-04-02", 0}}}}, dossiers...)
	f := form(t, reports(t, hurt), "", "calendar")
	var out bytes.Buffer
	for name, err := range map[string]error{"xlsx": f.XLSX(&out, "vi", zone), "csv": f.CSV(&out, "vi")} {
		var unbalanced *Unbalanced
		if !errors.As(err, &unbalanced) || !strings.Contains(err.Error(), "column 12 is -1") || !strings.Contains(err.Error(), "1.000123") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("%d bytes of paper were made", out.Len())
	}
	if raw, err := json.Marshal(f); err != nil || !bytes.Contains(raw, []byte(`"holds":false`)) {
		t.Errorf("%v: %s", err, raw)
	}
}

func TestForm06aEmpty(t *testing.T) {
	f := form(t, reports(t, dossiers[len(dossiers)-1:]), "", "calendar")
	var out bytes.Buffer
	if err := errors.Join(f.XLSX(&out, "en", zone), f.CSV(&out, "en")); err != nil || len(f.Rows) > 0 || f.Rows == nil {
		t.Errorf("%v, rows %v", err, f.Rows)
	}
}

func TestForm06aPapers(t *testing.T) {
	f := form(t, reports(t, dossiers), "", "calendar")
	for _, lang := range []string{"vi", "en"} {
		var table, sheet bytes.Buffer
		if err := errors.Join(f.CSV(&table, lang), f.XLSX(&sheet, lang, zone)); err != nil {
			t.Fatal(err)
		}
		golden(t, "06a."+lang+".csv", table.Bytes())
		golden(t, "06a."+lang+".xlsx.txt", readBack(t, sheet.Bytes()))
	}
	raw, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "06a.json", append(raw, '\n'))
}

// readBack writes down each cell of a workbook: its value as it is stored, its formula, and fails where the formula comes to
// something else than what is stored.
func readBack(t *testing.T, raw []byte) []byte {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	var b bytes.Buffer
	formulas := 0
	for _, name := range x.GetSheetList() {
		fmt.Fprintf(&b, "[%s]\n", name)
		rows, err := x.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, value := range row {
				cell := at(j+1, i+1)
				is, err := x.GetCellFormula(name, cell)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case is != "":
					formulas++
					if got, err := x.CalcCellValue(name, cell, excelize.Options{RawCellValue: true}); err != nil || got != value && !near(got, value) {
						t.Errorf("%s %s: =%s is %s (%v), %s is stored", name, cell, is, got, err, value)
					}
					fmt.Fprintf(&b, "%s\t%s\t=%s\n", cell, value, is)
				case value != "":
					fmt.Fprintf(&b, "%s\t%s\n", cell, value)
				}
			}
		}
	}
	if formulas == 0 {
		t.Error("no cell has a formula")
	}
	return b.Bytes()
}

// near says that two texts are one number, but for the last digits that a program writes.
func near(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, other := strconv.ParseFloat(b, 64)
	return err == nil && other == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), 1)
}

// golden compares with a file of testdata, which -update writes.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// A name that a spreadsheet would work out is a text in both papers.
func TestPapersHoldNoFormulasOfOthers(t *testing.T) {
	const bad = `=HYPERLINK("https://evil.example","x")`
	f := form(t, reports(t, dossiers), "", "calendar")
	for i := range f.Rows {
		f.Rows[i].Names = Names{VI: bad, EN: bad}
	}
	var table, sheet bytes.Buffer
	if err := errors.Join(f.CSV(&table, "en"), f.XLSX(&sheet, "en", zone)); err != nil {
		t.Fatal(err)
	}
	if text := table.String(); !strings.Contains(text, `'=HYPERLINK`) || strings.Contains(text, `"=HYPERLINK`) || strings.Contains(text, ",=HYPERLINK") {
		t.Errorf("the table is %s", text)
	}
	x, err := excelize.OpenReader(&sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	texts := 0
	for _, name := range x.GetSheetList() {
		rows, err := x.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, value := range row {
				if is, err := x.GetCellFormula(name, at(j+1, i+1)); err != nil || strings.Contains(is, "HYPERLINK") {
					t.Errorf("%s is the formula %s, %v", at(j+1, i+1), is, err)
				}
				if value == bad {
					texts++
				}
			}
		}
	}
	if texts == 0 {
		t.Error("the name is in no cell")
	}
}
