package dashboards

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// The words under bars stand apart on a phone, where they are written aslant, and lie flat again once it is turned.
func TestWordsUnderBarsStandApart(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, cityAnswers))
	b := newTab(browser(t), t, 360, 800, false)
	b.do(t, chromedp.Navigate(server.URL+"/dossiers?period=2019-Q3&lang=en"))
	eventually(t, b, `document.readyState === 'complete' && `+undrawn+` === 0`)
	const texts = `[...document.querySelectorAll('.chart')].map((chart) => [...chart.querySelectorAll('svg text')].filter((text) => text.textContent.trim()))`
	const crowded = texts + `.flatMap((all) => all.filter((text) => !/rotate|matrix/.test(text.getAttribute('transform') || '')).map((text) => [text.textContent, text.getBoundingClientRect()])
		.flatMap(([one, a], i, flat) => flat.slice(i + 1).filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4).map(([other]) => one + ' | ' + other))).join(', ')`
	const aslant = texts + `.flat().filter((text) => /rotate|matrix/.test(text.getAttribute('transform') || '')).length`
	narrow := eval[int](t, b, aslant)
	if pairs := eval[string](t, b, crowded); pairs != "" || narrow == 0 {
		t.Errorf("%d words are aslant; on each other lie %s", narrow, pairs)
	}
	b.do(t, chromedp.EmulateViewport(1366, 768))
	eventually(t, b, aslant+` < `+strconv.Itoa(narrow))
	if pairs := eval[string](t, b, crowded); pairs != "" {
		t.Errorf("on a wide screen on each other lie %s", pairs)
	}
}
