package kpi

var textsOfOfficial = map[string]described{
	"official.766_on_time_rate": text("Trong hồ sơ xử lý trong kỳ (đã giải quyết, rút, hoặc cuối kỳ còn đang giải quyết), không kể hồ sơ ngoài lịch: phần kết thúc đúng hạn, hoặc còn trong hạn và bị yêu cầu bổ sung không quá một lần; hồ sơ đang giải quyết xét tại cuối kỳ.",
		"Hồ sơ còn trong hạn được tính là đúng hạn, nên nhiều hồ sơ mới làm tỷ lệ tăng; yêu cầu trong lúc đang chờ bổ sung không tính là lần nữa.",
		"What is open in term counts as on time, so that many new dossiers raise it; a request while a supplement is awaited is no second one.", ""),
	"official.766_online_rate": text("Trong hồ sơ có kết quả trong kỳ: phần nộp trực tuyến và có kết quả điện tử.",
		"Chưa nhân với tỷ lệ đồng bộ hồ sơ, vì không có sự kiện nào cho biết tỷ lệ ấy.",
		"Not multiplied by the share of dossiers synchronised, of which there is no event.", ""),
	"official.766_full_online_rate": text("Trong hồ sơ tiếp nhận trong kỳ của thủ tục cung cấp toàn trình: phần nộp trực tuyến.",
		"Thủ tục đủ điều kiện toàn trình được nhận biết qua mức độ ghi trên hồ sơ.",
		"Whether a procedure is eligible is known by the level that its dossiers name.", ""),
	"official.766_payment_rate": text("Trong hồ sơ tiếp nhận trong kỳ có phí, lệ phí: phần thanh toán trực tuyến.",
		"Chỉ biết hồ sơ có phí khi nguồn báo.", "A fee is known only where the source names one.", ""),
	"official.766_digital_result_rate": text("Trong hồ sơ có kết quả trong kỳ: phần có kết quả điện tử.",
		"Không kiểm tra tệp kết quả.", "The file itself is not checked.", ""),
	"official.06a_received": text("Từ kỳ trước và tiếp nhận trong kỳ.", noteColumns, noteColumnsEN, ""),
	"official.06a_online":   text("Tiếp nhận trong kỳ, nộp trực tuyến.", noteColumns, noteColumnsEN, ""),
	"official.06a_direct":   text("Tiếp nhận trong kỳ, nộp trực tiếp hoặc qua bưu chính công ích.", "Hồ sơ không nêu kênh nộp được tính là trực tiếp.", "A dossier that names no channel counts as handed in at the counter.", ""),
	"official.06a_carried":  text("Đang giải quyết lúc đầu kỳ.", noteColumns, noteColumnsEN, ""),
	"official.06a_settled":  text("Có kết quả, bị từ chối hoặc rút trong kỳ.", "Biểu không có cột cho hồ sơ rút, nên chúng nằm ở đây.", "The form has no column for withdrawals, so they are here.", ""),
	"official.06a_early":    text("Có kết quả trong kỳ vào một ngày trước ngày hẹn trả.", noteColumns, noteColumnsEN, ""),
	"official.06a_on_time": text("Có kết quả trong kỳ đúng ngày hẹn trả, không có hạn hoặc có hạn ngoài lịch, và mọi hồ sơ bị từ chối hoặc rút trong kỳ.",
		"Từ chối và rút được tính là đúng hạn, dù đã quá hạn.", "Refusals and withdrawals count as on time, even after the deadline.", ""),
	"official.06a_late":         text("Có kết quả trong kỳ sau ngày hẹn trả.", "Từ chối và rút sau hạn không nằm ở đây.", "Refusals and withdrawals after the deadline are not here.", ""),
	"official.06a_open":         text("Đang giải quyết cuối kỳ.", noteColumns, noteColumnsEN, ""),
	"official.06a_open_in_term": text("Đang giải quyết cuối kỳ và chưa quá hạn, gồm cả hồ sơ chờ bổ sung.", noteColumns, noteColumnsEN, ""),
	"official.06a_open_overdue": text("Đang giải quyết cuối kỳ sau ngày hẹn trả.", noteColumns, noteColumnsEN, ""),
}

// The window of the form is not that of a calendar period.
const (
	noteColumns   = "Kỳ báo cáo của biểu tính từ ngày 15 đến ngày 14: hỏi với cutoff=report."
	noteColumnsEN = "The form's periods run from the 15th to the 14th: ask with cutoff=report."
)

var textsOfQuality = map[string]described{
	"quality.report_delay_p90": text("Thời gian từ lúc việc xảy ra đến lúc được ghi lại (không có thì lúc nhận) mà 90 % sự kiện không vượt quá.",
		"Nguồn ghi lùi cả thời điểm ghi thì không thấy được.", "A source that backdates its recording too is not seen.", ""),
	"quality.no_deadline_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần chưa từng có ngày hẹn trả.",
		"Thủ tục trả kết quả ngay có thể không cần hẹn.", "A procedure settled at once may need no date.", ""),
	"quality.no_level_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần không nêu mức độ dịch vụ trực tuyến của thủ tục.",
		"Những hồ sơ này nằm ngoài tỷ lệ nộp trực tuyến.", "These dossiers are not in the online uptake.", ""),
	"quality.no_calendar_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần cần tính ngày làm việc mà lịch chưa có.",
		"Những hồ sơ này không nằm trong tỷ lệ đúng hạn nào.", "These dossiers are in no on-time rate.", ""),
	"quality.due_changed_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần mà việc tiếp nhận được ghi lại với ngày hẹn khác.",
		"Không tách sửa lỗi nhập liệu với sửa để khỏi quá hạn.", "Does not tell a corrected slip from an evasion.", ""),
	"quality.collision_rate": text("Trong hồ sơ tiếp nhận trong kỳ: phần được hai nguồn báo tiếp nhận, hoặc tiếp nhận hai lần cách nhau trên 30 ngày.",
		"Có thể là hai hồ sơ trùng mã, hoặc một hồ sơ báo hai nơi.", "It may be two dossiers of one code, or one dossier reported twice.", ""),
	"quality.orphan_rate": text("Trong các lần kết thúc trong kỳ, mọi loại vụ việc: phần của vụ việc chưa từng được tiếp nhận.",
		"Thường là do lịch sử tải lên thiếu phần đầu.", "Often the loaded history merely lacks its beginning.", ""),
	"quality.backdated_rate": text("Trong các lần kết thúc trong kỳ, mọi loại vụ việc: phần được ghi lại muộn hơn 24 giờ.",
		"Ghi muộn không có nghĩa là khai sai.", "Recorded late is not recorded falsely.", ""),
	"quality.impossible_rate": text("Trong các lần kết thúc trong kỳ, mọi loại vụ việc: phần được báo là trước lúc tiếp nhận.",
		"Được ghi vào lúc tiếp nhận, nên không làm sai số tồn.", "Booked at the opening, so that stocks stay right.", ""),
	"quality.foreign_rate": text("Trong các sự kiện trong kỳ: phần bị bỏ qua vì nguồn gửi không có quyền nói về vụ việc.",
		"Có thể do cấu hình quyền của nguồn sai.", "It may be a token that was bound wrongly.", ""),
}
