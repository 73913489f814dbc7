package dashboards

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// groupsOf are the values of dimensions that the made-up city has beside agencies and months.
var groupsOf = map[string][]string{
	"kind": {"complaint", "denunciation", "suggestion"}, "issuer": {"UBND", "H24.25"}, "helper": {"", "H24.14", "H24.25"}, "source": {"portal", "one-stop-2026", "office"},
	"group": {"department", "district"},
}

// domainAnswers are those of the made-up city to the questions of pages of domains.
func domainAnswers(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := wallAnswers(ctx, queries...)
	for i, q := range queries {
		if len(q.By) == 0 || q.By[0] == "month" {
			continue
		}
		d, _ := kpi.ByID(q.ID)
		row := func(seed float64, keys kpi.Keys) kpi.Row {
			r := shaped(d, seed)
			r.Keys = keys
			return r
		}
		switch {
		case q.By[0] == "day":
			all[i].Rows = nil
			for day := mustDay(q.Period.First); day.Format(time.DateOnly) <= q.Period.Last && day.Before(today); day = day.AddDate(0, 0, 1) {
				code := day.Format(time.DateOnly)
				if n := noise(q.ID, code); day.Weekday() != time.Sunday && n > -0.3 {
					r := rateRow(min(1, 0.75+0.5*noise(code)), 1+2*(n+1))
					r.Keys = kpi.Keys{{Dimension: "day", Code: &code}}
					all[i].Rows = append(all[i].Rows, r)
				}
			}
		case q.By[0] != "agency":
			all[i].Rows = nil
			for j, value := range groupsOf[q.By[0]] {
				all[i].Rows = append(all[i].Rows, row(0.7+0.1*float64(j)+0.1*noise(q.ID, value), kpi.Keys{{Dimension: q.By[0], Code: &value}}))
			}
		default:
			for j := range all[i].Rows {
				r := &all[i].Rows[j]
				code := textOf(r.Keys.Of("agency"))
				if r.Value == nil && agencies[slices.IndexFunc(agencies, func(a struct {
					code, vi, en string
					fares        float64
					volume       int
				},
				) bool {
					return a.code == code
				})].volume > 0 {
					*r = row(0.75+0.2*noise(q.ID, code), r.Keys)
				}
				if len(q.By) == 2 {
					group := "department"
					if code > "H24.3" {
						group = "district"
					}
					r.Keys = kpi.Keys{{Dimension: "agency", Code: &code}, {Dimension: q.By[1], Code: &group}}
				}
			}
		}
	}
	return all, err
}

// shaped is a row of a figure, about as high as a seed from 0 to 1.
func shaped(d kpi.Definition, seed float64) kpi.Row {
	switch d.Shape {
	case kpi.Ratio:
		return rateRow(seed, 20+180*seed)
	case kpi.Mean:
		value, sum, n := 1+4*seed, (1+4*seed)*80, 80.0
		return kpi.Row{Value: &value, Numerator: &sum, Denominator: &n}
	case kpi.Quantile:
		value, n := 40*seed, int64(55)
		return kpi.Row{Value: &value, N: &n}
	default:
		return countRow(60 * seed)
	}
}

// fewDomains are those answers with few agencies, months and days, so that a golden page can be read.
func fewDomains(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := domainAnswers(ctx, queries...)
	for i := range all {
		all[i].Rows = slices.DeleteFunc(all[i].Rows, func(r kpi.Row) bool {
			month, agency, day := r.Keys.Of("month"), r.Keys.Of("agency"), r.Keys.Of("day")
			return month != nil && *month < "2019-08" || day != nil && *day < "2019-09-25" ||
				agency != nil && !slices.Contains([]string{"H24.12", "H24.14", "H24.45"}, *agency)
		})
	}
	return all, err
}

// domainPages are the addresses of the pages of domains, by their names in golden files and pictures.
var domainPages = map[string]string{"tasks": "/tasks", "citizens": "/citizens", "organisation": "/organisation", "agency": "/agencies/H24.12", "quality": "/quality"}

