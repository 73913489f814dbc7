package ranking_test

import (
	"errors"
	"strings"
	"testing"

	"tiendo/internal/document"
	"tiendo/internal/ranking"
)

// small is a method of every kind of criterion; see TestGolden for what it makes of figures.
const small = `method: small
version: "1"
titles: {vi: Nhỏ, en: Small}
periods: [quarter]
groups:
  - {code: g, names: {vi: Nhóm, en: Group}}
exclude:
  - {agency: X, reason: {vi: Mới, en: New}}
areas:
  - id: a
    titles: {vi: A, en: A}
    weight: 60
    criteria:
      - id: on-time
        titles: {vi: A1, en: A1}
        weight: 40
        kpi: dossier.on_time_rate
        scoring: {kind: linear, zero: 0.5, full: 1}
        minimum: {volume: 20, below: shrink}
      - id: overdue
        titles: {vi: A2, en: A2}
        weight: 20
        kpi: dossier.open_overdue
        scoring: {kind: best}
  - id: b
    titles: {vi: B, en: B}
    weight: 40
    criteria:
      - id: plan
        titles: {vi: B1, en: B1}
        weight: 30
        assessment: {code: plan, maximum: 10}
      - id: uptake
        titles: {vi: B2, en: B2}
        weight: 10
        kpi: online.uptake
        where: {channel: [online, direct], level: full}
        scoring: {kind: bands, bands: [{to: 0.5, share: 0}, {from: 0.5, to: 0.8, share: 0.5}, {from: 0.8, share: 1}]}
        missing: neutral
adjustments:
  - {id: findings, titles: {vi: C, en: C}, kind: penalty, maximum: 3, kpi: finding.open_overdue, each: 0.5}
  - {id: initiative, titles: {vi: D, en: D}, kind: bonus, maximum: 2, assessment: initiative}
ties: {by: [a, plan]}
deadlines: {submit: 10, verify: 20}
`

