package collector

import (
	"strings"
	"testing"
)

// TestABodyThatCannotBeReadSaysWhy: of a body that is not what it says it is, the answer names the event or the header, says
// where reading stopped and what would do, and that nothing was taken.
func TestABodyThatCannotBeReadSaysWhy(t *testing.T) {
	r := open(t, t.TempDir())
	const ct = "Content-Type"
	binary := []string{ct, "application/json", "ce-specversion", "1.0", "ce-id", "b", "ce-source", "urn:x", "ce-type", "dossier.resolved", "ce-time", "2026-09-14T08:30:00Z"}
	for _, c := range []struct {
		name, content string
		headers       []string
		index         int
		field, reason string
	}{
		{"nothing", " ", []string{ct, typeOne}, 0, "body", "it is empty"},
		{"a broken event", `{"id":x}`, []string{ct, typeOne}, 0, "body", "cannot be read at byte 6"},
		{"half an event", `{"id":"`, []string{ct, typeOne}, 0, "body", "ends too early, after 7 bytes"},
		{"two events", `{} {}`, []string{ct, typeOne}, 0, "body", "batch or NDJSON"},
		{"an array of events", " [{}]", []string{ct, typeOne}, 0, "body", typeBatch},
		{"letters of windows-1258", "{\"id\":\"\xd3\"}", []string{ct, typeOne}, 0, "body", "byte 7 is not UTF-8"},
		{"UTF-16", "\xff\xfe{\x00", []string{ct, typeOne}, 0, "body", "UTF-16"},
		{"a byte order mark", "\xef\xbb\xbf{}", []string{ct, typeOne}, 0, "body", "byte order mark"},
		{"packed and not said so", gzipped(one(1)), []string{ct, typeOne}, 0, "body", "Content-Encoding: gzip"},
		{"packed otherwise", zstded(one(1)), []string{ct, typeBatch}, 0, "body", "Content-Encoding: zstd"},
		{"one event as a batch", one(1), []string{ct, typeBatch}, 0, "body", typeOne},
		{"a batch that ends early", "[" + one(1) + "," + one(2)[:20], []string{ct, typeBatch}, 1, "body", "ends too early"},
		{"a batch broken in its third", "[" + one(1) + "," + one(2) + ",{]", []string{ct, typeBatch}, 2, "body", "cannot be read at byte"},
		{"binary mode, half of its data", `{"reason":`, append(binary, "ce-subject", "s"), 0, "body", "ends too early"},
		{"binary mode, a byte order mark", "\xef\xbb\xbf{}", append(binary, "ce-subject", "s"), 0, "body", "byte order mark"},
		{"binary mode, a bad header", "{}", append(binary, "ce-subject", "%E1"), 0, "subject", "ce-subject is not percent-encoded"},
	} {
		w := r.send(t, strings.NewReader(c.content), c.headers...)
		a := told(t, w)
		if w.Code != 400 || a.Accepted != 0 || len(a.Errors) != 1 {
			t.Errorf("%s: %d %+v", c.name, w.Code, a)
			continue
		}
		got := a.Errors[0]
		if got.Index != c.index || got.Field != c.field || !strings.Contains(got.Reason, c.reason) || !strings.HasSuffix(got.Reason, "; nothing of the request was taken") {
			t.Errorf("%s: got %+v, want %d, %s, %s", c.name, got, c.index, c.field, c.reason)
		}
	}
	lines := one(1) + "\n\xef\xbb\xbf" + one(2) + "\n{\"id\":x}\n"
	a := told(t, r.send(t, strings.NewReader(lines), ct, typeLines))
	if a.Accepted != 1 || len(a.Errors) != 2 || !strings.Contains(a.Errors[0].Reason, "byte order mark") || a.Errors[1].Line != 3 || !strings.Contains(a.Errors[1].Reason, "at byte 6") {
		t.Errorf("lines: %+v", a)
	}
}
