package dashboards

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// lookup is the page that finds a case by its code.
type lookup struct {
	Heading, Says    string
	Subject, Family  string
	Families, Others []choice
}

// oneCase shows the history of one case.
func (p *Pages) oneCase(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
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
