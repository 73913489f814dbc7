package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tiendo/internal/event"
)

// Suggest reads the beginning of a file and writes a first mapping for it, with a comment for each guess and for what could not
// be guessed. The mapping parses, and fits the file. Its error says why no mapping can be suggested.
func Suggest(in *Input) ([]byte, error) {
	s, err := sampleOf(in)
	if err != nil {
		return nil, err
	}
	if s.rows == 0 {
		return nil, fmt.Errorf("%s has no rows below its names of columns, so there is nothing to guess from", in.Name)
	}
	w := &suggestion{sample: s, empties: s.emptyTexts(), used: map[*sampled]bool{}}
	w.guesses = s.guess(w.empties)
	if missing := w.missing(); missing != "" {
		return nil, fmt.Errorf("%s: no column %s could be found among %s; write the mapping by hand, docs/import.md says how", in.Name, missing, quoted(s.names()))
	}
	w.write()
	text := []byte(w.text.String())
	if _, err := ParseMapping("suggestion", text, Builtin); err != nil {
		return nil, fmt.Errorf("suggest a mapping for %s: %w", in.Name, err)
	}
	return text, nil
}

func (s *sample) names() (names []string) {
	for i := range s.columns {
		names = append(names, s.columns[i].name)
	}
	return names
}

// emptyTexts are the texts in the file that commonly mean that nothing is there.
func (s *sample) emptyTexts() map[string]bool {
	found := map[string]bool{}
	for i := range s.columns {
		for _, v := range s.columns[i].values {
			text := clean(v.text)
			if slices.Contains([]string{"null", "none", "nan", "n/a", "na", "-", "--", "(null)", "#n/a", "không có", "chưa có"}, strings.ToLower(text)) {
				found[text] = true
			}
		}
	}
	return found
}

// suggestion is a mapping that is being written.
type suggestion struct {
	*sample
	guesses guesses
	empties map[string]bool
	used    map[*sampled]bool // columns that the mapping names
	text    strings.Builder
}

// missing says which column there must be and is not.
func (w *suggestion) missing() string {
	switch {
	case w.guesses[roleSubject] == nil:
		return "that identifies a case (each row another value, such as mã hồ sơ)"
	case w.guesses[roleOpened] == nil:
		return "with the time at which a case began (such as ngày tiếp nhận)"
	}
	return ""
}

func (w *suggestion) line(format string, args ...any) { fmt.Fprintf(&w.text, format+"\n", args...) }

// say writes a comment, first in Vietnamese.
func (w *suggestion) say(indent, vi, en string) {
	w.line("%s# %s", indent, oneLine(vi))
	w.line("%s# %s", indent, oneLine(en))
}

// oneLine keeps what stands in a file from ending a comment.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// scalarYAML writes a text so that YAML reads the same text.
func scalarYAML(text string) string { return strconv.Quote(text) }

func (w *suggestion) write() {
	family, why := w.family(w.guesses)
	w.say("", fmt.Sprintf("Bản đồ nhập đầu tiên cho tệp %q, đoán từ %d dòng đầu. Xem lại từng chỗ có dấu ?, rồi chạy thử với --dry-run.", w.file, w.rows),
		fmt.Sprintf("A first mapping for the file %q, guessed from its first %d rows. Look at each ?, then try it with --dry-run.", w.file, w.rows))
	w.line("# %s", oneLine("các cột / columns: "+quoted(w.names())))
	w.line("")
	w.say("", "? "+why[0], "? "+why[1])
	w.line("family: %s", family)
	w.say("", "? tên cố định của hệ thống nguồn; giữ nguyên cho mọi lần nhập", "? a name of the source system that stays the same for every import")
	w.line("source: urn:tiendo:suggested:%s", cmp.Or(Slug(w.file), "file"))
	w.reading()
	w.general(family)
	w.line("events:")
	w.opening(family)
	w.between(family)
	w.closings(family)
	w.after(family)
	w.unused()
}

// reading writes how the file is read.
func (w *suggestion) reading() {
	if w.charset != "" {
		w.say("", "? bảng mã của tệp, đoán từ chữ tiếng Việt trong tệp", "? the character set of the file, guessed from its Vietnamese words")
		w.line("charset: %s", w.charset)
	}
	if w.format == formatCSV && w.delimiter != ',' {
		w.line("delimiter: %s", scalarYAML(string(w.delimiter)))
	}
	if w.sheet != "" {
		w.say("", "? trang tính đầu tiên có bảng; tệp có nhiều trang", "? the first sheet with a table; there are others")
		w.line("sheet: %s", scalarYAML(w.sheet))
	}
	if len(w.empties) > 0 {
		var texts []string
		for _, text := range slices.Sorted(maps.Keys(w.empties)) {
			texts = append(texts, scalarYAML(text))
		}
		w.say("", "? những chữ nghĩa là không có gì", "? texts that mean that nothing is there")
		w.line("empty: [%s]", strings.Join(texts, ", "))
	}
}

// general writes the zone and what identifies a case.
func (w *suggestion) general(family event.Family) {
	zoned := true
	for _, g := range w.guesses {
		if g != nil && g.dates != nil && !g.dates.zoned() {
			zoned = false
		}
	}
	if zoned {
		w.say("", "các thời điểm trong tệp có ghi múi giờ", "the times of the file name their offsets")
	} else {
		w.say("", "? thời điểm trong tệp không ghi múi giờ, nên không đoán được; đây là múi giờ Việt Nam", "? the times of the file name no zone, so it can't be guessed; this is Vietnam's")
	}
	w.line("timezone: Asia/Ho_Chi_Minh")
	w.say("", fmt.Sprintf("? lịch tính hạn: không đoán; mặc định của %s", family), fmt.Sprintf("? the calendar of deadlines is not guessed; this is the default of a %s", family))
	w.line("# calendar: %s", map[bool]string{true: "days", false: "vn-office"}[family == event.Petition])
	g := w.guesses[roleSubject]
	w.used[g.sampled] = true
	texts, _ := distinct(g.filled)
	w.say("", fmt.Sprintf("? %q: %d giá trị khác nhau trong %d dòng", g.name, len(texts), w.rows), fmt.Sprintf("? %q has %d different values in %d rows", g.name, len(texts), w.rows))
	if slices.ContainsFunc(texts, func(text string) bool { return event.CheckSubject(text) != nil }) {
		w.line("subject: {column: %s, slug: true}", scalarYAML(g.name))
	} else {
		w.line("subject: %s", scalarYAML(g.name))
	}
}
