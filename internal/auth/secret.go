package auth

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tiendo/internal/disk"
)

// secretBytes is the length of a secret: 256 bits.
const secretBytes = 32

// newSecret is a secret as text, in base64 (RFC 4648 §5, unpadded).
func newSecret() string {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails, says its documentation
	return base64.RawURLEncoding.EncodeToString(secret)
}

// Secret reads a secret from a file that only its owner may read; one line of base64 (RFC 4648 §5, unpadded). Where
// there is no file it makes one, which is on disk, mode 0600, when Secret returns.
func Secret(path string) ([]byte, error) {
	secret, err := readSecret(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if err := writeSecret(path); err != nil {
		return nil, fmt.Errorf("make the secret %s: %w", path, err)
	}
	return readSecret(path)
}

func readSecret(path string) ([]byte, error) {
	raw, err := disk.ReadPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(secret) != secretBytes {
		return nil, fmt.Errorf("read the secret %s: it is not one that Tiendo wrote: restore it, or move it away to get a new one", path)
	}
	return secret, nil
}

// writeSecret puts a new secret in place whole or not at all. Of two processes that do so at once the first wins.
func writeSecret(path string) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // its other name stays
	_, err = f.WriteString(newSecret() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return disk.SyncFolder(folder)
}
