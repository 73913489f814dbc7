package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"tiendo/internal/config"

	"github.com/chromedp/chromedp"
)

const methodToAssess = `method: departments
version: "1"
titles: {vi: "Xếp hạng các sở", en: "Ranking of departments"}
periods: [quarter]
points: 100
groups:
  - {code: department, names: {vi: "Sở", en: "Departments"}}
deadlines: {submit: 10, verify: 20}
areas:
  - id: steering
    titles: {vi: "Chỉ đạo", en: "Steering"}
    weight: 100
    criteria:
      - {id: plan, titles: {vi: "Kế hoạch CCHC", en: "Reform plan"}, weight: 60, assessment: {code: plan, maximum: 10}}
      - {id: training, titles: {vi: "Tập huấn", en: "Training"}, weight: 40, assessment: {code: training, maximum: 5}}
adjustments:
  - {id: initiative, titles: {vi: "Sáng kiến", en: "Initiative"}, kind: bonus, maximum: 3, assessment: initiative}
`

const agenciesToAssess = `agencies:
  - {code: H24.12, names: {vi: Sở Xây dựng, en: Department of Construction}, group: department, from: 2020-01-01}
  - {code: H24.13, names: {vi: Sở Tài nguyên và Môi trường, en: Department of Environment}, group: department, from: 2020-01-01}
  - {code: H24.31, names: {vi: Quận Hồng Bàng, en: Hồng Bàng District}, group: district, from: 2020-01-01}
`

// assessing is an app that ranks by assessments.
func assessing(t *testing.T) *app {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", t.TempDir()
	a, _ := startApp(t, appOptions{Config: cfg, Methods: fstest.MapFS{"departments.yaml": {Data: []byte(methodToAssess)}}})
	file := filepath.Join(t.TempDir(), "agencies.yaml")
	if err := os.WriteFile(file, []byte(agenciesToAssess), 0o600); err != nil {
		t.Fatal(err)
	}
	load := registerLoadCmd{registerFiles: registerFiles{Files: []string{file}}, Client: a.asAdmin()}
	if err := load.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	return a
}

