package dashboards

import (
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/workbook"
)

// exportedAtOnce is how many cases of an export are read from the books at a time.
const exportedAtOnce = 5000

// export sends all the cases of a list, which begins with those that were read, for a spreadsheet, in their order, and has it written
// down. Times are the city's.
func (p *Pages) export(w http.ResponseWriter, r *http.Request, q *listQuestion, list *kpi.List, lang language) {
	p.Exported(r.Context(), fmt.Sprintf("cases %s %s", q.query.ID, q.query.Period.ID), "csv")
	name := fmt.Sprintf("%s-%s.csv", q.query.ID, q.query.Period.ID)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("\ufeff")) // spreadsheets know by it that this is UTF-8; who has gone is noticed below
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write([]string{
		"family", "subject", "n", "agency", "agency_name", "unit", "procedure", "channel", "level", "kind",
		"submitted", "opened", "deadline_first", "deadline", "closed", "closing", "verdict",
	})
	for {
		for i := range list.Cases {
			_ = out.Write(p.exportLine(&list.Cases[i], lang))
		}
		if out.Flush(); out.Error() != nil || list.Next == "" {
			return
		}
		q.of.After = list.Next
		var err error
		if list, err = p.from.cases(r.Context(), q.query, q.of); err != nil {
			p.Logger.Warn("an export of cases was cut off", "figure", q.query.ID, "error", err)
			panic(http.ErrAbortHandler) // the browser must not take the half for the whole
		}
	}
}

func (p *Pages) exportLine(c *kpi.Listed, lang language) []string {
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(p.Location).Format(time.DateTime)
	}
	text := func(s *string) string { return workbook.Plain(textOf(s)) }
	name := ""
	if c.Agency != nil {
		name = workbook.Plain(agencyName(*c.Agency, lang, p.Names))
	}
	return []string{
		c.Family, workbook.Plain(c.Subject), strconv.FormatInt(c.N, 10), text(c.Agency), name, text(c.Unit),
		text(c.Procedure), text(c.Channel), text(c.Level), text(c.Kind),
		at(c.Submitted), at(c.Opened), at(c.DeadlineFirst), at(c.Deadline), at(c.Closed), text(c.Closing), text(c.Verdict),
	}
}
