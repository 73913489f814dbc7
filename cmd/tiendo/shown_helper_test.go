package main

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"tiendo/internal/kpi"
	"tiendo/internal/metrics"

	"github.com/chromedp/chromedp"
	"github.com/go-json-experiment/json"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// shownByMetrics is every sample of a figure on /metrics, by name, agency and period.
func shownByMetrics(t *testing.T, s *server) map[string]float64 {
	t.Helper()
	_, text := s.get("/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]bool{}
	for _, d := range kpi.Catalogue() {
		for _, suffix := range []string{"", "_numerator", "_denominator"} {
			figures[metrics.MetricName(d.ID)+suffix] = true
		}
	}
	samples := map[string]float64{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			if figures[name] {
				samples[sampleKey(name, label(m, "agency"), label(m, "period"))] = m.GetGauge().GetValue()
			}
		}
	}
	return samples
}

func label(m *dto.Metric, name string) string {
	for _, pair := range m.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

func sampleKey(name, agency, period string) string {
	return fmt.Sprintf("%s{agency=%q,period=%q}", name, agency, period)
}

// compareMetrics asks the API for all that /metrics shows by default: both must have the same numbers and no others.
func compareMetrics(c *city, shown map[string]float64) {
	c.Helper()
	want := map[string]float64{}
	note := func(number *float64, name, agency, period string) {
		if number != nil {
			want[sampleKey(name, agency, period)] = *number
		}
	}
	for _, d := range kpi.Catalogue() {
		if !d.Leadership {
			continue
		}
		for _, period := range []string{"mtd", "ytd"} {
			labelled := period
			if d.Stock() {
				labelled = ""
			}
			for agency, row := range c.rows(d.ID, period, "agency") {
				note(row.Value, metrics.MetricName(d.ID), agency, labelled)
				note(row.Numerator, metrics.MetricName(d.ID)+"_numerator", agency, labelled)
				note(row.Denominator, metrics.MetricName(d.ID)+"_denominator", agency, labelled)
			}
		}
	}
	if len(want) < 100 {
		c.Errorf("only %d samples are expected on /metrics", len(want))
	}
	for key, value := range want {
		if got, ok := shown[key]; !ok || math.Abs(got-value) > 1e-9 {
			c.Errorf("/metrics shows %v (there: %v) for %s, the API %v", got, ok, key, value)
		}
	}
	for key, value := range shown {
		if _, ok := want[key]; !ok {
			c.Errorf("/metrics shows %s %v, the API does not", key, value)
		}
	}
}

// standing is a number on the page, with the address of its cases.
type standing struct {
	KPI, Part, Agency, Value, Cases string
	Named                           bool
}

// comparePage opens the page in a browser and compares every number on it with the API, with the number of cases behind
// it, and with /metrics where that shows it too.
func comparePage(t *testing.T, c *city, shown map[string]float64) {
	t.Helper()
	numbers := onPage(t, c.url+"/?lang=en&period=ytd")
	if len(numbers) < 50 {
		t.Errorf("only %d numbers are on the page: %v", len(numbers), numbers)
	}
	also := 0
	for _, n := range numbers {
		_, asked, found := strings.Cut(n.Cases, "/cases?")
		query, err := url.ParseQuery(asked)
		if err != nil || !found || query.Get("kpi") != n.KPI || query.Get("part") != n.Part || query.Get("agency") != n.Agency {
			t.Errorf("the cases of %+v are elsewhere", n)
			continue
		}
		value, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			t.Errorf("%+v: %v", n, err)
			continue
		}
		var where []string
		if n.Named {
			where = []string{"agency", n.Agency}
		}
		row := c.rows(n.KPI, query.Get("period"), "", where...)[""]
		said := row.Value
		if n.Part != "" {
			said = map[string]*float64{"numerator": row.Numerator, "denominator": row.Denominator}[n.Part]
		}
		if said == nil || math.Abs(*said-value) > 1e-9 {
			t.Errorf("the page shows %+v, the API %v", n, said)
		}
		if row.Numerator == nil || n.Part != "" {
			var list struct {
				Sum int `json:"sum"`
			}
			if err := json.Unmarshal(c.get("/v1/cases", query), &list); err != nil {
				t.Fatal(err)
			}
			if float64(list.Sum) != value {
				t.Errorf("the page shows %+v, and %d cases are behind it", n, list.Sum)
			}
		}
		suffix := ""
		if n.Part != "" {
			suffix = "_" + n.Part
		}
		period := query.Get("period")
		if d, _ := kpi.ByID(n.KPI); d.Stock() {
			if period = ""; query.Get("period") != "ytd" {
				continue // of an earlier month; /metrics shows stocks of now
			}
		}
		if sample, ok := shown[sampleKey(metrics.MetricName(n.KPI)+suffix, n.Agency, period)]; ok && n.Named {
			if also++; math.Abs(sample-value) > 1e-9 {
				t.Errorf("the page shows %+v, /metrics %v", n, sample)
			}
		}
	}
	if also < 15 {
		t.Errorf("only %d numbers of the page are on /metrics too", also)
	}
}

// onPage is every number that a browser shows on a page.
func onPage(t *testing.T, address string) []standing {
	t.Helper()
	b := newTab(t)
	b.to(address)
	numbers, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]standing](`[...document.querySelectorAll("data[data-kpi]")].map(d => ({
		KPI: d.dataset.kpi, Part: d.dataset.part || "", Agency: d.dataset.agency || "", Named: "agency" in d.dataset, Value: d.value, Cases: d.closest("a").href,
	}))`))
	if err != nil {
		t.Fatalf("read %s: %v", address, err)
	}
	return numbers
}
