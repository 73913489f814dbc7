package dashboards

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/kpi"
)

// The reference of figures is made of the same entries as the page /kpis.
func TestFiguresAreDocumented(t *testing.T) {
	type figure struct {
		ID     string
		VI, EN figureEntry
	}
	type group struct {
		Name    string
		Figures []figure
	}
	vi, en := catalogueOf(vietnamese), catalogueOf(english)
	var all []group
	for i, g := range vi.Groups {
		if len(g.Figures) == 0 {
			continue
		}
		of := group{Name: g.Name + " · " + en.Groups[i].Name}
		for j, f := range g.Figures {
			of.Figures = append(of.Figures, figure{f.ID, f, en.Groups[i].Figures[j]})
		}
		all = append(all, of)
	}
	raw, err := templates.ReadFile("templates/kpis.md")
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	err = template.Must(template.New("").Parse(string(raw))).Execute(&page, map[string]any{
		"VI": toldIn[vietnamese], "EN": toldIn[english], "Groups": all, "Missing": kpi.NotComputed(),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "docs", "kpis.md")
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), page.String()); diff != "" {
		t.Errorf("docs/kpis.md differs from internal/kpi (-file +code); go test ./dashboards -run Documented -update writes it:\n%s", diff)
	}
}

func TestCatalogueShowsEveryFigure(t *testing.T) {
	h := site(t, few)
	for _, lang := range []language{vietnamese, english} {
		r := get(t, h, "/kpis?lang="+string(lang))
		page := bodyOf(t, r)
		if r.StatusCode != http.StatusOK {
			t.Fatalf("status %d", r.StatusCode)
		}
		for _, d := range kpi.Catalogue() {
			for _, want := range []string{`id="` + d.ID + `"`, "/v1/kpis/" + d.ID, lang.of(d.VI, d.EN)} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: the page lacks %q", lang, want)
				}
			}
		}
		if strings.Contains(page, "<script") {
			t.Error("the catalogue needs no script")
		}
		for _, g := range catalogueOf(lang).Groups {
			for _, f := range g.Figures {
				v := reflect.ValueOf(f)
				for i := range v.NumField() {
					if name := v.Type().Field(i).Name; v.Field(i).Kind() == reflect.String && v.Field(i).String() == "" && name != "Law" && name != "Cannot" {
						t.Errorf("%s: %s is empty", f.ID, name)
					}
				}
			}
			if g.Name == g.ID {
				t.Errorf("the figures of %s stand in no group", g.ID)
			}
		}
	}
}

func TestNoCaseWordIsMissing(t *testing.T) {
	for lang, w := range toldIn {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s: %s is empty", lang, v.Type().Field(i).Name)
			}
		}
	}
}
