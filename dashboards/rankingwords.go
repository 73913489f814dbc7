package dashboards

// rankingWords are the words of the page of rankings in one language; DOMAIN.md §5 is the glossary.
type rankingWords struct {
	Methods, Periods, Version, Points, Rank, Sure, Agency, Adjusted, Change, Against, Details                               string
	Provisional, RunningSays, UnverifiedSays, Tried, TriedSays, AsItIs, NoTry                                               string
	TableSays, Alike, AlikeNone, AlikeOne, Tie, NotRanked, Unranked, Newcomer                                               string
	Criterion, Figure, Of, Scored, Moved, Claimed, Verified, Share, Total, Bonus, CasesSays                                 string
	WhatIf, WhatIfSays, Weight, Try, Robust, RobustSays, First, Last, Between                                               string
	Suppose, SupposeSays, Off, OffSays, Pauses, PausesAsIs, PausesExtend, PausesRestart, PausesNothing                      string
	Scoring, ScoredZero, ScoredFull, ScoredAt, Minimum, MinimumAll, MinimumSays, Few, Evidence, Counted, Published, NowSays string
	Above, Compare, CompareSays, Choose, Data, Method, Nobody, NobodySays, NoSuchMethod, Closed, Overclaimed                string
	Stranger, StrangerSays, Busy, BusySays, TooLong                                                                         string
}

