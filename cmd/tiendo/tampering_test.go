package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compared are the columns that a check compares with something, by table: lines of the books with the facts, with their print and with
// their block; records with the books, and their place with their seniority; verdicts with the facts; registers with what cases are
// judged by. make soak changes each of them.
var compared = map[string]string{
	"cells":     "family subject stamp cause measure day millis marks bin delay agency unit procedure channel level kind at issuer helpers source n block writer print",
	"events":    "family subject source type time recorded retracted data arrival bound_to collector entry position seniority",
	"verdicts":  "family subject verdict closing submitted opened closed deadline deadline_first paused last_event agency unit procedure channel level kind at",
	"heard":     "family agency last",
	"registers": "version kind recorded sha256 content",
}

// unread are the columns that nothing is compared with, and why no figure, verdict or sealed record that is checked is made of them.
// make soak shows of those that have rows that what is served stays as it was.
var unread = map[string]string{
	"events.id":          "a name, by which two deliveries are one record; what counts of a case is the same by whatever names",
	"verdicts.block":     "which of several lines of a case is the newest; all that the newest says is compared",
	"registers.who":      "who loaded a file; the audit log says so too, and it is chained",
	"migrations.number":  migratedWhy,
	"migrations.name":    migratedWhy,
	"migrations.applied": migratedWhy,
	"leases.term":        leaseWhy,
	"leases.holder":      leaseWhy,
	"leases.beat":        leaseWhy,
	"leaving.family":     leavingWhy,
	"leaving.subject":    leavingWhy,
	"leaving.alias":      leavingWhy,
	"leaving.block":      leavingWhy,
}

const (
	migratedWhy = "which changes of the tables were made; each can be made again"
	leaseWhy    = "which process books; that blocks are booked once does not hang on it"
	leavingWhy  = "cases that are being erased; empty before and after"
)

// everyColumnIsCompared, or it is said why it need not be: a new column of a table fails here until somebody has decided.
func everyColumnIsCompared(t *testing.T, a *app) {
	t.Helper()
	rows, err := a.engine.Conn().Query(t.Context(), `SELECT concat(c.table, '.', c.name) FROM system.columns AS c INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
		WHERE c.database = currentDatabase() AND t.engine LIKE '%MergeTree' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	var is []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		is = append(is, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	said := slices.Collect(maps.Keys(unread))
	for table, columns := range compared {
		for name := range strings.FieldsSeq(columns) {
			said = append(said, table+"."+name)
		}
	}
	slices.Sort(said)
	if d := cmp.Diff(said, is); d != "" {
		t.Errorf("columns that are compared or said not to be (-), and those that there are (+): %s", d)
	}
}