// assess posts points, and follows where it leads.
func (d *desk) assess(fields ...string) (status int, page string) {
	d.Helper()
	form := url.Values{"method": {"departments"}, "period": {"2026-Q3"}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return d.form("/assess", form)
}

// A department gives itself points with a link to the evidence, the inspection team sees who has not answered, verifies or changes
// with a reason, and the ranking counts what was verified.
func TestAssessedOnPages(t *testing.T) {
	t.Parallel()
	a := assessing(t)
	own := deskOf(t, a, secretOf(t, a.make(t, tokenCreateCmd{Name: "so-xay-dung", Scope: []string{"assess"}, Agency: "H24.12"})))
	team := deskOf(t, a, secretOf(t, a.make(t, tokenCreateCmd{Name: "doan", Scope: []string{"assess", "view"}})))
	f := func(d *desk, status int, says string, fields ...string) {
		t.Helper()
		if got, page := d.assess(fields...); got != status || !strings.Contains(page, says) {
			t.Errorf("%v: %d, want %d and %q: %s", fields, got, status, says, page)
		}
	}
	if status, page := own.get("/assess?period=2026-Q3"); status != http.StatusOK || !strings.Contains(page, "Sở Xây dựng") || !strings.Contains(page, "10/10/2026") || strings.Contains(page, `name="reason"`) {
		t.Errorf("%d %s", status, page)
	}
	f(own, 400, "Đường dẫn kiểm chứng</b> còn trống", "criterion", "plan", "points", "8")
	f(own, 400, "Điểm</b> nhiều hơn điểm tối đa", "criterion", "plan", "points", "11", "evidence", "https://a.vn/x")
	f(own, 400, "Điểm</b> không đọc được", "criterion", "plan", "points", "tám", "evidence", "https://a.vn/x")
	f(own, 400, "Đường dẫn kiểm chứng</b> không đọc được", "criterion", "plan", "points", "8", "evidence", "https://a.vn/x?name=An")
	f(own, 400, "Không có phương pháp", "criterion", "nothing", "points", "8")
	f(own, 200, "Đã ghi.", "criterion", "plan", "points", "8,5", "evidence", "https://a.vn/ke-hoach", "agency", "H24.13")
	if status, page := team.get("/assess?method=departments&period=2026-Q3"); status != http.StatusOK || strings.Count(page, "<td>0/2</td>") != 3 || !strings.Contains(page, "<td>1/2</td>") ||
		!strings.Contains(page, `<span class="big">2</span>`) || strings.Contains(page, "Hồng Bàng") || strings.Count(page, "quá hạn") != 2 {
		t.Errorf("%d %s", status, page)
	}
	f(team, 400, "Mã lý do</b> còn trống", "agency", "H24.12", "criterion", "plan", "points", "6")
	f(team, 400, "Không có phương pháp", "agency", "H24.31", "criterion", "plan", "points", "6")
	f(team, 200, "<b>2,5</b>", "agency", "H24.12", "criterion", "plan", "points", "6", "reason", "thieu-minh-chung")
	f(team, 200, "Đã ghi.", "agency", "H24.12", "criterion", "initiative", "points", "2")
	_, body := fetch(t, a.URL()+"/v1/rankings/departments/2026-Q3")
	for _, want := range []string{`"claimed":{"points":8.5`, `"verified":{"points":6,"reason":"thieu-minh-chung"`, `"evidence":"https://a.vn/ke-hoach"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the ranking lacks %s: %s", want, body)
		}
	}
	if _, page := own.get("/assess?period=2026-Q3"); !strings.Contains(page, "thieu-minh-chung") || !strings.Contains(page, "https://a.vn/ke-hoach") {
		t.Error(page)
	}
	// What was told is taken back by whoever told it; what others told stays.
	second := deskOf(t, a, secretOf(t, a.make(t, tokenCreateCmd{Name: "doan-2", Scope: []string{"assess"}})))
	f(second, 404, "", "agency", "H24.12", "criterion", "initiative", "take_back", "1")
	f(own, 200, "Đã ghi.", "criterion", "training", "points", "4", "evidence", "https://a.vn/tap-huan")
	f(own, 200, "Đã ghi.", "criterion", "training", "points", "5", "evidence", "https://a.vn/tap-huan")
	f(own, 200, "Đã thu hồi.", "criterion", "training", "take_back", "1")
	f(own, 404, "", "criterion", "training", "take_back", "1")
	f(team, 200, "Đã thu hồi.", "agency", "H24.12", "criterion", "initiative", "take_back", "1")
	_, body = fetch(t, a.URL()+"/v1/assessments/departments/2026-Q3", "Authorization", "Bearer "+secretOf(t, filepath.Join(a.cfg.Data, "admin.token")))
	if strings.Contains(body, "tap-huan") || !strings.Contains(body, `"points":8.5`) || !strings.Contains(body, `"points":6,`) || strings.Contains(body, `"points":2,`) {
		t.Errorf("taken back, and: %s", body)
	}
	other := deskOf(t, a, secretOf(t, a.make(t, tokenCreateCmd{Name: "quan", Scope: []string{"assess"}, Agency: "H24.31"})))
	if status, page := other.get("/assess?period=2026-Q3"); status != http.StatusOK || !strings.Contains(page, "không được xếp hạng") {
		t.Errorf("%d %s", status, page)
	}
	for path, want := range map[string]int{"/assess?period=2026": 400, "/assess?method=x": 400, "/assess?period=2026-Q3&agency=H24.31": 400, "/assess": 200} {
		if status, _ := team.get(path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	acts := strings.Join(a.done(t), ", ")
	if !strings.Contains(acts, "so-xay-dung assess.submit H24.12, ") || strings.Count(acts, "doan assess.verify H24.12") != 2 || strings.Count(acts, "assess.retract H24.12") != 2 {
		t.Error(acts)
	}
}

// The pages as a department and the inspection team see them, on a telephone too.
func TestAssessPagesInABrowser(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	a := assessing(t)
	own := secretOf(t, a.make(t, tokenCreateCmd{Name: "so-xay-dung", Scope: []string{"assess"}, Agency: "H24.12"}))
	d := deskOf(t, a, own)
	d.assess("criterion", "plan", "points", "8,5", "evidence", "https://a.vn/ke-hoach")
	deskOf(t, a, secretOf(t, a.make(t, tokenCreateCmd{Name: "doan", Scope: []string{"assess"}}))).assess("agency", "H24.12", "criterion", "plan", "points", "6", "reason", "thieu")
	for _, who := range []struct{ name, secret, says string }{
		{"own", own, "Cơ quan tự chấm điểm"}, {"all", secretOf(t, filepath.Join(a.cfg.Data, "admin.token")), "cơ quan chưa trả lời đủ"},
	} {
		if who.name != "own" {
			b.click("form.who button")
			b.reads("/login", "Đã đăng xuất.")
		}
		b.to(a.URL() + "/login?next=%2Fassess%3Fperiod%3D2026-Q3")
		b.sees("document.querySelector('#token') !== null")
		b.run(fmt.Sprintf("document.querySelector('#token').value = %q; document.querySelector('#token').form.querySelector('button').click()", who.secret))
		b.reads("/assess", who.says)
		for _, width := range []int64{360, 1200} {
			if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)); err != nil {
				t.Fatal(err)
			}
			if over := b.text(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); over != "0" {
				t.Errorf("%s is %s pixels wider than the screen", who.name, over)
			}
			b.shoot(fmt.Sprintf("assess-%s-%d", who.name, width))
		}
	}
}
