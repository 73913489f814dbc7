package seal

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	signed "golang.org/x/mod/sumdb/note"

	"tiendo/internal/disk"
)

// ErrNoWitness says that a cosignature is of nobody whose key is among [Options.Witnesses].
var ErrNoWitness = errors.New("no line is the signature of a witness whose key is named in the settings (publish.witnesses)")

// Cosign adds the signatures of witnesses to the newest signed head: lines as C2SP tlog-witness has them. Those of keys that
// are not named are left out. It returns all cosignatures that the head then has.
func (l *Log) Cosign(lines []byte) ([]Cosignature, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key == nil || len(l.found) > 0 {
		return nil, ErrTampered
	}
	path := l.path(l.size, headKind)
	checkpoint, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := openHead(checkpoint, l.key, l.witnesses); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	if len(lines) == 0 || !bytes.HasSuffix(lines, []byte("\n")) || bytes.Contains(lines, []byte("\n\n")) {
		return nil, errors.New("these are no signatures: send lines that begin with — and end with a line feed")
	}
	if err := strictSignatures(append([]byte("\n\n"), lines...)); err != nil {
		return nil, err
	}
	n, err := signed.Open(append(bytes.Clone(checkpoint), lines...), signed.VerifierList(append(l.witnesses, l.key.verifier)...))
	if err != nil {
		return nil, fmt.Errorf("the signatures are not of the newest head of the log, of %d records: %w", l.size, err)
	}
	n.UnverifiedSigs = nil
	all, err := signed.Sign(n)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(all, checkpoint) {
		return nil, ErrNoWitness
	}
	o, err := openHead(all, l.key, l.witnesses)
	if err != nil {
		return nil, err
	}
	if err := disk.Replace(path, all); err != nil {
		return nil, fmt.Errorf("keep the cosignatures: %w", err)
	}
	return o.cosignatures, nil
}

// bestHead is the head up to which record n is proven: the newest that a witness has signed too, else the newest.
func (l *Log) bestHead(n int64) (size int64, checkpoint []byte, _ error) {
	var newest []byte
	for at := l.size; at >= n; at-- {
		checkpoint, err := os.ReadFile(l.path(at, headKind))
		if err != nil {
			return 0, nil, err
		}
		o, err := openHead(checkpoint, l.key, l.witnesses)
		if err != nil {
			return 0, nil, fmt.Errorf("%w: %w", ErrTampered, err)
		}
		if len(o.cosignatures) > 0 {
			return at, checkpoint, nil
		}
		if newest == nil {
			newest = checkpoint
		}
	}
	return l.size, newest, nil
}

// ToWitness is what is sent to a witness that has seen the log up to old records: the body of a request of C2SP tlog-witness,
// add-checkpoint. What the witness answers goes to [Log.Cosign].
func (l *Log) ToWitness(old int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path, err := l.consistency(old)
	if err != nil {
		return nil, err
	}
	checkpoint, err := os.ReadFile(l.path(l.size, headKind))
	if err != nil {
		return nil, err
	}
	body := fmt.Appendf(nil, "old %d\n", old)
	for _, h := range path {
		body = fmt.Appendf(body, "%s\n", h)
	}
	return append(append(body, '\n'), checkpoint...), nil
}
