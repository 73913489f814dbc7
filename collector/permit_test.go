package collector

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// guarded is a collector with tokens, and with a clock that a test moves.
type guarded struct {
	*rig
	tokens *auth.Tokens
	now    time.Time
}

func openGuarded(t testing.TB) *guarded {
	t.Helper()
	g := &guarded{now: time.Now()}
	data := t.TempDir()
	var err error
	g.tokens, err = auth.Open(auth.Options{
		Data: data, Rate: 1000, Burst: 10_000, Now: func() time.Time { return g.now }, Audit: func(audit.Act) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.rig = open(t, data, func(o *Options) { o.Tokens, o.Now = g.tokens, func() time.Time { return g.now } })
	return g
}

func (g *guarded) make(t testing.TB, terms auth.Terms) (secret string) {
	t.Helper()
	secret, _, err := g.tokens.Create(auth.Token{}, terms)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func (g *guarded) as(t testing.TB, secret string, content io.Reader, media string) *httptest.ResponseRecorder {
	t.Helper()
	return g.send(t, content, "Content-Type", media, "Authorization", "Bearer "+secret)
}

// Events of every standing that one can have for a token; %d makes ids differ.
const (
	aDossier   = `{"specversion":"1.0","id":"d-%d","source":"urn:t","type":"dossier.resolved","subject":"D-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{}}`
	aTask      = `{"specversion":"1.0","id":"t-%d","source":"urn:t","type":"task.completed","subject":"T-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{}}`
	badDossier = `{"specversion":"1.0","id":"bd-%d","source":"urn:t","type":"dossier.resolved","subject":"D-%[1]d","time":"2026-09-14","data":{}}`
	badTask    = `{"specversion":"1.0","id":"bt-%d","source":"urn:t","type":"task.completed","subject":"T-%[1]d","time":"2026-09-14","data":{}}`
	nothing    = `{"specversion":"1.0","id":"n-%d","source":"urn:t","type":"ship.sailed","subject":"S-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{}}`
	submitted  = `{"specversion":"1.0","id":"s-%d","source":"urn:t","type":"assessment.submitted","subject":"A-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{"agency":"H24.12","criterion":"c","period":"2026-Q3","points":1}}`
	elsewhere  = `{"specversion":"1.0","id":"e-%d","source":"urn:t","type":"assessment.submitted","subject":"A-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{"agency":"H24.17","criterion":"c","period":"2026-Q3","points":1}}`
	verified   = `{"specversion":"1.0","id":"v-%d","source":"urn:t","type":"assessment.verified","subject":"A-%[1]d","time":"2026-09-14T08:30:00+07:00","data":{"agency":"H24.12","criterion":"c","period":"2026-Q3","points":1}}`
)

// CONTRACT §3, the table of answers: 403 if nothing in the request is allowed to the token, 400 if none could be taken for
// another reason, 202 as soon as one is durable.
func TestWhatATokenMayTell(t *testing.T) {
	g := openGuarded(t)
	secrets := map[string]string{"admin": g.token}
	for _, terms := range []auth.Terms{
		{Name: "all", Scopes: []auth.Scope{auth.ScopeIngest}},
		{Name: "dossiers", Scopes: []auth.Scope{auth.ScopeIngest}, Families: []event.Family{event.Dossier}},
		{Name: "bound", Scopes: []auth.Scope{auth.ScopeIngest}, Agency: "H24.12"},
		{Name: "self", Scopes: []auth.Scope{auth.ScopeAssess}, Agency: "H24.12"},
		{Name: "verifier", Scopes: []auth.Scope{auth.ScopeAssess}},
		{Name: "both", Scopes: []auth.Scope{auth.ScopeIngest, auth.ScopeAssess}, Agency: "H24.12", Families: []event.Family{event.Dossier}},
		{Name: "reader", Scopes: []auth.Scope{auth.ScopeRead, auth.ScopeAdmin, auth.ScopePublish}},
	} {
		secrets[terms.Name] = g.make(t, terms)
	}
	// want names each event in order: + was taken, a field is what it was rejected for.
	f := func(token string, status int, want string, events ...string) {
		t.Helper()
		name := token + " " + want
		for i := range events {
			events[i] = fmt.Sprintf(events[i], i)
		}
		before := g.Newest()
		w := g.as(t, secrets[token], strings.NewReader("["+strings.Join(events, ",")+"]"), typeBatch)
		if w.Code != status {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, status)
			return
		}
		if status == 403 {
			if w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %v %s", name, w.Header(), w.Body)
			}
			if g.Newest() != before {
				t.Errorf("%s: something was taken", name)
			}
			return
		}
		got := make([]string, len(events))
		for i := range got {
			got[i] = "+"
		}
		a := told(t, w)
		for _, e := range a.Errors {
			got[e.Index] = e.Field
			if e.ID == "" || e.Reason == "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if strings.Join(got, " ") != want || a.Accepted != strings.Count(want, "+") || a.Rejected != len(events)-a.Accepted || len(a.Errors) != a.Rejected {
			t.Errorf("%s: got %s: %+v", name, strings.Join(got, " "), a)
		}
		if (g.Newest() > before) != (a.Accepted > 0) {
			t.Errorf("%s: an entry was written: %v", name, g.Newest() > before)
		}
	}
	f("all", 202, "+ +", aDossier, aTask)
	f("bound", 202, "+ +", aDossier, aTask)
	f("admin", 202, "+ + +", aDossier, aTask, verified)
	f("dossiers", 202, "+ type", aDossier, aTask)
	f("dossiers", 202, "type + time type type", aTask, aDossier, badDossier, nothing, badTask)
	f("dossiers", 202, "")

	// Nothing is allowed.
	f("dossiers", 403, "this token may not tell of the family task, only of dossier", aTask)
	f("dossiers", 403, "of event 0, field type", aTask, aTask)
	f("dossiers", 403, "task", badTask, aTask) // what it may not tell is no better for being malformed too
	f("dossiers", 403, "assessment.verified needs a token with the scope assess", verified)
	f("all", 403, "scope assess", submitted, verified)
	f("reader", 403, "tiendo token create --scope ingest", aDossier)
	f("reader", 403, "tiendo token create --scope ingest")

	// Something is allowed but could not be taken, or is nobody's: the answer names each.
	f("dossiers", 400, "time", badDossier)
	f("dossiers", 400, "time type", badDossier, aTask)
	f("dossiers", 400, "type type", aTask, nothing)
	f("all", 400, "type", nothing)

	// An agency assesses itself, and none verifies.
	f("self", 202, "+", submitted)
	f("self", 202, "+ data.agency type type", submitted, elsewhere, verified, aDossier)
	f("self", 403, "is not the agency that this token is bound to, H24.12", elsewhere)
	f("self", 403, "bound to none", verified)
	f("self", 403, "dossier.resolved needs a token with the scope ingest", aDossier)
	f("self", 400, "data.points", strings.Replace(submitted, `"points":1`, `"points":"1"`, 1))
	f("verifier", 202, "+", verified)
	f("verifier", 202, "type +", submitted, verified)
	f("verifier", 403, "bound to the agency", submitted)
	f("admin", 403, "bound to the agency", submitted)
	f("both", 202, "+ + type type data.agency", aDossier, submitted, aTask, verified, elsewhere)

	for _, e := range g.stored(t) {
		if e.Bound != "" && e.Bound != "H24.12" {
			t.Errorf("%s is bound to %q", e.ID, e.Bound)
		}
		if strings.HasPrefix(e.ID, "s-") && e.Bound != "H24.12" {
			t.Errorf("%s is bound to %q", e.ID, e.Bound)
		}
	}
}

// Single events and lines are judged as batches are.
func TestForbiddenInEveryMode(t *testing.T) {
	g := openGuarded(t)
	secret := g.make(t, auth.Terms{Name: "dossiers", Scopes: []auth.Scope{auth.ScopeIngest}, Families: []event.Family{event.Dossier}})
	task, dossier := fmt.Sprintf(aTask, 1), fmt.Sprintf(aDossier, 1)
	if w := g.as(t, secret, strings.NewReader(task), typeOne); w.Code != 403 {
		t.Errorf("one: %d %s", w.Code, w.Body)
	}
	if w := g.as(t, secret, strings.NewReader(task+"\n"+task), typeLines); w.Code != 403 {
		t.Errorf("lines: %d %s", w.Code, w.Body)
	}
	w := g.as(t, secret, strings.NewReader("{\n"+task+"\n\n"+dossier), typeLines)
	if a := told(t, w); w.Code != 202 || a.Accepted != 1 || len(a.Errors) != 2 || a.Errors[1].Line != 2 || a.Errors[1].Field != "type" || a.Errors[1].ID != "t-1" {
		t.Errorf("lines: %d %+v", w.Code, a)
	}
	if w := g.send(t, strings.NewReader("{}"), "Authorization", "Bearer "+secret, "Content-Type", "application/json", "ce-specversion", "1.0", "ce-id", "1",
		"ce-source", "urn:t", "ce-type", "task.completed", "ce-subject", "x", "ce-time", "2026-09-14T08:30:00Z"); w.Code != 403 {
		t.Errorf("binary: %d %s", w.Code, w.Body)
	}
	if n := testutil.ToFloat64(g.metrics.events.WithLabelValues("task", rejected)); n != 5 {
		t.Errorf("%v rejected tasks are counted", n)
	}
}

func TestExpiredAndRevokedTokensAreRefused(t *testing.T) {
	g := openGuarded(t)
	secret := g.make(t, auth.Terms{Name: "a", Scopes: []auth.Scope{auth.ScopeIngest}, Expires: g.now.Add(time.Hour)})
	f := func(want int, says string) {
		t.Helper()
		w := g.as(t, secret, strings.NewReader(one(1)), typeOne)
		if w.Code != want || !strings.Contains(w.Body.String(), says) || want == 401 && !strings.Contains(w.Header().Get("WWW-Authenticate"), "invalid_token") {
			t.Errorf("%d %s, want %d %s", w.Code, w.Body, want, says)
		}
	}
	f(202, "")
	g.now = g.now.Add(time.Hour)
	f(401, "expired")
	if err := g.tokens.Revoke(auth.Token{}, "a"); err != nil {
		t.Fatal(err)
	}
	f(401, "revoked")
}

// slowBody calls a function before its last byte.
type slowBody struct {
	io.Reader
	last func()
}

func (s *slowBody) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF && s.last != nil {
		s.last()
		s.last = nil
	}
	return n, err
}

