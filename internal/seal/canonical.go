package seal

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// errNotCanonical says that bytes are JSON, but not as RFC 8785 writes it.
var errNotCanonical = errors.New("the record is not written as RFC 8785 prescribes")

// Canonical writes a value as JSON in the one form that RFC 8785 prescribes, so that two who write the same value get the same
// bytes and the same hash. Numbers are those of IEEE 754: a whole number above 2⁵³ belongs into a string.
func Canonical(value any) ([]byte, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write the record: %w", err)
	}
	v := jsontext.Value(raw)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("write the record: %w", err)
	}
	return v, nil
}

// checkCanonical says what is wrong with bytes that should be a canonical object.
func checkCanonical(record []byte) error {
	v := jsontext.Value(bytes.Clone(record))
	if v.Kind() != jsontext.KindBeginObject {
		return errors.New("the record is no JSON object")
	}
	if err := v.Canonicalize(); err != nil {
		return fmt.Errorf("the record is no JSON: %w", err)
	}
	if !bytes.Equal(v, record) {
		return errNotCanonical
	}
	return nil
}
