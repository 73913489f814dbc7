package byhand

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Points are what an agency says of itself, or an inspection team of it, for one criterion and period, as it was written.
type Points struct {
	Agency, Criterion, Period string
	Points, Evidence, Reason  string
	// Maximum is the most that may be given.
	Maximum float64
	// NeedsEvidence and NeedsReason say that these must be told.
	NeedsEvidence, NeedsReason bool
}

// AssessType is what somebody who assesses tells: who is bound to an agency what it says of itself, others what was verified.
func AssessType(who *auth.Token) event.Type {
	if who.Bound != "" {
		return "assessment.submitted"
	}
	return "assessment.verified"
}

// Assess makes the event and sends it. Its error is ErrNotYours, [Faults], or the collector's: then nothing was sent.
func (d *Desk) Assess(who *auth.Token, p Points) error {
	if !who.Has(auth.ScopeAssess) || who.Bound != "" && who.Bound != p.Agency {
		return ErrNotYours
	}
	who = d.known(who)
	typ, now := AssessType(who), d.Now()
	data, faults := p.data(typ)
	if len(faults) > 0 {
		return faults
	}
	t := telling{typ, p.subject(), now, data, false}
	raw := jsontext.Value(strings.TrimSpace(string(t.line(Source(who), now))))
	e, err := new(event.Decoder).Decode(raw, now)
	if why, refused := errors.AsType[*event.Error](err); refused {
		q := askPoints(typ, strings.TrimPrefix(why.Field, "data."))
		return Faults{q.of(why)}
	}
	t.data = e.Data
	return d.deliverAll(who, []telling{t}, time.Time{})
}

// TakeBack takes back all that somebody has told of a criterion, agency and period: what others told of it counts again. It returns
// how many records were taken back. Its error is as that of [Desk.Retract].
func (d *Desk) TakeBack(ctx context.Context, who *auth.Token, p Points) (int, error) {
	if !who.Has(auth.ScopeAssess) || who.Bound != "" && who.Bound != p.Agency {
		return 0, ErrNotYours
	}
	who = d.known(who)
	known, err := d.Known(ctx, event.Assessment, []string{p.subject()})
	if err != nil {
		return 0, err
	}
	h := historyOf(known[p.subject()])
	var all []telling
	for _, e := range h.standing(AssessType(who)) {
		if e.Source == Source(who) {
			all = append(all, telling{e.Type, e.Subject, e.Time, e.Data, true})
		}
	}
	if len(all) == 0 {
		return 0, ErrNotThere
	}
	return len(all), d.deliverAll(who, all, h.newest())
}

// subject is what events of these points are about.
func (p *Points) subject() string {
	return strings.Join([]string{p.Agency, p.Criterion, p.Period}, "/")
}

// Value are the points, if they can be read.
func (p *Points) Value() (float64, bool) {
	v, err := strconv.ParseFloat(decimal(p.Points), 64)
	return v, err == nil
}

// data is what the event tells, or why it can't.
func (p *Points) data(typ event.Type) (jsontext.Value, Faults) {
	told := map[string]jsontext.Value{}
	var faults Faults
	for _, part := range []struct {
		name, text string
		required   bool
	}{
		{"agency", p.Agency, true},
		{"criterion", p.Criterion, true},
		{"period", p.Period, true},
		{"points", p.Points, true},
		{"evidence", p.Evidence, p.NeedsEvidence},
		{"reason", p.Reason, p.NeedsReason},
	} {
		q := askPoints(typ, part.name)
		q.Required = part.required
		value, fault := q.answer([]string{part.text}, nil)
		if fault != nil {
			faults = append(faults, *fault)
		} else if value != nil {
			told[part.name] = value
		}
	}
	if points, ok := p.Value(); ok && (points < 0 || points > p.Maximum) {
		faults = append(faults, Fault{askPoints(typ, "points").Title, Text{"nhiều hơn điểm tối đa hoặc âm.", "is more than there are, or negative."}})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	written, err := json.Marshal(told, json.Deterministic(true))
	if err != nil {
		panic("BUG: points are no JSON: " + err.Error())
	}
	return written, nil
}

// askPoints is the question for a field of an assessment.
func askPoints(typ event.Type, name string) *Question {
	for _, field := range typ.Fields() {
		if field.Name == name {
			q := question(event.Assessment, typ, field)
			return &q
		}
	}
	q := question(event.Assessment, typ, event.Field{Name: Subject})
	return &q
}
