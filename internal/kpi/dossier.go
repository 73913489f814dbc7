package kpi

import "tiendo/internal/lifecycle"

const (
	promised = lifecycle.Promised
	onTime   = lifecycle.OnTime
)

func open(w window) []term {
	return stock(w, lifecycle.Opened, lifecycle.Settled, lifecycle.Ended)
}

func overdue() []term { return stock(atEnd, lifecycle.Breached, lifecycle.Redeemed) }

// count, ratio and quantile shorten the tables of definitions.
func count(id, vi, en string, better Direction, says string, terms []term) Definition {
	return Definition{ID: id, Version: "1", Shape: Count, Unit: "count", VI: vi, EN: en, Direction: better, Says: says, numerator: terms}
}

func ratio(id, vi, en string, better Direction, says string, numerator, denominator []term) Definition {
	return Definition{ID: id, Version: "1", Shape: Ratio, Unit: "ratio", VI: vi, EN: en, Direction: better, Says: says, numerator: numerator, denominator: denominator}
}

func quantile(id, unit, vi, en, says string, m lifecycle.Measure, q float64) Definition {
	return Definition{ID: id, Version: "1", Shape: Quantile, Unit: unit, VI: vi, EN: en, Direction: Lower, Says: says, measure: m, q: q}
}

// leadership marks a figure as one of those that a city's leaders watch.
func leadership(d Definition) Definition {
	d.Leadership = true
	return d
}

