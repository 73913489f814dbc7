package dashboards

import (
	"fmt"
	"strings"
)

// monthIDs are the months of the charts, oldest first, without the months before the first that has a case.
func (p *presenter) monthIDs() []string {
	first, last := mustDay(p.months.First), mustDay(p.months.Last)
	var ids []string
	for t := first; !t.After(last); t = t.AddDate(0, 1, 0) {
		id := t.Format("2006-01")
		for _, rows := range p.monthly {
			if _, ok := rows[id]; ok || len(ids) > 0 {
				ids = append(ids, id)
				break
			}
		}
	}
	return ids
}

// runs says that a month is not over at the instant that the answers are of.
func (p *presenter) runs(id string) bool {
	return p.asOf.In(p.zone).Format("2006-01") == id
}

// spark is a small line of a figure by month, in a box of 100 by 30. The text of the card beside it says what it ends at.
type spark struct {
	// Path is the line, with a gap where a month has no value; Area the same, closed at the foot; Dot the newest value.
	Path, Area, Dot string
}

// spark draws a figure by month; nil if fewer than two months have a value.
func (p *presenter) spark(id string) *spark {
	var values []*float64
	for _, month := range p.monthIDs() {
		values = append(values, p.monthly[id][month].Value)
	}
	low, high, n := 0.0, 0.0, 0
	for _, v := range values {
		if v == nil {
			continue
		}
		if n++; n == 1 {
			low, high = *v, *v
		}
		low, high = min(low, *v), max(high, *v)
	}
	if n < 2 {
		return nil
	}
	if high == low {
		low, high = low-1, high+1
	}
	var s spark
	var path, area strings.Builder
	begun := -1.0
	x := 0.0
	for i, v := range values {
		if v == nil {
			if begun >= 0 {
				fmt.Fprintf(&area, "L%.1f 30L%.1f 30Z", x, begun)
				begun = -1
			}
			continue
		}
		x = 2 + 96*float64(i)/float64(len(values)-1)
		y := 27 - 24*(*v-low)/(high-low)
		command := "L"
		if begun < 0 {
			command, begun = "M", x
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, x, y)
		fmt.Fprintf(&area, "%s%.1f %.1f", command, x, y)
		s.Dot = fmt.Sprintf("M%.1f %.1fh0", x, y)
	}
	if begun >= 0 {
		fmt.Fprintf(&area, "L%.1f 30L%.1f 30Z", x, begun)
	}
	s.Path, s.Area = path.String(), area.String()
	return &s
}
