package inbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/importer"
)

const (
	// mappingName is the mapping of a folder, and mappingFault what says that it can't be used.
	mappingName  = "mapping.yaml"
	mappingFault = "mapping.yaml.error.txt"
	mostMapping  = 1 << 20
)

// folder is one subfolder of the inbox.
type folder struct {
	*Inbox
	name    string
	root    *os.Root
	mapping []byte
}

// dropped is a file in it.
type dropped struct {
	name string
	info fs.FileInfo
}

// folder imports what is whole in a subfolder. Its error keeps the folder's files where they are.
func (b *Inbox) folder(ctx context.Context, name string, before map[string]sight) error {
	root, err := b.root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing was written through it that is not closed
	f := &folder{Inbox: b, name: name, root: root}
	files, err := f.whole(before)
	if err != nil {
		return err
	}
	if err := f.readMapping(len(files) > 0); err != nil {
		return err
	}
	for _, file := range files {
		if ctx.Err() != nil {
			return nil
		}
		at := path.Join(name, file.name)
		if err := f.take(ctx, file); err != nil {
			b.seen[at] = sight{file.info.Size(), file.info.ModTime(), f.Now()} // so that it is not tried at once again
			return fmt.Errorf("%s: %w", file.name, err)
		}
		delete(b.seen, at)
		delete(b.said, name)
	}
	return nil
}

// readMapping reads the mapping and says beside it what is wrong with it, for whoever looks into the folder; also that there is
// none, if files wait for it.
func (f *folder) readMapping(waiting bool) error {
	info, err := f.root.Lstat(mappingName)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > mostMapping) {
		err = fmt.Errorf("%s is no plain file of at most 1 MiB", mappingName)
	}
	if err == nil {
		f.mapping, err = f.root.ReadFile(mappingName)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("it has no %s, which says what its files mean; its files stay where they are", mappingName)
		if !waiting {
			return err
		}
		return errors.Join(err, f.tellFault(fmt.Sprintf("Thư mục chưa có tệp %s nói các cột nghĩa là gì; các tệp trong thư mục được giữ nguyên cho đến khi có.\n"+
			"This folder has no %s yet, which says what the columns mean; its files stay until there is one. `tiendo import --suggest FILE` writes a first one.\n", mappingName, mappingName)))
	}
	if err == nil {
		_, _, err = f.parse(mappingName)
	}
	if err == nil {
		if err := f.root.Remove(mappingFault); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text := fmt.Sprintf("%s có lỗi; các tệp trong thư mục được giữ nguyên cho đến khi sửa xong.\n%s can't be used; the files in this folder stay until it is corrected.\n\n%v\n",
		mappingName, mappingName, err)
	return errors.Join(err, f.tellFault(text))
}

// parse reads the mapping as it is, by the calendars as they are; load is that of the calendars.
func (f *folder) parse(name string) (m *importer.Mapping, load uint64, err error) {
	known, load := f.Calendars()
	m, err = importer.ParseMapping(name, f.mapping, func() (calendar.Set, error) { return known, nil })
	return m, load, err
}

// tellFault writes what keeps the folder's files waiting, unless it stands there already.
func (f *folder) tellFault(text string) error {
	if old, _ := f.root.ReadFile(mappingFault); string(old) == text { // one that can't be read is written again
		return nil
	}
	return f.root.WriteFile(mappingFault, []byte(text), 0o640)
}

// whole are the files that have not changed for long enough, the oldest first. What is no file is moved away.
func (f *folder) whole(before map[string]sight) ([]dropped, error) {
	names, err := list(f.root)
	if err != nil {
		return nil, err
	}
	var files []dropped
	for _, name := range names {
		info, err := f.root.Lstat(name)
		switch {
		case err != nil, ignored(name):
			continue
		case info.IsDir():
			if name != done && name != failed {
				f.say(path.Join(f.name, name), "a folder in a folder of the inbox is not looked into; drop the files themselves", nil)
			}
			continue
		case !info.Mode().IsRegular():
			if err := f.refuse(name, info); err != nil {
				return nil, err
			}
			continue
		}
		at, now := path.Join(f.name, name), f.Now()
		s, known := before[at]
		if !known || s.size != info.Size() || !s.modified.Equal(info.ModTime()) {
			s = sight{info.Size(), info.ModTime(), now}
		}
		f.seen[at] = s
		if now.Sub(s.since) >= f.Quiet {
			files = append(files, dropped{name, info})
		}
	}
	slices.SortStableFunc(files, func(a, b dropped) int { return a.info.ModTime().Compare(b.info.ModTime()) })
	return files, nil
}

