package main

import (
	"bytes"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/simulator"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
)

// inspectedCity serves a small city of 2019 up to the day on which the inspectors of Sở Xây dựng reported.
func inspectedCity(t *testing.T) (*app, client) {
	t.Helper()
	a, _ := startApp(t, appOptions{Simulated: true, Agencies: simulatedAgencies()})
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, a.cfg.Location())
	}
	city, err := simulator.New(simulator.Options{Seed: 8, From: at(2018, 10, 1), To: at(2019, 10, 3), DossiersPerDay: 30, Location: a.cfg.Location()})
	if err != nil {
		t.Fatal(err)
	}
	c := client{Server: a.URL(), Data: a.cfg.Data}
	s, err := newSender(&c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.all(t.Context(), city.Events(), func(time.Time, int) {}); err != nil {
		t.Fatal(err)
	}
	for a.waiting() {
		time.Sleep(10 * time.Millisecond)
	}
	return a, c
}

// figure asks for the only value of a figure, as the API gives it.
func (c *client) value(t *testing.T, id, query string) *float64 {
	t.Helper()
	status, body := fetch(t, c.Server+"/v1/kpis/"+id+"?"+query)
	var f figure
	if err := json.Unmarshal([]byte(body), &f); err != nil || status != 200 || len(f.Rows) != 1 {
		t.Fatalf("%s?%s: %d %v %s", id, query, status, err, body)
	}
	return f.Rows[0].Value
}

