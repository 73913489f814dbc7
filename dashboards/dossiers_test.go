package dashboards

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tiendo/internal/kpi"
	"tiendo/internal/stats"
)

// dossiersFor makes the page of a period from whoever answers.
func dossiersFor(t *testing.T, lang language, answer asker, change ...string) *dossiersView {
	t.Helper()
	q := ask(t, dossiersPage(), "ytd")
	for i := 0; i+1 < len(change); i += 2 {
		q.options[change[i]] = change[i+1]
	}
	p := present(t, q, lang, answer)
	p.more, _ = someMargins(t.Context(), kpi.Query{})
	v, err := dossiers(p)
	if err != nil {
		t.Fatal(err)
	}
	return v.(*dossiersView)
}

// moved answers about two procedures of which one grew and the other got worse; at the end of the year before the books knew less.
func moved(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
	all, err := cityAnswers(ctx, queries...)
	for i, q := range queries {
		if q.ID != "dossier.on_time_rate" || slices.Contains(q.By, "month") {
			continue
		}
		before := q.Period.ID == "2018"
		switch {
		case slices.Equal(q.By, []string{"procedure"}):
			a, b := "1.004", "1.007"
			rows := []kpi.Row{rateRow(0.9, 300), rateRow(0.6, 100)}
			if before {
				rows = []kpi.Row{rateRow(0.9, 100), rateRow(0.8, 100)}
			}
			rows[0].Keys, rows[1].Keys = kpi.Keys{{Dimension: "procedure", Code: &a}}, kpi.Keys{{Dimension: "procedure", Code: &b}}
			all[i].Rows = rows
		case len(q.By) == 0 && q.AsOf != "":
			all[i].Rows = []kpi.Row{rateRow(0.86, 150)}
		case len(q.By) == 0 && before:
			all[i].Rows = []kpi.Row{rateRow(0.85, 200)}
		case len(q.By) == 0:
			all[i].Rows = []kpi.Row{rateRow(0.825, 400)}
		}
	}
	return all, err
}

// A change splits into late data, mix and performance, which add up to it. By hand: from 85 % to 82.5 %; mix: (0.75 − 0.5) × (0.9 −
// 0.85) + (0.25 − 0.5) × (0.7 − 0.85) = 5 points; performance: (0.5 + 0.25) ÷ 2 × (0.6 − 0.8) = −7.5 points; late data: 85 − 86 = −1.
func TestWhyAFigureChanged(t *testing.T) {
	v := dossiersFor(t, english, moved).Why
	want := "On-time rate: 86.0% (129 / 150) → 82.5% (330 / 400) against 2018: late data of that period −1.0 points, mix of procedures +5.0 points, performance −7.5 points. " +
		"Procedures that moved it most: 1.007 −7.5 points."
	if strings.ReplaceAll(v.Sentence, nbsp, " ") != want {
		t.Errorf("%q", v.Sentence)
	}
	rows := v.Chart.Table.Rows
	if len(rows) != 5 || rows[0].Cells[0].Text != "86.0% (129 / 150)" || rows[4].Cells[0].Text != "82.5% (330 / 400)" {
		t.Errorf("%+v", rows)
	}
	// Of the late dossiers, 30 of 200 became 70 of 400: 33 by volume, −15 by mix, 22 by performance; 2 more were told later.
	v = dossiersFor(t, vietnamese, moved, "why", "dossier.late").Why
	for _, part := range []string{"28 → 70", "dữ liệu đến muộn của kỳ ấy +2", "khối lượng +33", "cơ cấu thủ tục −15", "kết quả giải quyết +23"} {
		if !strings.Contains(v.Sentence, part) {
			t.Errorf("%q lacks %q", v.Sentence, part)
		}
	}
	if v := dossiersFor(t, english, silence).Why; !v.Unknown {
		t.Errorf("of silent books: %+v", v)
	}
}

