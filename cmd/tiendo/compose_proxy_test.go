package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestComposedProxy: the proxy of docker-compose.yml before two collectors, of which one is killed and comes back: whoever sends again
// what was not acknowledged loses nothing, and nothing is counted twice.
func TestComposedProxy(t *testing.T) {
	t.Parallel()
	haproxy := needed(t, "haproxy")
	dsn := sharedEngine(t)
	common := []string{"--config", write(t, t.TempDir(), "tiendo.yaml", "shared: "+filepath.Join(t.TempDir(), "shared")+"\nauth: {read: token}\n")}
	all := beside(t, dsn, roleAll, common...)
	one := beside(t, dsn, roleCollector, append(slices.Clone(common), "--listen", freeAddress(t))...) // where it comes back
	two := beside(t, dsn, roleCollector, common...)

	raw, err := os.ReadFile(filepath.Join(top(t), "deploy", "haproxy", "haproxy.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	address, text := freeAddress(t), string(raw)
	for _, r := range [][2]string{
		{"bind :8080", "bind " + address}, {"collector-1:8080", host(one)}, {"collector-2:8080", host(two)}, {"tiendo:8080", host(all)},
	} {
		if !strings.Contains(text, r[0]) {
			t.Fatalf("haproxy.cfg has no %q", r[0])
		}
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	dir := t.TempDir()
	background(t, dir, haproxy, "-db", "-f", write(t, dir, "haproxy.cfg", text))
	answers(t, "http://"+address+"/readyz")

	front := &server{TB: t}
	url := "http://" + address
	front.url.Store(&url)
	token := all.token()
	resent := 0
	send := func(n int) {
		t.Helper()
		for late := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			err := (&stream{server: front}).post(token, n)
			if err == nil {
				return
			}
			if resent++; time.Now().After(late) {
				t.Fatalf("dossier %d: %v", n, err)
			}
		}
	}
	for n := range 30 {
		send(n)
	}
	one.kill()
	for n := 30; n < 60; n++ {
		send(n)
	}
	one.start()
	one.ready()
	for n := 60; n < 90; n++ {
		send(n)
	}
	shows(t, all, 90)
	t.Logf("%d requests were sent again", resent)
	if code, out, errs := tiendo(t, all.dir, "check", "--server", *all.url.Load(), "--data", all.data); code != 0 || !strings.Contains(out, "90 cases of 180 events") {
		t.Errorf("check: %d %s%s", code, out, errs)
	}
}

// host is where a server listens.
func host(s *server) string { return strings.TrimPrefix(*s.url.Load(), "http://") }
