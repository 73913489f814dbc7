package dashboards

// assessWords are what the pages say on which agencies assess themselves and an inspection team verifies, in one language.
type assessWords struct {
	Assess, SelfSays, VerifySays, NoMethods, NoMethodsSays string
	Method, Period, Days, Submit, Verify, Over, NoDeadline string
	Unanswered, Everybody, AllDone, NotAsked, NotAskedSays string
	Agency, Answered, Verified, Changed, State             string
	Complete, Lacking, Late, Waiting                       string
	Criterion, Maximum, Claimed, VerifiedPoints, Gap       string
	Evidence, Reason, At, NotYet, After                    string
	Bonus, Penalty, Points, Write, Answer, AnswerAgain     string
	VerifyIt, VerifyAgain, EvidenceSays, ReasonSays        string
	Wrong, Done, Back, Unknown                             string
	TakeBack, TakeBackSays, TakenBack                      string
}

var assessIn = map[language]*assessWords{
	vietnamese: {
		Assess: "Chấm điểm", SelfSays: "Cơ quan tự chấm điểm từng tiêu chí, kèm đường dẫn tới tài liệu kiểm chứng. Gửi lại là sửa: bản sau cùng được tính. Điểm chỉ tính vào xếp hạng theo phương pháp sau khi được thẩm định.",
		VerifySays: "Điểm cơ quan tự chấm và điểm thẩm định đứng cạnh nhau. Thẩm định khác điểm tự chấm phải có mã lý do. Gửi lại là sửa: bản sau cùng được tính.",
		NoMethods:  "Chưa có tiêu chí nào phải chấm điểm", NoMethodsSays: "Máy chủ chưa có phương pháp xếp hạng nào có tiêu chí chấm điểm cho kỳ này; quản trị viên nạp chúng bằng ranking.methods.",
		Method: "Phương pháp", Period: "Kỳ", Days: "Kỳ chấm điểm", Submit: "Hạn tự chấm", Verify: "Hạn thẩm định", Over: "đã qua", NoDeadline: "không đặt hạn",
		Unanswered: "cơ quan chưa trả lời đủ", Everybody: "cơ quan", AllDone: "Mọi cơ quan đã trả lời đủ.", NotAsked: "Cơ quan này không được xếp hạng theo phương pháp ấy", NotAskedSays: "Trong sổ đăng ký, cơ quan không thuộc nhóm nào của phương pháp vào ngày cuối kỳ, hoặc phương pháp không xếp hạng cơ quan.",
		Agency: "Cơ quan", Answered: "Đã tự chấm", Verified: "Đã thẩm định", Changed: "Điểm bị đổi", State: "Tình trạng",
		Complete: "đủ", Lacking: "thiếu", Late: "quá hạn", Waiting: "chờ thẩm định",
		Criterion: "Tiêu chí", Maximum: "tối đa", Claimed: "Tự chấm", VerifiedPoints: "Thẩm định", Gap: "tự chấm − thẩm định",
		Evidence: "Đường dẫn kiểm chứng", Reason: "Mã lý do", At: "lúc", NotYet: "chưa có", After: "tự chấm lại sau khi thẩm định",
		Bonus: "điểm thưởng", Penalty: "điểm trừ", Points: "Điểm", Write: "Ghi", Answer: "Tự chấm", AnswerAgain: "Chấm lại", VerifyIt: "Thẩm định", VerifyAgain: "Thẩm định lại",
		EvidenceSays: "địa chỉ https://, không có phần sau dấu ? hoặc #", ReasonSays: "bắt buộc khi khác điểm tự chấm, chẳng hạn thieu-minh-chung",
		Wrong: "Chưa ghi được vì", Done: "Đã ghi.", Back: "Về danh sách cơ quan", Unknown: "Không có phương pháp, kỳ, cơ quan hoặc tiêu chí như vậy",
		TakeBack: "Thu hồi", TakeBackSays: "Rút lại mọi điểm mà chính bạn đã ghi cho tiêu chí này.", TakenBack: "Đã thu hồi.",
	},
	english: {
		Assess: "Assess", SelfSays: "The agency gives itself points for each criterion, with a link to the evidence. Sent again, it is corrected: the last counts. Points count in the ranking as the method says, once they are verified.",
		VerifySays: "What the agency claims and what was verified stand side by side. Points other than those claimed need the code of a reason. Sent again, they are corrected: the last counts.",
		NoMethods:  "Nothing is to be assessed yet", NoMethodsSays: "The server has no ranking method with an assessment for this period; the administrator loads them with ranking.methods.",
		Method: "Method", Period: "Period", Days: "Assessed", Submit: "Answer by", Verify: "Verify by", Over: "passed", NoDeadline: "no deadline",
		Unanswered: "agencies have not answered all", Everybody: "agencies", AllDone: "Every agency has answered all.", NotAsked: "The method does not rank this agency", NotAskedSays: "By the register the agency is in none of the method's groups on the period's last day, or the method leaves it out.",
		Agency: "Agency", Answered: "Answered", Verified: "Verified", Changed: "Points changed", State: "State",
		Complete: "complete", Lacking: "lacking", Late: "overdue", Waiting: "to be verified",
		Criterion: "Criterion", Maximum: "at most", Claimed: "Claimed", VerifiedPoints: "Verified", Gap: "claimed − verified",
		Evidence: "Evidence", Reason: "Reason code", At: "at", NotYet: "not yet", After: "claimed again after it was verified",
		Bonus: "bonus", Penalty: "penalty", Points: "Points", Write: "Write it", Answer: "Answer", AnswerAgain: "Answer again", VerifyIt: "Verify", VerifyAgain: "Verify again",
		EvidenceSays: "an https:// address without what follows ? or #", ReasonSays: "needed where the points differ from those claimed, such as no-evidence",
		Wrong: "It was not written, because", Done: "Written.", Back: "To all agencies", Unknown: "There is no such method, period, agency or criterion",
		TakeBack: "Take it back", TakeBackSays: "Takes back all points that you yourself have written for this criterion.", TakenBack: "Taken back.",
	},
}
