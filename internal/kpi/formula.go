package kpi

import (
	"fmt"
	"slices"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Formula writes how d is counted, from the very terms that it is counted by, in "vi" or "en": sums of what happened to
// cases, what must be true of them in brackets, and the time over which is summed; T is the end of the period.
func (d *Definition) Formula(lang string) string {
	w := formulaWords[0]
	if lang == "en" {
		w = formulaWords[1]
	}
	switch {
	case d.measure == lifecycle.Recorded:
		return fmt.Sprintf(w.quantile, d.q*100, w.delays)
	case d.measure != "":
		return fmt.Sprintf(w.quantile, d.q*100, w.measure(d, d.measure))
	case len(d.numerator) == 0:
		return w.reported
	case d.Shape == Count:
		return w.sum(d, d.numerator)
	}
	numerator, denominator := w.sum(d, d.numerator), w.sum(d, d.denominator)
	first := d.numerator[0].window
	if slices.ContainsFunc(slices.Concat(d.numerator, d.denominator), func(t term) bool { return t.window != first }) {
		return "(" + numerator + ") ÷ (" + denominator + ")"
	}
	// One window for both is said once.
	during := w.windows[first]
	return bracketed(strings.TrimSuffix(numerator, during)) + " ÷ " + bracketed(strings.TrimSuffix(denominator, during)) + during
}

// bracketed puts a sum in brackets, where it is one.
func bracketed(s string) string {
	if strings.Contains(s, " + ") || strings.Contains(s, " − ") {
		return "(" + s + ")"
	}
	return s
}

// formulaText is the words of formulas in one language.
type formulaText struct {
	quantile, reported, not string
	// delays is what records are measured by; they themselves are counted.
	delays   string
	windows  map[window]string
	measures map[lifecycle.Measure]string
	// of are the names that measures have in some family, by measure and family.
	of    map[string]string
	marks map[lifecycle.Marks]string
}

// sum writes terms: those of one window together, in brackets where there are several windows.
func (w *formulaText) sum(d *Definition, terms []term) string {
	var parts []string
	for len(terms) > 0 {
		n := 1
		for n < len(terms) && terms[n].window == terms[0].window {
			n++
		}
		var part strings.Builder
		for i, t := range terms[:n] {
			switch {
			case t.minus:
				part.WriteString(" − ")
			case i > 0:
				part.WriteString(" + ")
			}
			part.WriteString(w.measure(d, t.measure) + w.conditions(d, t))
		}
		parts = append(parts, strings.TrimSpace(part.String())+w.windows[terms[0].window])
		terms = terms[n:]
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, ") + (") + ")"
}

// measure names a measure as the family of d does.
func (w *formulaText) measure(d *Definition, m lifecycle.Measure) string {
	families := d.Families()
	if len(families) == 1 {
		if name, ok := w.of[string(m)+" "+string(families[0])]; ok {
			return name
		}
	}
	if name, ok := w.measures[m]; ok {
		return name
	}
	return string(m)
}

// conditions writes the marks of a term, as [đúng hạn, không trước hạn].
func (w *formulaText) conditions(d *Definition, t term) string {
	var all []string
	for bit := lifecycle.Marks(1); bit != 0 && bit <= t.with|t.without; bit <<= 1 {
		name, ok := w.marks[bit]
		if !ok {
			name = fmt.Sprintf("0x%x", uint32(bit))
		}
		switch {
		case name == w.measure(d, t.measure): // it is said already: withdrawn
		case t.with&bit != 0:
			all = append(all, name)
		case t.without&bit != 0:
			all = append(all, w.not+name)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " [" + strings.Join(all, ", ") + "]"
}

var formulaWords = [2]formulaText{
	{
		quantile: "giá trị nhỏ nhất mà ít nhất %g %% số %s không vượt quá, trong kỳ",
		reported: "Σ giá trị ÷ Σ chỉ tiêu, của báo cáo mới nhất của mỗi cơ quan trong kỳ",
		not:      "không ",
		delays:   "thời gian từ khi xảy ra đến khi ghi nhận",
		windows:  map[window]string{inPeriod: ", trong kỳ", atEnd: ", đến T", atStart: ", đến đầu kỳ", ahead: ", từ T đến hết ngày làm việc thứ hai sau T"},
		measures: map[lifecycle.Measure]string{
			lifecycle.Opened: "tiếp nhận", lifecycle.Settled: "đã giải quyết", lifecycle.Ended: "kết thúc khác",
			lifecycle.Breached: "quá hạn", lifecycle.Redeemed: "quá hạn đã kết thúc", lifecycle.Due: "đến hạn",
			lifecycle.AskedAgain: "trong hạn mà bị yêu cầu bổ sung lần thứ hai", lifecycle.AskedOver: "hồ sơ ấy đã quá hạn hoặc kết thúc",
			lifecycle.Paused: "bắt đầu chờ bổ sung", lifecycle.Resumed: "hết chờ bổ sung",
			lifecycle.Awaiting: "bắt đầu chờ tiếp nhận", lifecycle.Answered: "hết chờ tiếp nhận", lifecycle.NotAccepted: "không được tiếp nhận",
			lifecycle.Worked: "thời gian làm việc từ tiếp nhận đến kết thúc", lifecycle.Accepted: "thời gian làm việc từ nộp đến tiếp nhận",
			lifecycle.Confirmed: "thời gian từ báo cáo đến xác nhận",
			lifecycle.Returned:  "trả kết quả", lifecycle.Paid: "lần thanh toán", lifecycle.Rated: "lần đánh giá", lifecycle.Scored: "điểm đánh giá",
			lifecycle.Stray:     "kết thúc không có tiếp nhận hoặc đã hủy",
			lifecycle.LegOpened: "chặng bắt đầu", lifecycle.LegSettled: "chặng hoàn thành", lifecycle.LegBreached: "chặng quá hạn", lifecycle.LegRedeemed: "chặng quá hạn đã kết thúc",
			lifecycle.Sessions: "lượt tiếp", lifecycle.Received: "người được tiếp", lifecycle.Heard: "vụ việc", lifecycle.Led: "lượt do người đứng đầu tiếp",
			lifecycle.Foreign: "bản ghi của người không có thẩm quyền", lifecycle.Recorded: "bản ghi",
		},
		of: map[string]string{
			of(lifecycle.Ended, event.Dossier): "rút", of(lifecycle.Opened, event.Task): "giao", of(lifecycle.Settled, event.Task): "hoàn thành",
			of(lifecycle.Ended, event.Task): "hủy", of(lifecycle.Opened, event.Finding): "phát hiện", of(lifecycle.Settled, event.Finding): "khắc phục",
		},
		marks: map[lifecycle.Marks]string{
			lifecycle.Promised: "có hạn", lifecycle.OnTime: "đúng hạn", lifecycle.OnTimeFirst: "đúng hẹn lần đầu", lifecycle.Early: "trước hạn",
			lifecycle.Rejected: "từ chối", lifecycle.Withdrawn: "rút", lifecycle.Cancelled: "hủy", lifecycle.Forwarded: "chuyển",
			lifecycle.Rescheduled: "có hẹn lại", lifecycle.Apologised: "có thư xin lỗi", lifecycle.Reworked: "có làm lại", lifecycle.Digital: "kết quả điện tử",
			lifecycle.Supplemented: "có yêu cầu bổ sung", lifecycle.HasDue: "có hạn khi giao", lifecycle.Shared: "có phối hợp", lifecycle.NoCalendar: "ngoài lịch",
			lifecycle.Online: "trực tuyến", lifecycle.ByPost: "bưu chính", lifecycle.Offered: "có dịch vụ trực tuyến", lifecycle.OfferedFull: "toàn trình",
			lifecycle.Kept: "giải quyết trước hạn", lifecycle.Pending: "chưa kết thúc", lifecycle.Undated: "chưa từng có hạn", lifecycle.NoLevel: "thiếu mức độ",
			lifecycle.DueChanged: "sửa ngày hẹn", lifecycle.Collision: "trùng mã", lifecycle.Backdated: "ghi muộn trên 24 giờ", lifecycle.Impossible: "trước tiếp nhận",
			lifecycle.Orphan: "chưa từng tiếp nhận", lifecycle.Fee: "có phí", lifecycle.PaidOnline: "thanh toán trực tuyến",
		},
	},
	{
		quantile: "the smallest value that at least %g %% of all %s do not exceed, in the period",
		reported: "Σ value ÷ Σ target, of each agency's latest report in the period",
		not:      "not ",
		delays:   "times from happening to being recorded",
		windows:  map[window]string{inPeriod: ", in the period", atEnd: ", up to T", atStart: ", up to the period's start", ahead: ", from T to the end of the second working day after it"},
		measures: map[lifecycle.Measure]string{
			lifecycle.Opened: "received", lifecycle.Settled: "settled", lifecycle.Ended: "closed otherwise",
			lifecycle.Breached: "became overdue", lifecycle.Redeemed: "closed overdue", lifecycle.Due: "due",
			lifecycle.AskedAgain: "asked a second time for a supplement while in term", lifecycle.AskedOver: "of these became overdue or closed",
			lifecycle.Paused: "began to wait for a supplement", lifecycle.Resumed: "stopped waiting for it",
			lifecycle.Awaiting: "began to await acceptance", lifecycle.Answered: "stopped awaiting it", lifecycle.NotAccepted: "not accepted",
			lifecycle.Worked: "working times from receipt to closing", lifecycle.Accepted: "working times from submission to receipt",
			lifecycle.Confirmed: "times from report to confirmation",
			lifecycle.Returned:  "results handed over", lifecycle.Paid: "payments", lifecycle.Rated: "ratings", lifecycle.Scored: "points of ratings",
			lifecycle.Stray:     "closed without opening or voided",
			lifecycle.LegOpened: "legs begun", lifecycle.LegSettled: "legs settled", lifecycle.LegBreached: "legs that became overdue", lifecycle.LegRedeemed: "legs ended overdue",
			lifecycle.Sessions: "sessions", lifecycle.Received: "people received", lifecycle.Heard: "cases heard", lifecycle.Led: "sessions by the head in person",
			lifecycle.Foreign: "records of senders who may not tell", lifecycle.Recorded: "records",
		},
		of: map[string]string{
			of(lifecycle.Ended, event.Dossier): "withdrawn", of(lifecycle.Opened, event.Task): "assigned", of(lifecycle.Settled, event.Task): "completed",
			of(lifecycle.Ended, event.Task): "cancelled", of(lifecycle.Opened, event.Finding): "raised", of(lifecycle.Settled, event.Finding): "remedied",
		},
		marks: map[lifecycle.Marks]string{
			lifecycle.Promised: "with a deadline", lifecycle.OnTime: "on time", lifecycle.OnTimeFirst: "on time by the first promise", lifecycle.Early: "early",
			lifecycle.Rejected: "rejected", lifecycle.Withdrawn: "withdrawn", lifecycle.Cancelled: "cancelled", lifecycle.Forwarded: "forwarded",
			lifecycle.Rescheduled: "with a new date", lifecycle.Apologised: "with an apology", lifecycle.Reworked: "with a rework", lifecycle.Digital: "electronic result",
			lifecycle.Supplemented: "with a supplement request", lifecycle.HasDue: "with a deadline when assigned", lifecycle.Shared: "with cooperating agencies", lifecycle.NoCalendar: "outside the calendar",
			lifecycle.Online: "online", lifecycle.ByPost: "by post", lifecycle.Offered: "offered online", lifecycle.OfferedFull: "offered fully online",
			lifecycle.Kept: "settled in time", lifecycle.Pending: "not closed", lifecycle.Undated: "never with a deadline", lifecycle.NoLevel: "without level",
			lifecycle.DueChanged: "promised date edited", lifecycle.Collision: "colliding code", lifecycle.Backdated: "recorded over 24 hours late", lifecycle.Impossible: "before the opening",
			lifecycle.Orphan: "never opened", lifecycle.Fee: "with a fee", lifecycle.PaidOnline: "paid online",
		},
	},
}

// of names a measure in a family.
func of(m lifecycle.Measure, f event.Family) string { return string(m) + " " + string(f) }