// ignored says that a name is that of a file which is not meant, or which a program has not finished: the names that browsers,
// copying programs and offices give to those.
func ignored(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || strings.HasSuffix(name, "~") {
		return true
	}
	for _, end := range []string{".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp", ".lock"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return slices.Contains([]string{mappingName, mappingFault, "thumbs.db", "desktop.ini"}, lower)
}

// refuse moves away what is no file: a link could lead anywhere, and a pipe never ends.
func (f *folder) refuse(name string, info fs.FileInfo) error {
	what := "is no plain file"
	if info.Mode().Type() == fs.ModeSymlink {
		what = "is a symbolic link, which is not followed; copy the file itself into the folder"
	}
	f.files.WithLabelValues(irregular).Inc()
	f.Log.Warn("what was dropped into the inbox is no file", "folder", f.name, "file", name, "reason", what)
	return f.move(name, failed, f.Now(), report{reason: what})
}

// take imports a file and moves it away. An error leaves it for later.
func (f *folder) take(ctx context.Context, d dropped) error {
	file, err := f.root.OpenFile(d.name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if !f.same(file, d) {
		return nil // it is looked at again
	}
	m, load, err := f.parse(path.Join(f.name, mappingName))
	if err != nil {
		return err
	}
	key, err := f.key(m, load, d.name, file)
	if err != nil {
		return err
	}
	now := f.Now()
	last := f.ledger.last[key]
	if last.Result == done {
		f.files.WithLabelValues(known).Inc()
		f.Log.Info("a file of the inbox was imported before", "folder", f.name, "file", d.name, "imported", last.At, "as", last.File)
		return f.move(d.name, done, now, report{})
	}
	at := now
	if last.Result == begun { // and was cut off: the same events again
		at = last.At
	} else if err := f.ledger.write(line{at, f.name, d.name, key, begun}); err != nil {
		return err
	}
	result, told, err := f.run(ctx, m, d, file, at)
	if err != nil || result == "" {
		return err
	}
	if err := f.ledger.write(line{at, f.name, d.name, key, result}); err != nil {
		return err
	}
	f.files.WithLabelValues(result).Inc()
	to := done
	if result != done {
		to = failed
	}
	return f.move(d.name, to, now, told)
}

// same says whether an open file is the one that was seen, unchanged.
func (f *folder) same(file *os.File, d dropped) bool {
	info, err := file.Stat()
	return err == nil && os.SameFile(info, d.info) && info.Size() == d.info.Size() && info.ModTime().Equal(d.info.ModTime()) && info.Mode().IsRegular()
}

// key is the SHA-256 of all that decides over the events which a file makes: the folder, its mapping, the content, the name if the
// mapping reads the recorded time from it, and the load of the calendars if it counts working days by them. So a file that comes back
// is known, and one whose mapping or calendar was corrected is imported again.
func (f *folder) key(m *importer.Mapping, load uint64, name string, file *os.File) (string, error) {
	h := sha256.New()
	if !m.ReadsName() {
		name = ""
	}
	fmt.Fprintf(h, "%q %q %x ", f.name, name, sha256.Sum256(f.mapping))
	if load > 0 && m.CountsWorkdays() {
		fmt.Fprintf(h, "calendars %d ", load)
	}
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	_, err := file.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), err
}

// deliveryError is that events could not be delivered: the file is not at fault.
type deliveryError struct{ error }

// run imports a file; result is empty if it is to be tried again.
func (f *folder) run(ctx context.Context, m *importer.Mapping, d dropped, file *os.File, at time.Time) (result string, told report, _ error) {
	began := f.Now()
	in, err := importer.OpenFile(d.name, file)
	if err != nil {
		return failed, report{reason: err.Error()}, nil
	}
	defer in.Close()
	rejects := &rejects{folder: f}
	i := &importer.Import{
		Mapping: m, Facts: f.facts, Flights: 1, Rejected: rejects.write, Zone: began.Location(),
		Send: func(_ context.Context, b *importer.Batch) ([]importer.Reject, error) {
			refused, err := f.Deliver("inbox:"+readable(f.name), b)
			if err != nil {
				err = deliveryError{err}
			}
			return refused, err
		},
	}
	outcome, err := i.Run(ctx, in, at)
	unwritten := rejects.close()
	var undelivered deliveryError
	if ctx.Err() != nil || errors.As(err, &undelivered) || unwritten != nil {
		return "", told, cmp.Or(ctx.Err(), unwritten, err)
	}
	if !f.same(file, d) {
		f.Log.Info("a file of the inbox changed while it was read, and is read again", "folder", f.name, "file", d.name)
		return "", told, nil
	}
	told = report{Result: outcome, rejects: rejects}
	switch {
	case err != nil:
		told.reason = err.Error()
		result = failed
	case outcome.RejectedRows > 0 || outcome.Unseen != nil || outcome.Kept != "":
		result = partly
	default:
		result = done
	}
	f.Log.Info("a file of the inbox was imported", "folder", f.name, "file", d.name, "result", result, "rows", outcome.Rows,
		"events", outcome.Total(), "rejected_rows", outcome.RejectedRows, "retracted", outcome.Retracted, "reason", cmp.Or(told.reason, unseen(&outcome), outcome.Kept), "notes", outcome.Notes, "duration", f.Now().Sub(began))
	return result, told, nil
}

// facts marks an error of the engine as one that is not the file's.
func (f *folder) facts(ctx context.Context, q importer.Question, each func(*importer.Fact) error) error {
	if err := f.Facts(ctx, q, each); err != nil {
		return deliveryError{err}
	}
	return nil
}
