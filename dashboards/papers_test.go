package dashboards

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"tiendo/internal/integrity"
	"tiendo/internal/period"
)

// The pages of papers and signs, in both languages, over booked cases; and each number of form 06a leads to as many cases.
func TestPapersAreShown(t *testing.T) {
	p := bookedPages(t)
	f := func(address string, status int, want ...string) string {
		t.Helper()
		r := get(t, p.Papers(), address)
		body := bodyOf(t, r)
		if r.StatusCode != status || r.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %d, %s", address, r.StatusCode, r.Header.Get("Content-Security-Policy"))
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not say %q", address, w)
			}
		}
		return body
	}
	f("/reports", 200, `value="2019-Q3"`, `formaction="/v1/reports/06a" name="format" value="xlsx"`, `<option value="H24.12">Sở Xây dựng`)
	f("/reports?lang=en&agency=H24.12&cutoff=report", 200, `<option value="H24.12" selected>Department of Construction`, `<option value="report" selected>`)
	f("/reports/06a?period=2019-Q3&cutoff=report&lang=en", 200, "Settling of administrative procedures", "from 15 June 2019 to 14 September 2019", "(13)", "/v1/reports/06a?cutoff=report&amp;format=xlsx")
	f("/reports/summary?period=2019-01-01..2019-10-01&agency=H24.12", 200, "I. Thực hiện nhiệm vụ được giao", "Sở Xây dựng", "từ ngày 01/01/2019 đến ngày 01/10/2019", "VII.")
	f("/signals?period=2019-Q3", 200, "Không có tín hiệu nào vượt mức ngẫu nhiên.", "Sở Xây dựng", `href="#late_pause"`, `id="desk_online"`)
	f("/signals?period=2018-Q1", 200, "Chưa có hồ sơ, nhiệm vụ nào của kỳ này để xét.", "Đã xét 0 hồ sơ, lúc ")
	f("/signals?period=2019-Q3&agency=H24.12&lang=en", 200, "No sign is beyond chance.", "What else could explain it")
	for _, wrong := range []string{"period=2019-Q9", "cutoff=moon", "kind=x", "agency=H24.99", "agency=a&agency=b"} {
		name, _, _ := strings.Cut(wrong, "=")
		f("/reports/06a?"+wrong, 400, name)
	}
	f("/reports/07b", 404)

	page := f("/reports/06a?period=2019-Q3", 200)
	found := regexp.MustCompile(`<a href="(/cases\?[^"]*)"><data value="(\d+)" data-kpi="official`).FindAllStringSubmatch(page, -1)
	if len(found) < 10 {
		t.Fatalf("only %d numbers lead to cases", len(found))
	}
	for _, m := range found {
		list := bodyOf(t, get(t, p.Cases(), html.UnescapeString(m[1])))
		if !strings.Contains(list, `id="total" value="`+m[2]+`"`) {
			t.Errorf("%s is on the form, and %s lists another number of cases", m[2], m[1])
		}
	}
}

// A sign that is raised says what it is, how probable that is, what else it could be, and leads to its cases.
func TestRaisedSign(t *testing.T) {
	of, err := period.Parse("2019-Q3", today, hanoi)
	if err != nil {
		t.Fatal(err)
	}
	others, k, n := .004, 4, 1000
	found := &integrity.Report{Period: of, Cases: 120_000, Sample: 3, Signs: integrity.Signs(), Findings: []integrity.Finding{{
		Sign: integrity.LatePause, Agency: "H24.13", N: 155, K: 31, Expected: 3.1, Others: &others, OthersK: &k, OthersN: &n, P: 1e-9, Adjusted: 7e-9, Q: .0123, Raised: true,
	}}}
	for range 31 {
		found.Findings[0].Subjects = append(found.Findings[0].Subjects, "H24.13-190701-0001")
	}
	var q paperAsked
	q.Period = of
	v := newSignalsView(found, q, vietnamese, nameOf)
	if len(v.Raised) != 1 || len(v.Rows) != 1 || !v.Rows[0].Cells[0].Raised || v.Rows[0].Cells[1].Text != none {
		t.Fatalf("got %+v", v)
	}
	raised := v.Raised[0]
	if raised.Says != "31/155" || raised.Agency != "Sở Tài nguyên và Môi trường" || len(raised.Cases) != shownCases || raised.More != "và 7 nữa" ||
		!strings.Contains(raised.Chance, "p < 0,0001") || !strings.Contains(raised.Chance, "q = 0,0123") {
		t.Errorf("got %+v", raised)
	}
	if raised.Cases[0].Href != "/cases/dossier/H24.13-190701-0001" || !strings.Contains(v.Looked, "40.000 hồ sơ, một phần 3 của 120.000") {
		t.Errorf("got %+v, %s", raised.Cases[0], v.Looked)
	}
}

// A share of the others says of how many it is.
func TestSharesOfOthersSayOfHowMany(t *testing.T) {
	share, k, n := 0.0, 0, 1234
	f := integrity.Finding{Expected: 3.1, Others: &share, OthersK: &k, OthersN: &n}
	if says := expectation(&f, vietnamese); says != "mức bình thường: nhiều nhất khoảng 3,1; các cơ quan khác: 0,0\u00a0% (0/1.234)" {
		t.Error(says)
	}
}