// A request that was on its way when its token was revoked brings nothing in.
func TestRevokedWhileTheBodyComes(t *testing.T) {
	g := openGuarded(t)
	secret := g.make(t, auth.Terms{Name: "a", Scopes: []auth.Scope{auth.ScopeIngest}})
	w := g.as(t, secret, &slowBody{strings.NewReader(many(1, 10)), func() {
		if err := g.tokens.Revoke(auth.Token{}, "a"); err != nil {
			t.Error(err)
		}
	}}, typeBatch)
	if w.Code != 401 || g.Newest() != 0 {
		t.Errorf("%d %s, %d entries", w.Code, w.Body, g.Newest())
	}
}

// A token over its rate is told when to come back, nothing of the request is taken, and others do not notice.
func TestRatesOfTokens(t *testing.T) {
	g := openGuarded(t)
	greedy := g.make(t, auth.Terms{Name: "greedy", Scopes: []auth.Scope{auth.ScopeIngest}})
	slow := g.make(t, auth.Terms{Name: "slow", Scopes: []auth.Scope{auth.ScopeIngest}, Rate: 10})
	f := func(name, secret, content string, want int, after string) {
		t.Helper()
		before := g.Newest()
		w := g.as(t, secret, strings.NewReader(content), typeBatch)
		if w.Code != want || w.Header().Get("Retry-After") != after {
			t.Errorf("%s: %d, Retry-After %q: %s, want %d, %q", name, w.Code, w.Header().Get("Retry-After"), w.Body, want, after)
		}
		if (g.Newest() > before) != (want == 202) {
			t.Errorf("%s: something was taken: %v", name, g.Newest() > before)
		}
		if want == 429 && (!strings.Contains(w.Body.String(), "nothing of the request was taken") || w.Header().Get("Content-Type") != "application/problem+json") {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
	f("a whole request at once", greedy, many(0, 10_000), 202, "")
	f("and one more", greedy, many(0, 1), 429, "1")
	f("others", slow, many(0, 100), 202, "")
	f("the administrator", g.token, many(0, 10_000), 202, "")
	f("the administrator again", g.token, many(0, 10_000), 202, "")
	g.now = g.now.Add(time.Second)
	f("a second later", greedy, many(0, 1000), 202, "")
	f("too much", greedy, many(0, 2500), 429, "3")
	f("not even read before", greedy, "no JSON at all", 429, "3")
	g.now = g.now.Add(2500 * time.Millisecond)
	f("when it was told", greedy, many(0, 2500), 202, "")
	g.now = g.now.Add(time.Second)
	broken := "[" + strings.Repeat(one(1)+",", 999) + "{]"
	f("what is refused counts too", greedy, broken, 400, "")
	f("so that there is no room", greedy, many(0, 10), 429, "1")
	f("at its own rate", slow, many(0, 10_000), 429, "6") // 9,945 fit

	const want = `
		# HELP tiendo_collector_limited_total Requests that were turned away because their token was over its rate, by its name.
		# TYPE tiendo_collector_limited_total counter
		tiendo_collector_limited_total{source="greedy"} 4
		tiendo_collector_limited_total{source="slow"} 1
	`
	if err := testutil.GatherAndCompare(g.reg, strings.NewReader(want), "tiendo_collector_limited_total"); err != nil {
		t.Error(err)
	}
}

// One token can't fill the memory for bodies, so that others still find room.
func TestBodiesOfOneTokenLeaveRoomForOthers(t *testing.T) {
	g := openGuarded(t)
	greedy := g.make(t, auth.Terms{Name: "greedy", Scopes: []auth.Scope{auth.ScopeIngest}})
	other := g.make(t, auth.Terms{Name: "other", Scopes: []auth.Scope{auth.ScopeIngest}})
	g.budget = newBudget(4 * bodyStep)
	// Nested requests: each comes while the bodies of those around it are half read.
	var codes []int
	within := func(secret string, size int, next func()) {
		w := g.as(t, secret, &slowBody{strings.NewReader("[" + strings.Repeat(" ", size) + "]"), next}, typeBatch)
		codes = append(codes, w.Code)
	}
	within(greedy, bodyStep, func() { // two steps
		within(greedy, 10, nil)
		within(other, 10, func() {
			within(g.token, 10, nil)
		})
	})
	if fmt.Sprint(codes) != "[503 202 202 202]" {
		t.Errorf("got %v", codes)
	}
	if g.budget.free != 4*bodyStep || len(g.budget.held) != 0 {
		t.Errorf("not all was given back: %d, %v", g.budget.free, g.budget.held)
	}
}

// Sources are labelled by the names of their tokens, as long as these are known.
func TestLastEventOfASource(t *testing.T) {
	g := openGuarded(t)
	g.now = time.UnixMilli(1_790_000_000_500)
	secret := g.make(t, auth.Terms{Name: "one-stop", Scopes: []auth.Scope{auth.ScopeIngest}, Expires: g.now.Add(time.Hour)})
	idle := g.make(t, auth.Terms{Name: "idle", Scopes: []auth.Scope{auth.ScopeIngest}})
	g.as(t, secret, strings.NewReader(one(1)), typeOne)
	g.as(t, g.token, strings.NewReader(one(1)), typeOne)
	g.as(t, idle, strings.NewReader("[]"), typeBatch)
	f := func(when, want string) {
		t.Helper()
		head := "# HELP tiendo_source_last_event_timestamp_seconds When the last event of a source arrived, by the name of its token.\n# TYPE tiendo_source_last_event_timestamp_seconds gauge\n"
		if err := testutil.GatherAndCompare(g.reg, strings.NewReader(head+want), "tiendo_source_last_event_timestamp_seconds"); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	const admins = "tiendo_source_last_event_timestamp_seconds{source=\"_unknown\"} 1.7900000005e+09\n"
	const both = admins + "tiendo_source_last_event_timestamp_seconds{source=\"one-stop\"} 1.7900000005e+09\n"
	f("at first", both)
	g.now = g.now.Add(2 * time.Hour)
	f("expired", both)
	if err := g.tokens.Revoke(auth.Token{}, "one-stop"); err != nil {
		t.Fatal(err)
	}
	f("revoked", admins)
}
