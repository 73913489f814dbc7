//go:build soak

package report

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// stored is what a formula came to when the workbook was written.
var stored = regexp.MustCompile(`(</f>)<v>[^<]*</v>`)

// forget removes from a workbook what its formulas come to, so that whoever opens it must work that out.
func forget(t *testing.T, raw []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out, removed := zip.NewWriter(&b), 0
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Name, "xl/worksheets/") {
			removed += len(stored.FindAll(content, -1))
			content = stored.ReplaceAll(content, []byte("$1"))
		}
		w, err := out.Create(f.Name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if removed == 0 {
		t.Fatal("no formula had a value")
	}
	return b.Bytes()
}

// throughLibreOffice opens a workbook in LibreOffice, without a window, and returns what it saves.
func throughLibreOffice(t *testing.T, raw []byte) *excelize.File {
	t.Helper()
	folder := t.TempDir()
	before := filepath.Join(folder, "form.xlsx")
	if err := os.WriteFile(before, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	office := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(folder, "profile"),
		"--headless", "--norestore", "--convert-to", "xlsx", "--outdir", filepath.Join(folder, "out"), before)
	if said, err := office.CombinedOutput(); err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, said)
	}
	x, err := excelize.OpenFile(filepath.Join(folder, "out", "form.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// cellsOf are the values of all cells of a workbook, by sheet and cell.
func cellsOf(t *testing.T, x *excelize.File) map[string]string {
	t.Helper()
	cells := map[string]string{}
	for _, name := range x.GetSheetList() {
		rows, err := x.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for j, value := range row {
				if value != "" {
					cells[name+" "+at(j+1, i+1)] = value
				}
			}
		}
	}
	return cells
}

// papers are the workbooks that are made, by name.
func papers(t *testing.T) map[string][]byte {
	t.Helper()
	r := reports(t, dossiers)
	all := map[string][]byte{}
	for _, lang := range []string{"vi", "en"} {
		var form06, summary bytes.Buffer
		if err := errors.Join(form(t, r, "", "calendar").XLSX(&form06, lang, zone), summaryOf(t, r, "H24.17").XLSX(&summary, lang, zone)); err != nil {
			t.Fatal(err)
		}
		all["06a "+lang], all["summary "+lang] = form06.Bytes(), summary.Bytes()
		var ranking bytes.Buffer
		if err := RankingXLSX(ranked(t), &ranking, lang); err != nil {
			t.Fatal(err)
		}
		all["ranking "+lang] = ranking.Bytes()
		if folder := os.Getenv("KEEP_PAPERS"); folder != "" { // to look at them
			_ = os.WriteFile(filepath.Join(folder, "06a."+lang+".xlsx"), form06.Bytes(), 0o600)
			_ = os.WriteFile(filepath.Join(folder, "ranking."+lang+".xlsx"), ranking.Bytes(), 0o600)
			_ = os.WriteFile(filepath.Join(folder, "summary."+lang+".xlsx"), summary.Bytes(), 0o600)
		}
	}
	return all
}

// LibreOffice opens each paper, and what it makes of the formulas is what the paper says.
func TestSoakPapersInLibreOffice(t *testing.T) {
	for name, paper := range papers(t) {
		t.Run(name, func(t *testing.T) {
			x, err := excelize.OpenReader(bytes.NewReader(paper))
			if err != nil {
				t.Fatal(err)
			}
			want, got := cellsOf(t, x), cellsOf(t, throughLibreOffice(t, forget(t, paper)))
			for cell, value := range want {
				if got[cell] != value && !near(got[cell], value) {
					t.Errorf("%s: %q in LibreOffice, %q on the paper", cell, got[cell], value)
				}
			}
			if len(want) < 50 {
				t.Errorf("only %d cells were compared", len(want))
			}
		})
	}
}
