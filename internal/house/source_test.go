package house

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func hasPackageComment(t *testing.T, dir, name string) bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file.Doc != nil
}

// asks finds what makes a browser fetch something: an address in an attribute, an import or a fetch.
var asks = regexp.MustCompile(`(?i)(?:\b(?:src|href|action|poster|srcset)\s*=\s*["']?|url\(\s*["']?|@import\s+["']?|fetch\(\s*["'\x60]|import\s+[^;\n]*from\s*["'])(?:https?:)?//[a-z0-9.-]+`)

// A city's network may have no internet: whatever is served comes from us.
func TestNothingServedAsksAnotherHost(t *testing.T) {
	looked := 0
	for _, name := range files(t) {
		served := slices.Contains([]string{".html", ".css", ".js", ".svg", ".tmpl", ".gohtml"}, filepath.Ext(name))
		if !served || strings.HasSuffix(name, ".min.js") {
			continue
		}
		looked++
		for _, found := range asks.FindAllString(read(t, name), -1) {
			if strings.Contains(found, "//www.w3.org/") { // a name of XML, never fetched
				continue
			}
			t.Errorf("%s asks another host: %s", name, found)
		}
	}
	if looked == 0 {
		t.Skip("nothing is served yet")
	}
}

func TestTheLookForOtherHostsBites(t *testing.T) {
	f := func(text string, want bool) {
		t.Helper()
		if got := asks.MatchString(text); got != want {
			t.Errorf("%s: found %v, want %v", text, got, want)
		}
	}
	f(`<script src="https://cdn.example.org/x.js">`, true)
	f(`<link href='//fonts.example.org/css'>`, true)
	f(`background: url(https://example.org/a.png)`, true)
	f(`@import "https://example.org/a.css"`, true)
	f(`fetch("https://example.org/v1")`, true)
	f(`<script src="/static/x.js">`, false)
	f(`fetch("/v1/kpis")`, false)
	f(`<svg xmlns="http://www.w3.org/2000/svg">`, false)
}

// What is committed must work on any machine: no path of the machine it was written on, no host that packages come from.
func TestNoPlaceOfOneMachine(t *testing.T) {
	places := regexp.MustCompile(`(?:^|[\s"'=(:\x60])/(?:root|work|home/[a-z]+)/|registry\.` + `npmjs|proxy\.` + `golang\.org|"resolved":`)
	looked := 0
	for _, name := range files(t) {
		if slices.Contains([]string{".png", ".gz", ".zst", ".ico", ".woff2", ".sum"}, filepath.Ext(name)) ||
			strings.Contains(name, "/testdata/") || strings.HasSuffix(name, "house/source_test.go") {
			continue
		}
		looked++
		for i, line := range strings.Split(read(t, name), "\n") {
			if at := places.FindString(line); at != "" {
				t.Errorf("%s:%d: names a place of one machine: %s", name, i+1, at)
			}
		}
	}
	if looked < 20 {
		t.Fatalf("only %d files were looked at", looked)
	}
}