// Any figure that is a sum is explained, against any period: a count by what more there is of it, and by the groups that have it.
// By hand: 10 and 30 tasks of two kinds became 40 and 20: 20 more, of the first kind 30 more, of the second 10 fewer.
func TestWhyAnyFigureChanged(t *testing.T) {
	of := dossiersPage()
	explains := of.options[slices.IndexFunc(of.options, func(o option) bool { return o.explains })]
	if len(explains.values) < 60 || explains.values[0].value != "dossier.on_time_rate" {
		t.Fatalf("%d figures, first %s", len(explains.values), explains.values[0].value)
	}
	q := ask(t, of, "2019-Q3")
	var err error
	if q.stretches, err = stretch("2019-Q3", "2017-05", today, hanoi); err != nil {
		t.Fatal(err)
	}
	q.against = "2017-05"
	for _, value := range explains.values {
		q.options["why"] = value.value
		p := present(t, q, english, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
			all, err := cityAnswers(ctx, queries...)
			for i, one := range queries {
				d, _ := kpi.ByID(one.ID)
				row, whole := countRow, countRow
				if d.Shape == kpi.Ratio {
					row, whole = func(n float64) kpi.Row { return rateRow(n/100, 100) }, func(n float64) kpi.Row { return rateRow(n/200, 200) }
				}
				now := one.Period.ID == "2019-Q3"
				switch {
				case slices.Equal(one.By, []string{"kind"}) || slices.Equal(one.By, []string{"procedure"}) || slices.Equal(one.By, []string{"agency"}) && strings.HasPrefix(one.ID, "quality."):
					a, b := "first", "second"
					all[i].Rows = []kpi.Row{row(10), row(30)}
					if now {
						all[i].Rows = []kpi.Row{row(40), row(20)}
					}
					all[i].Rows[0].Keys, all[i].Rows[1].Keys = kpi.Keys{{Dimension: one.By[0], Code: &a}}, kpi.Keys{{Dimension: one.By[0], Code: &b}}
				case len(one.By) == 0 && one.AsOf != "":
					all[i].Rows = []kpi.Row{whole(35)}
				case len(one.By) == 0 && now:
					all[i].Rows = []kpi.Row{whole(60)}
				case len(one.By) == 0:
					all[i].Rows = []kpi.Row{whole(40)}
				}
			}
			return all, err
		})
		v, err := p.why()
		if err != nil || v.Unknown {
			t.Fatalf("%s: %v, %v", value.value, v, err)
		}
		if value.value == "dossier.late" { // made of a rate: TestWhyAFigureChanged
			continue
		}
		if !strings.HasPrefix(v.Sentence, value.name[1]) || !strings.Contains(v.Sentence, "against May 2017") || !strings.Contains(v.Sentence, "late data of that period +"+map[bool]string{true: "2.5", false: "5"}[strings.Contains(v.Sentence, "%")]) {
			t.Errorf("%s: %q", value.value, v.Sentence)
		}
		if value.value == "task.open" {
			if want := "Tasks open: 35 → 60 against May 2017: late data of that period +5, volume +20. Kinds that moved it most: first +30; second −10."; v.Sentence != want {
				t.Errorf("%q, want %q", v.Sentence, want)
			}
		}
		steps := 0.0
		rows := v.Chart.Table.Rows
		for _, r := range rows[1 : len(rows)-1] {
			steps += mustFloat(t, r.Cells[0].Exact)
		}
		if from, to := mustFloat(t, rows[0].Cells[0].Exact), mustFloat(t, rows[len(rows)-1].Cells[0].Exact); math.Abs(from+steps-to) > 1e-9 {
			t.Errorf("%s: %v and steps of %v make %v", value.value, from, steps, to)
		}
	}
}

// TestWhatBooksHadNotHeardOf: a city whose history was imported later is not told that it began with nothing.
func TestWhatBooksHadNotHeardOf(t *testing.T) {
	v := dossiersFor(t, english, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := cityAnswers(ctx, queries...)
		for i, q := range queries {
			switch {
			case q.ID != "dossier.received" || len(q.By) > 0:
			case q.AsOf != "":
				all[i].Rows = []kpi.Row{countRow(0)}
			case q.Period.ID == "2018":
				all[i].Rows = []kpi.Row{countRow(40)}
			default:
				all[i].Rows = []kpi.Row{countRow(60)}
			}
		}
		return all, err
	}, "why", "dossier.received").Why
	if !strings.Contains(v.Sentence, "40 → 60") || strings.Contains(v.Sentence, "late data") {
		t.Error(v.Sentence)
	}
}

