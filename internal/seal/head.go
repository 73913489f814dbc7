package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/note"
	signed "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of a log: how many records it holds, and the hash that depends on all of them.
type Head struct {
	Size int64
	Root tlog.Hash
}

// Cosignature is what a witness says of a head: that it has seen no other of the same log that contradicts it.
type Cosignature struct {
	// Witness is the name of its key.
	Witness string
	// Time is when it was given.
	Time time.Time
}

// signHead writes a head as a signed checkpoint.
func (k *key) signHead(h Head) ([]byte, error) {
	text := log.Checkpoint{Origin: k.signer.Name(), Size: uint64(h.Size), Hash: h.Root[:]}.Marshal()
	return signed.Sign(&signed.Note{Text: string(text)}, k.signer)
}

// opened is a checkpoint that the log has signed.
type opened struct {
	Head
	cosignatures []Cosignature
	// strangers counts signatures of keys that nobody has named.
	strangers int
}

// openHead reads a signed checkpoint of a log. What is not written as the log writes it is refused, even if it means the same:
// every byte is looked at.
func openHead(checkpoint []byte, by *key, witnesses []signed.Verifier) (*opened, error) {
	if err := strictSignatures(checkpoint); err != nil {
		return nil, err
	}
	c, rest, n, err := log.ParseCheckpoint(checkpoint, by.verifier.Name(), by.verifier, witnesses...)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint is not what the key %s has signed: %w", by.verifier.Name(), err)
	}
	if len(rest) > 0 || len(c.Hash) != tlog.HashSize || c.Size > 1<<40 || string(c.Marshal()) != n.Text {
		return nil, errors.New("the checkpoint is not written as the log writes it")
	}
	o := &opened{Head: Head{Size: int64(c.Size), Root: tlog.Hash(c.Hash)}, strangers: len(n.UnverifiedSigs)}
	for _, s := range n.Sigs {
		if s.Name == by.verifier.Name() && s.Hash == by.verifier.KeyHash() {
			continue
		}
		at, err := note.CoSigV1Timestamp(s)
		if err != nil {
			return nil, fmt.Errorf("the cosignature of %s: %w", s.Name, err)
		}
		o.cosignatures = append(o.cosignatures, Cosignature{Witness: s.Name, Time: at.UTC()})
	}
	return o, nil
}

// strictSignatures refuses signatures that are written in another way than the one that all write: in base64 some bits of the
// last letter mean nothing, and nobody shall be able to change them.
func strictSignatures(checkpoint []byte) error {
	split := bytes.LastIndex(checkpoint, []byte("\n\n"))
	if split < 0 {
		return errors.New("the checkpoint has no signatures")
	}
	for line := range bytes.Lines(checkpoint[split+2:]) {
		_, code, _ := bytes.Cut(bytes.TrimPrefix(line, []byte("— ")), []byte(" "))
		if _, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSuffix(code, []byte("\n")))); err != nil {
			return fmt.Errorf("a signature of the checkpoint is not written in base64: %w", err)
		}
	}
	return nil
}

// Witnesses reads keys of witnesses, as C2SP signed-note writes keys of tlog-cosignature.
func Witnesses(keys []string) ([]signed.Verifier, error) {
	var all []signed.Verifier
	for _, text := range keys {
		v, err := note.NewVerifierForCosignatureV1(text)
		if err != nil {
			return nil, fmt.Errorf("%q is no key of a witness (C2SP tlog-cosignature, name+hash+base64): %w", text, err)
		}
		all = append(all, v)
	}
	return all, nil
}
