package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tiendo/internal/seal"
)

// A publication is verified without a server; what was changed, and a key of somebody else, is refused with 1.
func TestVerify(t *testing.T) {
	made := func(folder string) (file []byte, key string) {
		t.Helper()
		l, err := seal.Open(seal.Options{Folder: filepath.Join(t.TempDir(), folder), Name: "hue.example/xep-hang"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := l.Append([]byte(`{"method":"departments","period":"2026-Q3"}`)); err != nil {
			t.Fatal(err)
		}
		sealed, err := l.Sealed(1)
		if err != nil {
			t.Fatal(err)
		}
		return sealed.File(), l.Key()
	}
	file, key := made("one")
	_, other := made("other")
	path := filepath.Join(t.TempDir(), "2026-Q3.publication")
	f := func(code int, want string, content []byte, args ...string) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		got := run(t.Context(), append([]string{"verify", path}, args...), &streams{out: &out, err: &out})
		if got != code || !strings.Contains(out.String(), want) {
			t.Errorf("%d, want %d and %q in: %s", got, code, want, out.String())
		}
	}
	f(exitDone, "record 1 of the log hue.example/xep-hang, unchanged", file)
	f(exitDone, "compare it with the one that the city has made known", file)
	f(exitDone, "as you said", file, "--key", key)
	f(exitFault, "of another log, or forged", file, "--key", other)
	f(exitFault, "was changed", bytes.Replace(file, []byte("Q3"), []byte("Q4"), 1))
	f(exitFault, "no sealed record", []byte("hello\nworld\n"))
	f(exitFault, "no key of a witness", file, "--witness", "x")
	if code := run(t.Context(), []string{"verify", path + ".missing"}, &streams{out: t.Output(), err: t.Output()}); code != exitMisuse {
		t.Errorf("a file that is not there: %d", code)
	}
}
