package dashboards

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/ranking"
)

// rankingView is the page of a ranking.
type rankingView struct {
	K                          *rankingWords
	Title, Version, Days, AsOf string
	// Provisional is why points may still change; "" if they may not.
	Provisional         string
	Tried, Data, AsItIs string
	// Files are the ranking as files of other forms.
	Files            []choice
	Methods, Periods []choice
	// Published leads to what was published of the period, if anything was.
	Published *choice
	Groups    []rankedGroup
	Form      rankingForm
	asked     *rankingAsked
	result    *ranking.Result
}

// rankedGroup is the table of one group.
type rankedGroup struct {
	ID, Name string
	Areas    []rankedArea
	Ticks    []string
	Rows     []rankedRow
	Excluded []rankedOut
	// Nobody is why nobody is ranked; "" where somebody is.
	Nobody string
	// Last is the head of the last column.
	Last   string
	Robust *robustTable
	Detail *rankedDetail
}

// rankedArea is the head of an area's column.
type rankedArea struct{ Title, Weight string }

// rankedOut is an agency that is not ranked, and why.
type rankedOut struct{ Name, Reason string }

// rankedRow is one agency.
type rankedRow struct {
	Name, Code, Href, Rank, Interval, Alike, Points, Adjusted string
	// First says that a tie group begins here, Chosen that the agency is told in full.
	First, Chosen bool
	Whisker       *whisker
	Areas         []string
	Moved         badge
	Why           string
}

// whisker is an interval as a drawing of 100 by 20.
type whisker struct{ Line, Mark string }

// newRankingView makes the page's model. It is pure.
func newRankingView(q *rankingAsked, m *ranking.Method, r *ranking.Result, zone *time.Location) *rankingView {
	lang := q.lang
	v := &rankingView{
		K: rankWords[lang], Title: lang.of(m.Titles.VI, m.Titles.EN), Version: m.Version, asked: q, result: r,
		Days: lang.day(r.Inputs.Period.From) + " – " + lang.day(r.Inputs.Period.To), AsOf: lang.instant(r.Inputs.AsOf.In(zone)),
		Data: "/v1/rankings/" + m.ID + "/" + q.period,
	}
	switch {
	case r.Inputs.Period.Running:
		v.Provisional = v.K.RunningSays
	case r.Provisional:
		v.Provisional = v.K.UnverifiedSays
	}
	tries := url.Values{}
	if len(r.Tried) > 0 {
		tries["try"] = r.Tried
		v.Data += "?" + tries.Encode()
	}
	for _, form := range []string{"xlsx", "csv"} {
		params := maps.Clone(tries)
		params.Set("format", form)
		params.Set("lang", string(lang))
		v.Files = append(v.Files, choice{strings.ToUpper(form), "/v1/rankings/" + m.ID + "/" + q.period + "?" + params.Encode(), false})
	}
	v.Tried = v.tried()
	bare := *q
	bare.tries = nil
	v.AsItIs = bare.href()
	for i := range r.Groups {
		v.Groups = append(v.Groups, v.group(&r.Groups[i]))
	}
	v.Form = v.form(m)
	return v
}

// tried says in words what is tried.
func (v *rankingView) tried() string {
	var all []string
	for _, try := range v.result.Tried {
		id, value, _ := strings.Cut(try, "=")
		name := v.numberName(id)
		switch id {
		case "off":
			name = v.K.Off
		case "pauses":
			name = v.K.Pauses
			value = map[string]string{"extend": v.K.PausesExtend, "restart": v.K.PausesRestart, "none": v.K.PausesNothing}[value]
		}
		all = append(all, name+": "+value)
	}
	return strings.Join(all, "; ")
}

// names chooses a text of a method or register.
func (v *rankingView) names(n ranking.Names) string { return v.asked.lang.of(n.VI, n.EN) }

func (v *rankingView) group(s *ranking.Standings) rankedGroup {
	g := rankedGroup{ID: "group-" + s.Group.Code, Name: v.names(s.Group.Names), Nobody: v.names(s.Nobody()), Last: v.K.Against}
	for _, a := range v.result.Method.Areas {
		g.Areas = append(g.Areas, rankedArea{v.names(a.Titles), v.asked.lang.points(a.Weight)})
	}
	if len(v.result.Tried) == 0 {
		g.Last = fmt.Sprintf(v.K.Change, v.before(s))
	}
	ranked, tie := 0, 0
	for i := range s.Agencies {
		if s.Agencies[i].Rank != nil {
			ranked++
		}
	}
	g.Ticks = []string{"1", strconv.Itoa((ranked + 1) / 2), strconv.Itoa(ranked)}
	for i := range s.Agencies {
		a := &s.Agencies[i]
		row := v.row(a, ranked)
		if a.Interval != nil {
			row.First, tie = a.Interval.Tie != tie && i > 0, a.Interval.Tie
		}
		g.Rows = append(g.Rows, row)
		if row.Chosen {
			g.Detail = v.detail(s, a)
		}
	}
	for _, e := range s.Excluded {
		g.Excluded = append(g.Excluded, rankedOut{v.names(e.Agency.Names), v.names(e.Reason)})
	}
	g.Robust = v.robust(s, ranked)
	return g
}

