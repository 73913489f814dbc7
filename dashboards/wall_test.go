package dashboards

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"tiendo/internal/kpi"
)

func hanging(t *testing.T, texts ...string) func(*Options) {
	t.Helper()
	return func(o *Options) {
		for _, text := range texts {
			w, err := ReadWall(text)
			if err != nil {
				t.Fatal(err)
			}
			o.Walls = append(o.Walls, w)
		}
	}
}

func TestWallHTML(t *testing.T) {
	h := wallSite(t, few, hanging(t, "hall?panels=promises,below&every=1m&theme=light&lang=en&period=2019-Q3", "lobby"))
	build := regexp.MustCompile(`data-build="[0-9a-f]+"`)
	for _, c := range []struct {
		file, address string
		status        int
	}{
		{"wall-vi.html", "/wall?panels=today,overdue&every=15s", 200},
		{"wall-named-en.html", "/wall/hall", 200},
		{"wall-wrong-vi.html", "/wall?panels=today,nothing", 400},
		{"wall-unnamed-en.html", "/wall/kitchen?lang=en", 400},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := get(t, h, c.address)
			if r.StatusCode != c.status {
				t.Errorf("status %d, want %d", r.StatusCode, c.status)
			}
			if policy := r.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'self'") {
				t.Errorf("the policy is %s", policy)
			}
			golden(t, c.file, build.ReplaceAllString(bodyOf(t, r), `data-build=""`))
		})
	}
}

// Whoever ends the address with a stroke gets the wall all the same.
func TestWallWithAStroke(t *testing.T) {
	if r := get(t, wallSite(t, few), "/wall/?panels=tasks"); r.StatusCode != http.StatusFound || r.Header.Get("Location") != "/wall?panels=tasks" {
		t.Errorf("status %d, to %s", r.StatusCode, r.Header.Get("Location"))
	}
}

// What an address asks wrongly is named, with what would do.
func TestWrongWalls(t *testing.T) {
	h := wallSite(t, few, hanging(t, "hall?panels=tasks"))
	for address, says := range map[string]string{
		"/wall?panels=nothing&lang=en":           "“nothing” is no panel.",
		"/wall?panels=today,,tasks&lang=en":      "“” is no panel.",
		"/wall?every=1s&lang=en":                 "“1s” is no pace: from 5s to 1h, such as 30s.",
		"/wall?every=fast":                       "“fast” không phải là nhịp đổi màn",
		"/wall?theme=pink":                       "“pink” không phải là nền",
		"/wall?period=2019-13&lang=en":           "“2019-13” is no period",
		"/wall?period=2030&lang=en":              "“2030” has not begun",
		"/wall?panels=today&panels=nope&lang=en": "“panels” is named twice.",
		"/wall?lang=xx":                          "“xx” không phải là ngôn ngữ",
		"/wall?panel=today":                      "“panel” không phải là tham số",
		"/wall/nowhere":                          "“nowhere” không phải là tên một màn hình",
		"/wall?panels=%3Cscript%3Ex&lang=en":     "“&lt;script&gt;x” is no panel.",
		"/wall/hall?theme=pink&panels=nothing":   "“nothing” không phải là một màn.",
	} {
		r := get(t, h, address)
		body := bodyOf(t, r)
		if r.StatusCode != http.StatusBadRequest || !strings.Contains(body, says) {
			t.Errorf("%s: %d, it does not say %q", address, r.StatusCode, says)
		}
		for _, of := range panels {
			if !strings.Contains(body, "<code>"+of.id+"</code>") {
				t.Errorf("%s: it does not name the panel %s", address, of.id)
			}
		}
		if !strings.Contains(body, `href="/wall/hall"`) {
			t.Errorf("%s: it does not name the wall hall", address)
		}
		if live := strings.Replace(address, "/wall?", "/wall/-/live?", 1); live != address {
			if r := get(t, h, live); r.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %d", live, r.StatusCode)
			}
		}
	}
}

