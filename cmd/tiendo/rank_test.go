package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
	"tiendo/internal/ranking"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

const rankMethod = `method: two
version: "1"
titles: {vi: Hai, en: Two}
periods: [quarter]
groups: [{code: department, names: {vi: Sở, en: Departments}}]
areas:
  - {id: a, titles: {vi: A, en: A}, weight: 60, criteria: [{id: on-time, titles: {vi: A, en: A}, weight: 60, kpi: dossier.on_time_rate, scoring: {kind: linear, zero: 0.5, full: 1}}]}
  - {id: b, titles: {vi: B, en: B}, weight: 40, criteria: [{id: plan, titles: {vi: B, en: B}, weight: 40, assessment: {code: plan, maximum: 10}}]}
deadlines: {submit: 10}
`

const rankAgencies = `agencies:
  - {code: H24.12, names: {vi: Sở Tài chính, en: Finance}, group: department}
  - {code: H24.17, names: {vi: Sở Xây dựng, en: Construction}, group: department}
  - {code: H24.21, names: {vi: Quận Dương Kinh, en: Dương Kinh}, group: district}
`

// ranked starts a server with two departments of which something is known of the first quarter of 2026:
//
//	H24.12: 4 dossiers settled, 3 in time: 0.75 → half of 60 points; claimed 9, then 8, verified 7 of 10 → 28 of 40: 58
//	H24.17: 2 dossiers settled, both in time → 60; claimed 10, not verified → 0: 60
func ranked(t *testing.T) *app {
	t.Helper()
	a, _ := startApp(t, appOptions{Methods: fstest.MapFS{"two.yaml": {Data: []byte(rankMethod)}}})
	agencies := filepath.Join(t.TempDir(), "agencies.yaml")
	if err := os.WriteFile(agencies, []byte(rankAgencies), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"register", "load", agencies, "--server", a.URL(), "--data", a.cfg.Data}, &streams{out: &out, err: &out}); code != exitDone {
		t.Fatal(out.String())
	}
	desk := a.make(t, tokenCreateCmd{Name: "desk", Scope: []string{"ingest"}})
	finance := a.make(t, tokenCreateCmd{Name: "finance", Scope: []string{"assess"}, Agency: "H24.12"})
	construction := a.make(t, tokenCreateCmd{Name: "construction", Scope: []string{"assess"}, Agency: "H24.17"})
	inspectors := a.make(t, tokenCreateCmd{Name: "inspectors", Scope: []string{"assess"}})
	var events []string
	for i, closed := range []string{"09", "09", "09", "10", "09", "09"} {
		agency, subject := "H24.12", fmt.Sprintf("D-%d", i)
		if i > 3 {
			agency = "H24.17"
		}
		events = append(events, tell("a", "received", subject, "02T08:00:00", `{"agency":"`+agency+`","procedure":"1","channel":"online","due":"2026-03-09"}`),
			tell("a", "resolved", subject, closed+"T08:00:00", `{}`))
	}
	// A district that is not ranked tells of a dossier on each working day up to the 10th, from the same source, and then no more.
	for day := 2; day <= 10; day++ {
		if day%7 != 0 && day%7 != 1 {
			events = append(events, tell("a", "received", fmt.Sprintf("E-%d", day), fmt.Sprintf("%02dT09:00:00", day), `{"agency":"H24.21","procedure":"1","channel":"online","due":"2026-03-30"}`))
		}
	}
	sendAs(t, a, desk, events...)
	said := func(id, typ, agency string, recorded, points int, more string) string {
		return fmt.Sprintf(`{"specversion":"1.0","source":"urn:cchc","id":"%s","type":"assessment.%s","subject":"%s/plan","time":"2026-04-%02dT08:00:00+07:00","recordedtime":"2026-04-%02[4]dT08:00:00+07:00","data":{"agency":"%[3]s","criterion":"plan","period":"2026-Q1","points":%[5]d%[6]s}}`,
			id, typ, agency, recorded, points, more)
	}
	sendAs(t, a, finance, said("2", "submitted", "H24.12", 3, 8, `,"evidence":"https://hai-phong.example/plan"`), said("1", "submitted", "H24.12", 2, 9, ""))
	sendAs(t, a, construction, said("3", "submitted", "H24.17", 12, 10, ""))
	sendAs(t, a, inspectors, said("4", "verified", "H24.12", 20, 7, `,"reason":"late"`))
	eventually(t, "all is booked", func() bool { return !a.waiting() })
	return a
}

