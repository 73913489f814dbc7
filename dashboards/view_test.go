package dashboards

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tiendo/internal/kpi"
)

// ask is what an address without filters asks of a page.
func ask(t *testing.T, of *page, id string) *asked {
	t.Helper()
	s, err := stretch(id, "", today, hanoi)
	if err != nil {
		t.Fatal(err)
	}
	q := &asked{of: of, stretches: s, where: map[string][]string{}, options: map[string]string{}}
	for _, o := range of.options {
		q.options[o.name] = o.values[0].value
	}
	return q
}

// present answers a page's questions by whoever answers.
func present(t *testing.T, q *asked, lang language, answer asker) *presenter {
	t.Helper()
	figures, err := answer(t.Context(), q.of.ask(q)...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPresenter(&reading{asked: q, figures: figures}, lang, (&Pages{Options: Options{Names: nameOf}}).nameOf, hanoi)
	if err != nil {
		t.Fatal(err)
	}
	p.drawn = true
	return p
}

// viewFor makes the overview of a period from whoever answers.
func viewFor(t *testing.T, id string, lang language, answer asker) *overviewView {
	t.Helper()
	p := present(t, ask(t, overviewPage(), id), lang, answer)
	v, err := overview(p)
	if err != nil {
		t.Fatal(err)
	}
	return v.(*overviewView)
}

func TestNumbersAsEachLanguageWritesThem(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(vietnamese.percent(0.152), "15,2\u00a0%")
	f(english.percent(0.152), "15.2%")
	f(vietnamese.count(1234567), "1.234.567")
	f(english.count(1234567), "1,234,567")
	f(vietnamese.count(-1234), "−1.234")
	f(vietnamese.count(999), "999")
	f(vietnamese.decimal(1786.62), "1.786,6")
	f(english.decimal(1786.62), "1,786.6")
	f(vietnamese.decimal(999.96), "1.000,0")
	f(vietnamese.decimal(0.5), "0,5")
	f(vietnamese.percent(1), "100,0\u00a0%")
	f(vietnamese.percent(0), "0,0\u00a0%")
	f(vietnamese.percent(0.99996), "99,9\u00a0%") // not all is never 100
	f(vietnamese.percent(0.00004), "0,1\u00a0%")  // something is never 0
	f(vietnamese.percent(1.31), "131,0\u00a0%")
	f(vietnamese.interval(0.8811, 0.92), "88,1–92,0\u00a0%")
	f(vietnamese.instant(today), "14:03:22 02/10/2019")
	f(english.instant(today), "14:03:22, 2 Oct 2019")
	f(vietnamese.day("2019-10-02"), "02/10/2019")
	f(english.day("2019-10-02"), "2 Oct 2019")
}

func TestPeriodsHaveNames(t *testing.T) {
	f := func(id, vi, en string) {
		t.Helper()
		if got := vietnamese.period(id); got != vi {
			t.Errorf("%s: %q, want %q", id, got, vi)
		}
		if got := english.period(id); got != en {
			t.Errorf("%s: %q, want %q", id, got, en)
		}
	}
	f("mtd", "Tháng này", "This month")
	f("2019", "Năm 2019", "2019")
	f("2019-H1", "6 tháng đầu năm 2019", "First half of 2019")
	f("2019-H2", "6 tháng cuối năm 2019", "Second half of 2019")
	f("2019-9M", "9 tháng đầu năm 2019", "First nine months of 2019")
	f("2019-Q3", "Quý III/2019", "Q3 2019")
	f("2019-09", "Tháng 9/2019", "Sep 2019")
	f("2019-09-14", "14/09/2019", "14 Sep 2019")
	f("2019-01-01..2019-10-01", "01/01/2019 – 01/10/2019", "1 Jan 2019 – 1 Oct 2019")
}

// Within a sentence English writes months and quarters large, and nothing else; Vietnamese nothing.
func TestPeriodsWithinSentences(t *testing.T) {
	p := &presenter{asked: &asked{}, lang: english}
	p.period.ID, p.period.Running = "2019-10", true
	for id, want := range map[string]string{"2019-10": "Oct 2019", "2019-Q3": "Q3 2019", "2019-H2": "second half of 2019", "2019-9M": "first nine months of 2019", "mtd": "this month", "2019-10-02": "2 Oct 2019"} {
		if got := p.within(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	if p.lang = vietnamese; p.within("2019-Q3") != "quý III/2019" {
		t.Errorf("%q", p.within("2019-Q3"))
	}
}

func TestOfferedPeriods(t *testing.T) {
	var got []string
	for _, c := range ask(t, overviewPage(), "2018-Q2").periods(english, time.Date(2020, 1, 31, 9, 0, 0, 0, hanoi)) {
		text := c.Text
		if c.Current {
			text = "[" + text + "]"
		}
		got = append(got, text)
	}
	want := []string{"This month", "This quarter", "This year", "Last 30 days", "Dec 2019", "Q4 2019", "2019", "[Q2 2018]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStretches(t *testing.T) {
	f := func(id string, now time.Time, months, before string) {
		t.Helper()
		s, err := stretch(id, "", now, hanoi)
		if err != nil {
			t.Fatal(err)
		}
		if s.months.ID != months || s.before.ID != before {
			t.Errorf("%s: months %s, before %s; want %s, %s", id, s.months.ID, s.before.ID, months, before)
		}
	}
	f("ytd", today, "2017-11-01..2019-10-02", "2018")
	f("2018", today, "2017-01-01..2018-12-31", "2017")
	f("2019", today, "2017-11-01..2019-10-02", "2018")
	f("2019-09", today, "2017-10-01..2019-09-30", "2019-08")
	f("2020-02-29", time.Date(2020, 3, 5, 0, 0, 0, 0, hanoi), "2018-03-01..2020-02-29", "2020-02-28")
	f("2020-02", today, "2017-11-01..2019-10-02", "2020-01") // lies ahead
	if _, err := stretch("2019-13", "", today, hanoi); err == nil {
		t.Error("a month that is none is a period")
	}
}

// Every figure that the page asks for is in the catalogue, and can be grouped as it is asked.
func TestQuestionsAreAskedOfTheCatalogue(t *testing.T) {
	questions := overviewQuestions(ask(t, overviewPage(), "ytd"))
	if len(questions) < 40 {
		t.Fatalf("only %d questions", len(questions))
	}
	for _, q := range questions {
		if _, ok := kpi.ByID(q.ID); !ok {
			t.Errorf("no figure is called %s", q.ID)
		}
	}
	for _, id := range ofBefore {
		if !slices.Contains(ofCity, id) {
			t.Errorf("%s is compared with nothing", id)
		}
	}
}

func TestCardsSayWhatTheirFiguresAreMadeOf(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, cityAnswers)
	c := v.Heads[0]
	if c.Value.Text != "97,4\u00a0%" || c.Numerator.Text != "3.607" || c.Denominator.Text != "3.702" || c.Interval != "96,9–97,9\u00a0%" {
		t.Errorf("%+v", c)
	}
	if want := "/cases?kpi=dossier.on_time_rate&period=ytd"; c.Value.Cases != want {
		t.Errorf("its cases are at %s, want %s", c.Value.Cases, want)
	}
	if want := "/cases?kpi=dossier.on_time_rate&part=numerator&period=ytd"; c.Numerator.Cases != want {
		t.Errorf("its numerator's cases are at %s, want %s", c.Numerator.Cases, want)
	}
	if c.Change != "▲\u00a02,8\u00a0điểm %" || c.Tone != "better" || !strings.HasPrefix(c.Before, "94,6\u00a0%: ") {
		t.Errorf("%+v", c)
	}
	overdue := v.Heads[2]
	if !overdue.Alarm || overdue.Tone != "better" || !strings.HasPrefix(overdue.Change, "▼") || overdue.Share == "" {
		t.Errorf("fewer overdue is better: %+v", overdue)
	}
	if open := v.More[2]; open.Tone != "level" || open.Alarm {
		t.Errorf("more open work is neither good nor bad: %+v", open)
	}
}

// A count that grew from 0 grew; where nothing at all was told of the period before there is no comparison.
func TestCountsThatGrewFromNothing(t *testing.T) {
	f := func(openBefore float64, change string) {
		t.Helper()
		q := ask(t, overviewPage(), "ytd")
		p := present(t, q, english, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
			all, err := nothing(ctx, queries...)
			for i, query := range queries {
				switch {
				case len(query.By) > 0:
				case query.ID == "task.open_overdue" && query.Period == q.period:
					all[i].Rows[0] = countRow(1)
				case query.ID == "task.open" && query.Period == q.before:
					all[i].Rows[0] = countRow(openBefore)
				}
			}
			return all, err
		})
		for _, c := range []card{p.stock("task.open_overdue", "", "", ""), p.card("task.open_overdue")} {
			if c.Change != change {
				t.Errorf("%g open before: %q, want %q", openBefore, c.Change, change)
			}
		}
	}
	f(2, "▲\u00a01")
	f(0, "")
}

func TestTargetIsShown(t *testing.T) {
	v := viewFor(t, "ytd", english, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := cityAnswers(ctx, queries...)
		goal := 0.95
		all[0].Rows[0].Target = &goal
		return all, err
	})
	if v.Heads[0].Target != "95.0%" || v.Heads[0].Aim.Text != "reached" || v.Heads[1].Target != "" {
		t.Errorf("%+v, %q", v.Heads[0], v.Heads[1].Target)
	}
	// Of a period without cases there is a target too, which nobody has reached or missed.
	v = viewFor(t, "ytd", english, aimed(silence))
	for _, c := range v.Heads {
		if c.Target == "" || c.Aim.Text != "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestAgenciesAreComparedWithTheCity(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, cityAnswers)
	rows := v.Agencies.Rows
	if len(rows) != len(agencies) {
		t.Fatalf("%d rows of %d agencies", len(rows), len(agencies))
	}
	if last := rows[len(rows)-1]; last.Code != "H24.45" || last.Rate.Text != none || last.LastEvent != "chưa có" || !last.Silent {
		t.Errorf("an agency without a case is not last, or has a rate: %+v", last)
	}
	for i := 1; i < len(rows); i++ {
		if rows[i].rate != nil && *rows[i].rate < *rows[i-1].rate {
			t.Errorf("%s stands behind %s", rows[i].Code, rows[i-1].Code)
		}
	}
	standings := map[string]string{}
	for _, r := range rows {
		standings[r.Code] = r.Standing
	}
	// 144 of 144 where 97.4 % are on time happen once in 44 by chance, which is beyond the funnel's limits of 95 %.
	for code, want := range map[string]string{"H24.13": "below", "H24.03": "above", "H24.16": "like", "H24.14": "above", "H24.45": ""} {
		if standings[code] != want {
			t.Errorf("%s is %q, want %q", code, standings[code], want)
		}
	}
	if row := rows[0]; row.Numerator.Cases != "/cases?agency=H24.13&kpi=dossier.on_time_rate&part=numerator&period=ytd" {
		t.Errorf("the cases of an agency are at %s", row.Numerator.Cases)
	}
}

func TestUnknownAgencyShowsItsCode(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, nasty)
	var names []string
	for _, r := range v.Agencies.Rows {
		names = append(names, r.Name)
	}
	if !slices.Contains(names, "(không nêu cơ quan)") || !slices.Contains(names, `</script><script>document.title='owned'</script>`) {
		t.Errorf("%q", names)
	}
}

func TestMonthsBeginWithTheFirstThatHasACase(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, few)
	var months []string
	for _, row := range v.Charts[0].Table.Rows {
		months = append(months, row.Name)
	}
	if diff := cmp.Diff([]string{"10/2019", "9/2019", "8/2019"}, months); diff != "" {
		t.Error(diff)
	}
}

