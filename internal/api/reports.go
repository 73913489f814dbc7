package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
	"tiendo/internal/report"
)

// The media types of papers.
const (
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaCSV  = "text/csv; charset=utf-8"
)

// PaperHandler returns the handler of what leaves the house as a paper: GET /v1/reports/….
func (a *API) PaperHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/reports/06a", handsOut(a, "bieu-06a", a.Reports.Form06a))
	mux.HandleFunc("GET /v1/reports/summary", handsOut(a, "tom-tat", a.Reports.Summary))
	return mux
}

// printable is a paper that can be written as a file; it marshals to JSON.
type printable interface {
	XLSX(out io.Writer, lang string, zone *time.Location) error
	CSV(out io.Writer, lang string) error
}

// handsOut answers with a paper, as JSON or as a file of a name.
func handsOut[P printable](a *API, file string, write func(context.Context, report.Asked) (P, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := a.paper(r.URL.Query(), "xlsx", "csv")
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		written, err := write(r.Context(), p.asked)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		var out bytes.Buffer
		switch p.format {
		case "xlsx":
			err = written.XLSX(&out, p.lang, a.Zone)
		case "csv":
			err = written.CSV(&out, p.lang)
		default:
			a.Exported(r.Context(), file+" "+p.name(), p.format)
			a.reply(w, http.StatusOK, written)
			return
		}
		a.hand(w, r, p, file, out.Bytes(), err)
	}
}

// paper is a paper that is asked for.
type paper struct {
	asked        report.Asked
	format, lang string
}

// name names the paper's period and agency, for its file.
func (p *paper) name() string {
	name := p.asked.Period.ID
	if p.asked.Cutoff == "report" {
		name += "-bc"
	}
	if p.asked.Agency != "" {
		name += "-" + p.asked.Agency
	}
	return name
}

// paper reads what papers have in common; json is a format of each of them.
func (a *API) paper(params url.Values, formats ...string) (paper, error) {
	p, err := style(params, formats...)
	if err != nil {
		return p, err
	}
	if err := onlyParams(params, "period", "cutoff", "agency", "as_of", "fold", "format", "lang"); err != nil {
		return p, err
	}
	if len(params["agency"]) > 1 {
		return p, &kpi.Error{Param: "agency", Message: "one agency, or none for the whole city"}
	}
	rest := maps.Clone(params) // what a question to the books knows too
	for _, name := range []string{"agency", "format", "lang"} {
		delete(rest, name)
	}
	q, err := a.query("", rest)
	if err != nil {
		return p, err
	}
	p.asked = report.Asked{Period: q.Period, Cutoff: "calendar", Agency: params.Get("agency"), AsOf: q.AsOf, Fold: q.Fold}
	if params.Get("cutoff") == "report" {
		p.asked.Cutoff = "report"
	}
	return p, nil
}

// style reads in what format and language a paper is asked for.
func style(params url.Values, formats ...string) (paper, error) {
	p := paper{format: "json", lang: "vi"}
	if format := params.Get("format"); format != "" {
		formats = append(formats, "json")
		if !slices.Contains(formats, format) {
			return p, &kpi.Error{Param: "format", Message: strings.Join(formats, ", ") + " would do"}
		}
		p.format = format
	}
	switch lang := params.Get("lang"); lang {
	case "", "vi":
	case "en":
		p.lang = lang
	default:
		return p, &kpi.Error{Param: "lang", Message: "vi or en would do"}
	}
	return p, nil
}

// hand hands a file over, unless it could not be made.
func (a *API) hand(w http.ResponseWriter, r *http.Request, p paper, file string, content []byte, err error) {
	if unbalanced, is := errors.AsType[*report.Unbalanced](err); is {
		a.problem(w, details{Title: "The form does not add up", Status: http.StatusConflict, Detail: unbalanced.Error()})
		return
	}
	if err != nil {
		a.Logger.Error("a report could not be made", "path", r.URL.Path, "error", err)
		a.problem(w, details{Title: "The report could not be made", Status: http.StatusInternalServerError, Detail: "The server's log says why."})
		return
	}
	a.Exported(r.Context(), file+" "+p.name(), p.format)
	media := mediaXLSX
	if p.format == "csv" {
		media = mediaCSV
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", file+"-"+p.name()+"."+p.format))
	_, _ = w.Write(content)
}

// handRanking answers with a ranking in the format that is asked for.
func (a *API) handRanking(w http.ResponseWriter, r *http.Request, result *ranking.Result) {
	p, err := style(r.URL.Query(), "xlsx", "csv")
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	var out bytes.Buffer
	switch p.format {
	case "xlsx":
		err = report.RankingXLSX(result, &out, p.lang)
	case "csv":
		err = report.RankingCSV(result, &out, p.lang)
	default:
		a.reply(w, http.StatusOK, result)
		return
	}
	p.asked.Period.ID = result.Inputs.Period.ID
	a.hand(w, r, p, "xep-hang-"+result.Method.ID, out.Bytes(), err)
}
