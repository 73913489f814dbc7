package kpi

import (
	"regexp"
	"strings"
	"testing"
)

// Every figure says in both languages what it is, and its formula names all that it is counted by.
func TestEveryFigureIsDescribed(t *testing.T) {
	said := map[string]string{}
	for _, d := range Catalogue() {
		if d.VI == "" || d.EN == "" || d.Says == "" || d.SaysVI == "" {
			t.Errorf("%s lacks a name or a definition; the Vietnamese ones stand in texts.go", d.ID)
		}
		if (d.CaveatVI == "") != (d.Caveat == "") {
			t.Errorf("%s says what it cannot tell in one language only", d.ID)
		}
		for _, lang := range []string{"vi", "en"} {
			formula := d.Formula(lang)
			if regexp.MustCompile(`[a-z]_[a-z]|0x`).MatchString(formula) || formula == "" {
				t.Errorf("%s: its formula has no words for something: %s", d.ID, formula)
			}
			if d.Shape == Ratio && strings.Count(formula, "÷") != 1 {
				t.Errorf("%s is a ratio, and its formula is %s", d.ID, formula)
			}
		}
		if other, twice := said[d.SaysVI]; twice && !strings.HasPrefix(d.ID, "official.") {
			t.Errorf("%s and %s say the same", d.ID, other)
		}
		said[d.SaysVI] = d.ID
	}
	if len(said) < 60 {
		t.Fatalf("only %d figures were read", len(said))
	}
}

func TestFormulas(t *testing.T) {
	f := func(id, vi, en string) {
		t.Helper()
		d, ok := ByID(id)
		if !ok {
			t.Fatalf("no figure is called %s", id)
		}
		if got := d.Formula("vi"); got != vi {
			t.Errorf("%s: %s", id, got)
		}
		if got := d.Formula("en"); got != en {
			t.Errorf("%s: %s", id, got)
		}
	}
	f("dossier.on_time_rate", "đã giải quyết [đúng hạn] ÷ đã giải quyết [có hạn], trong kỳ", "settled [on time] ÷ settled [with a deadline], in the period")
	f("dossier.late", "đã giải quyết [có hạn, không đúng hạn], trong kỳ", "settled [with a deadline, not on time], in the period")
	f("dossier.open", "tiếp nhận − đã giải quyết − rút, đến T", "received − settled − withdrawn, up to T")
	f("official.06a_received", "(tiếp nhận − đã giải quyết − rút, đến đầu kỳ) + (tiếp nhận, trong kỳ)", "(received − settled − withdrawn, up to the period's start) + (received, in the period)")
	f("dossier.working_hours_p90", "giá trị nhỏ nhất mà ít nhất 90 % số thời gian làm việc từ tiếp nhận đến kết thúc không vượt quá, trong kỳ",
		"the smallest value that at least 90 % of all working times from receipt to closing do not exceed, in the period")
}
