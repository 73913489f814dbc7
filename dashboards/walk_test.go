package dashboards

import (
	"context"
	"errors"
	"html"
	"log/slog"
	"net/http"
	"net/url"
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

// Each figure of each page is the one that the books tell when they are asked for it alone; each count and each part of a rate
// leads to as many cases as it says, and a case to its history, which says that the figure counts it.
func TestFiguresLeadToAsManyCasesAsTheySay(t *testing.T) {
	p := bookedPages(t)
	lists, stories := map[string]string{}, map[string]string{}
	read := func(address string, known map[string]string) string {
		if known[address] == "" {
			r := get(t, p.Cases(), address)
			known[address] = bodyOf(t, r)
			if r.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", address, r.StatusCode)
			}
		}
		return known[address]
	}
	for _, of := range pages() {
		path := strings.ReplaceAll(of.path, "{agency}", "H24.12")
		found := numbers.FindAllStringSubmatch(bodyOf(t, get(t, p, path+"?period=ytd")), -1)
		walked := 0
		for _, m := range found {
			address, id := html.UnescapeString(m[1]), m[3]
			want, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			// Figures know no working days, lists do.
			if got := p.askedAlone(t, address); !strings.Contains(address, "left=") && !strings.Contains(address, "age=") && (got == nil || *got != want) {
				t.Errorf("%s: %s is %v on the page, and %v in the books", path, address, want, got)
			}
			walked++
			if d, _ := kpi.ByID(id); d.Shape != kpi.Count && m[4] == "" {
				read(address, lists)
				continue // a rate is as many as its parts
			}
			list := read(address, lists)
			total := regexp.MustCompile(`id="total" value="(\d+)"`).FindStringSubmatch(list)
			if total == nil || total[1] != strconv.FormatFloat(want, 'f', -1, 64) {
				t.Errorf("%s: %s is %v on the page, and %s lists %v", path, id, want, address, total)
				continue
			}
			for _, c := range regexp.MustCompile(`href="(/cases/[^"]+)"`).FindAllStringSubmatch(list, -1) {
				if story := read(html.UnescapeString(c[1]), stories); !strings.Contains(story, `href="/kpis#`+id+`"`) && !strings.Contains(id, "due_soon") {
					t.Errorf("%s does not say that %s counts it", c[1], id)
				}
			}
		}
		t.Logf("%s: %d figures", path, walked)
		if (of.path == "/" || of.path == "/dossiers") && walked < 40 {
			t.Errorf("%s: only %d figures were followed", path, walked)
		}
	}
	if len(lists) < 30 || len(stories) < 5 {
		t.Errorf("only %d lists and %d cases were opened", len(lists), len(stories))
	}
}

// Where the chosen period ends within a month, the charts by month show that month whole, as it is where they lead.
func TestMonthsAreWholeWhateverThePeriod(t *testing.T) {
	p := bookedPages(t)
	for _, of := range pages() {
		path := strings.ReplaceAll(of.path, "{agency}", "H24.12")
		months := 0
		for _, m := range numbers.FindAllStringSubmatch(bodyOf(t, get(t, p, path+"?period=2019-09-10")), -1) {
			address := html.UnescapeString(m[1])
			if !strings.Contains(address, "period=2019-09&") && !strings.HasSuffix(address, "period=2019-09") {
				continue
			}
			months++
			if got := p.askedAlone(t, address); got == nil || strconv.FormatFloat(*got, 'f', -1, 64) != m[2] {
				t.Errorf("%s: %s is %s on the page, and %v in the books", path, address, m[2], got)
			}
		}
		if months == 0 && (of.path == "/" || of.path == "/dossiers" || of.path == "/tasks") {
			t.Errorf("%s shows nothing of the month", path)
		}
	}
}

// askedAlone asks the books for the figure whose cases are at an address.
func (p *Pages) askedAlone(t *testing.T, address string) *float64 {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.readList(u.Query())
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	figures, err := p.from.ask(t.Context(), q.query)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	switch r := only(figures[0].Rows); q.of.Part {
	case kpi.Numerator:
		return r.Numerator
	case kpi.Denominator:
		return r.Denominator
	default:
		return r.Value
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
			e.Collector, e.Entry = "test", entry
			distinct[string(e.Type)+e.Subject+e.ID] = true
			if err := batch.Append(string(e.Type.Family()), e.Subject, e.Source, e.ID, string(e.Type), e.Time, e.Recorded, e.Retracted, string(e.Data),
				e.Arrival, e.Collector, e.Entry, e.Position, e.Seniority()); err != nil {
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
	books := kpi.New(kpi.Options{Conn: conn, Zone: hanoi, Now: now, Events: booked.Load})
	return pagesOf(t, sources{ask: books.Ask, cases: books.Cases, margins: books.Margins, booked: books.Events}, func(o *Options) {
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
			Cases: func(ctx context.Context, family event.Family, from, to time.Time, one int, each func([]event.Event) error) error {
				return booking.EachDuring(ctx, conn, family, from, to, one, each)
			},
			Submitted: func(ctx context.Context, from, to time.Time, each func(integrity.Submission) error) error {
				return booking.EachSubmission(ctx, conn, from, to, func(s booking.Submission) error { return each(integrity.Submission(s)) })
			},
			Rules: func() *lifecycle.Rules { return rules }, Now: now, Booked: booked.Load,
			Calendars: func() calendar.Set { return calendar.Builtin(hanoi) },
		})
	})
}
