package workbook

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnOfficesOwnWorkbook reads what an office sends when it is asked for the figures: a title, months as dates across, merged
// labels, totals among the rows, empty sheets. The file is one of the shared data sets, which are no part of this repository;
// its README gives the figures of July 2007.
func TestAnOfficesOwnWorkbook(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "uk-evl-channels-xlsx", "CEG Transaction Tracker.xlsx"))
	if err != nil {
		t.Skipf("the shared data sets are not here: %v", err)
	}
	got, err := read(t, bytes.NewReader(raw), 1, 2, 3, 4, 16, 17)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"1: A=CEG Calender Month EVL Tracker", "4: B=Calender Month D=d 2007-07-01 P=d 2008-07-01 Q=d 2008-08-01",
		"6: A=Relicensing B=WEB D=n 759955", "7: A=Relicensing B=IVR D=n 197605", "8: A=Relicensing B=AGENT C=VED Paid D=n 3292",
		"9: A=Relicensing C=VED Exempt D=n 5602", "10: A=Relicensing C=Total D=n 8894", "12: A=SORN B=WEB D=n 108024",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("row %q, want %q", got[i:min(i+1, len(got))], want)
		}
	}
	b, err := Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(b.Sheets) != 3 {
		t.Fatalf("%+v %v", b, err)
	}
	defer b.Close()
}