// TestQuietAgenciesHaveNoRate: an agency of which nothing is heard any more says since when, and is not compared.
func TestQuietAgenciesHaveNoRate(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, cityAnswers)
	quiet := 0
	for _, r := range v.Agencies.Rows {
		if !strings.HasPrefix(r.Rate.Text, "không có dữ liệu từ ") {
			continue
		}
		quiet++
		if !r.Silent || r.Standing != "" || r.rate != nil || !slices.ContainsFunc(v.Attention[3].Items, func(i noticeItem) bool { return i.Name == r.Name }) {
			t.Errorf("%s is compared, or not named: %+v, %v", r.Code, r, v.Attention[3])
		}
	}
	if quiet == 0 || len(v.Attention[3].Items) != quiet {
		t.Errorf("%d quiet agencies in the table, %v above it", quiet, v.Attention[3])
	}
}

// What needs attention: rates that fell by more than chance, and only those; growth of overdue work; deadlines; silence.
func TestAttention(t *testing.T) {
	v := viewFor(t, "ytd", vietnamese, cityAnswers)
	says := map[string]string{}
	for _, n := range v.Attention {
		for _, item := range n.Items {
			says[n.ID] += item.Name + ": " + item.Says + item.Number.Text + "\n"
		}
		says[n.ID] += n.More + "\n" + n.Says
	}
	for id, want := range map[string]string{
		"fell":  "Sở Xây dựng: 92,4\u00a0% (2.431 / 2.630) → 87,4\u00a0%\nSở Tài nguyên và Môi trường: 84,2\u00a0% (3.357 / 3.987) → 79,2\u00a0%\n\nSo với năm 2018;",
		"grew":  "Huyện Thủy Nguyên: +53\u00a0hồ sơ: 24 → 77\n",
		"due":   "Huyện Thủy Nguyên: 99\n",
		"quiet": "Huyện Thủy Nguyên: hồ sơ, nhiệm vụ: không có dữ liệu từ 17/09/2019",
	} {
		if !strings.HasPrefix(says[id], want) {
			t.Errorf("%s: %q", id, says[id])
		}
	}
	for _, r := range v.Agencies.Rows {
		if r.Fell != (r.Code == "H24.12" || r.Code == "H24.13") {
			t.Errorf("%s fell: %v", r.Code, r.Fell)
		}
	}
	past := viewFor(t, "2018", english, cityAnswers)
	if n := past.Attention[2]; n.Bad || !n.Untold || n.Heading != "Due today and the next two working days" || n.Says != "Only told while the period runs." {
		t.Errorf("of a period that is over: %+v", n)
	}
	calm := viewFor(t, "ytd", english, silence)
	for _, n := range calm.Attention {
		if n.Bad || n.Untold == (n.ID == "due") || n.ID == "due" && n.Heading != overviewPhrases["dueNone"].in(english) {
			t.Errorf("of a city where nothing happens: %+v", n)
		}
	}
	q := ask(t, overviewPage(), "ytd")
	asItWas := func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		same := slices.Clone(queries)
		for i := range same {
			if same[i].Period == q.before {
				same[i].Period = q.period
			}
		}
		return cityAnswers(ctx, same...)
	}
	steady := viewFor(t, "ytd", english, asItWas)
	for _, n := range steady.Attention[:2] {
		if n.Bad || n.Untold || n.Heading != overviewPhrases[n.ID+"None"].in(english) {
			t.Errorf("of a city as it was: %+v", n)
		}
	}
	more := viewFor(t, "ytd", english, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := asItWas(ctx, queries...)
		for i, one := range queries {
			if one.Period == q.before && one.ID == "task.open_overdue" {
				all[i].Rows = nil // there was none
			}
		}
		return all, err
	}).Attention[1]
	if !more.Bad || len(more.Items) == 0 || !strings.Contains(more.Items[0].Says, "\u00a0tasks: ") {
		t.Errorf("of a city where tasks alone grew overdue: %+v", more)
	}
}

