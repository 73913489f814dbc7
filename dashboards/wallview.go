package dashboards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tiendo/internal/kpi"
	"tiendo/internal/publication"
)

// wallView is what a wall shows.
type wallView struct {
	W       *wallWords
	Screens []screenView
}

// screenView is one screen.
type screenView struct {
	ID, Name, Period, Days string
	Tiles                  []tileView
}

// Count is how many tiles there are, for the style sheet.
func (s screenView) Count() int { return len(s.Tiles) }

// Compares says that a figure stands beside that of the period before.
func (s screenView) Compares() bool {
	return slices.ContainsFunc(s.Tiles, func(t tileView) bool { return t.Change != "" })
}

// tileView is one tile: a figure, a chart, or a list of agencies.
type tileView struct {
	ID, Name string
	// Value is the figure, Unit what stands after it; Exact is as the API gives it, "" if there is none.
	Value, Unit, KPI, Exact string
	// N is of how many cases it is; what stands beside every percentage.
	N string
	// Target and Aim say what is to be reached, and whether it is, as reaches does; Change and Tone how the figure differs from the
	// period before.
	Target, Aim, Change, Tone string
	Spark                     *spark
	// Alarm marks a count that should be 0 and is not.
	Alarm bool
	Chart *chart
	List  *wallList
}

// wallList compares agencies, at most mostRows of them.
type wallList struct {
	Rows []wallRow
	// Alarm says that the count should be 0.
	Alarm bool
	// City is the whole city's rate and Of what it is made of, "" where the list is no list of rates; More says how many agencies are left out.
	City, Of, More string
	// None says why there is no row, and Calm that this is good news.
	None string
	Calm bool
}

// wallRow is an agency: its count or rate, and of how many cases.
type wallRow struct {
	Code, Name, Value, Exact, N string
	// Bar is the row's mark in a box of 1000 by 100, Line the interval of a rate, City where the whole city is.
	Bar, Line, City string
}

// wallTeller makes a wall's view of the books' answers. It asks no book.
type wallTeller struct {
	*presenter
	words *wallWords
}

// newWallView makes the view of the answers to what a wall asks.
func newWallView(p *presenter, shown []panel) (*wallView, error) {
	t := &wallTeller{p, wallIn[p.lang]}
	v := &wallView{W: t.words}
	for _, of := range shown {
		screen := t.screen(of)
		if of.tiles[0].show == showPublished { // which names its own period
			screen.Period = ""
		}
		for i, what := range of.tiles {
			tile, err := t.tile(what)
			if err != nil {
				return nil, fmt.Errorf("make the panel %s: %w", of.id, err)
			}
			tile.ID = of.id + "-" + strconv.Itoa(i)
			screen.Tiles = append(screen.Tiles, tile)
		}
		v.Screens = append(v.Screens, screen)
	}
	return v, nil
}

// blankWall is a wall of which no figure is known yet.
func blankWall(asked wallAsk) *wallView {
	v := &wallView{W: wallIn[asked.lang]}
	for _, p := range asked.panels {
		screen := screenView{ID: p.id, Name: p.name.in(asked.lang)}
		for i, of := range p.tiles {
			screen.Tiles = append(screen.Tiles, tileView{ID: p.id + "-" + strconv.Itoa(i), Name: of.title(asked.lang), Value: none})
		}
		v.Screens = append(v.Screens, screen)
	}
	return v
}

func (t *wallTeller) screen(p panel) screenView {
	last := t.period.Last
	if t.period.Running {
		last = t.period.End.In(t.zone).Format(time.DateOnly)
	}
	return screenView{
		ID: p.id, Name: p.name.in(t.lang), Period: t.lang.period(t.period.ID), Days: t.lang.day(t.period.First) + " – " + t.lang.day(last),
	}
}

// title is what a tile is called.
func (of tileOf) title(lang language) string {
	if of.name != (inBoth{}) {
		return of.name.in(lang)
	}
	d, _ := kpi.ByID(of.ids[0])
	return lang.of(d.VI, d.EN)
}

