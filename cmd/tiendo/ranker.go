package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"tiendo/internal/auth"
	"tiendo/internal/ranking"
)

// methodsChanged writes down that the method files are others than before, or why they are not taken.
func (a *app) methodsChanged(methods ranking.Methods, err error) {
	if err != nil {
		a.log.Error("the method files do not hold together, so those read before count; mend them", "folder", a.cfg.Ranking.Methods, "error", err)
		return
	}
	details := make([]slog.Attr, 0, len(methods))
	for _, m := range methods {
		details = append(details, slog.String(m.ID+" "+m.Version, m.SHA256))
	}
	a.audit(context.Background(), "ranking.methods", a.cfg.Ranking.Methods, details...)
}

// openRanker reads the method files. A server whose methods do not hold together is not started: a ranking by half of them
// would be believed.
func (a *app) openRanker() error {
	a.ranker = &ranking.Ranker{
		Books: a.books, Now: a.Now, Zone: a.zone, Block: func() uint64 { return a.booker.Mark().Block }, Remade: a.booker.Remade,
		Stranger: func(ctx context.Context) bool {
			_, known := auth.From(ctx)
			return !known && !a.Simulated // whoever may see figures without a name
		},
	}
	folder := a.Methods
	if name := a.cfg.Ranking.Methods; name != "" {
		if _, err := fs.Stat(os.DirFS(name), "."); err != nil {
			return fmt.Errorf("ranking.methods: read the folder %s: %w; name one with method files", name, err)
		}
		folder = os.DirFS(name)
	}
	shelf, err := ranking.NewShelf(folder, a.Now, a.methodsChanged)
	if err != nil {
		return fmt.Errorf("ranking.methods: a method file does not hold together:\n%w", err)
	}
	a.ranker.Methods = shelf.Methods
	return nil
}
