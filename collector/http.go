package collector

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/internal/auth"
	"tiendo/internal/event"
	"tiendo/internal/problem"
)

// allowed are the methods that Allow tells.
const allowed = "POST, OPTIONS"

// answer is the body of 202 and 400.
type answer struct {
	Accepted int       `json:"accepted"`
	Rejected int       `json:"rejected"`
	Errors   []refusal `json:"errors"`
}

// ServeHTTP is POST /v1/events. It answers as the table of CONTRACT §3 says: 202 when at least one event is on disk.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := c.now()
	defer func() { c.metrics.requests.Observe(c.now().Sub(begun).Seconds()) }()
	w.Header().Set("Accept-Post", acceptPost)
	switch r.Method {
	case http.MethodPost:
	case http.MethodOptions:
		c.handshake(w, r)
		return
	default:
		w.Header().Set("Allow", allowed)
		problem.Plain(w, http.StatusMethodNotAllowed, "events are sent with POST")
		return
	}
	token, err := c.tokens.Check(r)
	switch wait := token.Allowance.Wait(begun); {
	case err != nil:
		auth.Refuse(w, err)
	case !token.Has(auth.ScopeIngest) && !token.Has(auth.ScopeAssess):
		auth.Lacks(w, r, auth.ScopeIngest)
	case wait > 0:
		c.slowDown(w, &token, wait)
	default:
		c.take(w, r, &token)
	}
}

// take reads a request of a token that may send some, and answers it.
func (c *Collector) take(w http.ResponseWriter, r *http.Request, token *auth.Token) {
	mode, err := modeOf(r.Header)
	if err != nil {
		c.refuse(w, err)
		return
	}
	if err := c.journal.ready(); err != nil {
		c.refuse(w, err)
		return
	}
	content, err := c.budget.readBody(w, r, token.Name)
	if err != nil {
		c.refuse(w, err)
		return
	}
	defer content.release()
	in, wait, err := c.bring(r, mode, token, content.raw)
	var unwelcome *revoked
	switch {
	case wait > 0:
		c.slowDown(w, token, wait)
	case errors.As(err, &unwelcome):
		auth.Refuse(w, unwelcome.why)
	case err != nil:
		c.refuse(w, err)
	default:
		c.writeDown(r, token, in)
		tell(w, r, in)
	}
}

// revoked says that a token was good when its request began, and no more when its body was there.
type revoked struct{ why error }

func (e *revoked) Error() string { return e.why.Error() }

// bring reads events out of a body and puts what is taken into the log. If wait is not 0, or with an error, nothing was taken.
func (c *Collector) bring(r *http.Request, mode mode, token *auth.Token, raw []byte) (in *intake, wait time.Duration, err error) {
	if err := c.making.Acquire(r.Context(), int64(len(raw))); err != nil {
		return nil, 0, errBusy // the sender is gone
	}
	defer c.making.Release(int64(len(raw)))
	c.erasing.RLock()
	defer c.erasing.RUnlock()
	in = c.intake(token, len(raw))
	err = in.read(mode, r.Header, raw)
	// Whatever was looked at counts, also what was refused. A request without events counts as one.
	if wait := token.Allowance.Take(in.now, max(1, in.index)); wait > 0 {
		return in, wait, nil
	}
	if err != nil {
		return in, 0, err
	}
	// A body may have been long on its way: of a token that was revoked meanwhile nothing more is taken.
	if _, err := c.tokens.Check(r); err != nil {
		return in, 0, &revoked{err}
	}
	return in, 0, c.admit(in)
}

// intake begins to take events of a token from a body of that size. c.erasing must be held until they are admitted.
func (c *Collector) intake(token *auth.Token, size int) *intake {
	return &intake{
		token: token, decoder: event.Decoder{Opaque: c.hide.hide}, now: c.now(), entry: newEntryWriter(token.Bound, 2*size/3), // mostly enough

		taken: make(map[event.Family]int, 2), lost: make(map[event.Family]int), erased: c.erased.has,
	}
}

// tell answers for a body whose events are in the log as far as they were taken.
func tell(w http.ResponseWriter, r *http.Request, in *intake) {
	taken := int(in.entry.count)
	switch {
	case taken > 0 || len(in.refused) == 0:
		reply(w, http.StatusAccepted, answer{Accepted: taken, Rejected: len(in.refused), Errors: in.refused})
	case in.forbidden == len(in.refused):
		first := in.refused[0]
		auth.Forbid(w, r, fmt.Sprintf("nothing in the request is allowed to this token; of event %d, field %s: %s", first.Index, first.Field, first.Reason))
	default:
		reply(w, http.StatusBadRequest, answer{Rejected: len(in.refused), Errors: in.refused})
	}
}

// admit puts what was taken into the log, and counts it and what was not.
func (c *Collector) admit(in *intake) error {
	if in.entry.count > 0 {
		arrival, err := c.journal.admit(in.entry.done())
		if err != nil {
			return err
		}
		c.noteAdmitted(arrival)
		c.metrics.count(accepted, in.taken)
		c.metrics.last.seen(in.token.Name, arrival)
	}
	c.metrics.count(rejected, in.lost)
	c.metrics.late.Add(float64(in.late))
	return nil
}

// slowDown answers a sender that is over its token's rate.
func (c *Collector) slowDown(w http.ResponseWriter, token *auth.Token, wait time.Duration) {
	c.metrics.limited.WithLabelValues(token.Name).Inc()
	seconds := int(math.Ceil(wait.Seconds()))
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	problem.Plain(w, http.StatusTooManyRequests, fmt.Sprintf("this token may send %d events a second; nothing of the request was taken; send it again in %d s", token.Allowance.PerSecond(), seconds))
}

// refuse answers for a request of which nothing was taken.
func (c *Collector) refuse(w http.ResponseWriter, err error) {
	var broken *fault
	switch {
	case errors.Is(err, errMedia), errors.Is(err, errTypes), errors.Is(err, errCharset):
		problem.Plain(w, http.StatusUnsupportedMediaType, err.Error())
	case errors.Is(err, errEncoding):
		w.Header().Set("Accept-Encoding", "gzip, zstd")
		problem.Plain(w, http.StatusUnsupportedMediaType, err.Error())
	case errors.Is(err, errTooLarge), errors.Is(err, errTooMany):
		problem.Plain(w, http.StatusRequestEntityTooLarge, err.Error())
	case errors.Is(err, errSlow):
		w.Header().Set("Connection", "close")
		problem.Plain(w, http.StatusRequestTimeout, err.Error()+"; nothing of the request was taken")
	case errors.Is(err, errBusy):
		unavailable(w, 1, err)
	case errors.Is(err, errBroken), errors.Is(err, errDiskFull), errors.Is(err, errClosed):
		unavailable(w, 10, err)
	case errors.As(err, &broken):
		reply(w, http.StatusBadRequest, answer{Errors: []refusal{{Index: broken.index, Field: cmp.Or(broken.field, "body"), Reason: broken.reason + "; nothing of the request was taken"}}})
	default:
		reply(w, http.StatusBadRequest, answer{Errors: []refusal{{Field: "body", Reason: err.Error() + "; nothing of the request was taken"}}})
	}
}

func unavailable(w http.ResponseWriter, seconds int, err error) {
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	problem.Plain(w, http.StatusServiceUnavailable, err.Error()+"; nothing of the request was taken")
}

func reply(w http.ResponseWriter, status int, a answer) {
	raw, err := json.Marshal(a)
	if err != nil {
		panic("BUG: an answer is no JSON: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // the sender is gone; it will send again
}
