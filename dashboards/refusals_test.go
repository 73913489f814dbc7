package dashboards

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var (
	refusedHere = regexp.MustCompile(`(?s)<section class="panel trouble">(.*?)</section>`)
	inEnglish   = regexp.MustCompile(`\b(would do|is no|no figure|cannot|no such|named twice|nothing|called|reported)\b`)
)

// What a page refuses it refuses in the language of the page: nobody who reads Vietnamese is told what would do in English.
func TestRefusalsAreInTheLanguageOfThePage(t *testing.T) {
	p := bookedPages(t)
	for _, address := range []string{
		"/cases?kpi=foo", "/cases?kpi=dossier.late&part=foo", "/cases?kpi=dossier.late&period=xx", "/cases?kpi=dossier.late&period=2026-13",
		"/cases?kpi=dossier.late&period=1800", "/cases?kpi=dossier.late&period=2026-09-02..2026-09-01", "/cases?kpi=dossier.late&period=2026-09-31",
		"/cases?kpi=dossier.late&period=d30&cutoff=report", "/cases?kpi=dossier.late&cutoff=x", "/cases?kpi=dossier.late&fold=x", "/cases?kpi=dossier.late&format=x",
		"/cases?kpi=dossier.late&sort=x", "/cases?kpi=dossier.late&after=x", "/cases?kpi=dossier.late&sort=opened&after=x", "/cases?kpi=dossier.late&left=x", "/cases?kpi=task.open&age=3",
		"/cases?kpi=dossier.late&issuer=x", "/cases?kpi=dossier.late&kpi=dossier.open", "/cases?kpi=org.iso_ratio",
		"/reports?period=xx", "/reports/06a?cutoff=x", "/reports/06a?agency=nobody", "/reports/06a?form=x", "/reports/summary?agency=nobody",
		"/signals?period=xx", "/signals?agency=nobody",
	} {
		for lang, other := range map[string]bool{"vi": false, "en": true} {
			h := p.Papers()
			if strings.HasPrefix(address, "/cases") {
				h = p.Cases()
			}
			r := get(t, h, address+"&lang="+lang)
			page := bodyOf(t, r)
			says := refusedHere.FindString(page)
			if r.StatusCode != http.StatusBadRequest || says == "" {
				t.Errorf("%s: status %d, %.200q", address, r.StatusCode, says)
				continue
			}
			says, _, _ = strings.Cut(says, "<a ")
			if inEnglish.MatchString(says) != other {
				t.Errorf("%s in %s: %s", address, lang, says)
			}
		}
	}
}

// A period that has not begun is a page without figures, that says so and which days those are: of what is open now nobody knows
// what will be late then.
func TestPeriodsThatHaveNotBegun(t *testing.T) {
	p := bookedPages(t)
	for _, of := range pages() {
		path := strings.ReplaceAll(of.path, "{agency}", "H24.12")
		r := get(t, p, path+"?period=2190")
		page := bodyOf(t, r)
		if r.StatusCode != http.StatusOK || !strings.Contains(page, "Kỳ này chưa bắt đầu") || !strings.Contains(page, "01/01/2190 – 31/12/2190") || strings.Contains(page, "<data ") {
			t.Errorf("%s: status %d, or it does not say that the period has not begun, or shows figures", path, r.StatusCode)
		}
	}
}

// What a refusal offers works, and keeps what was right: the agency, and the other filters.
func TestWhatWouldDoKeepsWhatIsRight(t *testing.T) {
	p := bookedPages(t)
	for address, c := range map[string]struct {
		says  string
		links []string // among those that are offered
	}{
		"/agencies/H24.12?period=foo":                   {"“foo” is no period.", []string{"/agencies/H24.12?lang=en&period=mtd"}},
		"/agencies/H24.12?foo=1":                        {"“foo” is no filter of this page.", []string{"/agencies/H24.12?lang=en&period=ytd"}},
		"/agencies/H24.12?agency=H24.13&period=2019":    {"“agency=H24.13” is no filter of this page.", []string{"/agencies/H24.12?lang=en&period=2019", "/agencies/H24.13?lang=en&period=2019"}},
		"/agencies/H24.12?agency=":                      {"“agency=” is no filter of this page.", []string{"/agencies/H24.12?lang=en&period=ytd"}},
		"/dossiers?agency=H24.12&period=foo&by=level":   {"“foo” is no period.", []string{"/dossiers?agency=H24.12&by=level&lang=en&period=qtd"}},
		"/dossiers?agency=H24.12&since=foo&period=2019": {"“since=foo” is no period.", []string{"/dossiers?agency=H24.12&lang=en&period=qtd"}},
		"/dossiers?period=2019&period=2018":             {"“period” is named twice.", []string{"/dossiers?lang=en&period=qtd"}},
		"/dossiers?since=2018&since=2017&period=2019":   {"“since” is named twice.", []string{"/dossiers?lang=en&period=qtd"}},
		"/dossiers?by=unit&by=level&period=2019":        {"“by” is named twice.", []string{"/dossiers?by=unit&lang=en&period=2019"}},
		"/dossiers?agency=H24.12&zebra=1":               {"“zebra” is no filter of this page.", []string{"/dossiers?agency=H24.12&lang=en&period=ytd"}},
	} {
		r := get(t, p, address+"&lang=en")
		says := refusedHere.FindString(bodyOf(t, r))
		if r.StatusCode != http.StatusBadRequest || !strings.Contains(says, c.says) {
			t.Errorf("%s: status %d, %s", address, r.StatusCode, says)
		}
		offered := map[string]bool{}
		for _, m := range regexp.MustCompile(`<li><a href="([^"]*)"`).FindAllStringSubmatch(says, -1) {
			link := html.UnescapeString(m[1])
			offered[link] = true
			if r := get(t, p, link); r.StatusCode != http.StatusOK {
				t.Errorf("%s offers %s: status %d", address, link, r.StatusCode)
			}
		}
		for _, link := range c.links {
			if !offered[link] {
				t.Errorf("%s does not offer %s, but %v", address, link, offered)
			}
		}
	}
	if r := get(t, p, "/agencies/H24.99?period=foo&lang=en"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an agency that nobody knows, in no period: status %d", r.StatusCode)
	}
}
