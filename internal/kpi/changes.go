package kpi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/period"
)

// Cause is why a figure changed between two days of the books.
type Cause string

// The causes, in the order in which their effects are told apart. Passage is time that went by: deadlines that passed.
const (
	Passage    Cause = "passage"
	Told       Cause = "event"
	Late       Cause = "late"
	Correction Cause = "correction"
	Calendar   Cause = "calendar"
	Register   Cause = "register"
	Rule       Cause = "rule"
)

var allCauses = []Cause{Told, Late, Correction, Calendar, Register, Rule}

// Effect is what one cause did to a figure.
type Effect struct {
	Cause Cause `json:"cause"`
	// Numerator and Denominator are how much more or fewer were counted; of a count only Numerator.
	Numerator   float64 `json:"numerator"`
	Denominator float64 `json:"denominator,omitempty"`
	// Value is by how much the figure moved; nil where there was no figure before or after.
	Value *float64 `json:"value"`
}

// Change says how a figure moved between what the books said at the end of two days, and why.
type Change struct {
	ID     string   `json:"id"`
	Since  string   `json:"since"`
	Until  string   `json:"until"`
	Before Row      `json:"before"`
	After  Row      `json:"after"`
	Causes []Effect `json:"causes"`
	VI     string   `json:"vi"`
	EN     string   `json:"en"`
}

// Changes compares what the books said of one figure at the end of two days, as YYYY-MM-DD. The effects of the causes add
// up to the whole change: each is what the figure moved by when that cause's entries are added to those before it, in the
// order of the causes. read reads the period at an instant. Quantiles and figures that look ahead have no such sum. Errors are as Ask's.
func (b *Books) Changes(ctx context.Context, id string, read func(now time.Time) (period.Period, error), where map[string][]string, since, until string) (*Change, error) {
	d, ok := ByID(id)
	if ok && (d.Shape == Quantile || d.looksAhead() || d.Reported()) {
		return nil, &Error{Param: "id", Message: id + " is no sum that causes could share; ask for it at both days with as_of"}
	}
	first, err := b.periodAt(read, since)
	if err != nil {
		return nil, err
	}
	last, err := b.periodAt(read, until)
	if err != nil {
		return nil, err
	}
	if until < since {
		return nil, &Error{Param: "until", Message: "it lies before since; the earlier day comes first"}
	}
	steps := []Query{
		{ID: id, Period: first, Where: where, AsOf: since},
		{ID: id, Period: last, Where: where, AsOf: since},
	}
	names := []string{}
	for _, cause := range allCauses {
		names = append(names, string(cause))
		steps = append(steps, Query{ID: id, Period: last, Where: where, AsOf: since, more: &causes{until: until, names: slices.Clip(names)}})
	}
	figures, err := b.Ask(ctx, steps...)
	if err != nil {
		return nil, err
	}
	c := &Change{ID: id, Since: since, Until: until, Before: figures[0].Rows[0], After: figures[len(figures)-1].Rows[0], Causes: []Effect{}}
	for i, cause := range append([]Cause{Passage}, allCauses...) {
		if e, moved := effect(cause, figures[i].Rows[0], figures[i+1].Rows[0]); moved {
			c.Causes = append(c.Causes, e)
		}
	}
	c.VI, c.EN = c.sentence(d)
	return c, nil
}

// periodAt reads a period as the books of a day see it: at its end, or now if it is not over.
func (b *Books) periodAt(read func(time.Time) (period.Period, error), day string) (period.Period, error) {
	d, err := calendar.ParseDay(day)
	if err != nil {
		return period.Period{}, &Error{Param: "as_of", Message: err.Error()}
	}
	p, err := period.Seen(d.End(b.Zone), b.Now(), read)
	if err != nil {
		return p, &Error{Param: "period", Message: err.Error()}
	}
	return p, nil
}

func effect(cause Cause, before, after Row) (e Effect, moved bool) {
	part := func(p *float64) float64 {
		if p == nil {
			return 0
		}
		return *p
	}
	e = Effect{Cause: cause, Numerator: part(after.Numerator) - part(before.Numerator), Denominator: part(after.Denominator) - part(before.Denominator)}
	if before.shape == Count {
		e.Numerator = part(after.Value) - part(before.Value)
	}
	if before.Value != nil && after.Value != nil {
		difference := *after.Value - *before.Value
		e.Value = &difference
	}
	return e, e.Numerator != 0 || e.Denominator != 0
}

// amount is by how much a cause moved a figure. Where the figure had no value before or has none after, a difference of values
// does not exist: the cases that came and went are told, settled in time and settled, say.
func (e *Effect) amount(shape Shape, show func(*float64) string) string {
	switch {
	case e.Value != nil && *e.Value > 0:
		return "+" + show(e.Value)
	case e.Value != nil:
		return show(e.Value)
	case shape == Count:
		return fmt.Sprintf("%+.0f", e.Numerator)
	case e.Numerator == 0:
		return fmt.Sprintf("%+.0f", e.Denominator)
	default:
		return fmt.Sprintf("%+.0f / %+.0f", e.Numerator, e.Denominator)
	}
}

var causeWords = map[Cause][2]string{
	Passage:    {"thời gian trôi qua", "time that passed"},
	Told:       {"sự kiện mới", "new events"},
	Late:       {"dữ liệu đến muộn", "late data"},
	Correction: {"đính chính", "corrections"},
	Calendar:   {"lịch làm việc mới", "a new calendar"},
	Register:   {"danh mục mới", "a new register"},
	Rule:       {"quy tắc mới", "a new rule"},
}

// The languages of a sentence.
const (
	vietnamese = iota
	english
)

// sentence tells the change in Vietnamese and English. Figures are as exact as the reader can check: rates in points with
// two decimals.
func (c *Change) sentence(d Definition) (vi, en string) {
	percent, points := [2]string{" %", " %"}, [2]string{" điểm %", " points"}
	show := func(v *float64, language int, units [2]string) string {
		if v == nil {
			return "–"
		}
		if d.Shape == Count {
			return fmt.Sprintf("%.0f", *v)
		}
		value, unit := *v, ""
		if d.Shape == Ratio {
			value, unit = value*100, units[language]
		}
		text := fmt.Sprintf("%.2f", value)
		if language == vietnamese {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text + unit
	}
	vi = fmt.Sprintf("%s: %s → %s", d.VI, show(c.Before.Value, vietnamese, percent), show(c.After.Value, vietnamese, percent))
	en = fmt.Sprintf("%s: %s → %s", d.EN, show(c.Before.Value, english, percent), show(c.After.Value, english, percent))
	if len(c.Causes) == 0 {
		return vi + "; không có gì thay đổi.", en + "; nothing changed."
	}
	for i, e := range c.Causes {
		mark := "; "
		if i > 0 {
			mark = ", "
		}
		words := causeWords[e.Cause]
		vi += mark + words[0] + " " + e.amount(d.Shape, func(v *float64) string { return show(v, vietnamese, points) })
		en += mark + words[1] + " " + e.amount(d.Shape, func(v *float64) string { return show(v, english, points) })
	}
	return vi + ".", en + "."
}