// The second period of an address is kept by its links; one that is none is refused, and a page that explains nothing knows none.
func TestSinceInAddresses(t *testing.T) {
	h := site(t, cityAnswers)
	page := bodyOf(t, get(t, h, "/dossiers?lang=en&period=2019-Q3&since=2018-Q3&why=task.on_time_rate"))
	for _, want := range []string{"Tasks on time: ", "against Q3 2018", `name="since" value="2018-Q3"`, `<option value="task.on_time_rate" selected>`, "since=2018-Q3&amp;why=task.on_time_rate"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for address, want := range map[string]string{"/dossiers?since=2018-13": "since=2018-13", "/online?since=2018-Q3": "since", "/dossiers?why=org.iso_ratio": "why=org.iso_ratio"} {
		if r := get(t, h, address); r.StatusCode != 400 || !strings.Contains(bodyOf(t, r), "“"+want+"”") {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
	}
}

// TestAPageSpeaksOfNow: what the books said at the end of the period before is not the time of the page, nor its figure.
func TestAPageSpeaksOfNow(t *testing.T) {
	p := present(t, ask(t, dossiersPage(), "ytd"), vietnamese, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := moved(ctx, queries...)
		for i, q := range queries {
			if q.AsOf != "" {
				all[i].AsOf, all[i].Events = today.AddDate(-1, 0, 0), 1
			}
		}
		return all, err
	})
	if !p.asOf.Equal(today) || p.events != 1234567 || *p.before["dossier.on_time_rate"].Value != 0.85 {
		t.Errorf("%v, %d events, %v", p.asOf, p.events, *p.before["dossier.on_time_rate"].Value)
	}
}

// TestSilentAgenciesHaveNoRate: tables by agency say since when nothing is heard, and no rate that was of some days long ago.
func TestSilentAgenciesHaveNoRate(t *testing.T) {
	const silent, says = "H24.38", "không có dữ liệu từ 17/09/2019"
	by := present(t, ask(t, dossiersPage(), "ytd"), vietnamese, cityAnswers).groups()
	seen := 0
	for _, r := range by.Rows {
		switch told := strings.HasPrefix(r.Rate.Text, "không"); {
		case r.Code != silent && (told || r.Interval == "" && r.Rate.Text != none):
			t.Errorf("%s: %q, %q", r.Name, r.Rate.Text, r.Interval)
		case r.Code == silent:
			seen++
			if r.Rate.Text != says || r.Interval+r.Standing != "" || r.First.Value.Text != none || r.First.Numerator != nil {
				t.Errorf("%+v", r)
			}
		}
	}
	p := present(t, ask(t, dossiersPage(), "ytd"), vietnamese, cityAnswers)
	funnel, err := p.funnel()
	if err != nil {
		t.Fatal(err)
	}
	promises, err := p.dumbbells()
	if err != nil {
		t.Fatal(err)
	}
	for what, rows := range map[string][]tableRow{"funnel": funnel.Table.Rows, "promises": promises.Table.Rows, "legs": p.legs().Rows} {
		for _, r := range rows {
			rate := slices.ContainsFunc(r.Cells, func(n number) bool { return strings.Contains(n.Text, "%") })
			if told := slices.ContainsFunc(r.Cells, func(n number) bool { return n.Text == says }); r.Name == p.name(silent) && (rate || !told) || r.Name != p.name(silent) && told {
				t.Errorf("%s: %s: %+v", what, r.Name, r.Cells)
			}
		}
	}
	for _, r := range present(t, ask(t, onlinePage(), "ytd"), vietnamese, cityAnswers).onlineAgencies().Rows {
		if r.Code == silent {
			seen++
		}
		if want := map[bool]string{true: says}[r.Code == silent]; r.Since != want {
			t.Errorf("%s: %q, want %q", r.Name, r.Since, want)
		}
	}
	if seen != 2 {
		t.Errorf("%d rows of who is silent were seen", seen)
	}
}

// The chance to miss is of the agency's own history, or of the city's where that is short.
func TestBreaches(t *testing.T) {
	p := present(t, ask(t, dossiersPage(), "ytd"), vietnamese, cityAnswers)
	m := &kpi.Margins{
		OpenMargins: kpi.OpenMargins{Open: []kpi.Margin{{Agency: "H24.12", Days: 0, Cases: 10}, {Agency: "H24.12", Days: 1, Cases: 4}, {Agency: "H24.25", Days: 1, Cases: 3}, {Agency: "H24.25", Days: -2, Cases: 9}}},
		History: []kpi.Margin{
			{Agency: "H24.12", Days: -1, Cases: 10},
			{Agency: "H24.12", Days: 0, Cases: 10},
			{Agency: "H24.12", Days: 1, Cases: 20},
			{Agency: "H24.25", Days: 0, Cases: 2},
		},
	}
	rows := p.breaches(m).Rows
	text := func(row int) string {
		var all []string
		for _, c := range rows[row].Cells {
			all = append(all, c.Text)
		}
		return strings.ReplaceAll(rows[row].Name+": "+strings.Join(all, " | "), nbsp, "_")
	}
	// Of those open on the day 10 of 20 were late, with a day left 10 of 40: 10 × ½ + 4 × ¼ = 6. Thanh tra has a history of two: of
	// the whole city's 42 with a day left 10 were late.
	if want := "Sở Xây dựng: 10 | 50,0_%_·_n_=_20 | 4 | 25,0_%_·_n_=_40 | 0 | 25,0_%_·_n_=_40 | 6,0"; len(rows) != 2 || text(0) != want {
		t.Errorf("%q, want %q", text(0), want)
	}
	if want := "Thanh tra thành phố: 0 | 45,5_%_·_n_=_22 | 3 | 23,8_%_·_n_=_42 | 0 | 23,8_%_·_n_=_42 | 0,7"; text(1) != want {
		t.Errorf("%q, want %q", text(1), want)
	}
	if got := p.expectedOf(m); got != "6,7" {
		t.Errorf("%s are expected", got)
	}
}

// A funnel names who is beyond chance, and is silent about a small agency that is not.
func TestFunnelShamesNobodyByChance(t *testing.T) {
	for _, c := range []struct {
		k, n int
		want string
	}{{10, 12, "inside"}, {9, 10, "inside"}, {800, 1000, "below999"}, {930, 1000, "below95"}, {950, 1000, "inside"}, {970, 1000, "above95"}, {990, 1000, "above999"}} {
		if got := inFunnel(c.k, c.n, 0.95); got != c.want {
			t.Errorf("%d of %d is %s, want %s", c.k, c.n, got, c.want)
		}
	}
	c := dossiersFor(t, english, cityAnswers).Charts[2]
	found := 0
	for _, row := range c.Table.Rows {
		if row.Name == "Department of Natural Resources and Environment" && row.Cells[3].Text == "below the 99.9% limit" {
			found++
		}
	}
	if found != 1 || len(c.Table.Rows) != len(agencies)-1 {
		t.Errorf("%d rows, %d found", len(c.Table.Rows), found)
	}
}

// Signals are told in words, bad news first, with the months that give them.
func TestSignalsInWords(t *testing.T) {
	v := dossiersFor(t, vietnamese, cityAnswers)
	says := map[string]string{}
	for _, r := range v.Signals {
		for _, s := range r.Says {
			says[r.Name] += s.Text + "; "
		}
	}
	if got := says["Sở Xây dựng"]; !strings.HasPrefix(got, "12/2018 – 9/2019: 10 tháng liền dưới đường giữa") {
		t.Errorf("%q", got)
	}
	if got := says["Sở Y tế"]; !strings.Contains(got, "5/2019: thấp hơn giới hạn") {
		t.Errorf("%q", got)
	}
	if v.Signals[0].Name != "Sở Xây dựng" {
		t.Errorf("the first is %s", v.Signals[0].Name)
	}
	for kind := range map[stats.SignalKind]bool{stats.Below: true, stats.Above: true, stats.RunBelow: true, stats.RunAbove: true, stats.Falling: true, stats.Rising: true} {
		if _, ok := dossiersPhrases["signal."+string(kind)]; !ok {
			t.Errorf("the signal %s has no words", kind)
		}
	}
}

// What carried over and came in is what was settled, withdrawn or is open, on the real books as well: see the walk.
func TestOpenWorkIsSharedOut(t *testing.T) {
	v := dossiersFor(t, english, cityAnswers)
	m, _ := someMargins(t.Context(), kpi.Query{})
	open, settled := int64(0), int64(0)
	for _, of := range m.Open {
		open += of.Cases
	}
	for _, n := range m.Settled {
		settled += n
	}
	for _, c := range []struct {
		chart chart
		want  int64
	}{{v.Left, open}, {v.Spread, settled}} {
		shown := 0.0
		for _, row := range c.chart.Table.Rows {
			shown += mustFloat(t, row.Cells[0].Exact)
		}
		if math.Abs(shown-float64(c.want)) > 0.5 {
			t.Errorf("%s shows %v of %d", c.chart.ID, shown, c.want)
		}
	}
}

func mustFloat(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
