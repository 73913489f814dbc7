package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/disk"
)

// TokensFile is where the tokens that were created stand in the data folder, as hashes of their secrets.
const TokensFile = "tokens.json"

// fileVersion is the form of the file. 2026-11-26: version 1.
const fileVersion = 1

type tokensFile struct {
	Version int     `json:"version"`
	Tokens  []entry `json:"tokens"`
}

// entry is a token as the file holds it.
type entry struct {
	// SHA256 is the hash of the whole secret with its prefix, as 64 hexadecimal digits.
	SHA256 string `json:"sha256"`
	Entry  `json:",inline"`
}

func (t *Tokens) file() string { return filepath.Join(t.Data, TokensFile) }

// read reads the tokens; none if there is no file. A file that does not hold together is refused whole: whoever was let in
// by it must not find the door closed without a word, nor open to others.
func (t *Tokens) read() ([]*one, error) {
	info, err := os.Stat(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	raw, err := disk.ReadPrivate(t.file())
	if err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	t.seen = info // older than what was read, if it was replaced meanwhile: then it is read again
	all, err := t.parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read the tokens %s: %w; restore the file from a backup, or move it away: then every token but the administrator's must be made again", t.file(), err)
	}
	return all, nil
}

func (t *Tokens) parse(raw []byte) ([]*one, error) {
	var told tokensFile
	if err := json.Unmarshal(raw, &told, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	if told.Version != fileVersion {
		return nil, fmt.Errorf("it is of version %d, not %d", told.Version, fileVersion)
	}
	var all []*one
	names, hashes := make(map[string]bool), make(map[[sha256.Size]byte]bool)
	for i, e := range told.Tokens {
		hash, err := decodeHash(e.SHA256)
		if err != nil {
			return nil, fmt.Errorf("token %d, %q: sha256: %w", i+1, e.Name, err)
		}
		if wrong := e.check(); wrong != nil {
			return nil, fmt.Errorf("token %d, %q: %w", i+1, e.Name, wrong)
		}
		if hashes[hash] || e.Revoked.IsZero() && names[e.Name] {
			return nil, fmt.Errorf("token %d, %q: it is there twice", i+1, e.Name)
		}
		hashes[hash] = true
		names[e.Name] = names[e.Name] || e.Revoked.IsZero()
		all = append(all, t.grant(e.Entry, hash))
	}
	return all, nil
}

// write puts the tokens on disk, whole or not at all.
func (t *Tokens) write(all []*one) error {
	told := tokensFile{Version: fileVersion, Tokens: []entry{}}
	for _, o := range all {
		told.Tokens = append(told.Tokens, entry{SHA256: hex.EncodeToString(o.hash[:]), Entry: o.Entry})
	}
	raw, err := json.Marshal(told, jsontext.Multiline(true))
	if err != nil {
		panic("BUG: tokens are no JSON: " + err.Error())
	}
	if err := disk.Replace(t.file(), append(raw, '\n')); err != nil {
		return err
	}
	t.seen, err = os.Stat(t.file())
	return err
}
