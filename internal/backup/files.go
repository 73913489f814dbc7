package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tiendo/internal/disk"
)

// apart are what of a data folder is not copied as it is. The engine copies its own files. The log holds nothing that is not
// in the engine by then, but for what was set aside; and a restored server must be another collector than the one that may run still, for entries are told
// apart by collector and number. Who has logged in logs in again.
var apart = []string{"engine", "lock", "collector.id", "sessions.json"}

// setAside are the folders within that of the log with what the engine does not have.
var setAside = []string{"damaged", "refused"}

// copies says whether a file or folder of a data folder belongs into a backup. Another data folder below it is another city's.
func copies(data, path string, d fs.DirEntry) bool {
	name, err := filepath.Rel(data, path)
	if err != nil || slices.Contains(apart, name) || name == PendingFile || strings.HasPrefix(d.Name(), ".") {
		return false
	}
	if filepath.Dir(name) == "log" && !slices.Contains(setAside, d.Name()) {
		return false
	}
	if d.IsDir() {
		for _, mark := range []string{"lock", ManifestFile} {
			if _, err := os.Stat(filepath.Join(path, mark)); err == nil {
				return false
			}
		}
	}
	return d.IsDir() || d.Type().IsRegular()
}

// Copy copies the files of a data folder into the backup. Whoever calls it sees to it that they hold together meanwhile.
func (m *Manifest) Copy(data, dir string) error {
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && errors.Is(err, fs.ErrNotExist): // it was replaced meanwhile
			return nil
		case err != nil:
			return err
		case path == data:
			return nil
		case !copies(data, path, d):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		return m.add(data, dir, path)
	})
	if err != nil {
		return fmt.Errorf("copy the data folder: %w", err)
	}
	return nil
}

// shared are the files of a data folder that several servers may have in common in a folder of its own.
var shared = []string{"admin.token", "tokens.json", "officer.key", "erased"}

// CopyShared copies those files from a folder of its own, after [Manifest.Copy].
func (m *Manifest) CopyShared(folder, dir string) error {
	m.Files = slices.DeleteFunc(m.Files, func(f File) bool { return slices.Contains(shared, f.Path) })
	for _, name := range shared {
		if err := m.add(folder, dir, filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("copy the shared folder: %w", err)
		}
	}
	return nil
}

// RestoreShared puts those files into a folder of its own, after [Manifest.Restore].
func (m *Manifest) RestoreShared(folder, dir string) error {
	for _, f := range m.Files {
		if !slices.Contains(shared, f.Path) {
			continue
		}
		raw, err := m.content(dir, f)
		if err == nil {
			err = put(filepath.Join(folder, f.Path), raw)
		}
		if err != nil {
			return fmt.Errorf("restore the shared file %s: %w", f.Path, err)
		}
	}
	return nil
}

func (m *Manifest) add(data, dir, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(data, path)
	if err != nil {
		return err
	}
	if err := put(filepath.Join(dir, filesFolder, name), raw); err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	m.Files = append(m.Files, File{Path: filepath.ToSlash(name), Bytes: int64(len(raw)), SHA256: hex.EncodeToString(sum[:])})
	return nil
}

// Bytes is how large the files are together.
func (m *Manifest) Bytes() (sum int64) {
	for _, f := range m.Files {
		sum += f.Bytes
	}
	return sum
}

// PendingFile is in a data folder while a backup is being restored into it. Where it is found at a start, that was cut off.
const PendingFile = "restoring"

// Pending says whether a restore into a data folder was cut off.
func Pending(data string) (bool, error) {
	_, err := os.Stat(filepath.Join(data, PendingFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Restore puts the files of a backup in place of all that a data folder holds, but for what the engine has, and marks the
// folder until [Restored]. Nobody else may use the folder.
func (m *Manifest) Restore(data, dir string) error {
	if err := disk.Replace(filepath.Join(data, PendingFile), []byte(m.ID+"\n")); err != nil {
		return fmt.Errorf("mark the data folder: %w", err)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return fmt.Errorf("read the data folder: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); name == "engine" || name == "lock" || name == PendingFile {
			continue
		}
		if err := os.RemoveAll(filepath.Join(data, e.Name())); err != nil {
			return fmt.Errorf("empty the data folder: %w", err)
		}
	}
	for _, f := range m.Files {
		raw, err := m.content(dir, f)
		if err != nil {
			return err
		}
		if err := put(filepath.Join(data, filepath.FromSlash(f.Path)), raw); err != nil {
			return fmt.Errorf("restore the file %s: %w", f.Path, err)
		}
	}
	return disk.SyncFolder(data)
}

// Restored says that a data folder is whole again.
func Restored(data string) error {
	if err := os.Remove(filepath.Join(data, PendingFile)); err != nil {
		return fmt.Errorf("unmark the data folder: %w", err)
	}
	return disk.SyncFolder(data)
}

// put makes a file and the folders above it.
func put(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return disk.Replace(path, content)
}
