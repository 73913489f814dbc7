package integrity

import (
	"math"
	"time"

	"tiendo/internal/calendar"
)

// Submission is a dossier that was submitted online: when, and when it was received; zero while it was not.
type Submission struct {
	Subject, Agency     string
	Submitted, Received time.Time
}

// uneven is by how much coincidences are more frequent where a day has busy hours than where it has none. For two humps as wide
// as those of office days it is below 1.7; 2 is on the safe side.
const uneven = 2

// bursts observes online submissions, which come in the order of agencies and, in each, of time. Office hours are those of days.
//
// Where m dossiers come on a day of h minutes, one of them has another within the gap before it with a probability of at most
// 1 − exp(−uneven · gap · (m − 1) ÷ h).
func (o *observer) bursts(days *calendar.Calendar, all []Submission) {
	for len(all) > 0 {
		day, n := calendar.DayOf(all[0].Submitted, o.zone), 1
		for n < len(all) && all[n].Agency == all[0].Agency && calendar.DayOf(all[n].Submitted, o.zone) == day {
			n++
		}
		o.burstsOfDay(days, day, all[:n])
		all = all[n:]
	}
}

func (o *observer) burstsOfDay(days *calendar.Calendar, day calendar.Day, all []Submission) {
	whole, err := days.Work(day.Start(o.zone), day.End(o.zone))
	if err != nil || whole == 0 {
		return // nobody sits at the desk
	}
	var office []Submission
	for _, s := range all {
		if open, err := days.Work(s.Submitted, s.Submitted.Add(time.Second)); err == nil && open > 0 && o.holds(s.Submitted) {
			office = append(office, s)
		}
	}
	minutes := float64(whole) / float64(time.Minute.Milliseconds())
	most := -math.Expm1(-uneven * gap * float64(len(office)-1) / minutes)
	for i, s := range office {
		quickly := !s.Received.IsZero() && s.Received.Sub(s.Submitted) <= quick*time.Minute
		follows := i > 0 && s.Submitted.Sub(office[i-1].Submitted) <= gap*time.Minute
		o.add(Observation{Sign: DeskOnline, Agency: s.Agency, Subject: s.Subject, Suspicious: follows && quickly, Most: most})
	}
}
