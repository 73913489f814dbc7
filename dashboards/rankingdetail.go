package dashboards

import (
	"fmt"
	"strings"

	"tiendo/internal/ranking"
)

// rankedDetail is one agency's points in full.
type rankedDetail struct {
	Name, Code, Rank, Points, Sure string
	Areas                          []detailArea
	Adjusted                       []detailRow
	Overclaimed                    string
	Close                          string
	// Others can be compared with; Above says how likely the agency is above the one that was chosen.
	Others []filterValue
	Hidden []hidden
	Above  string
}

type detailArea struct {
	Title, Points, Weight string
	Rows                  []detailRow
}

// detailRow is one criterion.
type detailRow struct {
	Title, Value, Used, Points, Weight, Moved string
	// Numerator and Denominator are the parts of a rate; Count is a count's number, with its cases.
	Numerator, Denominator number
	Marks                  []string
	Evidence               string
}

// detail tells the points of an agency in full.
func (v *rankingView) detail(s *ranking.Standings, a *ranking.Standing) *rankedDetail {
	lang := v.asked.lang
	d := &rankedDetail{Name: v.names(a.Agency.Names), Code: a.Agency.Code, Rank: rankText(a.Rank), Points: lang.total(a.Points, v.result.Method.Decimals), Close: v.asked.href("agency", "", "against", "")}
	if a.Interval != nil {
		d.Sure = ranksOf(a.Interval.Low, a.Interval.High) + ", " + v.alike(a.Interval.Alike)
	}
	if a.Overclaimed != nil && *a.Overclaimed > 0 {
		d.Overclaimed = fmt.Sprintf(v.K.Overclaimed, lang.points(*a.Overclaimed))
	}
	moved := map[string]float64{}
	if a.Change != nil {
		for _, by := range a.Change.By {
			moved[by.ID] = by.Points
		}
	}
	at := 0
	for i, area := range v.result.Method.Areas {
		to := detailArea{Title: v.names(area.Titles), Points: lang.points(a.Areas[i].Points), Weight: lang.points(a.Areas[i].Weight)}
		for _, c := range area.Criteria {
			row := v.detailRow(&c, &a.Criteria[at])
			if by, did := moved[c.ID]; did {
				row.Moved = lang.signed(by)
			}
			to.Rows, at = append(to.Rows, row), at+1
		}
		d.Areas = append(d.Areas, to)
	}
	for _, x := range a.Adjustments {
		row := detailRow{Title: v.criterion(x.Adjustment), Points: lang.signed(x.Points), Value: none, Evidence: x.Evidence}
		if x.Count != nil {
			row.Numerator = number{Text: lang.count(*x.Count), Exact: fmt.Sprint(*x.Count), Cases: casesOf(x.Cases, "")}
		}
		d.Adjusted = append(d.Adjusted, row)
	}
	for _, w := range a.Waiting {
		d.Adjusted = append(d.Adjusted, detailRow{
			Title: v.criterion(w.Adjustment), Points: lang.points(0), Evidence: w.Evidence, Marks: []string{v.names(ranking.MarkUnverified.Names())},
			Value: v.K.Claimed + " " + lang.points(w.Claimed) + ", " + v.K.Verified + " " + none,
		})
	}
	v.compare(s, a, d)
	return d
}

