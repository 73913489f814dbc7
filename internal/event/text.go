package event

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// plain returns what stands between the quotes of a JSON string without escapes; false for any other value.
func plain(value string) (string, bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return "", false
	}
	value = value[1 : len(value)-1]
	return value, strings.IndexByte(value, '\\') < 0
}

// text returns what a JSON string says, escapes undone; false for any other value.
func text(value string) (string, bool) {
	if s, ok := plain(value); ok {
		return s, true
	}
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	b, err := jsontext.AppendUnquote(nil, value)
	return string(b), err == nil
}