func TestSilentPeriodSaysSo(t *testing.T) {
	v := viewFor(t, "2019-09", vietnamese, func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		all, err := nothing(ctx, queries...)
		for i := range all {
			all[i].Events = 5
		}
		return all, err
	})
	if !v.Silent {
		t.Error("it does not say so")
	}
	if v.Heads[0].Value.Text != none || v.Heads[0].Numerator != nil {
		t.Errorf("a rate without cases has a value: %+v", v.Heads[0])
	}
	if want := "0 hồ sơ có hạn đã giải quyết"; v.Heads[0].Of != want {
		t.Errorf("a rate is of %q, want %q", v.Heads[0].Of, want)
	}
	for _, n := range v.Attention {
		if !n.Untold || n.Heading != overviewPhrases[n.ID+"Of"].in(vietnamese) {
			t.Errorf("of nothing it is said that all is well, or not: %+v", n)
		}
	}
}

func TestAnswersMustFitTheQuestions(t *testing.T) {
	q := ask(t, overviewPage(), "ytd")
	figures, err := cityAnswers(t.Context(), overviewQuestions(q)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sortOut(q, figures[1:]); err == nil {
		t.Error("an answer is missing, and yet there is a page")
	}
	figures[0], figures[1] = figures[1], figures[0]
	if _, err := sortOut(q, figures); err == nil {
		t.Error("answers are exchanged, and yet there is a page")
	}
}

func TestNoWordIsMissing(t *testing.T) {
	for lang, w := range spoken {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: %s is empty", lang, v.Type().Field(i).Name)
			}
		}
	}
}

