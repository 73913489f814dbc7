package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tiendo/internal/event"
)

// small is a mapping whose events are quickly made.
const small = `
family: dossier
source: urn:x
subject: id
events:
  - type: dossier.received
    time: {column: at}
    data: {agency: {column: agency}, procedure: {value: p}, channel: {value: direct}}
  - type: dossier.resolved
    time: {column: done}
`

func mapping(t testing.TB, source string) *Mapping {
	t.Helper()
	m, err := ParseMapping("m.yaml", []byte(source), Builtin)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t testing.TB, content string) *Input {
	t.Helper()
	in, err := Open("-", strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// table is a CSV of n rows for small; every tenth row is bad.
func table(n int) string {
	var b strings.Builder
	b.WriteString("id,at,agency,done\n")
	for i := range n {
		at := "2026-01-05 08:00"
		if i%10 == 9 {
			at = "yesterday"
		}
		fmt.Fprintf(&b, "%d,%s,a,2026-01-06 08:00\n", i, at)
	}
	return b.String()
}

func TestRunKeepsTheOrderOfLines(t *testing.T) {
	const n = 60_000
	var rejects []Reject
	var sent atomic.Int64
	i := &Import{
		Mapping: mapping(t, small),
		Send: func(_ context.Context, b *Batch) ([]Reject, error) {
			time.Sleep(rand.N(20 * time.Millisecond)) // answers come in any order
			sent.Add(int64(b.Len()))
			if b.Len() > 10_000 || len(b.Events) > mostBytes+1<<20 {
				t.Errorf("a batch of %d events and %d bytes", b.Len(), len(b.Events))
			}
			return []Reject{b.Refused(0, "time", "is refused"), b.Refused(3, "", "is refused")}, nil
		},
		Rejected: func(r Reject) error { rejects = append(rejects, r); return nil },
	}
	result, err := i.Run(t.Context(), open(t, table(n)), imported)
	if err != nil {
		t.Fatal(err)
	}
	batches := len(rejects)
	for k := 1; k < len(rejects); k++ {
		if rejects[k].Line < rejects[k-1].Line {
			t.Fatalf("line %d after %d", rejects[k].Line, rejects[k-1].Line)
		}
	}
	batches = (batches - n/10) / 2
	if result.Rows != n || result.RejectedRows != n/10+2*batches || result.Line != n || // the last row is bad
		sent.Load() != 2*n*9/10 || result.Total() != 2*n*9/10-2*batches || batches < 10 ||
		result.Events["dossier.received"] != n*9/10-batches {
		t.Errorf("%+v, %d rejects, %d batches", result, len(rejects), batches)
	}
	if i.Progress.Rows.Load() != n || i.Progress.Events.Load() != int64(result.Total()) || i.Progress.Rejects.Load() != int64(len(rejects)) {
		t.Errorf("progress %d %d %d", i.Progress.Rows.Load(), i.Progress.Events.Load(), i.Progress.Rejects.Load())
	}
}

func TestRunStops(t *testing.T) {
	broken := errors.New("broken")
	f := func(what string, i *Import, content string, want string, rows int) {
		t.Helper()
		i.Mapping = mapping(t, small)
		if i.Send == nil {
			i.Send = Check(imported)
		}
		if i.Rejected == nil {
			i.Rejected = func(Reject) error { return nil }
		}
		result, err := i.Run(t.Context(), open(t, content), imported)
		if err == nil || !strings.Contains(err.Error(), want) || result.Rows != rows {
			t.Errorf("%s: %v after %d rows, want %s after %d", what, err, result.Rows, want, rows)
		}
	}
	f("sending", &Import{Send: func(context.Context, *Batch) ([]Reject, error) { return nil, broken }}, table(100_000), "broken", 0)
	f("writing", &Import{Rejected: func(Reject) error { return broken }}, table(10), "broken", 10)
	f("a lost column", &Import{}, "id,at\n1,2\n", `no column "agency"`, 0)
	long := strings.Repeat("x", longestRecord+1<<13)
	f("an open quote", &Import{}, table(10)+"11,2026-01-05,a,\n12,\"2026-01-05,a,\n"+long+"\n\",a,\n", "after line 12: a record is longer than", 11)

	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(table(50_000))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cut := &Import{Mapping: mapping(t, small), Send: Check(imported), Rejected: func(Reject) error { return nil }}
	result, err := cut.Run(t.Context(), open(t, packed.String()[:packed.Len()/2]), imported)
	if err == nil || !strings.Contains(err.Error(), "unexpected EOF") || result.Rows < 1000 {
		t.Errorf("a file that is cut off: %v after %d rows", err, result.Rows)
	}
}

func TestAnOpenQuoteIsTold(t *testing.T) {
	var rejects []Reject
	i := &Import{Mapping: mapping(t, small), Send: Check(imported), Rejected: func(r Reject) error { rejects = append(rejects, r); return nil }}
	result, err := i.Run(t.Context(), open(t, "id,at,agency,done\n1,2026-01-05,a,\n2,2026-01-05,\"a,\n3,2026-01-05,a,\n4,\"2026-01-05\",b,\n5,2026-01-05,c\"d,\n6,2026-01-05,a,\n"), imported)
	if err != nil || result.Total() != 2 || len(rejects) != 2 {
		t.Fatalf("%+v %+v %v", result, rejects, err)
	}
	if rejects[0].Line != 3 || !strings.Contains(rejects[0].Reason, "all from here to line 5") || rejects[1].Line != 6 {
		t.Errorf("%+v", rejects)
	}
}

func TestCheckIsTheCollectorsDoor(t *testing.T) {
	var rejects []Reject
	i := &Import{Mapping: mapping(t, small), Send: Check(imported), Rejected: func(r Reject) error { rejects = append(rejects, r); return nil }}
	result, err := i.Run(t.Context(), open(t, "id,at,agency,done\n1,2026-01-05,a,2031-01-01\n2,1066-01-05,a,\n3,2026-01-05,a,\n"), imported)
	if err != nil || len(rejects) != 2 || rejects[0].Line != 2 || rejects[1].Line != 3 || rejects[0].Field != "time" ||
		result.Events[event.Type("dossier.received")] != 2 || result.Events["dossier.resolved"] != 0 || result.RejectedRows != 2 {
		t.Errorf("%+v %+v %v", result, rejects, err)
	}
}

// TestRunNeedsLittleMemory reads a file of a million rows; the bound has room for the batches and what they become.
func TestRunNeedsLittleMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("id,at,agency,done\n"); err != nil {
		t.Fatal(err)
	}
	block := strings.Repeat("H24.12-191002-0001,2026-01-05 08:00,a,2026-01-06 08:00\n", 1000)
	for range 1000 {
		if _, err := file.WriteString(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	in, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var most atomic.Uint64
	i := &Import{
		Mapping: mapping(t, small), Rejected: func(Reject) error { return nil },
		Send: func(context.Context, *Batch) ([]Reject, error) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			for {
				before := most.Load()
				if m.HeapAlloc <= before || most.CompareAndSwap(before, m.HeapAlloc) {
					break
				}
			}
			return nil, nil
		},
	}
	result, err := i.Run(t.Context(), in, imported)
	if err != nil || result.Total() != 2_000_000 {
		t.Fatal(result, err)
	}
	if most := most.Load(); most > 96<<20 {
		t.Errorf("%d MiB of heap", most>>20)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("ma,nop,don_vi,thu_tuc,kenh,muc,phi,hen,tt,xong,tien\nH1,05/03/2026 08:15,Sở,1,,2,Có,12/03/2026,Xong,11/03/2026 16:59,5\n"))
	f.Add([]byte("{\"ma\":1,\"nop\":\"05/03/2026\",\"don_vi\":[\"a\"],\"thu_tuc\":1.5}\n"))
	m, err := ParseMapping("m.yaml", []byte(hue), Builtin)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		in, err := Open("-", bytes.NewReader(content))
		if err != nil {
			return
		}
		r, err := m.Read(in, imported)
		if err != nil {
			return
		}
		var b Batch
		for r.Fill(&b) == nil {
			rejects, err := Check(imported)(t.Context(), &b)
			if err != nil {
				t.Fatal(err)
			}
			for _, reject := range rejects {
				if reject.Field != "time" && reject.Field != "data.due" && reject.Field != "data.amount" {
					t.Fatalf("an event that the collector would refuse was made: %+v of %q", reject, content)
				}
			}
		}
	})
}

