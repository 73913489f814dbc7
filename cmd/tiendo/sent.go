package main

import "tiendo/dashboards"

// sent tells what became of the events that were sent since the start, by the collector's own counters.
func (a *app) sent() []dashboards.Sent {
	families, err := a.registry.Gather()
	if err != nil {
		a.log.Warn("the counters of the collector could not be read", "error", err)
	}
	var all []dashboards.Sent
	for _, counted := range families {
		if counted.GetName() != "tiendo_collector_events_total" {
			continue
		}
		for _, m := range counted.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if len(all) == 0 || all[len(all)-1].Family != labels["family"] {
				all = append(all, dashboards.Sent{Family: labels["family"]})
			}
			one, n := &all[len(all)-1], uint64(m.GetCounter().GetValue())
			if labels["result"] == "rejected" {
				one.Rejected += n
			} else {
				one.Accepted += n
			}
		}
	}
	return all
}

// aside tells what of the collector's log is in no figure.
func (a *app) aside() ([]dashboards.Aside, error) {
	found, err := a.collector.SetAside()
	all := make([]dashboards.Aside, len(found))
	for i, s := range found {
		all[i] = dashboards.Aside{Events: s.Events, Arrival: s.Arrival, Replayable: s.Replayable}
	}
	return all, err
}