func TestDomainHTML(t *testing.T) {
	for name, path := range domainPages {
		for lang, period := range map[string]string{"vi": "ytd", "en": "2019-Q3"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				r := get(t, site(t, fewDomains), fmt.Sprintf("%s?period=%s&lang=%s", path, period, lang))
				if r.StatusCode != 200 {
					t.Errorf("status %d", r.StatusCode)
				}
				golden(t, name+"-"+lang+".html", bodyOf(t, r))
			})
		}
	}
}

// Of a period that runs a sum does not stand beside that of a whole one.
func TestSumsOfRunningPeriodsAreNotCompared(t *testing.T) {
	for period, want := range map[string]bool{"ytd": false, "2018": true} {
		q := ask(t, tasksPage(), period)
		for _, id := range []string{"task.assigned", "org.merger_ratio"} {
			if got := q.comparable(id); got != want {
				t.Errorf("%s of %s is compared: %v", id, period, got)
			}
		}
		for _, id := range []string{"task.open", "task.on_time_rate", "task.confirm_days_p90", "org.staffing_ratio"} {
			if !q.comparable(id) {
				t.Errorf("%s of %s is not compared", id, period)
			}
		}
	}
}

// What agencies report of themselves is of no cases: a link would lead to a page that says so.
func TestReportedFiguresLeadNowhere(t *testing.T) {
	for _, path := range []string{"/organisation", "/agencies/H24.12"} {
		page := bodyOf(t, get(t, site(t, fewDomains), path+"?period=2019-Q3&lang=en"))
		if strings.Contains(page, "kpi=org.") || !strings.Contains(page, "kpi=finding.on_time_rate") {
			t.Errorf("%s links figures without cases, or none at all", path)
		}
	}
}

// The page of an agency is what an inspection takes along on paper: A4, at most three sheets.
func TestAgencyIsPrinted(t *testing.T) {
	needNpm(t)
	server := httptest.NewServer(site(t, domainAnswers))
	defer server.Close()
	b := newTab(browser(t), t, 1366, 768, true)
	b.do(t, chromedp.Navigate(server.URL+"/agencies/H24.12?lang=vi&period=2019-Q3"), chromedp.WaitVisible("#live section"))
	eventually(t, b, `document.querySelectorAll('.chart svg').length === 2`)
	sheets, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(sheets, []byte("/Type /Page\n")); n == 0 || n > 3 {
		t.Errorf("it takes %d sheets", n)
	}
	artifact(t, "agency.pdf", sheets)
}

// An agency that nobody knows is not there: the page says so and offers those that are, and a search.
func TestUnknownAgency(t *testing.T) {
	r := get(t, site(t, fewDomains), "/agencies/H24.99?lang=en")
	page := bodyOf(t, r)
	for _, want := range []string{"“H24.99”", `href="/agencies/H24.12?lang=en&amp;period=ytd"`, `name="subject"`} {
		if r.StatusCode != 404 || !strings.Contains(page, want) {
			t.Errorf("status %d, the page lacks %s", r.StatusCode, want)
		}
	}
	// Of a city without agencies nothing would do, least of all another period.
	r = get(t, site(t, nothing), "/agencies/H24.99")
	if page := bodyOf(t, r); r.StatusCode != 404 || strings.Contains(page, spoken[vietnamese].TryThese) || strings.Contains(page, "<code>2026-H1</code>") || !strings.Contains(page, `name="subject"`) {
		t.Errorf("status %d, or periods are offered in place of an agency: %s", r.StatusCode, page)
	}
	if r := get(t, site(t, fewDomains), "/agencies/%3Cb%3E?lang=en"); r.StatusCode != 404 || strings.Contains(bodyOf(t, r), "<b>x") {
		t.Errorf("status %d", r.StatusCode)
	}
}

