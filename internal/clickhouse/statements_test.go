package clickhouse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatementsOfAFile(t *testing.T) {
	f := func(file string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, statements(file)); diff != "" {
			t.Errorf("%q:\n%s", file, diff)
		}
	}
	f("SELECT 1", "SELECT 1")
	f("SELECT 1;", "SELECT 1")
	f("-- why; really\nSELECT 1;\n\nSELECT 2\n;\n", "SELECT 1", "SELECT 2")
	f("SELECT ';', 1;\n-- the end;\n", "SELECT ';', 1")
	f("CREATE TABLE a\n(\n    b Int8 COMMENT 'x; y'\n);\nCREATE TABLE c (d Int8)", "CREATE TABLE a\n(\n    b Int8 COMMENT 'x; y'\n)", "CREATE TABLE c (d Int8)")
	f("\n-- nothing\n")
}

func TestMigrationsAreNumbered(t *testing.T) {
	all, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 3 {
		t.Fatalf("%d migrations", len(all))
	}
	for i, m := range all {
		if int(m.number) != i+1 || len(m.statements) == 0 {
			t.Errorf("migration %d is %04d %s with %d statements", i+1, m.number, m.name, len(m.statements))
		}
	}
}