var dossiers = []Definition{
	count("dossier.received", "Hồ sơ tiếp nhận", "Dossiers received", Neutral,
		"dossiers received in the period", flow(lifecycle.Opened, 0, 0)),
	count("dossier.settled", "Hồ sơ đã giải quyết", "Dossiers settled", Neutral,
		"dossiers resolved or rejected in the period", flow(lifecycle.Settled, 0, 0)),
	count("dossier.withdrawn", "Hồ sơ rút", "Dossiers withdrawn", Neutral,
		"dossiers withdrawn by their applicants in the period", flow(lifecycle.Ended, lifecycle.Withdrawn, 0)),
	count("dossier.rejected", "Hồ sơ từ chối", "Dossiers rejected", Neutral,
		"received dossiers rejected in the period", flow(lifecycle.Settled, lifecycle.Rejected, 0)),
	count("dossier.awaiting", "Hồ sơ chờ tiếp nhận", "Dossiers awaiting acceptance", Lower,
		"dossiers submitted and neither received nor closed at the end of the period", stock(atEnd, lifecycle.Awaiting, lifecycle.Answered)),
	count("dossier.not_accepted", "Hồ sơ không được tiếp nhận", "Dossiers not accepted", Neutral,
		"dossiers rejected or withdrawn in the period without having been received", flow(lifecycle.NotAccepted, 0, 0)),
	quantile("dossier.acceptance_hours_p90", "hours", "Thời gian chờ tiếp nhận (90 %)", "Wait for acceptance, 90th percentile",
		"working time from submission to receipt, of the dossiers received in the period that were submitted", lifecycle.Accepted, 0.9),
	count("dossier.carried_over", "Hồ sơ từ kỳ trước", "Dossiers carried over", Neutral,
		"dossiers open at the start of the period: carried over + received = settled + withdrawn + open", open(atStart)),
	count("dossier.early", "Trước hạn", "Early", Higher,
		"settled in the period, on a day before the deadline's", flow(lifecycle.Settled, lifecycle.Early, 0)),
	count("dossier.on_time", "Đúng hạn", "On time", Higher,
		"settled in the period, on the deadline's day and in time", flow(lifecycle.Settled, onTime, lifecycle.Early)),
	count("dossier.late", "Quá hạn", "Late", Lower,
		"settled in the period, after the deadline", flow(lifecycle.Settled, promised, onTime)),
	count("dossier.no_deadline", "Không có hạn", "Without deadline", Lower,
		"settled in the period, without ever a promised date", flow(lifecycle.Settled, 0, promised|lifecycle.NoCalendar)),
	leadership(count("dossier.open", "Đang giải quyết", "Open", Neutral,
		"received and not closed at the end of the period", open(atEnd))),
	count("dossier.open_in_term", "Đang giải quyết trong hạn", "Open in term", Neutral,
		"open and not overdue; without deadline or paused is in term", append(open(atEnd), minus(overdue())...)),
	leadership(count("dossier.open_overdue", "Đang giải quyết quá hạn", "Open and overdue", Lower,
		"open after the effective deadline at the end of the period", overdue())),
	count("dossier.open_paused", "Đang chờ bổ sung", "Open and paused", Neutral,
		"open and waiting for a supplement at the end of the period", stock(atEnd, lifecycle.Paused, lifecycle.Resumed)),
	leadership(count("dossier.due_soon", "Sắp đến hạn", "Due soon", Neutral,
		"open, not overdue, with the deadline's day among today and the next two working days",
		[]term{{measure: lifecycle.Due, with: lifecycle.Pending, window: ahead}})),
	leadership(ratio("dossier.on_time_rate", "Tỷ lệ đúng hạn", "On-time rate", Higher,
		"of the dossiers settled in the period that had a deadline, those settled by the promise in force",
		flow(lifecycle.Settled, onTime, 0), flow(lifecycle.Settled, promised, 0))),
	leadership(ratio("dossier.on_time_rate_first", "Tỷ lệ đúng hạn theo hẹn lần đầu", "On-time rate by the first promise", Higher,
		"of the dossiers settled in the period that had a deadline, those settled by the first promise: rescheduling excuses nothing",
		flow(lifecycle.Settled, lifecycle.OnTimeFirst, 0), flow(lifecycle.Settled, promised, 0))),
	leadership(ratio("dossier.promise_kept_rate", "Tỷ lệ giữ đúng hẹn", "Promises kept", Higher,
		"of the dossiers whose effective deadline lies in the period and has passed, and that were not withdrawn by it, those settled by it; open overdue work counts against it",
		flow(lifecycle.Due, lifecycle.Kept, 0), flow(lifecycle.Due, 0, 0))),
	quantile("dossier.working_hours_median", "hours", "Thời gian giải quyết (trung vị)", "Working time to settle, median",
		"of the dossiers settled in the period, working time from receipt to closing without pauses", lifecycle.Worked, 0.5),
	quantile("dossier.working_hours_p90", "hours", "Thời gian giải quyết (90 %)", "Working time to settle, 90th percentile",
		"of the dossiers settled in the period, working time from receipt to closing without pauses", lifecycle.Worked, 0.9),
	ratio("dossier.supplement_rate", "Tỷ lệ yêu cầu bổ sung", "Supplement rate", Lower,
		"of the dossiers received in the period, those with a supplement request",
		flow(lifecycle.Opened, lifecycle.Supplemented, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("dossier.rejection_rate", "Tỷ lệ từ chối", "Rejection rate", Neutral,
		"of the dossiers settled in the period, those rejected",
		flow(lifecycle.Settled, lifecycle.Rejected, 0), flow(lifecycle.Settled, 0, 0)),
	ratio("dossier.reschedule_rate", "Tỷ lệ hẹn lại", "Reschedule rate", Lower,
		"of the dossiers settled in the period, those that were given a new date",
		flow(lifecycle.Settled, lifecycle.Rescheduled, 0), flow(lifecycle.Settled, 0, 0)),
	ratio("dossier.apology_rate", "Tỷ lệ có thư xin lỗi", "Apology rate", Higher,
		"of the dossiers settled late in the period, those with a written apology",
		flow(lifecycle.Settled, promised|lifecycle.Apologised, onTime), flow(lifecycle.Settled, promised, onTime)),
}

var legs = []Definition{
	count("leg.received", "Chặng tiếp nhận", "Legs received", Neutral,
		"legs of interlinked dossiers that began in the period, by the agency that held them", flow(lifecycle.LegOpened, 0, 0)),
	count("leg.settled", "Chặng hoàn thành", "Legs settled", Neutral,
		"legs handed on or settled in the period", flow(lifecycle.LegSettled, 0, 0)),
	count("leg.open_overdue", "Chặng quá hạn", "Legs overdue", Lower,
		"legs still held after their deadline at the end of the period", stock(atEnd, lifecycle.LegBreached, lifecycle.LegRedeemed)),
	ratio("leg.on_time_rate", "Tỷ lệ chặng đúng hạn", "Legs on time", Higher,
		"of the legs settled in the period that had a deadline, those settled by it",
		flow(lifecycle.LegSettled, promised|onTime, 0), flow(lifecycle.LegSettled, promised, 0)),
}

var online = []Definition{
	leadership(ratio("online.uptake", "Tỷ lệ hồ sơ trực tuyến", "Online uptake", Higher,
		"of the dossiers received in the period for procedures that can be had online (level 3, 4, partial, full), those submitted online",
		flow(lifecycle.Opened, lifecycle.Offered|lifecycle.Online, 0), flow(lifecycle.Opened, lifecycle.Offered, 0))),
	leadership(ratio("online.full_uptake", "Tỷ lệ trực tuyến toàn trình", "Full online uptake", Higher,
		"of the dossiers received in the period for procedures that can be had online from end to end (level 4, full), those submitted online",
		flow(lifecycle.Opened, lifecycle.OfferedFull|lifecycle.Online, 0), flow(lifecycle.Opened, lifecycle.OfferedFull, 0))),
	ratio("online.share", "Tỷ trọng nộp trực tuyến", "Online share", Higher,
		"of all dossiers received in the period, those submitted online",
		flow(lifecycle.Opened, lifecycle.Online, 0), flow(lifecycle.Opened, 0, 0)),
	ratio("online.payment_rate", "Tỷ lệ thanh toán trực tuyến", "Online payment", Higher,
		"of the payments in the period, those made online",
		flow(lifecycle.Paid, lifecycle.Online, 0), flow(lifecycle.Paid, 0, 0)),
	ratio("online.digital_result_rate", "Tỷ lệ kết quả điện tử", "Electronic results", Higher,
		"of the dossiers resolved in the period, those with an electronic result",
		flow(lifecycle.Settled, lifecycle.Digital, lifecycle.Rejected), flow(lifecycle.Settled, 0, lifecycle.Rejected)),
	ratio("post.received_rate", "Tỷ lệ nộp qua bưu chính", "Received by post", Neutral,
		"of the dossiers received in the period, those handed in by post",
		flow(lifecycle.Opened, lifecycle.ByPost, 0), flow(lifecycle.Opened, 0, 0)),
	leadership(ratio("post.returned_rate", "Tỷ lệ trả qua bưu chính", "Returned by post", Neutral,
		"of the results handed over in the period, those by post",
		flow(lifecycle.Returned, lifecycle.ByPost, 0), flow(lifecycle.Returned, 0, 0))),
}

var satisfaction = []Definition{
	leadership(Definition{
		ID: "satisfaction.score", Version: "1", Shape: Mean, Unit: "score", Direction: Higher,
		VI: "Mức độ hài lòng", EN: "Satisfaction", Says: "mean of the ratings (1 to 5) given in the period",
		numerator: flow(lifecycle.Scored, 0, 0), denominator: flow(lifecycle.Rated, 0, 0),
	}),
}
