package dashboards

import (
	"context"
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/kpi"
)

// Each page asks for figures of the catalogue and can be shown in both languages, also where the books hold nothing.
func TestEveryPageIsShown(t *testing.T) {
	for _, of := range pages() {
		path := strings.ReplaceAll(of.path, "{agency}", "H24.12")
		for _, lang := range []string{"vi", "en"} {
			for name, answer := range map[string]asker{"full": cityAnswers, "new": nothing, "quiet": silence} {
				r := get(t, site(t, answer), path+"?lang="+lang)
				if page := bodyOf(t, r); r.StatusCode != http.StatusOK || !strings.Contains(page, `<html lang="`+lang+`">`) {
					if strings.Contains(of.path, "{") && r.StatusCode == http.StatusNotFound && name != "full" {
						continue // without figures there is no such agency
					}
					t.Errorf("%s in %s, %s books: status %d", path, lang, name, r.StatusCode)
				}
			}
		}
		for _, q := range of.ask(ask(t, of, "ytd")) {
			if _, ok := kpi.ByID(q.ID); !ok {
				t.Errorf("%s asks for %s, which is no figure", of.path, q.ID)
			}
		}
	}
}

// silence answers like books that hold events, but none of the period.
func silence(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := nothing(ctx, queries...)
	for i := range all {
		all[i].Events = 5
	}
	return all, err
}

func TestPagesHavePhrasesInBothLanguages(t *testing.T) {
	for _, of := range pages() {
		all := phrases{"its name": of.name, "its title": of.title}
		maps.Copy(all, of.phrases)
		for key, phrase := range all {
			if phrase[0] == "" || phrase[1] == "" {
				t.Errorf("%s: %s is not said in both languages: %q", of.path, key, phrase)
			}
		}
		if !slices.ContainsFunc(menu, func(e struct {
			path string
			name inBoth
		},
		) bool {
			return e.path == of.path
		}) && !strings.Contains(of.path, "{") {
			t.Errorf("no entry of the menu leads to %s", of.path)
		}
	}
}

// filtered is a page for the tests of addresses.
func filtered() *page {
	return &page{
		path: "/filtered", name: inBoth{"Lọc", "Filtered"}, title: inBoth{"Lọc", "Filtered"}, template: "waiting",
		filters: []string{"agency", "channel"}, lists: []string{"dossier.received"},
		options: []option{{name: "by", label: inBoth{"Theo", "By"}, values: []optionValue{{"agency", inBoth{"Cơ quan", "Agency"}}, {"unit", inBoth{"Đơn vị", "Unit"}}}}},
		ask:     func(q *asked) []kpi.Query { return []kpi.Query{q.whole("dossier.received")} },
		view:    func(*presenter) (any, error) { return nil, nil },
	}
}

// filteredSite is that page.
func filteredSite(t *testing.T) *Pages {
	t.Helper()
	p := pagesOf(t, sources{booked: counter(), ask: func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := cityAnswers(ctx, queries...)
		for i, q := range queries {
			if slices.Equal(q.By, []string{"channel"}) {
				all[i].Rows = nil
				for _, code := range []string{"direct", "online", "post"} {
					all[i].Rows = append(all[i].Rows, kpi.Row{Keys: kpi.Keys{{Dimension: "channel", Code: &code}}})
				}
			}
		}
		return all, err
	}})
	mux := http.NewServeMux()
	p.register(mux, filtered())
	mux.Handle("/", p.open)
	p.open = mux
	return p
}

