package publication_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/kpi"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

const small = `method: small
version: "1"
titles: {vi: "Xếp hạng nhỏ", en: "A small ranking"}
periods: [quarter]
points: 100
groups:
  - {code: department, names: {vi: "Sở", en: "Departments"}}
areas:
  - id: timeliness
    titles: {vi: "Đúng hạn", en: "On time"}
    weight: 70
    criteria:
      - id: on-time
        titles: {vi: "Đúng hạn", en: "On time"}
        weight: 70
        kpi: dossier.on_time_rate
        scoring: {kind: linear, zero: 0.3, full: 1}
  - id: steering
    titles: {vi: "Kế hoạch", en: "Plan"}
    weight: 30
    criteria:
      - id: plan
        titles: {vi: "Kế hoạch", en: "Plan"}
        weight: 30
        assessment: {code: plan, maximum: 10}
ties: {decimals: 2}
publication: {after: 20, completeness: 0.95}
`

var now = time.Date(2026, 10, 26, 9, 0, 0, 0, time.FixedZone("", 7*60*60))

func method(t testing.TB, content string) *ranking.Method {
	t.Helper()
	m, err := ranking.Read([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inputs are those of three departments: A 90 of 100 on time, B 45 of 60, C 8 of 10; plans of 8, 9 and 10 points.
func inputs() ranking.Inputs {
	row := func(agency string, k, n float64) ranking.Row {
		return ranking.Row{Agency: agency, Numerator: &k, Denominator: &n, Value: new(k / n)}
	}
	plan := func(agency string, points float64) ranking.Assessment {
		claim := &ranking.Claim{Points: points, At: now}
		return ranking.Assessment{Agency: agency, Code: "plan", Claimed: claim, Verified: claim}
	}
	in := ranking.Inputs{
		Period: ranking.Span{ID: "2026-Q3", From: "2026-07-01", To: "2026-09-30"}, AsOf: now, Events: 1234, Block: 56,
		Registers:   []ranking.Register{{Kind: "agencies", Version: 3, SHA256: strings.Repeat("ab", 32)}},
		Figures:     []ranking.Figure{{Criterion: "on-time", KPI: "dossier.on_time_rate", Definition: "1", Rows: []ranking.Row{row("A", 90, 100), row("B", 45, 60), row("C", 8, 10)}}},
		Assessments: []ranking.Assessment{plan("A", 8), plan("B", 9), plan("C", 10)},
	}
	for _, code := range []string{"A", "B", "C"} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "department", Names: ranking.Names{VI: "Sở " + code, EN: "Department " + code}})
	}
	return in
}

// later are inputs of which more is known: two more late dossiers of A.
func later() ranking.Inputs {
	in := inputs()
	in.Figures[0].Rows[0].Denominator, in.Figures[0].Rows[0].Value = new(102.0), new(90.0/102)
	return in
}

