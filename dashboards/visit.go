package dashboards

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

// defaultPeriod is shown to who asks for none.
const defaultPeriod = "ytd"

// readLanguage reads which language an address or the visitor's cookie asks for. Where it asks for one that is not spoken,
// it returns one to say so in.
func readLanguage(r *http.Request) (language, *wrong) {
	lang := vietnamese
	if cookie, err := r.Cookie("lang"); err == nil && spoken[language(cookie.Value)] != nil {
		lang = language(cookie.Value)
	}
	asked := r.URL.Query()["lang"]
	switch {
	case len(asked) == 0:
		return lang, nil
	case len(asked) > 1 || spoken[language(asked[0])] == nil:
		return lang, &wrong{what: asked[0], says: spoken[lang].WrongLanguage}
	default:
		return language(asked[0]), nil
	}
}

// keepLanguage keeps the language that an address has asked for.
func keepLanguage(w http.ResponseWriter, r *http.Request, lang language) {
	if r.URL.Query().Has("lang") {
		http.SetCookie(w, &http.Cookie{
			Name: "lang", Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
}

// example is an event that anybody may send to see the page fill.
func (p *Pages) example() string {
	return fmt.Sprintf(`{"specversion":"1.0","type":"dossier.received","source":"urn:example","id":"1","subject":"H24.12-0001","time":%q,"data":{"agency":"H24.12","procedure":"1.000001","channel":"online","level":"full"}}`,
		p.Now().In(p.Location).Truncate(24*time.Hour).Format(time.RFC3339))
}

var plainHost = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]{1,80}$`)

// onThisMachine says that the visitor has asked by an address of this machine, which no other can hear.
func onThisMachine(r *http.Request) bool {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	address, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return name == "localhost" || err == nil && address.IsLoopback()
}

// host is the host that the visitor asked, if it looks like one.
func host(r *http.Request) string {
	if plainHost.MatchString(r.Host) {
		return r.Host
	}
	return "127.0.0.1:8080"
}
