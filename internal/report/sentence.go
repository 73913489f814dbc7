package report

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence is a sentence in both languages, with figures in braces: {task.assigned} is a value, {task.on_time_rate/n} and /d are
// its numerator and denominator, {petition.received:complaint} is the value of a key; {agency} and {window} are texts. After bars
// stand the words that follow a 1, and any other number: {task.open|task was|tasks were}. It is left out where one of its figures has no value.
type sentence struct {
	vi, en string
	// when says whether it is to be said; nil: always.
	when func(values) bool
}

var placeholder = regexp.MustCompile(`\{[^}]+\}`)

// values are the items of a summary by the names that sentences use.
type values map[string]Item

func (v values) add(items []Item) {
	for _, item := range items {
		name := item.Figure
		if item.Key != nil {
			name += ":" + *item.Key
		} else if item.By != nil {
			continue
		}
		v[name] = item
	}
}

// say puts sentences together.
func (v values) say(sentences []sentence, lang string, texts map[string]string) string {
	var said []string
	for _, s := range sentences {
		if s.when != nil && !s.when(v) {
			continue
		}
		pattern := s.vi
		if lang == "en" {
			pattern = s.en
		}
		complete := true
		text := placeholder.ReplaceAllStringFunc(pattern, func(found string) string {
			name, words, counts := strings.Cut(strings.Trim(found, "{}"), "|")
			if text, ok := texts[name]; ok {
				return text
			}
			text, ok := v.text(name, lang)
			complete = complete && ok
			if !counts {
				return text
			}
			one, many, _ := strings.Cut(words, "|")
			if text == "1" {
				return text + " " + one
			}
			return text + " " + many
		})
		if complete {
			first, size := utf8.DecodeRuneInString(text)
			said = append(said, string(unicode.ToUpper(first))+text[size:])
		}
	}
	return strings.Join(said, " ")
}

// text writes what a placeholder names; ok is false where that has no value. What was counted by key and has no row is 0.
func (v values) text(name, lang string) (text string, ok bool) {
	name, part, _ := strings.Cut(name, "/")
	item, known := v[name]
	if id, key, keyed := strings.Cut(name, ":"); !known && keyed && key != "" {
		if _, known = v[id]; known {
			return "0", true
		}
	}
	switch {
	case !known:
		return "", false
	case part == "n":
		return number(item.Numerator, "count", lang)
	case part == "d":
		return number(item.Denominator, "count", lang)
	default:
		return number(item.Value, item.Unit, lang)
	}
}

// number writes a value in officials' way: 1.000 and 92,3%; in English 1,000 and 92.3%.
func number(value *float64, unit, lang string) (text string, ok bool) {
	if value == nil {
		return "–", false
	}
	switch unit {
	case "ratio":
		return decimals(*value*100, 1, lang) + "%", true
	case "count":
		return decimals(*value, 0, lang), true
	default:
		return decimals(*value, 1, lang), true
	}
}

// decimals writes a number with thousands apart.
func decimals(value float64, places int, lang string) string {
	digits := strconv.FormatFloat(value, 'f', places, 64)
	digits, negative := strings.CutPrefix(digits, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	if lang != "en" {
		whole = strings.NewReplacer(",", ".", ".", ",").Replace(whole)
	}
	return whole
}

// cut parts petition.received:kind.
func cut(asked string) (id, by string) {
	id, by, _ = strings.Cut(asked, ":")
	return id, by
}

// within says whether no more is there than was granted.
func within(id string) func(values) bool {
	return func(v values) bool {
		i := v[id]
		return i.Numerator != nil && i.Denominator != nil && *i.Numerator <= *i.Denominator
	}
}

// beyond is the opposite of within, where something was reported.
func beyond(id string) func(values) bool {
	return func(v values) bool {
		i := v[id]
		return i.Numerator != nil && i.Denominator != nil && *i.Numerator > *i.Denominator
	}
}

// some says whether a count is above 0; none whether it is 0.
func some(id string) func(values) bool {
	return func(v values) bool { return v[id].Value != nil && *v[id].Value > 0 }
}

func none(id string) func(values) bool {
	return func(v values) bool { return v[id].Value != nil && *v[id].Value == 0 }
}
