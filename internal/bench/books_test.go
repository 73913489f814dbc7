package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// touched is how many events a refresh has.
const touched = 10_000

// current is how many of a city's cases are still worked at, about: those with the highest numbers.
const current = 40_000

// refresh sends events of random cases of a history, those of some numbers, and returns how long it takes until all are in the figures.
func (s *server) refresh(b *testing.B, c city, events, first, end, round int) time.Duration {
	b.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(round)))
	now := time.Now().In(zone).Truncate(time.Second)
	facts := make([]fact, touched)
	for i := range facts {
		facts[i] = fact{
			subject: c.subject(first + rng.IntN(end-first)), id: fmt.Sprintf("refresh-%d-%d", round, i), kind: "dossier.paid", time: now,
			data: `{"amount":20000,"channel":"online"}`,
		}
	}
	start := time.Now()
	s.post(asCloudEvents(facts))
	for have := 0; have < events+touched; time.Sleep(20 * time.Millisecond) {
		var err error
		if _, have, err = s.figure("dossier.received?period=2000-01-01"); err != nil {
			b.Fatal(err)
		}
		if time.Since(start) > 5*time.Minute {
			b.Fatalf("%v: %d of %d events\n%s", errLate, have, events+touched, s.tail())
		}
	}
	return time.Since(start)
}

// past asks what the books said at the end of past days, of a year by agency, and returns how long that takes.
func (s *server) past(b *testing.B) time.Duration {
	b.Helper()
	today := time.Now().In(zone)
	times := s.timesOf(b, 20, func(i int) string {
		return fmt.Sprintf("/v1/kpis/dossier.on_time_rate?period=%d&by=agency&as_of=%s", today.Year()-1, today.AddDate(0, 0, -i).Format(time.DateOnly))
	})
	return quantile(times, 0.95)
}

// check has the server compare everything that it serves with the facts, and returns how long that takes.
func (s *server) check(b *testing.B) time.Duration {
	b.Helper()
	start := time.Now()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/v1/check", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	patient := http.Client{Transport: s.client.Transport}
	answer, err := patient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	for lines := jsontext.NewDecoder(answer.Body); ; {
		var line struct {
			Difference any    `json:"difference"`
			Done       any    `json:"done"`
			Error      string `json:"error"`
		}
		if err := json.UnmarshalDecode(lines, &line); err != nil {
			b.Fatalf("check: %v\n%s", err, s.tail())
		}
		switch {
		case line.Difference != nil || line.Error != "":
			b.Fatalf("check: %+v", line)
		case line.Done != nil:
			return time.Since(start)
		}
	}
}
