package dashboards

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	browserdomain "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// The buttons of a chart save what they say: a picture with its title, period, words and of how much it is, and the figures as CSV.
func TestChartsAreSaved(t *testing.T) {
	needNpm(t)
	server := serve(t, site(t, cityAnswers))
	b := newTab(browser(t), t, 1366, 900, false)
	folder := t.TempDir()
	if _, err := chromedp.Call(b.ctx, browserdomain.SetDownloadBehavior, browserdomain.SetDownloadBehaviorParams{Behavior: "allow", DownloadPath: folder}); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Navigate(server.URL+"/?lang=vi"))
	eventually(t, b, `document.readyState === 'complete' && document.fonts.status === 'loaded' && `+undrawn+` === 0`)
	saved := func(button, name string) []byte {
		t.Helper()
		eval[bool](t, b, `(() => { const figure = document.getElementById('on-time-months').closest('figure'); [...figure.querySelectorAll('.takes a, .takes button')].find((e) => e.firstChild.textContent === '`+button+`').click(); return true; })()`)
		var content []byte
		waitFor(t, name+" is saved", func() bool {
			found, _ := filepath.Glob(filepath.Join(folder, name))
			if len(found) != 1 {
				return false
			}
			content, _ = os.ReadFile(found[0])
			return len(content) > 0
		})
		return content
	}

	svg := string(saved("SVG", "*.svg"))
	for _, want := range []string{
		`<svg xmlns="http://www.w3.org/2000/svg"`, ">Hồ sơ đúng hạn theo tháng<", "Toàn thành phố · Năm nay · 01/01/2019 – 02/10/2019", ">Giữ đúng hẹn<", ">▲<", ">◆<",
		"Cách tính: đã giải quyết [đúng hạn] ÷", ">Mẫu số của mỗi điểm: Tỷ lệ đúng hạn 2.697–4.146; ", "</svg></g></svg>",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the SVG lacks %s", want)
		}
	}
	if strings.Contains(svg, "var(--") || strings.Contains(strings.ReplaceAll(svg, "http://www.w3.org/", ""), "http") {
		t.Error("the SVG takes something from elsewhere")
	}
	artifact(t, "saved.svg", []byte(svg))

	picture := saved("PNG", "*.png")
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	size := decoded.Bounds().Size()
	width := eval[int](t, b, `document.getElementById('on-time-months').clientWidth`)
	colours := map[[3]uint32]bool{}
	for x := 0; x < size.X; x += 3 {
		for y := 0; y < size.Y; y += 3 {
			r, g, b, a := decoded.At(x, y).RGBA()
			if colours[[3]uint32{r, g, b}] = true; a != 0xffff {
				t.Fatalf("the PNG can be seen through at %d, %d", x, y)
			}
		}
	}
	if size.X != 2*width || len(colours) < 50 {
		t.Errorf("the PNG is %v of a chart %d wide, in %d colours", size, width, len(colours))
	}
	artifact(t, "saved.png", picture)

	table := string(saved("CSV", "*.csv"))
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if !strings.HasPrefix(table, "\ufeff") || len(lines) != 24+1 || !strings.Contains(lines[0], "Tháng") || !strings.Contains(lines[0], "mẫu số") {
		t.Errorf("the CSV has %d lines, the first %q", len(lines), lines[0])
	}
	b.checkQuiet(t, server.URL+"/")
}
