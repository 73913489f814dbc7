package collector

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// marks are how texts begin that are no JSON, and what would do.
var marks = []struct{ begin, reason string }{
	{"\xef\xbb\xbf", "it begins with a byte order mark; send UTF-8 without one"}, // as some programs begin UTF-8
	{"\xff\xfe", "it seems to be UTF-16; send UTF-8"},
	{"\xfe\xff", "it seems to be UTF-16; send UTF-8"},
	{"\x1f\x8b", "it is packed; say so with Content-Encoding: gzip"},
	{"\x28\xb5\x2f\xfd", "it is packed; say so with Content-Encoding: zstd"},
}

// notJSON says that a text is not JSON, why and where, as far as that can be seen, and repeats nothing of it.
func notJSON(text []byte) string {
	if len(bytes.TrimSpace(text)) == 0 {
		return "is not JSON: it is empty"
	}
	for _, m := range marks {
		if bytes.HasPrefix(text, []byte(m.begin)) {
			return "is not JSON: " + m.reason
		}
	}
	r := jsontext.NewDecoder(bytes.NewBuffer(text), doubledNames)
	_, err := r.ReadValue()
	if err == nil {
		return fmt.Sprintf("is not JSON: something follows its end, byte %d; several events are a batch or NDJSON", r.InputOffset())
	}
	return "is not JSON: " + broken(text, err)
}

// broken says where and why jsontext stopped reading a text. Bytes are counted from 0.
func broken(text []byte, err error) string {
	at := len(text)
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at = min(at, int(syntax.ByteOffset))
	}
	switch letter, size := utf8.DecodeRune(text[at:]); {
	case errors.Is(err, io.ErrUnexpectedEOF), at == len(text):
		return fmt.Sprintf("it ends too early, after %d bytes", len(text))
	case letter == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte %d is not UTF-8", at)
	default:
		return fmt.Sprintf("it cannot be read at byte %d", at)
	}
}
