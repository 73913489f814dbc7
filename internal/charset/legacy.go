package charset

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// set says what a byte means after another one; empty if nothing.
type set func(before, b byte) string

var sets = map[string]set{TCVN3: tcvn3, VNI: vni}

// legacy decodes one of the sets, from bytes or, wide, from the characters that windows-1252 has for them. What has no meaning
// becomes U+FFFD.
type legacy struct {
	set    set
	wide   bool
	before byte
}

// Reset implements [transform.Transformer].
func (l *legacy) Reset() { l.before = 0 }

// Transform implements [transform.Transformer].
func (l *legacy) Transform(dst, src []byte, atEOF bool) (written, read int, err error) {
	for read < len(src) {
		b, size, text := src[read], 1, ""
		if l.wide {
			if !atEOF && !utf8.FullRune(src[read:]) {
				return written, read, transform.ErrShortSrc
			}
			r, n := utf8.DecodeRune(src[read:])
			size = n
			switch code, known := narrow[r]; {
			case r < utf8.RuneSelf:
				b = byte(r)
			case known:
				b = code
			default:
				b, text = 0, string(r)
			}
		}
		if text == "" {
			text = l.set(l.before, b)
		}
		if text == "" {
			text = string(utf8.RuneError)
		}
		if written+len(text) > len(dst) {
			return written, read, transform.ErrShortDst
		}
		written += copy(dst[written:], text)
		read += size
		l.before = b
	}
	return written, read, nil
}

// narrow are the bytes of windows-1252 above ASCII.
var narrow = func() map[rune]byte {
	all := map[rune]byte{}
	for b := 0x80; b <= 0xff; b++ {
		all[charmap.Windows1252.DecodeByte(byte(b))] = byte(b)
	}
	return all
}()

// tcvnLow and tcvnHigh are TCVN 5712:1993: its VN1 has a code for each letter, those of the capitals with marks in the places of
// control characters. VN3, which fonts called ABC have, lacks these: capitals are then written with a letter and a mark, or in
// fonts of their own, whose letters are told as small ones. 0 is what stays as it is.
var tcvnLow = [0x20]rune{
	0x01: 'Ú', 'Ụ', 0x04: 'Ừ', 'Ử', 'Ữ', 0x11: 'Ứ', 'Ự', 'Ỳ', 'Ỷ', 'Ỹ', 'Ý', 'Ỵ',
}

var tcvnHigh = [0x80]rune{
	'À', 'Ả', 'Ã', 'Á', 'Ạ', 'Ặ', 'Ậ', 'È', 'Ẻ', 'Ẽ', 'É', 'Ẹ', 'Ệ', 'Ì', 'Ỉ', 'Ĩ', // 80
	'Í', 'Ị', 'Ò', 'Ỏ', 'Õ', 'Ó', 'Ọ', 'Ộ', 'Ờ', 'Ở', 'Ỡ', 'Ớ', 'Ợ', 'Ù', 'Ủ', 'Ũ', // 90
	0xa0, 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ', // A0
	grave, hook, tilde, acute, dot, 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ', // B0
	'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ', // C0
	'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í', 'ị', 'ò', // D0
	'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù', // E0
	'Ỗ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố', // F0
}

// The marks of tones, and those that make other vowels.
const (
	grave, acute, hook, tilde, dot = '\u0300', '\u0301', '\u0309', '\u0303', '\u0323'
	circumflex, breve              = '\u0302', '\u0306'
)

func tcvn3(_, b byte) string {
	switch {
	case b < 0x20 && tcvnLow[b] != 0:
		return string(tcvnLow[b])
	case b < 0x80:
		return string(rune(b))
	}
	return string(tcvnHigh[b-0x80])
}

// vniLetters are the codes of VNI that are letters; capitals are 0x20 below, as in windows-1252.
var vniLetters = map[byte]rune{
	0xf1: 'đ', 0xf4: 'ơ', 0xf6: 'ư', 0xed: 'í', 0xec: 'ì', 0xe6: 'ỉ', 0xf3: 'ĩ', 0xf2: 'ị', 0xee: 'ỵ',
	0xd1: 'Đ', 0xd4: 'Ơ', 0xd6: 'Ư', 0xcd: 'Í', 0xcc: 'Ì', 0xc6: 'Ỉ', 0xd3: 'Ĩ', 0xd2: 'Ị', 0xce: 'Ỵ',
}

// vniMarks are those that stand after the small letter they belong to; after a capital they are 0x20 below.
var vniMarks = map[byte]string{
	0xf9: string(acute), 0xf8: string(grave), 0xfb: string(hook), 0xf5: string(tilde), 0xef: string(dot),
	0xe2: string(circumflex), 0xe1: string([]rune{circumflex, acute}), 0xe0: string([]rune{circumflex, grave}),
	0xe5: string([]rune{circumflex, hook}), 0xe3: string([]rune{circumflex, tilde}), 0xe4: string([]rune{circumflex, dot}),
	0xea: string(breve), 0xe9: string([]rune{breve, acute}), 0xe8: string([]rune{breve, grave}),
	0xfa: string([]rune{breve, hook}), 0xfc: string([]rune{breve, tilde}), 0xeb: string([]rune{breve, dot}),
}

func vni(before, b byte) string {
	if b < 0x80 {
		return string(rune(b))
	}
	if letter, there := vniLetters[b]; there {
		return string(letter)
	}
	mark, there := vniMarks[b|0x20]
	switch {
	case !there:
	case tones(b|0x20) && isOne(before, "aeouyAEOUY\xf4\xf6\xd4\xd6"),
		vowels(b|0x20, circumflex) && isOne(before, "aeoAEO"),
		vowels(b|0x20, breve) && isOne(before, "aA"):
		return mark
	}
	return ""
}

func tones(b byte) bool { return len(vniMarks[b]) == 2 && !vowels(b, circumflex) && !vowels(b, breve) }

// vowels says whether a mark makes another vowel of the letter before it.
func vowels(b byte, mark rune) bool {
	first, _ := utf8.DecodeRuneInString(vniMarks[b])
	return first == mark
}

func isOne(b byte, of string) bool {
	for i := range len(of) {
		if of[i] == b {
			return true
		}
	}
	return false
}
