package dashboards

import (
	"bytes"
	"encoding/csv"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tiendo/internal/workbook"
)

// pageAt returns the page that a request names by its path, nil if there is none. The agency of a page of each agency becomes a
// value of the request's path, as if it had been asked for itself.
func (p *Pages) pageAt(r *http.Request) *page {
	path := r.URL.Query().Get("page")
	if of := p.byPath[path]; of != nil {
		return of
	}
	for pattern, of := range p.byPath {
		before, one := strings.CutSuffix(pattern, "{agency}")
		if code, ok := strings.CutPrefix(path, before); one && ok {
			if code, err := url.PathUnescape(code); err == nil {
				r.SetPathValue("agency", code)
				return of
			}
		}
	}
	return nil
}

// csv sends the figures of one chart of a page, as exact as they are known.
func (p *Pages) csv(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	of := p.pageAt(r)
	if of == nil {
		p.notFound(w, r)
		return
	}
	q, err := p.read(r, of, lang)
	if bad := asWrong(err); bad != nil {
		p.refuseAddress(w, r, q, lang, bad)
		return
	}
	var show *shown
	if err == nil {
		var s *snapshot
		if s, err = p.snapshots.at(r.Context(), q, whole); s != nil {
			show, err = p.show(s.read, lang)
		}
	}
	if show == nil {
		p.refuse(w, r, lang, err)
		return
	}
	id := r.URL.Query().Get("chart")
	for _, c := range show.made {
		if c.ID != id {
			continue
		}
		name := id + "-" + q.period.ID
		for _, dimension := range slices.Sorted(maps.Keys(q.where)) { // by what its figures are filtered nothing in the file says
			name += "-" + strings.Join(q.where[dimension], "-")
		}
		name = strings.ReplaceAll(name, "/", "_") + ".csv"
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		p.write(w, r, http.StatusOK, "text/csv; charset=utf-8", c.Table.csv())
		return
	}
	p.notFound(w, r)
}

// csv writes a table for a spreadsheet: with a mark that it is UTF-8, and no text that could be taken for a formula.
func (t *table) csv() []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	line := make([]string, 0, len(t.Head))
	for _, head := range t.Head {
		line = append(line, workbook.Plain(head))
	}
	_ = out.Write(line) // a buffer takes everything
	for _, row := range t.Rows {
		line = append(line[:0], workbook.Plain(row.Name))
		for _, cell := range row.Cells {
			if cell.Exact != "" {
				line = append(line, cell.Exact)
			} else {
				line = append(line, workbook.Plain(strings.TrimSuffix(cell.Text, none)))
			}
		}
		_ = out.Write(line)
	}
	out.Flush()
	return b.Bytes()
}

// notFound answers an address that is no page's: with the pages that there are, and a search.
func (p *Pages) notFound(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	lang, _ := readLanguage(r)
	s := p.sheet(r, lang, spoken[lang].NoSuchPage, nil)
	s.Trouble = &trouble{Heading: spoken[lang].NoSuchPage, Says: cut(r.URL.Path), Would: s.Menu, Search: true}
	p.send(w, r, http.StatusNotFound, "refused", s)
}
