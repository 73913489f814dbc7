package dashboards

import (
	"context"
	"errors"
	"html"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/report"
)

func TestMain(m *testing.M) {
	code := enginetest.Run(m)
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// numbers finds the figures of the overview with the addresses of their cases.
var numbers = regexp.MustCompile(`<a href="(/cases\?[^"]*)"><data value="([^"]*)" data-kpi="([^"]*)"( data-part="[^"]*")?`)

// Each count and each part of a rate on the overview leads to as many cases as it says, each of which leads to its history.
func TestFiguresLeadToAsManyCasesAsTheySay(t *testing.T) {
	p := bookedPages(t)
	page := bodyOf(t, get(t, p, "/?period=ytd"))
	found := numbers.FindAllStringSubmatch(page, -1)
	if len(found) < 40 {
		t.Fatalf("only %d figures are on the page", len(found))
	}
	walked, opened := 0, 0
	for _, m := range found {
		address, id := html.UnescapeString(m[1]), m[3]
		if d, _ := kpi.ByID(id); d.Shape != kpi.Count && m[4] == "" {
			continue // a rate is as many as its parts
		}
		want, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		r := get(t, p.Cases(), address)
		list := bodyOf(t, r)
		total := regexp.MustCompile(`id="total" value="(\d+)"`).FindStringSubmatch(list)
		if r.StatusCode != http.StatusOK || total == nil || total[1] != strconv.FormatFloat(want, 'f', -1, 64) {
			t.Errorf("%s is %v on the page, and %s lists %v", id, want, address, total)
			continue
		}
		walked++
		cases := regexp.MustCompile(`href="(/cases/[^"]+)"`).FindAllStringSubmatch(list, -1)
		if len(cases) != int(want) {
			t.Errorf("%s: %d cases are listed, %v are counted", address, len(cases), want)
		}
		for _, c := range cases {
			r := get(t, p.Cases(), html.UnescapeString(c[1]))
			if story := bodyOf(t, r); r.StatusCode != http.StatusOK || !strings.Contains(story, `href="/kpis#`+id+`"`) && !strings.Contains(id, "due_soon") {
				t.Errorf("%s: status %d, or it does not say that %s counts it", c[1], r.StatusCode, id)
			}
			opened++
		}
	}
	if walked < 30 || opened < 30 {
		t.Errorf("only %d figures and %d cases were followed", walked, opened)
	}
}

// bookedPages are the pages over the real books of the stories.
func bookedPages(t *testing.T) *Pages {
	t.Helper()
	conn, rules := enginetest.Conn(t), lifecycle.Builtin(hanoi)
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO events (family, subject, source, id, type, time, recorded, retracted, data, arrival, collector, entry, position, seniority)")
	if err != nil {
		t.Fatal(err)
	}
	entry, distinct := uint64(0), map[string]bool{}
	for _, events := range stories(t) {
		for _, e := range events {
			entry++
			distinct[string(e.Type)+e.Subject+e.ID] = true
			if err := batch.Append(string(e.Type.Family()), e.Subject, e.Source, e.ID, string(e.Type), e.Time, e.Recorded, e.Retracted, string(e.Data),
				e.Arrival, "test", entry, uint32(0), ^uint64(0)-uint64(e.Arrival.UnixMilli())<<20-entry); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}

	var booked atomic.Uint64
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	b := booking.New(booking.Options{
		Conn: conn, Rules: func() *lifecycle.Rules { return rules }, Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(),
		Booked: func(m booking.Mark) { booked.Store(m.Events) },
	})
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	for end := time.Now().Add(30 * time.Second); booked.Load() < uint64(len(distinct)); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d events are booked", booked.Load(), len(distinct))
		}
	}
	now := func() time.Time { return today }
	books := kpi.New(kpi.Options{Conn: conn, Calendars: calendar.Builtin(hanoi), Now: now, Events: booked.Load})
	return pagesOf(t, sources{books.Ask, books.Cases, books.Events}, func(o *Options) {
		o.Explain = func(ctx context.Context, family event.Family, subject string) (*lifecycle.Explanation, error) {
			events, err := booking.Facts(ctx, conn, family, subject)
			if err != nil || len(events) == 0 {
				return nil, err
			}
			return lifecycle.Explain(events, rules)
		}
		o.Reports = report.New(report.Options{Books: books, Names: nameOf, Zone: hanoi})
		o.Integrity = integrity.New(integrity.Options{
			Count: func(ctx context.Context, from, to time.Time) (int, error) {
				return booking.DossiersDuring(ctx, conn, from, to)
			},
			Cases: func(ctx context.Context, from, to time.Time, one int, each func([]event.Event) error) error {
				return booking.EachDossierDuring(ctx, conn, from, to, one, each)
			},
			Submitted: func(ctx context.Context, from, to time.Time, each func(integrity.Submission) error) error {
				return booking.EachSubmission(ctx, conn, from, to, func(s booking.Submission) error { return each(integrity.Submission(s)) })
			},
			Rules: func() *lifecycle.Rules { return rules }, Now: now, Booked: booked.Load,
			Calendars: func() calendar.Set { return calendar.Builtin(hanoi) },
		})
	})
}
