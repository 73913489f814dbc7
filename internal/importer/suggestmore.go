package importer

import (
	"slices"

	"tiendo/internal/event"
)

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
