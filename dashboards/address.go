package dashboards

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// asked is what an address asks a page for; the language is no part of it, so that all who look share the answers.
type asked struct {
	of *page
	stretches
	// where are filters by dimension, as the books take them.
	where map[string][]string
	// options are the page's, each with its value.
	options map[string]string
	// against is the period that was named to explain a change against, "" for the one before.
	against string
}

// wrong is an address that cannot be answered. It is an error, and Says is for the visitor.
type wrong struct {
	// what was asked, and says what is the matter with it.
	what, says string
	// would are links that would do, status is 400 if 0.
	would  []choice
	status int
}

func (w *wrong) Error() string { return w.what + " " + w.says }

// read reads the address of a page. The error is a *wrong, or that of the books, which were asked for the values that exist.
func (p *Pages) read(r *http.Request, of *page, lang language) (*asked, error) {
	q := &asked{of: of, where: map[string][]string{}, options: map[string]string{}}
	if agency := r.PathValue("agency"); of.ofOne("agency") {
		q.where["agency"] = []string{agency}
	}
	params := r.URL.Query()
	id := defaultPeriod
	if named := params["period"]; len(named) > 0 {
		id = named[len(named)-1]
	}
	var err error
	var bad *wrong // told when all is read, so that what would do keeps what is right
	q.stretches, err = stretch(id, "", p.Now(), p.Location)
	switch {
	case len(params["period"]) > 1:
		bad = &wrong{what: "period", says: spoken[lang].NamedTwice}
	case err != nil:
		bad = &wrong{what: id, says: spoken[lang].WrongPeriod}
	}
	if bad != nil {
		q.stretches = p.defaultStretches()
	}
	if named := params["since"]; of.explains() && len(named) > 0 {
		q.against = named[len(named)-1]
		switch chosen, err := stretch(id, q.against, p.Now(), p.Location); {
		case bad != nil:
			q.against = ""
		case len(named) > 1:
			bad = &wrong{what: "since", says: spoken[lang].NamedTwice}
			q.against = ""
		case err != nil:
			bad = &wrong{what: "since=" + q.against, says: spoken[lang].WrongPeriod}
			q.against = ""
		default:
			q.stretches = chosen
		}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if wrong := q.take(name, params[name], lang); bad == nil {
			bad = wrong
		}
	}
	for _, o := range of.options {
		if q.options[o.name] == "" {
			q.options[o.name] = o.values[0].value
		}
	}
	err = p.checkFilters(r.Context(), q, lang)
	if nobody := asWrong(err); bad != nil && (nobody == nil || nobody.status != http.StatusNotFound) {
		return q, bad
	}
	return q, err
}

// defaultStretches are those of who asks for no period.
func (p *Pages) defaultStretches() stretches {
	s, err := stretch(defaultPeriod, "", p.Now(), p.Location)
	if err != nil {
		panic("BUG: the default period is none: " + err.Error())
	}
	return s
}

// ofOne says that the page is of one value of a dimension, which stands in its path.
func (of *page) ofOne(dimension string) bool { return strings.HasSuffix(of.path, "{"+dimension+"}") }

// take takes one parameter of an address; nil if it could.
func (q *asked) take(name string, values []string, lang language) *wrong {
	if slices.Contains([]string{"period", "lang", "page", "chart", "seen"}, name) || name == "since" && q.of.explains() {
		return nil
	}
	for _, o := range q.of.options {
		if o.name != name {
			continue
		}
		if len(values) > 1 {
			return &wrong{what: name, says: spoken[lang].NamedTwice, would: q.choices(o, lang)}
		}
		if !slices.ContainsFunc(o.values, func(v optionValue) bool { return v.value == values[0] }) {
			return &wrong{what: name + "=" + values[0], says: spoken[lang].WrongValue, would: q.choices(o, lang)}
		}
		q.options[name] = values[0]
		return nil
	}
	if q.of.ofOne(name) { // two agencies are asked for
		w := &wrong{what: name + "=" + values[0], says: spoken[lang].WrongFilter}
		for _, code := range append(slices.Clone(q.where[name]), values...) {
			if code != "" && !slices.ContainsFunc(w.would, func(c choice) bool { return c.Text == code }) {
				w.would = append(w.would, choice{Text: code, Href: q.href(lang, name, code)})
			}
		}
		return w
	}
	if !slices.Contains(q.of.filters, name) {
		return &wrong{what: name, says: spoken[lang].WrongFilter, would: q.filterNames(lang)}
	}
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" }) // a select that is left alone
	if len(values) > 0 {
		slices.Sort(values)
		q.where[name] = slices.Compact(values)
	}
	return nil
}

// choices are the values of an option.
func (q *asked) choices(o option, lang language) []choice {
	var all []choice
	for _, v := range o.values {
		all = append(all, choice{v.name.in(lang), q.href(lang, o.name, v.value), q.options[o.name] == v.value})
	}
	return all
}

