package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/audit"
	"tiendo/internal/event"
)

var morning = time.Date(2026, 11, 26, 9, 0, 0, 0, time.FixedZone("", 7*60*60))

// shop is tokens in a folder, with a clock that a test moves and the acts that were told.
type shop struct {
	*Tokens
	dir  string
	now  time.Time
	acts []audit.Act
}

func openShop(t testing.TB, dir string) *shop {
	t.Helper()
	s := &shop{dir: dir, now: morning}
	var err error
	s.Tokens, err = Open(Options{
		Data: dir, Rate: 1000, Burst: 10_000, Now: func() time.Time { return s.now }, Audit: func(a audit.Act) { s.acts = append(s.acts, a) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) make(t testing.TB, terms Terms) string {
	t.Helper()
	secret, _, err := s.Create(Token{}, terms)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// check says who bears a secret.
func (s *shop) check(secret string) (Token, error) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	return s.Check(r)
}

func (s *shop) admin(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.dir, AdminTokenFile))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

func TestAdministratorsToken(t *testing.T) {
	s := openShop(t, t.TempDir())
	info, err := os.Stat(filepath.Join(s.dir, AdminTokenFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	token := s.admin(t)
	if len(token) != 43 {
		t.Fatalf("token of %d characters", len(token))
	}
	again := openShop(t, s.dir)
	f := func(header string, want error) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		who, err := again.Check(r)
		if !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", header, err, want)
		}
		if err == nil && (who.Name != "" || who.Bound != "" || who.Allowance != nil || !slices.Equal(who.Scopes, Scopes())) {
			t.Errorf("%q: %+v", header, who)
		}
		w := httptest.NewRecorder()
		doorOf(t, again.Tokens).Require(ScopeAdmin, http.NotFoundHandler()).ServeHTTP(w, r)
		if want == nil && w.Code != http.StatusNotFound {
			t.Errorf("%q: status %d", header, w.Code)
		}
		if want != nil && (w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("Content-Type") != "application/problem+json") {
			t.Errorf("%q: status %d, %v", header, w.Code, w.Header())
		}
	}
	f("Bearer "+token, nil)
	f("bearer  "+token, nil)
	f("", ErrNone)
	f("Basic "+token, ErrNone)
	f("Bearer", ErrWrong)
	f("Bearer "+token[1:], ErrWrong)
	f("Bearer "+token+"x", ErrWrong)
	f("Bearer "+Prefix+token, ErrWrong)

	// RFC 9110, 11.6.2 knows one; whichever of two is taken, a proxy may have looked at the other.
	twice := httptest.NewRequest(http.MethodGet, "/", nil)
	twice.Header["Authorization"] = []string{"Basic eDp5", "Bearer " + token}
	w := httptest.NewRecorder()
	doorOf(t, again.Tokens).Require(ScopeAdmin, http.NotFoundHandler()).ServeHTTP(w, twice)
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "two Authorization headers") {
		t.Errorf("two tokens: status %d, %s", w.Code, w.Body)
	}
}

// What was created is known, also after a restart, by what it was made with; the file holds no secret.
func TestCreatedTokens(t *testing.T) {
	s := openShop(t, t.TempDir())
	terms := []Terms{
		{Name: "one-stop", Scopes: []Scope{ScopeIngest}, Agency: "H24.12", Families: []event.Family{event.Task, event.Dossier, event.Task}, Expires: morning.Add(time.Hour)},
		{Name: "Sở-Nội-vụ.2", Scopes: []Scope{ScopeRead, ScopeAssess, ScopeIngest, ScopeRead}, Agency: "Sở-Nội-vụ", Rate: 10},
		{Name: "wall", Scopes: []Scope{ScopeRead}},
	}
	var secrets []string
	for _, one := range terms {
		secret := s.make(t, one)
		if !strings.HasPrefix(secret, "tiendo_") || len(secret) != len("tiendo_")+43 || slices.Contains(secrets, secret) {
			t.Errorf("the secret is %q", secret)
		}
		secrets = append(secrets, secret)
	}
	want := []Token{
		{Name: "one-stop", Scopes: []Scope{ScopeIngest}, Bound: "H24.12", Families: []event.Family{event.Dossier, event.Task}},
		{Name: "Sở-Nội-vụ.2", Scopes: []Scope{ScopeIngest, ScopeRead, ScopeAssess}, Bound: "Sở-Nội-vụ"},
		{Name: "wall", Scopes: []Scope{ScopeRead}},
	}
	rates := []int{1000, 10, 1000}
	for _, now := range []*shop{s, openShop(t, s.dir)} {
		for i, secret := range secrets {
			got, err := now.check(secret)
			if err != nil || got.Allowance.PerSecond() != rates[i] {
				t.Fatalf("%s: %+v, %v", want[i].Name, got, err)
			}
			got.Allowance = nil
			if diff := cmp.Diff(want[i], got); diff != "" {
				t.Error(diff)
			}
		}
		list := now.List()
		if len(list) != 3 || list[1].Name != "Sở-Nội-vụ.2" || !list[1].Created.Equal(morning) || list[0].State(morning) != "valid" {
			t.Errorf("%+v", list)
		}
	}
	raw, err := os.ReadFile(filepath.Join(s.dir, TokensFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range append(secrets, s.admin(t)) {
		if strings.Contains(string(raw), strings.TrimPrefix(secret, Prefix)) {
			t.Error("the file holds a secret")
		}
	}
	info, err := os.Stat(filepath.Join(s.dir, TokensFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestTermsThatDoNotHold(t *testing.T) {
	s := openShop(t, t.TempDir())
	f := func(field, says string, change func(*Terms)) {
		t.Helper()
		terms := Terms{Name: "a", Scopes: []Scope{ScopeIngest}}
		change(&terms)
		_, _, err := s.Create(Token{}, terms)
		wrong, ok := errors.AsType[*Error](err)
		if !ok || wrong.Field != field || !strings.Contains(wrong.Message, says) {
			t.Errorf("%+v: got %v, want %s and %q", terms, err, field, says)
		}
	}
	for _, name := range []string{"", "a b", "a/b", ".", "..", "_unknown", "-a", strings.Repeat("a", 65), "a\n", "e\u0301"} {
		f("name", "one-stop-2026", func(t *Terms) { t.Name = name })
	}
	f("scopes", "ingest, view, read, assess, publish, admin", func(t *Terms) { t.Scopes = nil })
	f("scopes", `"write" is none of ingest, view, read`, func(t *Terms) { t.Scopes = []Scope{ScopeRead, "write"} })
	f("families", `"ship" is none of dossier, task`, func(t *Terms) { t.Families = []event.Family{"ship"} })
	f("families", "none of dossier", func(t *Terms) { t.Families = []event.Family{event.Assessment} })
	f("families", "scope ingest", func(t *Terms) { t.Families, t.Scopes = []event.Family{event.Dossier}, []Scope{ScopeRead} })
	f("agency", "code", func(t *Terms) { t.Agency = "Sở Nội vụ" })
	f("agency", "whole city", func(t *Terms) { t.Agency, t.Scopes = "H24.12", []Scope{ScopeRead, ScopeAdmin} })
	f("agency", "whole city", func(t *Terms) { t.Agency, t.Scopes = "H24.12", []Scope{ScopePublish} })
	f("expires", "passed", func(t *Terms) { t.Expires = morning })
	f("expires", "passed", func(t *Terms) { t.Expires = morning.Add(-time.Hour) })
	f("rate", "from 1 to", func(t *Terms) { t.Rate = -1 })
	f("rate", "from 1 to", func(t *Terms) { t.Rate = MaxRate + 1 })
	f("rate", "not send events", func(t *Terms) { t.Rate, t.Scopes = 5, []Scope{ScopeRead} })
	if len(s.List()) != 0 || len(s.acts) != 0 {
		t.Errorf("%+v, %+v", s.List(), s.acts)
	}
	if _, err := os.Stat(filepath.Join(s.dir, TokensFile)); !os.IsNotExist(err) {
		t.Errorf("a file was written: %v", err)
	}
}

func TestParseExpiry(t *testing.T) {
	f := func(text string, want time.Time) {
		t.Helper()
		got, err := ParseExpiry(text, morning)
		if want.IsZero() {
			if wrong, ok := errors.AsType[*Error](err); !ok || wrong.Field != "expires" || !strings.Contains(wrong.Message, "90d") {
				t.Errorf("%q: %v, %v", text, got, err)
			}
			return
		}
		if err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	f("1d", morning.Add(24*time.Hour))
	f("90d", morning.Add(90*24*time.Hour))
	f("3650d", morning.Add(3650*24*time.Hour))
	f("2027-03-31T17:00:00+07:00", time.Date(2027, 3, 31, 10, 0, 0, 0, time.UTC))
	for _, text := range []string{"", "d", "0d", "-1d", "3651d", "1.5d", "90", "12h", "2027-03-31", "2027-03-31T17:00:00", "never", strings.Repeat("9", 99) + "d"} {
		f(text, time.Time{})
	}
}

func TestTokensExpire(t *testing.T) {
	s := openShop(t, t.TempDir())
	secret := s.make(t, Terms{Name: "a", Scopes: []Scope{ScopeRead}, Expires: morning.Add(time.Hour)})
	f := func(after time.Duration, want error) {
		t.Helper()
		s.now = morning.Add(after)
		if _, err := s.check(secret); !errors.Is(err, want) {
			t.Errorf("after %v: %v, want %v", after, err, want)
		}
	}
	f(0, nil)
	f(time.Hour-time.Nanosecond, nil)
	f(time.Hour, ErrExpired)
	f(1000*time.Hour, ErrExpired)
	if list := s.List(); list[0].State(s.now) != "expired" || !s.Named("a") {
		t.Errorf("%+v", list)
	}
	// Its name is free when it was revoked, not before.
	if _, _, err := s.Create(Token{}, Terms{Name: "a", Scopes: []Scope{ScopeRead}}); !errors.Is(err, ErrTaken) {
		t.Errorf("got %v", err)
	}
	if err := s.Revoke(Token{}, "a"); err != nil {
		t.Fatal(err)
	}
	s.make(t, Terms{Name: "a", Scopes: []Scope{ScopeRead}})
	if again := openShop(t, s.dir); len(again.List()) != 2 {
		t.Errorf("%+v", again.List())
	}
}

// A sender changes its token without a moment in which it has none: both are good until the first is revoked.
func TestRotation(t *testing.T) {
	s := openShop(t, t.TempDir())
	terms := Terms{Name: "one-stop-1", Scopes: []Scope{ScopeIngest}, Agency: "H24.12"}
	first := s.make(t, terms)
	terms.Name = "one-stop-2"
	second := s.make(t, terms)
	f := func(secret string, want error) {
		t.Helper()
		for _, now := range []*shop{s, openShop(t, s.dir)} {
			if _, err := now.check(secret); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
	}
	f(first, nil)
	f(second, nil)
	if err := s.Revoke(Token{Name: "boss"}, "one-stop-1"); err != nil {
		t.Fatal(err)
	}
	f(first, ErrRevoked)
	f(second, nil)
	for _, name := range []string{"one-stop-1", "one-stop-3", ""} {
		if err := s.Revoke(Token{}, name); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if s.Named("one-stop-1") || !s.Named("one-stop-2") {
		t.Error("the wrong one is known")
	}
}

// Every act is told once it is done, with who did it and without a secret.
func TestActsAreTold(t *testing.T) {
	s := openShop(t, t.TempDir())
	secret := s.make(t, Terms{Name: "a", Scopes: []Scope{ScopeIngest}, Agency: "H24.12", Families: []event.Family{event.Dossier}, Rate: 5, Expires: morning.Add(time.Hour)})
	if err := s.Revoke(Token{Name: "boss"}, "a"); err != nil {
		t.Fatal(err)
	}
	want := []audit.Act{
		{By: "_admin", Verb: "token.create", Object: "a", Details: []slog.Attr{
			slog.String("scopes", "ingest"), slog.String("agency", "H24.12"), slog.String("families", "dossier"), slog.Int("rate", 5), slog.Time("expires", morning.Add(time.Hour).UTC()),
		}},
		{By: "boss", Verb: "token.revoke", Object: "a"},
	}
	if got, want := fmt.Sprint(s.acts), fmt.Sprint(want); got != want || strings.Contains(got, secret) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A token that cannot be written was not made, and one whose end cannot be written is still good.
func TestNothingChangesWithoutADisk(t *testing.T) {
	s := openShop(t, t.TempDir())
	secret := s.make(t, Terms{Name: "a", Scopes: []Scope{ScopeRead}})
	s.Data = filepath.Join(s.dir, "gone")
	if _, _, err := s.Create(Token{}, Terms{Name: "b", Scopes: []Scope{ScopeRead}}); err == nil || s.Named("b") {
		t.Errorf("got %v", err)
	}
	if err := s.Revoke(Token{}, "a"); err == nil || errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if _, err := s.check(secret); err != nil || len(s.acts) != 1 {
		t.Errorf("%v, %v", err, s.acts)
	}
}

func TestManyMakeTokensAtOnce(t *testing.T) {
	s := openShop(t, t.TempDir())
	var wg sync.WaitGroup
	var taken, made sync.Map
	for i := range 40 {
		wg.Go(func() {
			name := fmt.Sprintf("t-%d", i%20) // each name is wanted twice
			secret, _, err := s.Create(Token{}, Terms{Name: name, Scopes: []Scope{ScopeRead}})
			if errors.Is(err, ErrTaken) {
				taken.Store(i, true)
				return
			}
			if err != nil {
				t.Error(err)
			}
			made.Store(name, secret)
			if _, err := s.check(secret); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	lost, n := 0, 0
	taken.Range(func(any, any) bool { lost++; return true })
	again := openShop(t, s.dir)
	made.Range(func(name, secret any) bool {
		n++
		if who, err := again.check(secret.(string)); err != nil || who.Name != name {
			t.Errorf("%v: %v, %v", name, who, err)
		}
		return true
	})
	if lost != 20 || n != 20 {
		t.Errorf("%d made, %d refused", n, lost)
	}
}

// A file that does not hold together refuses the start, and says what to do.
func TestBrokenFile(t *testing.T) {
	s := openShop(t, t.TempDir())
	s.make(t, Terms{Name: "a", Scopes: []Scope{ScopeRead}})
	s.make(t, Terms{Name: "b", Scopes: []Scope{ScopeIngest}, Expires: morning.Add(time.Hour)})
	path := filepath.Join(s.dir, TokensFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := func(content, says string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(s.Options)
		if says == "" {
			if err != nil {
				t.Error(err)
			}
			return
		}
		if err == nil {
			t.Errorf("was taken: %s", content)
			return
		}
		for _, part := range []string{path, says, "restore", "move it away"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v does not say %q", err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	}
	change := func(old, new string) string {
		t.Helper()
		if !strings.Contains(string(good), old) {
			t.Fatalf("the file holds no %s: %s", old, good)
		}
		return strings.Replace(string(good), old, new, 1)
	}
	f(string(good), "")
	f(`{"version":1,"tokens":[]}`, "")
	f("", "EOF")
	f(string(good[:len(good)/2]), "EOF")
	f(string(good)+"{}", "invalid")
	f(change(`"version": 1`, `"version": 2`), "version 2")
	f(change(`"name": "a"`, `"name": "b"`), `token 2, "b": it is there twice`)
	f(change(`"name": "a"`, `"name": ""`), `token 1, "": name`)
	f(change(`"name": "a"`, `"name": "a", "colour": "red"`), "colour")
	f(change(`"read"`, `"write"`), "write")
	f(change(`"sha256": "`, `"sha256": "00`), "no hash")
	f(change(`"created": "2026`, `"created": "20-26`), "20-26")
	const hash = `"sha256": "`
	first, last := strings.Index(string(good), hash)+len(hash), strings.LastIndex(string(good), hash)+len(hash)
	f(string(good[:last])+string(good[first:first+64])+string(good[last+64:]), "it is there twice")

	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.Options); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v", err)
	}
}

// implied are the scopes that are good for what another is good for.
var implied = map[Scope][]Scope{ScopeRead: {ScopeAdmin}, ScopeView: {ScopeRead, ScopeAdmin}}

// doorOf is a door for tokens, at which nobody has logged in.
func doorOf(t testing.TB, tokens *Tokens) *Door {
	t.Helper()
	d, err := OpenDoor(DoorOptions{
		Data: t.TempDir(), Tokens: tokens, Now: tokens.Now, Audit: func(audit.Act) {}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestScopes(t *testing.T) {
	s := openShop(t, t.TempDir())
	secrets := make(map[Scope]string)
	for _, scope := range Scopes() {
		secrets[scope] = s.make(t, Terms{Name: string(scope), Scopes: []Scope{scope}})
	}
	for _, needed := range Scopes() {
		door := doorOf(t, s.Tokens).Require(needed, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if who, ok := From(r.Context()); !ok || s.Named(who.Name) != (who.Name != "") {
				t.Errorf("the handler does not know who asks: %+v", who)
			}
		}))
		for borne, secret := range secrets {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			w := httptest.NewRecorder()
			door.ServeHTTP(w, r)
			want := http.StatusForbidden
			if borne == needed || slices.Contains(implied[needed], borne) {
				want = http.StatusOK
			}
			if w.Code != want {
				t.Errorf("%s with %s: %d, want %d", needed, borne, w.Code, want)
			}
			if want == http.StatusForbidden {
				for _, part := range []string{string(needed), "tiendo token create --scope " + string(needed)} {
					if !strings.Contains(w.Body.String(), part) || !strings.Contains(w.Header().Get("WWW-Authenticate"), `scope="`+string(needed)+`"`) {
						t.Errorf("%s with %s: %v %s", needed, borne, w.Header(), w.Body)
					}
				}
			}
		}
	}
	if _, ok := From(t.Context()); ok {
		t.Error("somebody sent nothing")
	}
}

func TestAllowance(t *testing.T) {
	now := morning
	a := newAllowance(100, 1000)
	f := func(after time.Duration, n int, want time.Duration) {
		t.Helper()
		now = now.Add(after)
		if got := a.Take(now, n); got.Round(time.Millisecond) != want {
			t.Errorf("take %d: %v, want %v", n, got, want)
		}
		if got := a.Wait(now).Round(time.Millisecond); got != want {
			t.Errorf("wait after %d: %v, want %v", n, got, want)
		}
	}
	f(0, 600, 0)
	f(0, 400, 0)
	f(0, 50, 500*time.Millisecond)
	f(500*time.Millisecond, 50, 0)
	f(time.Second, 5000, 9*time.Second) // more than ever fits is taken as what fits
	f(9*time.Second, 5000, 0)
	f(time.Hour, 1000, 0)
	f(0, 1, 10*time.Millisecond)
	var none *Allowance
	if none.Take(now, 1<<40) != 0 || none.Wait(now) != 0 {
		t.Error("who has no end must wait")
	}
}

func BenchmarkCheck(b *testing.B) {
	s := openShop(b, b.TempDir())
	var secrets []string
	for i := range 50 {
		secrets = append(secrets, s.make(b, Terms{Name: fmt.Sprintf("t-%d", i), Scopes: []Scope{ScopeIngest}}))
	}
	s.Now = time.Now
	requests := make([]*http.Request, len(secrets))
	for i, secret := range secrets {
		requests[i] = httptest.NewRequest(http.MethodPost, "/", nil)
		requests[i].Header.Set("Authorization", "Bearer "+secret)
	}
	i := 0
	for b.Loop() {
		if _, err := s.Check(requests[i%len(requests)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
