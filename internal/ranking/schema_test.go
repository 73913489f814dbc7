package ranking_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tiendo/examples/methods"
	"tiendo/internal/ranking"

	"github.com/go-json-experiment/json"
	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../docs/method.schema.json"

func schema(t *testing.T) (*jsonschema.Schema, map[string]any) {
	t.Helper()
	file, err := os.Open(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("method.schema.json", text); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("method.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled, text.(map[string]any)
}

func asJSON(t *testing.T, content []byte) any {
	t.Helper()
	converted, err := yaml.YAMLToJSON(content)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(converted)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaTakesTheExamples(t *testing.T) {
	compiled, _ := schema(t)
	entries, err := methods.Files.ReadDir(".")
	if err != nil || len(entries) < 5 {
		t.Fatal(err, len(entries))
	}
	for _, e := range entries {
		content, err := methods.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(asJSON(t, content)); err != nil {
			t.Errorf("%s: %v", e.Name(), err)
		}
	}
}

// What a schema can know, schema and program refuse alike.
func TestSchemaRefusesWhatTheProgramRefuses(t *testing.T) {
	compiled, _ := schema(t)
	whole, err := methods.Files.ReadFile("departments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := func(old, replacement string) {
		t.Helper()
		content := strings.Replace(string(whole), old, replacement, 1)
		if content == string(whole) {
			t.Fatalf("the example has no %q", old)
		}
		if _, err := ranking.Read([]byte(content)); err == nil {
			t.Errorf("the program takes %q", replacement)
		}
		if err := compiled.Validate(asJSON(t, []byte(content))); err == nil {
			t.Errorf("the schema takes %q", replacement)
		}
	}
	f("version: \"2026.1\"\n", "")
	f("periods: [quarter, half, nine_months, year]", "periods: [week]")
	f("points: 100", "points: 0")
	f("below: shrink", "below: leave_out")
	f("minimum: {volume: 30, below: shrink}", "minimum: {volume: 30}")
	f("weight: 40", "weight: 0")
	f("kpi: dossier.on_time_rate_first", "assessment: {code: a}")
	f("kind: linear, zero: 0.70, full: 1", "kind: linear, zero: 0.70")
	f("kind: threshold, at: 0.10, below: 0.5", "kind: threshold, below: 0.5")
	f("kind: threshold, at: 0.10, below: 0.5", "kind: steps")
	f("missing: neutral", "missing: skip")
	f("kind: bonus", "kind: gift")
	f("    each: 0.5\n", "")
	f("draws: 10000", "draws: 100")
	f("weights: 0.25", "weights: 2")
	f("after: 20, completeness: 0.95", "after: 20, completeness: 95")
	f("submit: 10", "submit: soon")
}

// The members of every object are the same in the schema and in the program, which names those it knows.
func TestSchemaKnowsEveryMember(t *testing.T) {
	_, text := schema(t)
	at := func(path string) map[string]any {
		var v any = text
		for step := range strings.SplitSeq(path, " ") {
			v = v.(map[string]any)[step]
		}
		return v.(map[string]any)
	}
	f := func(path, content string) {
		t.Helper()
		_, err := ranking.Read([]byte(content))
		if err == nil {
			t.Fatalf("%s: an unknown member was taken", path)
		}
		_, rest, _ := strings.Cut(err.Error(), "there is no such member; ")
		known, _, found := strings.Cut(rest, " would do")
		if !found {
			t.Fatalf("%s: no members are named in %v", path, err)
		}
		members := strings.Split(known, ", ")
		slices.Sort(members)
		var properties []string
		for name := range at(path) {
			properties = append(properties, name)
		}
		slices.Sort(properties)
		if !slices.Equal(members, properties) {
			t.Errorf("%s: the program knows %v, the schema %v", path, members, properties)
		}
	}
	f("properties", "x: 1")
	f("properties groups items properties", "groups: [{x: 1}]")
	f("properties exclude items properties", "exclude: [{x: 1}]")
	f("properties areas items properties", "areas: [{x: 1}]")
	f("properties ties properties", "ties: {x: 1}")
	f("properties deadlines properties", "deadlines: {x: 1}")
	f("properties publication properties", "publication: {x: 1}")
	f("properties uncertainty properties", "uncertainty: {x: 1}")
	f("$defs names properties", "titles: {x: 1}")
	f("$defs minimum properties", "minimum: {x: 1}")
	f("$defs criterion properties", "areas: [{id: a, criteria: [{x: 1}]}]")
	f("$defs criterion properties assessment properties", "areas: [{id: a, criteria: [{id: b, assessment: {x: 1}}]}]")
	f("$defs scoring properties", "areas: [{id: a, criteria: [{id: b, kpi: dossier.on_time_rate, scoring: {x: 1}}]}]")
	f("$defs scoring properties bands items properties", "areas: [{id: a, criteria: [{id: b, kpi: dossier.on_time_rate, scoring: {kind: bands, bands: [{x: 1}]}}]}]")
	f("$defs adjustment properties", "adjustments: [{x: 1}]")
	var whole any
	raw, _ := os.ReadFile(schemaFile)
	if err := json.Unmarshal(raw, &whole); err != nil {
		t.Error(err) // members named twice
	}
}
