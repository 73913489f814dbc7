package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tiendo/internal/ranking"
	"tiendo/internal/workbook"
)

// wordsOfRanking are the texts of a ranking's papers.
type wordsOfRanking struct {
	title, period, method, running, unverified, tried, rank, code, agency, points, interval, share, weight, sum, excluded, details, criterion string
	numerator, denominator, value, used, marks, how, unranked, group                                                                          string
}

var wordsOfRankingIn = map[string]wordsOfRanking{
	"vi": {
		title: "Bảng xếp hạng", period: "Kỳ %s, từ ngày %s đến ngày %s", method: "Phương pháp %s, phiên bản %s, SHA-256 %s",
		running: "Kết quả tạm thời: kỳ chưa kết thúc.", unverified: "Kết quả tạm thời: còn điểm chưa thẩm định.", tried: "Đang thử: %s. Kết quả này không có giá trị.",
		rank: "Hạng", code: "Mã", agency: "Cơ quan", points: "Điểm", interval: "Hạng với độ tin cậy 90 %", share: "Mức đạt", weight: "Điểm tối đa", sum: "Cộng",
		excluded: "Không xếp hạng: %s (%s)", details: "Số liệu", criterion: "Tiêu chí", numerator: "Tử số", denominator: "Mẫu số", value: "Kết quả", used: "Dùng để chấm",
		marks: "Ghi chú", unranked: "–", group: "Nhóm",
		how: "Điểm của tiêu chí = mức đạt × điểm tối đa; cộng theo lĩnh vực, cộng điểm thưởng, trừ điểm phạt; không dưới 0, không quá điểm tối đa. Mức đạt tính theo hàm chấm điểm của phương pháp từ số liệu ở trang “%s”.",
	},
	"en": {
		title: "Ranking", period: "Period %s, from %s to %s", method: "Method %s, version %s, SHA-256 %s",
		running: "Provisional: the period still runs.", unverified: "Provisional: points are not verified.", tried: "Tried: %s. Nothing of this holds.",
		rank: "Rank", code: "Code", agency: "Agency", points: "Points", interval: "Rank with 90 %", share: "Share", weight: "Most points", sum: "Sum",
		excluded: "Not ranked: %s (%s)", details: "Figures", criterion: "Criterion", numerator: "Numerator", denominator: "Denominator", value: "Result", used: "Scored",
		marks: "Remarks", unranked: "–", group: "Group",
		how: "A criterion's points are its share × its most points; they are added up by area, bonus points added and penalties taken off; never below 0 nor above the most. Shares come from the figures on the sheet “%s” by the method's scoring functions.",
	},
}

// RankingXLSX writes a ranking as a workbook in "vi" or "en": a sheet for each group on which every sum is a formula, and one with
// the figures behind the shares.
func RankingXLSX(r *ranking.Result, out io.Writer, lang string) error {
	w := wordsOfRankingIn[lang]
	b := newBook(w.title+" · "+nameIn(r.Method.Titles, lang), lang)
	taken := map[string]bool{strings.ToLower(w.details): true}
	for i := range r.Groups {
		b.standings(r, &r.Groups[i], w, lang, sheetName(nameIn(r.Groups[i].Group.Names, lang), taken))
	}
	b.details(r, w, lang)
	return b.write(out)
}

func nameIn(n ranking.Names, lang string) string { return Names{n.VI, n.EN}.In(lang) }

