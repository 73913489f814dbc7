package dashboards

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"tiendo/internal/kpi"
)

// number is a figure as it stands on the page: its text, its exact value, and where its cases are.
type number struct {
	Text string
	// Exact is the value as the API gives it; "" if there is none.
	Exact string
	KPI   string
	// Part is "numerator" or "denominator" for the parts of a rate.
	Part   string
	Agency string
	// Named says that Agency is meant although it may be "".
	Named bool
	Cases string
}

// card is one large figure.
type card struct {
	Name, Says string
	Value      number
	// Numerator, Denominator and Of tell what a rate is made of.
	Numerator, Denominator *number
	Of                     string
	Interval, Target       string
	// Share is what part of the open work this is; "" where that says nothing.
	Share string
	// Before is the figure a year earlier, Change the difference to it, Tone what that means: better, worse or level.
	Before, Change, Tone string
	Spark                *spark
	// Alarm marks a count that should be 0 and is not.
	Alarm bool
}

// choice is one of several links.
type choice struct {
	Text, Href string
	Current    bool
}

// view is the page's model.
type view struct {
	W        *words
	Lang     language
	Period   string // its name
	PeriodID string
	Days     string
	AsOf     string
	AsOfTime string
	Events   string
	Empty    bool
	Silent   bool
	// Quiet are the agencies and sources of which nothing is heard any more, in words.
	Quiet    []string
	Rates    []card
	Work     []card
	Tasks    []card
	Charts   []chart
	Months   []monthRow
	Dossiers agencyTable
	Assigned agencyTable
}

// presenter makes a view of answers.
type presenter struct {
	answers
	lang  language
	w     *words
	names func(code, lang string) string
	zone  *time.Location
}

// newView makes the page's model of the books' answers to s.questions(), in their order. It is pure.
func newView(s stretches, figures []kpi.Figure, lang language, names func(code, lang string) string, zone *time.Location) (*view, error) {
	a, err := sortOut(s, figures)
	if err != nil {
		return nil, err
	}
	p := &presenter{answers: a, lang: lang, w: spoken[lang], names: names, zone: zone}
	last := s.period.Last
	if s.period.Running {
		last = s.period.End.In(zone).Format(time.DateOnly)
	}
	v := &view{
		W: p.w, Lang: lang,
		Period: lang.period(s.period.ID), PeriodID: s.period.ID, Days: lang.day(s.period.First) + " – " + lang.day(last),
		AsOf: lang.instant(a.asOf.In(zone)), AsOfTime: a.asOf.In(zone).Format(time.RFC3339), Events: lang.count(float64(a.events)),
		Empty: a.empty(), Silent: a.silent(),
	}
	if v.Empty {
		return v, nil
	}
	v.Rates = []card{
		p.rate("dossier.on_time_rate", p.w.OnTime, p.w.OnTimeSays, p.w.OfSettled),
		p.rate("dossier.on_time_rate_first", p.w.OnTimeFirst, p.w.OnTimeFirstSays, p.w.OfSettled),
		p.rate("dossier.promise_kept_rate", p.w.Kept, p.w.KeptSays, p.w.OfDue),
		p.rate("online.uptake", p.w.Uptake, p.w.UptakeSays, p.w.OfOffered),
	}
	v.Work = []card{
		p.stock("dossier.open", p.w.Open, p.w.OpenSays, ""),
		p.stock("dossier.open_overdue", p.w.Overdue, p.w.OverdueSays, "dossier.open"),
	}
	if s.period.Running {
		v.Work = append(v.Work, p.stock("dossier.due_soon", p.w.DueSoon, p.w.DueSoonSays, "dossier.open"))
	}
	v.Tasks = []card{
		p.rate("task.on_time_rate", p.w.TasksOnTime, p.w.TasksOnTimeSays, p.w.OfTasks),
		p.stock("task.open", p.w.TasksOpen, p.w.TasksOpenSays, ""),
		p.stock("task.open_overdue", p.w.TasksOverdue, p.w.TasksOverdueSays, "task.open"),
	}
	for _, q := range a.quiet {
		name := p.w.Source + " " + q.Source
		if q.Agency != "" {
			name = p.name(q.Agency)
		}
		v.Quiet = append(v.Quiet, name+" ("+p.w.NoDataSince+" "+lang.day(q.Since)+")")
	}
	v.Months = p.months()
	v.Dossiers = p.dossierTable()
	v.Assigned = p.taskTable()
	if v.Charts, err = p.charts(v); err != nil {
		return nil, err
	}
	return v, nil
}

