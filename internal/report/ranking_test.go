package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"tiendo/internal/ranking"
)

// ranked is a small ranking with every kind of criterion, too few cases, an agency without a rank, bonus and penalty points.
func ranked(t *testing.T, change ...string) *ranking.Result {
	t.Helper()
	m, err := ranking.Read([]byte(strings.NewReplacer(change...).Replace(`method: small
version: "1"
titles: {vi: "=Nhỏ", en: "=Small"}
periods: [quarter]
groups:
  - {code: g, names: {vi: "Sở, ban/ngành", en: "Departments"}}
exclude:
  - {agency: X, reason: {vi: Mới thành lập, en: New}}
areas:
  - id: a
    titles: {vi: Đúng hạn, en: On time}
    weight: 60
    criteria:
      - id: on-time
        titles: {vi: Hồ sơ đúng hạn, en: Dossiers on time}
        weight: 40
        kpi: dossier.on_time_rate
        scoring: {kind: linear, zero: 0.5, full: 1}
        minimum: {volume: 20, below: unranked}
      - {id: overdue, titles: {vi: Quá hạn, en: Overdue}, weight: 20, kpi: dossier.open_overdue, scoring: {kind: best}}
  - id: b
    titles: {vi: Kế hoạch, en: Plan}
    weight: 40
    criteria:
      - {id: plan, titles: {vi: Kế hoạch, en: Plan}, weight: 40, assessment: {code: plan, maximum: 10}}
adjustments:
  - {id: findings, titles: {vi: Tồn tại, en: Findings}, kind: penalty, maximum: 3, kpi: finding.open_overdue, each: 0.5}
  - {id: initiative, titles: {vi: Sáng kiến, en: Initiative}, kind: bonus, maximum: 2, assessment: initiative}
ties: {by: [a]}
`)))
	if err != nil {
		t.Fatal(err)
	}
	in := ranking.Inputs{Period: ranking.Span{ID: "2026-Q3", From: "2026-07-01", To: "2026-09-30"}, AsOf: time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC)}
	rate := func(agency string, n, d float64) ranking.Row {
		return ranking.Row{Agency: agency, Numerator: &n, Denominator: &d, Value: new(n / d)}
	}
	count := func(agency string, n float64) ranking.Row { return ranking.Row{Agency: agency, Value: &n} }
	in.Figures = []ranking.Figure{
		{Criterion: "on-time", Rows: []ranking.Row{rate("A", 90, 100), rate("B", 45, 50), rate("C", 8, 10), rate("D", 29, 30)}},
		{Criterion: "overdue", Rows: []ranking.Row{count("A", 2), count("B", 4), count("C", 8), count("D", 3)}},
		{Criterion: "findings", Rows: []ranking.Row{count("A", 1), count("B", 10), count("C", 0), count("D", 0)}},
	}
	claim := func(points float64) *ranking.Claim { return &ranking.Claim{Points: points, At: in.AsOf} }
	in.Assessments = []ranking.Assessment{
		{Agency: "A", Code: "plan", Claimed: claim(9), Verified: claim(8)},
		{Agency: "B", Code: "plan", Verified: claim(10)},
		{Agency: "D", Code: "plan", Verified: claim(12)},
		{Agency: "D", Code: "initiative", Verified: claim(5)},
	}
	for code, name := range map[string]string{"A": "Sở Tài chính", "B": "Sở Xây dựng", "C": "=cmd|' /C calc'!A0", "D": "Sở Y tế", "X": "Sở Mới"} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Names: ranking.Names{VI: name, EN: name}, Group: "g"})
	}
	return m.Compute(in)
}

// Every sum of a ranking's workbook is a formula that comes to what the ranking says.
func TestRankingPapers(t *testing.T) {
	r := ranked(t)
	r.Groups[0].Agencies[0].Interval = &ranking.Interval{Low: 1, High: 2}
	for _, lang := range []string{"vi", "en"} {
		var sheet, table bytes.Buffer
		if err := errors.Join(RankingXLSX(r, &sheet, lang), RankingCSV(r, &table, lang)); err != nil {
			t.Fatal(err)
		}
		golden(t, "ranking."+lang+".xlsx.txt", readBack(t, sheet.Bytes()))
		golden(t, "ranking."+lang+".csv", table.Bytes())
	}
}

// Where nothing is known of a group there is no table of points that nobody has, but the reason.
func TestPapersOfNobody(t *testing.T) {
	r := ranked(t)
	nobody := ranking.Standings{Group: ranking.Group{Code: "h", Names: ranking.Names{VI: "Xã", EN: "Communes"}}, NoData: []ranking.Agency{{Code: "N"}}}
	r.Groups = append(r.Groups, nobody)
	var sheet bytes.Buffer
	if err := RankingXLSX(r, &sheet, "vi"); err != nil {
		t.Fatal(err)
	}
	if read := string(readBack(t, sheet.Bytes())); !strings.Contains(read, nobody.Nobody().VI) || strings.Count(read, "Hạng với") != 1 {
		t.Error(read)
	}
}

// Where equals are told apart by an area, ranks do not follow from the points, and stand as they are.
func TestRanksOfEqualsAreNoFormula(t *testing.T) {
	r := ranked(t)
	all := r.Groups[0].Agencies
	all[1].Points = all[0].Points
	var sheet bytes.Buffer
	if err := RankingXLSX(r, &sheet, "en"); err != nil {
		t.Fatal(err)
	}
	if plainly(all[:3], 2) {
		t.Error("two of equal points and different ranks follow from their points")
	}
}

func TestNamesOfSheets(t *testing.T) {
	taken := map[string]bool{"figures": true}
	for name, want := range map[string]string{
		"Sở, ban/ngành: [tất cả]": "Sở, ban-ngành tất cả", "Figures": "Figures 2", "???": " 2", "Xã, phường, đặc khu thuộc thành phố": "Xã, phường, đặc khu thuộc th",
	} {
		if got := sheetName(name, taken); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
