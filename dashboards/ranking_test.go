package dashboards

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

const rankedMethod = `method: few
version: "1"
titles: {vi: "Xếp hạng <thử>", en: "Trial <ranking>"}
periods: [quarter, year]
groups: [{code: department, names: {vi: "Sở, ban, ngành", en: Departments}}]
exclude: [{agency: H24.45, reason: {vi: Mới, en: Just founded}}]
minimum: {volume: 30, below: shrink}
areas:
  - id: time
    titles: {vi: Đúng hạn, en: On time}
    weight: 70
    criteria:
      - {id: rate, titles: {vi: Hồ sơ đúng hạn, en: Dossiers on time}, weight: 50, kpi: dossier.on_time_rate, scoring: {kind: linear, zero: 0.7, full: 1}}
      - {id: overdue, titles: {vi: Quá hạn, en: Overdue}, weight: 20, kpi: task.open_overdue, scoring: {kind: best}}
  - id: steering
    titles: {vi: Kế hoạch, en: Plan}
    weight: 30
    criteria: [{id: plan, titles: {vi: Kế hoạch CCHC, en: Reform plan}, weight: 30, assessment: {code: plan, maximum: 10}}]
adjustments: [{id: findings, titles: {vi: Tồn tại, en: Findings}, kind: penalty, maximum: 3, kpi: finding.open_overdue, each: 0.5}]
`

// fewRanked are four agencies in a quarter: one is small, one is not verified, one has markup for a name.
func fewRanked(t testing.TB, worse float64) ranking.Inputs {
	t.Helper()
	in := ranking.Inputs{Period: ranking.Span{ID: "2019-Q3", From: "2019-07-01", To: "2019-09-30"}, AsOf: today, Events: 7}
	names := map[string]string{"H24.12": "Sở Xây dựng", "H24.14": `<script>document.title='owned'</script>`, "H24.25": "Thanh tra thành phố", "H24.45": "Huyện Bạch Long Vĩ"}
	figures := map[string]*ranking.Figure{}
	for _, id := range []string{"rate", "overdue", "findings"} {
		figures[id] = &ranking.Figure{Criterion: id}
	}
	for code, counts := range map[string][4]float64{"H24.12": {874, 1000, 4, 1}, "H24.14": {144, 144, 2, 0}, "H24.25": {10, 12, 2, 0}, "H24.45": {1, 1, 0, 0}} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "department", Names: ranking.Names{VI: names[code], EN: names[code]}})
		good := counts[0] * worse
		figures["rate"].Rows = append(figures["rate"].Rows, ranking.Row{Agency: code, Numerator: &good, Denominator: &counts[1], Value: new(good / counts[1])})
		figures["overdue"].Rows = append(figures["overdue"].Rows, ranking.Row{Agency: code, Value: &counts[2]})
		figures["findings"].Rows = append(figures["findings"].Rows, ranking.Row{Agency: code, Value: &counts[3]})
	}
	in.Figures = []ranking.Figure{*figures["rate"], *figures["overdue"], *figures["findings"]}
	at := time.Date(2019, 10, 1, 8, 0, 0, 0, hanoi)
	in.Assessments = []ranking.Assessment{
		{Agency: "H24.12", Code: "plan", Claimed: &ranking.Claim{Points: 9, At: at}, Verified: &ranking.Claim{Points: 8, At: at}},
		{Agency: "H24.14", Code: "plan", Claimed: &ranking.Claim{Points: 10, Evidence: "https://city.example/plan", At: at}},
	}
	return in
}

// rankedSite serves the page over those agencies, and notes what was tried.
func rankedSite(t testing.TB) (http.Handler, *[]string) {
	t.Helper()
	m, err := ranking.Read([]byte(rankedMethod))
	if err != nil {
		t.Fatal(err)
	}
	asked := &[]string{}
	return site(t, nothing, func(o *Options) {
		o.Methods = func() ranking.Methods { return ranking.Methods{m} }
		o.Rank = func(_ context.Context, _, period string, tries ...string) (*ranking.Result, error) {
			*asked = append(tries, period)
			if period == "2018-Q3" {
				return nil, errors.New("the engine is away")
			}
			if period == "2018-Q2" {
				return m.Compute(ranking.Inputs{Period: ranking.Span{ID: period}, Agencies: fewRanked(t, 1).Agencies}), nil
			}
			tried, _, err := m.Suppose(tries)
			if err != nil {
				return nil, err
			}
			r := tried.Compute(fewRanked(t, 1))
			if r.Tried = tries; len(tries) > 0 {
				r.Against(m.Compute(fewRanked(t, 1)))
			} else {
				before := fewRanked(t, 0.97)
				before.Period.ID = "2019-Q2"
				r.Since(m.Compute(before))
			}
			tried.Simulate(r)
			return r, nil
		}
	}), asked
}

