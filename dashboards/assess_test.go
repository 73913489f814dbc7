package dashboards

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/ranking"
)

const methodToAssess = `method: departments
version: "1"
titles: {vi: "Xếp hạng các sở", en: "Ranking of departments"}
periods: [quarter]
points: 100
groups:
  - {code: department, names: {vi: "Sở", en: "Departments"}}
deadlines: {submit: 1, verify: 20}
areas:
  - id: steering
    titles: {vi: "Chỉ đạo", en: "Steering"}
    weight: 100
    criteria:
      - {id: plan, titles: {vi: "Kế hoạch CCHC", en: "Reform plan"}, weight: 60, assessment: {code: plan, maximum: 10}}
      - {id: training, titles: {vi: "Tập huấn <b>", en: "Training"}, weight: 40, assessment: {code: training, maximum: 5}}
adjustments:
  - {id: late-reports, titles: {vi: "Báo cáo trễ", en: "Late reports"}, kind: penalty, maximum: 3, assessment: late-reports}
`

// assessed has pages assess the departments of the made-up city, of which one has claimed and was verified, and claimed again.
func assessed(t *testing.T, o *Options) {
	t.Helper()
	m, err := ranking.Read([]byte(methodToAssess))
	if err != nil {
		t.Fatal(err)
	}
	// The first method ranks communes, of which this city has none.
	communes, err := ranking.Read([]byte(strings.ReplaceAll(strings.ReplaceAll(methodToAssess, "departments", "communes"), "code: department", "code: commune")))
	if err != nil {
		t.Fatal(err)
	}
	o.Methods = func() ranking.Methods { return ranking.Methods{communes, m} }
	o.Ranked = func(of *ranking.Method) bool { return of == m }
	o.Assessed = func(_ context.Context, id, of string) (*ranking.Sheet, error) {
		if id == communes.ID {
			return nil, ranking.ErrNobody
		}
		p, err := m.Period(of, today, hanoi)
		if err != nil {
			return nil, err
		}
		in := &ranking.Inputs{Period: ranking.Span{ID: p.ID, From: p.First, To: p.Last, Running: p.Running}, AsOf: today}
		for _, code := range []string{"H24.03", "H24.12", "H24.13"} {
			in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Names: ranking.Names{VI: nameOf(code, "vi"), EN: nameOf(code, "en")}, Group: "department"})
		}
		at := func(day, hour int) time.Time { return time.Date(2019, 10, day, hour, 0, 0, 0, hanoi) }
		if of == "2019-Q3" {
			in.Assessments = []ranking.Assessment{
				{
					Agency: "H24.12", Code: "plan", Claimed: &ranking.Claim{Points: 8.5, Evidence: "https://a.vn/ke-hoach", At: at(2, 10)},
					Verified: &ranking.Claim{Points: 6, Reason: "thieu-minh-chung", At: at(2, 9)},
				},
				{Agency: "H24.12", Code: "training", Claimed: &ranking.Claim{Points: 5, Evidence: "https://a.vn/tap-huan", At: at(1, 9)}},
			}
		}
		return m.Sheet(in), nil
	}
}

// The pages on which agencies are assessed look like this, and hold neither scripts nor styles.
func TestAssessPagesLookLikeThis(t *testing.T) {
	g := newGate(t, nil)
	team := g.logIn(t, g.make(t, auth.Terms{Name: "doan", Scopes: []auth.Scope{auth.ScopeAssess, auth.ScopeView}}))
	own := g.logIn(t, g.make(t, auth.Terms{Name: "so", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"}))
	f := func(file string, r *http.Response, status int) {
		t.Helper()
		page := bodyOf(t, r)
		if r.StatusCode != status || regexp.MustCompile(`(?i)<script|<style|<img|\s(style|on[a-z]+)\s*=|(src|action)="(https?:)?//`).MatchString(page) {
			t.Errorf("%s: status %d, want %d; or it holds a script, a style or another host", file, r.StatusCode, status)
		}
		golden(t, file, strings.ReplaceAll(page, `href="https://a.vn/`, `href="…/`)) // a link to follow, which nothing asks by itself
	}
	f("assess-all-vi.html", team.do(t, http.MethodGet, "/assess", nil), 200)
	f("assess-team-en.html", team.do(t, http.MethodGet, "/assess?period=2019-Q3&agency=H24.12&lang=en", nil), 200)
	f("assess-own-vi.html", own.do(t, http.MethodGet, "/assess?period=2019-Q3", nil), 200)
	f("assess-wrong-vi.html", own.do(t, http.MethodPost, "/assess", url.Values{"method": {"departments"}, "period": {"2019-Q3"}, "criterion": {"plan"}, "points": {`"><b>`}, "evidence": {"http://a.vn"}}), 400)
}

// Who names no method gets one that ranks somebody, an agency the one that asks it; who names one that ranks nobody is told so.
func TestAssessBeginsWhereSomebodyIsRanked(t *testing.T) {
	g := newGate(t, nil)
	team := g.logIn(t, g.make(t, auth.Terms{Name: "doan", Scopes: []auth.Scope{auth.ScopeAssess, auth.ScopeView}}))
	own := g.logIn(t, g.make(t, auth.Terms{Name: "so", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"}))
	stranger := g.logIn(t, g.make(t, auth.Terms{Name: "quan", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.31"}))
	f := func(c *caller, address string, status int, says string) {
		t.Helper()
		r := c.do(t, http.MethodGet, address, nil)
		if page := bodyOf(t, r); r.StatusCode != status || !strings.Contains(page, says) || strings.Contains(page, `"/assess?method=communes`) {
			t.Errorf("%s: %d, want %d and %q", address, r.StatusCode, status, says)
		}
	}
	f(team, "/assess", 200, "Xếp hạng các sở")
	f(team, "/assess?period=2019-Q3", 200, "Xếp hạng các sở")
	f(team, "/assess?period=2019", 400, assessIn[vietnamese].Unknown)
	f(team, "/assess?method=communes", 400, rankWords[vietnamese].Nobody)
	f(own, "/assess", 200, `name="criterion" value="plan"`)
	f(stranger, "/assess", 200, assessIn[vietnamese].NotAsked)
}
