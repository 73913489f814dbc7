package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// summaryOf asks for the summary of a quarter.
func summaryOf(t *testing.T, r *Reports, agency string) *Summary {
	t.Helper()
	p, err := period.Parse("2026-Q2", now, zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Summary(t.Context(), Asked{Period: p, Cutoff: "calendar", Agency: agency})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSummaryPapers(t *testing.T) {
	r := reports(t, dossiers)
	for lang, agency := range map[string]string{"vi": "H24.17", "en": ""} {
		s := summaryOf(t, r, agency)
		var table, sheet bytes.Buffer
		if err := errors.Join(s.CSV(&table, lang), s.XLSX(&sheet, lang, zone)); err != nil {
			t.Fatal(err)
		}
		golden(t, "summary."+lang+".csv", table.Bytes())
		golden(t, "summary."+lang+".xlsx.txt", readBack(t, sheet.Bytes()))
	}
	p, _ := period.Parse("2026-Q2", now, zone)
	_, err := r.Summary(t.Context(), Asked{Period: p, Agency: "H24.99"})
	var wrong *kpi.Error
	if !errors.As(err, &wrong) || wrong.Param != "agency" {
		t.Errorf("an agency that nobody knows: %v", err)
	}
}

// Every figure that a sentence names is asked for in its section, so that no sentence is lost for ever.
func TestSentencesNameFiguresOfTheirSection(t *testing.T) {
	named := 0
	for _, s := range subjects {
		asked := map[string]bool{"agency": true, "window": true}
		for _, f := range s.figures {
			asked[f] = true
		}
		for _, said := range s.sentences {
			for _, text := range []string{said.vi, said.en} {
				for _, found := range placeholder.FindAllString(text, -1) {
					name, words, counts := strings.Cut(strings.Trim(found, "{}"), "|")
					if one, many, both := strings.Cut(words, "|"); counts && (!both || one == "" || many == "") {
						t.Errorf("%s: %s lacks the words for one, or for many", s.id, found)
					}
					name, _, _ = strings.Cut(name, "/")
					id, key := cut(name)
					named++
					if !asked[id] || key != "" && !asked[id+":kind"] {
						t.Errorf("%s: %s is not asked for", s.id, found)
					}
				}
			}
		}
	}
	if named < 100 {
		t.Errorf("only %d placeholders were found", named)
	}
}

// English counts one dossier, and no 1 dossiers.
func TestWordsAgreeWithTheirNumbers(t *testing.T) {
	sentences := []sentence{{vi: "{x} hồ sơ", en: "{x|dossier was|dossiers were} settled"}}
	for n, want := range map[float64][2]string{1: {"1 hồ sơ", "1 dossier was settled"}, 0: {"0 hồ sơ", "0 dossiers were settled"}, 1000: {"1.000 hồ sơ", "1,000 dossiers were settled"}} {
		v := values{"x": {Unit: "count", Value: &n}}
		for i, lang := range []string{"vi", "en"} {
			if got := v.say(sentences, lang, nil); got != want[i] {
				t.Errorf("%v in %s: %q, want %q", n, lang, got, want[i])
			}
		}
	}
}

func TestNumbersAsOfficialsWriteThem(t *testing.T) {
	f := func(value float64, unit, vi, en string) {
		t.Helper()
		for lang, want := range map[string]string{"vi": vi, "en": en} {
			if got, ok := number(&value, unit, lang); got != want || !ok {
				t.Errorf("%v %s in %s: %s", value, unit, lang, got)
			}
		}
	}
	f(1234567, "count", "1.234.567", "1,234,567")
	f(999, "count", "999", "999")
	f(-1000, "count", "-1.000", "-1,000")
	f(.9234, "ratio", "92,3%", "92.3%")
	f(1234.56, "hours", "1.234,6", "1,234.6")
	if got, ok := number(nil, "ratio", "vi"); got != "–" || ok {
		t.Errorf("nothing is written %s", got)
	}
}
