package publication

import (
	"errors"
	"fmt"

	"tiendo/internal/seal"
)

// Verified is what a file has proven.
type Verified struct {
	*seal.Verified
	Record *Record
	SHA256 string
	Key    string
}

// Verify shows, from the file of a publication alone, that its record stands in the log of the key, and that points and ranks are
// those that its method makes of its counts. differs is told each value that is not.
func Verify(file []byte, trust seal.Trust, differs func(says string)) (*Verified, error) {
	s, err := seal.Parse(file)
	if err != nil {
		return nil, err
	}
	shown, err := s.Verify(trust)
	if err != nil {
		return nil, err
	}
	v := &Verified{Verified: shown, SHA256: hashOf(s.Record), Key: s.Key}
	if v.Record, err = ParseRecord(s.Record); err != nil {
		return v, err
	}
	n := 0
	if err := v.Record.Recompute(func(says string) { n++; differs(says) }); err != nil {
		return v, err
	}
	if n > 0 {
		return v, fmt.Errorf("%d values are not those that the method makes of the counts", n)
	}
	if v.Record.State != Final && v.Record.State != Provisional {
		return v, errors.New("it does not say whether it is provisional or final")
	}
	return v, nil
}
