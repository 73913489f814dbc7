package dashboards

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"tiendo/internal/auth"
)

// All who look share what is rendered of figures. Who may see the cases of one agency alone is shown the same numbers; only those
// whose cases are that agency's lead to them.

// seenBy is a page, or a part of one, as who asks for it may follow its links.
func (p *Pages) seenBy(r *http.Request, page []byte) []byte {
	who, ok := auth.From(r.Context())
	if !ok || who.Bound == "" {
		return page
	}
	return unlinked(page, who.Bound)
}

// What leads to a list of cases: of a number, of a button, and of a mark in a drawing.
var (
	numberLink   = []byte(`<a href="/cases?`)
	numberBegins = []byte(`"><data `)
	buttonLink   = []byte(`<a class="button" href="/cases?`)
	drawnLink    = []byte(`"/cases?`)
)

// unlinked takes the links to lists of cases away that are not those of one agency. Buttons lead to the same of that agency.
func unlinked(page []byte, agency string) []byte {
	own := url.Values{"agency": {agency}}.Encode()
	made := make([]byte, 0, len(page))
	for {
		at := bytes.Index(page, drawnLink)
		if at < 0 {
			return append(made, page...)
		}
		query := page[at+len(drawnLink):]
		end := bytes.IndexByte(query, '"')
		if end < 0 {
			return append(made, page...)
		}
		query = query[:end]
		before, after := page[:at+1], page[at+len(drawnLink)+end:] // which begins with the quotation mark
		switch start := at + len(drawnLink); {
		case !bytes.Contains(query, []byte("kpi=")) || isOf(query, own):
			made = append(append(made, page[:start]...), query...)
		case bytes.HasSuffix(page[:start], buttonLink) && !bytes.Contains(query, []byte("agency=")):
			made = append(append(append(made, page[:start]...), query...), "&amp;"+own...)
		case bytes.HasSuffix(page[:start], numberLink) && !bytes.HasPrefix(after, numberBegins): // such as the other language
			made = append(append(made, page[:start]...), query...)
		case bytes.HasSuffix(page[:start], numberLink):
			made = append(made, page[:start-len(numberLink)]...)
			_, after, _ = bytes.Cut(after, []byte(">"))
			var number []byte
			number, after, _ = bytes.Cut(after, []byte("</a>"))
			made = append(made, number...)
		default:
			made = append(made, before...)
		}
		page = after
	}
}

// isOf says that a query, as it stands in a page or a drawing, asks for the cases of one agency and of no other.
func isOf(query []byte, own string) bool {
	of := 0
	for one := range strings.SplitSeq(strings.NewReplacer(`\u0026`, "&", "&amp;", "&", "&#43;", "+").Replace(string(query)), "&") {
		if strings.HasPrefix(one, "agency=") {
			if one != own {
				return false
			}
			of++
		}
	}
	return of == 1
}
