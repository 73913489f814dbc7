package publication_test

import (
	"bytes"
	"testing"

	"tiendo/internal/publication"
	"tiendo/internal/seal"
)

// FuzzRecord: whatever a record holds, for anybody can seal one with a key of their own, it is refused with words or computed again.
func FuzzRecord(f *testing.F) {
	p := open(f, f.TempDir())
	file, err := p.File(publish(f, p, request(f, inputs())).Number)
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := seal.Parse(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed.Record)
	f.Add(bytes.ReplaceAll(sealed.Record, []byte("100"), []byte("1e308")))
	f.Add(bytes.ReplaceAll(sealed.Record, []byte("90"), []byte("null")))
	f.Add([]byte(`{"kind":"tiendo-ranking","ranking":{}}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		r, err := publication.ParseRecord(record)
		if err != nil {
			return
		}
		differs := 0
		if err := r.Recompute(func(string) { differs++ }); err == nil && differs == 0 && r.Ranking.Method.ID != "small" {
			t.Errorf("computed again as it was, of the method %q", r.Ranking.Method.ID)
		}
	})
}
