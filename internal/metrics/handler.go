package metrics

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
)

// scrapes is how many may run at once.
const scrapes = 4

// Handler answers scrapes, in the text format or, to who asks for it, in OpenMetrics: with the figures of the last snapshot as
// they were written once, and with what the process says of itself.
func (s *Snapshots) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.busy <- struct{}{}:
			defer func() { <-s.busy }()
		default:
			w.Header().Set("Retry-After", "1")
			http.Error(w, fmt.Sprintf("%d scrapes run already; ask again in a second", scrapes), http.StatusServiceUnavailable)
			return
		}
		format := expfmt.NegotiateAccept(r.Header, formats...)
		own, err := s.own(format)
		if err != nil {
			s.Logger.Error("what the process says of itself could not be gathered", "error", err)
			http.Error(w, "what the process says of itself could not be gathered: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", string(format))
		h.Set("Vary", "Accept, Accept-Encoding")
		var figures []byte
		last := s.shown()
		if last != nil {
			figures = last.text
		}
		if acceptsGzip(r.Header) {
			h.Set("Content-Encoding", "gzip")
			// Two members make one file (RFC 1952, 2.2), so the large one is packed once.
			if own = pack(own); last != nil {
				figures = last.packed()
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(figures)+len(own)))
		if _, err := w.Write(figures); err == nil {
			_, _ = w.Write(own) // who hung up misses nothing
		}
	})
}

// acceptsGzip reads Accept-Encoding: gzip, unless it is named with a weight of 0.
func acceptsGzip(h http.Header) bool {
	for one := range strings.SplitSeq(h.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(one, " ", ""), ";q=")
		if q, err := strconv.ParseFloat(weight, 64); strings.EqualFold(name, "gzip") {
			return err != nil || q > 0
		}
	}
	return false
}

// formats are what is written, the default first; who asks for OpenMetrics without a version asks for the first one. Nobody needs
// the binary one.
var formats = []expfmt.Format{expfmt.NewFormat(expfmt.TypeTextPlain), expfmt.NewFormat(expfmt.TypeOpenMetrics), firstOpenMetrics()}

func firstOpenMetrics() expfmt.Format {
	f, err := expfmt.NewOpenMetricsFormat(expfmt.OpenMetricsVersion_0_0_1)
	if err != nil {
		panic("BUG: metrics: " + err.Error())
	}
	return f
}

// shown is the snapshot that a scrape shows; nil before the first, and when the last is so old that its series must end.
func (s *Snapshots) shown() *snapshot {
	last := s.last.Load()
	if last == nil || s.Now().Sub(last.taken) > stale {
		return nil
	}
	return last
}
