package importer

import (
	"fmt"
	"slices"
	"strings"

	"tiendo/internal/event"
)

// opening writes the event that opens a case, and before it that a dossier was handed in.
func (w *suggestion) opening(family event.Family) {
	typ := map[event.Family]string{event.Dossier: "dossier.received", event.Task: "task.assigned", event.Petition: "petition.received"}[family]
	if family == event.Dossier && w.guesses[roleSubmitted] != nil {
		w.line("  - type: dossier.submitted")
		w.time(roleSubmitted)
		w.line("    data:")
		w.attributes(family)
	}
	w.line("  - type: %s", typ)
	w.time(roleOpened)
	w.line("    data:")
	w.attributes(family)
	g := w.guesses[roleDue]
	if g == nil {
		w.say("      ", "KHÔNG ĐOÁN ĐƯỢC: không có cột hạn trả; không có hạn thì không tính được đúng hạn. Nếu hạn theo quy định: due: {column: …, add: 20d}",
			"NOT GUESSED: no column names a due date, and without one nothing is on time or late. If the promise is a rule: due: {column: …, add: 20d}")
		return
	}
	w.explainDates("      ", g)
	w.line("      due: %s", w.timeCell(g))
}

// time writes when an event happened.
func (w *suggestion) time(r role) {
	g := w.guesses[r]
	w.explainDates("    ", g)
	w.line("    time: %s", w.timeCell(g))
}

// timeCell is a column of times with what is needed to read it.
func (w *suggestion) timeCell(g *guess) string {
	w.used[g.sampled] = true
	cell := "{column: " + scalarYAML(g.name)
	if g.dates.midnight {
		cell += ", as: date"
	}
	if layouts := g.dates.layout(); layouts != nil {
		quoted := make([]string, len(layouts))
		for i, layout := range layouts {
			quoted[i] = scalarYAML(layout)
		}
		cell += ", layout: [" + strings.Join(quoted, ", ") + "]"
	}
	return cell + "}"
}

// explainDates says how times were read, and where that is in doubt.
func (w *suggestion) explainDates(indent string, g *guess) {
	d := g.dates
	if len(g.filled) == 0 {
		w.say(indent, fmt.Sprintf("? %q vì tên cột có %q; chưa dòng nào có giá trị, nên đọc như ngày mở", g.name, g.word),
			fmt.Sprintf("? %q for its name has %q; no row has a value yet, so it is read like the opening", g.name, g.word))
		return
	}
	w.say(indent, fmt.Sprintf("? %q vì tên cột có %q; %d trên %d dòng có giá trị, ví dụ %s", g.name, g.word, len(g.filled), w.rows, quote(g.filled[0].text)),
		fmt.Sprintf("? %q for its name has %q; %d of %d rows have a value, such as %s", g.name, g.word, len(g.filled), w.rows, quote(g.filled[0].text)))
	if d.ambiguous() {
		w.say(indent, "MƠ HỒ: mọi ngày trong mẫu đọc được cả ngày trước tháng lẫn tháng trước ngày (01/02/2026 là 1 tháng 2 hay 2 tháng 1?). Ở đây: NGÀY trước, theo cách viết của Việt Nam; nếu tháng trước thì đổi layout, ví dụ \"01/02/2006\"",
			"AMBIGUOUS: every date of the sample can be read with the day and with the month first (is 01/02/2026 the 1st of February or the 2nd of January?). Here the DAY is first, as Vietnam writes; if it is the month, change the layout to one such as \"01/02/2006\"")
	}
	if d.midnight {
		w.say(indent, "không có giờ trong ngày, nên chỉ lấy ngày", "no value has a time of day, so only the day is taken")
	}
	if d.misread > 0 {
		w.say(indent, fmt.Sprintf("%d giá trị không đọc được và sẽ bị từ chối", d.misread), fmt.Sprintf("%d values can't be read and will be rejected", d.misread))
	}
}