// A mapping whose clocks are not the city's may put a case on another day, and says so; another name of the same clocks does not.
func TestZonesOfMappingAndCity(t *testing.T) {
	f := func(own, city string, dry bool, want string) {
		t.Helper()
		i := Import{Mapping: mapping(t, strings.Replace(good, "Asia/Ho_Chi_Minh", own, 1)), Send: Check(imported), Rejected: func(Reject) error { return nil }, DryRun: dry}
		if city != "" {
			zone, err := time.LoadLocation(city)
			if err != nil {
				t.Fatal(err)
			}
			i.Zone = zone
		}
		result, err := i.Run(t.Context(), open(t, "ma,nop,don_vi,tt,hen,st,xong\n1,2026-01-05,a,b,,,\n"), imported)
		if said := strings.Join(result.Notes, "\n"); err != nil || (said == "") != (want == "") || !strings.Contains(said, want) {
			t.Errorf("%s in a city of %s: %q %v, want %q", own, city, said, err, want)
		}
	}
	f("Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh", false, "")
	f("Asia/Saigon", "Asia/Ho_Chi_Minh", false, "")
	f("Asia/Bangkok", "Asia/Ho_Chi_Minh", false, "")
	f("America/New_York", "Asia/Ho_Chi_Minh", false, "as those of America/New_York (timezone: of the mapping), and the server counts days as those of Asia/Ho_Chi_Minh")
	f("Asia/Ho_Chi_Minh", "America/New_York", true, "write `timezone: America/New_York`")
	f("Europe/London", "UTC", false, "Europe/London") // the same in winter
	f("America/New_York", "", false, "")
	f("Asia/Ho_Chi_Minh", "", true, "")
	f("America/New_York", "", true, "no server told in which zone it counts days")
}
