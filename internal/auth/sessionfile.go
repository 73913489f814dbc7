package auth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/disk"
)

// SessionsFile is where those who have logged in stand in the data folder, as hashes of what their browsers hold.
const SessionsFile = "sessions.json"

// sessionsVersion is the form of the file. 2026-11-26: version 1.
const sessionsVersion = 1

type sessionsFile struct {
	Version  int           `json:"version"`
	Sessions []keptSession `json:"sessions"`
}

// keptSession is a session as the file holds it.
type keptSession struct {
	// SHA256 is the hash of what the browser holds, as 64 hexadecimal digits.
	SHA256  string `json:"sha256"`
	session `json:",inline"`
}

func (s *sessions) file() string { return filepath.Join(s.data, SessionsFile) }

// read reads the sessions. A file that does not hold together is refused, and costs nobody more than to log in again.
func (s *sessions) read() error {
	s.all = make(map[sessionID]*session)
	raw, err := os.ReadFile(s.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the sessions: %w", err)
	}
	var told sessionsFile
	if err := json.Unmarshal(raw, &told, json.RejectUnknownMembers(true)); err != nil {
		return s.unreadable(err)
	}
	if told.Version != sessionsVersion {
		return s.unreadable(fmt.Errorf("it is of version %d, not %d", told.Version, sessionsVersion))
	}
	for _, one := range told.Sessions {
		hash, err := decodeHash(one.SHA256)
		if err != nil {
			return s.unreadable(err)
		}
		s.all[hash] = &one.session
	}
	return nil
}

func (s *sessions) unreadable(err error) error {
	return fmt.Errorf("read the sessions %s: %w; remove the file: then people log in again", s.file(), err)
}

// write puts the sessions on disk that have not ended. s.mu is held.
func (s *sessions) write() error {
	now := s.now().UTC()
	for id, one := range s.all {
		if s.over(one, now) {
			delete(s.all, id)
		}
	}
	raw, err := json.Marshal(sessionsFile{sessionsVersion, s.sorted()}, jsontext.Multiline(true))
	if err != nil {
		panic("BUG: sessions are no JSON: " + err.Error())
	}
	if err := disk.Replace(s.file(), append(raw, '\n')); err != nil {
		return err
	}
	s.wrote = now
	return nil
}
