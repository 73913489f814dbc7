package register_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/register"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Run(m)) }

// TestStore: what was appended is what is loaded, once, in order, whatever the clock says.
func TestStore(t *testing.T) {
	ctx := t.Context()
	s := &register.Store{Conn: enginetest.Conn(t), Zone: zone, Figures: figures}
	reader, err := s.Load(ctx)
	if err != nil || reader.Version() != 0 {
		t.Fatalf("nothing was loaded: %v", err)
	}
	now := time.Date(2026, 11, 24, 9, 0, 0, 1_234_567, zone)
	add := func(kind register.Kind, content string, at time.Time, want uint64) *register.Registers {
		t.Helper()
		r, err := s.Append(ctx, kind, []byte(content), "clerk", at)
		if err != nil || r.Version() != want {
			t.Fatalf("%s: version %d, %v, want %d", kind, r.Version(), err, want)
		}
		return r
	}
	add(register.Agencies, someAgencies, now, 1)
	add(register.Agencies, someAgencies, now.Add(time.Hour), 1)
	add(register.Calendars, "name: c\nbase: vn-office\n", now, 2)                 // at the same instant
	add(register.Calendars, "name: d\nbase: vn-office\n", now.Add(-time.Hour), 3) // the clock went back
	add(register.Calendars, "name: c\nbase: vn-office\n", now, 3)
	add(register.Targets, "targets:\n  - {figure: dossier.received, agency: H24.17, target: 5}\n", now.Add(time.Minute), 4)
	last := add(register.Agencies, someAgencies+"# again\n", now.Add(time.Hour), 5)

	if _, err := s.Append(ctx, register.Agencies, []byte("agencies: [{code: A}]"), "", now); !errors.As(err, new(*register.Refusal)) {
		t.Errorf("want a refusal, got %v", err)
	}
	again, err := s.Load(ctx)
	if err != nil || fmt.Sprint(again.Loads()) != fmt.Sprint(last.Loads()) {
		t.Fatalf("%v, %v, want %v", again.Loads(), err, last.Loads())
	}
	before := time.Time{}
	for _, l := range again.Loads() {
		if !l.Recorded.After(before) || l.Recorded.Nanosecond()%1_000_000 != 0 {
			t.Errorf("version %d was recorded at %s, the one before at %s", l.Version, l.Recorded, before)
		}
		before = l.Recorded
	}
	if got := again.At(time.Time{}).Content(register.Calendars); got != "name: c\nbase: vn-office\n---\nname: d\nbase: vn-office\n" {
		t.Errorf("calendars: %q", got)
	}
	if reader, err = s.Refresh(ctx, reader); err != nil || reader.Version() != 5 {
		t.Errorf("the reader from the beginning has version %d, %v", reader.Version(), err)
	}
	if same, err := s.Refresh(ctx, reader); same != reader || err != nil {
		t.Errorf("nothing was loaded since: %v", err)
	}
	var who string
	if err := s.Conn.QueryRow(ctx, "SELECT DISTINCT who FROM registers").Scan(&who); err != nil || who != "clerk" {
		t.Errorf("loaded by %q, %v", who, err)
	}
}

// TestWhatWasTakenStays: a program that no longer has a figure reads the targets that name it.
func TestWhatWasTakenStays(t *testing.T) {
	s := register.Store{Conn: enginetest.Conn(t), Zone: zone, Figures: figures}
	content := []byte("targets:\n  - {figure: dossier.received, target: 5}\n")
	if _, err := s.Append(t.Context(), register.Targets, content, "", recorded(1)); err != nil {
		t.Fatal(err)
	}
	s.Figures = func(string) (register.Figure, bool) { return register.Figure{}, false }
	r, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.At(time.Time{}).Target("dossier.received", "", "", 0); !ok {
		t.Error("the target is gone")
	}
	if _, err := s.Append(t.Context(), register.Targets, append(content, '\n'), "", recorded(2)); err == nil {
		t.Error("a new file for a figure that is gone was taken")
	}
}

// TestManyAppendAtOnce, as several processes may: each load gets a number of its own and none is lost.
func TestManyAppendAtOnce(t *testing.T) {
	conn := enginetest.Conn(t)
	const processes, loads = 4, 3
	var all sync.WaitGroup
	for p := range processes {
		all.Go(func() {
			s := &register.Store{Conn: conn, Zone: zone, Figures: figures}
			for i := range loads {
				content := fmt.Sprintf("name: c%d-%d\nbase: vn-office\n", p, i)
				if _, err := s.Append(t.Context(), register.Calendars, []byte(content), "", recorded(1)); err != nil {
					t.Errorf("%s: %v", content, err)
				}
			}
		})
	}
	all.Wait()
	s := &register.Store{Conn: conn, Zone: zone, Figures: figures}
	r, err := s.Load(t.Context())
	if err != nil || r.Version() != processes*loads || len(r.At(time.Time{}).Calendars().Names()) != 3+processes*loads {
		t.Errorf("version %d, %v", r.Version(), err)
	}
}

// TestHurtTable is named, not read around.
func TestHurtTable(t *testing.T) {
	for what, insert := range map[string]string{
		"a gap":           "(2, 'agencies', '2026-01-01', lower(hex(SHA256('agencies: []'))), 'agencies: []', '')",
		"another content": "(1, 'agencies', '2026-01-01', lower(hex(SHA256('agencies:'))), 'agencies: []', '')",
		"no register":     "(1, 'streets', '2026-01-01', lower(hex(SHA256('agencies: []'))), 'agencies: []', '')",
		"another format":  "(1, 'agencies', '2026-01-01', lower(hex(SHA256('agencies: 5'))), 'agencies: 5', '')",
	} {
		s := &register.Store{Conn: enginetest.Conn(t), Zone: zone, Figures: figures}
		if err := s.Conn.Exec(t.Context(), "INSERT INTO registers (version, kind, recorded, sha256, content, who) VALUES "+insert); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Load(t.Context()); !errors.Is(err, register.ErrUnlike) || !strings.Contains(err.Error(), "version") {
			t.Errorf("%s: %v, %v", what, r, err)
		}
		// Where the engine does not answer nothing is known of them.
		if err := s.Conn.Exec(t.Context(), "DROP TABLE registers"); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Load(t.Context()); err == nil || errors.Is(err, register.ErrUnlike) {
			t.Errorf("without an answer: %v, %v", r, err)
		}
	}
}

// TestTokenWithoutVersion: a kill between the token of a load and its rows leaves a token that swallows the next load of that number.
func TestTokenWithoutVersion(t *testing.T) {
	conn := enginetest.Conn(t)
	s := &register.Store{Conn: conn, Zone: zone, Figures: figures}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, zone)
	if _, err := s.Append(t.Context(), register.Agencies, []byte(someAgencies), "clerk", now); err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE registers DELETE WHERE 1 SETTINGS mutations_sync = 2"); err != nil {
		t.Fatal(err)
	}
	r, err := s.Append(t.Context(), register.Agencies, []byte(someAgencies), "clerk", now)
	if err != nil {
		t.Fatal(err)
	}
	if r.Version() != 1 {
		t.Errorf("version %d was loaded, want 1", r.Version())
	}
}
