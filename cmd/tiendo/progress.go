package main

import (
	"fmt"
	"io"
	"time"
)

// progress says how far long work has come: in place on a terminal, a line every 10 s elsewhere.
type progress struct {
	w        io.Writer
	terminal bool
	last     time.Time
	shown    bool
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, terminal: isTerminal(w), last: time.Now()}
}

// day says that all up to a time was sent, in so many events.
func (p *progress) day(reached time.Time, events int) {
	p.say(fmt.Sprintf("%s  %s", reached.Format(time.DateOnly), plural(events, "event")))
}

func (p *progress) say(text string) {
	pause := 10 * time.Second
	if p.terminal {
		pause = 100 * time.Millisecond
	}
	if time.Since(p.last) < pause {
		return
	}
	p.last = time.Now()
	if !p.terminal {
		fmt.Fprintln(p.w, text)
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	p.shown = true
}

// close wipes off what stands on a terminal.
func (p *progress) close() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
