package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	decisionFile = regexp.MustCompile(`^(\d{4})-[a-z0-9-]+\.md$`)
	statuses     = []string{"proposed", "accepted", "rejected"}
	superseded   = regexp.MustCompile(`^superseded by \d{4}$`)
	sections     = []string{"## Context", "## Decision", "## Consequences", "## What would change our mind"}
)

// A decision has a number, a title, a date, a status and four parts; the index lists all of them.
func TestDecisionsAreWholeAndListed(t *testing.T) {
	dir := filepath.Join(root(t), "docs", "decisions")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	index := "| | decision | status | date |\n|---|---|---|---|\n"
	next := 1
	for _, entry := range entries {
		name := entry.Name()
		if name == "README.md" || name == "template.md" {
			continue
		}
		match := decisionFile.FindStringSubmatch(name)
		if match == nil {
			t.Errorf("%s: name it NNNN-title.md, in small letters", name)
			continue
		}
		if want := fmt.Sprintf("%04d", next); match[1] != want {
			t.Errorf("%s: the next number is %s", name, want)
		}
		next++
		d, err := parseDecision(read(t, "docs/decisions/"+name), match[1])
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		index += fmt.Sprintf("| [%s](%s) | %s | %s | %s |\n", match[1], name, d.title, d.status, d.date)
	}
	if next == 1 {
		t.Fatal("no decision was found")
	}
	if t.Failed() {
		return
	}
	same(t, "docs/decisions/README.md", between(t, read(t, "docs/decisions/README.md"), "index", index))
}

type decision struct{ title, date, status string }

// parseDecision reads the header and sees that every part is there, in order, and says something.
func parseDecision(text, number string) (decision, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 5 {
		return decision{}, fmt.Errorf("too short to be a decision; begin with template.md")
	}
	title, ok := strings.CutPrefix(lines[0], "# "+number+": ")
	if !ok || title == "" {
		return decision{}, fmt.Errorf("line 1 is %q, want \"# %s: title\"", lines[0], number)
	}
	date, ok := strings.CutPrefix(lines[2], "- Date: ")
	if _, err := time.Parse(time.DateOnly, date); !ok || err != nil {
		return decision{}, fmt.Errorf("line 3 is %q, want \"- Date: YYYY-MM-DD\"", lines[2])
	}
	status, ok := strings.CutPrefix(lines[3], "- Status: ")
	if !ok || !slices.Contains(statuses, status) && !superseded.MatchString(status) {
		return decision{}, fmt.Errorf("line 4 is %q, want \"- Status: \" and one of %s or \"superseded by NNNN\"", lines[3], strings.Join(statuses, ", "))
	}
	rest := text
	for i, section := range sections {
		_, after, found := strings.Cut(rest, "\n"+section+"\n")
		if !found {
			return decision{}, fmt.Errorf("%q is missing or out of order", section)
		}
		body := after
		if i+1 < len(sections) {
			body, _, _ = strings.Cut(after, "\n"+sections[i+1]+"\n")
		}
		if strings.TrimSpace(body) == "" {
			return decision{}, fmt.Errorf("%q says nothing", section)
		}
		rest = "\n" + after
	}
	return decision{title, date, status}, nil
}

func TestDecisionHeaders(t *testing.T) {
	good := "# 0001: A title\n\n- Date: 2026-11-24\n- Status: accepted\n\n## Context\n\nx\n\n## Decision\n\nx\n\n## Consequences\n\nx\n\n## What would change our mind\n\nx\n"
	if _, err := parseDecision(good, "0001"); err != nil {
		t.Errorf("a good one was refused: %v", err)
	}
	f := func(old, new string) {
		t.Helper()
		if _, err := parseDecision(strings.Replace(good, old, new, 1), "0001"); err == nil {
			t.Errorf("with %q for %q it was taken", new, old)
		}
	}
	f("0001", "0002")
	f("2026-11-24", "24.11.2026")
	f("accepted", "fine")
	f("accepted", "superseded by nobody")
	f("## Decision", "## Choice")
	f("## Context\n\nx\n", "## Context\n\n")
	f("mind\n\nx\n", "mind\n")
}
