package dashboards

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
	"tiendo/internal/ranking"
)

// rankingAsked is what the address of the page asks for.
type rankingAsked struct {
	method, period string
	// agency is the one whose points are told in full, against the one that it is compared with.
	agency, against string
	// tries are other weights, as the method's Try reads them.
	tries []string
	lang  language
}

// tryPrefix begins the parameters of the form that tries weights.
const tryPrefix = "w."

// tryParam is the parameter by which something is tried.
func tryParam(id string) string {
	if id == "off" || id == "pauses" {
		return id
	}
	return tryPrefix + id
}

// href is the address of the page with what is asked, but for some parameters, given as names and values; "" takes one away.
func (q *rankingAsked) href(changes ...string) string {
	params := url.Values{"method": {q.method}, "period": {q.period}, "lang": {string(q.lang)}}
	for name, value := range map[string]string{"agency": q.agency, "against": q.against} {
		if value != "" {
			params.Set(name, value)
		}
	}
	for _, try := range q.tries {
		id, value, _ := strings.Cut(try, "=")
		params.Set(tryParam(id), value)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		params.Del(changes[i])
		if changes[i+1] != "" {
			params.Set(changes[i], changes[i+1])
		}
	}
	return "/ranking?" + params.Encode()
}

// ranking is "/ranking": who is where, by which points, how sure that is, and what other weights would do.
func (p *Pages) ranking(w http.ResponseWriter, r *http.Request) {
	lang, ok := p.language(w, r)
	if !ok {
		return
	}
	q, m, result, err := p.rank(r, lang)
	if err != nil {
		p.refuseRanking(w, r, lang, err)
		return
	}
	v := newRankingView(q, m, result, p.Location)
	v.Methods, v.Periods, v.Published = p.rankedBy(q), p.rankedPeriods(q, m), p.publishedAs(q)
	p.send(w, r, http.StatusOK, "ranking", p.sheet(r, lang, v.Title+" · "+lang.period(q.period), v))
}

// errNobodyRanked says that there is nothing to look at yet, for those who asked for nothing in particular.
var errNobodyRanked = errors.New("no method of this server ranks anybody")

// publishedAs leads to what was published of the method and period, which stays while this page goes on; nil if nothing was.
func (p *Pages) publishedAs(q *rankingAsked) *choice {
	if p.Publishing.All == nil {
		return nil
	}
	e, published := p.Publishing.All.Newest(q.method, q.period)
	if !published {
		return nil
	}
	return &choice{fmt.Sprintf(rankWords[q.lang].Published, e.Number, publicationStates[e.State].in(q.lang)), fmt.Sprintf("/publications/%d?lang=%s", e.Number, q.lang), false}
}

// refuseRanking says why nothing is ranked.
func (p *Pages) refuseRanking(w http.ResponseWriter, r *http.Request, lang language, err error) {
	k := rankWords[lang]
	switch {
	case errors.Is(err, errNobodyRanked):
		p.complain(w, r, lang, http.StatusOK, trouble{Heading: k.Nobody, Says: k.NobodySays})
	case errors.Is(err, ranking.ErrNobody):
		p.complain(w, r, lang, http.StatusBadRequest, trouble{Heading: k.Nobody, Says: k.NobodySays})
	case errors.Is(err, ranking.ErrStranger):
		p.complain(w, r, lang, http.StatusForbidden, trouble{Heading: k.Stranger, Says: k.StrangerSays})
	case errors.Is(err, ranking.ErrBusy) && r.Context().Err() == nil:
		w.Header().Set("Retry-After", "30")
		p.complain(w, r, lang, http.StatusTooManyRequests, trouble{Heading: k.Busy, Says: k.BusySays})
	case errors.Is(err, ranking.ErrTooLong):
		w.Header().Set("Retry-After", "600")
		p.complain(w, r, lang, http.StatusServiceUnavailable, trouble{Heading: k.TooLong, Says: k.BusySays})
	default:
		p.refuse(w, r, lang, err)
	}
}

// rank ranks what the address asks for. Who asks for no method gets the first by which somebody can be ranked.
func (p *Pages) rank(r *http.Request, lang language) (*rankingAsked, *ranking.Method, *ranking.Result, error) {
	q, err := readRanking(r.URL.Query(), lang)
	if err != nil {
		return nil, nil, nil, err
	}
	refused := errNobodyRanked
	for _, m := range p.methods() {
		if q.method != "" && q.method != m.ID {
			continue
		}
		one := *q
		one.method = m.ID
		if one.period == "" {
			if one.period = p.lastEnded(m); one.period == "" {
				continue
			}
		}
		tries, err := tried(m, one.tries)
		if err != nil {
			return nil, nil, nil, err
		}
		one.tries = tries
		result, err := p.Rank(r.Context(), m.ID, one.period, one.tries...)
		if err == nil {
			return &one, m, result, nil
		}
		if _, asked := errors.AsType[*kpi.Error](err); !asked {
			return nil, nil, nil, err
		}
		if q.period != "" || q.method != "" && !errors.Is(err, ranking.ErrNobody) {
			refused = err
		}
	}
	if q.method != "" && !slices.ContainsFunc(p.methods(), func(m *ranking.Method) bool { return m.ID == q.method }) {
		refused = &kpi.Error{Param: "method", Message: rankWords[lang].NoSuchMethod}
	}
	return nil, nil, nil, refused
}

