//go:build soak

package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSoakEveryColumnThatIsTamperedWith changes each column of each table that has rows, in every other row: either a check finds it, or
// whatever is served stays as it was, and [unread] says why.
func TestSoakEveryColumnThatIsTamperedWith(t *testing.T) {
	a := ranked(t)
	if code, said := a.told(t, "rank", "--method", "two", "--period", "2026-Q1", "--publish", "--although", "x"); code != exitDone {
		t.Fatal(said)
	}
	conn := a.engine.Conn()
	exec := func(statement string) error {
		return conn.Exec(t.Context(), statement+" SETTINGS insert_deduplicate = 0")
	}
	admin := "Bearer " + secretOf(t, filepath.Join(a.cfg.Data, "admin.token"))
	moment := regexp.MustCompile(`"(as_of|generated|at|block|took|events)":("[^"]*"|\d+)`)
	served := func() string {
		t.Helper()
		var all strings.Builder
		for _, path := range []string{
			"/v1/rankings/two/2026-Q1", "/v1/publications/1/today", "/v1/cases?kpi=dossier.received&period=2026-Q1", "/v1/reports/06a?period=2026-Q1",
			"/v1/kpis/dossier.on_time_rate?period=2026-Q1&by=agency", "/v1/kpis/dossier.open?period=2026-Q1&by=agency", "/v1/assessments/two/2026-Q1",
		} {
			status, body := fetch(t, a.URL()+path, "Authorization", admin)
			if status != http.StatusOK {
				t.Fatalf("%s: %d %s", path, status, body)
			}
			fmt.Fprintln(&all, path, moment.ReplaceAllString(body, ""))
		}
		return all.String()
	}
	before := served()
	for _, s := range []string{"CREATE TABLE heard_whole AS heard", "INSERT INTO heard_whole SELECT * FROM heard"} {
		if err := exec(s); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := conn.Query(t.Context(), `SELECT c.table, c.name, c.type FROM system.columns AS c INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
		WHERE c.database = currentDatabase() AND t.engine LIKE '%MergeTree' AND t.total_rows > 0 AND t.name NOT LIKE '%\_whole' ORDER BY c.table, c.position`)
	if err != nil {
		t.Fatal(err)
	}
	type column struct{ table, name, kind string }
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.table, &c.name, &c.kind); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	change := func(to, from, columns string) {
		t.Helper()
		for _, s := range []string{"TRUNCATE TABLE " + to, "INSERT INTO " + to + " SELECT " + columns + " FROM " + from} {
			if err := exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	for _, c := range all {
		name := c.table + "." + c.name
		kept := c.table + "_kept"
		if err := exec("CREATE TABLE IF NOT EXISTS " + kept + " AS " + c.table); err != nil {
			t.Fatal(err)
		}
		change(kept, c.table, "*")
		change(c.table, kept, fmt.Sprintf("* REPLACE (if(rowNumberInAllBlocks() %% 2 = 0, %s, %s) AS %[2]s)", otherThan(c.name, c.kind), c.name))
		code, said := a.told(t, "check")
		_, named := unread[name]
		switch {
		case code == exitFault:
			if named {
				t.Errorf("%s is compared, and said to be unread", name)
			}
		case code != exitDone:
			t.Errorf("%s: exit %d: %s", name, code, said)
		case !named:
			t.Errorf("%s: nobody notices", name)
			fallthrough
		default:
			if after := served(); after != before {
				t.Errorf("%s: nobody notices, and what is served is another: %s", name, cmp.Diff(strings.Split(before, ","), strings.Split(after, ",")))
			}
		}
		change(c.table, kept, "*")
		change("heard", "heard_whole", "*") // what was heard follows from verdicts that are inserted
	}
	if code, said := a.told(t, "check"); code != exitDone {
		t.Errorf("all was changed back: %s", said)
	}
}

// otherThan is SQL for another value than a column has.
func otherThan(name, kind string) string {
	switch {
	case strings.Contains(kind, "String"):
		return "concat(" + name + ", 'x')"
	case strings.HasPrefix(kind, "Nullable(DateTime"):
		return "coalesce(" + name + ", toDateTime64(0, 3, 'UTC')) + INTERVAL 40 DAY"
	case strings.Contains(kind, "DateTime"):
		return name + " + INTERVAL 40 DAY"
	case strings.Contains(kind, "Date"):
		return name + " + 40"
	case kind == "Bool":
		return "NOT " + name
	}
	return name + " + 1"
}
