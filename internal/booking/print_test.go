package booking

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/lifecycle"
)

// TestPrints: whatever an entry says but how often changes its print.
func TestPrints(t *testing.T) {
	var plain lifecycle.Entry
	seen := map[uint64]string{printOf(&plain): "nothing"}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			field, name := v.Field(i), path+v.Type().Field(i).Name
			before := reflect.New(field.Type()).Elem()
			before.Set(field)
			switch field.Kind() {
			case reflect.Struct:
				walk(field, name+".")
				continue
			case reflect.String:
				field.SetString("x")
			case reflect.Int32, reflect.Int64:
				field.SetInt(1)
			default:
				field.SetUint(1)
			}
			print := printOf(&plain)
			if other, known := seen[print]; known != (name == "Count.N") {
				t.Errorf("the print of %s is that of %s", name, other)
			}
			seen[print] = name
			field.Set(before)
		}
	}
	walk(reflect.ValueOf(&plain).Elem(), "")
	if len(seen) < 18 {
		t.Errorf("only %d fields: %v", len(seen), seen)
	}
}

// TestDoubts: in books that are right no case is compared line by line, however often events of it come; the one that is hurt
// is, and heals.
func TestDoubts(t *testing.T) {
	conn := enginetest.Conn(t)
	events := history(rand.New(rand.NewPCG(15, 15)), 60)
	booker := newBooker(t, conn)
	third := len(events) / 3
	store(t, conn, events[:third])
	bookAll(t, booker)
	store(t, conn, events[third:2*third])
	bookRest(t, booker)
	if doubts := testutil.ToFloat64(booker.metrics.doubts); doubts > 0 {
		t.Errorf("%v doubts about books that are right", doubts)
	}
	subject := events[2*third].Subject
	if err := conn.Exec(t.Context(), "INSERT INTO cells SELECT * REPLACE (-n AS n) FROM cells WHERE subject = ?", subject); err != nil {
		t.Fatal(err)
	}
	store(t, conn, events[2*third:])
	bookRest(t, booker)
	if doubts := testutil.ToFloat64(booker.metrics.doubts); doubts != 1 {
		t.Errorf("%v doubts about one hurt case", doubts)
	}
	if found, _ := runCheck(t, conn); len(found) > 0 {
		t.Errorf("the books did not heal: %v", found)
	}
}
