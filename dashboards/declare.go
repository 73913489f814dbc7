package dashboards

import (
	"context"
	"fmt"

	"tiendo/internal/kpi"
)

// page is a page of figures. One declaration says all that makes it: where it is, what it is called, what its address may
// ask for, what it asks the books, what it makes of the answers, and the template that shows that. All else is the frame's:
// reading the address, the menu, the shared snapshot, live news, errors, exports.
type page struct {
	// path is its address. One that ends with "{agency}" is a page of each agency; the agency is then a filter.
	path string
	// name is what the menu calls it, title what stands over it.
	name, title inBoth
	// template shows what view makes; it is executed with a *shown.
	template string
	// phrases are its words; templates and views ask for them with T.
	phrases phrases
	// filters are the dimensions by which its address may filter, and lists the figures whose groups are the values that exist.
	filters []string
	lists   []string
	// options are further parameters of its address. One that explains takes a second period as well, since.
	options []option
	// ask is what the page asks the books, all at once. It is pure.
	ask func(q *asked) []kpi.Query
	// more reads what no figure tells; nil if there is nothing. It is asked as seldom as the figures are.
	more func(ctx context.Context, from *sources, q *asked) (any, error)
	// always says that it shows itself even where nothing was ever told.
	always bool
	// view makes the page's model of the answers. It is pure.
	view func(p *presenter) (any, error)
}

// option is a parameter of an address with a closed list of values; the first is taken where none is named.
type option struct {
	name   string
	label  inBoth
	values []optionValue
	// explains says that the values are figures of which the page explains the change.
	explains bool
}

type optionValue struct {
	value string
	name  inBoth
}

// phrases are the words of a page by key, in both languages.
type phrases map[string]inBoth

// pages are all pages of figures.
func pages() []*page {
	return []*page{
		overviewPage(), dossiersPage(), onlinePage(), tasksPage(), citizensPage(), organisationPage(), agencyPage(), qualityPage(),
	}
}

// menu is what the shared navigation lists, in its order. An entry shows when its page is registered.
var menu = []struct {
	path string
	name inBoth
}{
	{"/", inBoth{"Tổng quan", "Overview"}},
	{"/dossiers", inBoth{"Hồ sơ", "Dossiers"}},
	{"/online", inBoth{"Trực tuyến", "Online"}},
	{"/tasks", inBoth{"Nhiệm vụ", "Tasks"}},
	{"/citizens", inBoth{"Công dân", "Citizens"}},
	{"/organisation", inBoth{"Tổ chức", "Organisation"}},
	{"/ranking", inBoth{"Xếp hạng", "Ranking"}},
	{"/assess", inBoth{"Chấm điểm", "Assess"}},
	{"/publications", inBoth{"Công bố", "Publications"}},
	{"/quality", inBoth{"Chất lượng dữ liệu", "Data quality"}},
	{"/signals", inBoth{"Tín hiệu", "Signals"}},
	{"/reports", inBoth{"Báo cáo", "Reports"}},
	{"/enter", inBoth{"Nhập liệu", "Entry"}},
	{"/wall", inBoth{"Màn hình lớn", "Wall"}},
	{"/kpis", inBoth{"Chỉ số", "Figures"}},
	{"/cases", inBoth{"Tra cứu", "Find a case"}},
}

// shown is what a page's template is executed with.
type shown struct {
	*presenter
	// W are the words of all pages, V the page's model.
	W *words
	V any
	// Charts says that the program was built with the file that draws charts.
	Charts bool
}

// T is a phrase of the page, in its language.
func (p *presenter) T(key string) (string, error) {
	phrase, ok := p.of.phrases[key]
	if !ok {
		return "", fmt.Errorf("BUG: the page %s has no phrase %q", p.of.path, key)
	}
	return phrase.in(p.lang), nil
}

// t is T for views.
func (p *presenter) t(key string) string {
	text, err := p.T(key)
	if err != nil {
		panic(err)
	}
	return text
}
