package collector

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tiendo/internal/event"
)

func TestEntryKeepsEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) time.Time {
			return time.UnixMilli(rapid.Int64Range(-2_208_988_800_000, 4_000_000_000_000).Draw(t, name)).UTC()
		}
		word := rapid.StringMatching(`[a-zà-ỹ0-9:./-]{0,20}`)
		arrival := at("arrival")
		bound := word.Draw(t, "bound")
		var want []event.Event
		w := newEntryWriter(bound, 0)
		for i := range rapid.IntRange(0, 20).Draw(t, "events") {
			e := event.Event{
				Source: rapid.SampledFrom([]string{"urn:a", "urn:b", "urn:c"}).Draw(t, "source"), ID: word.Draw(t, "id"),
				Type: event.Type(word.Draw(t, "type")), Subject: word.Draw(t, "subject"), Time: at("time"),
				Retracted: rapid.Bool().Draw(t, "retracted"), Data: []byte(word.Draw(t, "data")),
			}
			if rapid.Bool().Draw(t, "told") {
				e.Recorded = at("recorded")
			}
			w.add(&e)
			e.Arrive(arrival)
			e.Bound, e.Collector, e.Entry, e.Position = bound, "c", 7, uint32(i)
			want = append(want, e)
		}
		entry := w.done()
		sealEntry(entry, 7, arrival.UnixMilli())
		if err := checkEntry(entry, 7); err != nil {
			t.Fatal(err)
		}
		var got []event.Event
		if err := readEntry(entry, 7, "c", func(e *event.Event, data string) {
			e.Data = []byte(data)
			got = append(got, *e)
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func TestCheckEntryFindsEveryFlippedBit(t *testing.T) {
	w := newEntryWriter("H24.12", 0)
	e, err := event.Decode([]byte(one(1)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.add(&e)
	entry := w.done()
	sealEntry(entry, 3, 1_700_000_000_000)
	for bit := range len(entry) * 8 {
		entry[bit/8] ^= 1 << (bit % 8)
		if err := checkEntry(entry, 3); !errors.Is(err, errDamaged) {
			t.Errorf("bit %d: %v", bit, err)
		}
		entry[bit/8] ^= 1 << (bit % 8)
	}
	if err := checkEntry(entry, 3); err != nil {
		t.Error(err)
	}
	if err := checkEntry(entry, 4); !errors.Is(err, errDamaged) {
		t.Errorf("another number: %v", err)
	}
	if err := checkEntry(nil, 0); !errors.Is(err, errDamaged) {
		t.Errorf("nothing: %v", err)
	}
}

// FuzzReadEntry: whatever an entry with a right checksum holds, reading it ends with events or an error.
func FuzzReadEntry(f *testing.F) {
	w := newEntryWriter("H24.12", 0)
	e, err := event.Decode([]byte(one(1)), time.Now())
	if err != nil {
		f.Fatal(err)
	}
	w.add(&e)
	w.add(&e)
	f.Add(w.done())
	f.Fuzz(func(t *testing.T, entry []byte) {
		if len(entry) < eventsAt {
			return
		}
		n := 0
		if err := readEntry(entry, 1, "c", func(*event.Event, string) { n++ }); err != nil {
			return
		}
		// Those that are not told were erased: they are no more to erase.
		if erased := blankEvents(bytes.Clone(entry), func(event.Family, string) bool { return true }, func(int, int) {}); n != erased || n > entryCount(entry) {
			t.Fatalf("%d events of %d, of which %d can be erased", n, entryCount(entry), erased)
		}
	})
}

func TestSeniorityFallsWithArrival(t *testing.T) {
	seniority := func(arrival int64, entry uint64, position uint32) uint64 {
		e := event.Event{Arrival: time.UnixMilli(arrival), Entry: entry, Position: position}
		return e.Seniority()
	}
	last := uint64(math.MaxUint64)
	for _, s := range []uint64{
		seniority(0, 1, 0), seniority(0, 1, 1), seniority(0, 1, maxEvents-1), seniority(0, 2, 0), seniority(0, 511, maxEvents-1),
		seniority(1, 512, 0), seniority(1_790_000_000_000, 5, 0), seniority(4_102_444_800_000, 511, 9999), // the year 2100
	} {
		if s >= last {
			t.Fatalf("%d is not below %d", s, last)
		}
		last = s
	}
}
