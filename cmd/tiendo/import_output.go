package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tiendo/internal/importer"
)

// rejectFile is FILE.rejected.csv. It is made when the first row is rejected; one of an earlier run is removed, for it
// would speak of rows that may be good now.
type rejectFile struct {
	path string
	file *os.File
	rows *csv.Writer
}

func newRejectFile(path string) (*rejectFile, error) {
	r := &rejectFile{path: rejectPath(path)}
	if _, err := os.Lstat(r.path); err != nil {
		return r, nil // there is none, or could be none: on a disk that can only be read, removing what is not there fails
	}
	if err := os.Remove(r.path); err != nil {
		return nil, misuse(fmt.Errorf("remove the rejected rows of an earlier run: %w; copy the file to a folder that you can write to", err))
	}
	return r, nil
}

func (r *rejectFile) write(reject importer.Reject) error {
	if r.file == nil {
		file, err := os.Create(r.path)
		if err != nil {
			return misuse(fmt.Errorf("write down the rejected rows: %w; copy the file to a folder that you can write to", err))
		}
		r.file, r.rows = file, csv.NewWriter(file)
		if err := r.rows.Write([]string{"line", "field", "reason"}); err != nil {
			return err
		}
	}
	return r.rows.Write(reject.Cells())
}

func (r *rejectFile) close() error {
	if r.file == nil {
		return nil
	}
	r.rows.Flush()
	if err := cmp.Or(r.rows.Error(), r.file.Close()); err != nil {
		return fmt.Errorf("write down the rejected rows: %w; make room, or copy the file to another disk, and import again", err)
	}
	return nil
}

// summary is what became of a file.
type summary struct {
	name, rejects string
	work          *importer.Import
	*importer.Result
	took time.Duration
}

func (s summary) write(w io.Writer) {
	taken, retracted := "taken", "retracted"
	if s.work.DryRun {
		taken, retracted = "would be sent", "would be retracted"
	}
	fmt.Fprintf(w, "%s: %s, %s %s in %.1f s", s.name, plural(s.Rows, "row"), plural(s.Total(), "event"), taken, s.took.Seconds())
	if s.work.Mapping.Snapshot() {
		fmt.Fprintf(w, ", %s %s", plural(s.Retracted, "fact"), retracted)
	}
	if s.RejectedRows > 0 {
		fmt.Fprintf(w, ", %s rejected: see %s", plural(s.RejectedRows, "row"), s.rejects)
	}
	fmt.Fprintln(w)
	for _, typ := range slices.Sorted(maps.Keys(s.Events)) {
		fmt.Fprintf(w, "  %-32s %s\n", typ, group(float64(s.Events[typ])))
	}
	for _, note := range s.Notes {
		fmt.Fprintf(w, "  note: %s\n", note)
	}
	for _, err := range s.Unseen {
		fmt.Fprintf(w, "  %v\n", err)
	}
	if s.Kept != "" {
		fmt.Fprintf(w, "  what it does not tell was not retracted: %s\n", s.Kept)
	}
	if s.Others > 0 {
		fmt.Fprintf(w, "  not told by it and kept, for another file of that day told it: %s\n", plural(s.Others, "fact"))
	}
}

// screen shows how an import goes on: a bar on a terminal, a line every 10 seconds elsewhere.
type screen struct {
	mu       sync.Mutex
	w        io.Writer
	bar      *progressbar.ProgressBar
	in       *importer.Input
	progress *importer.Progress
	done     int64 // bytes of the files before
	stop     chan struct{}
	stopped  sync.WaitGroup
}

func newScreen(w io.Writer, paths []string) *screen {
	s := &screen{w: w, stop: make(chan struct{})}
	pause := 10 * time.Second
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		pause = 200 * time.Millisecond
		total := int64(0)
		for _, path := range paths {
			info, err := os.Stat(path)
			if path == "-" || err != nil || !info.Mode().IsRegular() {
				total = -1
				break
			}
			total += info.Size()
		}
		s.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	}
	s.stopped.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-s.stop:
				return
			case <-tick.C:
				s.show()
			}
		}
	})
	return s
}

// begin says which file is being read.
func (s *screen) begin(in *importer.Input, progress *importer.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in, s.progress = in, progress
}

// end says that it was read.
func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += s.in.Read()
	if s.bar != nil {
		_ = s.bar.Clear() // a bar that cannot be wiped off is no reason to fail
	}
	s.in = nil
}

func (s *screen) show() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in == nil {
		return
	}
	counts := fmt.Sprintf("%s: %s, %s", s.in.Name, plural(int(s.progress.Rows.Load()), "row"), plural(int(s.progress.Events.Load()), "event"))
	if n := s.progress.Rejects.Load(); n > 0 {
		counts += fmt.Sprintf(", %d rejected", n)
	}
	if s.bar != nil {
		s.bar.Describe(counts)
		_ = s.bar.Set64(s.done + s.in.Read())
		return
	}
	if s.in.Size > 0 {
		counts += fmt.Sprintf(", %d %% of the file", 100*s.in.Read()/s.in.Size)
	}
	fmt.Fprintln(s.w, counts)
}

// printf writes a line above the bar.
func (s *screen) printf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		_ = s.bar.Clear()
	}
	fmt.Fprintf(s.w, format+"\n", args...)
}

func (s *screen) close() {
	close(s.stop)
	s.stopped.Wait()
	if s.bar != nil {
		_ = s.bar.Clear()
	}
}
