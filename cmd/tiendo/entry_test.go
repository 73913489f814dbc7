package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tiendo/internal/config"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// desk is somebody who enters data on the pages, with a browser but without scripts.
type desk struct {
	*testing.T
	a      *app
	client *http.Client
}

// deskOf logs in with a token.
func deskOf(t *testing.T, a *app, secret string) *desk {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t, a, &http.Client{Jar: jar}}
	if status, page := d.form("/login", url.Values{"token": {secret}, "next": {"/login"}}); status != http.StatusOK || !strings.Contains(page, "Đang đăng nhập") {
		t.Fatalf("%d %.500s", status, page)
	}
	return d
}

func (d *desk) do(method, path, kind string, body io.Reader, header ...string) (status int, answer string) {
	d.Helper()
	request, err := http.NewRequestWithContext(d.Context(), method, d.a.URL()+path, body)
	if err != nil {
		d.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	r, err := d.client.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		d.Fatal(err)
	}
	return r.StatusCode, string(raw)
}

func (d *desk) get(path string) (status int, page string) {
	d.Helper()
	return d.do(http.MethodGet, path, "", nil)
}

func (d *desk) form(path string, fields url.Values, header ...string) (status int, page string) {
	d.Helper()
	return d.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), header...)
}

// filled downloads a template and fills in rows, from the first on.
func (d *desk) filled(form string, rows ...[]any) []byte {
	d.Helper()
	status, template := d.get("/enter/" + form + "/template")
	x, err := excelize.OpenReader(strings.NewReader(template))
	if status != http.StatusOK || err != nil {
		d.Fatal(status, err)
	}
	for i, row := range rows {
		if err := x.SetSheetRow(x.GetSheetName(0), fmt.Sprintf("A%d", 4+i), &row); err != nil {
			d.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		d.Fatal(err)
	}
	return b.Bytes()
}

func (d *desk) upload(form string, content []byte) (status int, page string) {
	d.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "tiep-dan.xlsx")
	if err != nil {
		d.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		d.Fatal(err)
	}
	if err := w.Close(); err != nil {
		d.Fatal(err)
	}
	return d.do(http.MethodPost, "/enter/"+form+"/upload", w.FormDataContentType(), &b)
}

var draftID = regexp.MustCompile(`name="draft" value="([^"]+)"`)

// confirm confirms what a preview shows.
func (d *desk) confirm(preview string) (status int, page string) {
	d.Helper()
	id := draftID.FindStringSubmatch(preview)
	if id == nil {
		d.Fatalf("there is nothing to confirm: %s", preview)
	}
	return d.form("/enter/confirm", url.Values{"draft": {id[1]}})
}

// figure waits until a figure of March is.
func (d *desk) figure(id, want string) {
	d.Helper()
	var body string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, body = fetch(d.T, d.a.URL()+"/v1/kpis/"+id+"?period=2026-03"); strings.Contains(body, want) {
			return
		}
	}
	d.Fatalf("%s is never %s: %s", id, want, body)
}

func onDay(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }

const agenciesOfEntry = `agencies:
  - {code: H24.12, names: {vi: Sở Xây dựng, en: Department of Construction}, from: 2020-01-01}
  - {code: H24.13, names: {vi: Sở Tài nguyên và Môi trường, en: Department of Environment}, from: 2020-01-01}
`

// clerk is an app with a register, and a clerk at their desk.
func clerk(t *testing.T, terms tokenCreateCmd) (*app, *desk) {
	t.Helper()
	a, _ := startApp(t, appOptions{})
	file := filepath.Join(t.TempDir(), "agencies.yaml")
	if err := os.WriteFile(file, []byte(agenciesOfEntry), 0o600); err != nil {
		t.Fatal(err)
	}
	load := registerLoadCmd{registerFiles: registerFiles{Files: []string{file}}, Client: a.asAdmin()}
	if err := load.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	return a, deskOf(t, a, secretOf(t, a.make(t, terms)))
}

