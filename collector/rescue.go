package collector

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"

	"tiendo/internal/disk"
)

// metaStore is the library's list of its files, looked through before the library opens them. For the library takes what
// it cannot read at the end of its newest file for a write that was cut off and drops it without a word: right after a
// crash, wrong after a flipped bit. And it cannot append to a newest file that was filled just before a crash.
type metaStore struct {
	metadb.BoltMetaDB
	log *slog.Logger
	now func() time.Time
}

// Load reads the list and mends what it can. What is cut off is set aside first, see takeBack.
func (m *metaStore) Load(dir string) (types.PersistentState, error) {
	state, err := m.BoltMetaDB.Load(dir)
	if err != nil {
		return state, fmt.Errorf("%s: %w", metadb.FileName, err)
	}
	for i, info := range state.Segments {
		path := filepath.Join(dir, segment.FileName(info))
		if err := m.mendHeader(path, info); err != nil {
			return state, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		if i < len(state.Segments)-1 || !info.SealTime.IsZero() {
			continue
		}
		filled, err := m.mendTail(path, info)
		if err != nil {
			return state, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		if filled.index == 0 {
			continue
		}
		if err := m.CommitState(followed(&state, filled, m.now())); err != nil {
			return state, fmt.Errorf("%s: %w", metadb.FileName, err)
		}
		break
	}
	return state, nil
}

// followed says in state that its newest file is full and another one follows, as the library would have done next.
func followed(state *types.PersistentState, t tail, now time.Time) types.PersistentState {
	last := &state.Segments[len(state.Segments)-1]
	last.SealTime = now
	last.MaxIndex = last.BaseIndex + t.entries - 1
	last.IndexStart = uint64(t.index)
	state.Segments = append(state.Segments, types.SegmentInfo{
		ID: state.NextSegmentID, BaseIndex: last.MaxIndex + 1, MinIndex: last.MaxIndex + 1,
		Codec: last.Codec, CreateTime: now, SizeLimit: last.SizeLimit,
	})
	state.NextSegmentID++
	return *state
}

// mendHeader writes the header of a file again if it is damaged: all it holds is in the list too.
func (m *metaStore) mendHeader(path string, info types.SegmentInfo) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the newest file may not have been made; the library decides
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got := make([]byte, fileHeader)
	if _, err := f.ReadAt(got, 0); err != nil {
		return nil //nolint:nilerr // shorter than a header: empty, or for the library to refuse
	}
	want := headerOf(info)
	if bytes.Equal(got, want) || allZero(got) {
		return nil
	}
	aside, err := setAside(filepath.Dir(path), fmt.Sprintf("header-of-%s-%d", filepath.Base(path), m.now().UnixMilli()), got)
	if err != nil {
		return err
	}
	m.log.Error("log file header damaged and mended", "file", path, "set_aside", aside)
	_, err = f.WriteAt(want, 0)
	return errors.Join(err, f.Sync())
}

// mendTail cuts the newest file off behind its last good commit, and sets aside what stood there.
func (m *metaStore) mendTail(path string, info types.SegmentInfo) (tail, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return tail{}, nil
	}
	if err != nil {
		return tail{}, err
	}
	t := readTail(content)
	from := min(max(t.end, fileHeader), len(content))
	rest := bytes.TrimRight(content[from:], "\x00")
	if len(rest) == 0 {
		return t, nil
	}
	name := fmt.Sprintf("after-entry-%d-%d.part%s", info.BaseIndex+t.entries-1, m.now().UnixMilli(), pendingSuffix)
	aside, err := setAside(filepath.Dir(path), name, rest)
	if err != nil {
		return t, err
	}
	m.log.Error("log end damaged or cut off", "file", path, "bytes", len(rest), "set_aside", aside)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return t, err
	}
	_, err = f.WriteAt(make([]byte, len(rest)), int64(from)) // zeros are what the library expects behind its end
	return t, errors.Join(err, f.Sync(), f.Close())
}

// pendingSuffix marks parts set aside whose whole entries are not in the log again yet.
const pendingSuffix = ".pending"

// takeBack appends the whole entries of the parts that were set aside. They get new numbers, which is harmless: the same
// events again change nothing.
func (j *journal) takeBack() error {
	parts, err := filepath.Glob(filepath.Join(j.dir, damagedFolder, "*"+pendingSuffix))
	if err != nil {
		return err
	}
	slices.Sort(parts)
	for _, path := range parts {
		part, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var after uint64
		if _, err := fmt.Sscanf(filepath.Base(path), "after-entry-%d-", &after); err != nil {
			return fmt.Errorf("%s: its name is not one that Tiendo gave", path)
		}
		entries := wholeEntries(part, after)
		for _, entry := range entries {
			a := &admission{entry: entry, told: entryArrival(entry), done: make(chan error, 1)}
			j.append([]*admission{a})
			if err := <-a.done; err != nil {
				return err
			}
		}
		kept := strings.TrimSuffix(path, pendingSuffix)
		if err := os.Rename(path, kept); err != nil {
			return err
		}
		j.log.Warn("log entries taken back", "from", kept, "entries", len(entries))
	}
	return nil
}

// damagedFolder holds, within the folder of the log, what could not be read.
const damagedFolder = "damaged"

// setAside keeps content in the folder of damaged parts and returns its path.
func setAside(dir, name string, content []byte) (string, error) {
	folder := filepath.Join(dir, damagedFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	if err := disk.Replace(path, content); err != nil {
		return "", fmt.Errorf("set aside %s: %w", name, err)
	}
	return path, nil
}

// find looks for an entry where the library's own index does not lead to it any more.
func (j *journal) find(number uint64) ([]byte, bool) {
	j.reading.RLock()
	defer j.reading.RUnlock()
	all, err := filepath.Glob(filepath.Join(j.dir, "*.wal"))
	if err != nil {
		return nil, false
	}
	slices.Sort(all) // names begin with the number of the first entry, padded
	for _, path := range slices.Backward(all) {
		var first uint64
		if _, err := fmt.Sscanf(filepath.Base(path), "%d-", &first); err != nil || first > number {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, false
		}
		return findEntry(content, number)
	}
	return nil, false
}