// readRanking reads the address. The error is a *kpi.Error.
func readRanking(params url.Values, lang language) (*rankingAsked, error) {
	q := &rankingAsked{lang: lang}
	into := map[string]*string{"method": &q.method, "period": &q.period, "agency": &q.agency, "against": &q.against, "lang": new("")}
	for name := range params {
		value, err := onlyOne(params, name)
		if err != nil {
			return nil, err
		}
		id, weight := strings.CutPrefix(name, tryPrefix)
		switch to := into[name]; {
		case to != nil:
			*to = value
		case name == "off" || name == "pauses":
			if value != "" {
				q.tries = append(q.tries, name+"="+value)
			}
		case weight && value != "":
			q.tries = append(q.tries, id+"="+strings.ReplaceAll(value, ",", "."))
		case !weight:
			return nil, &kpi.Error{Param: name, Message: "method, period, agency, against, off or pauses would do", VI: "dùng được method, period, agency, against, off hoặc pauses"}
		}
	}
	slices.Sort(q.tries)
	return q, nil
}

// tried leaves out numbers that are the method's own: a form sends all of them. The error is a *kpi.Error.
func tried(m *ranking.Method, tries []string) ([]string, error) {
	own := map[string]float64{}
	for _, c := range m.Criteria() {
		for _, n := range numbersOf(&c) {
			own[n.try] = n.value
		}
	}
	var changed []string
	for _, try := range tries {
		id, text, _ := strings.Cut(try, "=")
		weight, err := strconv.ParseFloat(text, 64)
		if is, known := own[id]; err != nil || !known || weight != is {
			changed = append(changed, try)
		}
	}
	_, _, err := m.Suppose(changed)
	return changed, err
}

// methods are those by which agencies are ranked at present.
func (p *Pages) methods() ranking.Methods {
	if p.Methods == nil {
		return nil
	}
	return p.Methods()
}

// ranked says that the register has or had somebody whom the method ranks.
func (p *Pages) ranked(m *ranking.Method) bool { return p.Ranked == nil || p.Ranked(m) }

// lastEnded is the newest period of the method's first kind that has ended; "" if there is none.
func (p *Pages) lastEnded(m *ranking.Method) string {
	now := p.Now().In(p.Location)
	for id, tries := period.Of(m.Periods[0], now), 400; id != "" && tries > 0; tries-- { // for a method that ended decades ago
		if of, err := m.Period(id, now, p.Location); err == nil && !of.Running {
			return id
		}
		id, _ = period.Previous(id)
	}
	return ""
}

// rankedBy are links to the methods by which somebody can be ranked.
func (p *Pages) rankedBy(q *rankingAsked) []choice {
	var all []choice
	for _, m := range p.methods() {
		if m.ID != q.method && !p.ranked(m) {
			continue
		}
		params := url.Values{"method": {m.ID}, "lang": {string(q.lang)}}
		if _, err := m.Period(q.period, p.Now(), p.Location); err == nil {
			params.Set("period", q.period)
		}
		all = append(all, choice{q.lang.of(m.Titles.VI, m.Titles.EN), "/ranking?" + params.Encode(), m.ID == q.method})
	}
	return all
}

// rankedPeriods are links to periods that the method ranks: the newest of its first kind, and of each other kind the last two.
func (p *Pages) rankedPeriods(q *rankingAsked, m *ranking.Method) []choice {
	const newest = 6
	now := p.Now().In(p.Location)
	ids := []string{}
	for i, kind := range m.Periods {
		want := 2 // the one that runs, and the last that ended
		if i == 0 {
			want = newest
		}
		for id, tries := period.Of(kind, now), 400; id != "" && want > 0 && tries > 0; tries-- {
			if _, err := m.Period(id, now, p.Location); err == nil {
				ids = append(ids, id)
				want--
			}
			id, _ = period.Previous(id)
		}
	}
	if !slices.Contains(ids, q.period) {
		ids = append(ids, q.period)
	}
	var all []choice
	for _, id := range ids {
		all = append(all, choice{q.lang.period(id), q.href("period", id), id == q.period})
	}
	return all
}
