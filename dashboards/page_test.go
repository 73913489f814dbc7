package dashboards

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"tiendo/internal/kpi"
)

var update = flag.Bool("update", false, "write the golden files")

// get asks a handler for a page.
func get(t *testing.T, h http.Handler, address string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// fingerprint is the part of a static file's name that changes with every edit of it.
var fingerprint = regexp.MustCompile(`(/static/[a-z-]+)-[0-9a-f]{12}\.`)

var menuLinks = regexp.MustCompile(`(<nav class="menu"[^>]*>).*(</nav>)`)

func golden(t *testing.T, name, got string) {
	t.Helper()
	got = fingerprint.ReplaceAllString(got, "$1.")
	got = menuLinks.ReplaceAllString(got, "$1…$2") // or a new page would change them all
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// few answers like the made-up city, with few agencies and months, so that a golden page can be read.
func few(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := cityAnswers(ctx, queries...)
	for i := range all {
		all[i].Rows = slices.DeleteFunc(all[i].Rows, func(r kpi.Row) bool {
			month, agency := r.Keys.Of("month"), r.Keys.Of("agency")
			return month != nil && *month < "2019-08" ||
				agency != nil && !slices.Contains([]string{"H24.12", "H24.14", "H24.25", "H24.45"}, *agency)
		})
	}
	return all, err
}

// nasty answers like few, with markup for the codes of agencies.
func nasty(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := few(ctx, queries...)
	codes := map[string]string{
		"H24.12": `</script><script>document.title='owned'</script>`,
		"H24.14": `"><img src=x onerror="document.title='owned'">`,
		"H24.25": "{{.}} ${1} \u202eesrever\u2028 <!--",
		"H24.45": "",
	}
	for i := range all {
		for j := range all[i].Rows {
			if agency := all[i].Rows[j].Keys.Of("agency"); agency != nil {
				key := kpi.Key{Dimension: "agency"}
				if code := codes[*agency]; code != "" {
					key.Code = &code
				}
				all[i].Rows[j].Keys = kpi.Keys{key}
			}
		}
	}
	return all, err
}

func TestPagesLookLikeThis(t *testing.T) {
	needNpm(t)
	demo := func(o *Options) { o.Demo = true }
	for _, c := range []struct {
		file, address string
		ask           asker
		status        int
		change        []func(*Options)
	}{
		{"overview-vi.html", "/?period=ytd", few, 200, []func(*Options){demo}},
		{"overview-en.html", "/?period=2019-09&lang=en", few, 200, nil},
		{"dossiers-vi.html", "/dossiers?period=2019-09", few, 200, nil},
		{"dossiers-unit-en.html", "/dossiers?period=ytd&by=unit&agency=H24.12&lang=en", few, 200, nil},
		{"online-vi.html", "/online?period=2019-09", few, 200, nil},
		{"empty-vi.html", "/", nothing, 200, nil},
		{"empty-en.html", "/?lang=en", nothing, 200, nil},
		{"nasty-vi.html", "/", nasty, 200, nil},
		{"wrong-vi.html", "/?period=<script>alert(1)</script>", few, 400, nil},
		{"wrong-en.html", "/?period=2019-13&lang=en", few, 400, nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := get(t, site(t, c.ask, c.change...), strings.NewReplacer("<", "%3C", ">", "%3E").Replace(c.address))
			if r.StatusCode != c.status {
				t.Errorf("status %d, want %d", r.StatusCode, c.status)
			}
			golden(t, c.file, bodyOf(t, r))
		})
	}
}

// A chart without a value says so, where months stand beside it for the sake of other figures.
func TestChartsOfNothingSaySo(t *testing.T) {
	needNpm(t)
	page := bodyOf(t, get(t, site(t, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := cityAnswers(ctx, queries...)
		for i, q := range queries {
			if d, _ := kpi.ByID(q.ID); d.Shape == kpi.Ratio {
				for j := range all[i].Rows {
					all[i].Rows[j] = kpi.Row{Keys: all[i].Rows[j].Keys}
				}
			}
		}
		return all, err
	}), "/?lang=en"))
	if strings.Contains(page, `id="on-time-months"`) || !strings.Contains(page, `id="open-months"`) || strings.Count(page, `<p class="none">There is nothing in this period.</p>`) != 2 {
		t.Errorf("a chart of no value is drawn, or one of values is not: %s", page)
	}
}

