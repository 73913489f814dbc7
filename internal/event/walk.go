package event

import "strings"

// walker steps through the members of a JSON value without copying. It takes the text apart, no more: whether the text
// is JSON at all was decided by jsontext before. On text that is none it stops early or hands out nonsense, but it
// never reads beyond the end.
type walker struct {
	s string
	i int
}

func (w *walker) space() {
	for w.i < len(w.s) {
		switch w.s[w.i] {
		case ' ', '\t', '\r', '\n':
			w.i++
		default:
			return
		}
	}
}

// take steps over c if it comes next, blanks aside.
func (w *walker) take(c byte) bool {
	w.space()
	if w.i < len(w.s) && w.s[w.i] == c {
		w.i++
		return true
	}
	return false
}

// done says whether nothing is left.
func (w *walker) done() bool {
	w.space()
	return w.i == len(w.s)
}

// object calls member with the name of each member; member must take the value. It stops with false where the text is
// no object, a name has an escape that cannot be read, or member says false.
func (w *walker) object(member func(name string) bool) bool {
	if !w.take('{') {
		return false
	}
	if w.take('}') {
		return true
	}
	for {
		name, ok := text(w.value())
		if !ok || !w.take(':') || !member(name) {
			return false
		}
		if w.take('}') {
			return true
		}
		if !w.take(',') {
			return false
		}
	}
}

// array calls element before each element; element must take it.
func (w *walker) array(element func() bool) bool {
	if !w.take('[') {
		return false
	}
	if w.take(']') {
		return true
	}
	for {
		if !element() {
			return false
		}
		if w.take(']') {
			return true
		}
		if !w.take(',') {
			return false
		}
	}
}

// value takes the next value and returns it as it stands, without blanks around it; empty at the end of the text.
func (w *walker) value() string {
	w.space()
	from := w.i
	if from == len(w.s) {
		return ""
	}
	switch w.s[from] {
	case '"':
		w.skipString()
	case '{', '[':
		w.skipNested()
	default:
		for w.i < len(w.s) && !strings.ContainsRune(" \t\r\n,:]}", rune(w.s[w.i])) {
			w.i++
		}
	}
	return w.s[from:w.i]
}

func (w *walker) skipString() {
	for w.i++; w.i < len(w.s); w.i++ {
		switch w.s[w.i] {
		case '"':
			w.i++
			return
		case '\\':
			w.i++
		}
	}
	w.i = len(w.s)
}

func (w *walker) skipNested() {
	depth := 0
	for w.i < len(w.s) {
		switch w.s[w.i] {
		case '"':
			w.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		w.i++
		if depth == 0 {
			return
		}
	}
}