func open(t testing.TB, folder string) *publication.Publications {
	t.Helper()
	p, err := publication.Open(publication.Options{Folder: folder, Log: "hue.example/xep-hang", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func request(t testing.TB, in ranking.Inputs) publication.Request {
	t.Helper()
	m := method(t, small)
	return publication.Request{Method: m, Ranking: m.Compute(in), By: "an"}
}

func publish(t testing.TB, p *publication.Publications, r publication.Request) publication.Entry {
	t.Helper()
	done, err := p.Publish(r)
	if err != nil || done.Published == nil {
		t.Fatal(done, err)
	}
	return *done.Published
}

// What is published is a file from which anybody computes the same points; a restart knows it.
func TestPublished(t *testing.T) {
	folder := t.TempDir()
	p := open(t, folder)
	e := publish(t, p, request(t, inputs()))
	if e.Number != 1 || e.State != publication.Final || e.Block != 56 || e.Method != "small" || e.Period.ID != "2026-Q3" {
		t.Errorf("%+v", e)
	}
	again := open(t, folder)
	if newest, ok := again.Newest("small", "2026-Q3"); !ok || newest.SHA256 != e.SHA256 || len(again.Found()) > 0 {
		t.Errorf("%+v %v", newest, again.Found())
	}
	file, err := again.File(1)
	if err != nil {
		t.Fatal(err)
	}
	v, err := publication.Verify(file, seal.Trust{Key: p.Seal().Key()}, func(says string) { t.Error(says) })
	if err != nil {
		t.Fatal(err)
	}
	// By hand: A 0.9 → (0.9-0.3)/0.7·70 = 60, and 8/10·30 = 24; B 0.75 → 45 and 27; C 0.8 → 50 and 30.
	var got []float64
	for _, s := range v.Record.Ranking.Groups[0].Agencies {
		got = append(got, s.Points)
	}
	if len(got) != 3 || got[0] < 83.99 || got[0] > 84.01 || got[1] < 79.99 || got[1] > 80.01 || got[2] < 71.99 || got[2] > 72.01 {
		t.Errorf("points %v", got)
	}
}

// Whoever forges points and seals them with a key of their own is found by computing them again.
func TestForgedPointsAreFound(t *testing.T) {
	p := open(t, t.TempDir())
	publish(t, p, request(t, inputs()))
	raw, err := p.Seal().Record(1)
	if err != nil {
		t.Fatal(err)
	}
	forge := func(change func(record map[string]any)) []byte {
		t.Helper()
		var record map[string]any
		if err := json.Unmarshal(raw, &record); err != nil {
			t.Fatal(err)
		}
		change(record)
		content, err := seal.Canonical(record)
		if err != nil {
			t.Fatal(err)
		}
		own, err := seal.Open(seal.Options{Folder: t.TempDir(), Name: "forged.example"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := own.Append(content); err != nil {
			t.Fatal(err)
		}
		s, err := own.Sealed(1)
		if err != nil {
			t.Fatal(err)
		}
		return s.File()
	}
	f := func(want string, change func(record map[string]any)) {
		t.Helper()
		var says []string
		_, err := publication.Verify(forge(change), seal.Trust{}, func(s string) { says = append(says, s) })
		if err == nil || !strings.Contains(strings.Join(says, "\n")+"\n"+err.Error(), want) {
			t.Errorf("%q, %v does not say %q", says, err, want)
		}
	}
	first := func(record map[string]any) map[string]any {
		return record["ranking"].(map[string]any)["groups"].([]any)[0].(map[string]any)["agencies"].([]any)[0].(map[string]any)
	}
	f("/groups/department/agencies/A/points: published 99, computed 84", func(r map[string]any) { first(r)["points"] = 99 })
	f("/groups/department/agencies/A/rank: published 2, computed 1", func(r map[string]any) { first(r)["rank"] = 2 })
	f("unknown object member name", func(r map[string]any) { first(r)["note"] = "x" })
	f("SHA-256", func(r map[string]any) {
		m := r["method"].(map[string]any)
		m["source"] = strings.Replace(m["source"].(string), "full: 1", "full: 0.9", 1)
	})
	sealedElsewhere := forge(func(r map[string]any) { // by a version that asks for cases at other addresses
		first(r)["criteria"].([]any)[0].(map[string]any)["cases"] = "/v2/cases"
	})
	if _, err := publication.Verify(sealedElsewhere, seal.Trust{}, func(says string) { t.Error(says) }); err != nil {
		t.Error(err)
	}
	f("this program knows", func(r map[string]any) { r["kind"] = "tiendo.ranking/2" })
	f("provisional or final", func(r map[string]any) { r["state"] = "perhaps" })
}

// Of a period of which nothing is known nobody is ranked. What was published of one before that was so, everybody as first with no
// points, stands in the log, and is proven as ever; and nobody can pass off as unknown what is known.
func TestNothingKnown(t *testing.T) {
	none := inputs()
	for i := range none.Figures[0].Rows {
		none.Figures[0].Rows[i] = ranking.Row{Agency: none.Figures[0].Rows[i].Agency, Numerator: new(0.0), Denominator: new(0.0)}
	}
	none.Assessments = []ranking.Assessment{}
	m := method(t, small)
	r := m.Compute(none)
	if stands := publication.Obstacles(m, r, now); len(stands) != 1 || stands[0].Kind != publication.Empty || stands[0].What != "group department" || stands[0].VI == "" {
		t.Errorf("%+v", stands)
	}
	forged := *r
	forged.Inputs = inputs()
	asEver := m.Recompute(&ranking.Result{Inputs: none})
	for what, c := range map[string]struct {
		ranking *ranking.Result
		ranked  int
		differs bool
	}{"as it is ranked now": {r, 0, false}, "as it was ranked once": {asEver, 3, false}, "of known cases": {&forged, 0, true}} {
		record := publication.Record{Method: publication.Method{ID: m.ID, Version: m.Version, SHA256: m.SHA256, Source: string(m.Source)}, Ranking: c.ranking}
		differs := 0
		if err := record.Recompute(func(string) { differs++ }); err != nil || differs > 0 != c.differs || len(c.ranking.Groups[0].Agencies) != c.ranked {
			t.Errorf("%s: %v, %d values differ, %d are ranked", what, err, differs, len(c.ranking.Groups[0].Agencies))
		}
	}
	if first := asEver.Groups[0].Agencies[0]; first.Rank == nil || *first.Rank != 1 || first.Points != 0 {
		t.Errorf("it was ranked as %+v once", first)
	}
}

// A period that has not ended, or of which not all is known, is published only with a reason, which is sealed.
func TestObstacles(t *testing.T) {
	f := func(want string, in ranking.Inputs, quiet ...kpi.Quiet) {
		t.Helper()
		p := open(t, t.TempDir())
		in.Quiet = quiet
		r := request(t, in)
		_, err := p.Publish(r)
		refused, ok := errors.AsType[*publication.Refusal](err)
		if !ok || len(refused.Obstacles) != 1 || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--although") {
			t.Errorf("%v does not say %q", err, want)
			return
		}
		r.Although = "theo yêu cầu của UBND"
		e := publish(t, p, r)
		record, err := p.Record(e.Number)
		if err != nil || e.State != publication.Provisional || record.Although != r.Although || len(record.Obstacles) != 1 || record.Obstacles[0].VI == "" {
			t.Errorf("%+v %+v %v", e, record, err)
		}
	}
	running := inputs()
	running.Period.Running = true
	f("the period has not ended", running)
	f("Department B (B): nothing was heard of after 2026-09-03", inputs(), kpi.Quiet{Agency: "B", Since: "2026-09-03"}, kpi.Quiet{Agency: "Z", Since: "2026-01-01"})
	quiet := inputs() // by one of the figures, which says of what
	quiet.Figures[0].Rows[1].QuietSince = "2026-09-03"
	f("Department B (B): no dossier was heard of after 2026-09-03", quiet, kpi.Quiet{Agency: "B", Since: "2026-09-03"})
	f("source one-stop: nothing was heard of after 2026-09-03", inputs(), kpi.Quiet{Source: "one-stop", Since: "2026-09-03"})
	half := inputs()
	half.Figures[0].Completeness = new(0.5)
	f("50.0% of what sources state has arrived, the method asks for 95.0%", half)
	claimed := inputs()
	claimed.Assessments[0].Verified = nil
	f("Department A (A): not verified: Plan", claimed)
	bonus := method(t, small+"adjustments: [{id: idea, titles: {vi: Sáng kiến, en: An idea}, kind: bonus, maximum: 3, assessment: idea}]\n")
	hoped := inputs()
	hoped.Assessments = append(hoped.Assessments, ranking.Assessment{Agency: "A", Code: "idea", Claimed: &ranking.Claim{Points: 2, At: now}})
	if stands := publication.Obstacles(bonus, bonus.Compute(hoped), now); len(stands) != 1 || stands[0].Kind != publication.Unverified || stands[0].EN != "Department A (A): not verified: An idea" {
		t.Errorf("a claimed bonus: %+v", stands)
	}

	early := publication.Obstacles(method(t, small), method(t, small).Compute(inputs()), time.Date(2026, 10, 20, 23, 59, 0, 0, now.Location()))
	if len(early) != 1 || early[0].Kind != publication.Early {
		t.Errorf("%+v", early)
	}
	if after := publication.Obstacles(method(t, small), method(t, small).Compute(inputs()), time.Date(2026, 10, 21, 0, 0, 0, 0, now.Location())); len(after) != 0 {
		t.Errorf("%+v", after)
	}
}

// What is published is published once. A correction names what it takes the place of, and says why and what it moves.
func TestCorrection(t *testing.T) {
	folder := t.TempDir()
	p := open(t, folder)
	f := func(want string, r publication.Request) {
		t.Helper()
		_, err := p.Publish(r)
		if wrong, ok := errors.AsType[*publication.Wrong](err); !ok || !strings.Contains(wrong.Message, want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	correcting := func(in ranking.Inputs, number int64, reason string) publication.Request {
		r := request(t, in)
		r.Corrects, r.Reason = number, reason
		return r
	}
	f("nothing can be corrected", correcting(inputs(), 1, "x"))
	publish(t, p, request(t, inputs()))
	f("is published already, as number 1", request(t, later()))
	f("needs a reason", correcting(later(), 1, ""))
	f("the newest publication of small 2026-Q3 is number 1", correcting(later(), 2, "x"))
	f("nothing differs from publication 1", correcting(inputs(), 1, "x"))
	f("it holds what is no letter", correcting(later(), 1, "a\nb"))
	f("it says nothing", correcting(later(), 1, "  "))
	f("at most 500", correcting(later(), 1, strings.Repeat("x", 501)))
	e := publish(t, p, correcting(later(), 1, "Sở A nộp muộn hai hồ sơ"))
	if e.Number != 2 || *e.Corrects != 1 {
		t.Errorf("%+v", e)
	}
	f("as number 2", request(t, inputs()))
	f("is number 2", correcting(inputs(), 1, "x"))
	for _, p := range []*publication.Publications{p, open(t, folder)} {
		list := p.List()
		if len(list) != 2 || list[0].Number != 2 || list[1].CorrectedBy == nil || *list[1].CorrectedBy != 2 || list[0].CorrectedBy != nil || list[0].Reason == "" {
			t.Errorf("%+v", list)
		}
	}
	record, err := p.Record(2)
	if err != nil {
		t.Fatal(err)
	}
	c := record.Corrects
	if len(c.Changes) != 1 || c.Changes[0].Agency != "A" || c.Changes[0].Before.Points < 83.9 || c.Changes[0].After.Points > 83 || c.SHA256 != p.List()[1].SHA256 {
		t.Errorf("%+v", c)
	}
	other := request(t, inputs())
	other.Ranking.Inputs.Period = ranking.Span{ID: "2026-Q2", From: "2026-04-01", To: "2026-06-30"}
	if e := publish(t, p, publication.Request{Method: other.Method, Ranking: other.Method.Compute(other.Ranking.Inputs), By: "an"}); e.Number != 3 {
		t.Errorf("%+v", e)
	}
}

// Where the method asks for it a second person confirms what the first one saw, byte for byte, also after a restart.
func TestSecondPerson(t *testing.T) {
	folder := t.TempDir()
	p := open(t, folder)
	m := method(t, strings.Replace(small, "completeness: 0.95", "completeness: 0.95, confirm: true", 1))
	ask := func(in ranking.Inputs) publication.Proposal {
		t.Helper()
		done, err := p.Publish(publication.Request{Method: m, Ranking: m.Compute(in), By: "an"})
		if err != nil || done.Waits == nil || done.Published != nil {
			t.Fatal(done, err)
		}
		return *done.Waits
	}
	superseded, waits := ask(inputs()), ask(later())
	if p.Seal().Size() != 0 || len(p.Waiting()) != 1 || p.Waiting()[0].SHA256 != waits.SHA256 {
		t.Fatalf("%d records, %+v", p.Seal().Size(), p.Waiting())
	}
	f := func(want, sha256, by string) {
		t.Helper()
		_, err := p.Confirm("small", "2026-Q3", sha256, by)
		if wrong, ok := errors.AsType[*publication.Wrong](err); !ok || !strings.Contains(wrong.Message, want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	f("a second person", waits.SHA256, "an")
	f("nothing of this method and period waits", superseded.SHA256, "binh")
	if _, err := p.Confirm("small", "2026-Q2", waits.SHA256, "binh"); err == nil {
		t.Error("what waits was confirmed as another period's")
	}
	p = open(t, folder)
	done, err := p.Confirm("small", "2026-Q3", waits.SHA256, "binh")
	if err != nil || done.Published.SHA256 != waits.SHA256 || len(p.Waiting()) != 0 {
		t.Fatal(done, err)
	}
	f("nothing of this method and period waits", waits.SHA256, "binh")
	r := publication.Request{Method: m, Ranking: m.Compute(inputs()), By: "an", Corrects: 1, Reason: "x"}
	done, err = p.Publish(r)
	if err != nil {
		t.Fatal(err)
	}
	if gone, err := p.Withdraw(done.Waits.SHA256); !gone || err != nil {
		t.Error(gone, err)
	}
	if gone, err := p.Withdraw(done.Waits.SHA256); gone || err != nil {
		t.Error(gone, err)
	}

	// Where there is no room to say that it waits no longer, it is published all the same, and waits no longer.
	if done, err = p.Publish(r); err != nil {
		t.Fatal(err)
	}
	inTheWay := filepath.Join(folder, ".proposals.json.new")
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	if published, err := p.Confirm("small", "2026-Q3", done.Waits.SHA256, "binh"); err != nil || published.Published.Number != 2 {
		t.Error(published, err)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*publication.Publications{p, open(t, folder)} {
		if len(p.Waiting()) > 0 {
			t.Errorf("%+v", p.Waiting())
		}
	}
	r.Ranking, r.Corrects = m.Compute(later()), 2

	// What waits is sealed as it stands, so nobody may change it meanwhile.
	if _, err = p.Publish(r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "proposals.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(raw, []byte("1234"), []byte("1235"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := publication.Open(publication.Options{Folder: folder}); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Error(err)
	}
}

// Of each method the last period is on /metrics, by the publication that counts.
func TestMetrics(t *testing.T) {
	p := open(t, t.TempDir())
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(p)
	f := func(want string) {
		t.Helper()
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "tiendo_ranking_rank", "tiendo_ranking_info"); err != nil {
			t.Error(err)
		}
	}
	f("")
	publish(t, p, request(t, inputs()))
	older := inputs()
	older.Period = ranking.Span{ID: "2026-Q2", From: "2026-04-01", To: "2026-06-30"}
	publish(t, p, request(t, older))
	corrected := request(t, later())
	corrected.Corrects, corrected.Reason = 1, "x"
	publish(t, p, corrected)
	f(`# HELP tiendo_ranking_info The last period that was published, and whether it is provisional or final; always 1.
# TYPE tiendo_ranking_info gauge
tiendo_ranking_info{method="small",period="2026-Q3",state="final",version="1"} 1
# HELP tiendo_ranking_rank Rank of an agency in its group in the last period that was published; none where it has no rank.
# TYPE tiendo_ranking_rank gauge
tiendo_ranking_rank{agency="A",method="small"} 1
tiendo_ranking_rank{agency="B",method="small"} 3
tiendo_ranking_rank{agency="C",method="small"} 2
`)
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	points := map[string]float64{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range families[1].GetMetric() {
		points[m.GetLabel()[0].GetValue()] = m.GetGauge().GetValue()
	}
	if points["A"] > 83 || points["A"] < 82 || len(points) != 3 { // 90 of 102 in time
		t.Errorf("points %v", points)
	}
}
