package house

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// part is something of others that is shipped in the binary or beside it.
type part struct{ name, licence, copyright string }

// NOTICE names whatever of others is in the binary or installed beside it, with licence and copyright.
func TestNoticeNamesWhatIsShipped(t *testing.T) {
	parts := modules(t)
	if len(parts) < 10 {
		t.Fatalf("only %d modules were found", len(parts))
	}
	var b strings.Builder
	b.WriteString(`Tiendo
Copyright 2026 the Tiendo authors

Licensed under the Apache License, Version 2.0; see LICENSE.

What follows is the work of others that is part of the program or installed beside it. The licence texts stand in each
module, as the go command and npm obtain it. This file is written by: go test ./internal/house -update

In the program:

`)
	for _, p := range parts {
		fmt.Fprintf(&b, "%s  %s\n", p.name, p.licence)
		for line := range strings.Lines(p.copyright) {
			fmt.Fprintf(&b, "    %s", line)
		}
	}
	b.WriteString("\nFrom npm, served by the program or run beside it:\n\n")
	for _, p := range npm(t) {
		fmt.Fprintf(&b, "%s  %s\n", p.name, p.licence)
	}
	same(t, "NOTICE", b.String())
}

// modules lists the modules that the binary is made of.
func modules(t *testing.T) []part {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "./cmd/tiendo")
	list.Dir = root(t)
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := make(map[string]part)
	decoder := jsontext.NewDecoder(bytes.NewReader(out))
	for {
		var p struct{ Module *struct{ Path, Dir string } }
		if err := json.UnmarshalDecode(decoder, &p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || p.Module.Path == "tiendo" {
			continue
		}
		if _, done := found[p.Module.Path]; !done {
			found[p.Module.Path] = licenceOf(t, p.Module.Path, p.Module.Dir)
		}
	}
	var parts []part
	for _, name := range slices.Sorted(maps.Keys(found)) {
		parts = append(parts, found[name])
	}
	return parts
}

var copyrightLine = regexp.MustCompile(`(?m)^[\s*#/]*(Copyright[^\n]*\d{4}[^\n]*)$`)

// licenceOf tells a licence by a sentence that only it has.
func licenceOf(t *testing.T, name, dir string) part {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "[LC][IiO][CcP][EeY][NnI][SsCN]*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no licence", name)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(raw)), " ")
	sentences := []struct{ licence, says string }{
		{"Apache-2.0", "Apache License Version 2.0"},
		{"MPL-2.0", "Mozilla Public License"},
		{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
		{"MIT", "Permission is hereby granted, free of charge"},
		{"BSD-3-Clause", "Neither the name of"},
		{"BSD-3-Clause", "names of its contributors may not be used"},
		{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	}
	for _, s := range sentences {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(s.says)) {
			continue
		}
		var copyright strings.Builder
		for _, line := range copyrightLine.FindAllStringSubmatch(string(raw), -1) {
			if !strings.Contains(line[1], "[yyyy]") {
				fmt.Fprintln(&copyright, strings.TrimSpace(line[1]))
			}
		}
		return part{name, s.licence, copyright.String()}
	}
	t.Fatalf("%s: the licence in %s is not known; see whether we may ship it, and add a sentence of it here", name, files[0])
	return part{}
}

// npm lists the packages of package.json that are not for development only.
func npm(t *testing.T) []part {
	t.Helper()
	var manifest struct {
		Dependencies         map[string]string `json:"dependencies"`
		OptionalDependencies map[string]string `json:"optionalDependencies"`
	}
	if err := json.Unmarshal([]byte(read(t, "package.json")), &manifest); err != nil {
		t.Fatalf("package.json: %v", err)
	}
	var lock struct {
		Packages map[string]struct {
			License string `json:"license"`
			Dev     bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal([]byte(read(t, "package-lock.json")), &lock); err != nil {
		t.Fatalf("package-lock.json: %v", err)
	}
	var parts []part
	for _, path := range slices.Sorted(maps.Keys(lock.Packages)) {
		name, found := strings.CutPrefix(path, "node_modules/")
		if !found || lock.Packages[path].Dev {
			continue
		}
		if lock.Packages[path].License == "" {
			t.Errorf("%s: package-lock.json names no licence", name)
		}
		parts = append(parts, part{name: name, licence: lock.Packages[path].License})
	}
	if want := len(manifest.Dependencies) + len(manifest.OptionalDependencies); len(parts) < want || want == 0 {
		t.Fatalf("%d packages in the lock, %d in package.json", len(parts), want)
	}
	return parts
}