// A clerk downloads a template, uploads it filled in, sees what it tells, and confirms it: then figures change. What they
// correct and take back changes figures too, and everything stands in the audit log.
func TestEnteredByHand(t *testing.T) {
	t.Parallel()
	a, d := clerk(t, tokenCreateCmd{Name: "an", Scope: []string{"ingest", "view"}})
	content := d.filled("reception", []any{"TD-01", "H24.12 Sở Xây dựng", onDay(2), 3, 5, 2, "Có"}, []any{"TD-02", "H99", onDay(3), 1, 1, 1})
	status, preview := d.upload("reception", content)
	for _, want := range []string{"Tiếp công dân</b> 02/03/2026", "H24.12 Sở Xây dựng", "không đọc được. Cần: chọn cơ quan trong danh sách", "Dòng không nhận: 1"} {
		if status != http.StatusOK || !strings.Contains(preview, want) {
			t.Errorf("%d, the preview does not say %q", status, want)
		}
	}
	if n := a.collector.Newest(); n != 0 {
		t.Errorf("%d entries were sent before the upload was confirmed", n)
	}
	if status, page := d.confirm(preview); status != http.StatusOK || !strings.Contains(page, "Đã gửi: 1 sự kiện") {
		t.Errorf("%d %s", status, page)
	}
	if _, page := d.confirm(preview); !strings.Contains(page, "không gửi lại") || a.collector.Newest() != 1 {
		t.Errorf("confirmed twice: %d entries, %s", a.collector.Newest(), page)
	}
	d.figure("reception.people", `"value":5`)
	d.figure("reception.by_leader_rate", `"numerator":3,"denominator":3`)

	_, list := d.get("/enter/recent")
	correct := html.UnescapeString(regexp.MustCompile(`href="(/enter/reception\?[^"]+)"`).FindStringSubmatch(list)[1])
	if status, page := d.get(correct); status != http.StatusOK || !strings.Contains(page, `value="5"`) || !strings.Contains(page, `value="2026-03-02"`) || !strings.Contains(page, "readonly") {
		t.Errorf("%d %s", status, page)
	}
	at, _ := url.Parse(correct)
	was := at.Query()
	answers := url.Values{
		"type": was["type"], "was_subject": was["was_subject"], "was_time": was["was_time"], "day-of": {"2026-03-04"},
		"agency": {"H24.12"}, "sessions": {"3"}, "people": {"7"}, "cases": {"x"}, "leader": {"false"},
	}
	if status, page := d.form("/enter/reception", answers); status != http.StatusBadRequest || !strings.Contains(page, "Số vụ việc</b> không đọc được. Cần: số nguyên từ 0") || !strings.Contains(page, `value="7"`) {
		t.Errorf("%d %s", status, page)
	}
	answers.Set("cases", "2")
	if status, page := d.form("/enter/reception", answers, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden || !strings.Contains(page, "do một trang khác gửi đến") {
		t.Errorf("from another site: %d", status)
	}
	if status, page := d.form("/enter/reception", answers); status != http.StatusOK || !strings.Contains(page, "Đã ghi.") {
		t.Errorf("%d %s", status, page)
	}
	d.figure("reception.people", `"value":7`)
	d.figure("reception.by_leader_rate", `"numerator":0,"denominator":3`)
	if status, body := fetch(t, a.URL()+"/v1/kpis/reception.people?period=2026-03-02"); status != 200 || !strings.Contains(body, `"value":0`) {
		t.Errorf("it is still counted on the old day: %s", body)
	}
	was.Set("was_time", "2026-03-03T17:00:00Z")
	was.Set("form", "reception")
	if status, page := d.form("/enter/retract", was); status != http.StatusOK || !strings.Contains(page, "Đã thu hồi.") || !strings.Contains(page, "đã thu hồi</span>") {
		t.Errorf("%d %s", status, page)
	}
	d.figure("reception.people", `"value":0`)
	if status, _ := d.form("/enter/retract", was); status != http.StatusNotFound {
		t.Errorf("taken back twice: %d", status)
	}
	// And the same file again tells it again.
	_, preview = d.upload("reception", content)
	if _, page := d.confirm(preview); !strings.Contains(page, "Đã gửi: 1 sự kiện") {
		t.Error(page)
	}
	d.figure("reception.people", `"value":5`)

	want := "_server server.start, _admin register.load agencies, _admin token.create an, an login, an manual.upload reception, an manual.confirm reception, " +
		"an manual.correct reception, an manual.retract reception, an manual.upload reception, an manual.confirm reception"
	if got := strings.Join(a.done(t), ", "); got != want {
		t.Errorf("acts %s, want %s", got, want)
	}
	var sources string
	if err := a.engine.Conn().QueryRow(t.Context(), "SELECT arrayStringConcat(groupUniqArray(source), ' ') FROM events").Scan(&sources); err != nil || sources != "manual:an" {
		t.Errorf("sources %s %v", sources, err)
	}
	check := checkCmd{Client: a.asAdmin()}
	if err := check.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Error(err)
	}
}

