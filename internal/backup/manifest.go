// Package backup decides what belongs to a copy of a city and whether one is whole: the files of the data folder, and a note of
// where the engine's part lies. It knows nothing of what is in them, and leaves the engine's part to the engine.
package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/disk"
)

// ManifestFile is written last: a folder without it is no backup.
const ManifestFile = "backup.json"

// The subfolders of a backup: files of the data folder, and the engine's part where that lies with them.
const (
	filesFolder  = "files"
	engineFolder = "engine"
)

// manifestVersion is the form of the manifest. 2026-11-26: version 1.
const manifestVersion = 1

// Manifest says what a backup holds.
type Manifest struct {
	Version int `json:"version"`
	// ID names the backup: the instant at which it was begun.
	ID    string    `json:"id"`
	Begun time.Time `json:"begun"`
	// Program is the version of the program that made it.
	Program string `json:"program"`
	// Database is what the database is called inside the engine's part.
	Database string `json:"database"`
	// Apart says that the engine is a server of its own, which has its part under [Manifest.Name].
	Apart bool `json:"apart"`
	// Events are those that were stored when it was begun; it may hold more.
	Events uint64 `json:"events"`
	Files  []File `json:"files"`
}

// File is a file of the data folder.
type File struct {
	// Path is below the data folder, with slashes.
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Error says why a folder can't be used, for the person who named it.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func bad(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Name is what the engine's part is called where the engine is a server of its own.
func (m *Manifest) Name() string { return "tiendo-" + m.ID }

// EngineFolder is where the engine's part lies in a backup's folder.
func EngineFolder(dir string) string { return filepath.Join(dir, engineFolder) }

// Begin makes the folder of a backup, which must not be there or be empty. Its error is an [*Error] if another folder would do.
func Begin(data, dir string, now time.Time) (*Manifest, error) {
	if err := place(data, dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, bad("the server can't make the folder %s: %v; name one that its user can write to", dir, bare(err))
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, bad("the server can't read the folder %s: %v; name one that its user can write to", dir, bare(err))
	}
	if len(entries) > 0 {
		return nil, bad("the folder %s is not empty; name a new one for each backup", dir)
	}
	for _, sub := range []string{filesFolder, engineFolder} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, bad("the server can't write to the folder %s: %v; name one that its user can write to", dir, bare(err))
		}
	}
	now = now.UTC().Truncate(time.Second)
	return &Manifest{Version: manifestVersion, ID: now.Format("20060102T150405Z"), Begun: now}, nil
}

// Finish says that a backup is whole.
func (m *Manifest) Finish(dir string) error {
	raw, err := json.Marshal(m, jsontext.Multiline(true))
	if err != nil {
		panic("BUG: a manifest is no JSON: " + err.Error())
	}
	return disk.Replace(filepath.Join(dir, ManifestFile), append(raw, '\n'))
}

var idShape = regexp.MustCompile(`^\d{8}T\d{6}Z$`)

// place refuses a folder that a data folder's end would take with it.
func place(data, dir string) error {
	if !filepath.IsAbs(dir) {
		return bad("the folder %q is not named from the root; write it as /var/backups/tiendo/2026-11-26", dir)
	}
	data, err := filepath.Abs(data)
	if err == nil {
		data, err = filepath.EvalSymlinks(data)
	}
	if err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	// Of a folder that is to be made, the part that is there decides.
	there := filepath.Clean(dir)
	for {
		if real, err := filepath.EvalSymlinks(there); err == nil {
			there = real
			break
		}
		there = filepath.Dir(there)
	}
	if there == data || strings.HasPrefix(there, data+string(filepath.Separator)) {
		return bad("the folder %s is inside the data folder, and would be lost with it; name one elsewhere, on another disk if you can", dir)
	}
	return nil
}

// Read reads what a backup holds, and every file of it but the engine's. Its error is an [*Error] that names what is missing
// or changed.
func Read(data, dir string) (*Manifest, error) {
	if err := place(data, dir); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad("%s is no backup, or one that was cut off: it has no %s; name another", dir, ManifestFile)
	}
	if err != nil {
		return nil, bad("the server can't read %s: %v; let its user read it", dir, bare(err))
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m, json.RejectUnknownMembers(true)); err != nil {
		return nil, bad("%s of %s can't be read (%v); name another backup", ManifestFile, dir, err)
	}
	if m.Version != manifestVersion || !idShape.MatchString(m.ID) || m.Database == "" {
		return nil, bad("%s of %s is of version %d, not %d; use the program that made it: %s", ManifestFile, dir, m.Version, manifestVersion, m.Program)
	}
	for _, f := range m.Files {
		if _, err := m.content(dir, f); err != nil {
			return nil, err
		}
	}
	return &m, nil
}

// content reads a file of a backup, as it was written.
func (m *Manifest) content(dir string, f File) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
		return nil, bad("%s of %s names the file %q, which leads out of it; name another backup", ManifestFile, dir, f.Path)
	}
	raw, err := os.ReadFile(filepath.Join(dir, filesFolder, filepath.FromSlash(f.Path)))
	if err != nil {
		return nil, bad("the backup %s lacks its file %s: %v; name another", dir, f.Path, bare(err))
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, bad("the file %s of the backup %s is not what was written; name another", f.Path, dir)
	}
	return raw, nil
}

func bare(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
