package ranking

import (
	"math"
	"slices"

	"tiendo/internal/document"
	"tiendo/internal/kpi"
)

func (r *reader) scoring(o *document.Object, c *Criterion, d kpi.Definition) {
	if o.Members["scoring"] == nil {
		o.Fault("scoring", "it is missing; scoring: {kind: linear, zero: 0.7, full: 0.98} would do")
		return
	}
	s, ok := r.part(o, "scoring", "kind", "zero", "full", "bands", "at", "below")
	if !ok {
		return
	}
	faults := len(r.Faults)
	c.Scoring.Kind = Kind(s.Choice("kind", string(Linear), string(InBands), string(AtThreshold), string(OfBest)))
	members := map[Kind][]string{Linear: {"zero", "full"}, InBands: {"bands"}, AtThreshold: {"at", "below"}}[c.Scoring.Kind]
	for _, member := range []string{"zero", "full", "bands", "at", "below"} {
		switch there, belongs := s.Members[member] != nil, slices.Contains(members, member); {
		case c.Scoring.Kind == "":
		case there && !belongs:
			s.Fault(member, "it does not belong to the kind %s; leave it out", c.Scoring.Kind)
		case !there && belongs && member != "below":
			s.Fault(member, "it is missing, and %s needs it", c.Scoring.Kind)
		}
	}
	switch c.Scoring.Kind {
	case Linear:
		c.Scoring.Zero, c.Scoring.Full = number(&s, "zero", 0), number(&s, "full", 0)
		if c.Scoring.Zero == c.Scoring.Full && len(r.Faults) == faults {
			s.Fault("full", "zero and full are the same; write two values, or use the kind threshold")
		}
	case InBands:
		r.bands(&s, &c.Scoring)
	case AtThreshold:
		c.Scoring.At = number(&s, "at", 0)
		if below := share(&s, "below"); below != nil {
			c.Scoring.Below = *below
		}
	case OfBest:
	default:
		if s.Text("kind") == "" {
			s.Fault("kind", "it is missing; linear, bands, threshold or best would do")
		}
		return
	}
	if len(r.Faults) == faults {
		checkDirection(&s, c, d)
	}
}

// checkDirection sees to it that a better figure never lowers points, unless the method says that none is better.
func checkDirection(s *document.Object, c *Criterion, d kpi.Definition) {
	at := map[Kind]string{Linear: "full", InBands: "bands"}[c.Scoring.Kind]
	switch {
	case c.Better == BetterHigher && !c.Scoring.rises():
		s.Fault(at, "points fall while %s rises, and higher is better; turn them round, or write better: neither", d.ID)
	case c.Better == BetterLower && !c.Scoring.falls():
		s.Fault(at, "points rise while %s rises, and lower is better; turn them round, or write better: neither", d.ID)
	case c.Better == BetterNeither && (c.Scoring.Kind == AtThreshold || c.Scoring.Kind == OfBest):
		s.Fault("kind", "%s needs to know which way is better; write better: higher or lower, or use bands", c.Scoring.Kind)
	}
	if d.Unit == "ratio" && !d.Reported() && max(c.Scoring.Zero, c.Scoring.Full, c.Scoring.At) > 1 {
		if at = "full"; c.Scoring.Kind == AtThreshold {
			at = "at"
		}
		s.Fault(at, "%s lies between 0 and 1; 95 %% is written 0.95", d.ID)
	}
}

// bands reads bands that follow one another without gap or overlap, from 0 on.
func (r *reader) bands(s *document.Object, scoring *Scoring) {
	end := 0.0
	list := s.List("bands")
	for i, n := range list {
		o, ok := r.Object(n, s.Name("bands"), "from", "to", "share")
		if !ok {
			return
		}
		b := Band{From: number(&o, "from", 0), To: number(&o, "to", math.Inf(1))}
		if part := share(&o, "share"); part != nil {
			b.Share = *part
		} else if o.Text("share") == "" {
			o.Fault("share", "it is missing; the share of the points from 0 to 1 would do")
		}
		switch {
		case b.To <= b.From:
			o.Fault("to", "the band ends before it begins; the greater value comes under to")
		case b.From < end:
			o.Fault("from", "the band overlaps the one before, which goes up to %g; begin with that", end)
		case b.From > end:
			o.Fault("from", "between %g, where the band before ends, and %g there is no band; begin with %g", end, b.From, end)
		case i == len(list)-1 && !math.IsInf(b.To, 1):
			o.Fault("to", "figures of %g and more are in no band; leave it out of the last one", b.To)
		case i < len(list)-1 && math.IsInf(b.To, 1):
			o.Fault("to", "it is missing, so nothing is left for the bands after; write where this one ends")
		}
		end = b.To
		scoring.Bands = append(scoring.Bands, b)
	}
	if len(list) == 0 {
		s.Fault("bands", "there is none; [{to: 0.9, share: 0.5}, {from: 0.9, share: 1}] would do")
	}
}
