package importer

import (
	"fmt"
	"slices"
	"strings"
)

// vocabulary is what texts of a column mean, the surest first, as slugs; a code stands for itself alone.
type vocabulary []meaning

type meaning struct {
	value        string
	words, codes []string
}

// The vocabularies; codes are those of the National Portal (DOMAIN.md §4.2).
var (
	channels = vocabulary{ // a city's own workers first: their app is no citizen's
		{"direct", []string{"truc-tiep", "tai-quay", "mot-cua", "tai-cho", "counter", "direct", "walk-in", "in-person", "phone", "call", "constituent-call", "employee-generated", "city-worker-app", "maximo-integration"}, []string{"1"}},
		{"post", []string{"buu-chinh", "buu-dien", "bcci", "post", "postal", "mail-in", "letter"}, []string{"3"}},
		{"online", []string{
			"truc-tuyen", "qua-mang", "dich-vu-cong", "cong-dvc", "dvc", "dvcqg", "internet", "online", "web", "website", "app", "mobile", "portal", "self-service", "twitter", "email", "e-mail", "toan-trinh", "mot-phan",
		}, []string{"2"}},
	}
	levels = vocabulary{
		{"full", []string{"toan-trinh"}, nil},
		{"partial", []string{"mot-phan"}, nil},
		{"4", []string{"muc-do-4", "muc-4"}, []string{"4"}},
		{"3", []string{"muc-do-3", "muc-3"}, []string{"3"}},
		{"2", []string{"muc-do-2", "muc-2"}, []string{"2"}},
	}
	applicants = vocabulary{ // codes differ between sources
		{"organisation", []string{"to-chuc", "doanh-nghiep", "co-quan", "organisation", "organization", "company"}, nil}, {"person", []string{"ca-nhan", "cong-dan", "nguoi-dan", "person", "individual"}, nil},
	}
	portals = vocabulary{
		{"national", []string{"quoc-gia", "dvcqg"}, []string{"1"}}, {"local", []string{"dia-phuong", "cua-tinh", "thanh-pho", "mot-cua"}, []string{"2"}},
	}
	petitions = vocabulary{
		{"complaint", []string{"khieu-nai"}, nil}, {"denunciation", []string{"to-cao"}, nil}, {"suggestion", []string{"kien-nghi", "phan-anh", "pakn", "de-nghi"}, nil},
	}
	payments = vocabulary{
		{"online", []string{"truc-tuyen", "cong-dvc", "dvcqg", "vnpay", "qr", "online"}, []string{"1", "2"}}, {"direct", []string{"truc-tiep", "tien-mat", "tai-quay", "cash"}, []string{"0"}},
	}
	returns = vocabulary{
		{"post", []string{"buu-chinh", "buu-dien", "bcci", "tai-nha", "post"}, []string{"1"}},
		{"online", []string{"truc-tuyen", "dien-tu", "email", "online"}, nil},
		{"direct", []string{"truc-tiep", "tai-quay", "mot-cua", "direct"}, []string{"0"}},
	}
)

// of is what a text means; "" if that is not known.
func (v vocabulary) of(text string) string {
	if value := v.byWord(text); value != "" {
		return value
	}
	return v.byCode(text)
}

func (v vocabulary) byWord(text string) string {
	for _, m := range v {
		if speaks(slugOf(text), m.words...) {
			return m.value
		}
	}
	return ""
}

func (v vocabulary) byCode(text string) string {
	for _, m := range v {
		if slices.Contains(m.codes, Slug(text)) {
			return m.value
		}
	}
	return ""
}

// fits says whether a column can be of the vocabulary: one of its texts has a word of it, or each is a code.
func (v vocabulary) fits(texts []string) bool {
	foreign := func(text string) bool { return v.byCode(text) == "" }
	return slices.ContainsFunc(texts, func(text string) bool { return v.byWord(text) != "" }) || !slices.ContainsFunc(texts, foreign)
}

// mapped writes a field whose texts mean something; what is not known gets otherwise, with a mark where that is a guess.
func (w *suggestion) mapped(field string, r role, of vocabulary, otherwise, vi, en string) {
	g := w.guesses[r]
	w.used[g.sampled] = true
	texts, counts := distinct(g.filled)
	w.say("      ", fmt.Sprintf("? %s: cột %q vì tên có %q", vi, g.name, g.word), fmt.Sprintf("? %s: the column %q for its name has %q", en, g.name, g.word))
	w.line("      %s:", field)
	w.line("        column: %s", scalarYAML(g.name))
	w.line("        map:")
	for _, text := range texts {
		if value := of.of(text); value != "" {
			w.line("          %s: %s # %d", scalarYAML(text), scalarOrNull(value), counts[text])
		} else {
			w.line("          %s: %s # ? KHÔNG ĐOÁN ĐƯỢC / NOT GUESSED, %d", scalarYAML(text), scalarOrNull(otherwise), counts[text])
		}
	}
	w.say("        ", "? giá trị khác và ô trống", "? other values, and empty cells")
	w.line("        default: %s", scalarOrNull(otherwise))
}

// scalarOrNull writes a value of a vocabulary; digits as the text that they are.
func scalarOrNull(value string) string {
	if value == "" {
		return "null"
	}
	if strings.Trim(value, "0123456789") == "" {
		return scalarYAML(value)
	}
	return value
}

// unused names the columns that mean something and are in no event, and what they would be.
func (w *suggestion) unused() {
	said := false
	for i := range w.columns {
		c := &w.columns[i]
		for _, k := range known {
			if w.used[c] || !speaks(slugOf(c.name), k.words...) {
				continue
			}
			if !said {
				w.line("")
				w.say("", "Những cột chưa dùng:", "Columns that are not used:")
				said = true
			}
			w.say("", fmt.Sprintf("- %q: %s", c.name, k.vi), fmt.Sprintf("- %q: %s", c.name, k.en))
			break
		}
	}
}
