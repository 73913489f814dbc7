package lifecycle

import (
	"math"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
)

// Edition of what cases contribute. It rises when the same events contribute otherwise than before: books that were made by an earlier one
// are made again. 2: their records. 3: who was asked again for a supplement. 4: the working days that dossiers had left.
const Edition = 4

// Measure names what a cell counts. The names are stored in the books: they never change their meaning.
type Measure string

// Flows of a case. A stock is a sum of flows: open = Opened − Settled − Ended, overdue = Breached − Redeemed.
const (
	// Opened: the case was received, assigned, raised.
	Opened Measure = "opened"
	// Settled: closed by a settling closing. Ended: closed otherwise.
	Settled Measure = "settled"
	Ended   Measure = "ended"
	// Breached: the deadline passed while the case was open. Redeemed: such a case was closed.
	Breached Measure = "breached"
	Redeemed Measure = "redeemed"
	// Due: the effective deadline lies here, and the case was not ended by it.
	Due Measure = "due"
	// Lifted: the effective deadline lies here, and the case was ended otherwise by it.
	Lifted Measure = "lifted"
	// Paused and Resumed: a wait for the applicant starts, ends.
	Paused  Measure = "paused"
	Resumed Measure = "resumed"
	// AskedAgain: a dossier in term was asked for a supplement a second time, which is overdue by Decision 766 (DOMAIN.md fact 5).
	// AskedOver: such a dossier became overdue by its deadline, or was closed.
	AskedAgain Measure = "asked_again"
	AskedOver  Measure = "asked_over"
	// Awaiting and Answered: a dossier that was submitted, and never received, starts and stops waiting for acceptance.
	Awaiting Measure = "awaiting"
	Answered Measure = "answered"
	// NotAccepted: such a dossier was rejected or withdrawn.
	NotAccepted Measure = "not_accepted"
	// Worked, Accepted and Confirmed count a case in the bin of its working time from opening to closing, of its working
	// time from submission to opening, of the time from a task's report to its confirmation.
	Worked    Measure = "worked"
	Accepted  Measure = "accepted"
	Confirmed Measure = "confirmed"
	// Left counts a dossier that was settled with a deadline, on the day of its closing, in the bin of the working days that were left: see
	// LeftBin.
	Left Measure = "left"
	// Returned, Paid and Rated count facts; Scored adds up the scores of the ratings.
	Returned Measure = "returned"
	Paid     Measure = "paid"
	Rated    Measure = "rated"
	Scored   Measure = "scored"
	// Sessions, Received, Heard and Led add up sessions of citizen reception, people, cases, and sessions by the head.
	Sessions Measure = "sessions"
	Received Measure = "received"
	Heard    Measure = "heard"
	Led      Measure = "led"
	// Stray is a closing that no other figure counts: without opening, or of a voided case.
	Stray Measure = "stray"
	// Recorded counts records, but those that take a fact back, in the bin of the time from when it happened to when that was recorded.
	Recorded Measure = "recorded"
	// Foreign counts those of them that somebody told who may say nothing of the case (rule 8).
	Foreign Measure = "foreign"
	// The flows of legs, by the agency that held them.
	LegOpened   Measure = "leg_opened"
	LegSettled  Measure = "leg_settled"
	LegBreached Measure = "leg_breached"
	LegRedeemed Measure = "leg_redeemed"
)

// Marks are what is true of the counted case, one bit each. The bits are stored in the books: they never change.
type Marks uint32

