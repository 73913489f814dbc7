package dashboards

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tiendo/internal/kpi"
)

// The instant at which the pages of these tests are looked at: a Wednesday, in the quarter of the inspection of 2019.
var (
	hanoi = time.FixedZone("+07", 7*3600)
	today = time.Date(2019, 10, 2, 14, 3, 22, 0, hanoi)
)

// A made-up city: agencies by code, with how they fare and how much they do.
var agencies = []struct {
	code, vi, en string
	fares        float64
	volume       int
}{
	{"H24.03", "Sở Tư pháp", "Department of Justice", 0.991, 2214},
	{"H24.05", "Sở Kế hoạch và Đầu tư", "Department of Planning and Investment", 0.984, 3120},
	{"H24.06", "Sở Tài chính", "Department of Finance", 0.963, 310},
	{"H24.07", "Sở Công Thương", "Department of Industry and Trade", 0.972, 1840},
	{"H24.08", "Sở Nông nghiệp và Phát triển nông thôn", "Department of Agriculture", 0.958, 912},
	{"H24.09", "Sở Giao thông vận tải", "Department of Transport", 0.941, 4521},
	{"H24.12", "Sở Xây dựng", "Department of Construction", 0.874, 2630},
	{"H24.13", "Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment", 0.792, 3987},
	{"H24.14", "Sở Thông tin và Truyền thông", "Department of Information and Communications", 1, 144},
	{"H24.15", "Sở Lao động – Thương binh và Xã hội", "Department of Labour", 0.966, 1275},
	{"H24.16", "Sở Văn hóa và Thể thao", "Department of Culture and Sports", 0.975, 402},
	{"H24.17", "Sở Khoa học và Công nghệ", "Department of Science and Technology", 0.93, 57},
	{"H24.18", "Sở Giáo dục và Đào tạo", "Department of Education and Training", 0.982, 690},
	{"H24.19", "Sở Y tế", "Department of Health", 0.948, 1502},
	{"H24.21", "Ban Quản lý Khu kinh tế Hải Phòng", "Economic Zone Authority", 0.989, 1105},
	{"H24.25", "Thanh tra thành phố", "City Inspectorate", 0.833, 12},
	{"H24.31", "Quận Hồng Bàng", "Hồng Bàng District", 0.977, 5210},
	{"H24.32", "Quận Ngô Quyền", "Ngô Quyền District", 0.969, 6104},
	{"H24.33", "Quận Lê Chân", "Lê Chân District", 0.981, 7420},
	{"H24.38", "Huyện Thủy Nguyên", "Thủy Nguyên District", 0.902, 8233},
	{"H24.45", "Huyện Bạch Long Vĩ", "Bạch Long Vĩ District", 0, 0},
}

func nameOf(code, lang string) string {
	for _, a := range agencies {
		if a.code == code {
			if lang == "en" {
				return a.en
			}
			return a.vi
		}
	}
	return ""
}

// noise is the same for the same words, from -1 to 1.
func noise(words ...any) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, words...)
	return float64(h.Sum64()%2001)/1000 - 1
}

