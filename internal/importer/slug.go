package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how many characters a code may have; see CONTRACT §3.
const longest = 64

// letters are those that Unicode does not take apart into an ASCII letter and a mark.
var letters = map[rune]string{
	'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ø': "o", 'ŧ': "t", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ß': "ss",
}

// Slug makes a code of a name: folded to ASCII, lower case, every other run of characters one "-", none at the ends.
// A result of more than 64 characters is cut to 55, "-" and the first 8 hexadecimal digits of the SHA-256 of the whole
// result, so that two long names do not become one. It is empty if nothing of the name can be kept.
func Slug(name string) string {
	slug := make([]byte, 0, len(name))
	gap := false
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		fold, known := letters[r]
		if !known && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') {
			fold, known = string(r), true
		}
		if !known {
			gap = true
			continue
		}
		if gap && len(slug) > 0 {
			slug = append(slug, '-')
		}
		gap = false
		slug = append(slug, fold...)
	}
	if len(slug) <= longest {
		return string(slug)
	}
	sum := sha256.Sum256(slug)
	return string(slug[:55]) + "-" + hex.EncodeToString(sum[:4])
}
