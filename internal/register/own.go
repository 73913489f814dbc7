package register

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
)

// calendarBook is the calendars that a city has of its own at some time, and with the built-in ones.
type calendarBook struct {
	// own is the text of each, by name.
	own map[string]string
	set calendar.Set
}

const (
	office = "vn-office"
	// maxYears bounds the days that a calendar may cover.
	maxYears = 60
	// maxCalendars is how many one file may hold.
	maxCalendars = 100
)

// part is one document of a file.
type part struct {
	text   string
	offset int // lines before it
}

// documents splits a file at its lines of three dashes; what holds nothing is left out.
func documents(content []byte) []part {
	var parts []part
	begin, offset, at, line := 0, 0, 0, 0
	end := func() {
		if text := string(content[begin:at]); strings.TrimSpace(text) != "" {
			parts = append(parts, part{text, offset})
		}
	}
	for text := range bytes.Lines(content) {
		line++
		if string(bytes.TrimRight(text, " \t\r\n")) == "---" {
			end()
			begin, offset = at+len(text), line
		}
		at += len(text)
	}
	end()
	return parts
}

// readCalendars adds the calendars of a file to, or puts them in place of, those that there are.
func readCalendars(r *reader, content []byte, before *calendarBook, builtin calendar.Set) *calendarBook {
	parts := documents(content)
	if len(parts) == 0 || len(parts) > maxCalendars {
		r.Fault(document.Start, "", "there are %d calendars in it; 1 to %d would do", len(parts), maxCalendars)
		return nil
	}
	b := &calendarBook{own: maps.Clone(before.own)}
	offsets := map[string]int{}
	for _, p := range parts {
		r.Offset = p.offset
		o, ok := r.calendar([]byte(p.text))
		if !ok {
			continue
		}
		name := o.Code("name", true)
		_, twice := offsets[name]
		switch {
		case name == "days" || name == "continuous":
			o.Fault("name", "%s is built in and stays as it is; choose another name", name)
		case twice:
			o.Fault("name", "%s is in this file already; leave one of them out", name)
		case name != "":
			b.own[name], offsets[name] = strings.TrimSpace(p.text)+"\n", p.offset
			if lead := len(p.text) - len(strings.TrimLeft(p.text, " \t\r\n")); lead > 0 {
				offsets[name] += strings.Count(p.text[:lead], "\n")
			}
		}
	}
	r.Offset = 0
	if len(r.Faults) > 0 {
		return nil
	}
	b.set = b.make(r, offsets, builtin)
	return b
}

// make makes every calendar of the book: vn-office first, for others may be based on it. offsets are the lines before the
// calendars that are being loaded; what is wrong with others follows from those.
func (b *calendarBook) make(r *reader, offsets map[string]int, builtin calendar.Set) calendar.Set {
	base := calendar.Office()
	var made []*calendar.Calendar
	names := slices.Sorted(maps.Keys(b.own))
	if i := slices.Index(names, office); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, office)
	}
	for _, name := range names {
		offset, loading := offsets[name]
		single := &reader{document.Reader{Offset: offset}}
		plan := single.plan(b.own[name], base)
		if len(single.Faults) == 0 {
			c, err := calendar.New(plan, builtin.Location())
			if err != nil {
				single.Fault(document.Start, "hours", "%s", err)
			}
			made = append(made, c)
		}
		for _, f := range single.Faults {
			if !loading {
				f = document.Fault{Line: 1, Column: 1, Field: f.Field, Message: "calendar " + name + ", loaded before, would no longer hold: " + f.Message}
			}
			r.Faults = append(r.Faults, f)
		}
		if name == office {
			base = plan
		}
	}
	if len(r.Faults) > 0 {
		return builtin
	}
	return builtin.With(made...)
}

// weekdays are the members of hours, by time.Weekday.
var weekdays = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func (r *reader) calendar(text []byte) (document.Object, bool) {
	body := r.Parse(text)
	if body == nil {
		return document.Object{}, false
	}
	return r.Object(body, "", "name", "source", "base", "grain", "from", "to", "hours", "off", "swapped", "special")
}