// cityAnswers answers every question of the page about the made-up city.
func cityAnswers(_ context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	var all []kpi.Figure
	for _, q := range queries {
		f := kpi.Figure{ID: q.ID, Period: q.Period, AsOf: today, Events: 1234567}
		switch {
		case len(q.By) == 0:
			f.Rows = []kpi.Row{cityRow(q.ID, q.Period.First)}
			for i := range agencies {
				if r := agencyRowOf(q.ID, i); r.NoDataSince != "" {
					f.Quiet = append(f.Quiet, kpi.Quiet{Agency: agencies[i].code, Since: r.NoDataSince})
				}
			}
		case q.By[0] == "month":
			for t := mustDay(q.Period.First); t.Format(time.DateOnly) <= q.Period.Last; t = t.AddDate(0, 1, 0) {
				r := cityRow(q.ID, t.Format(time.DateOnly))
				month := t.Format("2006-01")
				r.Keys = kpi.Keys{{Dimension: "month", Code: &month}}
				f.Rows = append(f.Rows, r)
			}
		case slices.Equal(q.By, []string{"agency", "month"}):
			f.Rows = agencyMonthRows(q)
		case q.By[0] != "agency":
			f.Rows = groupRows(q)
		default:
			for i := range agencies {
				r := agencyRowOf(q.ID, i)
				if q.Period.Last < "2019" {
					r = yearBefore(q.ID, agencies[i].code, r)
				}
				r.Keys = kpi.Keys{{Dimension: "agency", Code: &agencies[i].code}}
				f.Rows = append(f.Rows, r)
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// madeUp are the groups of dimensions other than agencies, with how much each has.
var madeUp = map[string]map[string]float64{
	"unit":      {"H24.12-01": 0.5, "H24.12-02": 0.3, "H24.19-01": 0.2},
	"procedure": {"1.004": 0.4, "1.007": 0.3, "1.013": 0.2, "2.000": 0.1},
	"channel":   {"direct": 0.6, "online": 0.35, "post": 0.05},
	"level":     {"full": 0.4, "partial": 0.4, "none": 0.2},
	"field":     {"đất đai": 0.5, "xây dựng": 0.3, "hộ tịch": 0.2},
	"group":     {"department": 0.6, "district": 0.4},
}

// groupRows shares the city out among the groups of a dimension.
func groupRows(q kpi.Query) (rows []kpi.Row) {
	for _, code := range slices.Sorted(maps.Keys(madeUp[q.By[0]])) {
		whole, share := cityRow(q.ID, q.Period.First), madeUp[q.By[0]][code]
		var r kpi.Row
		switch {
		case whole.Denominator != nil && *whole.Denominator > 0:
			r = rateRow(*whole.Value*(1+0.03*noise(code, q.ID)), *whole.Denominator*share)
		default:
			r = countRow(*whole.Value * share)
		}
		r.Keys = kpi.Keys{{Dimension: q.By[0], Code: &code}}
		rows = append(rows, r)
	}
	return rows
}

// agencyMonthRows are the rates of agencies by month. Sở Xây dựng falls in the last year, Sở Y tế has one bad month.
func agencyMonthRows(q kpi.Query) (rows []kpi.Row) {
	for i := range agencies {
		for t := mustDay(q.Period.First); t.Format(time.DateOnly) <= q.Period.Last; t = t.AddDate(0, 1, 0) {
			a, month := agencies[i], t.Format("2006-01")
			if a.volume == 0 {
				continue
			}
			fares := a.fares + 0.002*noise(a.code, month)
			switch {
			case a.code == "H24.12" && month >= "2018-12":
				fares -= 0.06
			case a.code == "H24.19" && month == "2019-05":
				fares -= 0.2
			}
			r := rateRow(fares, float64(a.volume)/10)
			r.Keys = kpi.Keys{{Dimension: "agency", Code: &a.code}, {Dimension: "month", Code: &month}}
			rows = append(rows, r)
		}
	}
	return rows
}

func cityRow(id, day string) kpi.Row {
	t := mustDay(day)
	age := float64(t.Year()-2017)*12 + float64(t.Month())
	season := math.Sin(float64(t.Month()) / 12 * 2 * math.Pi)
	n := 2600 + 40*age + 500*season + 150*noise(day)
	switch id {
	case "dossier.on_time_rate":
		return rateRow(0.935+0.0012*age+0.012*noise(id, day), n)
	case "dossier.on_time_rate_first":
		return rateRow(0.905+0.001*age+0.014*noise(id, day), n)
	case "dossier.promise_kept_rate":
		return rateRow(0.885+0.0011*age+0.014*noise(id, day), n*1.04)
	case "online.uptake":
		return rateRow(0.06+0.0095*age+0.01*noise(id, day), n*0.8)
	case "online.full_uptake":
		return rateRow(0.03+0.0105*age+0.01*noise(id, day), n*0.3)
	case "task.on_time_rate":
		return rateRow(0.81+0.003*age+0.04*noise(id, day), 96+20*noise(day))
	case "online.share", "online.payment_rate", "online.digital_result_rate":
		return rateRow(0.2+0.008*age+0.01*noise(id, day), n*0.7)
	case "post.received_rate":
		return rateRow(0.04, n)
	case "post.returned_rate":
		return rateRow(0.11, n*0.9)
	case "dossier.early":
		return countRow(n * 0.6)
	case "dossier.on_time":
		return countRow(n * 0.36)
	case "dossier.late":
		return countRow(n * 0.04)
	case "dossier.received", "dossier.settled":
		return countRow(n * (1 + 0.04*noise(id, day)))
	case "dossier.open":
		return countRow(1900 + 12*age + 300*season)
	case "dossier.open_overdue":
		return countRow(214 - 3*age + 18*noise(day))
	case "dossier.due_soon":
		return countRow(402)
	case "task.open":
		return countRow(260 + 40*noise(day))
	case "task.open_overdue":
		return countRow(31 + 9*noise(day))
	default:
		return countRow(1013)
	}
}

func agencyRowOf(id string, i int) kpi.Row {
	a := agencies[i]
	n := float64(a.volume)
	last := today.Add(-time.Duration(i*i) * time.Hour)
	if a.volume == 0 {
		return kpi.Row{} // of the register, without a case
	}
	var r kpi.Row
	switch id {
	case "dossier.on_time_rate":
		r = rateRow(a.fares, n)
	case "dossier.on_time_rate_first":
		r = rateRow(a.fares-0.02-0.02*(1+noise(a.code)), n)
	case "online.full_uptake", "online.payment_rate", "online.digital_result_rate":
		r = rateRow(0.3+0.2*noise(id, a.code), n*0.4)
	case "online.uptake":
		r = rateRow(0.25+0.2*noise(id, a.code), n*0.8)
	case "dossier.open":
		r = countRow(n * 0.06)
	case "dossier.open_overdue":
		r = countRow(n * 0.06 * (1 - a.fares) * 1.6)
	case "dossier.due_soon":
		r = countRow(n * 0.012)
	case "leg.on_time_rate":
		r = rateRow(a.fares-0.01, n/3)
	case "leg.received", "leg.settled":
		r = countRow(n / 3)
	case "dossier.received":
		r = countRow(n * 1.05)
	case "dossier.early":
		r = countRow(n * a.fares * 0.7)
	case "dossier.on_time":
		r = countRow(n * a.fares * 0.3)
	case "dossier.late":
		r = countRow(n * (1 - a.fares))
	case "dossier.working_hours_median", "dossier.working_hours_p90":
		r = countRow(20 + 20*(1+noise(id, a.code)))
	case "task.on_time_rate":
		r = rateRow(max(0.4, a.fares-0.1+0.08*noise(id, a.code)), math.Sqrt(n)*2)
	case "task.assigned":
		r = countRow(math.Sqrt(n) * 2.4)
	case "task.open":
		r = countRow(math.Sqrt(n) / 2)
	case "task.open_overdue":
		r = countRow(math.Sqrt(n) / 2 * (1 - a.fares) * 2)
	}
	r.LastEvent = &last
	if today.Sub(last) > 14*24*time.Hour {
		r.NoDataSince = last.Format(time.DateOnly)
	}
	return r
}

// yearBefore is how an agency fared when Sở Xây dựng and Sở Tài nguyên và Môi trường did better, and nobody had as much overdue.
func yearBefore(id, code string, r kpi.Row) kpi.Row {
	switch {
	case r.Value == nil:
	case id == "dossier.on_time_rate" && (code == "H24.12" || code == "H24.13"):
		return rateRow(*r.Value+0.05, *r.Denominator)
	case id == "dossier.open_overdue":
		return countRow(*r.Value * (0.7 + 0.4*noise(code)))
	}
	return r
}

func countRow(v float64) kpi.Row {
	v = max(0, math.Round(v))
	return kpi.Row{Value: &v}
}

// rateRow is a share of about rate of n, with its interval (Wilson's).
func rateRow(rate, n float64) kpi.Row {
	n = math.Round(n)
	k := math.Round(min(1, rate) * n)
	if n == 0 {
		return kpi.Row{Numerator: &k, Denominator: &n}
	}
	const z = 1.96
	value := k / n
	centre, half := (k+z*z/2)/(n+z*z), z/(n+z*z)*math.Sqrt(k*(n-k)/n+z*z/4)
	low, high := max(0, centre-half), min(1, centre+half)
	return kpi.Row{Numerator: &k, Denominator: &n, Value: &value, Low: &low, High: &high}
}

// nothing answers like books without a single event.
func nothing(_ context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	var all []kpi.Figure
	for _, q := range queries {
		f := kpi.Figure{ID: q.ID, Period: q.Period, AsOf: today}
		if len(q.By) == 0 {
			f.Rows = []kpi.Row{countRow(0)}
			if d, _ := kpi.ByID(q.ID); d.Shape == kpi.Ratio {
				f.Rows = []kpi.Row{rateRow(0, 0)}
			}
		}
		all = append(all, f)
	}
	return all, nil
}

// someMargins are the working days that dossiers of the made-up city have left.
func someMargins(context.Context, kpi.Query) (*kpi.Margins, error) {
	m := &kpi.Margins{OpenMargins: kpi.OpenMargins{Undated: 31, Aged: map[int]int64{}}, Settled: map[int]int64{}}
	for _, a := range agencies {
		for days := -15; days <= 20; days++ {
			n := int64(float64(a.volume) / 400 * math.Exp(-float64(days*days)/90))
			late := int64(float64(n) * (1 - a.fares) * 4)
			switch {
			case days < 0:
				m.Open = append(m.Open, kpi.Margin{Agency: a.code, Days: days, Cases: late})
				m.History = append(m.History, kpi.Margin{Agency: a.code, Days: days, Cases: late * 5})
			default:
				m.Open = append(m.Open, kpi.Margin{Agency: a.code, Days: days, Cases: n})
				m.History = append(m.History, kpi.Margin{Agency: a.code, Days: days, Cases: n * 20})
			}
			m.Aged[days+15] += n
		}
	}
	for _, of := range m.History {
		m.Settled[of.Days] += of.Cases
	}
	return m, nil
}

type asker func(context.Context, ...kpi.Query) ([]kpi.Figure, error)

// site is the open pages over the embedded files and the given answers.
func site(t testing.TB, ask asker, change ...func(*Options)) http.Handler {
	t.Helper()
	return pagesOf(t, sources{ask: ask, booked: counter()}, change...)
}

// pagesOf is the pages over the embedded files and the given sources.
func pagesOf(t testing.TB, from sources, change ...func(*Options)) *Pages {
	t.Helper()
	files, err := newAssets(embedded)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Location: hanoi, Now: func() time.Time { return today }, Names: nameOf, Version: "test", TokenFile: "data/city/admin.token",
		Logger: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	if from.margins == nil {
		from.margins = someMargins
	}
	p, err := newPages(o, files, from)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// counter counts up at each look, like the books of a city in which something always happens.
func counter() func() uint64 {
	var n atomic.Uint64
	return func() uint64 { return n.Add(1) }
}

// needNpm skips where the files from npm were not built.
func needNpm(t testing.TB) {
	t.Helper()
	files, err := newAssets(embedded)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"charts.js", "inter-latin.woff2", "inter-vietnamese.woff2"} {
		if !strings.HasPrefix(files.path(name), "/static/") {
			t.Skipf("dashboards/static/npm/%s is missing; make build puts it there", name)
		}
	}
}

// aimed answers with a target in every row.
func aimed(answer asker) asker {
	return func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := answer(ctx, queries...)
		for i := range all {
			for j := range all[i].Rows {
				goal := 0.98
				all[i].Rows[j].Target = &goal
			}
		}
		return all, err
	}
}
