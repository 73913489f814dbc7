package charset

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// score counts the words of a text that have a letter beyond ASCII, and those of them that are Vietnamese.
type score struct {
	words, valid int
	distinct     map[string]bool // valid ones
}

// good says that a text is Vietnamese, bad that it is not. Between them nothing is said.
func (s score) good() bool { return len(s.distinct) >= 5 && s.valid*5 >= s.words*4 }
func (s score) bad() bool  { return s.valid*10 <= s.words*3 }

// scoreOf looks at no more than some thousand words.
func scoreOf(text string) score {
	const most = 4_000
	s := score{distinct: map[string]bool{}}
	for word := range strings.FieldsFuncSeq(norm.NFC.String(text), parts) {
		if isASCII(word) {
			continue
		}
		s.words++
		if isSyllable(word) {
			s.valid++
			s.distinct[word] = true
		}
		if s.words == most {
			break
		}
	}
	return s
}

// parts says what stands between words. Other characters beyond ASCII are taken for letters that are none.
func parts(r rune) bool {
	return r < 0x80 && !unicode.IsLetter(r) || unicode.IsSpace(r) || strings.ContainsRune("“”‘’–—…", r)
}

func isASCII(word string) bool {
	for i := range len(word) {
		if word[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isSyllable says whether a word is written as Vietnamese syllables are: consonants that may begin one, and a rhyme, with one
// tone or none; before c, ch, p and t at the end only two tones are possible.
func isSyllable(word string) bool {
	tone, plain := rune(0), strings.Builder{}
	for _, r := range norm.NFD.String(strings.ToLower(word)) {
		switch r {
		case grave, acute, hook, tilde, dot:
			if tone != 0 {
				return false
			}
			tone = r
		default:
			plain.WriteRune(r)
		}
	}
	base := norm.NFC.String(plain.String())
	closed := strings.HasSuffix(base, "c") || strings.HasSuffix(base, "ch") || strings.HasSuffix(base, "p") || strings.HasSuffix(base, "t")
	if closed && tone != acute && tone != dot {
		return false
	}
	for _, initial := range initials {
		if rest, found := strings.CutPrefix(base, initial); found && rhymes[rest] {
			return true
		}
	}
	return false
}

var initials = strings.Split("ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x ", " ") // the last is none

var rhymes = func() map[string]bool {
	all := map[string]bool{}
	for rhyme := range strings.FieldsSeq(`
		a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
		e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
		i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
		o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
		ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
		u ua uân uâng uât uây uc uê uêch uênh ui um un ung uô uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt uyn uynh uyt uyu
		ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ynh yt`) {
		all[rhyme] = true
	}
	return all
}()
