package importer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean makes texts comparable: no white space around them, no byte order mark, composed letters (NFC).
func clean(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
			return norm.NFC.String(text)
		}
	}
	return strings.TrimSpace(text)
}

// quote shows a cell in a message, cut where it is long: a rejected cell may be anything.
func quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return strconv.Quote(text)
}

// english joins names as a sentence does: "a, b and c".
func english(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}