func TestRankingPage(t *testing.T) {
	h, _ := rankedSite(t)
	for name, address := range map[string]string{
		"ranking-vi.html": "/ranking?period=2019-Q3&agency=H24.12&against=H24.25", "ranking-en.html": "/ranking?lang=en&w.rate=20",
	} {
		r := get(t, h, address)
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d: %.800s", address, r.StatusCode, bodyOf(t, r))
		}
		golden(t, name, bodyOf(t, r))
	}
}

// A method of groups that the register never had is not offered; who asks for it is told why.
func TestMethodsThatRankNobodyAreNotOffered(t *testing.T) {
	read := func(id string) *ranking.Method {
		m, err := ranking.Read([]byte(strings.Replace(rankedMethod, "method: few", "method: "+id, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	_, rank := read("few"), read("communes")
	if rank.ID != "communes" {
		t.Fatal("the method was not renamed")
	}
	p := &Pages{Options: Options{
		Now: func() time.Time { return today }, Location: hanoi,
		Methods: func() ranking.Methods { return ranking.Methods{read("few"), rank} },
		Ranked:  func(m *ranking.Method) bool { return m.ID != "communes" },
	}}
	for chosen, want := range map[string]int{"few": 1, "communes": 2} {
		if got := p.rankedBy(&rankingAsked{method: chosen, period: "2019-Q3", lang: vietnamese}); len(got) != want {
			t.Errorf("beside %s are offered %+v", chosen, got)
		}
	}
}

func TestRankingAddresses(t *testing.T) {
	h, asked := rankedSite(t)
	f := func(query string, status int, tried []string, says ...string) {
		t.Helper()
		*asked = nil
		r := get(t, h, "/ranking?"+query)
		page := bodyOf(t, r)
		if r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", query, r.StatusCode, status)
		}
		if !slices.Equal(*asked, tried) {
			t.Errorf("%s: asked %v, want %v", query, *asked, tried)
		}
		for _, want := range says {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q: %.3000s", query, want, page)
			}
		}
	}
	// Whoever asks for nothing gets the last quarter that has ended.
	f("", 200, []string{"2019-Q3"}, "Quý III/2019", `aria-current="page">Xếp hạng`)
	f("period=2018", 200, []string{"2018"})
	// A form sends all weights; those that are the method's own are not tried.
	f("w.rate=50&w.overdue=20&w.plan=30", 200, []string{"2019-Q3"}, "Nếu khác đi thì sao")
	f("w.rate=50&w.overdue=20&w.plan=12,5", 200, []string{"plan=12.5", "2019-Q3"}, "Đang thử:</b> Kế hoạch CCHC: 12.5.", `value="12.5"`, "Theo phương pháp gốc")
	f("off=2019-09-02..2019-09-03&pauses=none&lang=en", 200, []string{"off=2019-09-02..2019-09-03", "pauses=none", "2019-Q3"}, `value="2019-09-02..2019-09-03"`, `<option value="none" selected>`, "Tried:</b> More days off (a storm): 2019-09-02..2019-09-03; While papers are awaited: Nothing is added.")
	f("w.rate.zero=0,7&w.rate.full=1&w.rate.minimum=30&w.minimum=", 200, []string{"2019-Q3"})
	f("w.rate.zero=0,2&w.rate.full=0,5&w.minimum=5", 200, []string{"minimum=5", "rate.full=0.5", "rate.zero=0.2", "2019-Q3"}, "<details open><summary>Thang điểm",
		"Số hồ sơ tối thiểu, mọi tiêu chí: 5; Hồ sơ đúng hạn, đủ điểm từ: 0.5; Hồ sơ đúng hạn, không điểm từ: 0.2.", `name="w.minimum" value="5"`, `name="w.rate.zero" value="0.2"`,
		`href="/v1/rankings/few/2019-Q3?format=xlsx&amp;lang=vi&amp;try=minimum%3D5&amp;try=rate.full%3D0.5&amp;try=rate.zero%3D0.2"`)
	f("w.steering=50", 200, []string{"steering=50", "2019-Q3"}, "Đang thử:</b> Kế hoạch: 50.")
	f("off=&pauses=", 200, []string{"2019-Q3"})
	f("off=yesterday", 400, nil, "off=2026-09-07")
	f("agency=H24.12&lang=en", 200, []string{"2019-Q3"}, "Points in full", "claimed 9.00, verified 8.00 / 10.00", "Claimed 1.00 points more",
		`href="/cases?agency=H24.12&amp;fold=successor&amp;kpi=dossier.on_time_rate&amp;period=2019-Q3&amp;part=numerator"`)
	f("agency=H24.12&against=H24.14&lang=en", 200, []string{"2019-Q3"}, "ranks above &lt;script&gt;", "with a probability of ")
	f("agency=H24.14", 200, []string{"2019-Q3"}, `href="https://city.example/plan" rel="noreferrer noopener"`, "chưa thẩm định")
	f("agency=H24.99", 200, []string{"2019-Q3"})
	f("method=none", 400, nil, "không có phương pháp này")
	f("w.rate=much", 400, nil, "tiêu chí=trọng số")
	f("w.none=5", 400, nil, "none")
	f("w.rate=90&w.plan=90", 400, nil, "180")
	f("colour=red", 400, nil, "method, period, agency")
	f("period=2019-Q3&period=2019-Q2", 400, nil)
	f("period=2018-Q2", 200, []string{"2018-Q2"}, `<p class="panel note">Chưa xếp hạng: trong kỳ này không có số liệu nào để chấm điểm 3 cơ quan`, "Không xếp hạng: ")
	f("period=2018-Q3", 503, []string{"2018-Q3"})
	f("lang=fr", 400, nil)
	if r := get(t, site(t, nothing), "/ranking?lang=en"); r.StatusCode != 200 || !strings.Contains(bodyOf(t, r), "ranking.methods") {
		t.Errorf("without methods: status %d", r.StatusCode)
	}
	// A city without agencies is told what to do; who asked for a period is told that it can't be.
	m, err := ranking.Read([]byte(rankedMethod))
	if err != nil {
		t.Fatal(err)
	}
	empty := site(t, nothing, func(o *Options) {
		o.Methods = func() ranking.Methods { return ranking.Methods{m} }
		o.Rank = func(context.Context, string, string, ...string) (*ranking.Result, error) {
			return nil, &kpi.Error{Param: "period", Message: "the register has no agency"}
		}
	})
	for path, want := range map[string]int{"/ranking": 200, "/ranking?lang=en": 200, "/ranking?method=few": 400, "/ranking?period=2019-Q3": 400} {
		if r := get(t, empty, path); r.StatusCode != want || strings.Contains(bodyOf(t, r), "tiendo register load") != (want == 200) {
			t.Errorf("nobody to rank, %s: status %d, want %d", path, r.StatusCode, want)
		}
	}
	if page := bodyOf(t, get(t, site(t, nothing), "/")); strings.Contains(page, "/ranking?") {
		t.Error("the menu leads to a ranking that there is not")
	}
}

// The cases behind a point are listed with the predecessors of the agency, by the calendar that the method ranks by.
func TestCasesBehindPoints(t *testing.T) {
	var got kpi.Query
	p := pagesOf(t, sources{booked: counter(), cases: func(_ context.Context, q kpi.Query, _ kpi.Listing) (*kpi.List, error) {
		got = q
		return &kpi.List{Next: "dossier/a"}, nil
	}})
	f := func(query string, status int) string {
		t.Helper()
		r := get(t, p.Cases(), "/cases?kpi=dossier.late&"+query)
		if r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", query, r.StatusCode, status)
		}
		return bodyOf(t, r)
	}
	page := f("period=2019-Q3&fold=successor&cutoff=report", 200)
	if !got.Fold || got.Period.First != "2019-06-15" || !strings.Contains(page, "cutoff=report") || !strings.Contains(page, "fold=successor") {
		t.Errorf("asked %+v", got)
	}
	f("period=2019-Q3&fold=all", 400)
	f("period=2019-Q3&cutoff=lunar", 400)
}

func TestRankingPageOnEveryScreen(t *testing.T) {
	h, _ := rankedSite(t)
	server := serve(t, h)
	chromium := browser(t)
	for _, c := range []struct {
		name, address string
		width         int64
		dark          bool
	}{{"ranking", "/ranking?agency=H24.12", 1366, false}, {"ranking-small", "/ranking?agency=H24.12&w.rate=10&lang=en", 360, true}} {
		t.Run(c.name, func(t *testing.T) {
			b := newTab(chromium, t, c.width, 900, c.dark)
			b.do(t, chromedp.Navigate(server.URL+c.address))
			eventually(t, b, `document.readyState === 'complete' && document.querySelector('.whisker path') !== null`)
			if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("the page is %d pixels wider than the screen", over)
			}
			if n := eval[int](t, b, `document.scripts.length + document.images.length`); n != 0 || eval[string](t, b, "document.title") == "owned" {
				t.Errorf("%d scripts and pictures", n)
			}
			// Whatever can be filled in has a label, and whatever can be scrolled can be reached.
			if n := eval[int](t, b, `[...document.querySelectorAll('input:not([type=hidden]), select')].filter((f) => f.labels.length === 0).length +
				[...document.querySelectorAll('.scroll')].filter((s) => s.tabIndex !== 0 || !(s.ariaLabel || s.hasAttribute('aria-labelledby'))).length`); n != 0 {
				t.Errorf("%d fields or regions have no name", n)
			}
			b.keep(t, c.name)
			b.checkQuiet(t, server.URL+"/")
		})
	}
}

