package auth

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// FuzzRequest: whatever a request says of who sends it and from where, nobody comes in by it, and only a proxy that is trusted is
// believed.
func FuzzRequest(f *testing.F) {
	proxy := netip.MustParsePrefix("10.0.0.0/8")
	h := openHouse(f, f.TempDir(), func(o *DoorOptions) { o.Proxies = []netip.Prefix{proxy} })
	for _, seed := range [][5]string{
		{"192.0.2.1:80", "Bearer x", sessionCookie + "=x", "10.0.0.1", "https"},
		{"10.1.2.3:1", "Basic x", cookieName(sessionCookie, true) + "=x", "192.0.2.7, 10.0.0.1", "http,https"},
		{"10.1.2.3:1", "bearer", "a=b; a=c", "::ffff:10.0.0.1, fe80::1%eth0,, x", "HTTPS"},
		{"@", "Bearer  " + strings.Repeat("a", 1000), attemptCookie + "=" + h.pack(&attempt{State: "s", Until: h.now.AddDate(1, 0, 0)}), "unknown", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, peer, authorization, cookies, forwarded, proto string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		r.Header = http.Header{"Authorization": {authorization}, "Cookie": {cookies}, "X-Forwarded-For": {forwarded}, "X-Forwarded-Proto": {proto}}
		if who, err := h.Door.check(r, true); err == nil {
			t.Fatalf("%+v came in", who)
		}
		from, err := netip.ParseAddrPort(peer)
		if trusted := err == nil && proxy.Contains(from.Addr().Unmap()); !trusted && (h.Secure(r) || err == nil && originOf(r, h.Proxies).address != from.Addr().Unmap()) {
			t.Fatalf("%s is believed", peer)
		}
		for _, c := range r.Cookies() {
			if a, err := h.unpack(c.Value); err == nil && a.State != "s" {
				t.Fatalf("%q is believed", c.Value)
			}
		}
		if next := Next(cookies); !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.HasPrefix(next, "/\\") {
			t.Fatalf("sent to %q", next)
		}
	})
}
