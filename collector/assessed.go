package collector

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// assessed are the assessments of one request that an audit log tells in one line: of one agency and period. Many come at
// once where a team verifies a whole quarter, and each line waits for the disk.
type assessed struct {
	verb, agency, period      string
	criteria, points, reasons []string
}

// assess notes an assessment that is taken: who assessed is an act (CONTRACT §7), by whatever way it came.
func (in *intake) assess(e *event.Event) {
	data, err := e.Fields()
	if err != nil {
		panic("BUG: a decoded event cannot be read: " + err.Error())
	}
	verb := "assess.verify"
	switch {
	case e.Retracted:
		verb = "assess.retract"
	case e.Type == "assessment.submitted":
		verb = "assess.submit"
	}
	at := 0
	for at < len(in.assessed) && (in.assessed[at].verb != verb || in.assessed[at].agency != data.Agency || in.assessed[at].period != data.Period) {
		at++
	}
	if at == len(in.assessed) {
		in.assessed = append(in.assessed, assessed{verb: verb, agency: data.Agency, period: data.Period})
	}
	a := &in.assessed[at]
	a.criteria = append(a.criteria, data.Criterion)
	a.points = append(a.points, strconv.FormatFloat(data.Points, 'f', -1, 64))
	if data.Reason != "" {
		a.reasons = append(a.reasons, data.Reason)
	}
}

// writeDown puts what a request assessed into the audit log.
func (c *Collector) writeDown(r *http.Request, token *auth.Token, in *intake) {
	for _, a := range in.assessed {
		c.audit(r, token.Act(a.verb, a.agency,
			slog.String("criterion", strings.Join(a.criteria, ",")), slog.String("period", a.period),
			slog.String("points", strings.Join(a.points, ",")), slog.String("reason", strings.Join(a.reasons, ","))))
	}
}