// Each form's events count in the figures that they are for.
func TestEveryFormCounts(t *testing.T) {
	t.Parallel()
	_, d := clerk(t, tokenCreateCmd{Name: "an", Scope: []string{"ingest"}})
	for form, row := range map[string][]any{
		"petition":  {"D-1", "H24.12", "Khiếu nại", onDay(2), onDay(31), "Bưu chính", onDay(4), nil, onDay(20)},
		"finding":   {"KL-1", "H24.12", "Một cửa", onDay(2), onDay(20), nil, nil, onDay(19)},
		"indicator": {"H24.12", "Biên chế có mặt", "2026-03", onDay(31), 95, 100},
		"task":      {"GV-1", "H24.12", onDay(2), onDay(20), "H24.13", nil, nil, nil, nil, onDay(18), onDay(19)},
		"tally":     {"H24.12", "Nhiệm vụ", onDay(2), 2},
	} {
		_, preview := d.upload(form, d.filled(form, row))
		if status, page := d.confirm(preview); status != http.StatusOK || !strings.Contains(page, "Đã gửi") {
			t.Errorf("%s: %d %s", form, status, page)
		}
	}
	d.figure("petition.on_time_rate", `"numerator":1,"denominator":1`)
	d.figure("finding.on_time_rate", `"numerator":1,"denominator":1`)
	d.figure("org.staffing_ratio", `"numerator":95,"denominator":100`)
	d.figure("task.on_time_rate", `"numerator":1,"denominator":1`)
	d.figure("task.assigned", `"completeness":0.5`)
	if status, page := d.form("/enter/task", url.Values{"type": {"task.completed"}, "subject": {"GV-9"}, "day-of": {"2026-03-20"}}); status != http.StatusBadRequest || !strings.Contains(page, "chưa có vụ việc nào mang mã này") {
		t.Errorf("%d %s", status, page)
	}
}