// plan reads a calendar.
func (r *reader) plan(text string, base calendar.Plan) calendar.Plan {
	o, ok := r.calendar([]byte(text))
	if !ok {
		return base
	}
	p := calendar.Plan{Days: map[calendar.Day][]calendar.Hours{}, Why: map[calendar.Day]calendar.Reason{}}
	based := o.Choice("base", office) == office
	if based {
		p = base.Clone()
	}
	p.Name = o.Code("name", true)
	o.Words("source", false)
	switch o.Choice("grain", "day", "instant") {
	case "instant":
		p.Grain = calendar.ByInstant
	case "day":
		p.Grain = calendar.ByDay
	}
	r.cover(&o, &p, based)
	r.week(&o, &p, based)
	if len(r.Faults) > 0 {
		return p
	}
	r.off(&o, &p)
	r.swapped(&o, &p)
	r.special(&o, &p)
	return p
}

// cover reads the days that the calendar covers. A base's are taken where none are said.
func (r *reader) cover(o *document.Object, p *calendar.Plan, based bool) {
	for _, member := range []string{"from", "to"} {
		if o.Text(member) == "" && !based {
			o.Fault(member, "it is missing; say which days the calendar covers, for nothing else is guessed")
		}
	}
	p.First, p.Last = o.Day("from", p.First), o.Day("to", p.Last)
	switch {
	case p.Last < p.First:
		o.Fault("from", "%s lies after to, %s; the earlier day comes first", p.First, p.Last)
	case p.Last-p.First > maxYears*366:
		o.Fault("to", "more than %d years are covered; load the years that notices have decreed", maxYears)
	}
}

// week reads the hours of the weekdays; those that are not named are off or, with a base, the base's.
func (r *reader) week(o *document.Object, p *calendar.Plan, based bool) {
	n := o.Members["hours"]
	if n == nil {
		if !based {
			o.Fault("hours", `it is missing; hours: {monday: ["07:00-11:30", "13:30-17:00"], …} would do`)
		}
		return
	}
	week, ok := r.Object(n, "hours", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
	if !ok {
		return
	}
	for d, name := range weekdays {
		if week.Members[name] != nil {
			p.Week[d] = r.hours(&week, name)
		}
	}
}

// hours reads a list of stretches of a day, in order and apart.
func (r *reader) hours(o *document.Object, member string) []calendar.Hours {
	var all []calendar.Hours
	end := 0
	for _, n := range o.List(member) {
		text, _ := document.Scalar(n)
		from, to, ok := parseHours(text)
		switch {
		case !ok:
			r.Fault(document.PlaceOf(n), o.Name(member), `%q is no stretch of a day; "07:00-11:30" would do, and "24:00" for its end`, document.Short(text))
		case from < end:
			r.Fault(document.PlaceOf(n), o.Name(member), "%s begins before the one before it ends; write them in order and apart", text)
		default:
			all, end = append(all, calendar.Hours{From: from, To: to}), to
		}
	}
	return all
}

func parseHours(text string) (from, to int, ok bool) {
	a, b, _ := strings.Cut(text, "-")
	from, okFrom := parseClock(a)
	to, okTo := parseClock(b)
	return from, to, okFrom && okTo && from < to
}

func parseClock(text string) (minutes int, ok bool) {
	if len(text) != len("07:00") || text[2] != ':' {
		return 0, false
	}
	h, errH := strconv.ParseUint(text[:2], 10, 8)
	m, errM := strconv.ParseUint(text[3:], 10, 8)
	minutes = int(h)*60 + int(m)
	return minutes, errH == nil && errM == nil && m < 60 && minutes <= 24*60
}

// Calendars returns the built-in calendars and the city's own.
func (v View) Calendars() calendar.Set { return v.calendars.book.set }

// OwnCalendar says whether the calendar of a name is one that the city loaded, not a built-in one.
func (v View) OwnCalendar(name string) bool {
	_, own := v.calendars.book.own[name]
	return own
}
