package ranking

import (
	"fmt"

	"tiendo/internal/kpi"
)

// aside takes the agencies out of a group of which nothing is known at all: nobody can be ranked by nothing, and 0 points of
// everybody would read as what they had earned. What the method says of missing data is for those who are silent beside others.
func (m *Method) aside(in *Inputs, s *Standings) {
	if m.known(in, s) {
		return
	}
	for i := range s.Agencies {
		s.NoData = append(s.NoData, s.Agencies[i].Agency)
	}
	s.Agencies = []Standing{}
}

// known says whether anything is that points of the group are made of: a case, an answer, or more than none of what is counted.
// That none is counted tells something only where figures of cases stand beside it, or where a method only counts.
func (m *Method) known(in *Inputs, s *Standings) bool {
	criteria, counts := m.Criteria(), 0
	for k := range criteria {
		count := criteria[k].KPI != "" && criteria[k].shape() == kpi.Count
		if count {
			counts++
		}
		for i := range s.Agencies {
			if value := s.Agencies[i].Criteria[k].Value; value != nil && (*value > 0 || !count) {
				return true
			}
		}
	}
	for i := range s.Agencies {
		for _, x := range m.Adjustments {
			row, said := in.row(x.ID, s.Agencies[i].Agency.Code), in.assessment(x.Assessment, s.Agencies[i].Agency.Code)
			if said != nil && (said.Claimed != nil || said.Verified != nil) || row != nil && row.Value != nil && *row.Value > 0 {
				return true
			}
		}
	}
	return counts == len(criteria) && in.Events > 0
}

// Nobody says to people why nobody of the group has points or a rank; empty where somebody has.
func (s *Standings) Nobody() Names {
	if len(s.NoData) == 0 {
		return Names{}
	}
	return Names{
		VI: fmt.Sprintf("Chưa xếp hạng: trong kỳ này không có số liệu nào để chấm điểm %d cơ quan của nhóm, nên không có điểm và thứ hạng.", len(s.NoData)),
		EN: fmt.Sprintf("Not ranked: nothing is known of this period by which the %d agencies of the group could be scored, so there are no points and no ranks.", len(s.NoData)),
	}
}
