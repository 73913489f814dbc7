package dashboards

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tiendo/internal/kpi"
)

// wallSite is a server of walls over the made-up city.
func wallSite(t testing.TB, ask asker, change ...func(*Options)) http.Handler {
	t.Helper()
	p := pagesOf(t, sources{ask: ask, booked: counter()}, change...)
	mux := http.NewServeMux()
	mux.Handle("/wall", p.Wall())
	mux.Handle("/wall/", p.Wall())
	mux.Handle("/", p)
	return mux
}

// wallAnswers are those of the made-up city, with what a wall asks beside the pages.
func wallAnswers(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := cityAnswers(ctx, queries...)
	for i, q := range queries {
		d, _ := kpi.ByID(q.ID)
		for j := range all[i].Rows {
			r := &all[i].Rows[j]
			if len(q.By) > 0 && q.By[0] == "agency" || r.Value == nil || *r.Value != 1013 {
				continue // one that the city answers itself
			}
			switch seed := 0.8 + 0.15*noise(q.ID) + 0.03*noise(q.ID, q.Period.First, j); d.Shape {
			case kpi.Ratio:
				keys := r.Keys
				*r = rateRow(seed, 900+300*noise(q.ID))
				r.Keys = keys
			case kpi.Mean:
				value, sum, n := 4.37, 4370.0, 1000.0
				r.Value, r.Numerator, r.Denominator = &value, &sum, &n
			case kpi.Quantile:
				value, n := 31.5, int64(4242)
				r.Value, r.N = &value, &n
			}
		}
	}
	for i := range all {
		if target := 0.95; all[i].ID == "dossier.on_time_rate" || all[i].ID == "task.on_time_rate" || all[i].ID == "online.uptake" {
			for j := range all[i].Rows {
				all[i].Rows[j].Target = &target
			}
		}
	}
	return all, err
}

// picture writes what the screen shows into the artifacts.
func (b *tab) picture(t *testing.T, name string) {
	t.Helper()
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	artifact(t, name+".png", shot)
}

// tooSmall names texts that can't be read at ten metres, tooBig those that do not fit.
const (
	tooSmall = `[...document.querySelectorAll('.screen *, footer *')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.nodeValue.trim())
		&& e.nodeName !== 'SCRIPT' && parseFloat(getComputedStyle(e).fontSize) < innerHeight * 0.0269).map((e) => e.closest('.screen')?.id + ': ' + e.textContent).join('; ')`
	tooBig = `[...document.querySelectorAll('.tile, h1, h2, .value, .who, .n, .against, footer p')].filter((e) => e.scrollWidth > e.clientWidth + 1
		|| /tile|who/.test(e.className) && e.scrollHeight > e.clientHeight * (e.className === 'who' ? 1.15 : 1) + 2).map((e) => e.closest('.screen')?.id + ' ' + e.className + ': ' + e.textContent.trim().slice(0, 60)).join('; ')`
)

// allPanels is the address of a wall that shows everything that there is.
func allPanels() string {
	var ids []string
	for _, of := range panels {
		ids = append(ids, of.id)
	}
	return "/wall?panels=" + strings.Join(ids, ",")
}

// Every panel of a wall is legible and whole on both kinds of screens, in both themes and languages.
func TestWallIsLegible(t *testing.T) {
	needNpm(t)
	server := httptest.NewServer(wallSite(t, wallAnswers, func(o *Options) { o.Demo = true }))
	defer server.Close()
	chromium := browser(t)
	for _, c := range []struct {
		width, height int64
		theme, lang   string
	}{{1920, 1080, "dark", "vi"}, {1920, 1080, "light", "en"}, {3840, 2160, "dark", "en"}, {3840, 2160, "light", "vi"}} {
		t.Run(fmt.Sprintf("%d-%s", c.width, c.theme), func(t *testing.T) {
			b := newTab(chromium, t, c.width, c.height, c.theme == "dark")
			b.do(t, chromedp.Navigate(fmt.Sprintf("%s%s&every=1h&theme=%s&lang=%s", server.URL, allPanels(), c.theme, c.lang)), chromedp.WaitVisible("#clock"))
			eventually(t, b, `document.querySelectorAll('.chart svg').length === 2 && document.fonts.status === 'loaded'`)
			if small := eval[string](t, b, tooSmall); small != "" {
				t.Errorf("too small to be read: %s", small)
			}
			if big := eval[string](t, b, tooBig); big != "" {
				t.Errorf("cut off: %s", big)
			}
			if tight := eval[string](t, b, `[...document.querySelectorAll('.who, #after')].filter((e) => getComputedStyle(e).overflow === 'hidden' && parseFloat(getComputedStyle(e).paddingTop) < 0.14 * parseFloat(getComputedStyle(e).fontSize)).map((e) => e.textContent).join()`); tight != "" {
				t.Errorf("the marks above and below letters are cut off: %s", tight)
			}
			if most := eval[int](t, b, `Math.max(...[...document.querySelectorAll('.screen')].map((s) => s.querySelectorAll('.tile').length))`); most > 6 {
				t.Errorf("a screen has %d tiles", most)
			}
			if bare := eval[string](t, b, `[...document.querySelectorAll('.value small')].filter((s) => s.textContent.includes('%') && !/^[\d.,]+ \/ [\d.,]+$/.test(s.closest('.tile').querySelector('.n').textContent)).map((s) => s.closest('.tile').textContent).join()`); bare != "" {
				t.Errorf("a percentage says not of how many: %s", bare)
			}
			b.do(t, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('.screen').forEach((s) => { s.style.transition = 'none'; })`))
			for _, of := range panels {
				if c.theme == "light" && !slices.Contains([]string{"today", "months", "below"}, of.id) || c.width == 3840 && of.id != "today" {
					continue
				}
				b.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelectorAll('.screen').forEach((s) => s.classList.toggle('on', s.id === 'screen-%s'))`, of.id)))
				b.picture(t, fmt.Sprintf("wall-%d-%s-%s-%s", c.width, c.theme, c.lang, of.id))
			}
			b.checkQuiet(t, server.URL+"/")
		})
	}
}