func (t *wallTeller) tile(of tileOf) (tileView, error) {
	v := tileView{Name: of.title(t.lang)}
	switch of.show {
	case showMonths:
		c, err := t.trend("wall-"+strings.ReplaceAll(of.ids[0], ".", "-"), v.Name, t.lines(of.ids))
		for i, id := range of.ids {
			c.Legend[i].Name += t.newest(id)
		}
		v.Chart = &c
		return v, err
	case showMost:
		v.List = t.most(of.ids[0], of.ids[1])
	case showBelow:
		v.List = t.below(of.ids[0])
	case showPublished:
		t.ranking(&v)
	default:
		t.value(&v, of.ids[0])
	}
	return v, nil
}

// newest is the last value of a line by month and what it is made of, which nobody can point at on a wall; "" of a line without one.
func (t *wallTeller) newest(id string) string {
	for _, month := range slices.Backward(t.monthIDs()) {
		if r := t.monthly[id][month]; r.Value != nil {
			return " · " + strings.ReplaceAll(t.lang.month(month)+": "+t.rateText(r.Value, r.Numerator, r.Denominator), " ", nbsp) // whole on a line
		}
	}
	return ""
}

// lines are the figures of a chart by month, each with a stroke of its own.
func (t *wallTeller) lines(ids []string) []line {
	var all []line
	for i, id := range ids {
		d, _ := kpi.ByID(id)
		all = append(all, line{id, t.lang.of(d.VI, d.EN), []stroke{strokeMain, strokeFirst}[i]})
	}
	return all
}

// value fills a tile with a figure of the whole city.
func (t *wallTeller) value(v *tileView, id string) {
	d, _ := kpi.ByID(id)
	r := t.city[id]
	v.KPI, v.Value, v.Spark = id, none, t.spark(id)
	write := t.writer(id)
	if r.Target != nil {
		v.Target, v.Aim = write(*r.Target), t.reaches(d, r)
	}
	if r.Value == nil {
		v.N = t.words.NoFigure
		return
	}
	v.Value, v.Exact = write(*r.Value), strconv.FormatFloat(*r.Value, 'f', -1, 64)
	v.Value, v.Unit = splitUnit(v.Value, d, t.lang)
	v.N = t.of(d, r)
	v.Alarm = d.Shape == kpi.Count && d.Direction == kpi.Lower && *r.Value > 0
	if before := t.before[id].Value; before != nil && (d.Shape != kpi.Count || toldOf(d, t.before)) {
		change, zero := t.lang.decimal(abs(*r.Value-*before)), t.lang.decimal(0)
		switch d.Shape {
		case kpi.Ratio:
			change, zero = t.lang.decimal(abs(*r.Value-*before)*100)+nbsp+t.w.Points, t.lang.decimal(0)+nbsp+t.w.Points
		case kpi.Count:
			change, zero = t.lang.count(abs(*r.Value-*before)), "0"
		}
		if change != zero {
			v.Change, v.Tone = t.change(id, *r.Value-*before, change, zero)
		}
	}
}

// splitUnit takes the unit off a text, so that it can stand smaller beside the number.
func splitUnit(text string, d kpi.Definition, lang language) (number, unit string) {
	switch {
	case d.Shape == kpi.Ratio:
		return strings.TrimSuffix(text, lang.Unit()), lang.Unit()
	case d.Shape == kpi.Count:
		return text, ""
	case d.Unit == "score":
		return text, nbsp + "/" + nbsp + "5"
	default:
		return text, nbsp + map[string]inBoth{"hours": {"giờ", "h"}, "days": {"ngày", "days"}}[d.Unit].in(lang)
	}
}

// of says of how many cases a figure is; "" for a count.
func (t *wallTeller) of(d kpi.Definition, r kpi.Row) string {
	switch {
	case d.Shape == kpi.Ratio && r.Numerator != nil && r.Denominator != nil:
		return t.lang.count(*r.Numerator) + " / " + t.lang.count(*r.Denominator)
	case d.Shape == kpi.Mean && r.Denominator != nil:
		return "n = " + t.lang.count(*r.Denominator)
	case r.N != nil:
		return "n = " + t.lang.count(float64(*r.N))
	default:
		return ""
	}
}