// The marks, each with the measures that carry it.
const (
	// Promised: a deadline was named and could be computed (Settled, LegSettled).
	Promised Marks = 1 << 0
	// OnTime and OnTimeFirst: by the promise in force, by the first promise (Settled; OnTime also LegSettled).
	OnTime      Marks = 1 << 1
	OnTimeFirst Marks = 1 << 2
	// Early: on time, and on a day before the deadline's (Settled).
	Early Marks = 1 << 3
	// Rejected, Withdrawn, Cancelled, Forwarded: the step that closed (Settled, Ended).
	Rejected  Marks = 1 << 4
	Withdrawn Marks = 1 << 5
	Cancelled Marks = 1 << 6
	Forwarded Marks = 1 << 7
	// Rescheduled, Apologised, Reworked: it happened in the life of the case (Settled).
	Rescheduled Marks = 1 << 8
	Apologised  Marks = 1 << 9
	Reworked    Marks = 1 << 10
	// Digital: an electronic result exists (Settled).
	Digital Marks = 1 << 11
	// Supplemented: a supplement was requested (Opened).
	Supplemented Marks = 1 << 12
	// HasDue and Shared: the opening names a deadline, helping agencies (Opened).
	HasDue Marks = 1 << 13
	Shared Marks = 1 << 14
	// NoCalendar: working days were needed that the calendar does not cover (Opened, Settled).
	NoCalendar Marks = 1 << 15
	// Online and ByPost: the channel of the submission (Opened; Online also Settled, Ended), of the payment (Paid), of the hand-over (Returned).
	Online Marks = 1 << 16
	ByPost Marks = 1 << 17
	// Offered and OfferedFull: the level is one that can be had online, online from end to end (Opened).
	Offered     Marks = 1 << 18
	OfferedFull Marks = 1 << 19
	// Kept: settled by the deadline. Pending: still open (Due).
	Kept    Marks = 1 << 20
	Pending Marks = 1 << 21
	// Undated: no deadline was ever named. NoLevel: the level is missing. DueChanged: a later record of the opening named
	// another deadline. Collision: it was opened by two sources, or twice over 30 days apart (Opened).
	Undated    Marks = 1 << 22
	NoLevel    Marks = 1 << 23
	DueChanged Marks = 1 << 24
	Collision  Marks = 1 << 25
	// Backdated: recorded over 24 hours after its time. Impossible: told to be before the opening (Settled, Ended, Stray).
	Backdated  Marks = 1 << 26
	Impossible Marks = 1 << 27
	// Orphan: without opening, and not a dossier that was not accepted (Stray).
	Orphan Marks = 1 << 28
	// Fee: one is due. PaidOnline: a payment was made online (Opened).
	Fee        Marks = 1 << 29
	PaidOnline Marks = 1 << 30
)

// Cell says where in the books a case counts.
type Cell struct {
	Measure Measure
	// Day is the city's day on which it happened.
	Day calendar.Day
	// Millis is a deadline's millisecond within its day, for a deadline may lie ahead; 0 for what has happened.
	Millis uint32
	Marks  Marks
	// Bin is the bin of a working time, see BinOf, or of working days that were left, see LeftBin.
	Bin int32
	// Delay is the bin of the time until a record was made, plus one; 0 for other measures.
	Delay int32
	// Source told the opening, the closing or the record that is counted; empty for other measures.
	Source string
	Attributes
}

// Count is how often a case counts in a cell.
type Count struct {
	Cell
	N int64
}

// lastDay is the last day that the books can hold. A deadline after it has never passed in any period that can be asked.
var lastDay, _ = calendar.ParseDay("2299-12-31")

// counts collects the contributions of a case.
type counts struct {
	list []Count
	zone *time.Location
}

func (cs *counts) add(c Cell, n int64) {
	for i := range cs.list {
		if cs.list[i].Cell == c {
			cs.list[i].N += n
			return
		}
	}
	cs.list = append(cs.list, Count{Cell: c, N: n})
}

func (cs *counts) day(t time.Time) calendar.Day { return min(calendar.DayOf(t, cs.zone), lastDay) }

// told counts one of measure at t, by the source that told it.
func (cs *counts) told(measure Measure, t time.Time, marks Marks, source string, a Attributes) {
	cs.add(Cell{Measure: measure, Day: cs.day(t), Marks: marks, Source: source, Attributes: a}, 1)
}

// flow counts one of measure at t.
func (cs *counts) flow(measure Measure, t time.Time, marks Marks, a Attributes) {
	cs.add(Cell{Measure: measure, Day: cs.day(t), Marks: marks, Attributes: a}, 1)
}

// deadline counts one of measure at an instant that may lie ahead.
func (cs *counts) deadline(measure Measure, t time.Time, marks Marks, a Attributes) {
	day := cs.day(t)
	millis := t.Sub(day.Start(cs.zone)).Milliseconds()
	cs.add(Cell{Measure: measure, Day: day, Millis: uint32(min(millis, millisOfDay-1)), Marks: marks, Attributes: a}, 1)
}

const millisOfDay = 24 * 60 * 60 * 1000

func (cs *counts) bin(measure Measure, t time.Time, millis int64, a Attributes) {
	cs.add(Cell{Measure: measure, Day: cs.day(t), Bin: BinOf(millis), Attributes: a}, 1)
}

// Counts returns what c contributes to the books, in no order, each cell once. Days are the city's.
func (c *Case) Counts(zone *time.Location) []Count {
	return c.appendCounts(make([]Count, 0, 8), zone)
}

// appendCounts is Counts into an empty list.
func (c *Case) appendCounts(list []Count, zone *time.Location) []Count {
	cs := counts{zone: zone, list: list}
	if c.Family == event.Reception {
		c.countSession(&cs)
		return cs.list
	}
	if !Decides(c.Family) {
		return cs.list
	}
	if c.Closing != "" && (c.Voided || c.Opened.IsZero()) {
		cs.told(Stray, c.Closed, c.strayMarks(), c.ClosingSource, c.Attributes)
	}
	if c.Voided {
		return cs.list
	}
	c.countRecords(&cs)
	if c.Opened.IsZero() {
		c.countWaiting(&cs)
		return cs.list
	}
	c.countLife(&cs)
	c.countDeadline(&cs)
	c.countAskedAgain(&cs)
	c.countFacts(&cs)
	for _, l := range c.Legs {
		c.countLeg(&cs, l)
	}
	return cs.list
}

