package main

import (
	"io"
	"log/slog"
	"os"
	"time"

	"tiendo/internal/config"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// newLogger makes the process's log: coloured text for people at a terminal, JSON for machines.
func newLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		panic("BUG: log: level of a configuration that was not validated: " + err.Error())
	}
	if c.Format == "text" || c.Format == "auto" && isTerminal(w) {
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !isTerminal(w)}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