// filterNames are the parameters that the page takes.
func (q *asked) filterNames(lang language) []choice {
	all := []choice{{"period", q.href(lang), false}}
	for _, name := range q.of.filters {
		if !q.of.ofOne(name) {
			all = append(all, choice{name, q.href(lang), false})
		}
	}
	for _, o := range q.of.options {
		all = append(all, choice{o.name, q.href(lang), false})
	}
	if q.of.explains() {
		all = append(all, choice{"since", q.href(lang), false})
	}
	return all
}

// explains says that the page explains changes.
func (of *page) explains() bool {
	return slices.ContainsFunc(of.options, func(o option) bool { return o.explains })
}

// offered is how many values stand on a page that says that one does not exist.
const offered = 60

// checkFilters refuses a value that no case has and no register names.
func (p *Pages) checkFilters(ctx context.Context, q *asked, lang language) error {
	if len(q.where) == 0 {
		return nil
	}
	values, err := p.values.at(ctx, q.of, false)
	if err == nil && q.unknown(values) != "" { // it may be new
		values, err = p.values.at(ctx, q.of, true)
	}
	if err != nil {
		return err
	}
	name := q.unknown(values)
	if name == "" {
		return nil
	}
	value := q.where[name][slices.IndexFunc(q.where[name], func(v string) bool { return !slices.Contains(values[name], v) })]
	delete(q.where, name)
	w := &wrong{what: name + "=" + value, says: spoken[lang].WrongValue, would: p.near(name, value, values[name], lang, func(v string) string { return q.href(lang, name, v) })}
	if q.of.ofOne(name) {
		w.what, w.says, w.status = value, spoken[lang].NoSuchAgency, http.StatusNotFound
	}
	return w
}

// unknown is the first filter with a value that is none of those that exist; "" if there is none.
func (q *asked) unknown(values map[string][]string) string {
	for _, name := range slices.Sorted(maps.Keys(q.where)) {
		if slices.ContainsFunc(q.where[name], func(v string) bool { return !slices.Contains(values[name], v) }) {
			return name
		}
	}
	return ""
}

// near are links to values that exist, those first that hold what was asked for.
func (p *Pages) near(name, value string, values []string, lang language, href func(value string) string) []choice {
	wanted := strings.ToLower(value)
	values = slices.Clone(values)
	holds := func(v string) int {
		if wanted != "" && strings.Contains(strings.ToLower(v+" "+p.nameOf(name, v, lang)), wanted) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(values, func(a, b string) int { return holds(a) - holds(b) })
	var all []choice
	for _, v := range values[:min(len(values), offered)] {
		all = append(all, choice{p.nameOf(name, v, lang), href(v), false})
	}
	return all
}

// href is the address of the page with what is asked, but for some parameters, which are given as names and values; an empty
// value takes a parameter away.
func (q *asked) href(lang language, changes ...string) string {
	path, params := q.address(changes...)
	params.Set("lang", string(lang))
	return path + "?" + params.Encode()
}

// key is what all who ask the same have in common: an address, and the days that it now speaks of. Figures of one year must never
// stand under the name of the next, and "ytd" is another after every midnight.
func (q *asked) key() string {
	path, params := q.address()
	return path + "?" + params.Encode() + " " + q.period.First + ".." + q.period.End.Format(time.DateOnly)
}

func (q *asked) address(changes ...string) (path string, params url.Values) {
	params = url.Values{"period": {q.period.ID}}
	maps.Copy(params, q.where)
	for _, o := range q.of.options {
		if value := q.options[o.name]; value != "" && value != o.values[0].value {
			params.Set(o.name, value)
		}
	}
	if q.against != "" {
		params.Set("since", q.against)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		params.Del(changes[i])
		if changes[i+1] != "" {
			params.Set(changes[i], changes[i+1])
		}
	}
	path, one := strings.CutSuffix(q.of.path, "{agency}")
	if one {
		path += url.PathEscape(params.Get("agency"))
		params.Del("agency")
	}
	return path, params
}

// whole is a question about all that the address asks for.
func (q *asked) whole(id string) kpi.Query { return q.query(id, nil) }

// by groups the same.
func (q *asked) by(id string, dimensions ...string) kpi.Query { return q.query(id, dimensions) }

// counted groups the same, of a period, and leaves out groups of which the figure counts nothing.
func (q *asked) counted(id, dimension string, in period.Period) kpi.Query {
	return kpi.Query{ID: id, Period: in, By: []string{dimension}, Where: q.where, Counted: true}
}

// earlier asks the same of the period before.
func (q *asked) earlier(id string, dimensions ...string) kpi.Query {
	return kpi.Query{ID: id, Period: q.before, By: dimensions, Where: q.where}
}

// byMonth asks the same of each month of the trend.
func (q *asked) byMonth(id string) kpi.Query {
	return kpi.Query{ID: id, Period: q.months, By: []string{"month"}, Where: q.where}
}

func (q *asked) query(id string, by []string) kpi.Query {
	return kpi.Query{ID: id, Period: q.period, By: by, Where: q.where}
}

// asWrong returns the *wrong in an error, nil if there is none.
func asWrong(err error) *wrong {
	w, _ := errors.AsType[*wrong](err)
	return w
}
