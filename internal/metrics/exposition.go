package metrics

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// exposition is gauges as text. As long as no HELP holds a quotation mark or a backslash, that text is the same in the text format
// of Prometheus and in OpenMetrics, so it is written once for both.
//
// Sources: the text format 0.0.4 of Prometheus' documentation; OpenMetrics 1.0.0, "Text format".
type exposition struct {
	order  []*family
	byName map[string]*family
}

// family is a metric with its samples.
type family struct {
	Metric
	text []byte
}

// of returns the family of a metric; families are written in the order in which they were first asked for.
func (e *exposition) of(m Metric) *family {
	if f := e.byName[m.Name]; f != nil {
		return f
	}
	if e.byName == nil {
		e.byName = map[string]*family{}
	}
	f := &family{Metric: m}
	e.order, e.byName[m.Name] = append(e.order, f), f
	return f
}

// add writes a sample; values are those of the metric's labels, in their order.
func (f *family) add(value float64, values ...string) {
	b := append(f.text, f.Name...)
	for i, label := range values {
		b = append(b, "{,"[min(i, 1)])
		b = append(b, f.Labels[i]...)
		b = append(b, '=', '"')
		b = appendEscaped(b, label)
		b = append(b, '"')
	}
	if len(values) > 0 {
		b = append(b, '}')
	}
	b = append(b, ' ')
	f.text = append(appendNumber(b, value), '\n')
}

// appendEscaped writes a label's value.
func appendEscaped(b []byte, s string) []byte {
	if !strings.ContainsAny(s, "\\\"\n") {
		return append(b, s...)
	}
	return append(b, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s)...)
}

// appendNumber writes whole numbers as such: a count of a million is no 1e+06.
func appendNumber(b []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// bytes returns the whole text, without families that have no sample.
func (e *exposition) bytes() []byte {
	var b bytes.Buffer
	for _, f := range e.order {
		if len(f.text) > 0 {
			b.WriteString("# HELP " + f.Name + " " + f.Help + "\n# TYPE " + f.Name + " gauge\n")
			b.Write(f.text)
		}
	}
	return b.Bytes()
}
