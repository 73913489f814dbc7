package api_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/audit"
	"tiendo/internal/auth"
)

// TestTokens: what is asked for is made, told once, listed without its secret and revoked; every answer is as described.
func TestTokens(t *testing.T) {
	data := t.TempDir()
	clock := now
	var acts []audit.Act
	tokens, err := auth.Open(auth.Options{Data: data, Now: func() time.Time { return clock }, Audit: func(a audit.Act) { acts = append(acts, a) }})
	if err != nil {
		t.Fatal(err)
	}
	door, err := auth.OpenDoor(auth.DoorOptions{Data: data, Tokens: tokens, Now: time.Now, Audit: func(audit.Act) {}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	a := api.New(api.Options{Zone: zone, Now: func() time.Time { return clock }, Logger: slog.New(slog.DiscardHandler), Tokens: tokens})
	s := httptest.NewServer(door.Require(auth.ScopeAdmin, a.TokenHandler()))
	t.Cleanup(s.Close)
	router := description(t, s)
	raw, err := os.ReadFile(filepath.Join(data, auth.AdminTokenFile))
	if err != nil {
		t.Fatal(err)
	}
	admin := strings.TrimSpace(string(raw))

	f := func(bearer, method, path, body string, status int, want ...string) string {
		t.Helper()
		response, said := ask(t, s, router, method, path, body, http.Header{"Authorization": {"Bearer " + bearer}})
		if response.StatusCode != status {
			t.Errorf("%s %s %s: %d %s, want %d", method, path, body, response.StatusCode, said, status)
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s %s %s: no %s in %s", method, path, body, w, said)
			}
		}
		return said
	}
	const path = "/v1/tokens"
	secretOf := func(answer string) string {
		t.Helper()
		var told struct {
			Secret string `json:"secret"`
		}
		if err := json.Unmarshal([]byte(answer), &told); err != nil || !strings.HasPrefix(told.Secret, auth.Prefix) {
			t.Fatalf("%s: %v", answer, err)
		}
		return told.Secret
	}
	f(admin, "GET", path, "", 200, `{"tokens":[]}`)
	first := secretOf(f(admin, "POST", path, `{"name":"one-stop","scopes":["read","ingest"],"agency":"H24.12","families":["dossier"],"rate":50,"expires":"90d"}`, 201,
		`"name":"one-stop","state":"valid","scopes":["ingest","read"],"agency":"H24.12","families":["dossier"],"rate":50,"created":"2025-03-12T12:00:00+07:00","expires":"2025-06-10T12:00:00+07:00","revoked":null`))
	second := secretOf(f(admin, "POST", path, `{"name":"boss","scopes":["admin"],"expires":"2025-03-12T13:00:00+07:00"}`, 201, `"agency":null,"families":[],"rate":null`))

	// Who administers may; others may not.
	f(first, "GET", path, "", 403, "admin")
	f(first, "POST", path, `{"name":"mine","scopes":["admin"]}`, 403, "tiendo token create --scope admin")
	f(first, "DELETE", path+"/boss", "", 403)
	f("", "GET", path, "", 401)
	third := secretOf(f(second, "POST", path, `{"name":"Sở-Nội-vụ","scopes":["assess"],"agency":"Sở-Nội-vụ"}`, 201))

	listed := f(second, "GET", path, "", 200, `"name":"one-stop"`, `"name":"boss"`, `"agency":"Sở-Nội-vụ"`)
	for _, secret := range []string{first, second, third} {
		if strings.Contains(listed, secret) || strings.Contains(listed, "secret") || strings.Contains(listed, "sha256") {
			t.Errorf("the list tells too much: %s", listed)
		}
	}
	f(admin, "GET", path+"?name=boss", "", 400, `"parameter":"name"`)

	f(admin, "POST", path, `{"name":"boss","scopes":["read"]}`, 409, "revoke that one first")
	f(admin, "POST", path, `{"name":"x","scopes":["write"]}`, 400, `"parameter":"scopes"`, "ingest, view, read, assess, publish, admin")
	f(admin, "POST", path, `{"name":"x","scopes":["ingest"],"families":["ship"]}`, 400, `"parameter":"families"`, "dossier")
	f(admin, "POST", path, `{"name":"x","scopes":["read"],"expires":"soon"}`, 400, `"parameter":"expires"`, "90d")
	f(admin, "POST", path, `{"name":"x","scopes":["ingest"],"rate":0}`, 400, `"parameter":"rate"`)
	f(admin, "POST", path, `{"name":"x","scopes":["read"],"colour":"red"}`, 400, `"parameter":"body"`, "colour")
	f(admin, "POST", path, `{"name":"x"`, 400, `"parameter":"body"`)
	f(admin, "POST", path, `{"name":"`+strings.Repeat("x", 64<<10)+`"}`, 413, "65536")

	f(second, "DELETE", path+"/one-stop", "", 204)
	f(first, "GET", path, "", 401, "revoked")
	f(admin, "DELETE", path+"/one-stop", "", 404, "tiendo token list")
	f(admin, "DELETE", path+"/S%E1%BB%9F-N%E1%BB%99i-v%E1%BB%A5", "", 204)
	clock = now.Add(time.Hour)
	f(second, "GET", path, "", 401, "expired")
	f(admin, "GET", path, "", 200, `"name":"boss","state":"expired"`, `"name":"one-stop","state":"revoked"`)

	var told []string
	for _, act := range acts {
		told = append(told, act.By+" "+act.Verb+" "+act.Object)
	}
	if got := strings.Join(told, ", "); got != "_admin token.create one-stop, _admin token.create boss, boss token.create Sở-Nội-vụ, boss token.revoke one-stop, _admin token.revoke Sở-Nội-vụ" {
		t.Errorf("acts: %s", got)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	f(admin, "POST", path, `{"name":"x","scopes":["read"]}`, 503, "nothing was changed")
}
