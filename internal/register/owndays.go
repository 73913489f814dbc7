package register

import (
	"strings"

	"tiendo/internal/calendar"
	"tiendo/internal/document"

	"github.com/goccy/go-yaml/ast"
)

// covered reads a day within the calendar.
func (r *reader) covered(n ast.Node, field, text string, p *calendar.Plan) (calendar.Day, bool) {
	d, ok := document.ParseDay(text)
	switch {
	case !ok:
		r.Fault(document.PlaceOf(n), field, "%q is no day; write it as 2026-02-16", document.Short(text))
	case d < p.First || d > p.Last:
		r.Fault(document.PlaceOf(n), field, "%s lies outside the days that the calendar covers, %s to %s", d, p.First, p.Last)
	default:
		return d, true
	}
	return d, false
}

// off reads days, or ranges of days, that are not worked; each may be an object with names.
func (r *reader) off(o *document.Object, p *calendar.Plan) {
	seen := map[calendar.Day]bool{}
	for _, n := range o.List("off") {
		why, at, field := calendar.Reason{Kind: calendar.Off}, n, "off"
		if _, named := n.(ast.MapNode); named {
			entry, ok := r.Object(n, "off", "day", "names")
			if !ok {
				continue
			}
			why.VI, why.EN = entry.Names()
			if at, field = entry.Members["day"], "off.day"; at == nil {
				entry.Fault("day", "it is missing; a day or a range such as 2026-02-16..2026-02-20 would do")
				continue
			}
		}
		first, last, ok := r.days(at, field, p)
		if !ok {
			continue
		}
		for d := first; d <= last; d++ {
			if seen[d] {
				r.Fault(document.PlaceOf(at), field, "%s is named twice; leave one of them out", d)
				break
			}
			seen[d] = true
			if hours, off := p.Days[d]; why.VI == "" && off && len(hours) == 0 {
				continue // the base knows its name
			}
			p.Days[d], p.Why[d] = nil, why
		}
	}
}

// days reads a day, or a range of days, within the calendar.
func (r *reader) days(n ast.Node, field string, p *calendar.Plan) (first, last calendar.Day, ok bool) {
	text, plain := document.Scalar(n)
	if !plain {
		r.Fault(document.PlaceOf(n), field, "a day or a range of days is expected here, such as 2026-02-16..2026-02-20")
		return 0, 0, false
	}
	a, b, isRange := strings.Cut(text, "..")
	first, ok = r.covered(n, field, a, p)
	last = first
	if ok && isRange {
		last, ok = r.covered(n, field, b, p)
	}
	if ok && last < first {
		r.Fault(document.PlaceOf(n), field, "%s ends before it starts; the earlier day comes first", text)
	}
	return first, last, ok
}

// swapped reads pairs of days that changed places.
func (r *reader) swapped(o *document.Object, p *calendar.Plan) {
	for _, n := range o.List("swapped") {
		pair, ok := r.Object(n, "swapped", "off", "on")
		if !ok {
			continue
		}
		days := map[string]calendar.Day{}
		for _, member := range []string{"off", "on"} {
			if pair.Text(member) == "" {
				pair.Fault(member, "it is missing; {off: 2026-08-31, on: 2026-08-22} would do")
			} else if d, ok := r.covered(pair.Members[member], pair.Name(member), pair.Text(member), p); ok {
				days[member] = d
			}
		}
		if len(days) < 2 {
			continue
		}
		off, on := days["off"], days["on"]
		hours := p.Week[off.Weekday()]
		if len(hours) == 0 {
			hours = p.On(off)
		}
		changed, named := p.Days[on]
		switch {
		case len(hours) == 0:
			pair.Fault("off", "%s, a %s, is off anyway; name the working day that is given up", off, off.Weekday())
		case len(p.Week[on.Weekday()]) > 0 && (!named || len(changed) > 0):
			pair.Fault("on", "%s, a %s, is a working day anyway; name the day off that is worked instead", on, on.Weekday())
		default:
			p.Days[off], p.Days[on] = nil, hours
			p.Why[off] = calendar.Reason{Kind: calendar.SwappedOff, Other: on}
			p.Why[on] = calendar.Reason{Kind: calendar.SwappedWorking, Other: off}
		}
	}
}

// special reads days with hours of their own.
func (r *reader) special(o *document.Object, p *calendar.Plan) {
	seen := map[calendar.Day]bool{}
	for _, n := range o.List("special") {
		day, ok := r.Object(n, "special", "day", "hours", "names")
		if !ok {
			continue
		}
		why := calendar.Reason{Kind: calendar.Special}
		if day.Members["names"] != nil {
			why.VI, why.EN = day.Names()
		}
		hours := r.hours(&day, "hours")
		if len(hours) == 0 {
			day.Fault("hours", `there are none; hours: ["07:00-11:30"] would do, and a day off is written under off`)
		}
		if day.Text("day") == "" {
			day.Fault("day", "it is missing; write it as 2026-02-13")
			continue
		}
		d, ok := r.covered(day.Members["day"], "special.day", day.Text("day"), p)
		switch {
		case !ok:
		case seen[d]:
			day.Fault("day", "%s is named twice; leave one of them out", d)
		default:
			seen[d], p.Days[d], p.Why[d] = true, hours, why
		}
	}
}
