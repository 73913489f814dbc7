package main

import (
	"context"
	"log/slog"

	"tiendo/internal/auth"
)

// audit writes down an administrative act.
func (a *app) audit(act auth.Act) {
	attrs := append([]slog.Attr{slog.String("by", act.By), slog.String("act", act.Verb), slog.String("object", act.Object)}, act.Details...)
	a.log.LogAttrs(context.Background(), slog.LevelInfo, "administrative act", attrs...)
}