func method(t *testing.T, content string) *ranking.Method {
	t.Helper()
	m, err := ranking.Read([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each change of a good file is refused for one reason, at its place, with what would do.
func TestRefused(t *testing.T) {
	method(t, small)
	f := func(old, replacement, place string, words ...string) {
		t.Helper()
		content := strings.Replace(small, old, replacement, 1)
		if content == small {
			t.Fatalf("the method has no %q", old)
		}
		_, err := ranking.Read([]byte(content))
		var refusal *document.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%q was taken (%v)", replacement, err)
			return
		}
		said := err.Error()
		if len(refusal.Faults) != 1 || !strings.HasPrefix(said, place+": ") {
			t.Errorf("got\n%s\nwant one fault, at %s", said, place)
		}
		for _, word := range words {
			if !strings.Contains(said, word) {
				t.Errorf("%s does not say %q", said, word)
			}
		}
	}
	f("method: small", "method: a b", "line 1, column 9: method")
	f("version: \"1\"", "versions: \"1\"\nversion: \"1\"", "line 2, column 1: versions", "publication")
	f("titles: {vi: Nhỏ, en: Small}", "titles: {vi: Nhỏ}", "line 3, column 10: titles.en", "missing")
	f("periods: [quarter]", "periods: [quarter, week]", "line 4, column 20: periods", "month, quarter, half, nine_months, year")
	f("periods: [quarter]", "from: 2026-02-01\nto: 2026-01-01\nperiods: [quarter]", "line 4, column 7: from", "2026-01-01")
	f("  - {code: g, names: {vi: Nhóm, en: Group}}", "  []", "line 6, column 3: groups", "code: department")
	f("groups:\n", "points: 90\ngroups:\n", "line 11, column 3: areas", "sum to 100", "90")
	f("weight: 60", "weight: 61", "line 12, column 13: areas.weight", "sum to 60", "61")
	f("weight: 20\n        kpi", "weight: 19\n        kpi", "line 12, column 13: areas.weight", "sum to 59")
	f("weight: 60", "weight: -1", "line 12, column 13: areas.weight", "0 or more")
	f("weight: 30\n", "weight: 40\n", "line 27, column 13: areas.weight", "sum to 50", "40")
	f("id: overdue", "id: on-time", "line 20, column 13: criteria.id", "another")
	f("kpi: dossier.open_overdue", "kpi: dossier.overdue", "line 23, column 14: criteria.kpi", "dossier.open_overdue", "catalogue")
	f("kpi: dossier.open_overdue", "kpi: post.received_rate", "line 20, column 9: criteria.better", "higher, lower")
	f("kpi: dossier.open_overdue", "kpi: dossier.open_overdue\n        minimum: {volume: 3, below: shrink}", "line 24, column 19: criteria.minimum", "count")
	f("scoring: {kind: best}", "assessment: {code: c, maximum: 1}", "line 23, column 14: criteria.kpi", "not both")
	f("scoring: {kind: best}", "better: lower", "line 20, column 9: criteria.scoring", "linear")
	f("{kind: best}", "{kind: linear, zero: 1}", "line 24, column 19: criteria.scoring.full", "missing")
	f("{kind: best}", "{kind: linear, zero: 0, full: 9}", "line 24, column 48: criteria.scoring.full", "lower is better")
	f("{kind: linear, zero: 0.5, full: 1}", "{kind: linear, zero: 1, full: 0.5}", "line 18, column 48: criteria.scoring.full", "higher is better")
	f("{kind: linear, zero: 0.5, full: 1}", "{kind: linear, zero: 50, full: 100}", "line 18, column 49: criteria.scoring.full", "between 0 and 1")
	f("zero: 0.5, full: 1", "zero: 0.5, full: 0.5", "line 18, column 50: criteria.scoring.full", "the same")
	f("{from: 0.5, to: 0.8, share: 0.5}", "{from: 0.4, to: 0.8, share: 0.5}", "line 38, column 68: criteria.scoring.bands.from", "overlaps", "0.5")
	f("{from: 0.5, to: 0.8, share: 0.5}", "{from: 0.6, to: 0.8, share: 0.5}", "line 38, column 68: criteria.scoring.bands.from", "no band", "begin with 0.5")
	f("{from: 0.8, share: 1}", "{from: 0.8, to: 0.9, share: 1}", "line 38, column 111: criteria.scoring.bands.to", "0.9 and more are in no band")
	f("{from: 0.8, share: 1}", "{from: 0.8, share: 0.2}", "line 38, column 39: criteria.scoring.bands", "higher is better")
	f("to: 0.5, share: 0}", "to: 0.5, share: 2}", "line 38, column 57: criteria.scoring.bands.share", "0.95")
	f("missing: neutral", "missing: drop", "line 39, column 18: criteria.missing", "zero, neutral, unranked")
	f("level: full}", "age: full}", "line 37, column 44: criteria.where.age", "procedure")
	f("maximum: 10}", "maximum: 0}", "line 32, column 43: criteria.assessment.maximum", "above 0")
	f("kpi: finding.open_overdue, each: 0.5", "kpi: finding.open_overdue", "line 41, column 6: adjustments.each", "0.5")
	f("kpi: finding.open_overdue", "kpi: finding.on_time_rate", "line 41, column 76: adjustments.kpi", "only of a count")
	f("kind: bonus", "kind: gift", "line 42, column 52: adjustments.kind", "bonus, penalty")
	f("by: [a, plan]", "by: [a, plans]", "line 43, column 16: ties.by", "area or criterion")
	f("verify: 20", "verify: 5", "line 44, column 33: deadlines.verify", "the later ones")
	f("deadlines:", "uncertainty: {draws: 500}\ndeadlines:", "line 44, column 22: uncertainty.draws", "10000")
	if _, err := ranking.Read([]byte("")); err == nil {
		t.Error("an empty file was taken")
	}
}

// A file from an editor that begins it with a byte order mark, or ends lines as Windows does, is the same method; one that is
// indented with tabs is told what would do.
func TestFilesOfOtherEditors(t *testing.T) {
	for _, content := range []string{"\ufeff" + small, strings.ReplaceAll(small, "\n", "\r\n")} {
		if got := method(t, content); got.ID != "small" || len(got.Criteria()) != len(method(t, small).Criteria()) {
			t.Errorf("%q is another method: %+v", content[:12], got)
		}
	}
	if _, err := ranking.Read([]byte(strings.Replace(small, "  - id: ", "\t- id: ", 1))); err == nil || !strings.Contains(err.Error(), "indent with spaces") {
		t.Errorf("tabs: %v", err)
	}
}