// countRecords books what was told of the case, and what of it by those who may not, on the day of which they told.
func (c *Case) countRecords(cs *counts) {
	for _, r := range c.recordings {
		cs.add(Cell{Measure: Recorded, Day: cs.day(r.Time), Delay: 1 + BinOf(r.Recorded.Sub(r.Time).Milliseconds()), Source: r.Source, Attributes: c.Attributes}, 1)
	}
	for _, f := range c.Foreign {
		cs.told(Foreign, f.Time, 0, f.Source, c.Attributes)
	}
}

// countWaiting: submitted, and neither received nor closed (rule 2).
func (c *Case) countWaiting(cs *counts) {
	if c.Submitted.IsZero() {
		return
	}
	cs.flow(Awaiting, c.Submitted, 0, c.Attributes)
	if c.Closing == "" {
		return
	}
	cs.flow(Answered, later(c.Told, c.Submitted), 0, c.Attributes)
	if c.Closing == "rejected" || c.Closing == "withdrawn" {
		cs.flow(NotAccepted, c.Told, 0, c.Attributes)
	}
}

func (c *Case) countLife(cs *counts) {
	cs.told(Opened, c.Opened, c.openingMarks(), c.OpeningSource, c.Attributes)
	if c.HasWait {
		cs.bin(Accepted, c.Opened, int64(c.Wait), c.Attributes)
	}
	for _, p := range c.Pauses {
		cs.flow(Paused, p.From, 0, c.Attributes)
		if !p.To.IsZero() {
			cs.flow(Resumed, p.To, 0, c.Attributes)
		}
	}
	switch {
	case c.Settled:
		cs.told(Settled, c.Closed, c.closingMarks()|c.verdictMarks(cs.zone), c.ClosingSource, c.Attributes)
		if c.HasWork {
			cs.bin(Worked, c.Closed, int64(c.Work), c.Attributes)
		}
		if c.HasLeft {
			cs.add(Cell{Measure: Left, Day: cs.day(c.Closed), Bin: LeftBin(c.Left), Attributes: c.Attributes}, 1)
		}
		if !c.Reported.IsZero() {
			cs.bin(Confirmed, c.Confirmed, c.Confirmed.Sub(c.Reported).Milliseconds(), c.Attributes)
		}
	case c.Closing != "":
		cs.told(Ended, c.Closed, c.closingMarks(), c.ClosingSource, c.Attributes)
	}
}

// countDeadline books the deadline on its own day, which may lie ahead, and a breach on the day of the deadline or of an
// opening after it.
func (c *Case) countDeadline(cs *counts) {
	if c.Deadline.IsZero() {
		return
	}
	inTime := c.Closing != "" && !c.Told.After(c.Deadline)
	switch {
	case c.Closing == "":
		cs.deadline(Due, c.Deadline, Pending, c.Attributes)
	case inTime && c.Settled:
		cs.deadline(Due, c.Deadline, Kept, c.Attributes)
	case !inTime:
		cs.deadline(Due, c.Deadline, 0, c.Attributes)
	default:
		cs.deadline(Lifted, c.Deadline, 0, c.Attributes)
	}
	cs.breach(Breached, Redeemed, later(c.Deadline, c.Opened), c.Closed, c.Attributes)
}

// breach counts a deadline that passed before the end, on its day, and the end that came after it; the end is zero while there is none.
func (cs *counts) breach(breached, redeemed Measure, deadline, end time.Time, a Attributes) {
	if end.IsZero() || end.After(deadline) {
		cs.deadline(breached, deadline, 0, a)
	}
	if end.After(deadline) {
		cs.flow(redeemed, end, 0, a)
	}
}

// countAskedAgain books from when to when a dossier was overdue for having been asked twice, and not for its deadline.
func (c *Case) countAskedAgain(cs *counts) {
	if len(c.Pauses) < 2 || c.NoCalendar {
		return
	}
	asked := c.Pauses[1].From
	breached := later(c.Deadline, c.Opened)
	switch isBreached := !c.Deadline.IsZero() && (c.Closed.IsZero() || c.Closed.After(breached)); {
	case isBreached && asked.After(breached):
		return
	case isBreached:
		cs.deadline(AskedOver, breached, 0, c.Attributes)
	case !c.Closed.IsZero():
		cs.flow(AskedOver, c.Closed, 0, c.Attributes)
	}
	cs.flow(AskedAgain, asked, 0, c.Attributes)
}

