package collector

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"

	"tiendo/internal/disk"
	"tiendo/internal/event"
)

// Events of erased cases are overwritten where they stand in the files of the log: an entry is one request and mostly holds
// other cases too, and the library drops whole files only. Lengths stay, so that nothing moves; the checksums of the entry
// and of the commit that it is in are made anew. A file is not changed at once, so what will be written is put on disk
// first, and a start after a kill writes it again.

// scrubbing asks the writer of the log to erase.
type scrubbing struct {
	gone func(event.Family, string) bool
	n    int // events erased
	done chan error
}

// scrub overwrites the events of cases that are gone, wherever they stand in the log, and returns how many there were.
func (j *journal) scrub(gone func(event.Family, string) bool) (int, error) {
	s := &scrubbing{gone: gone, done: make(chan error, 1)}
	select {
	case j.scrubs <- s:
		err := <-s.done
		return s.n, err
	case <-j.stop:
		return 0, errClosed
	}
}

// redoFile holds, within the folder of the log, what is being written over.
const redoFile = "erasing"

// redoAtOnce is about how much is written over in one go.
const redoAtOnce = 1 << 20

// overwrite is what is written over in one file.
type overwrite struct {
	File      string    `json:"file"`
	Stretches []stretch `json:"stretches"`
}

type stretch struct {
	At    int64  `json:"at"`
	Bytes []byte `json:"bytes"`
}

// scrubAll goes through the files of the log. It is the writer's: nothing is appended meanwhile.
func (j *journal) scrubAll(s *scrubbing) error {
	if j.broken.Load() {
		return errBroken
	}
	j.reading.Lock()
	defer j.reading.Unlock()
	all, err := filepath.Glob(filepath.Join(j.dir, "*.wal"))
	if err != nil {
		return err
	}
	slices.Sort(all)
	for _, path := range all {
		n, err := j.scrubFile(path, s.gone)
		s.n += n
		if err != nil {
			return fmt.Errorf("erase in %s: %w", filepath.Base(path), err)
		}
	}
	return nil
}

func (j *journal) scrubFile(path string, gone func(event.Family, string) bool) (erased int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // loaded long ago, and dropped meanwhile
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 256<<10)
	todo := overwrite{File: filepath.Base(path)}
	var was, is uint32 // checksums since the last commit, before and after
	var batch []stretch
	size, events, at := 0, 0, int64(0)
	for {
		head := make([]byte, frameHeader)
		if at == 0 {
			head = make([]byte, fileHeader)
		}
		if _, err := io.ReadFull(r, head); err != nil {
			break // the end of the file
		}
		if at == 0 {
			was, is = crc32.Checksum(head, castagnoli), crc32.Checksum(head, castagnoli)
			at = fileHeader
			continue
		}
		switch head[0] {
		case frameEntry, frameIndex:
			payload := make([]byte, frameSize(head)-frameHeader)
			if _, err := io.ReadFull(r, payload); err != nil {
				return erased, j.overwrite(&todo)
			}
			was = crc32.Update(crc32.Update(was, castagnoli, head), castagnoli, payload)
			if head[0] == frameEntry {
				length := int(binary.LittleEndian.Uint32(head[4:]))
				n, changed := blankFrame(payload[:length], gone)
				for _, p := range changed {
					p.At += at + frameHeader
					batch = append(batch, p)
				}
				events += n
			}
			is = crc32.Update(crc32.Update(is, castagnoli, head), castagnoli, payload)
			at += int64(frameHeader + len(payload))
		case frameCommit:
			// A commit that was damaged before stays so.
			if len(batch) > 0 && was == binary.LittleEndian.Uint32(head[4:]) {
				batch = append(batch, stretch{at + 4, binary.LittleEndian.AppendUint32(nil, is)})
			}
			for _, p := range batch {
				size += len(p.Bytes)
			}
			todo.Stretches, batch = append(todo.Stretches, batch...), nil
			erased, events = erased+events, 0
			was, is = 0, 0
			at += frameHeader
			if size >= redoAtOnce {
				if err := j.overwrite(&todo); err != nil {
					return erased, err
				}
				todo.Stretches, size = nil, 0
			}
		default:
			return erased, j.overwrite(&todo) // what was not written yet
		}
	}
	return erased, j.overwrite(&todo)
}

