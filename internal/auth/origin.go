package auth

import (
	"net/http"
	"net/netip"
	"strings"
)

// origin is where a request came from.
type origin struct {
	// address is the client's; invalid if it is not known.
	address netip.Addr
	// secure says that it came over TLS, as far as its last stretch is not the city's own proxy.
	secure bool
}

// originOf believes what a proxy says of its client if the proxy is one of those that are trusted, and nobody else: anybody
// can send such a header.
func originOf(r *http.Request, trusted []netip.Prefix) origin {
	o := origin{secure: r.TLS != nil}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return o
	}
	o.address = peer.Addr().Unmap()
	if !within(o.address, trusted) {
		return o
	}
	if told := r.Header.Values("X-Forwarded-Proto"); len(told) > 0 {
		last := told[len(told)-1]
		o.secure = strings.EqualFold(strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:]), "https")
	}
	// The nearest proxy wrote last. What stands before the first stranger may be made up.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && within(o.address, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		o.address = hop.Unmap()
	}
	return o
}

func within(address netip.Addr, all []netip.Prefix) bool {
	for _, p := range all {
		if p.Contains(address) {
			return true
		}
	}
	return false
}

// text is the address for people and logs; empty if it is not known.
func (o origin) text() string {
	if !o.address.IsValid() {
		return ""
	}
	return o.address.String()
}
