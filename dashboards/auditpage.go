package dashboards

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/audit"
)

// auditView is the page of the audit log.
type auditView struct {
	D    *doorWords
	Acts []choice // by what is after the name of the parameter
	By   string
	Rows []actRow
	// Older and Newest lead to other records, JSON to the same as data.
	Older, Newest, JSON string
}

type actRow struct {
	Seq, Time, By, From, Act, Verb, Object, Prev string
	Details                                      []detail
}

type detail struct{ Name, Text string }

// recorded is how many records stand on a page.
const recorded = 100

func (p *Pages) auditPage(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	params := r.URL.Query()
	q := audit.Query{By: strings.TrimSpace(params.Get("by")), Act: params.Get("act"), Limit: recorded}
	if before := params.Get("before"); before != "" {
		var err error
		if q.Before, err = strconv.ParseUint(before, 10, 64); err != nil || q.Before == 0 {
			p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: toldIn[lang].Wrong, Says: "before: “" + cut(before) + "”"})
			return
		}
	}
	records, err := p.Audit.Newest(q)
	if err != nil {
		p.Logger.Error("the audit log could not be read", "error", err)
		p.complain(w, r, lang, http.StatusServiceUnavailable, trouble{Heading: doorsIn[lang].NoAudit, Says: ""})
		return
	}
	p.send(w, r, http.StatusOK, "audit", p.sheet(r, lang, doorsIn[lang].Audit, p.auditView(lang, q, records)))
}

func (p *Pages) auditView(lang language, q audit.Query, records []audit.Record) auditView {
	v := auditView{D: doorsIn[lang], By: cut(q.By), JSON: auditHref("/v1/audit", q, q.Before)}
	v.Acts = []choice{{doorsIn[lang].AnyAct, "", q.Act == ""}}
	for _, group := range actGroups {
		v.Acts = append(v.Acts, choice{group.names.in(lang), group.id, q.Act == group.id})
	}
	for i := range records {
		v.Rows = append(v.Rows, p.actRow(&records[i], lang))
	}
	if len(records) == q.Limit {
		v.Older = auditHref("/audit", q, records[len(records)-1].Seq)
	}
	if q.Before > 0 {
		v.Newest = auditHref("/audit", q, 0)
	}
	return v
}

func auditHref(path string, q audit.Query, before uint64) string {
	params := url.Values{}
	for name, value := range map[string]string{"by": q.By, "act": q.Act} {
		if value != "" {
			params.Set(name, value)
		}
	}
	if before > 0 {
		params.Set("before", strconv.FormatUint(before, 10))
	}
	if len(params) == 0 {
		return path
	}
	return path + "?" + params.Encode()
}

func (p *Pages) actRow(r *audit.Record, lang language) actRow {
	row := actRow{
		Seq: strconv.FormatUint(r.Seq, 10), Time: lang.instant(r.Time.In(p.Location)), By: r.By, From: r.From, Verb: r.Act, Act: r.Act,
		Object: r.Object, Prev: r.Prev,
	}
	if name, known := actors[r.By]; known {
		row.By = name.in(lang)
	}
	if name, known := actNames[r.Act]; known {
		row.Act = name.in(lang)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Details)) {
		row.Details = append(row.Details, detail{key, r.Details[key]})
	}
	return row
}
