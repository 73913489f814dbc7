package collector

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"

	"tiendo/internal/auth"
	"tiendo/internal/problem"
)

// The handshake of the CloudEvents webhook specification 1.0, section 4: who is to deliver events to an address asks first
// whether that address expects them, so that nobody can be flooded by having been registered somewhere. It gives no right
// to deliver, which is the token's alone; and senders ask without one.
const (
	requestOrigin = "WebHook-Request-Origin"
	requestRate   = "WebHook-Request-Rate"
	allowedOrigin = "WebHook-Allowed-Origin"
	allowedRate   = "WebHook-Allowed-Rate"
)

// originName is a DNS name, which the specification asks for.
var originName = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)

// handshake answers OPTIONS. WebHook-Request-Callback is not needed, for the answer is given at once: no address that a
// sender names is ever called.
func (c *Collector) handshake(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", allowed)
	token, err := c.tokens.Check(r)
	perSecond := c.tokens.Rate
	switch {
	case errors.Is(err, auth.ErrNone): // as most senders do
	case err != nil:
		auth.Refuse(w, err)
		return
	case !token.Has(auth.ScopeIngest) && !token.Has(auth.ScopeAssess):
		auth.Lacks(w, r, auth.ScopeIngest)
		return
	case token.Allowance == nil:
		perSecond = 0
	default:
		perSecond = token.Allowance.PerSecond()
	}
	origin := r.Header.Get(requestOrigin)
	if origin == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if !originName.MatchString(origin) {
		problem.Plain(w, http.StatusBadRequest, requestOrigin+" is no DNS name; name the system that will deliver, such as eventgrid.azure.net")
		return
	}
	rate, err := rateFor(r.Header.Get(requestRate), perSecond)
	if err != nil {
		problem.Plain(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set(allowedOrigin, origin)
	w.Header().Set(allowedRate, rate)
	w.WriteHeader(http.StatusOK)
}

// rateFor is how many requests a minute are granted of those that are asked for, "*" for any number: a token's rate is one
// of events, and each request brings one at least. perSecond is 0 where there is no limit.
func rateFor(asked string, perSecond int) (string, error) {
	wanted := 0
	if asked != "" && asked != "*" {
		n, err := strconv.ParseUint(asked, 10, 31)
		if err != nil || n == 0 {
			return "", errors.New(requestRate + " is no positive whole number; how many requests a minute will be delivered would do")
		}
		wanted = int(n)
	}
	granted := 60 * perSecond
	if granted == 0 || wanted > 0 && wanted < granted {
		granted = wanted
	}
	if granted == 0 {
		return "*", nil
	}
	return strconv.Itoa(granted), nil
}
