package seal

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/formats/note"
	signed "golang.org/x/mod/sumdb/note"

	"tiendo/internal/disk"
)

// The files of a log's key: the secret one that signs, and the public one that anybody may have.
const (
	keyFile    = "key"
	publicFile = "key.pub"
)

// key is what a log signs with.
type key struct {
	// signer is nil if the secret part is not there; then nothing can be sealed.
	signer   signed.Signer
	verifier signed.Verifier
	// public is the key as text, as C2SP signed-note writes it ("name+hash+base64").
	public string
}

// openKey reads the key of a folder.
func openKey(folder string) (*key, error) {
	secret, err := disk.ReadPrivate(filepath.Join(folder, keyFile))
	if err != nil {
		return nil, err
	}
	signer, verifier, err := note.NewEd25519SignerVerifier(strings.TrimSuffix(string(secret), "\n"))
	if err != nil || !strings.HasSuffix(string(secret), "\n") {
		return nil, fmt.Errorf("%s is no key", keyFile) // without the library's reason, in which the secret may stand
	}
	public, err := os.ReadFile(filepath.Join(folder, publicFile))
	if err != nil {
		return nil, err
	}
	k, err := publicKey(strings.TrimSuffix(string(public), "\n"))
	if err != nil || !strings.HasSuffix(string(public), "\n") {
		return nil, fmt.Errorf("%s is no public key", publicFile)
	}
	if k.verifier.Name() != verifier.Name() || k.verifier.KeyHash() != verifier.KeyHash() {
		return nil, fmt.Errorf("%s does not belong to %s", publicFile, keyFile)
	}
	k.signer = signer
	return k, nil
}

// publicKey reads a key as C2SP signed-note writes it. It takes the Ed25519 keys of logs alone.
func publicKey(text string) (*key, error) {
	verifier, err := signed.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no public key of a log: %w", text, err)
	}
	_, code, _ := strings.Cut(strings.TrimPrefix(text, verifier.Name()+"+"), "+")
	raw, err := base64.StdEncoding.Strict().DecodeString(code)
	if err != nil || fmt.Sprintf("%s+%08x+%s", verifier.Name(), verifier.KeyHash(), base64.StdEncoding.EncodeToString(raw)) != text {
		return nil, fmt.Errorf("%q is not written as a public key is", text)
	}
	return &key{verifier: verifier, public: text}, nil
}

// makeKey makes the key of a new log. The secret part is put in place last, for it says that there is a key.
func makeKey(folder, name string) (*key, error) {
	if name == "" {
		name = "tiendo/" + hex.EncodeToString(random(6))
	}
	secret, public, err := signed.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, fmt.Errorf("make the key of the log %q: %w", name, err)
	}
	if _, err := signed.NewVerifier(public); err != nil {
		return nil, fmt.Errorf("the log can't be named %q: a name has no spaces and no plus sign", name)
	}
	err = errors.Join(disk.Replace(filepath.Join(folder, publicFile), []byte(public+"\n")), disk.Replace(filepath.Join(folder, keyFile), []byte(secret+"\n")))
	if err != nil {
		return nil, fmt.Errorf("keep the key of the log: %w", err)
	}
	return openKey(folder)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// missing says whether an error is that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
