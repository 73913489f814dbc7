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

// routed are the packages that register what is answered.
var routed = []string{".", "../../dashboards", "../../internal/api"}

// declared is how the pages of figures are registered, which are found by the paths of their declarations.
const declared = `"GET "+pattern`

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
					if each, ok := n.Value.(*ast.Ident); ok && each.Name != "_" {
						lists[each.Name] = textsOf(n.X, nil)
					}
					if each, ok := n.Key.(*ast.Ident); ok && each.Name != "_" {
						lists[each.Name] = keysOf(n.X)
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "path" {
						for _, path := range textsOf(n.Value, nil) {
							add(path)
						}
					}
				case *ast.CallExpr:
					call, ok := n.Fun.(*ast.SelectorExpr)
					if !ok || call.Sel.Name != "Handle" && call.Sel.Name != "HandleFunc" || len(n.Args) != 2 {
						return true
					}
					patterns := textsOf(n.Args[0], lists)
					if len(patterns) == 0 && text(n.Args[0]) != declared {
						t.Errorf("%s: which path %s is can't be read; write it as a text, or range over texts", files.Position(n.Pos()), text(n.Args[0]))
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

// textsOf are the texts that an expression can be: one, those of a list, those that are ranged over by a name, or two after another.
func textsOf(e ast.Expr, lists map[string][]string) (all []string) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			all = append(all, text)
		}
	case *ast.CompositeLit:
		for _, one := range e.Elts {
			all = append(all, textsOf(one, lists)...)
		}
	case *ast.Ident:
		return lists[e.Name]
	case *ast.BinaryExpr:
		for _, first := range textsOf(e.X, lists) {
			for _, second := range textsOf(e.Y, lists) {
				all = append(all, first+second)
			}
		}
	}
	return all
}

// keysOf are those of a map.
func keysOf(e ast.Expr) (all []string) {
	if of, ok := e.(*ast.CompositeLit); ok {
		for _, one := range of.Elts {
			if pair, ok := one.(*ast.KeyValueExpr); ok {
				all = append(all, textsOf(pair.Key, nil)...)
			}
		}
	}
	return all
}
