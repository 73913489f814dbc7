package kpi

import (
	"slices"

	"tiendo/internal/lifecycle"
)

// The laws that prescribe a way of counting: DOMAIN.md §1.3 and §1.4.
const (
	law06a = "TT 01/2020/TT-VPCP, II.06a/VPCP/KSTT"
	law766 = "QĐ 766/QĐ-TTg"
)

func prescribed(law string, d Definition) Definition {
	d.Law = law
	return d
}

// settled06a is column 7: form 06a has no column for withdrawals, so its identity needs them here (DOMAIN.md §4.3).
func settled06a() []term {
	return append(flow(lifecycle.Settled, 0, 0), flow(lifecycle.Ended, lifecycle.Withdrawn, 0)...)
}

// onTime06a is column 9: on the day, and all that was refused or withdrawn (DOMAIN.md fact 7), and what never had a date
// (fact 6). What lies outside the calendar is here as well, for the form's columns must add up to what was settled.
func onTime06a() []term {
	terms := flow(lifecycle.Settled, onTime, lifecycle.Early|lifecycle.Rejected)
	terms = append(terms, flow(lifecycle.Settled, lifecycle.Rejected, 0)...)
	terms = append(terms, flow(lifecycle.Settled, 0, promised|lifecycle.Rejected)...)
	return append(terms, flow(lifecycle.Ended, lifecycle.Withdrawn, 0)...)
}

// official are figures by the rules of an authority. They stand beside ours and are never mixed with them.
var official = []Definition{
	prescribed(law766, ratio("official.766_on_time_rate", "Tỷ lệ đúng hạn (QĐ 766)", "On-time rate by Decision 766", Higher,
		"of the dossiers handled in the period (settled, withdrawn or open at its end) and not outside the calendar, those closed on time, or open in term and asked for a supplement no more than once; an open dossier is judged at the period's end",
		slices.Concat(onTime766(), reckoned(open(atEnd)), minus(overdue()), minus(askedAgain())),
		reckoned(append(settled06a(), open(atEnd)...)))),
	prescribed(law766, ratio("official.766_online_rate", "Tỷ lệ hồ sơ trực tuyến (QĐ 766)", "Online rate by Decision 766", Higher,
		"of the dossiers resolved in the period, those submitted online with an electronic result; the rate is not multiplied by the share of dossiers synchronised, of which there is no event",
		flow(lifecycle.Settled, lifecycle.Online|lifecycle.Digital, lifecycle.Rejected), flow(lifecycle.Settled, 0, lifecycle.Rejected))),
	prescribed(law766, ratio("official.766_full_online_rate", "Tỷ lệ trực tuyến toàn trình (QĐ 766)", "Full online rate by Decision 766", Higher,
		"of the dossiers received in the period for procedures offered online from end to end, those submitted online",
		flow(lifecycle.Opened, lifecycle.OfferedFull|lifecycle.Online, 0), flow(lifecycle.Opened, lifecycle.OfferedFull, 0))),
	prescribed(law766, ratio("official.766_payment_rate", "Tỷ lệ thanh toán trực tuyến (QĐ 766)", "Online payment by Decision 766", Higher,
		"of the dossiers received in the period with a fee, those paid online",
		flow(lifecycle.Opened, lifecycle.Fee|lifecycle.PaidOnline, 0), flow(lifecycle.Opened, lifecycle.Fee, 0))),
	prescribed(law766, ratio("official.766_digital_result_rate", "Tỷ lệ kết quả điện tử (QĐ 766)", "Electronic results by Decision 766", Higher,
		"of the dossiers resolved in the period, those with an electronic result",
		flow(lifecycle.Settled, lifecycle.Digital, lifecycle.Rejected), flow(lifecycle.Settled, 0, lifecycle.Rejected))),
	prescribed(law06a, count("official.06a_received", "Biểu 06a cột 3: tiếp nhận", "Form 06a column 3: received", Neutral,
		"carried over, and received in the period", append(open(atStart), flow(lifecycle.Opened, 0, 0)...))),
	prescribed(law06a, count("official.06a_online", "Biểu 06a cột 4: trực tuyến", "Form 06a column 4: online", Neutral,
		"received in the period, submitted online", flow(lifecycle.Opened, lifecycle.Online, 0))),
	prescribed(law06a, count("official.06a_direct", "Biểu 06a cột 5: trực tiếp, bưu chính", "Form 06a column 5: counter and post", Neutral,
		"received in the period otherwise than online", flow(lifecycle.Opened, 0, lifecycle.Online))),
	prescribed(law06a, count("official.06a_carried", "Biểu 06a cột 6: từ kỳ trước", "Form 06a column 6: carried over", Neutral,
		"open at the start of the period", open(atStart))),
	prescribed(law06a, count("official.06a_settled", "Biểu 06a cột 7: đã giải quyết", "Form 06a column 7: settled", Neutral,
		"resolved, rejected or withdrawn in the period", settled06a())),
	prescribed(law06a, count("official.06a_early", "Biểu 06a cột 8: trước hạn", "Form 06a column 8: early", Neutral,
		"resolved in the period on a day before the deadline's", flow(lifecycle.Settled, lifecycle.Early, lifecycle.Rejected))),
	prescribed(law06a, count("official.06a_on_time", "Biểu 06a cột 9: đúng hạn", "Form 06a column 9: on time", Neutral,
		"resolved in the period on the deadline's day, without ever a deadline or with one that lies outside the calendar, and all that was rejected or withdrawn in the period", onTime06a())),
	prescribed(law06a, count("official.06a_late", "Biểu 06a cột 10: quá hạn", "Form 06a column 10: late", Neutral,
		"resolved in the period after the deadline", flow(lifecycle.Settled, promised, onTime|lifecycle.Rejected))),
	prescribed(law06a, count("official.06a_open", "Biểu 06a cột 11: đang giải quyết", "Form 06a column 11: in settlement", Neutral,
		"open at the end of the period", open(atEnd))),
	prescribed(law06a, count("official.06a_open_in_term", "Biểu 06a cột 12: trong hạn", "Form 06a column 12: in term", Neutral,
		"open at the end of the period and not overdue, what waits for a supplement among it", append(open(atEnd), minus(overdue())...))),
	prescribed(law06a, count("official.06a_open_overdue", "Biểu 06a cột 13: quá hạn", "Form 06a column 13: overdue", Neutral,
		"open at the end of the period after the deadline", overdue())),
}

// onTime766 is what was closed on time, refusals among it by their own end (DOMAIN.md fact 2), and what never had a date.
func onTime766() []term {
	terms := append(flow(lifecycle.Settled, onTime, 0), flow(lifecycle.Settled, 0, promised)...)
	return reckoned(append(terms, flow(lifecycle.Ended, lifecycle.Withdrawn, 0)...))
}

// askedAgain is what was asked for a supplement more than once, has no result, and is not overdue already (DOMAIN.md fact 5).
func askedAgain() []term { return stock(atEnd, lifecycle.AskedAgain, lifecycle.AskedOver) }

// reckoned leaves out the dossiers whose deadline no calendar could reckon: they are in no rate (CONTRACT §3, rule 5).
func reckoned(terms []term) []term {
	for i := range terms {
		terms[i].without |= lifecycle.NoCalendar
	}
	return terms
}
