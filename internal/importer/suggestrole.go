package importer

import (
	"slices"
	"strings"
	"unicode"

	"tiendo/internal/event"
)

// slugOf is the name of a column as words with "-" between them and at the ends; words that begin with a capital are apart.
func slugOf(name string) string {
	var apart strings.Builder
	before := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			apart.WriteByte(' ')
		}
		apart.WriteRune(r)
		before = r
	}
	return "-" + Slug(apart.String()) + "-"
}

// guess is a column that was chosen for a role, and by which word.
type guess struct {
	*sampled
	word   string
	filled []datum
	dates  *dates // of a time
}

// guesses are the columns that were chosen.
type guesses map[role]*guess

// has says whether a column was chosen.
func (g guesses) has(c *sampled) bool {
	for _, chosen := range g {
		if chosen != nil && chosen.sampled == c {
			return true
		}
	}
	return false
}

// columnFor chooses the column for a role: by the first word that the name of one has, of those with the right kind of values.
func (s *sample) columnFor(r role, taken guesses, empties map[string]bool, fits func(*guess) bool) *guess {
	for _, word := range words[r] {
		var best *guess
		for i := range s.columns {
			c := &s.columns[i]
			slug := slugOf(c.name)
			if taken.has(c) || c.doubled || c.name == "" || !speaks(slug, word) || speaks(slug, personal...) || speaks(slug, others[r]...) {
				continue
			}
			g := &guess{sampled: c, word: word, filled: c.filled(empties)}
			g.dates = datesOf(g.filled)
			if fits(g) && (best == nil || better(g, best)) {
				best = g
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// better prefers names to numbers of things, and shorter names of columns to longer ones.
func better(a, b *guess) bool {
	number := func(g *guess) bool { return strings.HasSuffix(slugOf(g.name), "-id-") && g.word != "id" }
	if number(a) != number(b) {
		return number(b)
	}
	return len(a.name) < len(b.name)
}

// guess chooses the columns of a file.
func (s *sample) guess(empties map[string]bool) guesses {
	g := guesses{}
	take := func(r role, fits func(*guess) bool) {
		if found := s.columnFor(r, g, empties, fits); found != nil {
			g[r] = found
		}
	}
	isTime := func(c *guess) bool { return c.dates != nil }
	isText := func(c *guess) bool { return c.dates == nil && len(c.filled) > 0 }
	take(roleDue, isTime)
	take(roleOpened, isTime)
	take(roleClosed, isTime)
	take(roleSubmitted, isTime)
	take(roleReturned, isTime)
	take(roleRefused, isTime)
	take(roleAsked, isTime)
	take(roleGiven, isTime)
	take(rolePaid, isTime)
	take(roleAccepted, isTime)
	if g[roleOpened] == nil { // what was handed in is all that is known
		g[roleOpened] = g[roleSubmitted]
		delete(g, roleSubmitted)
	}
	take(roleSubject, func(c *guess) bool { return isText(c) && s.identifies(c) })
	take(roleAgency, func(c *guess) bool { return isText(c) && !speaks(slugOf(c.name), "tiep-nhan", "nop") })
	take(roleAgency, func(c *guess) bool { return isText(c) && g[roleAgency] == nil })
	means := func(of ...vocabulary) func(*guess) bool { // few texts, which one of the vocabularies, if there is any, knows
		return func(c *guess) bool {
			texts, _ := distinct(c.filled)
			return isText(c) && len(texts) <= 30 && (of == nil || slices.ContainsFunc(of, func(v vocabulary) bool { return v.fits(texts) }))
		}
	}
	take(roleChannel, func(c *guess) bool {
		if c.word != "hinh-thuc" && c.word != "noi-nop" {
			return means()(c)
		}
		// Its name alone does not say that it is the channel, and its codes are those of another field.
		return means()(c) && slices.ContainsFunc(c.filled, func(v datum) bool { return channels.byWord(v.text) != "" })
	})
	take(roleReturnedBy, means(returns))
	take(rolePaidBy, means(payments))
	take(roleProcedure, isText)
	take(roleStatus, means())
	take(roleLevel, means(levels))
	take(roleApplicant, means(applicants))
	take(rolePortal, means(portals))
	take(roleKind, means(petitions))
	take(roleAt, isText)
	take(roleUnit, isText)
	s.settleDates(g)
	if opened := g[roleOpened]; opened != nil && g[roleClosed] == nil { // where nothing is finished yet
		take(roleClosed, func(c *guess) bool { c.dates = opened.dates; return len(c.filled) == 0 })
	}
	return g
}

// identifies says whether the values of a column tell nearly all rows apart.
func (s *sample) identifies(c *guess) bool {
	texts, _ := distinct(c.filled)
	return len(c.filled)*10 >= s.rows*8 && len(texts)*10 >= len(c.filled)*9
}

// settleDates lets a column that can be read in one way only decide for those that can be read in two.
func (s *sample) settleDates(g guesses) {
	for _, decided := range g {
		if decided == nil || decided.dates == nil || decided.dates.real {
			continue
		}
		day, month := slices.Contains(decided.dates.fits, 1), slices.Contains(decided.dates.fits, 2)
		if day == month {
			continue
		}
		for _, other := range g {
			if other != nil && day {
				other.dates.settle(1)
			} else if other != nil {
				other.dates.settle(2)
			}
		}
		return
	}
}

// family is what the columns seem to tell of, and why, in both languages.
func (s *sample) family(g guesses) (family event.Family, why [2]string) {
	slug := slugOf(s.file + " " + strings.Join(s.names(), " "))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(slug, "-"+w+"-") })
	}
	switch {
	case has("nhiem-vu", "duoc-giao", "chu-tri", "task", "tasks"):
		return event.Task, [2]string{"vì tên cột nói đến nhiệm vụ", "for names of columns speak of tasks"}
	case has("don-thu", "khieu-nai", "to-cao", "petition", "petitions"):
		return event.Petition, [2]string{"vì tên cột nói đến đơn thư", "for names of columns speak of petitions"}
	case g[roleProcedure] == nil && g[roleChannel] == nil && !has("ho-so", "thu-tuc"):
		return event.Task, [2]string{"vì không có cột thủ tục hay kênh tiếp nhận", "for no column names a procedure or a channel"}
	}
	return event.Dossier, [2]string{"hồ sơ thủ tục hành chính; nếu là nhiệm vụ hay đơn thư thì sửa lại", "dossiers of procedures; change it if these are tasks or petitions"}
}