func TestAddresses(t *testing.T) {
	p := filteredSite(t)
	f := func(query string, status int, says ...string) {
		t.Helper()
		r := get(t, p, "/filtered?"+query)
		page := bodyOf(t, r)
		if r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", query, r.StatusCode, status)
		}
		for _, want := range says {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q: %.3000s", query, want, page)
			}
		}
	}
	f("", 200, `<option value="H24.12">Sở Xây dựng</option>`, `<option value="online">trực tuyến</option>`, `aria-current="page">Cơ quan</a>`)
	f("agency=H24.12&channel=&by=unit", 200, `<option value="H24.12" selected>`, `aria-current="page">Đơn vị</a>`, "Cơ quan: Sở Xây dựng", `name="by" value="unit"`)
	f("agency=H24.99&lang=en", 400, "“agency=H24.99” is not in the figures.", "Department of Construction", "agency=H24.12&amp;lang=en")
	f("channel=boat", 400, "“channel=boat” không có trong số liệu.", "bưu chính công ích")
	f("by=colour", 400, "“by=colour”", "Đơn vị", "by=unit")
	f("by=unit&by=agency", 400, "“by” được nêu hai lần")
	f("colour=red", 400, "“colour” không phải là bộ lọc của trang này.", "agency", "by")
	f("period=2019-13&agency=H24.12", 400, "“2019-13” không phải là một kỳ báo cáo.", "2026-Q3")
	f("agency="+url.QueryEscape("<b>x</b>"), 400, "&lt;b&gt;x&lt;/b&gt;")
	r := get(t, p, "/none")
	if page := bodyOf(t, r); r.StatusCode != 404 || !strings.Contains(page, `name="subject"`) || !strings.Contains(page, "/none") {
		t.Errorf("no such page: status %d, %.500s", r.StatusCode, page)
	}
}