// blankFrame erases events in the payload of an entry's frame, and says what has changed, counted from its beginning. An
// entry that can't be read is left as it is: whoever reads it next sets it aside.
func blankFrame(payload []byte, gone func(event.Family, string) bool) (erased int, changed []stretch) {
	entry, number := entryIn(payload)
	if entry == nil || checkEntry(entry, number) != nil {
		return 0, nil
	}
	at := cap(payload) - cap(entry) // where the entry stands
	erased = blankEvents(entry, gone, func(from, to int) {
		changed = append(changed, stretch{int64(at + from), entry[from:to]})
	})
	if erased == 0 {
		return 0, nil
	}
	binary.LittleEndian.PutUint32(entry[checksumAt:], entryChecksum(entry, number))
	return erased, append(changed, stretch{int64(at + checksumAt), entry[checksumAt:arrivalAt]})
}

// entryIn finds the entry in the payload of a frame, as part of it; nil if the payload is not the library's.
func entryIn(payload []byte) (entry []byte, number uint64) {
	defer func() {
		if recover() != nil { // the library's decoder runs out of its slice where lengths are damaged
			entry = nil
		}
	}()
	var l raft.Log
	if err := new(wal.BinaryCodec).Decode(payload, &l); err != nil {
		return nil, 0
	}
	at := bytes.Index(payload, l.Data) // it was copied
	if at < 0 {
		return nil, 0
	}
	return payload[at : at+len(l.Data)], l.Index
}

// blankEvents writes dashes over the events of cases that are gone, and marks them. It returns how many it erased, and calls
// changed with each stretch that it has written over.
func blankEvents(entry []byte, gone func(event.Family, string) bool, changed func(from, to int)) (erased int) {
	r := entryReader{text: string(entry), i: eventsAt}
	r.string() // what the sender was bound to
	var e event.Event
	for range entryCount(entry) {
		data := r.event(&e)
		if r.bad {
			return erased
		}
		if r.marks&markErased != 0 || !gone(e.Type.Family(), e.Subject) {
			continue
		}
		erased++
		entry[r.marksAt] |= markErased
		changed(r.marksAt, r.marksAt+1)
		for _, text := range [...]struct{ end, length int }{{r.idEnd, len(e.ID)}, {r.subjectEnd, len(e.Subject)}, {r.i, len(data)}} {
			for i := text.end - text.length; i < text.end; i++ {
				entry[i] = '-'
			}
			changed(text.end-text.length, text.end)
		}
	}
	return erased
}

// overwrite puts on disk what will be written over, writes it, and forgets it.
func (j *journal) overwrite(o *overwrite) error {
	if len(o.Stretches) == 0 {
		return nil
	}
	raw, err := json.Marshal(o)
	if err != nil {
		panic("BUG: stretches are no JSON: " + err.Error())
	}
	path := filepath.Join(j.dir, redoFile)
	if err := disk.Replace(path, raw); err != nil {
		return err
	}
	if err := o.apply(j.dir); err != nil {
		return err
	}
	return errors.Join(os.Remove(path), disk.SyncFolder(j.dir))
}

func (o *overwrite) apply(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, filepath.Base(o.File)), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range o.Stretches {
		_, failed := f.WriteAt(p.Bytes, p.At)
		err = errors.Join(err, failed)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// redo finishes what a kill has cut off.
func (j *journal) redo() error {
	path := filepath.Join(j.dir, redoFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var o overwrite
	if err == nil {
		err = json.Unmarshal(raw, &o)
	}
	if err == nil {
		err = o.apply(j.dir)
	}
	if err == nil {
		err = errors.Join(os.Remove(path), disk.SyncFolder(j.dir))
	}
	if err != nil {
		return fmt.Errorf("go on erasing in the log: %s: %w", path, err)
	}
	return nil
}

// scrubDamaged writes dashes over a subject in the damaged parts of the log that were set aside: they cannot be taken
// apart.
func (j *journal) scrubDamaged(subject string) error {
	paths, err := filepath.Glob(filepath.Join(j.dir, damagedFolder, "*"))
	for _, path := range paths {
		content, failed := os.ReadFile(path)
		if failed == nil && bytes.Contains(content, []byte(subject)) {
			failed = disk.Replace(path, bytes.ReplaceAll(content, []byte(subject), bytes.Repeat([]byte{'-'}, len(subject))))
		}
		err = errors.Join(err, failed)
	}
	return err
}
