package dashboards

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"tiendo/internal/kpi"
)

// sheet is a page without figures that move: no script runs on it.
type sheet struct {
	frame
	C  *caseWords
	Of any
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

// language reads the language that a page is asked for in, and keeps it for the next. It has answered where that is not spoken.
func (p *Pages) language(w http.ResponseWriter, r *http.Request) (lang language, ok bool) {
	lang, bad := readLanguage(r)
	if bad != nil {
		p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: fmt.Sprintf("“%s” %s", cut(bad.what), bad.says)})
		return lang, false
	}
	keepLanguage(w, r, lang)
	return lang, true
}
