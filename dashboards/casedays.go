package dashboards

import (
	"fmt"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

type pauseRow struct {
	From, To string
	// Counted is how many days moved the deadline, empty while it waits; ByDay says that deadlines are dates.
	Counted string
	ByDay   bool
	dayList
}

// courseView is the days of a case from its opening to its closing or deadline.
type courseView struct {
	// Says sums them up.
	Says string
	dayList
}

// dayList is days one by one.
type dayList struct {
	Days []dayChip
	// Long says that there are too many days to be shown at once, Show what is pressed to see them.
	Long bool
	Show string
}

// dayChip is a day with the reason why it is worked or not. Sign is on, wait or off.
type dayChip struct{ Text, Why, Sign string }

// shownDays is how many days are shown at once.
const shownDays = 31

func (t *caseTeller) pauses() []pauseRow {
	var rows []pauseRow
	for _, s := range t.x.Stretches {
		r := pauseRow{From: t.instant(s.From), To: t.c.Running, ByDay: t.x.Basis != nil && !t.x.Basis.ByInstant, dayList: t.days(s.Days, false)}
		if !s.To.IsZero() {
			r.To = t.instant(s.To)
		}
		n := 0
		for _, d := range s.Days {
			if d.Counts {
				n++
			}
		}
		if within := calendar.DayOf(s.From, t.zone) == calendar.DayOf(s.To, t.zone); s.Days != nil || within {
			r.Counted = t.lang.count(float64(n)) + " " + t.dayWord()
		}
		rows = append(rows, r)
	}
	return rows
}

// days names days, each with its reason; with waits also those on which the case waited.
func (t *caseTeller) days(all []lifecycle.CountedDay, waits bool) dayList {
	list := dayList{Long: len(all) > shownDays, Show: t.c.ShowDays}
	for _, d := range all {
		vi, en := d.Why.Words()
		chip := dayChip{Text: d.Day.Start(t.zone).Format(t.lang.of("2/1", "2 Jan")), Why: t.lang.of(vi, en), Sign: "off"}
		switch {
		case d.Counts && d.Waiting && waits:
			chip.Sign = "wait"
			if chip.Why != "" {
				chip.Why += ", "
			}
			chip.Why += t.c.StripPause
		case d.Counts:
			chip.Sign = "on"
		}
		list.Days = append(list.Days, chip)
	}
	return list
}

// course sums up the days of the case and lists them; nil where no days are counted.
func (t *caseTeller) course() *courseView {
	c := t.x.Course
	if c == nil || c.To == c.From {
		return nil
	}
	v := &courseView{dayList: t.days(c.Days, true)}
	v.Says = t.c.After + " " + t.lang.day(c.From.String()) + " " + t.c.UntilDay + " " + t.lang.day(c.To.String()) + ": " +
		t.lang.count(float64(c.Working)) + " " + t.dayWord()
	if c.Waiting > 0 {
		v.Says += fmt.Sprintf(t.c.OfThem, t.lang.count(float64(c.Waiting)))
	}
	v.Says += "."
	return v
}

func (t *caseTeller) dayWord() string {
	if t.plain() {
		return t.c.PlainDays
	}
	return t.c.WorkingDays
}

func (t *caseTeller) hourWord() string {
	if t.plain() {
		return t.c.PlainHours
	}
	return t.c.JustHours
}

// plain says that the calendar has no days off.
func (t *caseTeller) plain() bool {
	return t.x.Basis != nil && (t.x.Basis.Calendar == "days" || t.x.Basis.Calendar == "continuous")
}

// basis is by what the case was judged besides its events.
func (t *caseTeller) basis() []labelled {
	b := t.x.Basis
	if b == nil || t.x.Opened.IsZero() {
		return nil
	}
	name := b.Calendar + ", "
	switch {
	case b.Missing:
		name += t.c.UnknownCalendar
	case b.BuiltIn:
		name += t.c.BuiltIn
	default:
		name += t.version(b.Calendars)
	}
	from := b.From
	if says, ok := calendarFrom[b.From]; ok {
		from = says.in(t.lang)
	}
	all := []labelled{{t.c.ByCalendar, name}, {t.c.CalendarFrom, from}, {t.c.Procedures, t.version(b.Procedures)}}
	if t.x.Family == "dossier" {
		says := t.c.Extends
		if b.Restart {
			says = t.c.Restarts
		}
		all = append(all, labelled{t.c.AfterSupplement, says})
	}
	return all
}

// version is the number of a load, and when it was recorded.
func (t *caseTeller) version(l register.Load) string {
	if l.Version == 0 {
		return t.c.NotLoaded
	}
	return t.c.Version + " " + t.lang.count(float64(l.Version)) + ", " + t.c.Recorded + " " + t.instant(l.Recorded)
}