var rankWords = map[language]*rankingWords{
	vietnamese: {
		Methods: "Phương pháp xếp hạng", Periods: "Kỳ xếp hạng", Version: "phiên bản", Points: "Điểm", Rank: "Hạng", Sure: "Khoảng 90 %", Agency: "Cơ quan",
		Adjusted: "Thưởng, trừ", Change: "So với %s", Against: "Theo phương pháp gốc", Details: "Chi tiết điểm",
		Provisional: "Tạm tính", RunningSays: "Kỳ chưa kết thúc.", UnverifiedSays: "Còn điểm tự chấm chưa được thẩm định.",
		Tried: "Đang thử", TriedSays: "Không có gì được lưu. Cột cuối cho biết hạng và điểm theo phương pháp gốc.", AsItIs: "Trở về phương pháp gốc", NoTry: "–",
		TableSays: "Vạch ngang là khoảng có xác suất 90 % chứa thứ hạng, xét cả số hồ sơ ít và trọng số có thể khác đi; chấm là hạng theo điểm. Giữa hai đường kẻ đậm là những cơ quan không phân biệt được với cơ quan đứng đầu nhóm.",
		Alike:     "không phân biệt được với %d cơ quan khác", AlikeNone: "phân biệt được với mọi cơ quan khác", AlikeOne: "không phân biệt được với 1 cơ quan khác", Tie: "Nhóm",
		NotRanked: "Không xếp hạng", Unranked: "Không đủ dữ liệu: %s", Newcomer: "mới",
		Criterion: "Tiêu chí", Figure: "Số liệu", Of: "Tử số / mẫu số", Scored: "Được tính", Moved: "Thay đổi", Claimed: "tự chấm", Verified: "thẩm định", Share: "Tỷ lệ điểm", Total: "Cộng", Bonus: "Thưởng, trừ",
		CasesSays: "Tử số và mẫu số dẫn tới từng hồ sơ, nhiệm vụ, đơn.",
		WhatIf:    "Nếu khác đi thì sao", WhatIfSays: "Tiêu chí được sửa nhận đúng trọng số đã ghi, các tiêu chí còn lại được co giãn để tổng không đổi. Không có gì được lưu.", Weight: "Trọng số", Try: "Thử",
		Robust: "Thứ hạng phụ thuộc trọng số đến đâu", RobustSays: "Qua %s bộ trọng số ngẫu nhiên: bao nhiêu phần đứng trong %d cơ quan đầu, bao nhiêu phần trong %d cơ quan cuối, và thứ hạng nằm trong khoảng nào ở chín phần mười số bộ.",
		First: "%d đầu", Last: "%d cuối", Between: "Chín phần mười",
		Suppose: "Lịch và quy tắc tạm dừng", SupposeSays: "Mọi hồ sơ, nhiệm vụ, đơn được xét lại như thể đã có quy định khác, nên phải chờ vài giây. Ngày nghỉ làm mọi ngày hẹn đang chạy lùi lại đúng số ngày làm việc đã mất.",
		Off: "Ngày nghỉ thêm (bão, lũ)", OffSays: "Ví dụ 2026-09-07..2026-09-09", Pauses: "Khi chờ bổ sung hồ sơ", PausesAsIs: "Như quy định hiện có", PausesExtend: "Cộng thêm thời gian chờ", PausesRestart: "Tính lại thời hạn từ đầu", PausesNothing: "Không cộng thêm gì",
		Scoring: "Thang điểm, số hồ sơ tối thiểu", ScoredZero: "không điểm từ", ScoredFull: "đủ điểm từ", ScoredAt: "đạt từ", Minimum: "số hồ sơ tối thiểu",
		Few: "Ít hồ sơ", MinimumAll: "Số hồ sơ tối thiểu, mọi tiêu chí", MinimumSays: "để trống là theo phương pháp", Evidence: "minh chứng", Counted: "điểm",
		Published: "Đã công bố ở số %d (%s)", NowSays: "bảng dưới đây theo số liệu hiện nay.",
		Above: "%s xếp trên %s với xác suất %s.", Compare: "So sánh với", CompareSays: "Chọn một cơ quan để biết xác suất nó đứng trên.", Choose: "Chọn cơ quan",
		Data: "Dữ liệu đầy đủ (JSON)", Method: "Phương pháp", Nobody: "Không có ai để xếp hạng", NobodySays: "Danh mục cơ quan không có ai thuộc nhóm mà phương pháp xếp hạng, hoặc máy chủ chưa có phương pháp. Hãy chọn phương pháp hay kỳ khác; quản trị viên hãy đặt thư mục phương pháp bằng ranking.methods, và nạp danh mục cơ quan có ghi nhóm (tiendo register load).",
		NoSuchMethod: "không có phương pháp này; xem /ranking", Closed: "Đóng", Overclaimed: "Tự chấm cao hơn thẩm định %s điểm.",
		Stranger: "Cần đăng nhập để thử lịch và quy tắc tạm dừng", StrangerSays: "Mọi hồ sơ, nhiệm vụ, đơn phải được xét lại, nên chỉ dành cho người đã đăng nhập. Trọng số thì ai xem được trang này cũng thử được.",
		Busy: "Đang tính một giả định khác", BusySays: "Mỗi giả định phải xét lại mọi hồ sơ, nhiệm vụ, đơn, nên máy chủ chỉ tính từng giả định một. Hãy thử lại sau ít phút.", TooLong: "Giả định này tính quá lâu",
	},
	english: {
		Methods: "Method", Periods: "Ranked period", Version: "version", Points: "Points", Rank: "Rank", Sure: "90% interval", Agency: "Agency",
		Adjusted: "Bonus, penalty", Change: "Since %s", Against: "By the method as it is", Details: "Points in full",
		Provisional: "Provisional", RunningSays: "The period has not ended.", UnverifiedSays: "Assessments are not verified yet.",
		Tried: "Tried", TriedSays: "Nothing is kept. The last column tells rank and points by the method as it is.", AsItIs: "Back to the method as it is", NoTry: "–",
		TableSays: "The line is where the rank lies with a probability of 90%, for small numbers and for weights that might be other; the mark is the rank by points. Between two strong rules stand agencies that can't be told from the first of them.",
		Alike:     "not distinguishable from %d others", AlikeNone: "distinguishable from all others", AlikeOne: "not distinguishable from 1 other", Tie: "Group",
		NotRanked: "Not ranked", Unranked: "Too little data: %s", Newcomer: "new",
		Criterion: "Criterion", Figure: "Figure", Of: "Numerator / denominator", Scored: "Scored as", Moved: "Change", Claimed: "claimed", Verified: "verified", Share: "Share of points", Total: "Sum", Bonus: "Bonus, penalty",
		CasesSays: "Numerators and denominators lead to the single dossiers, tasks and petitions.",
		WhatIf:    "What if", WhatIfSays: "A criterion that is changed gets the weight that is written; all others are scaled so that the sum stays. Nothing is kept.", Weight: "Weight", Try: "Try",
		Robust: "How much is owed to the weights", RobustSays: "Over %s random weightings: how often among the first %d, how often among the last %d, and between which ranks in nine of ten.",
		First: "First %d", Last: "Last %d", Between: "Nine of ten",
		Suppose: "Calendar and pauses", SupposeSays: "Every dossier, task and petition is judged again as if something else had been decreed, which takes some seconds. Days off move every promise that ran then by the working days that were lost.",
		Off: "More days off (a storm)", OffSays: "Such as 2026-09-07..2026-09-09", Pauses: "While papers are awaited", PausesAsIs: "As the rules are", PausesExtend: "The wait is added", PausesRestart: "The term begins again", PausesNothing: "Nothing is added",
		Scoring: "Scoring, least number of cases", ScoredZero: "no points from", ScoredFull: "all points from", ScoredAt: "reached from", Minimum: "least number of cases",
		Few: "Few cases", MinimumAll: "Least number of cases, all criteria", MinimumSays: "left empty: as the method has it", Evidence: "evidence", Counted: "points",
		Published: "Published as number %d (%s)", NowSays: "below stands what the figures of now make.",
		Above: "%s ranks above %s with a probability of %s.", Compare: "Compare with", CompareSays: "Choose an agency to learn how likely it is above.", Choose: "Choose an agency",
		Data: "All data (JSON)", Method: "Method", Nobody: "Nobody is ranked", NobodySays: "The register of agencies has nobody of the groups that the method ranks, or the server has no method yet. Choose another method or period; administrators: name a folder of methods with ranking.methods, and load agencies with their groups (tiendo register load).",
		NoSuchMethod: "there is no such method; see /ranking", Closed: "Close", Overclaimed: "Claimed %s points more than was verified.",
		Stranger: "Log in to try another calendar or rule of pauses", StrangerSays: "Every dossier, task and petition has to be judged again, which is for those only who have logged in. Weights can be tried by whoever sees this page.",
		Busy: "Another supposition is being worked out", BusySays: "For each every dossier, task and petition is judged again, so the server works out one at a time. Try again in some minutes.", TooLong: "This supposition took too long",
	},
}