// The median is of the agencies of the same group that have the figure.
func TestMedianOfTheGroup(t *testing.T) {
	q := ask(t, agencyPage(), "2019-Q3")
	q.where["agency"] = []string{"H24.12"}
	p := present(t, q, vietnamese, domainAnswers)
	peers := p.peersOf("H24.12")
	if peers == nil || peers.group != "department" || peers.codes["H24.31"] || !peers.codes["H24.03"] {
		t.Fatalf("%+v", peers)
	}
	var values []float64
	for _, a := range agencies {
		if a.code < "H24.3" && a.volume > 0 {
			values = append(values, math.Round(a.fares*float64(a.volume))/float64(a.volume))
		}
	}
	slices.Sort(values)
	middle, n, _ := p.median("dossier.on_time_rate", peers)
	if n != len(values) || math.Abs(*middle-(values[n/2]+values[(n-1)/2])/2) > 1e-9 {
		t.Errorf("the median is %v of %d, want of %v", *middle, n, values)
	}
	if got, _, _ := p.median("dossier.on_time_rate", nil); *got == *middle {
		t.Error("the group makes no difference")
	}
	for _, c := range []struct {
		id        string
		k, n      float64
		median    float64
		others    stats.Share
		direction string
	}{
		{"dossier.on_time_rate", 95, 100, 0.5, stats.Share{K: 500, N: 1000}, "better"},
		{"dossier.on_time_rate", 5, 100, 0.5, stats.Share{K: 500, N: 1000}, "worse"},
		{"dossier.on_time_rate", 52, 100, 0.5, stats.Share{K: 500, N: 1000}, ""},
		{"dossier.on_time_rate", 60, 100, 0.45, stats.Share{K: 700, N: 1000}, ""}, // above the median, below all others together
		{"dossier.supplement_rate", 95, 100, 0.5, stats.Share{K: 500, N: 1000}, "worse"},
		{"dossier.supplement_rate", 5, 100, 0.5, stats.Share{K: 500, N: 1000}, "better"},
		{"dossier.rejection_rate", 5, 100, 0.5, stats.Share{K: 500, N: 1000}, ""},
		{"finding.on_time_rate", 1, 2, 1, stats.Share{K: 25, N: 25}, ""}, // one miss, where all others miss nothing: 2 of 27 by chance
		{"petition.on_time_rate", 24, 25, 1, stats.Share{K: 100, N: 100}, ""},
		{"petition.on_time_rate", 10, 25, 1, stats.Share{K: 98, N: 100}, "worse"},
		{"petition.on_time_rate", 10, 25, 0.4, stats.Share{}, ""}, // there are no others
		{"org.iso_ratio", 5, 100, 0.5, stats.Share{K: 500, N: 1000}, ""},
	} {
		d, _ := kpi.ByID(c.id)
		if got := againstMedian(d, rateRow(c.k/c.n, c.n), c.median, c.others); got != c.direction {
			t.Errorf("%s: %v of %v against %v is %q", c.id, c.k, c.n, c.median, got)
		}
	}
}

// How much of what sources state has arrived stands with what it is made of.
func TestCompletenessHasItsParts(t *testing.T) {
	ask := func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := fewDomains(ctx, queries...)
		for i := range all {
			if all[i].ID == "task.assigned" {
				all[i].CompletenessOf = &kpi.Stated{Received: 1902, Stated: 2000}
			}
		}
		return all, err
	}
	page := bodyOf(t, get(t, site(t, ask), "/quality?lang=vi"))
	if want := `</th><td>95,1` + nbsp + `%</td><td>1.902</td><td>2.000</td></tr>`; !strings.Contains(page, want) {
		t.Errorf("the page lacks %s", want)
	}
}

// What was accepted and is in no figure stands on the page of quality: how much, since when, and what to do about it.
func TestWhatWasSetAsideIsShown(t *testing.T) {
	came := time.Date(2019, 9, 30, 8, 15, 0, 0, hanoi)
	from := sources{ask: fewDomains, booked: counter(), aside: func() ([]Aside, error) {
		return []Aside{{Events: 700, Arrival: came.Add(time.Hour), Replayable: true}, {Events: 1300, Arrival: came, Replayable: true}, {}}, nil
	}}
	page := bodyOf(t, get(t, pagesOf(t, from), "/quality?lang=en"))
	for _, want := range []string{
		`The engine refused it</th><td class="late">2</td><td class="late">2,000</td><td class="late">08:15, 30 Sep 2019</td><td class="late">Read why in the server&#39;s log, mend that, then run tiendo replay.`,
		`Damaged on disk</th><td class="late">1</td><td class="late">–</td><td class="late">–</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	from.aside = func() ([]Aside, error) { return nil, nil }
	if page := bodyOf(t, get(t, pagesOf(t, from), "/quality?lang=en")); !strings.Contains(page, "None: all that was accepted is stored") || strings.Contains(page, "refused it") {
		t.Error("nothing was set aside, and the page does not say so")
	}
}
