package ranking

import (
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// Sheet shows what was claimed and what was verified side by side, and who has not answered.
type Sheet struct {
	Method  string `json:"method"`
	Version string `json:"version"`
	Titles  Names  `json:"titles"`
	Period  Span   `json:"period"`
	// Submit and Verify are the last instants in time; nil where the method sets none.
	Submit   *time.Time     `json:"submit_by"`
	Verify   *time.Time     `json:"verify_by"`
	Criteria []SheetColumn  `json:"criteria"`
	Agencies []SheetAnswers `json:"agencies"`
	// Missing are the agencies that have not claimed points for every criterion, by code.
	Missing []string `json:"missing"`
}

// SheetColumn is something that is assessed.
type SheetColumn struct {
	ID     string `json:"id"`
	Code   string `json:"code"`
	Titles Names  `json:"titles"`
	// Maximum is the most points that an assessment may give.
	Maximum float64 `json:"maximum"`
	// Adjustment: it is bonus or penalty points, which nobody has to claim.
	Adjustment bool `json:"adjustment"`
}

// SheetAnswers are what is known of one agency.
type SheetAnswers struct {
	Agency Agency `json:"agency"`
	// Answers are in the order of the sheet's criteria.
	Answers []Answer `json:"answers"`
	// Claimed, Verified and Difference are sums over the criteria for which both are known; nil where none is. Difference is
	// claimed − verified.
	Claimed    *float64 `json:"claimed"`
	Verified   *float64 `json:"verified"`
	Difference *float64 `json:"difference"`
	// Missing is how many criteria wait for the agency.
	Missing int `json:"missing"`
}

// Answer is what was said of one criterion.
type Answer struct {
	Claimed  *Claim `json:"claimed"`
	Verified *Claim `json:"verified"`
	// Difference is claimed − verified; nil unless both are known.
	Difference *float64 `json:"difference"`
	// Late: claimed after the deadline.
	Late bool `json:"late"`
}

// Sheet compares what was claimed with what was verified. Agencies that the method does not rank are not in it.
func (m *Method) Sheet(inputs *Inputs) *Sheet {
	in := inputs.sorted()
	s := &Sheet{
		Method: m.ID, Version: m.Version, Titles: m.Titles, Period: in.Period,
		Submit: m.deadline(in, m.Deadlines.Submit), Verify: m.deadline(in, m.Deadlines.Verify), Criteria: m.assessable(), Agencies: []SheetAnswers{}, Missing: []string{},
	}
	for _, a := range in.Agencies {
		if _, out := m.exclusion(a.Code); out {
			continue
		}
		row := m.answers(in, s.Criteria, a)
		if row.Missing > 0 {
			s.Missing = append(s.Missing, a.Code)
		}
		s.Agencies = append(s.Agencies, row)
	}
	return s
}

// Of keeps the rows of one agency.
func (s *Sheet) Of(agency string) *Sheet {
	own := *s
	own.Agencies, own.Missing = []SheetAnswers{}, []string{}
	for _, a := range s.Agencies {
		if a.Agency.Code == agency {
			own.Agencies = append(own.Agencies, a)
			if a.Missing > 0 {
				own.Missing = append(own.Missing, agency)
			}
		}
	}
	return &own
}

func (m *Method) assessable() []SheetColumn {
	all := []SheetColumn{}
	for _, c := range m.Criteria() {
		if c.Assessment != "" {
			all = append(all, SheetColumn{c.ID, c.Assessment, c.Titles, c.Maximum, false})
		}
	}
	for _, a := range m.Adjustments {
		if a.Assessment != "" {
			all = append(all, SheetColumn{a.ID, a.Assessment, a.Titles, a.Maximum, true})
		}
	}
	return all
}

func (m *Method) answers(in *Inputs, columns []SheetColumn, a Agency) SheetAnswers {
	row := SheetAnswers{Agency: a, Answers: []Answer{}}
	claimed, verified := 0.0, 0.0
	for _, c := range columns {
		var answer Answer
		if said := in.assessment(c.Code, a.Code); said != nil {
			answer.Claimed, answer.Verified = said.Claimed, said.Verified
		}
		if answer.Claimed == nil && answer.Verified == nil && !c.Adjustment {
			row.Missing++
		}
		if answer.Claimed != nil {
			answer.Late = m.late(in, answer.Claimed, m.Deadlines.Submit)
		}
		if answer.Claimed != nil && answer.Verified != nil {
			answer.Difference = new(answer.Claimed.Points - answer.Verified.Points)
			claimed, verified = claimed+answer.Claimed.Points, verified+answer.Verified.Points
			row.Claimed, row.Verified, row.Difference = &claimed, &verified, new(claimed-verified)
		}
		row.Answers = append(row.Answers, answer)
	}
	return row
}

// deadline is the last instant of a day, days after the period; nil where days is 0.
func (m *Method) deadline(in *Inputs, days int) *time.Time {
	last, ok := document.ParseDay(in.Period.To)
	if !ok || days == 0 {
		return nil
	}
	return new((last + calendar.Day(days)).End(in.AsOf.Location()))
}

// late says whether something was said after a deadline, days after the period's last day.
func (m *Method) late(in *Inputs, c *Claim, days int) bool {
	end := m.deadline(in, days)
	return end != nil && c.At.After(*end)
}
