// Package inbox imports what is dropped into folders: each subfolder of the inbox has a mapping, and each file in it is imported
// once, then moved to done or, with the reason and the rejected rows, to failed. It decides when a file is whole and whether it
// was there before; a kill at any moment changes no figure. It refuses what is no plain file, and knows nothing of how events
// are kept: a caller hands it a function that takes a batch.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tiendo/internal/calendar"
	"tiendo/internal/importer"
)

// Options are what an inbox needs. All are required.
type Options struct {
	// Path is the folder whose subfolders are looked at. It must exist.
	Path string
	// Ledger is the path of the file that remembers what was imported.
	Ledger string
	// Deliver takes the events of a batch for the source that is named, and returns what was rejected. When it returns without
	// an error, the others are on disk. After an error the file is tried again later.
	Deliver func(source string, b *importer.Batch) ([]importer.Reject, error)
	// Facts tells the facts of a source, as [importer.Import] needs them.
	Facts func(context.Context, importer.Question, func(*importer.Fact) error) error
	// Calendars are those by which mappings count working days, and the number of the load that they are of; 0 if none was loaded.
	Calendars func() (known calendar.Set, load uint64)
	// Every is how often the folders are looked at, Quiet for how long a file must not change before it is taken for whole.
	Every, Quiet time.Duration
	Registry     prometheus.Registerer
	Log          *slog.Logger
	Now          func() time.Time
}

// Inbox imports files. It must be run by one goroutine.
type Inbox struct {
	Options
	root   *os.Root
	ledger *ledger
	files  *prometheus.CounterVec
	seen   map[string]sight  // by path
	said   map[string]string // what was last logged of a path
}

// sight is what was seen of a file, and since when it has not changed.
type sight struct {
	size     int64
	modified time.Time
	since    time.Time
}

// Open opens the inbox. The error says what to do.
func Open(o Options) (*Inbox, error) {
	b := &Inbox{Options: o, seen: map[string]sight{}, said: map[string]string{}}
	b.files = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tiendo_inbox_files_total", Help: "Files that were dropped into the inbox, by what became of them.",
	}, []string{"result"})
	for _, result := range []string{done, partly, failed, known, irregular} {
		b.files.WithLabelValues(result)
	}
	if err := o.Registry.Register(b.files); err != nil {
		return nil, err
	}
	var err error
	if b.root, err = os.OpenRoot(o.Path); err != nil {
		return nil, fmt.Errorf("open the inbox: %w; make the folder, or name another with inbox.folder", err)
	}
	if b.ledger, err = openLedger(o.Ledger, o.Log); err != nil {
		return nil, errors.Join(err, b.root.Close())
	}
	return b, nil
}

// Close lets go of the folder and the ledger. Run must have returned before.
func (b *Inbox) Close() error { return errors.Join(b.ledger.close(), b.root.Close()) }

// Run looks at the folders until ctx ends. What goes wrong with a folder or a file is logged, and tried again.
func (b *Inbox) Run(ctx context.Context) error {
	tick := time.NewTicker(b.Every)
	defer tick.Stop()
	for {
		b.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look looks once at all folders, in the order of their names.
func (b *Inbox) look(ctx context.Context) {
	names, err := list(b.root)
	if err != nil {
		b.say(".", "the inbox can't be read", err)
		return
	}
	before := b.seen
	b.seen = make(map[string]sight, len(before))
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		info, err := b.root.Lstat(name)
		switch {
		case err != nil:
			continue // it has just gone
		case info.Mode().Type() == fs.ModeSymlink:
			b.say(name, "a symbolic link in the inbox is not followed", nil)
			continue
		case !info.IsDir():
			b.say(name, "a file in the inbox itself has no mapping; drop it into a folder that has one", nil)
			continue
		}
		if err := b.folder(ctx, name, before); err != nil && ctx.Err() == nil {
			b.say(name, "a folder of the inbox waits", err)
		}
	}
}

// list are the names in a folder, sorted.
func list(root *os.Root) ([]string, error) {
	folder, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// say logs something of a path once, until something else is to be said of it, or a file of it was imported.
func (b *Inbox) say(path, what string, err error) {
	text := what
	if err != nil {
		text += ": " + err.Error()
	}
	if b.said[path] == text {
		return
	}
	b.said[path] = text
	b.Log.Warn("inbox", "path", path, "reason", text)
}
