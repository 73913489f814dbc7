package importer

import (
	"slices"
	"strings"
	"unicode"

	"tiendo/internal/event"
)

// role is what a column may be for.
type role string

const (
	roleSubject   role = "subject"
	roleSubmitted role = "submitted"
	roleOpened    role = "opened"
	roleDue       role = "due"
	roleClosed    role = "closed"
	roleReturned  role = "returned"
	roleAgency    role = "agency"
	roleProcedure role = "procedure"
	roleChannel   role = "channel"
	roleStatus    role = "status"
	roleLevel     role = "level"
)

// words are what the names of columns say of their roles, the surest first: Vietnamese ones, those of the interface of the
// National Portal (DOMAIN.md §4.2), English ones. Names are compared as slugs, whole words only.
var words = map[role][]string{
	roleSubject: {
		"ma-ho-so", "so-ho-so", "ma-hs", "so-hs", "ma-bien-nhan", "so-bien-nhan", "ma-nhiem-vu", "ma-don", "so-ky-hieu", "ma-so",
		"case-enquiry-id", "unique-key", "case-id", "case-number", "request-id", "service-request-id", "ticket-id", "ticket", "reference", "ref", "case", "id", "code", "key", "ma", "no", "number", "row",
	},
	roleSubmitted: {"ngay-nop-ho-so", "ngay-nop", "ngay-gui", "ngay-dang-ky", "submitted"},
	roleOpened: {
		"ngay-tiep-nhan", "thoi-gian-tiep-nhan", "tiep-nhan-luc", "ngay-nhan-ho-so", "ngay-nhan", "ngay-thu-ly", "ngay-giao", "ngay-den", "tiep-nhan",
		"received", "open", "opened", "created", "tabled", "assigned", "registered", "registro", "filed", "requested", "reported", "start", "started", "submitted",
	},
	roleDue: {
		"ngay-hen-tra-ket-qua", "ngay-hen-tra", "ngay-hen", "hen-tra", "han-tra", "han-xu-ly", "han-giai-quyet", "han-hoan-thanh", "thoi-han", "ngay-den-han", "han",
		"sla-target", "target", "due", "deadline", "promised", "for-answer", "expected", "expiry",
	},
	roleClosed: {
		"ngay-ket-thuc-xu-ly", "ngay-co-ket-qua", "ngay-hoan-thanh", "ngay-giai-quyet", "ngay-xu-ly-xong", "ngay-xong", "ngay-tra-ket-qua", "ngay-tra", "hoan-thanh", "ngay-ket-thuc",
		"closed", "resolved", "completed", "answered", "finished", "settled", "done", "resposta", "end", "ended",
	},
	roleReturned: {"ngay-tra-ket-qua", "ngay-tra"},
	roleAgency: {
		"don-vi-xu-ly", "don-vi-giai-quyet", "co-quan-giai-quyet", "co-quan-thuc-hien", "don-vi-chu-tri", "co-quan-chu-tri", "chu-tri", "ma-don-vi", "ten-don-vi", "don-vi", "co-quan", "so-nganh", "phong-ban",
		"department", "agency", "ministry", "answering-body", "body", "authority", "organisation", "organization", "office", "orgao", "unit",
	},
	roleProcedure: {
		"ma-tthc", "ma-thu-tuc", "ten-tthc", "ten-thu-tuc", "thu-tuc-hanh-chinh", "thu-tuc", "tthc", "loai-ho-so", "dich-vu", "linh-vuc",
		"procedure", "request-type", "complaint-type", "type", "service", "category",
	},
	roleChannel: {
		"kenh-thuc-hien", "kenh-tiep-nhan", "kenh", "hinh-thuc-nop", "hinh-thuc-tiep-nhan", "phuong-thuc-nop", "phuong-thuc", "noi-nop", "cach-nop",
		"channel", "channel-type", "source", "origin", "submitted-via", "method",
	},
	roleStatus: {"trang-thai-ho-so", "trang-thai", "tinh-trang", "ket-qua-xu-ly", "status", "state", "outcome"},
	roleLevel:  {"muc-do"},
}

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

// columnFor chooses the column for a role: by the first word that the name of one has, of those with the right kind of values.
func (s *sample) columnFor(r role, taken guesses, empties map[string]bool, fits func(*guess) bool) *guess {
	for _, word := range words[r] {
		var best *guess
		for i := range s.columns {
			c := &s.columns[i]
			used := slices.ContainsFunc([]role{roleSubject, roleSubmitted, roleOpened, roleDue, roleClosed, roleReturned, roleAgency, roleProcedure, roleChannel},
				func(other role) bool { return taken[other] != nil && taken[other].sampled == c })
			if used || c.doubled || c.name == "" || !strings.Contains(slugOf(c.name), "-"+word+"-") {
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
	if g[roleOpened] == nil { // what was handed in is all that is known
		g[roleOpened] = g[roleSubmitted]
		delete(g, roleSubmitted)
	}
	take(roleSubject, func(c *guess) bool { return isText(c) && s.identifies(c) })
	take(roleAgency, isText)
	take(roleChannel, func(c *guess) bool { texts, _ := distinct(c.filled); return isText(c) && len(texts) <= 30 })
	take(roleProcedure, isText)
	take(roleStatus, func(c *guess) bool { texts, _ := distinct(c.filled); return isText(c) && len(texts) <= 30 })
	take(roleLevel, isText)
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
