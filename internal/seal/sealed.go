package seal

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/tlog"
)

// Sealed is a record with the proof that it stands in a log.
type Sealed struct {
	// Record is the record, canonical JSON.
	Record []byte
	// Key is the public key of the log, as the file tells it: whoever forges a file names a key of their own.
	Key   string
	proof proof.TLogProof
}

// Verified is what a proof has shown.
type Verified struct {
	// Index is the place of the record in the log, from 0.
	Index int64
	// Head is that of the log which was signed.
	Head Head
	// Log is the name of the log.
	Log string
	// Cosignatures are those of the witnesses that were asked for.
	Cosignatures []Cosignature
	// Strangers counts signatures of keys that were not named, at which nobody has looked.
	Strangers int
}

// File writes s: the record in one line, then the proof as C2SP tlog-proof has it, with the log's key as its extra data.
func (s *Sealed) File() []byte {
	return append(append(bytes.Clone(s.Record), '\n'), s.proof.Marshal()...)
}

// Parse reads what [Sealed.File] has written. Nothing is believed yet: see [Sealed.Verify].
func Parse(file []byte) (*Sealed, error) {
	record, rest, found := bytes.Cut(file, []byte("\n"))
	if !found {
		return nil, errors.New("the file is no sealed record: after the line of the record there is no proof")
	}
	s := &Sealed{Record: record}
	if err := s.proof.Unmarshal(rest); err != nil {
		return nil, fmt.Errorf("the file is no sealed record: %w", err)
	}
	if !bytes.Equal(s.proof.Marshal(), rest) {
		return nil, errors.New("the proof is not written as C2SP tlog-proof prescribes")
	}
	s.Key = string(s.proof.ExtraData)
	return s, nil
}

// Trust is what is known of a log besides the file.
type Trust struct {
	// Key is the public key of the log; empty believes the one that the file names.
	Key string
	// Witnesses are the keys of witnesses whose cosignatures are looked at.
	Witnesses []string
}

// Check is an error if what is trusted is no key at all, whatever the file holds.
func (t *Trust) Check() error {
	if t.Key != "" {
		if _, err := publicKey(t.Key); err != nil {
			return err
		}
	}
	_, err := Witnesses(t.Witnesses)
	return err
}

// Verify shows that the record stands, byte for byte, in the log of the key, at the head which was signed.
func (s *Sealed) Verify(trust Trust) (*Verified, error) {
	if err := checkCanonical(s.Record); err != nil {
		return nil, err
	}
	if trust.Key != "" && trust.Key != s.Key {
		return nil, fmt.Errorf("the file names the key %s, not %s: it is of another log, or forged", s.Key, trust.Key)
	}
	by, err := publicKey(s.Key)
	if err != nil {
		return nil, err
	}
	witnesses, err := Witnesses(trust.Witnesses)
	if err != nil {
		return nil, err
	}
	o, err := openHead(s.proof.Checkpoint, by, witnesses)
	if err != nil {
		return nil, err
	}
	if s.proof.Index >= uint64(o.Size) {
		return nil, fmt.Errorf("record %d can't stand in a log of %d", s.proof.Index+1, o.Size)
	}
	path := make(tlog.RecordProof, 0, len(s.proof.Hashes))
	for _, h := range s.proof.Hashes {
		path = append(path, h)
	}
	index := int64(s.proof.Index)
	if err := tlog.CheckRecord(path, o.Size, o.Root, index, tlog.RecordHash(s.Record)); err != nil {
		return nil, errors.New("the record is not the one in the log: it, or its proof, was changed")
	}
	return &Verified{Index: index, Head: o.Head, Log: by.verifier.Name(), Cosignatures: o.cosignatures, Strangers: o.strangers}, nil
}
