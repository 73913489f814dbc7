package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// routed are the packages that register what is answered, and served those among what they register with names that are worked
// out: they must be told here by hand.
var (
	routed = []string{".", "../../dashboards", "../../internal/api"}
	served = map[string][]string{
		"root":                          {"GET /cases", "GET /v1/cases"},
		`root+"/{family}/{subject...}"`: {"GET /cases/{family}/{subject...}"},
		`root+"/"`:                      {"GET /cases/"},
		`"GET "+pattern`:                nil, // the pages of figures, which are found by their declarations
		`"GET "+sent`:                   nil, // answers of forms that were left: found by the forms
	}
)

// everyRoute lists the patterns that the program registers, as its source tells: a page that somebody adds is among them.
// Those that name no method are GET.
func everyRoute(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	add := func(pattern string) {
		if strings.HasPrefix(pattern, "/") {
			pattern = "GET " + pattern
		}
		if _, path, ok := strings.Cut(pattern, " "); ok && strings.HasPrefix(path, "/") {
			found[pattern] = true
		}
	}
	files := token.NewFileSet()
	for _, folder := range routed {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(folder, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := parser.ParseFile(files, name, content, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			text := func(e ast.Expr) string {
				return string(content[files.Position(e.Pos()).Offset:files.Position(e.End()).Offset])
			}
			lists := map[string][]string{} // what is ranged over, by the name of each
			ast.Inspect(parsed, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.RangeStmt:
					if each, ok := n.Value.(*ast.Ident); ok {
						lists[each.Name] = literals(n.X)
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "path" {
						for _, path := range literals(n.Value) {
							add(path)
						}
					}
				case *ast.CallExpr:
					call, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || call.Sel.Name != "Handle" && call.Sel.Name != "HandleFunc" || len(n.Args) != 2 {
						return true
					}
					patterns := literals(n.Args[0])
					if each, ok := n.Args[0].(*ast.Ident); ok {
						patterns = lists[each.Name]
					}
					if by, known := served[text(n.Args[0])]; known {
						patterns = by
					} else if len(patterns) == 0 {
						t.Errorf("%s: which path %s is, must be told in served", files.Position(n.Pos()), text(n.Args[0]))
					}
					for _, pattern := range patterns {
						add(pattern)
					}
				}
				return true
			})
		}
	}
	var all []string
	for pattern := range found {
		all = append(all, pattern)
	}
	slices.Sort(all)
	if len(all) < 60 {
		t.Fatalf("only %d routes were found: %v", len(all), all)
	}
	return all
}

// literals are the texts that stand in an expression, if it is one or a list of them.
func literals(e ast.Expr) (all []string) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			all = append(all, text)
		}
	case *ast.CompositeLit:
		for _, one := range e.Elts {
			all = append(all, literals(one)...)
		}
	}
	return all
}
