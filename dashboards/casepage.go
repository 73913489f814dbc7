package dashboards

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
)

// sheet is a page without figures that move: no script runs on it.
type sheet struct {
	frame
	C  *caseWords
	Of any
}

// lookup is the page that finds a case by its code.
type lookup struct {
	Heading, Says    string
	Subject, Family  string
	Families, Others []choice
}

// sheet returns a page in a language. The links to the other languages lead to the same address.
func (p *Pages) sheet(r *http.Request, lang language, title string, of any) sheet {
	s := sheet{C: toldIn[lang], Of: of, frame: p.bare(r, lang, title)}
	for _, other := range []struct {
		lang language
		name string
	}{{vietnamese, "Tiếng Việt"}, {english, "English"}} {
		params := r.URL.Query()
		params.Set("lang", string(other.lang))
		s.Languages = append(s.Languages, choice{other.name, r.URL.EscapedPath() + "?" + params.Encode(), other.lang == lang})
	}
	return s
}

// refuse answers a question that cannot be asked, or that the books did not answer.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, lang language, err error) {
	if asked, ok := errors.AsType[*kpi.Error](err); ok {
		p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: toldIn[lang].Wrong, Says: asked.Param + ": " + lang.of(cmp.Or(asked.VI, asked.Message), asked.Message)})
		return
	}
	if r.Context().Err() != nil {
		return // nobody waits for the answer
	}
	p.Logger.Error("a page of cases could not be read", "path", r.URL.Path, "error", err)
	w.Header().Set("Retry-After", "2")
	p.complain(w, r, lang, http.StatusServiceUnavailable, trouble{Heading: spoken[lang].Away, Says: spoken[lang].AwaySays})
}

func (p *Pages) complain(w http.ResponseWriter, r *http.Request, lang language, status int, what trouble) {
	s := p.sheet(r, lang, what.Heading, nil)
	s.Trouble = &what
	p.send(w, r, status, "refused", s)
}

// wrongLanguage answers an address that asks for a language that is not spoken; it says whether it did.
func (p *Pages) wrongLanguage(w http.ResponseWriter, r *http.Request, lang language, bad *wrong) bool {
	if bad == nil {
		keepLanguage(w, r, lang)
		return false
	}
	p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: fmt.Sprintf("“%s” %s", cut(bad.what), bad.says)})
	return true
}

// oneCase shows the history of one case.
func (p *Pages) oneCase(w http.ResponseWriter, r *http.Request) {
	lang, bad := readLanguage(r)
	if p.wrongLanguage(w, r, lang, bad) {
		return
	}
	family, subject := event.Family(r.PathValue("family")), r.PathValue("subject")
	if !lifecycle.Books(family) {
		p.unknown(w, r, lang, "", subject)
		return
	}
	x, err := p.Explain(r.Context(), family, subject)
	switch {
	case err != nil:
		p.refuse(w, r, lang, err)
		return
	case x == nil:
		p.unknown(w, r, lang, family, subject)
		return
	}
	v := newCaseView(x, lang, p.nameOf, p.Location, p.Now())
	p.send(w, r, http.StatusOK, "case", p.sheet(r, lang, v.Subject+" · "+toldIn[lang].CaseOf, v))
}

// unknown says that there is no such case, and offers to look again.
func (p *Pages) unknown(w http.ResponseWriter, r *http.Request, lang language, family event.Family, subject string) {
	c := toldIn[lang]
	p.send(w, r, http.StatusNotFound, "lookup", p.sheet(r, lang, c.NoCase, lookupOf(lang, c.NoCase, c.NoCaseSays, string(family), subject)))
}

func lookupOf(lang language, heading, says, family, subject string) lookup {
	l := lookup{Heading: heading, Says: says, Subject: cut(subject), Family: family}
	l.Families = []choice{{toldIn[lang].AnyFamily, "", family == ""}}
	for _, f := range families {
		l.Families = append(l.Families, choice{f.names.in(lang), f.id, f.id == family})
	}
	return l
}

// find leads to the case that has a code: of the kind that was asked for, else of the first kind that has one.
func (p *Pages) find(w http.ResponseWriter, r *http.Request, lang language) {
	c := toldIn[lang]
	family, subject := r.URL.Query().Get("family"), strings.TrimSpace(r.URL.Query().Get("subject"))
	if subject == "" {
		p.send(w, r, http.StatusOK, "lookup", p.sheet(r, lang, c.Find, lookupOf(lang, c.Find, c.FindSays, family, "")))
		return
	}
	if utf8.RuneCountInString(subject) > longestSubject {
		p.unknown(w, r, lang, event.Family(family), subject)
		return
	}
	var found []string
	for _, f := range families {
		if family != "" && f.id != family {
			continue
		}
		x, err := p.Explain(r.Context(), event.Family(f.id), subject)
		if err != nil {
			p.refuse(w, r, lang, err)
			return
		}
		if x != nil {
			found = append(found, f.id)
		}
	}
	switch len(found) {
	case 0:
		p.unknown(w, r, lang, event.Family(family), subject)
	case 1:
		http.Redirect(w, r, caseHref(found[0], subject), http.StatusSeeOther)
	default: // codes are unique within a kind only
		l := lookupOf(lang, subject, c.FindSays, "", subject)
		for _, id := range found {
			l.Others = append(l.Others, choice{Text: lang.familyName(id) + " " + subject, Href: caseHref(id, subject)})
		}
		p.send(w, r, http.StatusOK, "lookup", p.sheet(r, lang, c.Find, l))
	}
}

// longestSubject is how long a code can be (CONTRACT §3).
const longestSubject = 128

// caseHref is the address of a case.
func caseHref(family, subject string) string {
	return "/cases/" + url.PathEscape(family) + "/" + url.PathEscape(subject)
}

// list shows the cases behind a figure, or finds one by its code.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) {
	lang, bad := readLanguage(r)
	if p.wrongLanguage(w, r, lang, bad) {
		return
	}
	params := r.URL.Query()
	if !params.Has("kpi") {
		p.find(w, r, lang)
		return
	}
	asked, err := p.readList(params)
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	if asked.csv {
		p.export(w, r, &asked, lang)
		return
	}
	list, err := p.from.cases(r.Context(), asked.query, asked.of)
	if err != nil {
		p.refuse(w, r, lang, err)
		return
	}
	v := newListView(asked, list, lang, p.nameOf, p.Now(), p.Location)
	p.send(w, r, http.StatusOK, "cases", p.sheet(r, lang, v.Name+" · "+v.Period, v))
}

// onlyOne returns the one value of a parameter, "" if there is none.
func onlyOne(params url.Values, name string) (string, error) {
	switch values := params[name]; {
	case len(values) > 1:
		return "", &kpi.Error{Param: name, Message: "is named twice", VI: "được nêu hai lần"}
	case len(values) == 0:
		return "", nil
	default:
		return values[0], nil
	}
}

// reserved are the parameters of a list that are no filters.
var reserved = []string{"kpi", "period", "part", "left", "age", "sort", "after", "cutoff", "fold", "format", "lang"}

func isReserved(name string) bool { return slices.Contains(reserved, name) }