// countFacts books what happens beside the course of a dossier.
func (c *Case) countFacts(cs *counts) {
	if c.Family != event.Dossier {
		return
	}
	if returned := c.facts.once("returned"); returned != nil {
		cs.flow(Returned, returned.time, channelMarks(returned.last().data.Channel), c.Attributes)
	}
	for _, f := range c.facts.of("paid") {
		cs.flow(Paid, f.time, channelMarks(f.last().data.Channel), c.Attributes)
	}
	for _, f := range c.facts.of("rated") {
		cs.flow(Rated, f.time, 0, c.Attributes)
		cs.add(Cell{Measure: Scored, Day: cs.day(f.time), Attributes: c.Attributes}, f.last().data.Score)
	}
}

func (c *Case) countLeg(cs *counts, l Leg) {
	a := c.Attributes
	a.Agency, a.Unit = l.Agency, l.Unit
	cs.flow(LegOpened, l.From, 0, a)
	if l.Settled {
		var marks Marks
		if l.HasDue {
			marks |= Promised
		}
		if !l.Deadline.IsZero() && !l.To.After(l.Deadline) {
			marks |= OnTime
		}
		cs.flow(LegSettled, l.To, marks, a)
	}
	if !l.Deadline.IsZero() {
		cs.breach(LegBreached, LegRedeemed, later(l.Deadline, l.From), l.To, a)
	}
}

func (c *Case) openingMarks() Marks {
	marks := channelMarks(c.Channel)
	switch c.Level {
	case "4", "full":
		marks |= Offered | OfferedFull
	case "3", "partial":
		marks |= Offered
	}
	return marks | Supplemented.when(c.Supplemented) | HasDue.when(c.HasDue) | Shared.when(c.Helpers != "") |
		NoCalendar.when(c.NoCalendar) | Undated.when(!c.Promised) | NoLevel.when(c.Level == "") |
		DueChanged.when(c.DueChanged) | Collision.when(c.Collision) | Fee.when(c.Fee) | PaidOnline.when(c.PaidOnline)
}

func (c *Case) strayMarks() Marks {
	notAccepted := !c.Submitted.IsZero() && (c.Closing == "rejected" || c.Closing == "withdrawn")
	return Backdated.when(c.Backdated) | Impossible.when(c.Impossible) | Orphan.when(c.Opened.IsZero() && !notAccepted)
}

func (c *Case) closingMarks() Marks {
	marks := Online.when(c.Channel == "online") | Rescheduled.when(c.Rescheduled) | Apologised.when(c.Apologised) | Reworked.when(c.Reworked) |
		Digital.when(c.Digital) | NoCalendar.when(c.NoCalendar) | Backdated.when(c.Backdated) | Impossible.when(c.Impossible)
	switch c.Closing {
	case "rejected":
		marks |= Rejected
	case "withdrawn":
		marks |= Withdrawn
	case "cancelled":
		marks |= Cancelled
	case "forwarded":
		marks |= Forwarded
	}
	return marks
}

// verdictMarks judge a settled case (rule 6).
func (c *Case) verdictMarks(zone *time.Location) Marks {
	if !c.Promised || c.NoCalendar {
		return 0
	}
	marks := Promised
	if !c.Deadline.IsZero() && !c.Told.After(c.Deadline) {
		marks |= OnTime
		marks |= Early.when(calendar.DayOf(c.Told, zone) < calendar.DayOf(c.Deadline, zone))
	}
	return marks | OnTimeFirst.when(!c.DeadlineFirst.IsZero() && !c.Told.After(c.DeadlineFirst))
}

func channelMarks(channel string) Marks {
	return Online.when(channel == "online") | ByPost.when(channel == "post")
}

func (m Marks) when(ok bool) Marks {
	if ok {
		return m
	}
	return 0
}

// LeastLeft and MostLeft are the working days that dossiers are told apart by that had them left: who was later, or had more, counts as these.
const (
	LeastLeft = -30
	MostLeft  = 60
)

// LeftBin is the bin of some working days that were left, LeftIn what stands for a bin.
func LeftBin(days int) int32 { return int32(max(LeastLeft, min(MostLeft, days)) - LeastLeft) }

// LeftIn is the working days of a bin.
func LeftIn(bin int32) int { return int(bin) + LeastLeft }

// binStep is the width of a bin: a quantile read from bins is at most half of it off.
const binStep = 1.01

// BinOf returns the logarithmic bin of a time in milliseconds: 0 for 0, else 1 and up, each one percent wide.
func BinOf(millis int64) int32 {
	if millis <= 0 {
		return 0
	}
	return 1 + int32(math.Floor(math.Log(float64(millis))/math.Log(binStep)))
}

// BinValue returns the time in milliseconds that stands for a bin: its geometric middle.
func BinValue(bin int32) float64 {
	if bin <= 0 {
		return 0
	}
	return math.Pow(binStep, float64(bin)-0.5)
}
