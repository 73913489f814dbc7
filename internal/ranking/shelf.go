package ranking

import (
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
)

// lookAgain is how long a shelf believes that its files are as they were.
const lookAgain = time.Second

// Shelf holds the method files of a folder, and reads them again once they have changed. Safe for concurrent use.
type Shelf struct {
	folder fs.FS
	now    func() time.Time
	// changed is told what was read anew, or why the files are not taken: those before stay then.
	changed func(Methods, error)

	mu      sync.Mutex
	looked  time.Time
	files   string
	methods Methods
}

// NewShelf reads a folder; nil has no methods. The error names the file, line and column of whatever does not hold.
func NewShelf(folder fs.FS, now func() time.Time, changed func(Methods, error)) (*Shelf, error) {
	s := &Shelf{folder: folder, now: now, changed: changed, looked: now()}
	if folder == nil {
		return s, nil
	}
	var err error
	if s.files, err = listed(folder); err == nil {
		s.methods, err = Load(folder)
	}
	return s, err
}

// Methods are those of the files as they are, or as they were when they last held together: a ranking by half of them would be
// believed.
func (s *Shelf) Methods() Methods {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.folder == nil || now.Sub(s.looked) < lookAgain {
		return s.methods
	}
	s.looked = now
	files, err := listed(s.folder)
	if err == nil && files == s.files {
		return s.methods
	}
	said := files
	var methods Methods
	if err == nil {
		methods, err = Load(s.folder)
	} else {
		said = err.Error()
	}
	if err == nil {
		s.methods = methods
	}
	if said != s.files { // once for each change
		s.files = said
		s.changed(s.methods, err)
	}
	return s.methods
}

// listed says which method files a folder has, and when they were written.
func listed(folder fs.FS) (string, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return "", err
	}
	if _, err := fs.Stat(folder, "."); err != nil { // of which Glob says nothing
		return "", err
	}
	var all strings.Builder
	for _, name := range names {
		file, err := fs.Stat(folder, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "%s %d %s\n", name, file.Size(), file.ModTime().UTC().Format(time.RFC3339Nano))
	}
	return all.String(), nil
}
