package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// publisher is a server that can rank the months of 2025.
func publisher(t *testing.T, change ...func(*server)) *server {
	t.Helper()
	s := newServer(t)
	for _, f := range change {
		f(s)
	}
	methods := filepath.Join(s.dir, "methods")
	write := func(path, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(methods, 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(methods, "two.yaml"), strings.Replace(rankMethod, "[quarter]", "[month]", 1))
	config, agencies := filepath.Join(s.dir, "tiendo.yaml"), filepath.Join(s.dir, "agencies.yaml")
	write(config, "ranking:\n  methods: "+methods+"\n")
	write(agencies, rankAgencies)
	s.flags = append(s.flags, "--config", config)
	s.start()
	s.ready()
	content, err := os.ReadFile(agencies)
	if err != nil {
		t.Fatal(err)
	}
	if status, said := s.send(http.MethodPut, "/v1/registers/agencies", string(content)); status != http.StatusOK {
		t.Fatalf("load the register: %d %s", status, said)
	}
	return s
}

// publish publishes a month.
func (s *server) publish(month int) (status int, said string) {
	s.Helper()
	return s.send(http.MethodPost, fmt.Sprintf("/v1/rankings/two/2025-%02d", month), `{"although":"tạm thời"}`)
}

// published are the months that were published, the newest first.
func (s *server) published() (months []string) {
	s.Helper()
	status, body := s.get("/v1/publications")
	var told struct {
		Publications []struct {
			Period struct {
				ID string `json:"id"`
			} `json:"period"`
		} `json:"publications"`
	}
	if err := json.Unmarshal([]byte(body), &told); err != nil || status != http.StatusOK {
		s.Fatalf("%d %v: %s", status, err, body)
	}
	for _, p := range told.Publications {
		months = append(months, p.Period.ID)
	}
	return months
}

// sealedWhole fails the test unless n months are published, once each, `tiendo check rankings` finds nothing, the audit log knows of
// each, and the newest proves itself.
func (s *server) sealedWhole(n int) {
	s.Helper()
	months := s.published()
	if len(months) != n {
		s.Fatalf("%d months are published, not %d: %v", len(months), n, months)
	}
	check := checkCmd{What: []string{"rankings", "audit"}, Client: client{Server: *s.url.Load(), Data: s.seen()}}
	if err := check.Run(s.Context(), &streams{out: s.Output(), err: s.Output()}); err != nil {
		s.Fatal(err)
	}
	_, acts := s.get("/v1/audit?act=" + actPublish + "&limit=100")
	for _, month := range months {
		if strings.Count(acts, `"two `+month+`"`) != 1 {
			s.Errorf("the audit log does not know once of %s: %s", month, acts)
		}
	}
	if n == 0 {
		return
	}
	_, file := s.get(fmt.Sprintf("/v1/publications/%d", n))
	path := filepath.Join(s.dir, "newest.publication")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		s.Fatal(err)
	}
	if code, out, errs := tiendo(s, ".", "verify", path); code != exitDone {
		s.Errorf("verify: exit code %d: %s%s", code, out, errs)
	}
}

// TestKilledWhilePublishing: kill -9 at random moments of publishing, and as soon as each of its files is seen. What was asked for is
// published whole or not at all; asked for again it is published, or it was.
func TestKilledWhilePublishing(t *testing.T) {
	random := rand.New(rand.NewPCG(seeded(t), 99))
	s := publisher(t)
	begun := time.Now()
	if status, said := s.publish(1); status != http.StatusCreated {
		t.Fatalf("%d %s", status, said)
	}
	takes := time.Since(begun)
	cutOff, before := 0, 0
	for round := range min(rounds(), 6) {
		month := round + 2
		// Every third round at a random moment, else when the record, or the signed head, is there.
		moment := func() { time.Sleep(time.Duration(random.Int64N(int64(takes)))) }
		if kind := []string{"", "json", "checkpoint"}[round%3]; kind != "" {
			moment = func() {
				s.awaitFile(filepath.Join("publications", "log", fmt.Sprintf("%06d.%s", month, kind)), 10*time.Second)
			}
		}
		answered := make(chan int)
		go func() {
			status, _ := s.publish(month)
			answered <- status
		}()
		moment()
		s.kill()
		if <-answered == 0 {
			cutOff++
		}
		s.noStrays()
		s.start()
		s.ready()
		there := len(s.published()) == month
		if !there {
			before++
		}
		s.sealedWhole(len(s.published()))
		status, said := s.publish(month)
		if there && (status != http.StatusConflict || !strings.Contains(said, "published already")) || !there && status != http.StatusCreated {
			t.Fatalf("round %d, published %t: %d %s", round, there, status, said)
		}
		s.sealedWhole(month)
	}
	t.Logf("%d requests were cut off, %d of them before the ranking was published", cutOff, before)
	if cutOff == 0 {
		t.Error("no request was cut off by a kill: nothing was tested")
	}
}

// awaitFile waits until a file of the server's data is there.
func (s *server) awaitFile(name string, limit time.Duration) {
	path := filepath.Join(s.seen(), name)
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
}

// TestPublishingOnAFullDisk: with room for less than a publication, then page by page for more, it is refused and nothing of it stays,
// until there is room for all of it.
func TestPublishingOnAFullDisk(t *testing.T) {
	program := roomy(t, 500, "")
	s := publisher(t, func(srv *server) { srv.program, srv.apart, srv.data = program, true, filepath.Join(srv.dir, "small") })
	if status, said := s.publish(1); status != http.StatusCreated {
		t.Fatalf("%d %s", status, said)
	}
	ballast := filepath.Join(s.seen(), "ballast")
	fill(t, ballast)
	refused := 0
	for page := range 200 {
		status, said := s.publish(2)
		if status == http.StatusCreated {
			break
		}
		if refused++; status != http.StatusServiceUnavailable || page == 199 {
			t.Fatalf("after %d pages: %d %s; %s", page, status, said, s.log())
		}
		if months := s.published(); len(months) != 1 {
			t.Fatalf("after %d pages %v are published", page, months)
		}
		whole, err := os.Stat(ballast)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(ballast, whole.Size()-4096); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("refused %d times", refused)
	if refused == 0 {
		t.Error("there was room from the beginning: nothing was tested")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if status, said := s.publish(3); status != http.StatusCreated {
		t.Fatalf("%d %s", status, said)
	}
	if months := s.published(); len(months) != 3 {
		t.Error(months)
	}
	s.stop()
}