// Whatever the figures are, a small line stays in its box and says nothing that is no number.
func TestSparkStaysInItsBox(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := &presenter{asked: &asked{}, answers: answers{monthly: map[string]map[string]kpi.Row{"x": {}}}, lang: english}
		p.months.First, p.months.Last = "2018-01-01", "2019-12-31"
		for m := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC); m.Year() < 2020; m = m.AddDate(0, 1, 0) {
			row := kpi.Row{}
			if rapid.Bool().Draw(r, "told") {
				v := rapid.SampledFrom([]float64{0, 1, 0.5, 1e9, 0.999}).Draw(r, "value")
				row.Value = &v
			}
			p.monthly["x"][m.Format("2006-01")] = row
		}
		s := p.spark("x")
		if s == nil {
			return
		}
		for _, path := range []string{s.Path, s.Area, s.Dot} {
			if strings.Contains(path, "NaN") || strings.Contains(path, "Inf") || !strings.HasPrefix(path, "M") {
				r.Fatalf("no path: %s", path)
			}
			for _, point := range strings.FieldsFunc(path, func(c rune) bool { return strings.ContainsRune("MLZh", c) }) {
				var x, y float64
				if n, _ := fmt.Sscanf(point, "%f %f", &x, &y); n == 2 && (x < 0 || x > 100 || y < 0 || y > 30) {
					r.Fatalf("out of the box: %s in %s", point, path)
				}
			}
		}
	})
}
