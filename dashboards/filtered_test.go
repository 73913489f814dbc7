package dashboards

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// What a filtered page compares with is what its filters leave, and never called the whole city.
func TestFilteredPagesAreNotTheWholeCity(t *testing.T) {
	for lang, c := range map[string]struct{ whole, chosen string }{
		"vi": {"toàn thành phố", "toàn bộ phần đang lọc"}, "en": {"whole city", "all that is filtered"},
	} {
		for _, address := range []string{"/dossiers?period=2019-Q3&lang=" + lang, "/dossiers?agency=H24.12&period=2019-Q3&lang=" + lang} {
			page := strings.ToLower(bodyOf(t, get(t, site(t, few), address)))
			narrowed := strings.Contains(address, "agency")
			if strings.Contains(page, c.whole) == narrowed || strings.Contains(page, c.chosen) != narrowed {
				t.Errorf("%s: it says %q, or not %q", address, c.whole, c.chosen)
			}
		}
	}
}

// A page that leaves the screen, as a tab's name, a file or on paper, says by what it is filtered.
func TestFilteredPagesSaySoElsewhere(t *testing.T) {
	p := site(t, few)
	page := bodyOf(t, get(t, p, "/dossiers?agency=H24.12&period=2019-09&lang=en"))
	if !strings.Contains(page, "<title>Dossiers · Sep 2019 · Agency: ") {
		t.Errorf("the title is %s", regexp.MustCompile(`<title>.*</title>`).FindString(page))
	}
	link := regexp.MustCompile(`href="(/csv[^"]*chart=flow-months[^"]*)" download`).FindStringSubmatch(page)
	if link == nil {
		t.Fatal("no chart can be downloaded")
	}
	r := get(t, p, strings.ReplaceAll(link[1], "&amp;", "&"))
	if got := r.Header.Get("Content-Disposition"); got != "attachment; filename=flow-months-2019-09-H24.12.csv" {
		t.Errorf("Content-Disposition is %q", got)
	}

	needNpm(t)
	server := serve(t, p)
	b := newTab(browser(t), t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/dossiers?agency=H24.12&period=2019-09&lang=en"))
	eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
	b.do(t, chromedp.Evaluate[chromedp.Void](`window.saved = '';
		URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return '#'; };
		[...document.querySelectorAll('.takes button')].find((e) => e.textContent === 'SVG').click();`))
	eventually(t, b, `window.saved.includes('>' + document.querySelector('.chosen .what').textContent + '<')`)
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	printed := eval[string](t, b, `document.querySelector('.controls').innerText.trim()`)
	if name := eval[string](t, b, `document.querySelector('.chosen .what').textContent`); !strings.Contains(printed, name) || strings.Contains(printed, "×") || strings.Contains(printed, "Other period") {
		t.Errorf("on paper stands %q", printed)
	}
	b.do(t, chromedp.Navigate(server.URL+"/dossiers?period=2019-09&lang=en"), chromedp.WaitVisible("#live section"))
	if high := eval[float64](t, b, `document.querySelector('.controls').getBoundingClientRect().height`); high != 0 {
		t.Errorf("without filters the controls take %v pixels of paper", high)
	}
}

// Who narrows a page keeps what else was asked of it, and of a filter all values that were chosen.
func TestFiltersKeepWhatWasAsked(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, few))
	b := newTab(browser(t), t, 1366, 768, false)
	const asked = "agency=H24.12&agency=H24.25&by=channel&channel=online&lang=en&period=2019-09&since=2018-09&why=dossier.late"
	b.do(t, chromedp.Navigate(server.URL+"/dossiers?"+asked))
	eventually(t, b, `document.querySelectorAll('.chosen a').length === 3`)
	sent, err := url.ParseQuery(eval[string](t, b, `String(new URLSearchParams([...new FormData(document.querySelector('form.filters'))].filter(([, value]) => value !== '')))`))
	if err != nil {
		t.Fatal(err)
	}
	if got := sent.Encode(); got != asked {
		t.Errorf("the form sends %s, want %s", got, asked)
	}
}

// Procedures are listed by their names, in the order of the page's language: nobody knows their codes.
func TestProceduresAreListedByName(t *testing.T) {
	names := map[string]string{"1.1": "Đổi giấy phép", "1.2": "Cấp lại", "1.3": "Ân xá", "1.4": "Dừng", "1.5": "Ấn phẩm"}
	values := make([]filterValue, 0, len(names))
	for code, name := range names {
		values = append(values, filterValue{Value: code, Name: name})
	}
	sortByName(values, vietnamese)
	got := make([]string, 0, len(values))
	for _, v := range values {
		got = append(got, v.Name)
	}
	if want := []string{"Ấn phẩm", "Ân xá", "Cấp lại", "Dừng", "Đổi giấy phép"}; !slices.Equal(got, want) {
		t.Errorf("they stand as %q", got)
	}
}