// ranking fills a tile with the first of the ranking that was published last: their rank, and a bar of their points.
func (t *wallTeller) ranking(v *tileView) {
	v.List = &wallList{None: publicationsIn[t.lang].None}
	if t.published == nil {
		return
	}
	e, all, any := t.published.Last()
	if !any {
		return
	}
	state := publicationStates[e.State]
	v.Name = t.lang.of(e.Titles.VI, e.Titles.EN) + " · " + t.lang.period(e.Period.ID) + " · " + state.in(t.lang)
	all = slices.DeleteFunc(slices.Clone(all), func(p publication.Placed) bool { return p.Rank == nil })
	for _, at := range all[:min(len(all), mostRows)] {
		v.List.Rows = append(v.List.Rows, wallRow{
			Code: at.Agency, Name: t.name(at.Agency), Value: strconv.Itoa(*at.Rank), Exact: strconv.Itoa(*at.Rank), N: t.lang.points(at.Points),
			Bar: fmt.Sprintf("%.0f", max(4, 1000*at.Points/max(1, all[0].Points))),
		})
	}
	v.List.more(len(all), t)
}

// most lists the agencies with the most of a count that is a part of another.
func (t *wallTeller) most(id, whole string) *wallList {
	d, _ := kpi.ByID(id)
	l := &wallList{None: t.words.NoneMost, Alarm: d.Direction == kpi.Lower, Calm: toldOf(d, t.city)}
	rows := t.agencies[id]
	codes := slices.DeleteFunc(slices.Sorted(maps.Keys(rows)), func(code string) bool { return valueOf(rows[code].Value) == 0 })
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(*rows[b].Value, *rows[a].Value) })
	for _, code := range codes[:min(len(codes), mostRows)] {
		n := *rows[code].Value
		row := wallRow{
			Code: code, Name: t.name(code), Value: t.lang.count(n), Exact: strconv.FormatFloat(n, 'f', -1, 64),
			Bar: fmt.Sprintf("%.0f", max(4, 1000*n / *rows[codes[0]].Value)),
		}
		if all := t.agencies[whole][code].Value; all != nil && *all > 0 {
			row.N = fmt.Sprintf(t.words.Of, t.lang.percent(n / *all), t.lang.count(*all))
		}
		l.Rows = append(l.Rows, row)
	}
	l.more(len(codes), t)
	return l
}

// below lists the agencies whose rate is lower than the whole city's by more than chance, the surest first.
func (t *wallTeller) below(id string) *wallList {
	city := t.city[id].Value
	l := &wallList{None: t.words.NoneBelow, Calm: city != nil}
	if city == nil {
		l.None = t.words.NoFigure
		return l
	}
	l.City, l.Of = t.lang.percent(*city), t.of(kpi.Definition{Shape: kpi.Ratio}, t.city[id])
	rows := t.agencies[id]
	codes := slices.DeleteFunc(slices.Sorted(maps.Keys(rows)), func(code string) bool {
		return standing(rows[code], city) != "below" || rows[code].NoDataSince != ""
	})
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(*rows[a].High, *rows[b].High) })
	shown := codes[:min(len(codes), mostRows)]
	low := *city
	for _, code := range shown {
		low = min(low, *rows[code].Low)
	}
	place := func(v float64) string { return fmt.Sprintf("%.0f", 20+960*(v-low)/(max(1, *city+0.01)-low)) }
	for _, code := range shown {
		r := rows[code]
		l.Rows = append(l.Rows, wallRow{
			Code: code, Name: t.name(code), Value: t.lang.percent(*r.Value), Exact: strconv.FormatFloat(*r.Value, 'f', -1, 64), N: t.of(kpi.Definition{Shape: kpi.Ratio}, r),
			Bar: place(*r.Value), Line: "M" + place(*r.Low) + " 50H" + place(*r.High), City: place(*city),
		})
	}
	l.more(len(codes), t)
	return l
}

// longName is how many letters a name may have that stands on two lines.
const longName = 52

// Long says that a name needs smaller letters: offices of one kind differ in its end alone.
func (r wallRow) Long() bool { return utf8.RuneCountInString(r.Name) > longName }

func (l *wallList) more(all int, t *wallTeller) {
	if left := all - len(l.Rows); left > 0 {
		l.More = fmt.Sprintf(t.words.More, t.lang.count(float64(left)))
	}
}

// wallPair hands a template a tile together with the words of walls.
type wallPair struct {
	W    *wallWords
	Tile tileView
}

func wallPairOf(w *wallWords, tile tileView) wallPair { return wallPair{w, tile} }