// TestPagesSayThatBooksAreMadeAgain: after an upgrade figures may lack what the version before did not count.
func TestPagesSayThatBooksAreMadeAgain(t *testing.T) {
	for _, renewing := range []bool{false, true} {
		page := bodyOf(t, get(t, site(t, few, func(o *Options) { o.Renewing = func() bool { return renewing } }), "/?lang=en"))
		if strings.Contains(page, "made again after an upgrade") != renewing {
			t.Errorf("renewing %t: %.2000s", renewing, page)
		}
	}
}

func TestPageHoldsNoScriptStyleOrOtherHost(t *testing.T) {
	page := bodyOf(t, get(t, site(t, nasty, func(o *Options) { o.Demo = true }), "/"))
	f := func(pattern string, want int) {
		t.Helper()
		if found := regexp.MustCompile(pattern).FindAllString(page, -1); len(found) != want {
			t.Errorf("%s: %d times, want %d: %.200q", pattern, len(found), want, found)
		}
	}
	f(`<style`, 0)
	f(`(?i)(src|href|action)="(https?:)?//`, 0)
	f(`<img`, 0)
	bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(page, `""`) // without the values of attributes
	if found := regexp.MustCompile(`(?i)<[^>]*\s(style|on[a-z]+)\s*=`).FindAllString(bare, -1); len(found) > 0 {
		t.Errorf("attributes with styles or scripts: %.500q", found)
	}
	// Every script is ours or data: a drawing for each chart.
	f(`<script type="application/json" id="[a-z-]+-drawing">`, 6)
	f(`<script`, 6+len(regexp.MustCompile(`<script defer src="/static/`).FindAllString(page, -1)))
	// What ends a script element comes as often as scripts do.
	f(`</script>`, len(regexp.MustCompile(`<script`).FindAllString(page, -1)))
}

func TestDrawingsAreJSON(t *testing.T) {
	page := bodyOf(t, get(t, site(t, nasty), "/"))
	drawings := regexp.MustCompile(`(?s)-drawing">(\{.*?)</script>`).FindAllStringSubmatch(page, -1)
	if len(drawings) != 6 {
		t.Fatalf("%d drawings", len(drawings))
	}
	for _, d := range drawings {
		var decoded struct {
			Units  units
			Option struct{ Series []any }
			Tips   []any
		}
		if err := json.Unmarshal([]byte(d[1]), &decoded); err != nil {
			t.Errorf("%v in %.300s", err, d[1])
		}
		if len(decoded.Option.Series) == 0 || len(decoded.Tips) == 0 || decoded.Units == (units{}) {
			t.Errorf("a drawing lacks something: %.300s", d[1])
		}
	}
}

func TestHeaders(t *testing.T) {
	h := site(t, few)
	for _, address := range []string{"/", "/?period=no", "/live", "/csv", "/static/none.js"} {
		r := get(t, h, address)
		policy := r.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s: %s", address, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is not strict: %s", address, policy)
		}
		if got := r.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options is %q", address, got)
		}
	}
	if got := get(t, h, "/").Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page may be kept: %q", got)
	}
	if got := get(t, h, "/").Header.Get("Server-Timing"); !regexp.MustCompile(`^books;dur=\d+\.\d$`).MatchString(got) {
		t.Errorf("a page does not say how long the books took: %q", got)
	}
	for address, want := range map[string]int{"/": 200, "/live": 400, "/nothing": 404, "/csv": 404, "/static/": 404, "/static/app.css": 404, "/static/../page.go": 307} {
		if got := get(t, h, address).StatusCode; got != want {
			t.Errorf("%s: status %d, want %d", address, got, want)
		}
	}
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if r.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", r.Code)
	}
}