// sheetName makes a name of a sheet that no program refuses and no other sheet has.
func sheetName(name string, taken map[string]bool) string {
	const most = 28
	letters := []rune(strings.NewReplacer("[", "", "]", "", ":", "", "*", "", "?", "", "/", "-", `\`, "-", "'", "").Replace(name))
	name = strings.TrimSpace(string(letters[:min(len(letters), most)]))
	unique := name
	for n := 2; unique == "" || taken[strings.ToLower(unique)]; n++ {
		unique = name + " " + strconv.Itoa(n)
	}
	taken[strings.ToLower(unique)] = true
	return unique
}

// The columns before the criteria: rank, code, name, points, interval. Titles and notes stand over those of the first page.
const (
	beforeCriteria = 5
	onFirstPage    = 13
)

// standings writes the sheet of a group.
func (b *book) standings(r *ranking.Result, g *ranking.Standings, w wordsOfRanking, lang, name string) {
	widths := []float64{7, 10, 38, 9, 12}
	for _, a := range r.Method.Areas {
		for range a.Criteria {
			widths = append(widths, 9, 9)
		}
		widths = append(widths, 9)
	}
	for range r.Method.Adjustments {
		widths = append(widths, 10)
	}
	above := b.headOfRanking(r, g, w, lang)
	look := paper{landscape: true, frozen: len(above) + 4, beside: 3, pages: pagesOf(widths)}
	if len(g.NoData) > 0 {
		look = paper{landscape: true}
	}
	s := b.sheet(name, look, widths...)
	s.width = min(s.width, onFirstPage)
	s.across(title, strings.ToUpper(w.title+": "+nameIn(r.Method.Titles, lang)))
	for _, line := range above {
		s.across(subtitle, line)
	}
	if len(g.NoData) > 0 {
		s.line()
		s.across(note, nameIn(g.Nobody(), lang))
	} else {
		s.ranks(r, g, w, lang)
	}
	for _, e := range g.Excluded {
		s.across(note, fmt.Sprintf(w.excluded, nameIn(e.Agency.Names, lang), nameIn(e.Reason, lang)))
	}
	s.end()
}

// ranks writes the table of a group, and below it how points are made.
func (s *sheet) ranks(r *ranking.Result, g *ranking.Standings, w wordsOfRanking, lang string) {
	weights := s.headsOfRanking(r, w, lang)
	first := s.row + 1
	ranked := 0
	for i := range g.Agencies {
		if g.Agencies[i].Rank != nil {
			ranked++
		}
	}
	plainRanks := plainly(g.Agencies[:ranked], r.Method.Decimals)
	for i := range g.Agencies {
		s.standing(r, &g.Agencies[i], weights, w, lang, rankOf(&g.Agencies[i], plainRanks, s.row+1, first, first+ranked-1, w))
	}
	s.line()
	s.across(note, fmt.Sprintf(w.how, w.details))
}

// pagesOf is how many pages a sheet is wide, so that it can be read: beside the three columns that each of them repeats.
func pagesOf(widths []float64) int {
	const page = 170 // characters, at four fifths of their size
	sum, repeated := 0.0, widths[0]+widths[1]+widths[2]
	for _, width := range widths {
		sum += width
	}
	return max(1, int(math.Ceil((sum-repeated)/(page-repeated))))
}

func (b *book) headOfRanking(r *ranking.Result, g *ranking.Standings, w wordsOfRanking, lang string) []string {
	p := r.Inputs.Period
	above := []string{
		nameIn(g.Group.Names, lang), fmt.Sprintf(w.period, p.ID, dayText(p.From, lang), dayText(p.To, lang)),
		fmt.Sprintf(w.method, r.Method.ID, r.Method.Version, r.Method.SHA256[:min(16, len(r.Method.SHA256))]),
	}
	switch {
	case p.Running:
		above = append(above, w.running)
	case r.Provisional:
		above = append(above, w.unverified)
	}
	if len(r.Tried) > 0 {
		above = append(above, fmt.Sprintf(w.tried, strings.Join(r.Tried, ", ")))
	}
	return above
}

// headsOfRanking writes the headings, and below them the most points of each column; it returns the line of those.
func (s *sheet) headsOfRanking(r *ranking.Result, w wordsOfRanking, lang string) int {
	areas := []any{cell{head, w.rank}, cell{head, w.code}, cell{head, w.agency}, cell{head, w.points}, cell{head, w.interval}}
	names, weights := make([]any, beforeCriteria), []any{cell{head, ""}, cell{head, ""}, cell{head, w.weight}, cell{decimal, r.Method.Points}, cell{head, ""}}
	for i := range names {
		names[i] = cell{head, ""}
	}
	type span struct{ from, to int }
	var overAreas, overCriteria []span
	for _, a := range r.Method.Areas {
		from := len(areas) + 1
		for _, c := range a.Criteria {
			overCriteria = append(overCriteria, span{len(areas) + 1, len(areas) + 2})
			areas = append(areas, cell{head, ""}, cell{head, ""})
			names = append(names, cell{head, nameIn(c.Titles, lang)}, cell{head, ""})
			weights = append(weights, cell{head, w.share}, cell{decimal, c.Weight})
		}
		areas, names = append(areas, cell{head, ""}), append(names, cell{head, w.sum})
		weights = append(weights, cell{decimal, a.Weight})
		areas[from-1] = cell{head, nameIn(a.Titles, lang)}
		overAreas = append(overAreas, span{from, len(areas)})
	}
	for _, a := range r.Method.Adjustments {
		areas, names = append(areas, cell{head, ""}), append(names, cell{head, nameIn(a.Titles, lang)})
		limit := a.Maximum
		if a.Penalty {
			limit = -limit
		}
		weights = append(weights, cell{decimal, limit})
	}
	s.high(34, areas...)
	for _, over := range overAreas {
		s.merge(over.from, over.to)
	}
	s.high(64, names...)
	for _, over := range overCriteria {
		s.merge(over.from, over.to)
	}
	for column := range beforeCriteria {
		s.mergeDown(column+1, column+1, 1)
	}
	s.line(weights...)
	return s.row
}

// standing writes an agency's row, whose sums are formulas.
func (s *sheet) standing(r *ranking.Result, of *ranking.Standing, weights int, w wordsOfRanking, lang string, rank any) {
	row := s.row + 1
	interval := w.unranked
	if of.Interval != nil {
		interval = strconv.Itoa(of.Interval.Low)
		if of.Interval.High > of.Interval.Low {
			interval += "–" + strconv.Itoa(of.Interval.High)
		}
	}
	cells := make([]any, beforeCriteria)
	scores := of.Criteria
	var parts []string
	for i, a := range r.Method.Areas {
		var sums []string
		for range a.Criteria {
			share := at(len(cells)+1, row)
			points := formula{fmt.Sprintf("%s*%s", share, absolute(len(cells)+2, weights)), scores[0].Points}
			sums = append(sums, at(len(cells)+2, row))
			cells = append(cells, cell{percent, scores[0].Share}, cell{decimal, points})
			scores = scores[1:]
		}
		parts = append(parts, at(len(cells)+1, row))
		cells = append(cells, cell{decimal, formula{strings.Join(sums, "+"), of.Areas[i].Points}})
	}
	for _, a := range r.Method.Adjustments {
		moved := 0.0
		for _, got := range of.Adjustments {
			if got.Adjustment == a.ID {
				moved = got.Points
			}
		}
		parts = append(parts, at(len(cells)+1, row))
		cells = append(cells, cell{decimal, moved})
	}
	total := fmt.Sprintf("ROUND(MIN(%s,MAX(0,%s)),%d)", absolute(4, weights), strings.Join(parts, "+"), r.Method.Decimals)
	cells[0], cells[1], cells[2] = cell{whole, rank}, cell{text, of.Agency.Code}, cell{text, nameIn(of.Agency.Names, lang)}
	cells[3], cells[4] = cell{decimal, formula{total, ranking.Round(of.Points, r.Method.Decimals)}}, cell{text, interval}
	s.line(cells...)
}

// rankOf is the cell of a rank: a formula where ranks follow from the points alone, else what the rules for equals have said.
func rankOf(of *ranking.Standing, plainRanks bool, row, first, last int, w wordsOfRanking) any {
	switch {
	case of.Rank == nil:
		return w.unranked
	case plainRanks:
		return formula{fmt.Sprintf("RANK(%s,%s:%s)", at(4, row), absolute(4, first), absolute(4, last)), *of.Rank}
	default:
		return *of.Rank
	}
}

// plainly says whether the ranks of ranked agencies follow from their points alone.
func plainly(all []ranking.Standing, decimals int) bool {
	for i := range all {
		better := 0
		for j := range all {
			if ranking.Round(all[j].Points, decimals) > ranking.Round(all[i].Points, decimals) {
				better++
			}
		}
		if *all[i].Rank != better+1 {
			return false
		}
	}
	return true
}

// absolute names a cell that stays where it is when a formula is copied, as $D$7.
func absolute(column, row int) string {
	return fmt.Sprintf("$%s$%d", workbook.Letters(column), row)
}

// details writes the figures that shares were made of.
func (b *book) details(r *ranking.Result, w wordsOfRanking, lang string) {
	criteria := map[string]ranking.DescribedCriterion{}
	for _, a := range r.Method.Areas {
		for _, c := range a.Criteria {
			criteria[c.ID] = c
		}
	}
	s := b.sheet(w.details, paper{landscape: true, frozen: 1}, 20, 10, 34, 38, 10, 10, 11, 13, 10, 12, 10, 42)
	heads := []string{w.group, w.code, w.agency, w.criterion, w.numerator, w.denominator, w.value, w.used, w.share, w.weight, w.points, w.marks}
	cells := make([]any, len(heads))
	for i := range heads {
		cells[i] = cell{head, heads[i]}
	}
	s.high(32, cells...)
	for _, g := range r.Groups {
		for i := range g.Agencies {
			a := &g.Agencies[i]
			for j := range a.Criteria {
				c := criteria[a.Criteria[j].Criterion]
				s.score(&a.Criteria[j], &c, lang, cell{text, nameIn(g.Group.Names, lang)}, cell{text, a.Agency.Code}, cell{text, nameIn(a.Agency.Names, lang)}, cell{text, nameIn(c.Titles, lang)})
			}
		}
	}
	s.end()
}

// score writes a criterion of an agency, after who and what it is.
func (s *sheet) score(x *ranking.Score, c *ranking.DescribedCriterion, lang string, before ...any) {
	row, as := s.row+1, decimal
	switch {
	case c.Assessment != "" || c.Unit == "ratio":
		as = percent
	case c.Unit == "count":
		as = figure
	}
	number := func(v *float64, as look) cell {
		if v == nil {
			return cell{text, "–"}
		}
		return cell{as, *v}
	}
	value := number(x.Value, as)
	if x.Value != nil && x.Numerator != nil && x.Denominator != nil && *x.Denominator != 0 {
		value = cell{as, formula{fmt.Sprintf("%s/%s", at(5, row), at(6, row)), *x.Value}}
	}
	var marks []string
	for _, m := range x.Marks {
		marks = append(marks, nameIn(m.Names(), lang))
	}
	s.line(append(before, number(x.Numerator, figure), number(x.Denominator, figure), value, number(x.Used, as), cell{percent, x.Share}, cell{decimal, x.Weight},
		cell{decimal, formula{fmt.Sprintf("%s*%s", at(9, row), at(10, row)), x.Points}}, cell{text, strings.Join(marks, ", ")})...)
}

// RankingCSV writes a ranking: one line for each agency and criterion, with the agency's rank and points; and one, without either, for
// each of a group of which nothing is known.
func RankingCSV(r *ranking.Result, out io.Writer, lang string) error {
	table := [][]string{{"group", "agency", "name", "rank", "low", "high", "points", "criterion", "numerator", "denominator", "value", "used", "share", "weight", "criterion_points", "marks"}}
	for _, g := range r.Groups {
		for _, a := range g.NoData {
			line := make([]string, len(table[0]))
			line[0], line[1], line[2], line[len(line)-1] = g.Group.Code, a.Code, nameIn(a.Names, lang), "no_data"
			table = append(table, line)
		}
		for i := range g.Agencies {
			a := &g.Agencies[i]
			head := []string{g.Group.Code, a.Agency.Code, nameIn(a.Agency.Names, lang), "", "", "", exact(&a.Points)}
			if a.Rank != nil {
				head[3] = strconv.Itoa(*a.Rank)
			}
			if a.Interval != nil {
				head[4], head[5] = strconv.Itoa(a.Interval.Low), strconv.Itoa(a.Interval.High)
			}
			for _, x := range a.Criteria {
				var marks []string
				for _, m := range x.Marks {
					marks = append(marks, string(m))
				}
				table = append(table, append(append([]string{}, head...), x.Criterion, exact(x.Numerator), exact(x.Denominator), exact(x.Value), exact(x.Used),
					exact(&x.Share), exact(&x.Weight), exact(&x.Points), strings.Join(marks, " ")))
			}
		}
	}
	return writeCSV(out, table)
}
