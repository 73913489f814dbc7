package dashboards

import "tiendo/internal/kpi"

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

// overviewView is the model of the overview.
type overviewView struct {
	Silent bool
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

// overviewPage is "/".
func overviewPage() *page {
	return &page{
		path: "/", name: inBoth{"Tổng quan", "Overview"}, title: inBoth{"Toàn thành phố", "Whole city"}, template: "overview",
		ask: overviewQuestions, view: overview,
	}
}

// overview makes the model of the overview.
func overview(p *presenter) (any, error) {
	v := &overviewView{Silent: p.silent()}
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
	if p.period.Running {
		v.Work = append(v.Work, p.stock("dossier.due_soon", p.w.DueSoon, p.w.DueSoonSays, "dossier.open"))
	}
	v.Tasks = []card{
		p.rate("task.on_time_rate", p.w.TasksOnTime, p.w.TasksOnTimeSays, p.w.OfTasks),
		p.stock("task.open", p.w.TasksOpen, p.w.TasksOpenSays, ""),
		p.stock("task.open_overdue", p.w.TasksOverdue, p.w.TasksOverdueSays, "task.open"),
	}
	for _, q := range p.quiet {
		name := p.w.Source + " " + q.Source
		if q.Agency != "" {
			name = p.name(q.Agency)
		}
		v.Quiet = append(v.Quiet, name+" ("+p.w.NoDataSince+" "+p.lang.day(q.Since)+")")
	}
	v.Months = p.months()
	v.Dossiers = p.dossierTable()
	v.Assigned = p.taskTable()
	var err error
	v.Charts, err = p.charts(v)
	return v, err
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
