package collector

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// frameOf is the payload of an entry's frame, as the library writes it.
func frameOf(t testing.TB, number uint64, entry []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := new(wal.BinaryCodec).Encode(&raft.Log{Index: number, Data: entry}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzHeaders: whatever stands in the headers of an event in binary mode, it is taken as it would be in the structured mode,
// or refused; a header can't bring in what its body may not.
func FuzzHeaders(f *testing.F) {
	f.Add("Ce-Id", "1", []byte(`{}`))
	f.Add("Ce-Data", `{"agency":"a"}`, []byte(`{"agency":"b"}`))
	f.Add("Ce-Type", `x","type":"task.completed`, []byte(`{}`))
	f.Add("Ce-Subject", "%C3%28%00", []byte(`{}`))
	f.Add("Ce-Recordedtime", "%zz", []byte(`null`))
	f.Add("Ce-Retracted", "true", []byte(`{"a":{}}`))
	f.Add("Ce-Id", "a\r\nce-type: b", []byte(`{`))
	f.Fuzz(func(t *testing.T, name, value string, content []byte) {
		h := http.Header{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"urn:a"}, "Ce-Type": {"dossier.resolved"}, "Ce-Subject": {"D-1"}, "Ce-Time": {"2026-09-14T08:30:00Z"},
		}
		h.Add(name, value)
		in := intake{
			token: &auth.Token{Scopes: auth.Scopes()}, now: time.Now(), entry: newEntryWriter("", 0), taken: map[event.Family]int{}, lost: map[event.Family]int{},
			erased: func(event.Family, string) bool { return false },
		}
		err := in.read(binaryMode, h, content)
		var broken *fault
		if err != nil && !errors.As(err, &broken) {
			t.Fatalf("%T %v", err, err)
		}
		if len(h["Ce-Id"]) > 1 && in.entry.count > 0 {
			t.Fatal("a doubled attribute was taken")
		}
	})
}

// FuzzErase: whatever a frame of the log holds, erasing leaves it alone, or an entry that is whole, without the case and with
// all the others.
func FuzzErase(f *testing.F) {
	w := newEntryWriter("H24.12", 0)
	for _, subject := range []string{"A", "B", "A", "C"} {
		w.add(&event.Event{Source: "urn:a", Type: "dossier.resolved", ID: subject + "1", Subject: subject, Time: time.UnixMilli(1), Data: []byte(`{}`)})
	}
	entry := w.done()
	sealEntry(entry, 7, 1_790_000_000_000)
	f.Add(frameOf(f, 7, entry))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 64))
	gone := func(_ event.Family, subject string) bool { return subject == "A" }
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := bytes.Clone(payload)
		erased, changed := blankFrame(payload, gone)
		if erased == 0 {
			if !bytes.Equal(payload, before) || len(changed) > 0 {
				t.Fatal("nothing was erased, and something changed")
			}
			return
		}
		again := bytes.Clone(before)
		for _, s := range changed {
			copy(again[s.At:], s.Bytes)
		}
		if !bytes.Equal(again, payload) {
			t.Fatal("what is said to have changed is not what has")
		}
		entry, number := entryIn(payload)
		if err := checkEntry(entry, number); err != nil {
			t.Fatal(err)
		}
		_ = readEntry(entry, number, "c", func(e *event.Event, _ string) {
			if e.Subject == "A" {
				t.Fatal("it is told still")
			}
		})
	})
}
