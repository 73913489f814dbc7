package auth

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSecretRefusesWhatOthersMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if _, err := Secret(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Secret(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v", err)
	}
}

func TestSecretRefusesAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Secret(path); err == nil {
		t.Error("an empty secret is taken")
	}
}

func TestSecretIsOneForAllWhoAskAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	var all [8]string
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			s, err := Secret(path)
			if err != nil {
				t.Error(err)
			}
			all[i] = string(s)
		})
	}
	wg.Wait()
	for _, s := range all {
		if s != all[0] {
			t.Fatal("two processes got different secrets")
		}
	}
}

func TestCheckListen(t *testing.T) {
	f := func(policy Read, address string, ok bool) {
		t.Helper()
		if err := CheckListen(policy, address); (err == nil) != ok {
			t.Errorf("%s on %s: %v", policy, address, err)
		}
	}
	f(ReadOpen, "127.0.0.1:8080", true)
	f(ReadOpen, "[::1]:0", true)
	f(ReadOpen, "localhost:8080", true)
	f(ReadOpen, ":8080", false)
	f(ReadOpen, "0.0.0.0:8080", false)
	f(ReadOpen, "10.0.0.1:8080", false)
	f(ReadOpen, "haiphong.gov.vn:80", false)
	f(ReadOpen, "8080", false)
	f(ReadToken, ":8080", true)
}

func TestLocal(t *testing.T) {
	f := func(host, header string, want int) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		if header != "" {
			r.Header.Set(header, "x")
		}
		w := httptest.NewRecorder()
		Local(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s %s: status %d, want %d", host, header, w.Code, want)
		}
	}
	f("127.0.0.1:8080", "", 200)
	f("localhost", "", 200)
	f("LOCALHOST:1", "", 200)
	f("[::1]:8080", "", 200)
	f("[::1]", "", 200)
	f("[::ffff:127.0.0.1]:8080", "", 200)
	f("rebind.example.com:8080", "", 403)
	f("localhost.example.com", "", 403)
	f("10.0.0.1:8080", "", 403)
	f("", "", 403)
	f("127.0.0.1:8080", "Forwarded", 403)
	f("127.0.0.1:8080", "X-Forwarded-For", 403)
	f("127.0.0.1:8080", "x-forwarded-host", 403)
}
