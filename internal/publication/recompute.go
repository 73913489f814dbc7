package publication

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/internal/ranking"
)

// Recompute computes points and ranks again from the counts that the record publishes, by the method that it publishes, and
// tells differs of each value that is another one: where it stands, and both. The error says that it could not be computed.
func (r *Record) Recompute(differs func(says string)) error {
	method, err := r.Method.Read()
	if err != nil {
		return err
	}
	if err := method.Check(&r.Ranking.Inputs); err != nil {
		return fmt.Errorf("its points can't be computed: %w", err)
	}
	now := method.Recompute(r.Ranking)
	if slices.ContainsFunc(r.Ranking.Groups, func(g ranking.Standings) bool { return g.Certainty != nil }) {
		method.Simulate(now)
	}
	Differences(r.Ranking, now, differs)
	return nil
}

// Differences tells differs of each value in which a ranking is another one than was published. What is said of the period before
// is left out, and where cases are asked for: neither is a part of what points are made of, and another version of this program may
// ask elsewhere. Numbers count as equal up to what a computer loses in adding.
func Differences(published, now *ranking.Result, differs func(says string)) {
	compare("", plain(published), plain(now), differs)
}

// plain is a value as JSON shows it.
func plain(of any) any {
	raw, err := json.Marshal(of)
	if err != nil {
		panic("BUG: a ranking is no JSON: " + err.Error())
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		panic("BUG: a ranking is no JSON: " + err.Error())
	}
	return v
}

// tolerated is the relative difference that adding the same numbers on another machine may make.
const tolerated = 1e-9

func compare(at string, published, now any, differs func(string)) {
	switch p := published.(type) {
	case map[string]any:
		if n, ok := now.(map[string]any); ok {
			compareMembers(at, p, n, differs)
			return
		}
	case []any:
		if n, ok := now.([]any); ok && len(n) == len(p) {
			for i := range p {
				compare(fmt.Sprintf("%s/%s", at, nameOf(p[i], i)), p[i], n[i], differs)
			}
			return
		}
	case float64:
		if n, ok := now.(float64); ok && math.Abs(p-n) <= tolerated*max(1, math.Abs(p)) {
			return
		}
	default:
		if published == now {
			return
		}
	}
	differs(fmt.Sprintf("%s: published %s, computed %s", at, short(published), short(now)))
}

func compareMembers(at string, published, now map[string]any, differs func(string)) {
	var names []string
	for name := range published {
		names = append(names, name)
	}
	for name := range now {
		if _, both := published[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if name != "change" && name != "cases" {
			compare(at+"/"+name, published[name], now[name], differs)
		}
	}
}

// nameOf is what a part of a list is called: by its code if it has one, else by its place.
func nameOf(v any, place int) string {
	m, _ := v.(map[string]any)
	for _, name := range []string{"agency", "group", "criterion", "area", "code", "id"} {
		switch x := m[name].(type) {
		case string:
			return x
		case map[string]any:
			if code, ok := x["code"].(string); ok {
				return code
			}
		}
	}
	return fmt.Sprint(place)
}

// short is a value in a sentence.
func short(v any) string {
	raw, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(raw) > 80 {
		return string(raw[:77]) + "…"
	}
	return string(raw)
}

// Counts tells differs of each count of a ranking that is another one than was published: of figures, of assessments, and of who is
// ranked. What was only said beside them, such as who had gone quiet and what agencies are called, may be said otherwise later.
func Counts(published, now *ranking.Inputs, differs func(says string)) {
	compare("", counted(published), counted(now), differs)
}

// counted is what points are made of, as JSON shows it.
func counted(in *ranking.Inputs) any {
	out := *in
	out.AsOf, out.Events, out.Block, out.Registers, out.Quiet = time.Time{}, 0, 0, nil, nil
	out.Agencies = slices.Clone(in.Agencies)
	for i := range out.Agencies {
		out.Agencies[i].Names = ranking.Names{}
	}
	slices.SortFunc(out.Agencies, func(a, b ranking.Agency) int { return strings.Compare(a.Code, b.Code) })
	out.Figures = slices.Clone(in.Figures)
	for i := range out.Figures {
		f := &out.Figures[i]
		f.Completeness, f.Rows = nil, slices.Clone(f.Rows)
		for j := range f.Rows {
			f.Rows[j].QuietSince = ""
		}
		slices.SortFunc(f.Rows, func(a, b ranking.Row) int { return strings.Compare(a.Agency, b.Agency) })
	}
	out.Assessments = slices.Clone(in.Assessments)
	slices.SortFunc(out.Assessments, func(a, b ranking.Assessment) int {
		return cmp.Or(strings.Compare(a.Agency, b.Agency), strings.Compare(a.Code, b.Code))
	})
	return plain(out)
}
