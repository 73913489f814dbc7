package collector

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tiendo/internal/auth"
)

// The handshake of the webhook specification: who asks with an origin is told that its events are expected, and how many.
func TestHandshake(t *testing.T) {
	g := openGuarded(t) // 1000 events a second where a token has no rate of its own
	slow := g.make(t, auth.Terms{Name: "slow", Scopes: []auth.Scope{auth.ScopeIngest}, Rate: 2})
	assessor := g.make(t, auth.Terms{Name: "assessor", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"})
	reader := g.make(t, auth.Terms{Name: "reader", Scopes: []auth.Scope{auth.ScopeRead}})
	ended := g.make(t, auth.Terms{Name: "ended", Scopes: []auth.Scope{auth.ScopeIngest}, Expires: g.now.Add(time.Second)})
	g.now = g.now.Add(time.Minute)

	// rate is empty where no delivery is agreed to.
	f := func(status int, rate, secret string, headers ...string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodOptions, "/v1/events", nil)
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		origin := ""
		if rate != "" {
			origin = r.Header.Get("WebHook-Request-Origin")
		}
		h := w.Header()
		if w.Code != status || h.Get("WebHook-Allowed-Origin") != origin || h.Get("WebHook-Allowed-Rate") != rate {
			t.Errorf("%v: %d %v %s, want %d and the rate %q", headers, w.Code, h, w.Body, status, rate)
		}
		if h.Get("Allow") != "POST, OPTIONS" || h.Get("Accept-Post") != acceptPost {
			t.Errorf("%v: %v", headers, h)
		}
	}
	const origin, sender = "WebHook-Request-Origin", "eventgrid.azure.net"
	f(200, "60000", "", origin, sender)
	f(200, "120", "", origin, sender, "WebHook-Request-Rate", "120", "WebHook-Request-Callback", "http://127.0.0.1:1/never")
	f(200, "60000", "", origin, sender, "WebHook-Request-Rate", "2000000000")
	f(200, "60000", "", origin, sender, "WebHook-Request-Rate", "*")
	f(200, "120", slow, origin, sender, "WebHook-Request-Rate", "1000")
	f(200, "*", g.token, origin, sender)
	f(200, "7", g.token, origin, sender, "WebHook-Request-Rate", "7")
	f(200, "60000", assessor, origin, "a")

	f(204, "", "") // what may be done here
	f(204, "", slow)
	f(401, "", "tiendo_wrong", origin, sender)
	f(401, "", ended, origin, sender)
	f(403, "", reader, origin, sender)
	for _, bad := range []string{"*", "http://a.b", "a b", "-a", "a.", strings.Repeat("a", 254), "hồ-sơ.vn", "a,b"} {
		f(400, "", "", origin, bad)
	}
	for _, bad := range []string{"0", "-1", "1.5", "many", "99999999999999999999"} {
		f(400, "", "", origin, sender, "WebHook-Request-Rate", bad)
	}
	if g.Newest() != 0 {
		t.Error("a handshake has left something in the log")
	}
}