// before names the period that is compared with.
func (v *rankingView) before(s *ranking.Standings) string {
	for i := range s.Agencies {
		if c := s.Agencies[i].Change; c != nil {
			return v.asked.lang.period(c.Period)
		}
	}
	return v.asked.lang.of("kỳ trước", "the period before")
}

func (v *rankingView) row(a *ranking.Standing, ranked int) rankedRow {
	lang := v.asked.lang
	row := rankedRow{
		Name: v.names(a.Agency.Names), Code: a.Agency.Code, Rank: rankText(a.Rank), Points: lang.total(a.Points, v.result.Method.Decimals), Adjusted: none,
		Chosen: a.Agency.Code == v.asked.agency, Interval: none,
	}
	row.Href = v.asked.href("agency", a.Agency.Code, "against", "") + "#detail"
	if i := a.Interval; i != nil {
		row.Interval, row.Alike = ranksOf(i.Low, i.High), v.alike(i.Alike)
		row.Whisker = drawWhisker(i, *a.Rank, ranked)
	}
	for _, area := range a.Areas {
		row.Areas = append(row.Areas, lang.points(area.Points))
	}
	if len(a.Adjustments) > 0 {
		sum := 0.0
		for _, x := range a.Adjustments {
			sum += x.Points
		}
		row.Adjusted = lang.signed(sum)
	}
	row.Moved, row.Why = v.moved(a)
	return row
}

// ranksOf writes an interval of ranks.
func ranksOf(low, high int) string {
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d–%d", low, high)
}

func (v *rankingView) alike(n int) string {
	switch n {
	case 0:
		return v.K.AlikeNone
	case 1:
		return v.K.AlikeOne
	default:
		return fmt.Sprintf(v.K.Alike, n)
	}
}

// drawWhisker draws an interval of ranks, the first at the left.
func drawWhisker(i *ranking.Interval, rank, ranked int) *whisker {
	at := func(rank int) float64 {
		if ranked < 2 {
			return 50
		}
		return math.Round((3+94*float64(rank-1)/float64(ranked-1))*100) / 100
	}
	return &whisker{Line: fmt.Sprintf("M%g 10H%g", at(i.Low), at(i.High)), Mark: fmt.Sprintf("M%g 10h0", at(rank))}
}

// moved says how a standing moved, and what moved it most.
func (v *rankingView) moved(a *ranking.Standing) (b badge, why string) {
	lang := v.asked.lang
	switch {
	case len(a.Unranked) > 0:
		var names []string
		for _, id := range a.Unranked {
			names = append(names, v.criterion(id))
		}
		return badge{none, "level"}, fmt.Sprintf(v.K.Unranked, strings.Join(names, ", "))
	case a.Untried != nil:
		return shift(a.Untried.Rank, a.Rank), rankText(a.Untried.Rank) + " · " + lang.total(a.Untried.Points, v.result.Method.Decimals)
	case a.Change == nil:
		return badge{v.K.Newcomer, "level"}, ""
	}
	why = lang.signed(a.Points - a.Change.Points)
	if most := mostOf(a); most != nil {
		why += " · " + v.criterion(most.ID) + " " + lang.signed(most.Points)
	}
	return shift(a.Change.Rank, a.Rank), why
}

// mostOf is what moved a standing's points most in the direction in which they moved, or at all if they did not; nil if nothing did.
func mostOf(a *ranking.Standing) *ranking.Moved {
	by, change := a.Change.By, a.Points-a.Change.Points
	for i := range by {
		if by[i].Points*change > 0 {
			return &by[i]
		}
	}
	if len(by) == 0 {
		return nil
	}
	return &by[0]
}

// shift says how many ranks up or down.
func shift(before, now *int) badge {
	if before == nil || now == nil {
		return badge{none, "level"}
	}
	switch up := *before - *now; {
	case up > 0:
		return badge{"▲ " + strconv.Itoa(up), "better"}
	case up < 0:
		return badge{"▼ " + strconv.Itoa(-up), "worse"}
	default:
		return badge{"=", "level"}
	}
}

func rankText(rank *int) string {
	if rank == nil {
		return none
	}
	return strconv.Itoa(*rank)
}

// criterion is the title of a criterion, area or adjustment.
func (v *rankingView) criterion(id string) string {
	for _, a := range v.result.Method.Areas {
		if a.ID == id {
			return v.names(a.Titles)
		}
		for _, c := range a.Criteria {
			if c.ID == id {
				return v.names(c.Titles)
			}
		}
	}
	for _, a := range v.result.Method.Adjustments {
		if a.ID == id {
			return v.names(a.Titles)
		}
	}
	return id
}

// total writes points as they are compared with others', so that nobody seems to be above an equal.
func (l language) total(p float64, decimals int) string {
	return l.fixed(ranking.Round(p, decimals), decimals)
}

// points writes points with two decimals.
func (l language) points(p float64) string { return l.fixed(p, 2) }

func (l language) fixed(p float64, decimals int) string {
	text := strconv.FormatFloat(p, 'f', decimals, 64)
	if l == vietnamese {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// signed writes points with their sign.
func (l language) signed(p float64) string {
	switch text := l.points(math.Abs(p)); {
	case strings.Trim(text, "0.,") == "":
		return "±0"
	case p < 0:
		return "−" + text
	default:
		return "+" + text
	}
}
