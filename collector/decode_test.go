package collector

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// FuzzBody: whatever a body holds, each of its events is either in the entry or among the refused, or the whole is
// refused; and what is in the entry can be read back.
func FuzzBody(f *testing.F) {
	f.Add(byte(structured), []byte(one(1)))
	f.Add(byte(batch), []byte(many(1, 2)+" "))
	f.Add(byte(batch), []byte(`[{},1,"",[],{"id":"a","id":"b"}]`))
	f.Add(byte(ndjson), []byte(one(1)+"\r\n\n{\n"+one(2)))
	f.Add(byte(binaryMode), []byte(`{"agency":"a","procedure":"p","channel":"post"}`))
	header := http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"urn:a"}, "Ce-Type": {"dossier.received"}, "Ce-Subject": {"%41"},
		"Ce-Time": {"2026-09-14T08:30:00Z"},
	}
	f.Fuzz(func(t *testing.T, m byte, content []byte) {
		in := intake{token: &auth.Token{Scopes: auth.Scopes()}, now: time.Now(), entry: newEntryWriter("", 0), taken: map[event.Family]int{}, lost: map[event.Family]int{}, erased: func(event.Family, string) bool { return false }}
		err := in.read(structured+mode(m)%binaryMode, header, content)
		var broken *fault
		if err != nil && !errors.As(err, &broken) && !errors.Is(err, errTooMany) {
			t.Fatalf("%T %v", err, err)
		}
		if in.index != int(in.entry.count)+len(in.refused) {
			t.Fatalf("%d events, %d in the entry, %d refused", in.index, in.entry.count, len(in.refused))
		}
		entry := in.entry.done()
		sealEntry(entry, 1, 1)
		n := 0
		if err := readEntry(entry, 1, "c", func(*event.Event, string) { n++ }); err != nil || n != int(in.entry.count) {
			t.Fatalf("%d events of %d, %v", n, in.entry.count, err)
		}
	})
}
