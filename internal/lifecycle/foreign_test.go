package lifecycle_test

import (
	"strings"
	"testing"

	"tiendo/internal/lifecycle"
)

// judgeBound judges events of which each begins with the agency that its sender is bound to, - if to none.
func judgeBound(t *testing.T, told string) lifecycle.Case {
	t.Helper()
	var senders, lines []string
	for line := range strings.Lines(told) {
		sender, rest, _ := strings.Cut(line, " ")
		senders, lines = append(senders, strings.TrimPrefix(sender, "-")), append(lines, rest)
	}
	events := parseEvents(t, strings.Join(lines, ""))
	for i := range events {
		events[i].Bound = senders[i]
	}
	c, err := lifecycle.Judge(events, rules)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhoTookItsOpeningBackHasNoCase: rule 8 lets only records count from "the case's" agency, and rule 1 says that what is
// taken back did not happen. A typed B's code by mistake; the case is B's, at whatever instant.
func TestWhoTookItsOpeningBackHasNoCase(t *testing.T) {
	f := func(name, told, agency, verdict string, foreign int) {
		t.Helper()
		c := judgeBound(t, told)
		if got := string(c.Verdict(zone)); c.Agency != agency || got != verdict || len(c.Foreign) != foreign {
			t.Errorf("%s: of %q, %s, %d foreign; want of %q, %s, %d", name, c.Agency, got, len(c.Foreign), agency, verdict, foreign)
		}
	}
	const closed = "C dossier.resolved 2025-03-05T08:00\n"
	f("at another instant", `A dossier.received 2025-03-03T08:00 agency=A due=2025-03-10
A dossier.received 2025-03-03T08:00 agency=A due=2025-03-10 @2025-03-03T09:00 retracted
B dossier.received 2025-03-04T08:00 agency=B due=2025-03-10
`+closed, "B", "open", 2)
	f("at the same instant, taken back after B told it", `A dossier.received 2025-03-03T00:00 agency=A due=2025-03-10
B dossier.received 2025-03-03T00:00 agency=B due=2025-03-10 @2025-03-03T08:00
A dossier.received 2025-03-03T00:00 agency=A due=2025-03-10 @2025-03-03T09:00 retracted
`+closed, "B", "open", 2)
	f("told by a source that is bound to nobody", `- dossier.received 2025-03-03T08:00 agency=A due=2025-03-10
- dossier.received 2025-03-03T08:00 agency=A due=2025-03-10 @2025-03-03T09:00 retracted
B dossier.received 2025-03-04T08:00 agency=B due=2025-03-10
`+closed, "B", "open", 1)
	f("nobody else told it, so it is nobody's", `A dossier.received 2025-03-03T08:00 agency=A due=2025-03-10
A dossier.received 2025-03-03T08:00 agency=A due=2025-03-10 @2025-03-03T09:00 retracted
`+closed, "", "orphan", 0)
}

// TestForeignRetractionsAreNoRecordsOfTheRate: quality.foreign_rate divides by the records without those that take a fact back,
// so that of one foreign record and its retraction it said 200 %.
func TestForeignRetractionsAreNoRecordsOfTheRate(t *testing.T) {
	c := judgeBound(t, `- dossier.received 2025-03-03T08:00 agency=A due=2025-03-10
X dossier.resolved 2025-03-04T08:00
X dossier.resolved 2025-03-04T08:00 @2025-03-04T09:00 retracted
`)
	if len(c.Foreign) != 1 || c.Verdict(zone) != lifecycle.VerdictOpen {
		t.Errorf("%d foreign, %s; want 1, open", len(c.Foreign), c.Verdict(zone))
	}
}