func TestReadWall(t *testing.T) {
	for text, says := range map[string]string{
		"":                      "begins with no name of a wall",
		"a b":                   "begins with no name of a wall",
		"a/b":                   "begins with no name of a wall",
		"hall?panels=nothing":   "the wall hall: “nothing” is no panel.",
		"hall?every=2h":         "the wall hall: “2h” is no pace",
		"hall?lang=fr":          "the wall hall: “fr” is no language",
		"hall?panels=%zz":       "invalid URL escape",
		"hall?panels=today&x=1": "the wall hall: “x” is no parameter of a wall",
	} {
		if _, err := ReadWall(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}

// A target is not reached by having nothing to do, on a wall as little as on the overview; and nothing is no good news.
func TestWallsOfPeriodsWithoutCases(t *testing.T) {
	page := bodyOf(t, get(t, wallSite(t, aimed(silence)), "/wall?panels=today,overdue,below,ranking&lang=en"))
	if strings.Contains(page, `class="met"`) || strings.Contains(page, `class="missed"`) || strings.Contains(page, "nobody calm") || !strings.Contains(page, "Target 98.0%") {
		t.Errorf("of nothing a target is reached, missed or not told of, or it is good news: %s", page)
	}
	if page := bodyOf(t, get(t, wallSite(t, aimed(few)), "/wall?panels=today&lang=en")); !strings.Contains(page, `class="missed">✗ Target 98.0%`) {
		t.Errorf("a target is missed, and it is not said: %s", page)
	}
}

// A line by month says its newest value and of how many cases it is: nobody points at a wall.
func TestLinesOnWallsSayTheirNewestValue(t *testing.T) {
	page := bodyOf(t, get(t, wallSite(t, few), "/wall?panels=months&lang=en"))
	if n := len(regexp.MustCompile(`</svg>[^<·]+ · Oct\x{a0}2019:\x{a0}\d+\.\d%\x{a0}\([\d,]+\x{a0}/\x{a0}[\d,]+\)</span>`).FindAllString(page, -1)); n != 4 {
		t.Errorf("%d of 4 lines do: %s", n, page)
	}
}

// All panels have tiles that are known, at most six, and names in both languages.
func TestPanelsHoldTogether(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range panels {
		if seen[p.id] || p.name[0] == "" || p.name[1] == "" || len(p.tiles) == 0 || len(p.tiles) > mostTiles {
			t.Errorf("the panel %+v", p)
		}
		seen[p.id] = true
		for _, tile := range p.tiles {
			for _, id := range tile.ids {
				if _, ok := kpi.ByID(id); !ok {
					t.Errorf("%s shows %s, which is no figure", p.id, id)
				}
			}
		}
	}
	for id := range strings.SplitSeq(usualPanels, ",") {
		if !seen[id] {
			t.Errorf("%s is no panel", id)
		}
	}
}

// A wall is told once what it shows, then only that it is so still; while the books are away it keeps what it has.
func TestWallNews(t *testing.T) {
	var away atomic.Bool
	h := wallSite(t, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		if away.Load() {
			return nil, errors.New("away")
		}
		return few(ctx, queries...)
	}, runs)
	first := bodyOf(t, get(t, h, "/wall/-/live?panels=today"))
	seen := regexp.MustCompile(`"seen":"([0-9a-f]+)"`).FindStringSubmatch(first)
	if len(seen) != 2 || !strings.Contains(first, `"html":"<section class=\"screen n6 on\" id=\"screen-today\"`) || !strings.Contains(first, `"clock":"2019-10-02T14:03:2`) {
		t.Fatalf("the news are %.400s", first)
	}
	away.Store(true)
	again := bodyOf(t, get(t, h, "/wall/-/live?panels=today&seen="+seen[1]))
	if strings.Contains(again, `"html"`) || !strings.Contains(again, seen[1]) {
		t.Errorf("the news are %.400s", again)
	}
	if r := get(t, h, "/wall/-/live?panels=tasks"); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("status %d", r.StatusCode)
	}
	// The page itself stands, and fills when the books answer.
	r := get(t, h, "/wall?panels=tasks")
	if body := bodyOf(t, r); r.StatusCode != http.StatusServiceUnavailable || strings.Count(body, `class="none">–`) != 6 {
		t.Errorf("%d %.300s", r.StatusCode, body)
	}
}

// All screens that show the same ask once a second, whatever their language and theme.
func TestWallsAskTogether(t *testing.T) {
	var asked atomic.Int64
	h := wallSite(t, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		asked.Add(1)
		for i, q := range queries {
			for _, other := range queries[:i] {
				if q.ID == other.ID && q.Period == other.Period && strings.Join(q.By, ",") == strings.Join(other.By, ",") {
					t.Errorf("%s is asked twice", q.ID)
				}
			}
		}
		return few(ctx, queries...)
	})
	for range 10 {
		for _, address := range []string{"/wall", "/wall?lang=en", "/wall?theme=light&every=5s", "/wall/-/live?lang=en"} {
			if r := get(t, h, address); r.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d", address, r.StatusCode)
			}
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the books were asked %d times", n)
	}
}

// Offices of one kind differ in the end of their names, which is not cut off.
func TestLongNamesOnWalls(t *testing.T) {
	for name, want := range map[string]bool{
		"Ủy ban nhân dân xã Kiến Thiết": false, "Sở Lao động – Thương binh và Xã hội": false,
		"Trung tâm Phục vụ hành chính công, Ủy ban nhân dân phường Kiến Thiết": true,
	} {
		if got := (wallRow{Name: name}).Long(); got != want {
			t.Errorf("%s is long: %v", name, got)
		}
	}
}
