package dashboards

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// FuzzWall: whatever a wall of the configuration is written as, it is refused with words or can be shown.
func FuzzWall(f *testing.F) {
	for _, seed := range []string{"hall", "hall?panels=today,tasks&every=30s&theme=light&period=mtd", "?", "a?panels=%zz", "a?every=-1h", "a?panels=,,&at=9&seen=x", "../x?panels=today"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ReadWall(text)
		if err != nil {
			return
		}
		if asks, wrong := readWallParams(w.asks); wrong != nil || len(asks.panels) == 0 || asks.every < fastestEvery || asks.every > slowestEvery {
			t.Fatalf("%q is taken as %+v", text, asks)
		}
	})
}

var anyScript = regexp.MustCompile(`(?i)<script|<img|<style`)

// FuzzAddress: whatever an address holds, it is answered with a page without markup of its own.
func FuzzAddress(f *testing.F) {
	for _, path := range []string{"/", "/dossiers", "/tasks", "/kpis", "/csv"} {
		f.Add(path, "period=2019-09&agency=H24.12&by=unit&lang=en")
		f.Add(path, "period=<script>alert(1)</script>&lang=<img src=x>")
	}
	f.Add("/agencies/"+"<img src=x>", "lang=vi&lang=en&period=2019-13&%00=%ff")
	f.Add("/wall/x", "panels=<img>&every=1ns")
	p := site(f, nothing)
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: "/" + strings.TrimLeft(path, "/"), RawQuery: query}
		if r.URL.Path == "/live" {
			return // has no end
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%d %.300s", w.Code, w.Body)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			return
		}
		for _, found := range anyScript.FindAllString(strings.ReplaceAll(strings.ReplaceAll(w.Body.String(), `<script defer src="/static/`, ""), `<script type="application/json"`, ""), -1) {
			t.Fatalf("%s?%s has %q", path, query, found)
		}
	})
}
