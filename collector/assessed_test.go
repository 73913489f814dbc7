package collector

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
)

// Who assessed by sending events is written down, as is who did so on the page (CONTRACT §7).
func TestWhoAssessedIsWrittenDown(t *testing.T) {
	var acts []string
	g := openGuarded(t)
	g.audit = func(_ *http.Request, a audit.Act) {
		line := fmt.Sprintf("%s %s %s", a.By, a.Verb, a.Object)
		for _, d := range a.Details {
			line += fmt.Sprintf(" %s=%s", d.Key, d.Value)
		}
		acts = append(acts, line)
	}
	own := g.make(t, auth.Terms{Name: "so-noi-vu", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"})
	team := g.make(t, auth.Terms{Name: "doan", Scopes: []auth.Scope{auth.ScopeAssess, auth.ScopeIngest}})
	event := func(step, agency, criterion, more string) string {
		return fmt.Sprintf(`{"specversion":"1.0","id":"%s-%s-%s","source":"urn:t","type":"assessment.%s","subject":"%s/%s/2026-Q3","time":"2026-09-14T08:30:00Z","data":{"agency":"%s","criterion":"%s","period":"2026-Q3","points":2.5%s`,
			step, agency, criterion, step, agency, criterion, agency, criterion, more)
	}
	f := func(secret string, status int, body string, want ...string) {
		t.Helper()
		acts = nil
		if w := g.as(t, secret, strings.NewReader(body), typeBatch); w.Code != status {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if !slices.Equal(acts, want) {
			t.Errorf("written down: %q, want %q", acts, want)
		}
	}
	f(own, 202, "["+event("submitted", "H24.12", "a", "}}")+"]", "so-noi-vu assess.submit H24.12 criterion=a period=2026-Q3 points=2.5 reason=")
	f(own, 403, "["+event("submitted", "H24.13", "a", "}}")+"]")
	f(team, 202, "["+event("verified", "H24.12", "a", "}}")+","+event("verified", "H24.12", "b", `,"reason":"r1"}}`)+","+one(1)+","+event("verified", "H24.13", "a", "}}")+","+
		event("verified", "H24.12", "c", `},"retracted":true}`)+","+event("verified", "H24.12", "d", `,"x":1}}`)+"]",
		"doan assess.verify H24.12 criterion=a,b period=2026-Q3 points=2.5,2.5 reason=r1",
		"doan assess.verify H24.13 criterion=a period=2026-Q3 points=2.5 reason=",
		"doan assess.retract H24.12 criterion=c period=2026-Q3 points=2.5 reason=")
	f(team, 202, "["+one(2)+"]")
}