// Who is bound to an agency enters for it alone; who may tell of a family tells of no other; a login that may not send events
// enters nothing.
func TestWhoMayEnterWhat(t *testing.T) {
	t.Parallel()
	a, d := clerk(t, tokenCreateCmd{Name: "bound", Scope: []string{"ingest"}, Agency: "H24.12", Families: []string{"task"}})
	_, page := d.get("/enter?lang=en")
	if !strings.Contains(page, "for one agency alone H24.12 Department of Construction") || strings.Contains(page, "/enter/petition") || !strings.Contains(page, "/enter/task") {
		t.Error(page)
	}
	for path, want := range map[string]int{"/enter/petition": 403, "/enter/petition/template": 403, "/enter/nothing": 404, "/enter/task?type=petition.received": 400, "/enter/task?was_time=x": 404, "/enter/recent": 200} {
		if status, _ := d.get(path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	_, page = d.upload("task", d.filled("task", []any{"GV-1", "H24.13", onDay(2)}, []any{"GV-2", "H24.12", onDay(2)}))
	if !strings.Contains(page, "Dòng không nhận: 1") && !strings.Contains(page, "Rows not taken: 1") {
		t.Error(page)
	}
	if status, page := d.form("/enter/task", url.Values{"type": {"task.assigned"}, "subject": {"GV-3"}, "day-of": {"2026-03-02"}, "agency": {"H24.13"}}); status != http.StatusBadRequest {
		t.Errorf("%d %s", status, page)
	}
	if status, page := d.upload("task", bytes.Repeat([]byte("x"), 5<<20)); status != http.StatusRequestEntityTooLarge || !strings.Contains(page, "4 MB") {
		t.Errorf("too large: %d", status)
	}
	if status, _ := d.upload("task", []byte("PDF")); status != http.StatusBadRequest {
		t.Errorf("no workbook: %d", status)
	}
	if status, _ := d.form("/enter/task/upload", nil); status != http.StatusBadRequest {
		t.Errorf("no file: %d", status)
	}
	if status, _ := d.form("/enter/confirm", url.Values{"draft": {"none"}}); status != http.StatusNotFound {
		t.Errorf("no draft: %d", status)
	}
	if n := a.collector.Newest(); n != 0 {
		t.Errorf("%d entries were sent", n)
	}
	secret := secretOf(t, a.make(t, tokenCreateCmd{Name: "reader", Scope: []string{"read"}}))
	if status, _ := fetch(t, a.URL()+"/enter", "Authorization", "Bearer "+secret); status != http.StatusForbidden {
		t.Errorf("a reader: %d", status)
	}
}

// The pages as a clerk sees them, on a telephone too.
func TestEntryPagesInABrowser(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:0", t.TempDir(), "token"
	a, _ := startApp(t, appOptions{Config: cfg, Agencies: map[string]agency{"H24.12": {vi: "Sở Xây dựng", en: "Department of Construction"}}})
	secret := secretOf(t, a.make(t, tokenCreateCmd{Name: "văn-thư", Scope: []string{"ingest", "view"}}))
	d := deskOf(t, a, secret)
	file := filepath.Join(t.TempDir(), "nhiem-vu.xlsx")
	content := d.filled("task",
		[]any{"GV-01", "H24.12 Sở Xây dựng", onDay(2), onDay(20), nil, "UBND", "12/QĐ-UBND", nil, nil, onDay(18), onDay(19)},
		[]any{"GV 02", "H24.99", "hôm qua", onDay(20)}, []any{"GV-03", "H24.12", onDay(5), onDay(25)})
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	wide := func() {
		b.Helper()
		if over := b.text(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); over != "0" {
			t.Errorf("%s is %s pixels wider than the screen", b.text("location.href"), over)
		}
	}
	b.to(a.URL() + "/enter")
	b.sees("document.querySelector('#token') !== null")
	b.run(fmt.Sprintf("document.querySelector('#token').value = %q; document.querySelector('#token').form.querySelector('button').click()", secret))
	for _, width := range []int64{360, 1200} {
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		b.to(a.URL() + "/enter")
		b.reads("/enter", "Nhập liệu")
		wide()
		b.shoot(fmt.Sprintf("enter-%d", width))
		if err := chromedp.Do(b.ctx, chromedp.SetUploadFiles("#file-task", []string{file})); err != nil {
			t.Fatal(err)
		}
		b.click("form[action='/enter/task/upload'] button")
		b.reads("/enter/task/upload", "Dòng không nhận: 1")
		wide()
		b.shoot(fmt.Sprintf("enter-preview-%d", width))
		b.to(a.URL() + "/enter/task?type=task.assigned")
		b.reads("/enter/task", "Giao nhiệm vụ")
		wide()
		b.shoot(fmt.Sprintf("enter-one-%d", width))
	}
	b.to(a.URL() + "/enter")
	if err := chromedp.Do(b.ctx, chromedp.SetUploadFiles("#file-task", []string{file})); err != nil {
		t.Fatal(err)
	}
	b.click("form[action='/enter/task/upload'] button")
	b.click("form.confirm .do")
	b.reads("/enter/confirm", "Đã gửi: 4 sự kiện")
	b.shoot("enter-sent")
	b.to(a.URL() + "/enter/task?type=task.completed&subject=GV-03")
	b.run(`document.querySelector('#f-day-of').value = '2026-03-24'; document.querySelector('.asks .do').click()`)
	b.reads("/enter/recent", "Đã ghi.")
	b.sees(`document.querySelectorAll('tbody tr').length === 5`)
	b.shoot("enter-recent-1200")
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(360, 900)); err != nil {
		t.Fatal(err)
	}
	wide()
	b.shoot("enter-recent-360")
}
