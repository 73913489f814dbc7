package publication

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

// Cause is why a ranking would differ today: one of those of the books, see [kpi.Cause], or one of these.
type Cause string

// The causes that the books do not know.
const (
	// Reported: agencies have reported of themselves since, or the register books cases under another agency.
	Reported Cause = "reported"
	// Passed: the period still ran when it was published.
	Passed Cause = "passed"
	// Assessed: points were claimed or verified since.
	Assessed Cause = "assessed"
	// Regrouped: other agencies belong to the groups that are ranked.
	Regrouped Cause = "regrouped"
)

// Booked are the causes of the books, in the order in which their effects are told apart.
func Booked() []kpi.Cause {
	return []kpi.Cause{kpi.Told, kpi.Late, kpi.Correction, kpi.Calendar, kpi.Register, kpi.Rule}
}

var causeWords = map[Cause][2]string{
	Cause(kpi.Told):       {"sự kiện mới", "new events"},
	Cause(kpi.Late):       {"dữ liệu đến muộn", "late data"},
	Cause(kpi.Correction): {"đính chính", "corrections"},
	Cause(kpi.Calendar):   {"lịch làm việc mới", "a new calendar"},
	Cause(kpi.Register):   {"danh mục mới", "a new register"},
	Cause(kpi.Rule):       {"quy tắc mới", "a new rule"},
	Reported:              {"báo cáo mới của cơ quan", "new reports of agencies"},
	Passed:                {"thời gian trôi qua", "time that passed"},
	Assessed:              {"chấm điểm, thẩm định mới", "new assessments"},
	Regrouped:             {"thay đổi cơ quan, nhóm", "other agencies or groups"},
}

// Words are what a cause is called in Vietnamese and English.
func (c Cause) Words() (vi, en string) { return causeWords[c][0], causeWords[c][1] }

// Step is what is known once one more cause counts: the inputs of a ranking with it, and with all before it.
type Step struct {
	Cause  Cause
	Inputs ranking.Inputs
}

// Today is what of a publication would be otherwise if it were published now. What is published stays.
type Today struct {
	Number int64 `json:"number"`
	// AsOf is when that was asked.
	AsOf time.Time `json:"as_of"`
	// Agencies are those whose points or rank would be others, by group and today's rank; those that are gone come last.
	Agencies []Drift `json:"agencies"`
}

// Drift is an agency that would stand elsewhere. Before or After is nil where it was not ranked, or would not be.
type Drift struct {
	Agency ranking.Agency `json:"agency"`
	Before *Position      `json:"before"`
	After  *Position      `json:"after"`
	// Causes say what moved its points by how much, in the order of the causes; they add up to the difference. Where there are none
	// only others' points have moved its rank.
	Causes []Effect `json:"causes"`
}

// Effect is what a cause does to the points of an agency.
type Effect struct {
	Cause  Cause   `json:"cause"`
	VI     string  `json:"vi"`
	EN     string  `json:"en"`
	Points float64 `json:"points"`
}

// Today compares a publication with what is known now, step by step, by the method that it was made by. The last step is today.
func (r *Record) Today(number int64, asOf time.Time, steps []Step) (*Today, error) {
	m, err := r.Method.Read()
	if err != nil {
		return nil, err
	}
	rankings := []*ranking.Result{r.Ranking}
	for _, s := range steps {
		rankings = append(rankings, m.Compute(s.Inputs))
	}
	t := &Today{Number: number, AsOf: asOf, Agencies: []Drift{}}
	last := rankings[len(rankings)-1]
	for _, c := range changes(r.Ranking, last) {
		d := Drift{Agency: agencyOf(c.Agency, last, r.Ranking), Before: c.Before, After: c.After, Causes: []Effect{}}
		for i, s := range steps {
			before, after := find(positions(rankings[i]), c.Agency), find(positions(rankings[i+1]), c.Agency)
			if moved := pointsOf(after) - pointsOf(before); math.Abs(moved) > tolerated {
				vi, en := s.Cause.Words()
				d.Causes = append(d.Causes, Effect{s.Cause, vi, en, moved})
			}
		}
		t.Agencies = append(t.Agencies, d)
	}
	return t, nil
}

// Same says whether nothing that points are made of is known otherwise.
func Same(published, now *ranking.Inputs) bool {
	same := true
	Counts(published, now, func(string) { same = false })
	return same
}

func pointsOf(p *Position) float64 {
	if p == nil {
		return 0
	}
	return p.Points
}

func agencyOf(code string, in ...*ranking.Result) ranking.Agency {
	for _, r := range in {
		if at := slices.IndexFunc(r.Inputs.Agencies, func(a ranking.Agency) bool { return a.Code == code }); at >= 0 {
			return r.Inputs.Agencies[at]
		}
	}
	panic(fmt.Sprintf("BUG: the agency %s is ranked and not listed", code))
}
