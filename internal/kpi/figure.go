package kpi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// Figure is the answer to one Query.
type Figure struct {
	ID         string        `json:"id"`
	Unit       string        `json:"unit"`
	Period     period.Period `json:"-"`
	AsOf       time.Time     `json:"as_of"`
	Events     uint64        `json:"events"`
	Definition string        `json:"definition"`
	// Renewing says that the books are being made again after an upgrade: the figure may lack what the version before did not count.
	Renewing bool `json:"renewing,omitempty"`
	// Completeness is openings received ÷ openings that sources state; nil where no source states any.
	Completeness *float64 `json:"completeness"`
	// CompletenessOf is what Completeness is made of, over the days that have a statement; nil like it.
	CompletenessOf *Stated `json:"completeness_of"`
	// Quiet are the agencies and sources of which nothing was heard any more at the end of the period.
	Quiet []Quiet `json:"quiet"`
	// Rows are sorted by their keys, in the order of the question's dimensions; without dimensions there is one.
	Rows []Row `json:"rows"`
}

// Stated is how many openings were received where sources state how many there were, and how many they state.
type Stated struct {
	Received int64 `json:"received"`
	Stated   int64 `json:"stated"`
}

// Share is received ÷ stated. Over 1 is a signal: a source sends what it does not count.
func (s Stated) Share() float64 { return float64(s.Received) / float64(s.Stated) }

// MarshalJSON writes the figure as CONTRACT §4 shows it.
func (f Figure) MarshalJSON() ([]byte, error) {
	type plain Figure
	return json.Marshal(struct {
		plain
		Period struct {
			ID   string `json:"id"`
			From string `json:"from"`
			To   string `json:"to"`
		} `json:"period"`
	}{plain: plain(f), Period: struct {
		ID   string `json:"id"`
		From string `json:"from"`
		To   string `json:"to"`
	}{f.Period.ID, f.Period.First, f.Period.Last}})
}

// Row is one value. What does not apply is nil; so is the value of a rate without cases.
type Row struct {
	Keys Keys

	Numerator, Denominator *float64
	Value                  *float64
	// Low and High are the 95 % Wilson interval of a ratio.
	Low, High *float64
	// N is how many cases a quantile is of.
	N *int64
	// Target is the value to reach, of the register of targets.
	Target *float64
	// LastEvent is when the newest known event of the row's agency happened.
	LastEvent *time.Time
	// NoDataSince is the last day on which anything was heard of the row's agency, as YYYY-MM-DD, where it has gone quiet: the
	// row tells what was known then. Empty while it is heard of.
	NoDataSince string

	shape Shape
}

// MarshalJSON writes the keys first, then what the figure's shape has.
func (r Row) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	member := func(name string, value any) error {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		fmt.Fprintf(&b, "%q:%s", name, encoded)
		return nil
	}
	for _, key := range r.Keys {
		if err := member(key.Dimension, key.Code); err != nil {
			return nil, err
		}
	}
	parts := []struct {
		name  string
		value any
		has   bool
	}{
		{"numerator", r.Numerator, r.shape == Ratio || r.shape == Mean},
		{"denominator", r.Denominator, r.shape == Ratio || r.shape == Mean},
		{"n", r.N, r.shape == Quantile},
		{"value", r.Value, true},
		{"low", r.Low, r.shape == Ratio},
		{"high", r.High, r.shape == Ratio},
		{"target", r.Target, r.Target != nil},
		{"last_event", r.LastEvent, r.LastEvent != nil},
		{"no_data_since", r.NoDataSince, r.NoDataSince != ""},
	}
	for _, p := range parts {
		if !p.has {
			continue
		}
		if err := member(p.name, p.value); err != nil {
			return nil, err
		}
	}
	return append(append([]byte{'{'}, b.Bytes()...), '}'), nil
}

// wilson returns the 95 % interval of a share k of n. Source: E. B. Wilson, "Probable inference, the law of succession,
// and statistical inference", Journal of the American Statistical Association 22 (1927).
func wilson(k, n float64) (low, high float64) {
	const z = 1.959963984540054
	centre := (k + z*z/2) / (n + z*z)
	half := z / (n + z*z) * math.Sqrt(k*(n-k)/n+z*z/4)
	low, high = max(0, centre-half), min(1, centre+half)
	// None and all are the ends themselves, not what a computer makes of them: all on time is no less than another's all on time.
	if k == 0 {
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}

// quantileOf returns the smallest value that at least q of all do not exceed, in milliseconds, from counts by bin.
func quantileOf(bins bins, q float64) (value float64, n int64) {
	for _, b := range bins {
		n += b.n
	}
	if n <= 0 {
		return 0, 0
	}
	goal := max(int64(math.Ceil(q*float64(n))), 1)
	var sum int64
	for _, b := range bins {
		if sum += b.n; sum >= goal {
			return lifecycle.BinValue(b.bin), n
		}
	}
	return lifecycle.BinValue(bins[len(bins)-1].bin), n
}

// perUnit is how many milliseconds make one unit of a quantile.
var perUnit = map[string]float64{"hours": 3_600_000, "days": 86_400_000}
