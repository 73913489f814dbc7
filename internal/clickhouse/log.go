package clickhouse

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// logWriter passes what the engine writes on to our log, line by line: a record of its log is a line of JSON (see
// serverConfig); any other line comes from what surrounds the engine, and is kept to tell why it did not start.
type logWriter struct {
	logger *slog.Logger
	// listening is closed when the engine says that it listens for the driver.
	listening chan struct{}
	// damaged tells the folder of a part of a table that the engine could not read; the others are told when it tries again.
	damaged chan string

	mu    sync.Mutex
	heard bool
	rest  []byte
	words []string
}

func newLogWriter(l *slog.Logger) *logWriter {
	return &logWriter{logger: l, listening: make(chan struct{}), damaged: make(chan string, 1)}
}

// Write takes a part of what the engine writes, of any length.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.line(line)
		w.rest = rest
	}
}

// flush takes the end of what the engine wrote, after it has ended.
func (w *logWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line(w.rest)
	w.rest = nil
}

// said is what the engine wrote that was no record of its log, and its errors.
func (w *logWriter) said() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.words
}

// wordsKept is how many lines are kept to tell why the engine did not start: the first ones, for a crash of Go says its
// reason first, and the last ones, for the engine says it last.
const wordsKept = 50

// listens begins the message of the engine that the driver's port is open.
const listens = "Listening for native protocol (tcp)"

func (w *logWriter) line(line []byte) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return
	}
	r := parseRecord(line)
	if strings.HasPrefix(r.Message, listens) && !w.heard {
		w.heard = true
		close(w.listening)
	}
	if part := damagedPart(r.Message); part != "" {
		select {
		case w.damaged <- part:
		default:
		}
	}
	level := r.level()
	if level >= slog.LevelWarn {
		if w.words = append(w.words, r.Message); len(w.words) > wordsKept {
			w.words = slices.Delete(w.words, wordsKept/2, wordsKept/2+1)
		}
	}
	attrs := []slog.Attr{slog.String("line", r.Message)}
	if r.Logger != "" {
		attrs = append(attrs, slog.String("logger", r.Logger))
	}
	if r.Query != "" {
		attrs = append(attrs, slog.String("query_id", r.Query))
	}
	w.logger.LogAttrs(context.Background(), level, "engine", attrs...)
}

// record is one of the engine's log, with the names that serverConfig gives its members.
type record struct {
	Level   string `json:"level"`
	Logger  string `json:"logger"`
	Query   string `json:"query_id"`
	Message string `json:"message"`
}

// parseRecord reads a line. One that is no record is a message without a level.
func parseRecord(line []byte) record {
	var r record
	if err := json.Unmarshal(line, &r, jsontext.AllowInvalidUTF8(true)); err != nil || r.Level == "" {
		r = record{Message: string(line)}
	}
	// A stack of addresses without names helps nobody here.
	r.Message, _, _ = strings.Cut(r.Message, ", Stack trace (when copying this message")
	return r
}

// What the engine calls information is chatter to others.
var logLevels = map[string]slog.Level{
	"Fatal": slog.LevelError, "Critical": slog.LevelError, "Error": slog.LevelError, "Warning": slog.LevelWarn,
	"Notice": slog.LevelInfo, "Information": slog.LevelDebug, "Debug": slog.LevelDebug - 4, "Trace": slog.LevelDebug - 8,
	"Test": slog.LevelDebug - 8,
}

// frame is a line of a stack trace.
var frame = regexp.MustCompile(`^\d+\. .*@ 0x[0-9a-f]+$`)

// level is ours for the engine's. A line without one comes from outside its log, most often a library's complaint.
func (r record) level() slog.Level {
	if frame.MatchString(r.Message) {
		return slog.LevelDebug
	}
	if level, ok := logLevels[r.Level]; ok {
		return level
	}
	return slog.LevelWarn
}
