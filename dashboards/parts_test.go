package dashboards

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/kpi"
)

var (
	// blocks are what stands beside each other: a row of a table, a card or a tile, an item of a list.
	blocks = []*regexp.Regexp{regexp.MustCompile(`(?s)<tr>.*?</tr>`), regexp.MustCompile(`(?s)<article .*?</article>`), regexp.MustCompile(`(?s)<li[ >].*?</li>`)}
	heads  = regexp.MustCompile(`(?s)<thead>.*?</thead>|<span class="about".*?</span>|<p class="says">.*?</p>|<h[23].*?</h[23]>|<li class="key">.*?</li>|<script.*?</script>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	tables = regexp.MustCompile(`(?s)<table.*?</table>`)
	// percentages are single ones, no difference in points; intervals have two ends.
	percentages = regexp.MustCompile(`\d\s?%`)
	intervals   = regexp.MustCompile(`[\d,.]+–[\d,.]+\s?%`)
	madeOfParts = regexp.MustCompile(`\d / \d|n\s=\s\d|% (của|of) \d`)
	shownRates  = regexp.MustCompile(`<data value="[^"]*" data-kpi="([^"]*)"( data-part="[^"]*")?`)
	// unled are numbers that lead to no cases, as parts do of what no cases are counted for.
	unled    = regexp.MustCompile(`<data value="\d+">`)
	drawings = regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`)
)

// No percentage of cases stands on a page, on a wall or in the words over a mark without what it is made of.
func TestPercentagesHaveTheirParts(t *testing.T) {
	seen := map[string]int{}
	check := func(t *testing.T, page string) {
		t.Helper()
		page = strings.NewReplacer("&nbsp;", " ", nbsp, " ").Replace(page)
		for _, d := range drawings.FindAllStringSubmatch(page, -1) {
			checkTips(t, d[1], seen)
		}
		page = tables.ReplaceAllStringFunc(page, func(table string) string {
			if head, _, _ := strings.Cut(table, "</thead>"); strings.Contains(head, "n = ") {
				return "" // shares of one whole
			}
			return table
		})
		page = heads.ReplaceAllString(page, "")
		rest := page
		for i, of := range blocks {
			for _, block := range of.FindAllString(page, -1) {
				if !strings.Contains(block, `class="tile`) && !strings.Contains(block, `class="who"`) { // a wall links nothing, and says parts as text
					checkRates(t, block, seen)
				}
				if text := intervals.ReplaceAllString(tags.ReplaceAllString(block, ""), ""); percentages.MatchString(text) {
					seen[fmt.Sprint("block ", i)]++
					if !madeOfParts.MatchString(text) && !strings.Contains(block, `data-part="numerator"`) && len(unled.FindAllString(block, 2)) < 2 {
						t.Errorf("without parts: %.300s", block)
					}
				}
			}
			rest = of.ReplaceAllString(rest, "")
		}
		for _, m := range shownRates.FindAllStringSubmatch(rest, -1) {
			if d, _ := kpi.ByID(m[1]); d.Shape == kpi.Ratio && m[2] == "" {
				t.Errorf("a rate stands alone: %s", m[0])
			}
		}
	}
	for _, lang := range []string{"vi", "en"} {
		for _, of := range pages() {
			ask := cityAnswers
			if path := strings.ReplaceAll(of.path, "{agency}", "H24.12"); slices.Contains([]string{"/tasks", "/citizens", "/organisation", "/quality", "/agencies/H24.12"}, path) {
				ask = domainAnswers
			}
			t.Run(of.path+"-"+lang, func(t *testing.T) {
				check(t, bodyOf(t, get(t, site(t, ask), strings.ReplaceAll(of.path, "{agency}", "H24.12")+"?lang="+lang)))
			})
		}
		t.Run("/wall-"+lang, func(t *testing.T) {
			var all []string
			for _, of := range panels {
				all = append(all, of.id)
			}
			check(t, bodyOf(t, get(t, wallSite(t, wallAnswers), "/wall?panels="+strings.Join(all, ",")+"&lang="+lang)))
		})
	}
	for what, least := range map[string]int{"tip": 500, "rate": 1000, "block 0": 500, "block 1": 50, "block 2": 20} {
		if seen[what] < least {
			t.Errorf("only %d of %s were looked at", seen[what], what)
		}
	}
}

// checkRates wants the parts of each rate in the block where it stands.
func checkRates(t *testing.T, block string, seen map[string]int) {
	t.Helper()
	all := shownRates.FindAllStringSubmatch(block, -1)
	for _, m := range all {
		if d, _ := kpi.ByID(m[1]); d.Shape != kpi.Ratio || m[2] != "" {
			continue
		}
		seen["rate"]++
		if d, _ := kpi.ByID(m[1]); !d.CountsCases() && len(unled.FindAllString(block, 2)) == 2 {
			continue
		}
		for _, part := range []string{"numerator", "denominator"} {
			if !slices.ContainsFunc(all, func(o []string) bool { return o[1] == m[1] && strings.Contains(o[2], part) }) {
				t.Errorf("%s stands without its %s: %.300s", m[1], part, block)
			}
		}
	}
}

// checkTips wants the same of the words over the marks of a drawing.
func checkTips(t *testing.T, drawn string, seen map[string]int) {
	t.Helper()
	var d drawing
	if err := json.Unmarshal([]byte(drawn), &d); err != nil {
		t.Fatal(err)
	}
	all := d.Tips
	for _, marks := range d.Marks {
		all = append(all, marks...)
	}
	for _, tip := range all {
		text := ""
		for _, line := range tip.Lines {
			text += intervals.ReplaceAllString(strings.ReplaceAll(line.Text, nbsp, " "), "") + "\n"
		}
		if percentages.MatchString(text) {
			seen["tip"]++
			if !madeOfParts.MatchString(text) {
				t.Errorf("without parts: %s\n%s", tip.Title, text)
			}
		}
	}
}

// Headings go down one step at a time, so that who hears a page finds its parts.
func TestHeadingsSkipNoStep(t *testing.T) {
	heading := regexp.MustCompile(`<h([1-6])[ >]`)
	for _, of := range pages() {
		page := bodyOf(t, get(t, site(t, cityAnswers), strings.ReplaceAll(of.path, "{agency}", "H24.12")))
		before := byte('0')
		for _, m := range heading.FindAllStringSubmatch(page, -1) {
			if m[1][0] > before+1 {
				t.Errorf("%s: h%s follows h%c", of.path, m[1], before)
			}
			before = m[1][0]
		}
		if before == '0' {
			t.Errorf("%s has no heading", of.path)
		}
	}
}
