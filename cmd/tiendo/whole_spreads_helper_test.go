package main

import (
	"math"
	"slices"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// spreadByHand is a quantile spelt out: the times, in milliseconds, of which it is taken.
type spreadByHand struct {
	id      string
	q, unit float64
	of      func(in window, c *lifecycle.Case, told []event.Event, add func(millis int64))
	// families are as a byHand's.
	families []event.Family
}

const hour, wholeDay = 3_600_000, 24 * 3_600_000

var spreads = []spreadByHand{
	{id: "dossier.working_hours_median", q: 0.5, unit: hour, of: worked},
	{id: "dossier.working_hours_p90", q: 0.9, unit: hour, of: worked},
	{id: "dossier.acceptance_hours_p90", q: 0.9, unit: hour, of: func(in window, c *lifecycle.Case, _ []event.Event, add func(int64)) {
		if in.opened(c) && c.HasWait {
			add(int64(c.Wait))
		}
	}},
	{id: "task.confirm_days_p90", q: 0.9, unit: wholeDay, of: func(in window, c *lifecycle.Case, _ []event.Event, add func(int64)) {
		if lives(c) && c.Settled && !c.Reported.IsZero() && in.has(c.Confirmed) {
			add(c.Confirmed.Sub(c.Reported).Milliseconds())
		}
	}},
	{id: "quality.report_delay_p90", q: 0.9, unit: hour, families: lifecycle.Families(), of: func(in window, _ *lifecycle.Case, told []event.Event, add func(int64)) {
		for i := range told {
			if e := &told[i]; !e.Retracted && in.has(e.Time) {
				add(e.Recorded.Sub(e.Time).Milliseconds())
			}
		}
	}},
}

func worked(in window, c *lifecycle.Case, _ []event.Event, add func(int64)) {
	if in.settled(c) && c.HasWork {
		add(int64(c.Work))
	}
}

// quantiles are s by an attribute: the value, in the figure's unit, and of how many times it is taken.
func (p *plain) quantiles(s spreadByHand, of period.Period, by string) (values map[string]float64, n map[string]int64) {
	all := map[string][]int64{}
	counted := byHand{id: s.id, families: s.families}
	for i := range p.cases {
		if c := &p.cases[i]; counted.counts(c) {
			key := keyOf(c.Attributes, by)
			s.of(window{of, p.zone}, c, p.told[i], func(millis int64) { all[key] = append(all[key], millis) })
		}
	}
	values, n = map[string]float64{}, map[string]int64{}
	for key, list := range all {
		slices.Sort(list)
		values[key], n[key] = float64(max(0, list[max(0, int(math.Ceil(s.q*float64(len(list))))-1)]))/s.unit, int64(len(list))
	}
	return values, n
}

// records counts the records of what happened in a period, none of which is foreign: no token here is bound to an agency.
func (p *plain) records(of period.Period, by string) map[string]total {
	sums := map[string]total{}
	for i := range p.cases {
		c := &p.cases[i]
		for _, e := range p.told[i] {
			if key := keyOf(c.Attributes, by); !c.Voided && !e.Retracted && (window{of, p.zone}).has(e.Time) {
				sums[key] = total{0, sums[key].all + 1}
			}
		}
	}
	return sums
}
