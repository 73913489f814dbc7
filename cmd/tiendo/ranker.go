package main

import (
	"fmt"
	"io/fs"
	"os"
	"time"

	"tiendo/internal/ranking"
)

// openRanker reads the method files. A server whose methods do not hold together is not started: a ranking by half of them
// would be believed.
func (a *app) openRanker(zone *time.Location) error {
	a.ranker = &ranking.Ranker{
		Books: a.books, Now: a.Now, Zone: zone, Block: func() uint64 { return a.booker.Mark().Block }, Remade: a.booker.Remade,
	}
	folder := a.Methods
	if name := a.cfg.Ranking.Methods; name != "" {
		if _, err := fs.Stat(os.DirFS(name), "."); err != nil {
			return fmt.Errorf("ranking.methods: read the folder %s: %w; name one with method files", name, err)
		}
		folder = os.DirFS(name)
	}
	if folder == nil {
		return nil
	}
	methods, err := ranking.Load(folder)
	if err != nil {
		return fmt.Errorf("ranking.methods: a method file does not hold together:\n%w", err)
	}
	a.ranker.Methods = methods
	return nil
}
