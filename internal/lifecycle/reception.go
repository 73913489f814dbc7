package lifecycle

// Session is what a session of citizen reception counts: it has no course and no deadline, it happens once (CONTRACT §3).
type Session struct {
	// Sessions, People and Cases are the three counts of the reception book (DOMAIN.md §1.6).
	Sessions, People, Cases int64
	// Led says that the head of the agency received in person.
	Led bool
}

// hold reads what a session counted: of several tellings that it was held, the last recorded counts.
func (j *judge) hold() {
	if j.opening == nil {
		return
	}
	last := j.opening.last()
	j.OpeningSource = last.source
	j.Session = Session{Sessions: last.data.Sessions, People: last.data.People, Cases: last.data.Cases, Led: last.data.Leader}
}

// countSession books a session on its day.
func (c *Case) countSession(cs *counts) {
	if c.Voided {
		return
	}
	c.countRecords(cs)
	if c.Opened.IsZero() {
		return
	}
	cs.told(Opened, c.Opened, 0, c.OpeningSource, c.Attributes)
	led := int64(0)
	if c.Session.Led {
		led = c.Session.Sessions
	}
	for measure, n := range map[Measure]int64{Sessions: c.Session.Sessions, Received: c.Session.People, Heard: c.Session.Cases, Led: led} {
		if n != 0 {
			cs.add(Cell{Measure: measure, Day: cs.day(c.Opened), Attributes: c.Attributes}, n)
		}
	}
}
