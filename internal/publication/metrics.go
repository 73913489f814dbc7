package publication

import (
	"github.com/prometheus/client_golang/prometheus"
)

// The metrics of what was published: of each method the last period that was, by the publication that counts.
var (
	pointsMetric = prometheus.NewDesc("tiendo_ranking_points", "Points of an agency in the last period that was published.", []string{"method", "agency"}, nil)
	rankMetric   = prometheus.NewDesc("tiendo_ranking_rank", "Rank of an agency in its group in the last period that was published; none where it has no rank.", []string{"method", "agency"}, nil)
	infoMetric   = prometheus.NewDesc("tiendo_ranking_info", "The last period that was published, and whether it is provisional or final; always 1.", []string{"method", "version", "period", "state"}, nil)
)

// Describe is for Prometheus.
func (p *Publications) Describe(to chan<- *prometheus.Desc) {
	to <- pointsMetric
	to <- rankMetric
	to <- infoMetric
}

// Collect is for Prometheus. It asks nobody: what was published is in memory.
func (p *Publications) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for _, l := range p.latest() {
		e := l.entry
		gauge(infoMetric, 1, e.Method, e.Version, e.Period.ID, string(e.State))
		for _, at := range l.standings {
			gauge(pointsMetric, at.Points, e.Method, at.Agency)
			if at.Rank != nil {
				gauge(rankMetric, float64(*at.Rank), e.Method, at.Agency)
			}
		}
	}
}

// standing is a publication with where its agencies stand.
type standing struct {
	entry     Entry
	standings []Placed
}

// Last is the newest publication, and where its agencies stand, by group and rank; false if there is none.
func (p *Publications) Last() (Entry, []Placed, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	last := len(p.entries) - 1
	if last < 0 {
		return Entry{}, nil, false
	}
	return p.entries[last], p.standings[last], true
}

// latest are the publications of the last period of each method. Of two periods that end on one day the shorter is the last.
func (p *Publications) latest() map[string]standing {
	p.mu.RLock()
	defer p.mu.RUnlock()
	last := map[string]standing{}
	for i, e := range p.entries { // a correction comes after what it corrects
		known, any := last[e.Method]
		if before := known.entry.Period; !any || e.Period.To > before.To || e.Period.To == before.To && e.Period.From >= before.From {
			last[e.Method] = standing{e, p.standings[i]}
		}
	}
	return last
}
