package auth

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"tiendo/internal/problem"
)

// Read says who may read figures, pages and metrics (auth.read of CONTRACT §7).
type Read string

// The policies there are.
const (
	// ReadOpen lets everybody on this machine read.
	ReadOpen Read = "open"
	// ReadToken asks for a token, of programs and of people.
	ReadToken Read = "token"
	// ReadOIDC asks programs for a token; for people a provider vouches.
	ReadOIDC Read = "oidc"
)

// CheckListen refuses to serve what is open to all on an address that others can reach. address is "host:port".
func CheckListen(policy Read, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen on %q: %w; write host:port, such as 127.0.0.1:8080", address, err)
	}
	if policy == ReadOpen && !loopback(host) {
		return fmt.Errorf("listen on %q: others could read everything, for auth.read is open; listen on 127.0.0.1, or set auth.read to token or oidc", address)
	}
	return nil
}

// Local guards a listener that is open to all on this machine: it refuses requests that a proxy passed on, and those
// whose Host is not this machine, which a page elsewhere can make a browser send.
func Local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			if name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") {
				problem.Plain(w, http.StatusForbidden, name+" says that others can reach this server through a proxy: set auth.read to token")
				return
			}
		}
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !loopback(strings.Trim(host, "[]")) {
			problem.Plain(w, http.StatusForbidden, "this server answers to localhost only, for auth.read is open: use http://127.0.0.1, or set auth.read to token")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
