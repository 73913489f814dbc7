package ranking_test

import "testing"

// Of `small`: A claimed 9, verified 8; B claimed only; C said nothing; D was verified without a claim, and got a bonus.
func TestSheet(t *testing.T) {
	s := method(t, small).Sheet(new(inputs()))
	if len(s.Agencies) != 4 || len(s.Criteria) != 2 || !s.Criteria[1].Adjustment || len(s.Missing) != 1 || s.Missing[0] != "C" {
		t.Fatalf("%+v", s)
	}
	if got := s.Submit.Format("2006-01-02 15:04:05"); got != "2026-10-10 23:59:59" {
		t.Errorf("claims are in time up to %s", got)
	}
	a, b, d := s.Agencies[0], s.Agencies[1], s.Agencies[3]
	if *a.Claimed != 9 || *a.Verified != 8 || *a.Difference != 1 || *a.Answers[0].Difference != 1 || a.Answers[1].Claimed != nil {
		t.Errorf("A: %+v", a)
	}
	if b.Difference != nil || b.Answers[0].Verified != nil || b.Missing != 0 || d.Difference != nil || d.Missing != 0 {
		t.Errorf("B: %+v, D: %+v", b, d)
	}
	r := method(t, small).Compute(inputs())
	if all := r.Groups[0].Agencies; *all[1].Overclaimed != 1 || all[0].Overclaimed != nil {
		t.Errorf("claimed beyond what was verified: %+v", all)
	}
	if own := s.Of("B"); len(own.Agencies) != 1 || len(own.Missing) != 0 {
		t.Errorf("B alone: %+v", own)
	}
}
