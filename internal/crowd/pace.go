// Package crowd bounds what those who connect can hold of a server: how many connections there are, how many from one
// address, and how slow a request or an answer may be. It knows nothing of what is asked, nor who may ask.
package crowd

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Pace is how slow who connects may be. A body must come, and an answer must go, within Grace and the time that it takes at
// Rate; the head of a request must come within Head.
type Pace struct {
	Head, Grace time.Duration
	// Rate is in bytes a second.
	Rate int64
}

// Default leaves time for a telephone line, and none for who trickles: a permit for 256 KiB is held for half a minute at most.
var Default = Pace{Head: 10 * time.Second, Grace: 10 * time.Second, Rate: 16 << 10}

// within is how long n bytes may take.
func (p *Pace) within(n int64) time.Duration {
	return p.Grace + time.Duration(float64(n)/float64(p.Rate)*float64(time.Second))
}

// leftOver is how much of a body is read that its handler has left, and lingering for how long at most, however it comes.
const (
	leftOver  = 64 << 20
	lingering = 30 * time.Second
)

// Handler cuts off requests whose body comes, and those whose answer is taken, more slowly than the pace. A body that its handler
// leaves is read too, once the answer is on its way: most programs send a request whole before they read the answer, and would
// find the connection reset instead of why they were refused.
func (p Pace) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		paced := &answer{ResponseWriter: w, pace: p, control: control}
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(paced, r)
			return
		}
		b := &body{ReadCloser: r.Body, pace: p, control: control, begun: time.Now()}
		b.expect()
		r.Body = b
		if r.ProtoMajor == 1 && r.Header.Get("Expect") == "" { // else nobody sends what is not wanted
			paced.of = b
		}
		next.ServeHTTP(paced, r)
		if paced.refusal != 0 && paced.FlushError() == nil {
			b.until = time.Now().Add(lingering)
			b.expect()
			_, _ = io.Copy(io.Discard, io.LimitReader(b, leftOver))
		}
	})
}

// body is a body that must come at a pace. A read may wait for more until what has come by then was too little.
type body struct {
	io.ReadCloser
	pace    Pace
	control *http.ResponseController
	begun   time.Time
	n       int64
	ended   bool
	until   time.Time // when it must have ended, at whatever pace; zero if that does not matter
}

func (b *body) expect() {
	by := b.begun.Add(b.pace.within(b.n))
	if !b.until.IsZero() && b.until.Before(by) {
		by = b.until
	}
	// Where there are no deadlines there is no connection that could be held, as in tests of handlers.
	_ = b.control.SetReadDeadline(by)
}

func (b *body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.n += int64(n)
	switch {
	case err == nil:
		b.expect()
	case errors.Is(err, io.EOF):
		b.ended = true
		_ = b.control.SetReadDeadline(time.Time{}) // an answer may take its time
	}
	return n, err
}

// answer is an answer that must be taken at a pace.
type answer struct {
	http.ResponseWriter
	pace    Pace
	control *http.ResponseController
	of      *body // of which the sender waits for no answer before all is sent; nil if there is none
	// refusal is the status of an answer that is held back until it is whole, for its length must be told before what is left of
	// the body is read; 0 if none is.
	refusal int
	held    bytes.Buffer
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.of != nil && !a.of.ended && status >= http.StatusBadRequest {
		a.refusal = status
		return
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write may take as long as its bytes do at the pace.
func (a *answer) Write(p []byte) (int, error) {
	if a.refusal != 0 {
		return a.held.Write(p)
	}
	_ = a.control.SetWriteDeadline(time.Now().Add(a.pace.within(int64(len(p)))))
	return a.ResponseWriter.Write(p)
}

// FlushError is for [http.ResponseController]: what is held back is told as it is.
func (a *answer) FlushError() error {
	if status := a.refusal; status != 0 {
		a.refusal, a.of = 0, nil
		a.Header().Set("Content-Length", strconv.Itoa(a.held.Len()))
		a.ResponseWriter.WriteHeader(status)
		if _, err := a.Write(a.held.Bytes()); err != nil {
			return err
		}
	}
	return a.control.Flush()
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