// rate is the card of a share of the whole city.
func (p *presenter) rate(id, name, says, of string) card {
	r := p.city[id]
	c := card{Name: name, Says: says, Of: of, Value: p.share(id, r), Spark: p.spark(id)}
	if r.Denominator != nil && *r.Denominator > 0 {
		numerator, denominator := p.part(id, "numerator", r.Numerator), p.part(id, "denominator", r.Denominator)
		c.Numerator, c.Denominator = &numerator, &denominator
	}
	if r.Low != nil && r.High != nil {
		c.Interval = p.lang.interval(*r.Low, *r.High)
	}
	if r.Target != nil {
		c.Target = p.lang.percent(*r.Target)
	}
	if before := p.before[id].Value; before != nil && r.Value != nil {
		c.Before = p.lang.percent(*before)
		change := *r.Value - *before
		c.Change, c.Tone = p.change(id, change, p.lang.decimal(abs(change)*100)+nbsp+p.w.Points, p.lang.decimal(0)+nbsp+p.w.Points)
	}
	return c
}

// stock is the card of a count of the whole city at the period's end; whole is the figure that it is a part of.
func (p *presenter) stock(id, name, says, whole string) card {
	r := p.city[id]
	c := card{Name: name, Says: says, Value: p.count(id, r), Spark: p.spark(id)}
	d, _ := kpi.ByID(id)
	c.Alarm = d.Direction == kpi.Lower && r.Value != nil && *r.Value > 0
	if all := p.city[whole].Value; all != nil && *all > 0 && r.Value != nil {
		c.Share = p.lang.percent(*r.Value / *all)
	}
	// Before the first event there was nothing, which is no comparison.
	if before := p.before[id].Value; before != nil && *before > 0 && r.Value != nil {
		c.Before = p.lang.count(*before)
		change := *r.Value - *before
		c.Change, c.Tone = p.change(id, change, p.lang.count(abs(change)), "0")
	}
	return c
}

// change writes a difference with its direction, and whether it is good.
func (p *presenter) change(id string, by float64, text, zero string) (change, tone string) {
	d, _ := kpi.ByID(id)
	sign := "▲"
	switch {
	case text == zero:
		return "=", "level"
	case by < 0:
		sign = "▼"
	}
	switch {
	case d.Direction == kpi.Neutral:
		tone = "level"
	case (by > 0) == (d.Direction == kpi.Higher):
		tone = "better"
	default:
		tone = "worse"
	}
	return sign + nbsp + text, tone
}

// share, count and part are the numbers of the whole city.
func (p *presenter) share(id string, r kpi.Row) number {
	return p.number(id, "", r.Value, p.lang.percent, nil, p.period.ID)
}

func (p *presenter) count(id string, r kpi.Row) number {
	return p.number(id, "", r.Value, p.lang.count, nil, p.period.ID)
}

func (p *presenter) part(id, part string, v *float64) number {
	return p.number(id, part, v, p.lang.count, nil, p.period.ID)
}

// number writes a value, with the address of its cases in a period; agency is nil for the whole city.
func (p *presenter) number(id, part string, v *float64, write func(float64) string, agency *string, periodID string) number {
	n := number{Text: none, KPI: id, Part: part}
	if agency != nil {
		n.Agency, n.Named = *agency, true
	}
	if v == nil {
		return n
	}
	n.Text, n.Exact = write(*v), strconv.FormatFloat(*v, 'f', -1, 64)
	query := url.Values{"kpi": {id}, "period": {periodID}}
	if part != "" {
		query.Set("part", part)
	}
	if agency != nil {
		query.Set("agency", *agency)
	}
	n.Cases = "/cases?" + query.Encode()
	return n
}

// name is what an agency is called.
func (p *presenter) name(code string) string { return agencyName(code, p.lang, p.names) }

// pageHref is the address of the page for another period.
func pageHref(id string, lang language) string {
	return "/?" + url.Values{"period": {id}, "lang": {string(lang)}}.Encode()
}

// periods are the ones that the page offers, the chosen one among them.
func periods(chosen string, lang language, now time.Time) []choice {
	year, month := now.Year(), now.Month()
	lastMonth := time.Date(year, month-1, 1, 0, 0, 0, 0, now.Location())
	lastQuarter := time.Date(year, (month-1)/3*3+1-3, 1, 0, 0, 0, 0, now.Location())
	ids := []string{
		"mtd", "qtd", "ytd", "d30",
		lastMonth.Format("2006-01"),
		fmt.Sprintf("%d-Q%d", lastQuarter.Year(), (int(lastQuarter.Month())+2)/3),
		strconv.Itoa(year - 1),
	}
	var all []choice
	found := false
	for _, id := range ids {
		all = append(all, choice{Text: lang.period(id), Href: pageHref(id, lang), Current: id == chosen})
		found = found || id == chosen
	}
	if !found && chosen != "" {
		all = append(all, choice{Text: lang.period(chosen), Href: pageHref(chosen, lang), Current: true})
	}
	return all
}

func abs(v float64) float64 { return max(v, -v) }