// What an address asks for is what its links keep.
func TestAddressesAreKept(t *testing.T) {
	p := filteredSite(t)
	page := bodyOf(t, get(t, p, "/filtered?period=2019-09&agency=H24.12&by=unit&lang=en"))
	links := regexp.MustCompile(`href="(/filtered[^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 10 {
		t.Fatalf("only %d links", len(links))
	}
	for _, link := range links {
		address, err := url.Parse(strings.ReplaceAll(link[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for name, want := range map[string]string{"period": "2019-09", "agency": "H24.12", "by": "unit", "lang": "en"} {
			if address.Query().Get(name) == want {
				kept++
			}
		}
		if kept < 3 {
			t.Errorf("%s has lost more than one thing", link[1])
		}
	}
	if !strings.Contains(page, `data-live="/live?agency=H24.12&amp;by=unit&amp;lang=en&amp;page=%2Ffiltered&amp;period=2019-09"`) {
		t.Error("its news are of something else")
	}
}

func TestMenuListsWhatIsRegistered(t *testing.T) {
	p := filteredSite(t)
	page := bodyOf(t, get(t, p, "/?lang=en&period=2019-09"))
	nav := regexp.MustCompile(`(?s)<nav class="menu".*?</nav>`).FindString(page)
	for _, want := range []string{`<a href="/?lang=en&amp;period=2019-09" aria-current="page">Overview</a>`, `<a href="/kpis?lang=en">Figures</a>`} {
		if !strings.Contains(nav, want) {
			t.Errorf("the menu lacks %s: %s", want, nav)
		}
	}
	p.registered["/wall"] = true
	if page := bodyOf(t, get(t, p, "/kpis")); !strings.Contains(page, `<a href="/wall?lang=vi">Màn hình lớn</a>`) {
		t.Error("a page that is registered is not in the menu")
	}
}

// A page that many look at, in both languages and by streams, asks the books once; another filter asks apart.
func TestValuesAreAskedSeldom(t *testing.T) {
	asked, now := 0, today
	v := &values{zone: hanoi, now: func() time.Time { return now }, held: map[string]valuesAt{}, ask: func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		asked++
		return cityAnswers(ctx, queries...)
	}}
	for range 5 {
		got, err := v.at(t.Context(), filtered(), false)
		if err != nil || !slices.Contains(got["agency"], "H24.12") {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if asked != 1 {
		t.Errorf("the books were asked %d times", asked)
	}
	now = now.Add(valuesPace)
	if _, err := v.at(t.Context(), filtered(), true); err != nil || asked != 2 {
		t.Errorf("later they were asked %d times, %v", asked, err)
	}
	// Who does not need to know of a value that is new does not wait for it.
	now = now.Add(valuesPace)
	answer := v.ask
	release := make(chan struct{})
	v.ask = func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		<-release
		return answer(ctx, queries...)
	}
	if got, err := v.at(t.Context(), filtered(), false); err != nil || len(got["agency"]) == 0 {
		t.Errorf("while they are read again: %v, %v", got, err)
	}
	close(release)
	if _, err := v.at(t.Context(), filtered(), true); err != nil || asked != 3 {
		t.Errorf("they were asked %d times, %v", asked, err)
	}
}

func TestChartsCanBeHadAsCSV(t *testing.T) {
	p := site(t, few)
	page := bodyOf(t, get(t, p, "/?period=2019-09"))
	link := regexp.MustCompile(`href="(/csv[^"]*chart=on-time-months[^"]*)" download`).FindStringSubmatch(page)
	if link == nil {
		t.Fatal("no chart can be downloaded")
	}
	r := get(t, p, strings.ReplaceAll(link[1], "&amp;", "&"))
	if got := r.Header.Get("Content-Disposition"); got != `attachment; filename=on-time-months-2019-09.csv` {
		t.Errorf("Content-Disposition is %q", got)
	}
	body, marked := strings.CutPrefix(bodyOf(t, r), "\ufeff")
	lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || !marked || len(lines) != 3 || len(lines[0]) != 10 {
		t.Fatalf("%v: %q", err, lines)
	}
	if !strings.HasPrefix(lines[1][1], "0.9") || len(lines[1][1]) < 8 {
		t.Errorf("a rate is rounded: %q", lines[1])
	}
	if r := get(t, p, "/csv?page=/&chart=none"); r.StatusCode != 404 {
		t.Errorf("no such chart: status %d", r.StatusCode)
	}
	if r := get(t, p, "/csv?page=/&chart=on-time-months&period=never"); r.StatusCode != 400 {
		t.Errorf("no such period: status %d", r.StatusCode)
	}
}

// A view takes answers by the questions; what was not asked is a bug that shows.
func TestAnswersAreTakenByTheirQuestions(t *testing.T) {
	of := filtered()
	of.phrases = phrases{"hello": {"Chào", "Hello"}}
	of.ask = func(q *asked) []kpi.Query {
		return []kpi.Query{q.whole("dossier.on_time_rate"), q.by("dossier.on_time_rate", "agency"), q.whole("dossier.working_hours_p90")}
	}
	q := ask(t, of, "2019-09")
	q.where["channel"] = []string{"online"}
	p := present(t, q, vietnamese, cityAnswers)
	whole, by := q.whole("dossier.on_time_rate"), q.by("dossier.on_time_rate", "agency")
	r := p.row(whole)
	if n := p.value(whole, r); n.Text != "98,6\u00a0%" || n.Cases != "/cases?channel=online&kpi=dossier.on_time_rate&period=2019-09" {
		t.Errorf("%+v", n)
	}
	if n := p.numerator(whole, r); n.Part != "numerator" || !strings.Contains(n.Cases, "part=numerator") {
		t.Errorf("%+v", n)
	}
	row := p.figure(by).Rows[6]
	if n := p.denominator(by, row); n.Agency != "H24.12" || n.Text != "2.630" || n.Cases != "/cases?agency=H24.12&channel=online&kpi=dossier.on_time_rate&part=denominator&period=2019-09" {
		t.Errorf("%+v", n)
	}
	if name := p.keyName("agency", row); name != "Sở Xây dựng" || p.t("hello") != "Chào" {
		t.Errorf("%s is called %q", textOf(row.Keys.Of("agency")), name)
	}
	for name, f := range map[string]func(){
		"a question that was not asked": func() { p.row(q.whole("dossier.received")) },
		"a phrase that is not there":    func() { p.t("bye") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("nobody notices %s", name)
				}
			}()
			f()
		}()
	}
}
