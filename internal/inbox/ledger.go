package inbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// The results of a file. All but begun are final.
const (
	begun     = "begun"
	done      = "done"      // all of it was taken
	partly    = "partly"    // some rows were not
	failed    = "failed"    // it could not be read, or not to its end
	known     = "known"     // it was done before
	irregular = "irregular" // it is no file
)

// line is what the ledger says of a file at one moment.
type line struct {
	At     time.Time `json:"at"`
	Folder string    `json:"folder"`
	File   string    `json:"file"`
	// Key is the SHA-256 of what decides over the events that it makes: see [folder.key].
	Key    string `json:"key"`
	Result string `json:"result"`
}

// ledger remembers which files were imported, in a file of its own that only grows. A line is on disk when write returns.
type ledger struct {
	file *os.File
	last map[string]line // by key
}

// openLedger reads the ledger or makes it. What a kill left of its last line is cut off; another line that can't be read is
// passed over: then a file may be imported again, which changes no figure.
func openLedger(path string, log *slog.Logger) (*ledger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the ledger of the inbox: %w", err)
	}
	all, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the ledger of the inbox: %w", err), file.Close())
	}
	whole := bytes.LastIndexByte(all, '\n') + 1
	if err := errors.Join(file.Truncate(int64(whole)), seekEnd(file)); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger of the inbox: %w", err), file.Close())
	}
	l := &ledger{file: file, last: map[string]line{}}
	for text := range bytes.Lines(all[:whole]) {
		var one line
		if err := json.Unmarshal(text, &one); err != nil {
			log.Warn("a line of the inbox's ledger can't be read", "path", path, "error", err)
			continue
		}
		l.last[one.Key] = one
	}
	return l, nil
}

func seekEnd(file *os.File) error {
	_, err := file.Seek(0, io.SeekEnd)
	return err
}

// readable is the name of a file or folder as text: on a disk it is bytes, and an old program writes them in its own character set.
func readable(name string) string { return strings.ToValidUTF8(name, "\ufffd") }

func (l *ledger) write(one line) error {
	one.Folder, one.File = readable(one.Folder), readable(one.File)
	text, err := json.Marshal(one)
	if err == nil {
		_, err = l.file.Write(append(text, '\n'))
	}
	if err := errors.Join(err, l.file.Sync()); err != nil {
		return fmt.Errorf("write the ledger of the inbox: %w", err)
	}
	l.last[one.Key] = one
	return nil
}

func (l *ledger) close() error { return l.file.Close() }
