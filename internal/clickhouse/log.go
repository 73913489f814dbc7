package clickhouse

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"strings"
	"sync"
)

// logWriter passes the lines that the engine writes on to our log.
type logWriter struct {
	logger *slog.Logger
	mu     sync.Mutex
	rest   []byte
	latest string
}

func newLogWriter(l *slog.Logger) *logWriter { return &logWriter{logger: l} }

func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.rest = rest
		if text := strings.TrimSpace(string(line)); text != "" {
			w.latest = text
			level, message := parseLine(text)
			w.logger.Log(context.Background(), level, "engine", "line", message)
		}
	}
}

// last is the last line that was written.
func (w *logWriter) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		return string(w.rest)
	}
	return w.latest
}

// trace is a line of a stack trace, which the engine writes after errors.
var trace = regexp.MustCompile(`^\d+\. .* @ 0x[0-9a-f]+$`)

var logLine = regexp.MustCompile(`^\d{4}\.\d\d\.\d\d [\d:.]+ \[ \d+ \] \{[^}]*\} <(\w+)> (.*)$`)

var logLevels = map[string]slog.Level{
	"Fatal": slog.LevelError, "Critical": slog.LevelError, "Error": slog.LevelError, "Warning": slog.LevelWarn,
	"Notice": slog.LevelInfo, "Information": slog.LevelInfo, "Debug": slog.LevelDebug, "Trace": slog.LevelDebug, "Test": slog.LevelDebug,
}

// parseLine splits a line of the engine's log into level and message; a line of another shape is a message of level info.
func parseLine(line string) (slog.Level, string) {
	parts := logLine.FindStringSubmatch(line)
	switch {
	case trace.MatchString(line):
		return slog.LevelDebug, line
	case parts == nil:
		return slog.LevelInfo, line
	}
	level, ok := logLevels[parts[1]]
	if !ok {
		level = slog.LevelInfo
	}
	return level, parts[2]
}