// Whoever stands by a wall turns it with the arrows, also after the next wall has taken its place, holds a panel with space, and
// leaves with Escape.
func TestKeysTurnAWall(t *testing.T) {
	needNpm(t)
	server := serve(t, wallSite(t, wallAnswers))
	b := newTab(browser(t), t, 1920, 1080, true)
	b.do(t, chromedp.Navigate(server.URL+"/kpis"), chromedp.Navigate(server.URL+"/wall?panels=today,tasks,online&every=1h&lang=vi"), chromedp.WaitVisible("#clock"))
	shown := func(of string) string {
		return eval[string](t, b, of+`.querySelector('.screen.on').id + ' ' + `+of+`.getElementById('next').textContent.split(':')[1]`)
	}
	press := func(of, key, want string) {
		t.Helper()
		b.do(t, chromedp.KeyEvent(key))
		eventually(t, b, of+`.querySelector('.screen.on').id === 'screen-`+strings.Fields(want)[0]+`'`)
		if got := shown(of); !strings.HasPrefix(got, "screen-"+want) {
			t.Errorf("after the key the wall shows %q, want %q", got, want)
		}
	}
	press("document", kb.ArrowRight, "tasks  Dịch vụ")
	press("document", kb.ArrowRight, "online  Thành phố")
	press("document", kb.ArrowRight, "today")
	press("document", kb.ArrowLeft, "online")
	for _, want := range []string{"Đang dừng màn · phím cách để chạy tiếp", "Tiếp theo: Thành phố hôm nay sau 60 phút"} {
		b.do(t, chromedp.KeyEvent(" "))
		if got := eval[string](t, b, `document.getElementById('next').textContent`); got != want {
			t.Errorf("after space the wall says %q, want %q", got, want)
		}
	}
	b.do(t, chromedp.Evaluate[chromedp.Void](`postMessage({say: 'renew', at: 'online'}, location.origin)`))
	eventually(t, b, `document.querySelector('iframe.on') !== null`)
	const next = `document.querySelector('iframe.on').contentDocument`
	press(next, kb.ArrowLeft, "tasks")
	b.do(t, chromedp.KeyEvent(kb.Escape))
	eventually(t, b, `location.pathname === '/kpis'`)
	b.checkQuiet(t, server.URL+"/")
}

// A wall says that the books are being made again, and no more once they are; the countdown stays beside it, however long names are.
func TestWallSaysThatBooksAreBeingMadeAgain(t *testing.T) {
	needNpm(t)
	var renewing atomic.Bool
	renewing.Store(true)
	server := serve(t, wallSite(t, wallAnswers, func(o *Options) { o.Demo, o.Renewing = true, renewing.Load }))
	b := newTab(browser(t), t, 1920, 1080, true)
	b.do(t, chromedp.Navigate(server.URL+"/wall?panels=today,leads,below&every=30s&lang=vi&at=today"), chromedp.WaitVisible("#clock"))
	const says = `document.getElementById('renewing').textContent`
	if got := eval[string](t, b, says); got != "Đang lập lại sổ số liệu" {
		t.Errorf("the wall says %q", got)
	}
	if got := eval[string](t, b, `document.getElementById('after').textContent`); got != "Tiếp theo" {
		t.Errorf("beside it stands %q", got)
	}
	if wide := eval[string](t, b, `(() => { const w = document.getElementById('wait'), r = w.getBoundingClientRect(); return /^sau \d+ giây$/.test(w.textContent) && r.right <= document.querySelector('.clock').getBoundingClientRect().left ? '' : w.textContent + ' ' + r.right; })()`); wide != "" {
		t.Errorf("the countdown is cut: %s", wide)
	}
	b.picture(t, "wall-renewing-vi")
	renewing.Store(false)
	eventually(t, b, says+` === ''`)
}

// The wall of a city that has told nothing yet says so, and nothing is cut off.
func TestWallOfAnEmptyCityIsWhole(t *testing.T) {
	needNpm(t)
	server := serve(t, wallSite(t, nothing))
	for _, lang := range []string{"vi", "en"} {
		b := newTab(browser(t), t, 1920, 1080, true)
		b.do(t, chromedp.Navigate(server.URL+"/wall?every=1h&lang="+lang), chromedp.WaitVisible("#empty"))
		eventually(t, b, `document.fonts.status === 'loaded'`)
		if big := eval[string](t, b, tooBig); big != "" {
			t.Errorf("%s: cut off: %s", lang, big)
		}
		b.picture(t, "wall-empty-"+lang)
	}
}