// Beside a change of points stands what moved them that way: who has gained did not gain by what it lost.
func TestWhatMovedPointsMost(t *testing.T) {
	by := []ranking.Moved{{ID: "lost", Points: -4}, {ID: "gained", Points: 3}, {ID: "more", Points: 2}}
	f := func(before, now float64, by []ranking.Moved, want string) {
		t.Helper()
		got := mostOf(&ranking.Standing{Points: now, Change: &ranking.Change{Place: ranking.Place{Points: before}, By: by}})
		if got == nil && want != "" || got != nil && got.ID != want {
			t.Errorf("from %g to %g: %+v, want %q", before, now, got, want)
		}
	}
	f(50, 51, by, "gained")
	f(51, 50, by, "lost")
	f(50, 50, by, "lost")
	f(50, 50, nil, "")
}

// A bonus that nobody verified stands among the points, with what was claimed.
func TestClaimedBonusOnThePage(t *testing.T) {
	m, err := ranking.Read([]byte(strings.Replace(rankedMethod, "adjustments: [", "adjustments: [{id: idea, titles: {vi: Sáng kiến, en: An idea}, kind: bonus, maximum: 3, assessment: idea}, ", 1)))
	if err != nil {
		t.Fatal(err)
	}
	h := site(t, nothing, func(o *Options) {
		o.Methods = func() ranking.Methods { return ranking.Methods{m} }
		o.Rank = func(context.Context, string, string, ...string) (*ranking.Result, error) {
			in := fewRanked(t, 1)
			in.Assessments = append(in.Assessments, ranking.Assessment{Agency: "H24.12", Code: "idea", Claimed: &ranking.Claim{Points: 2, Evidence: "https://city.example/idea"}})
			return m.Compute(in), nil
		}
	})
	page := bodyOf(t, get(t, h, "/ranking?period=2019-Q3&agency=H24.12"))
	if want := `Sáng kiến <a class="link" href="https://city.example/idea" rel="noreferrer noopener" title="https://city.example/idea">minh chứng&nbsp;↗</a> <span class="badge">chưa thẩm định</span></th><td>tự chấm 2,00, thẩm định –</td>`; !strings.Contains(page, want) {
		t.Errorf("the page lacks %q: %s", want, page)
	}
}

// Equals by the method's decimals look equal.
func TestPointsAsTheyAreCompared(t *testing.T) {
	for _, x := range []struct {
		points   float64
		decimals int
		want     string
	}{{75.87, 0, "76"}, {76.17, 0, "76"}, {75.5, 0, "76"}, {92.495, 2, "92,50"}, {92.4949, 2, "92,49"}, {1.005, 2, "1,01"}, {3, 1, "3,0"}} {
		if got := vietnamese.total(x.points, x.decimals); got != x.want {
			t.Errorf("%g with %d decimals: %s, want %s", x.points, x.decimals, got, x.want)
		}
	}
}
