package kpi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// indicator is a figure of the state of an organisation: what agencies report of themselves, value and target. It cannot be
// added up over time, so it is read from the facts: there are a few reports a year for each agency.
func indicator(id, name, vi, en, says string) Definition {
	return Definition{
		ID: id, Version: "1", Shape: Ratio, Unit: "ratio", Direction: Neutral, VI: vi, EN: en,
		Says:      says + ": the sum of values ÷ the sum of targets over agencies, of each the report for its latest period within the asked one, last recorded; a report without target is in neither sum",
		indicator: name,
	}
}

var organisation = []Definition{
	indicator("org.staffing_ratio", "staffing", "Biên chế có mặt so với giao", "Staffing against quota", "staff present against the quota"),
	indicator("org.streamlining_ratio", "streamlining", "Tinh giản biên chế so với kế hoạch", "Streamlining against plan", "posts streamlined against the plan"),
	indicator("org.iso_ratio", "iso", "Áp dụng ISO so với kế hoạch", "ISO against plan", "procedures under ISO against the plan"),
	indicator("org.training_ratio", "training", "Đào tạo, bồi dưỡng so với kế hoạch", "Training against plan", "staff trained against the plan"),
	indicator("org.merger_ratio", "merger", "Sắp xếp đơn vị so với kế hoạch", "Mergers against plan", "public units merged against the plan"),
	indicator("org.work_file_ratio", "work_file", "Lập hồ sơ công việc so với quy định", "Work files against the rule", "work files kept and archived against those that must be"),
}

// report is what one agency said of one indicator for one period.
type report struct {
	agency   string
	of       period.Period
	recorded time.Time
	value    float64
	target   *float64
}

// question is one of several, by its place among them.
type question struct {
	place      int
	definition Definition
	query      Query
}

// indicators answers questions about an organisation's state; the reports are read once for all of them.
func (b *Books) indicators(ctx context.Context, questions []question, answer func(place int, rows []Row)) error {
	latest := make([]map[string]report, len(questions))
	for i := range latest {
		latest[i] = map[string]report{}
	}
	err := booking.EachCase(ctx, b.Conn, event.Indicator, func(_ string, events []event.Event) error {
		for i, one := range questions {
			r, ok, err := b.reportOf(slices.Clone(events), one.definition, one.query)
			if err != nil {
				return err
			}
			if known, has := latest[i][r.agency]; ok && (!has || r.after(known)) {
				latest[i][r.agency] = r
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what agencies report: %w", err)
	}
	for i, one := range questions {
		answer(one.place, sumReports(one.definition, one.query, latest[i], b.namesOf(one.query)))
	}
	return nil
}

// reportOf reads the report that a subject stands for, if it belongs to the question.
func (b *Books) reportOf(events []event.Event, d Definition, q Query) (r report, ok bool, err error) {
	if q.AsOf != "" {
		day, err := calendar.ParseDay(q.AsOf)
		if err != nil {
			return r, false, err
		}
		end := day.End(b.Zone)
		events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Arrival.After(end) })
	}
	if !q.Before.IsZero() {
		events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Arrival.After(q.Before) })
	}
	data, recorded, ok, err := lifecycle.Reported(events)
	if err != nil || !ok || data.Indicator != d.indicator {
		return r, false, err
	}
	r = report{agency: data.Agency, recorded: recorded, value: data.Value, target: data.Target}
	if q.Period.Report { // a report of a quarter is of the quarter that is asked for, wherever that begins
		r.of, err = period.ParseReport(data.Period, b.Now(), b.Zone)
	}
	if !q.Period.Report || err != nil {
		r.of, err = period.Parse(data.Period, b.Now(), b.Zone)
	}
	if err != nil {
		return r, false, nil // a period that is none lies in no period
	}
	return r, r.of.First >= q.Period.First && r.of.Last <= q.Period.Last, nil
}

// after says whether r counts rather than other: the later period, of one period the shorter, then the last recorded.
func (r report) after(other report) bool {
	switch {
	case r.of.Last != other.of.Last:
		return r.of.Last > other.of.Last
	case r.of.First != other.of.First:
		return r.of.First > other.of.First
	default:
		return r.recorded.After(other.recorded)
	}
}

// sumReports adds up the reports of the agencies that the filters leave, by what q groups by.
func sumReports(d Definition, q Query, latest map[string]report, n names) []Row {
	sums := map[string]*[2]float64{}
	if len(q.By) == 0 {
		sums[""] = &[2]float64{}
	}
	for agency, r := range latest {
		if successor, has := n.successors[agency]; has && q.Fold {
			agency = successor
		}
		of := map[string]string{"agency": agency, "group": n.groups[agency]}
		left := true
		for name, values := range q.Where {
			left = left && slices.Contains(values, of[name])
		}
		if !left {
			continue
		}
		keys := []string{}
		for _, by := range q.By {
			keys = append(keys, of[by])
		}
		key := keyOf(keys)
		if sums[key] == nil {
			sums[key] = &[2]float64{}
		}
		if r.target != nil {
			sums[key][0] += r.value
			sums[key][1] += *r.target
		}
	}
	rows := []Row{}
	for key, sum := range sums {
		row := rowOf(&d, sum[0], sum[1], &values{})
		row.Low, row.High = nil, nil // no share of cases: there is no chance in it
		row.Keys = keysOf(make(Keys, len(q.By)), q.By, codesOf(key), nil)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y Row) int {
		return x.Keys.compare(y.Keys)
	})
	return rows
}