// Each agency that anything was told of has its page, also without dossiers: tables lead there.
func TestAgenciesWithoutDossiersHavePages(t *testing.T) {
	p := bookedPages(t)
	page := bodyOf(t, get(t, p, "/dossiers?period=2019&lang=en")) + bodyOf(t, get(t, p, "/tasks?period=2019&lang=en")) + bodyOf(t, get(t, p, "/?period=2019&lang=en"))
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`href="(/agencies/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		link := strings.ReplaceAll(m[1], "&amp;", "&")
		if seen[link] {
			continue
		}
		seen[link] = true
		if r := get(t, p, link); r.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", link, r.StatusCode)
		}
	}
	if !seen["/agencies/H24.13?lang=en&period=2019"] { // which has held a leg, and no dossier
		t.Errorf("only %v are linked", seen)
	}
}

// Whoever hears a page hears what each table is, and each name of an element stands once.
func TestTablesHaveNames(t *testing.T) {
	city, domains := site(t, few), site(t, fewDomains)
	tables := 0
	for _, of := range pages() {
		path, from := strings.ReplaceAll(of.path, "{agency}", "H24.12"), city
		for _, domain := range domainPages {
			if path == domain {
				from = domains
			}
		}
		page := bodyOf(t, get(t, from, path+"?period=2019-Q3"))
		ids := map[string]int{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if ids[m[1]]++; ids[m[1]] == 2 {
				t.Errorf("%s: two elements are called %s", path, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`<table[^>]*>`).FindAllString(page, -1) {
			tables++
			named := regexp.MustCompile(` aria-label(ledby)?="([^"]+)"`).FindStringSubmatch(m)
			if named == nil || named[1] != "" && ids[named[2]] == 0 {
				t.Errorf("%s: nothing names %s", path, m)
			}
		}
	}
	if tables < 30 {
		t.Errorf("only %d tables were looked at", tables)
	}
}

// A page says in words of whose open work a share is.
func TestSharesOfOpenTasks(t *testing.T) {
	p := present(t, ask(t, overviewPage(), "2019-Q3"), vietnamese, cityAnswers)
	for id, want := range map[string]string{"task.open_overdue": "đang thực hiện", "dossier.open_overdue": "đang giải quyết"} {
		whole := strings.TrimSuffix(id, "_overdue")
		if c := p.stock(id, "", "", whole); !strings.HasSuffix(c.Share, want) {
			t.Errorf("%s is %q, not of what is %s", id, c.Share, want)
		}
	}
}

// One late dossier shames no agency, in no table and on no wall: what is told of it is what the funnel plot tells.
func TestFewDossiersAreNoSign(t *testing.T) {
	whole := 0.84
	for _, c := range []struct {
		k, n float64
		want string
	}{{0, 1, "like"}, {0, 2, "like"}, {0, 3, "below"}, {1, 1, "like"}, {1, 3, "like"}, {747, 842, "above"}, {600, 842, "below"}, {22, 22, "above"}, {21, 21, "like"}} {
		r := rateRow(c.k/c.n, c.n)
		r.Numerator, r.Denominator = &c.k, &c.n
		if got := standing(r, &whole); got != c.want {
			t.Errorf("%v of %v is %q, want %q", c.k, c.n, got, c.want)
		}
	}
	d, _ := kpi.ByID("dossier.on_time_rate")
	low, high, k, n := 0.0, 0.79, 0.0, 1.0
	if got := againstMedian(d, kpi.Row{Value: &k, Numerator: &k, Denominator: &n, Low: &low, High: &high}, whole, stats.Share{K: 84, N: 100}); got != "" {
		t.Errorf("on the page of an agency it is %q", got)
	}
}

// A period without cases says so in each place where something would stand, and no script fails of it.
func TestPeriodsWithoutCasesSaySo(t *testing.T) {
	needNpm(t)
	server := serve(t, bookedPages(t))
	b := newTab(browser(t), t, 1366, 768, false)
	for _, of := range pages() {
		path := strings.ReplaceAll(of.path, "{agency}", "H24.12")
		b.do(t, chromedp.Navigate(server.URL+path+"?period=2011&lang=en"), chromedp.WaitVisible("#live section"))
		eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded'`)
		if empty := eval[string](t, b, `[...document.querySelectorAll('main section, main figure')].filter((e) => ![...e.children].some((c) => !/^H[1-6]$/.test(c.tagName) && c.className !== 'says' && c.getClientRects().length)).map((e) => e.outerHTML.slice(0, 120)).join('\n')`); empty != "" {
			t.Errorf("%s: nothing stands in\n%s", path, empty)
		}
		if !eval[bool](t, b, `/No dossier and no task falls|Nothing falls in this period|(There is|This page has) nothing in this period/.test(document.querySelector('main').textContent)`) {
			t.Errorf("%s does not say that the period has no cases", path)
		}
	}
	b.checkQuiet(t, server.URL+"/")
}

// Taking one of two values of a filter away leaves the other.
func TestOneOfTwoValuesIsTakenAway(t *testing.T) {
	page := bodyOf(t, get(t, filteredSite(t), "/filtered?channel=online&channel=post&lang=en"))
	for _, want := range []string{`href="/filtered?channel=post&amp;lang=en&amp;period=ytd"><span class="what">Channel: online`, `href="/filtered?channel=online&amp;lang=en&amp;period=ytd"><span class="what">Channel: `} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
