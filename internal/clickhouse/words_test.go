package clickhouse

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestRecordsOfTheLog(t *testing.T) {
	f := func(line string, level slog.Level, message string) {
		t.Helper()
		r := parseRecord([]byte(line))
		if r.level() != level || r.Message != message {
			t.Errorf("%s: %s %q, want %s %q", line, r.level(), r.Message, level, message)
		}
	}
	f(`{"level":"Error","query_id":"q","logger":"TCPHandler","message":"Code: 60. no table, Stack trace (when copying this message, always include the lines below):\n\n0. ? @ 0x01\n"}`, slog.LevelError, "Code: 60. no table")
	f(`{"level":"Fatal","query_id":"","logger":"","message":"Signal description: Aborted"}`, slog.LevelError, "Signal description: Aborted")
	f(`{"level":"Warning","query_id":"","logger":"","message":"slow \/ disk"}`, slog.LevelWarn, "slow / disk")
	f(`{"level":"Notice","query_id":"","logger":"","message":"n"}`, slog.LevelInfo, "n")
	f(`{"level":"Information","query_id":"","logger":"","message":"i"}`, slog.LevelDebug, "i")
	f(`{"level":"Debug","query_id":"","logger":"","message":"d"}`, slog.LevelDebug-4, "d")
	f(`{"level":"Trace","query_id":"","logger":"","message":"t"}`, slog.LevelDebug-8, "t")
	f(`{"level":"Fatal","query_id":"","logger":"","message":"12. DB::f() @ 0x0000000009176d7b"}`, slog.LevelDebug, "12. DB::f() @ 0x0000000009176d7b")
	f(`{"level":"New","query_id":"","logger":"","message":"of a level that is not known"}`, slog.LevelWarn, "of a level that is not known")
	f("{\"level\":\"Error\",\"message\":\"not \xff UTF-8\"}", slog.LevelError, "not � UTF-8")
	f(`Code: 210. DB::Exception: Listen failed`, slog.LevelWarn, "Code: 210. DB::Exception: Listen failed")
	f(`{"level":"Error`, slog.LevelWarn, `{"level":"Error`)
	f(`{"other":1}`, slog.LevelWarn, `{"other":1}`)
}

// What comes in pieces is read as lines, and the words that tell why are kept.
func TestLogInPieces(t *testing.T) {
	var out strings.Builder
	w := newLogWriter(slog.New(slog.NewTextHandler(&out, nil)))
	text := `{"level":"Information","message":"Listening for native protocol (tcp): 127.0.0.1:1"}` + "\n\n" +
		`{"level":"Error","message":"first"}` + "\r\nsecond\nthird, without an end"
	for piece := range slices.Chunk([]byte(text), 7) {
		if n, err := w.Write(piece); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	select {
	case <-w.listening:
	default:
		t.Error("it was not heard that it listens")
	}
	w.flush()
	if got := strings.Join(w.said(), "|"); got != "first|second|third, without an end" {
		t.Errorf("kept %q", got)
	}
	if strings.Count(out.String(), "msg=engine") != 3 {
		t.Errorf("logged:\n%s", out.String())
	}
	for range 3 * wordsKept {
		_, _ = w.Write([]byte("and so on\n"))
	}
	if n := len(w.said()); n != wordsKept {
		t.Errorf("%d lines are kept", n)
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"level":"Error","query_id":"q","logger":"l","message":"m"}`+"\nrest"), uint8(3))
	f.Add([]byte("{\n}\n\xff\n"), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		w := newLogWriter(slog.New(slog.DiscardHandler))
		whole := newLogWriter(slog.New(slog.DiscardHandler))
		for piece := range slices.Chunk(text, int(size)+1) {
			_, _ = w.Write(piece)
		}
		_, _ = whole.Write(text)
		w.flush()
		whole.flush()
		if !slices.Equal(w.said(), whole.said()) {
			t.Errorf("in pieces %q, whole %q", w.said(), whole.said())
		}
	})
}

func TestWhyNot(t *testing.T) {
	f := func(words, want string) {
		t.Helper()
		err := whyNot(errors.New("exit status 4"), strings.Split(words, "\n"))
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %q, want %q in it", words, err, want)
		}
	}
	// As 26.7 says it.
	f("Code: 210. DB::Exception: Listen [127.0.0.1]:45678 failed: Poco::Exception. Code: 1000, e.code() = 98, Net Exception: Address already in use: 127.0.0.1:45678 (version 26.7.2.1). (NETWORK_ERROR)", "port")
	f("Status file /d/status already exists - unclean restart. Contents:\nCode: 76. DB::Exception: Cannot lock file /d/status. Another server instance in same directory is already running. (CANNOT_OPEN_FILE)", "another engine")
	f("fatal error: failed to reserve page summary memory\nruntime stack:", "memory")
	f("runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort", "memory")
	f("libchdb.so: failed to map segment from shared object", "memory")
	f("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)", "disk is full")
	f("filesystem error: in create_directories: Permission denied [\"/d/store\"]", "may not write")
	f("Code: 1. DB::Exception: the reason\nSome other line", "Code: 1. DB::Exception: the reason")
	f("", "it said nothing")
}