func (v *rankingView) detailRow(c *ranking.DescribedCriterion, s *ranking.Score) detailRow {
	lang := v.asked.lang
	write := func(x *float64) string {
		switch {
		case x == nil:
			return none
		case c.Assessment != "" || c.Unit == "ratio":
			return lang.percent(*x)
		case c.Unit == "count":
			return lang.count(*x)
		default:
			return lang.points(*x)
		}
	}
	row := detailRow{
		Title: v.names(c.Titles), Value: write(s.Value), Used: write(s.Used), Points: lang.points(s.Points), Weight: lang.points(s.Weight), Moved: none, Evidence: s.Evidence,
	}
	if c.Assessment != "" {
		row.Value = v.assessed(c, s)
	}
	if s.Numerator != nil && s.Denominator != nil {
		row.Numerator = number{Text: lang.count(*s.Numerator), Exact: fmt.Sprint(*s.Numerator), KPI: c.KPI, Part: "numerator", Cases: casesOf(s.Cases, "numerator")}
		row.Denominator = number{Text: lang.count(*s.Denominator), Exact: fmt.Sprint(*s.Denominator), KPI: c.KPI, Part: "denominator", Cases: casesOf(s.Cases, "denominator")}
	}
	if c.Unit == "count" && s.Value != nil {
		row.Numerator = number{Text: row.Value, Exact: fmt.Sprint(*s.Value), KPI: c.KPI, Cases: casesOf(s.Cases, "")}
	}
	for _, mark := range s.Marks {
		row.Marks = append(row.Marks, v.names(mark.Names()))
	}
	return row
}

// assessed writes what was claimed and verified, of how many points.
func (v *rankingView) assessed(c *ranking.DescribedCriterion, s *ranking.Score) string {
	said := func(what string, points *float64) string {
		if points == nil {
			return what + " " + none
		}
		return what + " " + v.asked.lang.points(*points)
	}
	return said(v.K.Claimed, s.Claimed) + ", " + said(v.K.Verified, s.Verified) + " / " + v.asked.lang.points(c.Maximum)
}

// casesOf is the page of the cases behind a figure.
func casesOf(api, part string) string {
	address := strings.TrimPrefix(api, "/v1")
	if part != "" && address != "" {
		address += "&part=" + part
	}
	return address
}

// compare offers the others, and tells how likely the agency is above one of them.
func (v *rankingView) compare(s *ranking.Standings, a *ranking.Standing, d *rankedDetail) {
	q := v.asked
	if s.Certainty == nil || a.Interval == nil {
		return
	}
	d.Hidden = []hidden{{"method", q.method}, {"period", q.period}, {"lang", string(q.lang)}, {"agency", q.agency}}
	for _, try := range q.tries {
		id, weight, _ := strings.Cut(try, "=")
		d.Hidden = append(d.Hidden, hidden{tryParam(id), weight})
	}
	own, other := -1, -1
	names := map[string]string{}
	for i := range s.Agencies {
		names[s.Agencies[i].Agency.Code] = v.names(s.Agencies[i].Agency.Names)
	}
	for i, code := range s.Certainty.Agencies {
		switch code {
		case a.Agency.Code:
			own = i
			continue
		case q.against:
			other = i
		}
		d.Others = append(d.Others, filterValue{code, names[code], code == q.against})
	}
	if own >= 0 && other >= 0 {
		d.Above = fmt.Sprintf(v.K.Above, d.Name, names[q.against], q.lang.percent(s.Certainty.Above[own][other]))
	}
}

// robustTable is how much is owed to the weights.
type robustTable struct {
	Says, First, Last string
	Rows              []robustRow
}

type robustRow struct{ Name, Rank, First, Last, Between string }

func (v *rankingView) robust(s *ranking.Standings, ranked int) *robustTable {
	lang, few := v.asked.lang, min(ranking.FirstFew, ranked/2)
	if few == 0 || s.Certainty == nil {
		return nil
	}
	t := &robustTable{
		Says:  fmt.Sprintf(v.K.RobustSays, lang.count(float64(s.Certainty.Draws)), few, few),
		First: fmt.Sprintf(v.K.First, few), Last: fmt.Sprintf(v.K.Last, few),
	}
	for i := range s.Agencies {
		if r := s.Agencies[i].Robust; r != nil {
			t.Rows = append(t.Rows, robustRow{
				v.names(s.Agencies[i].Agency.Names), rankText(s.Agencies[i].Rank), lang.percent(r.First), lang.percent(r.Last), ranksOf(r.Low, r.High),
			})
		}
	}
	return t
}
