package simulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tiendo/internal/calendar"
)

// ledger is what one source counts of one agency and family.
type ledger struct{ source, family, agency string }

func (l ledger) compare(other ledger) int {
	return cmp.Or(cmp.Compare(l.source, other.source), cmp.Compare(l.family, other.family), cmp.Compare(l.agency, other.agency))
}

// open tells the opening of a case. Its source counts it by the day on which it happens, however late it is written down:
// the book at the counter has it.
func (l *life) open(kind string, at int64, d data) {
	family, _, _ := strings.Cut(kind, ".")
	on := l.city.dayOf(at)
	if l.counted[on] == nil {
		l.counted[on] = map[ledger]int{}
	}
	l.counted[on][ledger{l.source, family, l.agency.Code}]++
	l.tell(kind, at, d)
}

// tallies plans what each source states in the morning of what it counted the day before: one number for each agency and
// family, none where it counted nothing.
func (g *generator) tallies() {
	of := g.day - 1
	counted := g.counted[of]
	delete(g.counted, of)
	g.draw(forTally, 0)
	for _, book := range slices.SortedFunc(maps.Keys(counted), ledger.compare) {
		g.state(book, of, counted[book])
	}
}

// state plans one tally. Where a line is bad, the source has counted more than it could send.
func (g *generator) state(book ledger, of calendar.Day, n int) {
	which := &agencies[placeOf(book.agency)]
	if book.family == "dossier" && g.chance(which.loses) {
		n += 1 + g.poisson(.2*float64(n))
	}
	name := book.source[strings.LastIndexByte(book.source, ':')+1:]
	l := &life{
		generator: g, agency: which, source: book.source,
		subject: strings.Join([]string{name, book.family, book.agency, of.String()}, "/"),
	}
	at := g.day.Start(g.city.zone).Unix() + 6*hour
	l.tellLate("source.tally", at, at+1, l.data().
		str("family", book.family).str("day", of.String()).number("count", n).str("agency", book.agency))
}
