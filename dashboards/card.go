package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
)

// card is one large figure.
type card struct {
	Name, Says string
	Value      number
	// Numerator, Denominator and Of tell what a rate is made of.
	Numerator, Denominator *number
	Of                     string
	Interval, Target       string
	// Aim says whether the target is reached.
	Aim badge
	// Watched says that a target is missed where there is none.
	Watched bool
	// Share is what part of the open work this is, and of how much; "" where that says nothing.
	Share string
	// Before is the figure of the period before, which Since names; Change is the difference to it, Tone what that means: better,
	// worse or level.
	Before, Since, Change, Tone string
	Spark                       *spark
	// Alarm marks a count that should be 0 and is not.
	Alarm bool
}

// rate is the card of a share of the whole city.
func (p *presenter) rate(id, name, says, of string) card {
	r := p.city[id]
	c := card{Name: name, Says: says, Of: of, Value: p.share(id, r), Spark: p.spark(id)}
	switch {
	case valueOf(r.Denominator) > 0:
		numerator, denominator := p.part(id, "numerator", r.Numerator), p.part(id, "denominator", r.Denominator)
		c.Numerator, c.Denominator = &numerator, &denominator
	case of != "":
		c.Of = p.lang.count(0) + " " + of
	}
	if r.Low != nil && r.High != nil {
		c.Interval = p.lang.interval(*r.Low, *r.High)
	}
	p.aim(&c, id, r, p.lang.percent)
	if before := p.before[id].Value; before != nil && r.Value != nil {
		c.Before, c.Since = p.madeOf(p.before[id]), p.sinceWhen()
		c.Change, c.Tone = p.points(id, *r.Value-*before)
	}
	return c
}

// points writes the difference of two rates.
func (p *presenter) points(id string, by float64) (change, tone string) {
	return p.change(id, by, p.lang.decimal(abs(by)*100)+nbsp+p.w.Points, p.lang.decimal(0)+nbsp+p.w.Points)
}

// sinceWhen names the period before, within a sentence.
func (p *presenter) sinceWhen() string { return p.within(p.stretches.before.ID) }

// within names a period within a sentence.
func (p *presenter) within(id string) string {
	name := p.lang.period(id)
	_, err := time.Parse("2006-01", id)
	if month := err == nil; p.lang == english && (month || strings.Contains(id, "-Q")) {
		return name // English writes months and quarters large
	}
	first := []rune(name)[0]
	return string(unicode.ToLower(first)) + name[utf8.RuneLen(first):]
}

// aim says what is to be reached, and whether it is.
func (p *presenter) aim(c *card, id string, r kpi.Row, write func(float64) string) {
	if r.Target == nil {
		return
	}
	c.Target = write(*r.Target)
	d, _ := kpi.ByID(id)
	switch p.reaches(d, r) {
	case "met":
		c.Aim = badge{p.w.Reached, "good"}
	case "missed":
		c.Aim = badge{p.w.Missed, "bad"}
	}
}

// reaches says whether a figure reaches its target: "met", "missed", or "" where there is nothing of which it could be told.
func (p *presenter) reaches(d kpi.Definition, r kpi.Row) string {
	switch {
	case r.Target == nil || r.Value == nil || !toldOf(d, p.city):
		return ""
	case d.Direction == kpi.Lower && *r.Value <= *r.Target, d.Direction != kpi.Lower && *r.Value >= *r.Target:
		return "met"
	default:
		return "missed"
	}
}

// stock is the card of a count of the whole city at the period's end; whole is the figure that it is a part of.
func (p *presenter) stock(id, name, says, whole string) card {
	r := p.city[id]
	c := card{Name: name, Says: says, Value: p.count(id, r), Spark: p.spark(id)}
	d, _ := kpi.ByID(id)
	c.Alarm = d.Direction == kpi.Lower && r.Value != nil && *r.Value > 0
	if all := p.city[whole].Value; all != nil && *all > 0 && r.Value != nil {
		of := p.w.ShareOfOpen
		if strings.HasPrefix(id, "task.") {
			of = p.w.ShareOfTasks
		}
		c.Share = p.lang.percent(*r.Value / *all) + " " + fmt.Sprintf(of, p.lang.count(*all))
	}
	p.aim(&c, id, r, p.lang.count)
	if before := p.before[id].Value; before != nil && r.Value != nil && toldOf(d, p.before) {
		c.Before, c.Since = p.lang.count(*before), p.sinceWhen()
		change := *r.Value - *before
		c.Change, c.Tone = p.change(id, change, p.lang.count(abs(change)), "0")
	}
	return c
}

// toldOf says that anything was told of the kind of cases that a figure counts. Before the first event there was nothing, which is no
// comparison; nor is a target reached by having nothing to do. From 0 to 1, where there was other work, is both.
func toldOf(d kpi.Definition, rows map[string]kpi.Row) bool {
	for id, r := range rows {
		other, _ := kpi.ByID(id)
		same := slices.ContainsFunc(other.Families(), func(f event.Family) bool { return slices.Contains(d.Families(), f) })
		if same && (valueOf(r.Value) != 0 || valueOf(r.Denominator) != 0) {
			return true
		}
	}
	return false
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