// attributes writes the fields that say what a case is.
func (w *suggestion) attributes(family event.Family) {
	w.code("agency", roleAgency, "đơn vị giải quyết", "the agency that decides")
	if w.guesses[roleUnit] != nil && family != event.Petition {
		w.code("unit", roleUnit, "phòng, bộ phận", "the unit")
	}
	switch family {
	case event.Dossier:
		w.code("procedure", roleProcedure, "thủ tục", "the procedure")
		w.channel()
		w.dossier()
	case event.Petition:
		if w.guesses[roleKind] != nil {
			w.mapped("kind", roleKind, petitions, "suggestion", "loại đơn", "the kind of petition")
			return
		}
		w.say("      ", "KHÔNG ĐOÁN ĐƯỢC: loại đơn; complaint khiếu nại, denunciation tố cáo, suggestion kiến nghị, phản ánh", "NOT GUESSED: the kind of petition; replace this by a column with a map")
		w.line("      kind: {value: suggestion}")
	}
}

// dossier writes what else a dossier may say of itself.
func (w *suggestion) dossier() {
	if w.guesses[roleAt] != nil {
		w.code("at", roleAt, "nơi tiếp nhận, nếu khác nơi giải quyết", "where it was handed in, if not where it is decided")
	}
	if w.guesses[roleLevel] != nil {
		w.mapped("level", roleLevel, levels, "", "mức độ dịch vụ công", "the level of the service")
	}
	if w.guesses[roleApplicant] != nil {
		w.mapped("applicant", roleApplicant, applicants, "", "đối tượng", "the applicant")
	}
	if w.guesses[rolePortal] != nil {
		w.mapped("portal", rolePortal, portals, "", "nộp qua cổng nào", "the portal")
	}
}

// code writes a field that holds a code, or a visible word where no column is there.
func (w *suggestion) code(field string, r role, vi, en string) {
	g := w.guesses[r]
	if g == nil {
		w.say("      ", "KHÔNG ĐOÁN ĐƯỢC: không có cột cho "+vi+"; hãy thay chữ unknown", "NOT GUESSED: no column for "+en+"; replace the word unknown")
		w.line("      %s: {value: unknown}", field)
		return
	}
	w.used[g.sampled] = true
	texts, _ := distinct(g.filled)
	w.say("      ", fmt.Sprintf("? %s: cột %q vì tên có %q; %d giá trị khác nhau", vi, g.name, g.word, len(texts)), fmt.Sprintf("? %s: the column %q for its name has %q; %d different values", en, g.name, g.word, len(texts)))
	empty := ""
	if len(g.filled) < w.rows {
		w.say("      ", fmt.Sprintf("%d dòng để trống; chúng nhận chữ unknown", w.rows-len(g.filled)), fmt.Sprintf("%d rows are empty; they get the word unknown", w.rows-len(g.filled)))
		empty = ", default: unknown"
	}
	if slices.ContainsFunc(texts, func(text string) bool { return event.CheckCode(text) != nil }) {
		w.say("      ", "tên được đổi thành mã không dấu; nếu có cột mã thì dùng cột đó", "names become codes in ASCII; if there is a column of codes, use that")
		w.line("      %s: {column: %s, slug: true%s}", field, scalarYAML(g.name), empty)
		return
	}
	w.line("      %s: {column: %s%s}", field, scalarYAML(g.name), empty)
}

func (w *suggestion) channel() {
	if w.guesses[roleChannel] == nil {
		w.say("      ", "KHÔNG ĐOÁN ĐƯỢC: không có cột kênh tiếp nhận; Cổng DVCQG coi kênh trống là trực tiếp", "NOT GUESSED: no column names the channel; the National Portal takes a missing one as direct")
		w.line("      channel: {value: direct}")
		return
	}
	w.mapped("channel", roleChannel, channels, "direct", "kênh; online trực tuyến, direct trực tiếp, post bưu chính", "the channel")
}

// between writes what may happen between opening and closing.
func (w *suggestion) between(family event.Family) {
	switch family {
	case event.Petition:
		w.happens("petition.accepted", roleAccepted)
	case event.Dossier:
		w.happens("dossier.supplement_requested", roleAsked)
		w.happens("dossier.supplemented", roleGiven)
	}
}

// happens writes an event that has only a time, where a column tells it.
func (w *suggestion) happens(typ string, r role) {
	if w.guesses[r] != nil {
		w.line("  - type: %s", typ)
		w.time(r)
	}
}