func TestRank(t *testing.T) {
	t.Parallel()
	a := ranked(t)
	for group, want := range map[string]bool{"department": true, "district": true, "commune": false} {
		m, err := ranking.Read([]byte(strings.Replace(rankMethod, "code: department", "code: "+group, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.ranker.Ranked(m); got != want {
			t.Errorf("the register has somebody of the group %s: %v", group, got)
		}
	}
	file := filepath.Join(t.TempDir(), "method.yaml")
	f := func(content string, code int, want string, args ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		args = append([]string{"rank", "--server", a.URL(), "--data", a.cfg.Data}, args...)
		if got := run(t.Context(), args, &streams{out: &out, err: &out}); got != code {
			t.Errorf("%v: exit %d, want %d", args, got, code)
		}
		said := out.String()
		if head, rest, cut := strings.Cut(said, "  as of "); cut {
			_, rest, _ = strings.Cut(rest, "\n")
			said = head + "\n" + rest
		}
		if d := cmp.Diff(want, said); d != "" {
			t.Errorf("%v: %s", args, d)
		}
	}
	const table = `two 1  2026-Q1 (2026-01-01 – 2026-03-31)
provisional: assessments are not verified

Sở
rank  90 %  agency  name         points  a      b      adjusted  since the period before
1     1–2   H24.17  Sở Xây dựng  60.00   60.00  0.00   0.00      –
2     1–2   H24.12  Sở Tài chính  58.00   30.00  28.00  0.00      –
`
	wide := strings.ReplaceAll(strings.ReplaceAll(table, "name         ", "name          "), "Xây dựng  ", "Xây dựng   ")
	f(rankMethod, exitDone, wide, "--method", file, "--period", "2026-Q1")
	f(rankMethod, exitDone, wide, "--method", "two", "--period", "2026-Q1")
	f(rankMethod, exitDone, "\ufeffgroup,agency,name,rank,low,high,points,criterion,numerator,denominator,value,used,share,weight,criterion_points,marks\n"+
		"department,H24.17,Sở Xây dựng,1,1,2,60,on-time,2,2,1,1,1,60,60,\ndepartment,H24.17,Sở Xây dựng,1,1,2,60,plan,,,0,0,0,40,0,late unverified\n"+
		"department,H24.12,Sở Tài chính,2,1,2,58,on-time,3,4,0.75,0.75,0.5,60,30,\ndepartment,H24.12,Sở Tài chính,2,1,2,58,plan,,,0.7,0.7,0.7,40,28,\n",
		"--method", file, "--period", "2026-Q1", "--format", "csv")
	// Of the quarter before nothing is known: nobody is ranked by that, and nobody has moved since.
	f(rankMethod, exitDone, `two 1  2025-Q4 (2025-10-01 – 2025-12-31)

Sở
Chưa xếp hạng: trong kỳ này không có số liệu nào để chấm điểm 2 cơ quan của nhóm, nên không có điểm và thứ hạng.
Not ranked: nothing is known of this period by which the 2 agencies of the group could be scored, so there are no points and no ranks.
`, "--method", "two", "--period", "2025-Q4")
	f(rankMethod, exitDone, "\ufeffgroup,agency,name,rank,low,high,points,criterion,numerator,denominator,value,used,share,weight,criterion_points,marks\n"+
		"department,H24.12,Sở Tài chính,,,,,,,,,,,,,no_data\ndepartment,H24.17,Sở Xây dựng,,,,,,,,,,,,,no_data\n", "--method", "two", "--period", "2025-Q4", "--format", "csv")
	workbook := filepath.Join(t.TempDir(), "two.xlsx")
	f(rankMethod, exitDone, "", "--method", "two", "--period", "2026-Q1", "--format", "xlsx", "-o", workbook)
	if raw, err := os.ReadFile(workbook); err != nil || !bytes.HasPrefix(raw, []byte("PK")) {
		t.Errorf("no workbook: %v, %d bytes", err, len(raw))
	}
	// 20 points for the figure: H24.12 has 10 + 56, H24.17 has 20, and chance can't make up for that.
	f(rankMethod, exitDone, `two 1  2026-Q1 (2026-01-01 – 2026-03-31)
tried: plan=80; nothing of it is kept
provisional: assessments are not verified

Sở
rank  90 %  agency  name          points  a      b      adjusted  by the method as it is
1     1     H24.12  Sở Tài chính  66.00   10.00  56.00  0.00      2  58.00
2     2     H24.17  Sở Xây dựng   20.00   20.00  0.00   0.00      1  60.00
`, "--method", file, "--period", "2026-Q1", "--try", "plan=80")
	// Had the 5th been a day off, the one late dossier of H24.12 would have been in time: all of 60 points, and 28.
	f(rankMethod, exitDone, `two 1  2026-Q1 (2026-01-01 – 2026-03-31)
tried: off=2026-03-05; nothing of it is kept
provisional: assessments are not verified

Sở
rank  90 %  agency  name          points  a      b      adjusted  by the method as it is
1     1     H24.12  Sở Tài chính  88.00   60.00  28.00  0.00      2  58.00
2     2     H24.17  Sở Xây dựng   60.00   60.00  0.00   0.00      1  60.00
`, "--method", "two", "--period", "2026-Q1", "--try", "off=2026-03-05")
	f(rankMethod, exitMisuse, "tiendo: the server says: pauses=some: pauses=extend, pauses=restart or pauses=none would do\n",
		"--method", "two", "--period", "2026-Q1", "--try", "pauses=some")
	f(strings.Replace(rankMethod, "weight: 60, criteria", "weight: 61, criteria", 1), exitMisuse,
		"tiendo: "+file+":7:45: areas.weight: the weights of the criteria of a sum to 60, not to its own of 61; correct one of them\n", "--method", file, "--period", "2026-Q1")
	f(rankMethod, exitMisuse, "tiendo: the server says: the method two ranks periods of the kinds quarter, such as 2026-Q3, and not 2026-03\n",
		"--method", file, "--period", "2026-03")
	f(rankMethod, exitMisuse, "tiendo: the server says: there is no method \"three\"; two would do\n", "--method", "three", "--period", "2026-Q1")
	f(rankMethod, exitMisuse, "tiendo: the server says: plans=80: \"plans\" is no criterion or area of two; a, b, on-time, plan would do, or criterion.zero, .full, .at or .minimum, minimum, off or pauses\n",
		"--method", "two", "--period", "2026-Q1", "--try", "plans=80")
	f(strings.Replace(rankMethod, "code: department", "code: ward", 1), exitMisuse,
		"tiendo: the server says: on 2026-03-31 the register has no agency of the groups of two; load agencies with their groups (tiendo register load)\n",
		"--method", file, "--period", "2026-Q1")
	// Weights are tried by whoever may look; that every case is judged again only by those of whom it is known who they are.
	for try, want := range map[string]int{"plan=80": http.StatusOK, "off=2026-03-05": http.StatusForbidden, "pauses=none": http.StatusForbidden} {
		if status, body := fetch(t, a.URL()+"/v1/rankings/two/2026-Q1?try="+url.QueryEscape(try)); status != want || want != http.StatusOK && !strings.Contains(body, "have logged in") {
			t.Errorf("%s: %d %s", try, status, body)
		}
	}
	if status, body := fetch(t, a.URL()+"/ranking?method=two&period=2026-Q1&off=2026-03-05"); status != http.StatusForbidden || !strings.Contains(body, "Cần đăng nhập") {
		t.Errorf("%d %s", status, body)
	}
	rankingIsWhole(t, a)
	sheetOf(t, a)
	judgedAgain(t, a)
	supposingIsLimited(t, a)
}

// judgedAgain: where nothing is supposed, judging every case again gives the figures of the books.
func judgedAgain(t *testing.T, a *app) {
	t.Helper()
	p, err := period.Parse("2026-Q1", time.Now(), a.cfg.Location())
	if err != nil {
		t.Fatal(err)
	}
	var queries []kpi.Query
	for _, d := range kpi.Catalogue() {
		if !d.Reported() {
			queries = append(queries, kpi.Query{ID: d.ID, Period: p, By: []string{"agency"}, Fold: true}, kpi.Query{ID: d.ID, Period: p, By: []string{"agency"}, Where: map[string][]string{"channel": {"online"}}})
		}
	}
	served, err := a.books.Ask(t.Context(), queries...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.books.Suppose(t.Context(), a.registers.Rules().Supposing(lifecycle.Supposition{}), queries...)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, q := range queries {
		values := func(f kpi.Figure) map[string]string {
			all := map[string]string{}
			for _, r := range f.Rows {
				if r.Value != nil && (*r.Value != 0 || r.Denominator != nil) {
					all[*r.Keys.Of("agency")] = fmt.Sprint(*r.Value)
				}
			}
			return all
		}
		want := values(served[i])
		if d := cmp.Diff(want, values(again[i])); d != "" {
			t.Errorf("%s, %v: %s", q.ID, q.Where, d)
		}
		compared += len(want)
	}
	if compared < 40 {
		t.Errorf("only %d figures were compared", compared)
	}
}

// sheetOf: claimed 8, verified 7, 1 more than was found; H24.17 claimed two days late, and nobody has verified it.
func sheetOf(t *testing.T, a *app) {
	t.Helper()
	read := func(cmd tokenCreateCmd) (s ranking.Sheet) {
		t.Helper()
		status, body := fetch(t, a.URL()+"/v1/assessments/two/2026-Q1", "Authorization", "Bearer "+secretOf(t, a.make(t, cmd)))
		if err := json.Unmarshal([]byte(body), &s); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v: %s", status, err, body)
		}
		return s
	}
	all := read(tokenCreateCmd{Name: "reader", Scope: []string{"read"}})
	if len(all.Agencies) != 2 || len(all.Missing) != 0 || len(all.Criteria) != 1 || all.Submit.Format("2006-01-02T15:04:05") != "2026-04-10T23:59:59" || all.Verify != nil {
		t.Fatalf("the sheet: %+v", all)
	}
	finance, construction := all.Agencies[0], all.Agencies[1]
	if *finance.Claimed != 8 || *finance.Verified != 7 || *finance.Difference != 1 || finance.Answers[0].Late {
		t.Errorf("H24.12: %+v", finance)
	}
	if construction.Difference != nil || !construction.Answers[0].Late || construction.Answers[0].Claimed.Points != 10 {
		t.Errorf("H24.17: %+v", construction)
	}
	if own := read(tokenCreateCmd{Name: "own", Scope: []string{"read"}, Agency: "H24.17"}); len(own.Agencies) != 1 || own.Agencies[0].Agency.Code != "H24.17" {
		t.Errorf("who is bound to H24.17 sees %+v", own.Agencies)
	}
}

// rankingIsWhole looks at what the table does not show.
func rankingIsWhole(t *testing.T, a *app) {
	t.Helper()
	status, body := fetch(t, a.URL()+"/v1/rankings/two/2026-Q1")
	var r ranking.Result
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	finance := r.Groups[0].Agencies[1].Criteria
	if c := finance[1]; *c.Claimed != 8 || *c.Verified != 7 || c.Evidence != "https://hai-phong.example/plan" || c.Reason != "late" || len(c.Marks) > 0 {
		t.Errorf("the plan of H24.12: %+v", c)
	}
	if c := r.Groups[0].Agencies[0].Criteria[1]; len(c.Marks) != 2 || c.Marks[0] != ranking.MarkLate || c.Marks[1] != ranking.MarkUnverified || c.Verified != nil {
		t.Errorf("the plan of H24.17: %+v", c)
	}
	// The cases behind a point are as many as it says.
	_, cases := fetch(t, a.URL()+finance[0].Cases, "Authorization", "Bearer "+secretOf(t, filepath.Join(a.cfg.Data, "admin.token")))
	if !strings.Contains(cases, `"total":4,`) || *finance[0].Denominator != 4 || *finance[0].Numerator != 3 {
		t.Errorf("%v of %v, and the cases: %s", *finance[0].Numerator, *finance[0].Denominator, cases)
	}
	if in := r.Inputs; in.Block == 0 || in.Events == 0 || len(in.Registers) != 1 || in.Registers[0].Version != 1 || len(in.Agencies) != 2 {
		t.Errorf("made of %+v", in)
	}
	// What was published can be computed again from what it says.
	m, err := ranking.Read([]byte(rankMethod))
	if err != nil {
		t.Fatal(err)
	}
	again := m.Compute(r.Inputs)
	for i, s := range r.Groups[0].Agencies {
		if got := again.Groups[0].Agencies[i]; got.Points != s.Points || *got.Rank != *s.Rank {
			t.Errorf("computed again, %s has %g points", got.Agency.Code, got.Points)
		}
	}
}

// A server whose methods do not hold together is not started.
func TestMethodsOfAServerHoldTogether(t *testing.T) {
	f := func(want string, files fstest.MapFS) {
		t.Helper()
		_, err := ranking.Load(files)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	f("b.yaml:1:1: versions: there is no such member", fstest.MapFS{"a.yaml": {Data: []byte(rankMethod)}, "b.yaml": {Data: []byte("versions: 1")}})
	f("b.yaml: the method two of a.yaml holds up to 2199-12-31", fstest.MapFS{"a.yaml": {Data: []byte(rankMethod)}, "b.yaml": {Data: []byte(rankMethod)}})
}
