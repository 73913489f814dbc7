package dashboards

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tiendo/internal/audit"
	"tiendo/internal/kpi"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
)

var errBehind = errors.New("behind")

// theMethod is a method of one figure, for the departments of these tests.
func theMethod(t *testing.T, confirm bool) *ranking.Method {
	t.Helper()
	content, err := os.ReadFile("../internal/api/testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if confirm {
		content = append(content, "publication: {confirm: true}\n"...)
	}
	m, err := ranking.Read(content)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// theInputs are five departments of the made-up city in a quarter; late is how many more of the third's dossiers were late.
func theInputs(period, from, to string, late float64) ranking.Inputs {
	in := ranking.Inputs{Period: ranking.Span{ID: period, From: from, To: to}, AsOf: today, Events: 1234567, Block: 812}
	f := ranking.Figure{Criterion: "on-time", KPI: "dossier.on_time_rate", Definition: "1"}
	for i, a := range agencies[:5] {
		k, n := float64(int(a.fares*float64(a.volume))), float64(a.volume)
		if i == 2 {
			k -= late
		}
		in.Agencies = append(in.Agencies, ranking.Agency{Code: a.code, Names: ranking.Names{VI: a.vi, EN: a.en}, Group: "department"})
		f.Rows = append(f.Rows, ranking.Row{Agency: a.code, Numerator: &k, Denominator: &n, Value: new(k / n)})
	}
	in.Figures = []ranking.Figure{f}
	return in
}

func theRequest(m *ranking.Method, in ranking.Inputs) publication.Request {
	r := m.Compute(in)
	m.Simulate(r)
	return publication.Request{Method: m, Ranking: r, By: "an"}
}

// publishing are publications of the made-up city: of the second quarter a provisional and its correction, of the third one.
func publishing(t *testing.T) Publishing {
	t.Helper()
	p, err := publication.Open(publication.Options{Folder: t.TempDir(), Log: "hai-phong.example/xep-hang", Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	m := theMethod(t, false)
	first := theRequest(m, theInputs("2019-Q2", "2019-04-01", "2019-06-30", 0))
	first.Ranking.Inputs.Quiet = []kpi.Quiet{{Agency: "H24.05", Since: "2019-06-03"}}
	first.Although = "theo yêu cầu của UBND thành phố"
	second := theRequest(m, theInputs("2019-Q2", "2019-04-01", "2019-06-30", 12))
	second.Corrects, second.Reason = 1, "Sở Tài chính gửi muộn 12 hồ sơ trễ hạn"
	for _, r := range []publication.Request{first, second, theRequest(m, theInputs("2019-Q3", "2019-07-01", "2019-09-30", 0))} {
		if _, err := p.Publish(r); err != nil {
			t.Fatal(err)
		}
	}
	return Publishing{
		All: p, Methods: func() ranking.Methods { return ranking.Methods{m} }, Behind: errBehind,
		Publish: func(_ context.Context, ask publication.Ask) (publication.Outcome, error) {
			if ask.Period == "2019-Q4" {
				return publication.Outcome{}, errBehind
			}
			if ask.Confirm != "" {
				return p.Confirm(ask.Method, ask.Period, ask.Confirm, "binh")
			}
			if ask.Period == "2019-Q9" {
				return publication.Outcome{}, &kpi.Error{Param: "period", Message: `"2019-Q9" is not a period`, VI: `"2019-Q9" không phải là một kỳ`}
			}
			m := theMethod(t, ask.Period == "2018")
			in := theInputs(ask.Period, "2018-01-01", "2018-12-31", 5)
			in.Period.Running = ask.Period == "2019"
			r := theRequest(m, in)
			r.Although, r.Corrects, r.Reason = ask.Although, ask.Corrects, ask.Reason
			if ask.Period == "2018" {
				r.By = audit.Admin
			}
			return p.Publish(r)
		},
		Withdraw: func(_ context.Context, sha256 string) (bool, error) { return p.Withdraw(sha256) },
		Today: func(_ context.Context, number int64) (*publication.Today, error) {
			r, err := p.Record(number)
			if err != nil {
				return nil, err
			}
			span := r.Ranking.Inputs.Period
			return r.Today(number, today, []publication.Step{{Cause: publication.Cause(kpi.Late), Inputs: theInputs(span.ID, span.From, span.To, 12)}})
		},
	}
}

// varies is what is another in every log: its key, hashes and signatures.
var varies = regexp.MustCompile(`hai-phong\.example/xep-hang(\+|&#43;)[0-9a-f]{8}(\+|&#43;)[A-Za-z0-9/+=&#;]+|[0-9a-f]{64}`)

func TestPublicationPages(t *testing.T) {
	of := publishing(t)
	p := pagesOf(t, sources{ask: cityAnswers, booked: counter()}, func(o *Options) { o.Publishing = of })
	for name, path := range map[string]string{"publications.vi.html": "/publications", "publications.en.html": "/publications?lang=en", "publication.vi.html": "/publications/1", "publication.en.html": "/publications/2?lang=en"} {
		r := get(t, p.Publications(), path)
		page := bodyOf(t, r)
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
		golden(t, name, varies.ReplaceAllString(page, "…"))
	}
	for _, path := range []string{"/publications/4", "/publications/x", "/publications/0"} {
		if r := get(t, p.Publications(), path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

// The page of a ranking leads to what was published of its period: it goes on, and that does not.
func TestRankingLeadsToItsPublication(t *testing.T) {
	of := publishing(t)
	m := of.Methods()[0]
	p := pagesOf(t, sources{ask: cityAnswers, booked: counter()}, func(o *Options) {
		o.Publishing, o.Methods = of, of.Methods
		o.Rank = func(_ context.Context, _, period string, _ ...string) (*ranking.Result, error) {
			return m.Compute(theInputs(period, "2019-01-01", "2019-03-31", 0)), nil
		}
	})
	for period, want := range map[string]string{"2019-Q1": "", "2019-Q2": `href="/publications/2?lang=vi">Đã công bố ở số 2 (chính thức)</a>`, "2019-Q3": `href="/publications/3?lang=vi">Đã công bố ở số 3`} {
		page := bodyOf(t, get(t, p, "/ranking?period="+period+"&method="+m.ID))
		if got := strings.Contains(page, "Đã công bố"); got != (want != "") || !strings.Contains(page, want) {
			t.Errorf("%s: the page says that it was published: %t; want %q", period, got, want)
		}
	}
}

// The form publishes what its box says was looked at; what stands against it is told in the language of whoever looks.
func TestPublicationForm(t *testing.T) {
	of := publishing(t)
	p := pagesOf(t, sources{ask: cityAnswers, booked: counter()}, func(o *Options) { o.Publishing = of })
	f := func(path string, status int, want string, form url.Values) *http.Response {
		t.Helper()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		p.PublishForm().ServeHTTP(w, request)
		r := w.Result()
		if page := bodyOf(t, r); r.StatusCode != status || !strings.Contains(page, want) {
			t.Errorf("%s %v: %d, want %d and %q", path, form, r.StatusCode, status, want)
		}
		return r
	}
	form := func(pairs ...string) url.Values {
		v := url.Values{"method": {"small"}, "seen": {"yes"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	f("/publications", 400, "đánh dấu ô xác nhận", form("period", "2019-Q1", "seen", ""))
	f("/publications?lang=en", 400, "Tick the box", form("period", "2019-Q1", "seen", ""))
	f("/publications", 400, "“x1” không phải là số của một công bố", form("period", "2019-Q1", "corrects", "x1"))
	// What is wrong with a period is said on the page of the form, in its language.
	f("/publications", 400, "Khóa công khai", form("period", "2019-Q9"))
	f("/publications", 400, "không phải là một kỳ", form("period", "2019-Q9"))
	f("/publications?lang=en", 400, "is not a period", form("period", "2019-Q9"))
	f("/publications", 409, "kỳ chưa kết thúc", form("period", "2019"))
	f("/publications?lang=en", 409, "the period has not ended", form("period", "2019"))
	f("/publications", 409, "kỳ này đã công bố ở số 3", form("period", "2019-Q3"))
	f("/publications", 503, "chưa được tính xong", form("period", "2019-Q4"))
	if r := f("/publications", 303, "", form("period", "2019-Q1")); r.Header.Get("Location") != "/publications/4" {
		t.Errorf("sent to %q", r.Header.Get("Location"))
	}
	f("/publications", 202, "chờ người thứ hai", form("period", "2018"))
	sum := of.All.Waiting()[0].SHA256
	if page := bodyOf(t, get(t, p.Publications(), "/publications")); !strings.Contains(page, "quản trị máy chủ") || strings.Contains(page, "_admin") {
		t.Error("who asks without a name of their own is not named in words")
	}
	f("/publications/withdraw", 200, "Đã rút lại", url.Values{"sha256": {sum}})
	f("/publications/withdraw", 404, "Không còn chờ", url.Values{"sha256": {sum}})
	f("/publications", 409, "không có bảng xếp hạng nào của kỳ này chờ", url.Values{"method": {"small"}, "period": {"2018"}, "confirm": {sum}})
	f("/publications", 202, "chờ người thứ hai", form("period", "2018"))
	f("/publications", 303, "", url.Values{"method": {"small"}, "period": {"2018"}, "confirm": {sum}})
}

// The pages of publications and the catalogue fit on a phone and a desk, in both languages, and axe finds nothing against WCAG 2.2 AA.
func TestPublicationPagesOnScreens(t *testing.T) {
	needNpm(t)
	of := publishing(t)
	p := pagesOf(t, sources{ask: cityAnswers, booked: counter()}, func(o *Options) { o.Publishing = of })
	mux := http.NewServeMux()
	mux.Handle("/publications", p.Publications())
	mux.Handle("/publications/", p.Publications())
	mux.Handle("/wall", p.Wall())
	mux.Handle("/wall/", p.Wall())
	mux.Handle("/", p)
	server := serve(t, mux)
	chromium, axe := browser(t), axeScript(t)
	b := newTab(chromium, t, 1366, 768, false)
	for name, path := range map[string]string{"publications": "/publications?lang=vi", "publication": "/publications/1?lang=vi", "publication-en": "/publications/2?lang=en", "kpis": "/kpis?lang=vi"} {
		for _, width := range []int64{360, 1366} {
			b.do(t, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+path))
			eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded'`)
			if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("%s at %d: the page is %d pixels wider than the screen", name, width, over)
			}
			for _, found := range b.await(t, axe) {
				t.Errorf("%s at %d: %s", name, width, found)
			}
			b.keep(t, fmt.Sprintf("%s-%d", name, width))
		}
	}
	b.do(t, chromedp.EmulateViewport(1920, 1080), chromedp.Navigate(server.URL+"/wall?panels=ranking"))
	eventually(t, b, `document.querySelectorAll('.rows li').length === 5`)
	b.keep(t, "wall-ranking")
	b.checkQuiet(t, server.URL+"/")
}

// A wall shows the first of what was published last, and says so where nothing was.
func TestWallShowsTheLastPublication(t *testing.T) {
	of := publishing(t)
	f := func(want string, not string, change ...func(*Options)) {
		t.Helper()
		p := pagesOf(t, sources{ask: cityAnswers, booked: counter()}, change...)
		page := bodyOf(t, get(t, p.Wall(), "/wall?panels=ranking"))
		if !strings.Contains(page, want) || strings.Contains(page, not) {
			t.Errorf("no %q, or %q, in %s", want, not, page)
		}
	}
	f("Chưa công bố bảng xếp hạng nào", "Sở Tư pháp")
	f(`Xếp hạng nhỏ · Quý III/2019 · chính thức`, "Chưa công bố", func(o *Options) { o.Publishing = of })
	f(`<data value="1" data-agency="H24.03">1</data></b> <span class="n">98,19</span>`, "Chưa công bố", func(o *Options) { o.Publishing = of })
}