// closings writes the events that close a case.
func (w *suggestion) closings(family event.Family) {
	g := w.guesses[roleClosed]
	if g == nil {
		w.say("  ", "KHÔNG ĐOÁN ĐƯỢC: không có cột ngày hoàn thành, nên mọi trường hợp đều đang mở", "NOT GUESSED: no column tells when a case was finished, so all of them are open")
		return
	}
	resolved := map[event.Family]string{event.Dossier: "dossier.resolved", event.Task: "task.completed", event.Petition: "petition.resolved"}[family]
	refused, withdrawn := w.outcomes(family)
	w.closing(resolved, g, append(slices.Clone(refused), withdrawn...), false)
	rejected := map[event.Family]string{event.Dossier: "dossier.rejected", event.Petition: "petition.rejected"}[family]
	switch {
	case w.guesses[roleRefused] != nil && rejected != "":
		w.line("  - type: %s", rejected)
		w.time(roleRefused)
	case len(refused) > 0:
		w.closing(rejected, g, refused, true)
	}
	if len(withdrawn) > 0 {
		w.closing(map[event.Family]string{event.Dossier: "dossier.withdrawn", event.Task: "task.cancelled", event.Petition: "petition.withdrawn"}[family], g, withdrawn, true)
	}
}

// closing writes one of them, of the rows with these outcomes, or of all others.
func (w *suggestion) closing(typ string, g *guess, outcomes []string, these bool) {
	w.line("  - type: %s", typ)
	if len(outcomes) > 0 {
		texts := outcomes
		if !these {
			texts = nil
			all, _ := distinct(w.guesses[roleStatus].filled)
			for _, text := range append(all, "") {
				if !slices.Contains(outcomes, text) {
					texts = append(texts, text)
				}
			}
		}
		for i := range texts {
			texts[i] = scalarYAML(texts[i])
		}
		w.used[w.guesses[roleStatus].sampled] = true
		w.say("    ", fmt.Sprintf("? theo cột %q", w.guesses[roleStatus].name), fmt.Sprintf("? by the column %q", w.guesses[roleStatus].name))
		w.line("    when: {column: %s, in: [%s]}", scalarYAML(w.guesses[roleStatus].name), strings.Join(texts, ", "))
	}
	w.explainDates("    ", g)
	w.line("    time: %s", w.timeCell(g))
}

// portalStates are the states of the National Portal (DOMAIN.md §4.1), of which 3 is a refusal and 7 a withdrawal.
var portalStates = []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}

// outcomes are the texts of the status that say that a case was refused or withdrawn.
func (w *suggestion) outcomes(family event.Family) (refused, withdrawn []string) {
	g := w.guesses[roleStatus]
	if g == nil {
		return nil, nil
	}
	texts, _ := distinct(g.filled)
	portal := family == event.Dossier && !slices.ContainsFunc(texts, func(text string) bool { return !slices.Contains(portalStates, text) })
	for _, text := range texts {
		has := func(words ...string) bool { return speaks(slugOf(text), words...) }
		switch {
		case portal && text == "3":
			refused = append(refused, text)
		case portal && text == "7":
			withdrawn = append(withdrawn, text)
		case family != event.Task && has("tu-choi", "khong-tiep-nhan", "khong-giai-quyet", "khong-thu-ly", "khong-du-dieu-kien", "rejected", "refused", "denied"):
			refused = append(refused, text)
		case has("rut", "rut-ho-so", "withdrawn", "cancelled", "canceled"):
			withdrawn = append(withdrawn, text)
		}
	}
	return refused, withdrawn
}

// after writes the payment, and the handing over of the result: where only that has a time, the case was closed by it as well.
func (w *suggestion) after(family event.Family) {
	if family != event.Dossier {
		return
	}
	if w.guesses[rolePaid] != nil && w.guesses[rolePaidBy] != nil {
		w.line("  - type: dossier.paid")
		w.time(rolePaid)
		w.line("    data:")
		w.mapped("channel", rolePaidBy, payments, "direct", "nộp phí; online trực tuyến, direct trực tiếp", "how it was paid")
	}
	handed := w.guesses[roleReturned]
	if closed := w.guesses[roleClosed]; handed == nil && closed != nil && slices.Contains(words[roleReturned], closed.word) {
		handed = closed
	}
	if handed != nil && w.guesses[roleReturnedBy] != nil {
		w.line("  - type: dossier.returned")
		w.explainDates("    ", handed)
		w.line("    time: %s", w.timeCell(handed))
		w.line("    data:")
		w.mapped("channel", roleReturnedBy, returns, "direct", "trả kết quả; post bưu chính, direct trực tiếp", "how the result was handed over")
	}
}
