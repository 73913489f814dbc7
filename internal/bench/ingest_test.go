package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
)

// senders is how many connections send at once.
const senders = 8

// BenchmarkAccept posts the same events to a collector and, as rows, straight to an engine, by turns. The engine's table
// has the columns of events and the engine's own defaults: what somebody would make who has no Tiendo.
func BenchmarkAccept(b *testing.B) {
	const turns = 3
	perTurn := either(200_000, 500_000)
	engine := openEngine(b, b.TempDir(), true)
	defer shut(b, engine)
	create(b, engine)
	address, user, password := engine.HTTPAddress()
	insert := "http://" + address + "/?" + url.Values{
		"database": {clickhouse.Database}, "async_insert": {"0"},
		"query": {"INSERT INTO rows (family, subject, source, id, type, time, data) FORMAT JSONEachRow"},
	}.Encode()
	s := serve(b, b.TempDir())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	defer client.CloseIdleConnections()

	for b.Loop() {
		var ours, theirs time.Duration
		posted, known := 0, 0
		for turn := range turns {
			c := newCity(fmt.Sprintf("H24.1%d", turn), 60, 400)
			facts, cases := c.atLeast(perTurn)
			posted, known = posted+len(facts), known+cases
			mine, rows := asCloudEvents(facts), asRows(facts)
			start := time.Now()
			s.post(mine)
			ours += time.Since(start)
			// What was accepted is booked before the others' turn, so that neither pays for the other.
			s.awaitAll(posted, known, 5*time.Minute)

			start = time.Now()
			err := each(rows, senders, func(body []byte) error {
				return insertRows(client, insert, user, password, body)
			})
			if err != nil {
				b.Fatal(err)
			}
			theirs += time.Since(start)
		}
		rate, rowRate := float64(posted)/ours.Seconds(), float64(posted)/theirs.Seconds()
		b.ReportMetric(rate, "events/s")
		b.ReportMetric(rowRate, "rows/s")
		findings = append(findings, finding{
			"accept, 1,000-event requests until 202", fmt.Sprintf("%.0f events/s", rate),
			fmt.Sprintf("> %.0f rows/s, the same as JSONEachRow", rowRate), rate / rowRate,
		})
	}
}

func insertRows(client *http.Client, address, user, password string, body []byte) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("X-ClickHouse-User", user)
	r.Header.Set("X-ClickHouse-Key", password)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("insert rows: %d %.300s", answer.StatusCode, text)
	}
	return err
}

// openEngine starts an engine of the benchmark's own.
func openEngine(b *testing.B, dir string, withHTTP bool) *clickhouse.Server {
	b.Helper()
	engine, err := clickhouse.Open(b.Context(), clickhouse.Options{
		Dir: dir, Command: []string{program(b), "engine"}, HTTP: withHTTP, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return engine
}

func shut(b *testing.B, engine *clickhouse.Server) {
	if err := engine.Close(context.Background()); err != nil {
		b.Error(err)
	}
}

// create makes the table that rows are posted to.
func create(b *testing.B, engine *clickhouse.Server) {
	b.Helper()
	if _, err := clickhouse.Migrate(b.Context(), engine.Conn(), slog.New(slog.DiscardHandler)); err != nil {
		b.Fatal(err)
	}
	if err := engine.Conn().Exec(b.Context(), "CREATE TABLE rows AS events ENGINE = MergeTree ORDER BY (family, subject, source, id)"); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBulk posts a history into an empty server: each case's events side by side, as an import sends them, and in no
// order at all, so that nearly every event touches a case that was booked before.
func BenchmarkBulk(b *testing.B) {
	for _, order := range []string{"adjacent", "random"} {
		b.Run(order, func(b *testing.B) {
			facts, cases := newCity("H24.20", 60, 400).atLeast(either(500_000, 1_000_000))
			if order == "random" {
				shuffle(facts)
			}
			all := asCloudEvents(facts)
			s := serve(b, b.TempDir())
			for b.Loop() {
				start := time.Now()
				s.post(all)
				accepted := time.Since(start)
				s.awaitAll(len(facts), cases, 20*time.Minute)
				took := time.Since(start)
				server, engine := s.spent()
				rate := float64(len(facts)) / took.Seconds()
				b.ReportMetric(rate, "events/s")
				b.ReportMetric(float64(len(facts))/accepted.Seconds(), "accepted/s")
				b.ReportMetric(float64(server.Microseconds())/float64(len(facts)), "server-µs/event")
				b.ReportMetric(float64(engine.Microseconds())/float64(len(facts)), "engine-µs/event")
				atLeast(fmt.Sprintf("bulk until visible, %d events, %s", len(facts), order), rate, 60_000, "events/s")
			}
		})
	}
}
