package collector

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

func into(conn driver.Conn) func(*Options) {
	return func(o *Options) { o.Conn = func() driver.Conn { return conn } }
}

// run starts the loader; the returned function stops it and waits.
func (r *rig) run(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Error("Run does not end")
		}
	}
	t.Cleanup(stop)
	return stop
}

// loadedUpTo waits until the engine has all that the log holds.
func (r *rig) waitLoaded(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); r.Loaded() < r.Newest(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("loaded is %d of %d: %s", r.Loaded(), r.Newest(), r.said)
		}
	}
}

// rows reads the table back in the order of the log.
func rows(t testing.TB, conn driver.Conn, final bool) []event.Event {
	t.Helper()
	query := "SELECT source, id, type, subject, time, recorded, retracted, data, arrival, bound_to, collector, entry, position, family FROM events"
	if final {
		query += " FINAL"
	}
	found, err := conn.Query(background(t), query+" ORDER BY entry, position")
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	var all []event.Event
	for found.Next() {
		var e event.Event
		var typ, data, family string
		if err := found.Scan(&e.Source, &e.ID, &typ, &e.Subject, &e.Time, &e.Recorded, &e.Retracted, &data, &e.Arrival, &e.Bound, &e.Collector, &e.Entry, &e.Position, &family); err != nil {
			t.Fatal(err)
		}
		e.Type, e.Data = event.Type(typ), []byte(data)
		if string(e.Type.Family()) != family {
			t.Errorf("type %s is of family %s", typ, family)
		}
		all = append(all, e)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLoaderLoadsWhatWasSent(t *testing.T) {
	conn := enginetest.Conn(t)
	data := t.TempDir()
	r := open(t, data, into(conn))
	var calls atomic.Int32
	r.OnLoaded(func() { calls.Add(1) })
	for i := range 3 {
		r.send(t, strings.NewReader(many(i*10, 10)), "Content-Type", typeBatch)
	}
	stop := r.run(t)
	r.waitLoaded(t)
	if w := r.send(t, strings.NewReader(strings.Replace(one(30), `"specversion"`, `"retracted":true,"recordedtime":"2026-09-15T00:00:00Z","specversion"`, 1)), "Content-Type", typeOne); w.Code != 202 {
		t.Fatal(w.Body)
	}
	r.waitLoaded(t)
	stop()
	got, want := rows(t, conn, false), r.stored(t)
	if len(want) != 31 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if last := got[len(got)-1]; !last.Retracted || last.Recorded.Equal(last.Arrival) {
		t.Errorf("%+v", last)
	}
	if !r.OldestWaiting().IsZero() || calls.Load() < 2 {
		t.Errorf("oldest waits since %v, %d calls", r.OldestWaiting(), calls.Load())
	}
	if at, err := readCursor(filepath.Join(data, "log", "cursor")); err != nil || at.Entry != 4 || at.Boot != bootID() {
		t.Errorf("cursor %+v, %v", at, err)
	}
}

func TestLoaderGoesOnWhereItWas(t *testing.T) {
	conn := enginetest.Conn(t)
	data := t.TempDir()
	for round := range 3 {
		r, err := tryOpen(t, data, into(conn))
		if err != nil {
			t.Fatal(err)
		}
		if r.Loaded() != uint64(round) {
			t.Errorf("round %d: loaded is %d", round, r.Loaded())
		}
		stop := r.run(t)
		r.send(t, strings.NewReader(many(round*10, 10)), "Content-Type", typeBatch)
		r.waitLoaded(t)
		stop()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got := rows(t, conn, false); len(got) != 30 {
		t.Errorf("%d rows, want 30", len(got))
	}
}

func TestLoaderSendsAgainAfterARestartOfTheMachine(t *testing.T) {
	conn := enginetest.Conn(t)
	data := t.TempDir()
	fill(t, data, 3)
	if err := (cursor{Entry: 3, Boot: "another"}).write(filepath.Join(data, "log", "cursor")); err != nil {
		t.Fatal(err)
	}
	r := open(t, data, into(conn))
	r.run(t)
	r.waitLoaded(t)
	if got := rows(t, conn, false); len(got) != 3 {
		t.Errorf("%d rows, want 3", len(got))
	}
}

func TestWaitingInTheLog(t *testing.T) {
	data := t.TempDir()
	fill(t, data, 3)
	if err := (cursor{Entry: 1, Boot: bootID()}).write(filepath.Join(data, "log", "cursor")); err != nil {
		t.Fatal(err)
	}
	r := open(t, data, into(enginetest.Conn(t)))
	r.send(t, strings.NewReader(many(10, 5)), "Content-Type", typeBatch)
	if events, loaded, err := r.Waiting(); events != 7 || loaded != 1 || err != nil {
		t.Errorf("%d events wait after entry %d, %v; want 7 after 1", events, loaded, err)
	}
	r.run(t)
	r.waitLoaded(t)
	if events, loaded, err := r.Waiting(); events != 0 || loaded != 4 || err != nil {
		t.Errorf("%d events wait after entry %d, %v; want 0 after 4", events, loaded, err)
	}
}

func TestTheFirstDeliverySurvives(t *testing.T) {
	conn := enginetest.Conn(t)
	r := open(t, t.TempDir(), into(conn))
	r.run(t)
	for _, channel := range []string{"online", "post", "direct"} {
		r.send(t, strings.NewReader(strings.Replace(one(1), `"online"`, `"`+channel+`"`, 1)), "Content-Type", typeOne)
		r.waitLoaded(t)
	}
	got := rows(t, conn, true)
	if len(got) != 1 || !strings.Contains(string(got[0].Data), `"channel":"online"`) {
		t.Errorf("got %v", got)
	}
}

// refusing is an engine that refuses the first inserts.
type refusing struct {
	driver.Conn
	left atomic.Int32
}

func (c *refusing) PrepareBatch(ctx context.Context, query string, opts ...driver.PrepareBatchOption) (driver.Batch, error) {
	if c.left.Add(-1) >= 0 {
		return nil, errors.New("connection refused")
	}
	return c.Conn.PrepareBatch(ctx, query, opts...)
}

func TestLoaderTriesAgain(t *testing.T) {
	conn := &refusing{Conn: enginetest.Conn(t)}
	conn.left.Store(3)
	r := open(t, t.TempDir(), into(conn))
	r.run(t)
	r.send(t, strings.NewReader(many(1, 10)), "Content-Type", typeBatch)
	r.waitLoaded(t)
	if got := rows(t, conn.Conn, false); len(got) != 10 {
		t.Errorf("%d rows", len(got))
	}
	if n := testutil.ToFloat64(r.metrics.errors); n != 3 {
		t.Errorf("%v errors are counted, want 3", n)
	}
}

func TestLoaderEndsWhileTheEngineIsAway(t *testing.T) {
	conn := new(refusing)
	conn.left.Store(1 << 30)
	r := open(t, t.TempDir(), into(conn))
	stop := r.run(t)
	r.send(t, strings.NewReader(one(1)), "Content-Type", typeOne)
	time.Sleep(300 * time.Millisecond)
	stop()
	if r.Loaded() != 0 || r.OldestWaiting().IsZero() {
		t.Errorf("loaded %d, oldest %v", r.Loaded(), r.OldestWaiting())
	}
}

func TestLoaderGoesOnAfterADamagedEntry(t *testing.T) {
	conn := enginetest.Conn(t)
	data := t.TempDir()
	fill(t, data, 5)
	path, content := logFile(t, data)
	at := strings.Index(string(content), "e-2") // within the payload of the third entry
	patch(t, path, at, []byte{'E'})
	r := open(t, data, into(conn))
	r.run(t)
	r.waitLoaded(t)
	var got []string
	for _, e := range rows(t, conn, false) {
		got = append(got, e.ID)
	}
	if !slices.Equal(got, wantIDs(5, 2)) {
		t.Errorf("got %v", got)
	}
	aside, err := r.Damaged()
	if err != nil || len(aside) != 1 || filepath.Base(aside[0]) != "entry-3" {
		t.Errorf("set aside %v, %v", aside, err)
	}
	if said := r.said.String(); !strings.Contains(said, "entry-3") || !strings.Contains(said, "checksum") {
		t.Errorf("the log says %s", said)
	}
	if n := testutil.ToFloat64(r.metrics.damaged); n != 1 {
		t.Errorf("%v damaged entries are counted", n)
	}
}

func TestLoadedEntriesStayForAnHour(t *testing.T) {
	conn := enginetest.Conn(t)
	var clock atomic.Int64
	clock.Store(time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC).Unix())
	r := open(t, t.TempDir(), into(conn), func(o *Options) { o.Now = func() time.Time { return time.Unix(clock.Load(), 0) } })
	r.run(t)
	first := func() uint64 {
		n, err := r.journal.wal.FirstIndex()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	next := 0
	load := func() {
		r.send(t, strings.NewReader(one(next)), "Content-Type", typeOne)
		next++
		r.waitLoaded(t)
		time.Sleep(50 * time.Millisecond) // the log is shortened after Loaded has moved
	}
	load()
	load()
	clock.Add(3599)
	load()
	if first() != 1 {
		t.Errorf("the log begins at %d before the hour is over", first())
	}
	clock.Add(3600)
	load()
	if first() < 2 {
		t.Errorf("the log begins at %d when the hour is over", first())
	}
	clock.Add(36_000)
	load()
	if n := r.stored(t); len(n) == 0 || first() > r.Newest() {
		t.Errorf("the log begins at %d and ends at %d", first(), r.Newest())
	}
}