func TestLanguageIsKept(t *testing.T) {
	h := site(t, few)
	f := func(address, cookie, want string) {
		t.Helper()
		page := bodyOf(t, get(t, h, address, "Cookie", cookie))
		if !strings.Contains(page, `<html lang="`+want+`">`) {
			t.Errorf("%s with cookie %q is not in %s: %.100s", address, cookie, want, page)
		}
	}
	f("/", "", "vi")
	f("/", "lang=en", "en")
	f("/", "lang=xx", "vi")
	f("/?lang=vi", "lang=en", "vi")
	f("/?lang=en", "", "en")
	r := get(t, h, "/?lang=en")
	if got := r.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "lang=en; Path=/; ") {
		t.Errorf("the choice is not kept: %q", got)
	}
	r = get(t, h, "/?lang=fr")
	if page := bodyOf(t, r); r.StatusCode != 400 || !strings.Contains(page, "vi hoặc en") {
		t.Errorf("status %d: %.2000s", r.StatusCode, page)
	}
}

func TestStaticFilesArePackedAndKept(t *testing.T) {
	h := site(t, few)
	page := bodyOf(t, get(t, h, "/"))
	addresses := regexp.MustCompile(`/static/[^"]+`).FindAllString(page, -1)
	if len(addresses) < 3 {
		t.Fatalf("the page names only %v", addresses)
	}
	for _, address := range addresses {
		plain, packed := get(t, h, address), get(t, h, address, "Accept-Encoding", "br, gzip;q=0.8")
		for _, r := range []*http.Response{plain, packed} {
			if got := r.Header.Get("Cache-Control"); r.StatusCode != 200 || got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: status %d, Cache-Control %q", address, r.StatusCode, got)
			}
		}
		want := bodyOf(t, plain)
		if strings.HasSuffix(address, ".woff2") { // packed by its format
			if got := packed.Header.Get("Content-Encoding"); got != "" || bodyOf(t, packed) != want {
				t.Errorf("%s: Content-Encoding %q", address, got)
			}
			continue
		}
		if got := packed.Header.Get("Content-Encoding"); got != "gzip" {
			t.Errorf("%s: Content-Encoding %q", address, got)
		}
		unpacked, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(unpacked); err != nil || string(got) != want {
			t.Errorf("%s: unpacked it is another file (%v)", address, err)
		}
		if refused := get(t, h, address, "Accept-Encoding", "gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: packed although refused", address)
		}
	}
}

// A program that was built without npm's files says so, and its tables are whole.
func TestPageWithoutFilesFromNpm(t *testing.T) {
	bare := fstest.MapFS{}
	for _, name := range []string{"static/app.css", "static/draw.js", "static/live.js", "static/icon.svg", "static/npm/README.md"} {
		raw, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		bare[name] = &fstest.MapFile{Data: raw}
	}
	files, err := newAssets(bare)
	if err != nil {
		t.Fatal(err)
	}
	h, err := newPages(Options{Location: hanoi, Now: func() time.Time { return today }, Names: nameOf}, files, sources{ask: cityAnswers, booked: counter()})
	if err != nil {
		t.Fatal(err)
	}
	page := bodyOf(t, get(t, h, "/"))
	if !strings.Contains(page, "make build") || strings.Contains(page, `class="chart"`) || strings.Contains(page, "charts.js") {
		t.Error("the page does not say that its charts are missing")
	}
	if n := strings.Count(page, `data-kpi="dossier.on_time_rate"`); n < 60 {
		t.Errorf("%d on-time rates are left in the tables", n)
	}
}

func TestEmptyCityIsTaught(t *testing.T) {
	page := bodyOf(t, get(t, site(t, nothing), "http://city.example:9090/"))
	for _, want := range []string{"curl -X POST http://city.example:9090/v1/events", "dossier.received", "tiendo import", "data-empty"} {
		if !strings.Contains(page, want) {
			t.Errorf("the empty page lacks %q", want)
		}
	}
	if evil := bodyOf(t, get(t, site(t, nothing), "/", "X", "y")); !strings.Contains(evil, "http://example.com/v1/events") {
		t.Error("the host that was asked is not in the example")
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Host = "x$(reboot)"
	w := httptest.NewRecorder()
	site(t, nothing).ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "reboot") {
		t.Error("a host that is none is shown in a command to copy")
	}
}