// Papers come out of a running server with the figures of the API, and the audit log says who took them.
func TestReports(t *testing.T) {
	t.Parallel()
	a, c := inspectedCity(t)
	folder := t.TempDir()
	run := func(cmd reportCmd) (string, error) {
		var out bytes.Buffer
		cmd.Client = c
		err := cmd.Run(t.Context(), &streams{out: &out, err: t.Output()})
		return out.String(), err
	}
	t.Run("06a", func(t *testing.T) {
		file := filepath.Join(folder, "06a.xlsx")
		if _, err := run(reportCmd{Which: "06a", Period: "2019-9M", Cutoff: "report", Agency: "H24.17", Format: "xlsx", Lang: "vi", Output: file}); err != nil {
			t.Fatal(err)
		}
		x, err := excelize.OpenFile(file)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = x.Close() }()
		rows, err := x.GetRows("06a", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, row := range rows {
			if len(row) < 14 || row[1] != "Tổng số" {
				continue
			}
			for i, id := range []string{"received", "online", "direct", "carried", "settled", "early", "on_time", "late", "open", "open_in_term", "open_overdue"} {
				want := c.value(t, "official.06a_"+id, "period=2019-9M&cutoff=report&agency=H24.17")
				if got := row[2+i]; got != show("count", want) && got != strings.ReplaceAll(show("count", want), ",", "") {
					t.Errorf("%s: %s in the workbook, %v by the API", id, got, *want)
				}
				compared++
			}
		}
		if compared != 11 {
			t.Errorf("%d numbers were compared in %v", compared, rows)
		}
	})
	t.Run("csv", func(t *testing.T) {
		out, err := run(reportCmd{Which: "06a", Period: "2019-Q3", Cutoff: "calendar", Format: "csv", Lang: "en"})
		if err != nil || !strings.HasPrefix(out, "\ufefflevel,group,field,procedure,name,received") || strings.Count(out, "\nprocedure,") < 30 {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("summary", func(t *testing.T) {
		out, err := run(reportCmd{Which: "summary", Period: "2019-01-01..2019-10-01", Cutoff: "calendar", Agency: "H24.17", Format: "json", Lang: "vi"})
		if err != nil {
			t.Fatal(err)
		}
		c.checkSummary(t, out)
	})
	t.Run("signals", func(t *testing.T) { c.checkSignals(t) })
	t.Run("own signals", func(t *testing.T) {
		secret := secretOf(t, a.make(t, tokenCreateCmd{Name: "construction", Scope: []string{"view"}, Agency: "H24.17"}))
		for address, want := range map[string]int{
			"/v1/signals?period=2019-Q2": 200, "/v1/signals?period=2019-Q2&agency=H24.17": 200, "/v1/signals?period=2019-Q2&agency=H24.28": 403,
			"/signals?period=2019-Q2": 200, "/signals?period=2019-Q2&agency=H24.28": 400,
		} {
			status, body := fetch(t, c.Server+address, "Authorization", "Bearer "+secret)
			if status != want || strings.Contains(body, `"agency":"H24.28"`) || strings.Contains(body, "Huyện An Dương") || status == 200 && !strings.Contains(body, "H24.17") {
				t.Errorf("%s: %d, want %d: %.300s", address, status, want, body)
			}
		}
	})
	t.Run("misuse", func(t *testing.T) {
		for cmd, want := range map[reportCmd]string{
			{Which: "06a", Period: "2019-Q9", Cutoff: "calendar", Format: "csv", Lang: "vi"}:                  "is no period",
			{Which: "06a", Period: "2019-09-14", Cutoff: "report", Format: "csv", Lang: "vi"}:                 "no reporting form",
			{Which: "06a", Period: "2019-Q3", Cutoff: "calendar", Format: "csv", Lang: "vi", Agency: "H24.0"}: "no agency is called H24.0",
			{Which: "06a", Period: "2019-Q3", Cutoff: "calendar", Format: "csv", Lang: "vi", Output: "/"}:     "name a file that you can write",
		} {
			if _, err := run(cmd); err == nil || report(t.Output(), err) != exitMisuse || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v", cmd, err)
			}
		}
	})
	acts, err := c.get(t.Context(), "/v1/audit", url.Values{"act": {"report.export"}})
	if err != nil || bytes.Count(acts, []byte(`"report.export"`)) != 4 || !bytes.Contains(acts, []byte("bieu-06a 2019-9M-bc-H24.17")) {
		t.Errorf("%v: %s", err, acts)
	}
}

// The nine months of Sở Xây dựng, as its inspectors reported them (DOMAIN.md, S15), and each number as the API gives it.
func (c *client) checkSummary(t *testing.T, out string) {
	t.Helper()
	for _, want := range []string{
		"Từ ngày 01/01/2019 đến ngày 01/10/2019, Sở Xây dựng được giao 1.000 nhiệm vụ, trong đó 828 nhiệm vụ có thời hạn",
		"Tiếp công dân 11 lượt, 14 người, 11 vụ việc.",
		"Tiếp nhận 25 đơn, gồm", "Đã giải quyết 25 đơn,",
		"trong phạm vi được giao.",
		"Qua kiểm tra đã nêu 7 tồn tại, hạn chế, trong đó về một cửa 1, ISO 3,",
		"From 1 January 2019 to 1 October 2019, Department of Construction was assigned 1,000 tasks, 828 of them with a deadline",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	var summary struct {
		Sections []struct {
			Items []struct {
				Figure string  `json:"figure"`
				By     *string `json:"by"`
				row
			} `json:"items"`
		} `json:"sections"`
	}
	if err := json.Unmarshal([]byte(out), &summary); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, section := range summary.Sections {
		for _, item := range section.Items {
			if item.By != nil {
				continue
			}
			compared++
			want := c.value(t, item.Figure, "period=2019-01-01..2019-10-01&agency=H24.17")
			if (want == nil) != (item.Value == nil) || want != nil && *want != *item.Value {
				t.Errorf("%s: %v in the summary, %v by the API", item.Figure, item.Value, want)
			}
		}
	}
	if compared < 45 {
		t.Errorf("only %d figures were compared", compared)
	}
}

// What the signs count is what the books count: the dossiers settled on their last day, by agency.
func (c *client) checkSignals(t *testing.T) {
	t.Helper()
	status, body := fetch(t, c.Server+"/v1/signals?period=2019-Q2")
	var report struct {
		Sample   int `json:"sample"`
		Findings []struct {
			Sign     string   `json:"sign"`
			Agency   string   `json:"agency"`
			N        float64  `json:"n"`
			K        int      `json:"k"`
			Raised   bool     `json:"raised"`
			Subjects []string `json:"cases"`
		} `json:"findings"`
	}
	if err := json.Unmarshal([]byte(body), &report); err != nil || status != 200 || report.Sample != 1 {
		t.Fatalf("%d %v %s", status, err, body)
	}
	compared, signs := 0, map[string]bool{}
	for _, f := range report.Findings {
		signs[f.Sign] = true
		if f.K > 0 && len(f.Subjects) == 0 {
			t.Errorf("%+v names no dossier", f)
		}
		if f.Sign != "late_recorded" {
			continue
		}
		query := "period=2019-Q2&agency=" + f.Agency
		if settled := *c.value(t, "dossier.on_time", query); settled != f.N {
			t.Errorf("%s: %v dossiers settled on their last day by the books, %v were looked at", f.Agency, settled, f.N)
		}
		compared++
	}
	if compared < 25 || len(signs) != 8 {
		t.Errorf("%d agencies were compared, signs %v", compared, signs)
	}
}
