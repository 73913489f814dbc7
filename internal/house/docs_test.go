package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tiendo/internal/event"
)

// link finds a Markdown link or image.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksOfTheDocsLeadSomewhere(t *testing.T) {
	followed := 0
	for _, name := range files(t) {
		if filepath.Ext(name) != ".md" {
			continue
		}
		for _, found := range link.FindAllStringSubmatch(read(t, name), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			followed++
			path := filepath.Join(root(t), filepath.Dir(name), target)
			if target == "" {
				path = filepath.Join(root(t), name)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Errorf("%s: %s leads nowhere", name, found[1])
				continue
			}
			if anchor != "" && !info.IsDir() && !hasHeading(t, path, anchor) {
				t.Errorf("%s: %s: no such heading", name, found[1])
			}
		}
	}
	if followed < 10 {
		t.Fatalf("only %d links were followed", followed)
	}
}

// hasHeading says whether a page has a heading that anchor names, by the rule that forges use.
func hasHeading(t *testing.T, path, anchor string) bool {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	drop := regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
	for line := range strings.Lines(string(raw)) {
		heading := strings.TrimLeft(line, "#")
		if heading == line {
			continue
		}
		name := drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
		if strings.ReplaceAll(name, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// What the runbook looks for in the server's log is something that the server says, so that nobody searches for what never comes.
func TestRunbookLooksForWhatIsLogged(t *testing.T) {
	var logged strings.Builder
	for _, name := range files(t) {
		if filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
			logged.WriteString(read(t, name))
		}
	}
	looks := regexp.MustCompile(`journalctl[^|\n]*\| grep (?:-E )?(?:'([^']+)'|(\S+))`).FindAllStringSubmatch(read(t, "docs/runbook.md"), -1)
	if len(looks) < 5 {
		t.Fatalf("only %d searches were found", len(looks))
	}
	for _, found := range looks {
		for word := range strings.SplitSeq(found[1]+found[2], "|") {
			if part, ok := strings.CutPrefix(word, `"part":`); ok {
				word = `"part", ` + part
			} else {
				word = `("` + word
			}
			if !strings.Contains(logged.String(), word) {
				t.Errorf("the runbook looks for %s, which no message begins with", word)
			}
		}
	}
}

// The event reference is made from the list that the collector checks against.
func TestEventReferenceIsCurrent(t *testing.T) {
	var b strings.Builder
	family := event.Family("")
	for _, typ := range event.Types() {
		if typ.Family() != family {
			family = typ.Family()
			fmt.Fprintf(&b, "\n## %s\n\n| type | required | optional |\n|---|---|---|\n", family)
		}
		var must, may []string
		for _, f := range typ.Fields() {
			if f.Required {
				must = append(must, fieldText(f))
			} else {
				may = append(may, fieldText(f))
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", typ, dash(must), dash(may))
	}
	page := read(t, "docs/events.md")
	same(t, "docs/events.md", between(t, page, "types", strings.TrimPrefix(b.String(), "\n")))
}

func dash(words []string) string {
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, ", ")
}

// kinds are the words of the reference for the kinds of fields.
var kinds = map[event.Kind]string{
	event.Code: "code", event.Codes: "list of codes", event.Bool: "true or false", event.Int: "whole number",
	event.Number: "number", event.Day: "date", event.Deadline: "date or instant", event.Term: "period",
	event.Officer: "officer", event.Evidence: "https address",
}

func fieldText(f event.Field) string {
	switch {
	case f.Kind == event.Enum:
		return fmt.Sprintf("`%s` (`%s`)", f.Name, strings.Join(f.Values, "` `"))
	case f.Kind == event.Int && f.Max <= 100:
		return fmt.Sprintf("`%s` (whole number, %g to %g)", f.Name, f.Min, f.Max)
	case f.Kind == event.Number && f.Min == 0:
		return fmt.Sprintf("`%s` (number, 0 or more)", f.Name)
	default:
		return fmt.Sprintf("`%s` (%s)", f.Name, kinds[f.Kind])
	}
}

func TestEveryKindOfFieldHasWords(t *testing.T) {
	for _, typ := range event.Types() {
		for _, f := range typ.Fields() {
			if f.Kind != event.Enum && kinds[f.Kind] == "" {
				t.Errorf("%s.%s: kind %d has no words", typ, f.Name, f.Kind)
			}
		}
	}
}

// act finds what is written into the audit log.
var act = regexp.MustCompile(`(?:\baudit\((?:ctx|r\.Context\(\)), |\bVerb: |\.Act\(|\bact\(&by, )"([a-z]+(?:\.[a-z]+)?)"`)

// Whatever the audit log may say has words on its page, and a line in the docs.
func TestEveryActHasWords(t *testing.T) {
	page, words, found := read(t, "docs/access.md"), read(t, "dashboards/doorwords.go"), map[string]bool{}
	for _, name := range files(t) {
		if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range act.FindAllStringSubmatch(read(t, name), -1) {
			found[m[1]] = true
		}
	}
	for verb := range found {
		if !strings.Contains(page, "`"+verb+"`") {
			t.Errorf("%s: docs/access.md does not name it", verb)
		}
		if !strings.Contains(words, `"`+verb+`": `) {
			t.Errorf("%s: dashboards/doorwords.go has no words for it", verb)
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d acts were found", len(found))
	}
}