// listen reads news of a page until a stream ends, or one satisfies.
func listen(t *testing.T, address string, enough func(news) bool, headers ...string) (all []news, status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK && answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("Content-Type is %q", answer.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var n news
		if err := json.Unmarshal([]byte(data), &n); err != nil {
			t.Fatal(err)
		}
		if all = append(all, n); enough(n) {
			break
		}
	}
	return all, answer.StatusCode
}

func TestLiveTellsOnlyWhatIsNew(t *testing.T) {
	var changed, away atomic.Bool
	start, skipped := time.Now(), atomic.Int64{}
	p := pagesOf(t, sources{booked: counter(), ask: func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		switch {
		case away.Load():
			return nil, errors.New("away")
		case changed.Load():
			return cityAnswers(ctx, queries...)
		default:
			return few(ctx, queries...)
		}
	}}, func(o *Options) {
		o.Now = func() time.Time { return today.Add(time.Since(start) + time.Duration(skipped.Load())) }
	})
	server := httptest.NewServer(p)
	defer server.Close()
	live := server.URL + "/live?page=/&period=ytd&lang=vi&seen="
	first, _ := listen(t, live, func(news) bool { return true })
	if len(first) != 1 || first[0].Seen == "" || !strings.Contains(first[0].HTML, "Sở Xây dựng") {
		t.Fatalf("the first look brings %.200v", first)
	}
	page := bodyOf(t, get(t, p, "/?period=ytd&lang=vi"))
	if !strings.Contains(page, first[0].HTML) || !strings.Contains(page, `data-seen="`+first[0].Seen+`"`) {
		t.Error("the page and its news differ")
	}
	// Without news there is a beat, and the stream goes on; a change comes by itself.
	n := 0
	more, _ := listen(t, live+first[0].Seen, func(one news) bool {
		if n++; n == 2 {
			changed.Store(true)
		}
		return one.HTML != ""
	})
	if len(more) < 3 || more[0].HTML != "" || more[1].HTML != "" || more[len(more)-1].Seen == first[0].Seen {
		t.Errorf("%d news, the first %.100q, the last %.100q", len(more), more[0].HTML, more[len(more)-1].HTML)
	}
	// A browser that comes back says what it saw last.
	if again, _ := listen(t, live, func(news) bool { return true }, "Last-Event-ID", more[len(more)-1].Seen); again[0].HTML != "" {
		t.Error("what was seen is told again")
	}
	away.Store(true)
	skipped.Store(int64(70 * time.Second))
	if _, status := listen(t, live, func(news) bool { return true }); status != http.StatusServiceUnavailable {
		t.Errorf("nobody had looked for over a minute, the books are away: status %d", status)
	}
	for _, address := range []string{"/live?page=/&period=never", "/live?page=/none", "/live", "/live?page=/&lang=fr"} {
		if r := get(t, p, address); r.StatusCode != 400 {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
	}
	away.Store(false)
	skipped.Store(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		listen(t, live, func(news) bool { p.Stop(); return false })
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("a stream does not end when the server stops")
	}
}

func TestPageWhileTheBooksAreAway(t *testing.T) {
	r := get(t, site(t, func(context.Context, ...kpi.Query) ([]kpi.Figure, error) { return nil, errors.New("away") }), "/")
	page := bodyOf(t, r)
	if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page, "Kho số liệu chưa trả lời") || r.Header.Get("Retry-After") == "" {
		t.Errorf("status %d: %.500s", r.StatusCode, page)
	}
	if !strings.Contains(page, `data-away="true"`) {
		t.Error("the page does not try again by itself")
	}
}

// A page that was open before says so too, and no more when the books are made: that comes with the news.
func TestOpenPagesHearThatBooksAreMadeAgain(t *testing.T) {
	needNpm(t)
	var renewing atomic.Bool
	server := serve(t, site(t, few, func(o *Options) { o.Renewing = renewing.Load }))
	b := newTab(browser(t), t, 1366, 768, false)
	b.do(t, chromedp.Navigate(server.URL+"/?lang=en"), chromedp.WaitVisible("#live section"))
	const says = `document.getElementById('renewing').innerText`
	for _, now := range []bool{false, true, false} {
		renewing.Store(now)
		want := ""
		if now {
			want = spoken[english].Renewing
		}
		eventually(t, b, fmt.Sprintf("%s === %q", says, want))
	}
}
