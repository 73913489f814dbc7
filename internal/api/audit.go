package api

import (
	"net/http"
	"net/url"
	"strconv"

	"tiendo/internal/audit"
	"tiendo/internal/kpi"
)

// maxRecords is how many records of the audit log an answer holds at most.
const maxRecords = 1000

// AuditHandler returns the handler of GET /v1/audit, for who administers: the newest records first.
func (a *API) AuditHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/audit", func(w http.ResponseWriter, r *http.Request) {
		query, err := readAuditQuery(r.URL.Query())
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		records, err := a.Audit.Newest(query)
		if err != nil {
			a.Logger.Error("the audit log could not be read", "error", err)
			a.problem(w, details{Title: "The audit log can't be read", Status: http.StatusServiceUnavailable, Detail: "The server's log says why."})
			return
		}
		for i := range records {
			records[i].Time = records[i].Time.In(a.Zone)
		}
		answer := struct {
			Records []audit.Record `json:"records"`
			// Next is where to go on, before which older records stand; 0 at the end.
			Next uint64 `json:"next,omitempty"`
		}{Records: append([]audit.Record{}, records...)}
		if len(records) == query.Limit {
			answer.Next = records[len(records)-1].Seq
		}
		a.reply(w, http.StatusOK, answer)
	})
	return mux
}

func readAuditQuery(params url.Values) (audit.Query, error) {
	q := audit.Query{By: params.Get("by"), Act: params.Get("act"), Limit: 100}
	if err := onlyParams(params, "by", "act", "before", "limit"); err != nil {
		return q, err
	}
	var err error
	if params.Has("before") {
		if q.Before, err = strconv.ParseUint(params.Get("before"), 10, 64); err != nil || q.Before == 0 {
			return q, &kpi.Error{Param: "before", Message: "the number of a record would do, such as the last answer's next"}
		}
	}
	if params.Has("limit") {
		if q.Limit, err = strconv.Atoi(params.Get("limit")); err != nil || q.Limit < 1 || q.Limit > maxRecords {
			return q, &kpi.Error{Param: "limit", Message: "a number from 1 to " + strconv.Itoa(maxRecords) + " would do"}
		}
	}
	return q, nil
}
