// Package charset reads the character sets in which Vietnamese offices export: Unicode, windows-1258, and the two that are
// older than Unicode and live on in fonts, TCVN3 (ABC) and VNI. It decides in which one a text is, and where that can't be told
// for certain it says what it may be. What it decodes may hold decomposed letters: whoever compares texts makes them NFC.
package charset

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The names of character sets.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1258 = "windows-1258"
	TCVN3       = "tcvn3"
	VNI         = "vni"
)

// Names are all of them.
func Names() []string { return []string{UTF8, UTF16LE, UTF16BE, Windows1258, TCVN3, VNI} }

// Sample is how many bytes from its beginning tell what a text is.
const Sample = 1 << 16

// Text says how a text is to be read.
type Text struct {
	// Decoder makes UTF-8 of it; nil if it is that already.
	Decoder transform.Transformer
	// Skip is how many bytes of a byte order mark stand before it.
	Skip int
	// Guessed is the character set, if nothing but the text itself says so; else empty.
	Guessed string
}

// Of finds out how a text is to be read: by the name that somebody gave it (empty if nobody did) and by its first bytes, which
// are the whole text if there are less than Sample. Its error says what the text may be, and what to do.
func Of(head []byte, named string) (Text, error) {
	marked, skip := byteOrder(head)
	head = head[skip:]
	font := named == TCVN3 || named == VNI
	switch {
	case marked != "" && named != "" && named != marked && !font:
		return Text{}, fmt.Errorf("the mapping says charset: %s, but the file begins with the mark of %s; correct it or leave it out", named, marked)
	case marked == "" && named == Windows1258 && unmarked(head) == UTF8 && !isASCII(string(head)):
		return Text{}, errors.New("the mapping says charset: windows-1258, but the file is UTF-8; leave it out")
	case marked == "" && named != "" && !font:
		return Text{Decoder: decoder(named)}, nil
	}
	base := marked
	if base == "" {
		base = unmarked(head)
	}
	switch {
	case font && base == "":
		return Text{Decoder: &legacy{set: sets[named]}}, nil
	case font: // Unicode that holds the letters of an old font
		return Text{Decoder: chain(decoder(base), Font(named)), Skip: skip}, InFont(named, textOf(base, head))
	case base == "":
		return guess(head)
	}
	if named == "" && base == UTF8 {
		if err := Unicode(string(head)); err != nil {
			return Text{}, err
		}
	}
	t := Text{Decoder: decoder(base), Skip: skip}
	if base != UTF8 && marked == "" {
		t.Guessed = base
	}
	return t, nil
}

// byteOrder recognises a byte order mark.
func byteOrder(head []byte) (name string, size int) {
	switch {
	case bytes.HasPrefix(head, []byte("\ufeff")):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return UTF16BE, 2
	}
	return "", 0
}

// unmarked recognises Unicode without a mark; empty if it is something else.
func unmarked(head []byte) string {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	// Of a table in UTF-16 the commas, digits and line ends alone are a good part of all; no other text has a zero.
	switch {
	case zeros[0] == 0 && zeros[1] > len(head)/8:
		return UTF16LE
	case zeros[1] == 0 && zeros[0] > len(head)/8:
		return UTF16BE
	case utf8.Valid(whole(head)):
		return UTF8
	}
	return ""
}

// whole leaves out a letter that the end of a sample has cut.
func whole(head []byte) []byte {
	for cut := 1; cut < utf8.UTFMax && cut <= len(head); cut++ {
		if last := head[len(head)-cut:]; utf8.RuneStart(last[0]) {
			if len(head) >= Sample-3 && !utf8.FullRune(last) {
				return head[:len(head)-cut]
			}
			break
		}
	}
	return head
}

func decoder(name string) transform.Transformer {
	switch name {
	case UTF8:
		return nil
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case Windows1258:
		return charmap.Windows1258.NewDecoder()
	}
	return &legacy{set: sets[name]}
}

// textOf is a text of Unicode; what cannot be decoded is left out.
func textOf(name string, raw []byte) string {
	if d := decoder(name); d != nil {
		raw, _, _ = transform.Bytes(d, raw) // half a letter at the end of a sample is no matter
	}
	return string(raw)
}

func chain(first, second transform.Transformer) transform.Transformer {
	if first == nil {
		return second
	}
	return transform.Chain(first, second)
}

// Font decodes Unicode text that was written with an old font, TCVN3 or VNI: programs store the bytes of its letters as the
// characters that windows-1252 has in their places. Letters that windows-1252 does not have stay.
func Font(name string) transform.Transformer { return &legacy{set: sets[name], wide: true} }

// String decodes a text of Unicode; see [Font].
func String(font transform.Transformer, text string) string {
	decoded, _, err := transform.String(font, text)
	if err != nil {
		return text + string(utf8.RuneError) // it is not UTF-8, and refused as that
	}
	return decoded
}

// guess takes the one in which a text without mark, that is not UTF-8, has Vietnamese words, if there is only one.
func guess(head []byte) (Text, error) {
	type candidate struct {
		name string
		score
	}
	var all []candidate
	for _, name := range []string{Windows1258, TCVN3, VNI} {
		text, _, err := transform.Bytes(decoder(name), head)
		if err == nil {
			all = append(all, candidate{name, scoreOf(string(text))})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return b.valid*a.words - a.valid*b.words })
	if len(all) > 1 && all[0].good() && all[1].bad() {
		return Text{Decoder: decoder(all[0].name), Guessed: all[0].name}, nil
	}
	if len(all) > 0 && all[0].words > 0 && all[0].valid*2 > all[0].words {
		return Text{}, fmt.Errorf("it is not UTF-8; it may be %s, for %d of its %d words with special letters are Vietnamese then; if that is so, say `charset: %s` in the mapping, else save the file as UTF-8",
			all[0].name, all[0].valid, all[0].words, all[0].name)
	}
	return Text{}, errors.New("it is not UTF-8, and what else it is can't be told; save it as UTF-8, or name it with `charset:` in the mapping")
}

// InFont is an error if a text of Unicode was not written in the old font that is named, but is Vietnamese as it is.
func InFont(named, text string) error {
	if scoreOf(text).good() {
		return fmt.Errorf("the mapping says charset: %s, but the texts are Vietnamese in Unicode already; leave it out", named)
	}
	return nil
}

// Unicode is an error if a text of Unicode was written in an old font, and says what to do.
func Unicode(text string) error {
	if old := OldFont(text); old != "" {
		return fmt.Errorf("its texts look like %s, the letters of an old font; say `charset: %s` in the mapping, or `charset: utf-8` if they are right as they are", old, old)
	}
	return nil
}

// OldFont names the old font in which a text of Unicode was written, if it has Vietnamese words only then; else it is empty.
func OldFont(text string) string {
	if !scoreOf(text).bad() {
		return ""
	}
	for _, name := range []string{TCVN3, VNI} {
		if scoreOf(String(Font(name), text)).good() {
			return name
		}
	}
	return ""
}
