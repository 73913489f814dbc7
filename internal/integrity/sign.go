package integrity

import "tiendo/internal/event"

// Names are what something is called in both languages.
type Names struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// Sign is one way in which figures can be managed, and how it shows.
type Sign struct {
	ID string `json:"id"`
	// Family is that of the cases.
	Family event.Family `json:"family"`
	Names  Names        `json:"names"`
	// Of says what is counted, Suspicious which of it is.
	Of         Names `json:"of"`
	Suspicious Names `json:"suspicious"`
	// Limit says how much of it an honest office is taken to show at most; Most is that as a share, where it is one number.
	Limit Names   `json:"limit"`
	Most  float64 `json:"-"`
	// Otherwise is what else could explain it.
	Otherwise Names `json:"otherwise"`
}

// The signs, by id.
const (
	LatePause    = "late_pause"
	BriefPause   = "brief_pause"
	LateRecorded = "late_recorded"
	LatePromise  = "late_promise"
	Unreturned   = "unreturned"
	DeadlineHeap = "deadline_heap"
	DeskOnline   = "desk_online"
	LateReported = "late_reported"
)

// What the signs are measured by.
const (
	// lastTenth is the part of a term before which nothing is late to be asked for.
	lastTenth = .9
	// atOnce is within how many minutes a supplement that came was perhaps never waited for.
	atOnce = 60
	// justAfter is up to how many working days after it passed a promise is moved "just after".
	justAfter = 3
	// fetched is how many days people get to fetch a result.
	fetched = 30
	// lastHour is how many minutes of work before its end the deadline's day is nearly over.
	lastHour = 60
	// gap and quick are within how many minutes of the one before a dossier comes in a burst, and of its submission is received.
	gap, quick = 3, 15
)

// Signs returns all signs, in the order of the documentation. The slice is the caller's.
func Signs() []Sign {
	return []Sign{
		{
			ID: LatePause, Family: event.Dossier, Names: Names{"Yêu cầu bổ sung sát hạn", "Supplements requested late in the term"}, Most: .02,
			Of:         Names{"lần yêu cầu bổ sung khi còn hạn, thời hạn từ 3 ngày làm việc", "requests within a term of at least 3 working days"},
			Suspicious: Names{"yêu cầu trong một phần mười cuối của thời hạn", "those in the last tenth of the term"},
			Limit:      Names{"2 %: thành phần hồ sơ được kiểm tra khi tiếp nhận", "2 %: papers are looked at when they come in"},
			Otherwise: Names{
				"Thủ tục phải lấy ý kiến cơ quan khác, ý kiến về muộn; cán bộ mới; hồ sơ dồn vào cuối kỳ.",
				"Opinions of other agencies that come late; new staff; work that piled up.",
			},
		},
		{
			ID: BriefPause, Family: event.Dossier, Names: Names{"Tạm dừng rồi tiếp tục ngay", "Pauses that end at once"}, Most: .05,
			Of:         Names{"lần chờ bổ sung đã có bổ sung", "waits that ended by a supplement"},
			Suspicious: Names{"bổ sung trong vòng 60 phút sau khi yêu cầu", "those supplemented within 60 minutes of the request"},
			Limit:      Names{"5 %", "5 %"},
			Otherwise: Names{
				"Người nộp còn ở quầy và bổ sung tại chỗ; phần mềm chỉ cho sửa hồ sơ qua bước bổ sung.",
				"Applicants still at the desk who bring the paper at once; software that lets a dossier be mended by a supplement only.",
			},
		},
		{
			ID: LateRecorded, Family: event.Dossier, Names: Names{"Kết thúc ghi lùi về trước hạn", "Closings dated back before the deadline"}, Most: .03,
			Of:         Names{"hồ sơ được nêu là giải quyết xong vào đúng ngày hạn", "dossiers that are said to have been settled on the day of their deadline"},
			Suspicious: Names{"chỉ được ghi vào hệ thống sau ngày ấy", "those written down only after that day"},
			Limit:      Names{"3 %", "3 %"},
			Otherwise: Names{
				"Mất kết nối, nhập bù sau sự cố; hệ thống đồng bộ theo lô sau nhiều ngày.",
				"A line that was down and what was entered after it; systems that send what happened days later.",
			},
		},
		{
			ID: LatePromise, Family: event.Dossier, Names: Names{"Sửa ngày hẹn khi hạn sắp qua hoặc vừa qua", "Promises moved as they passed"}, Most: .5,
			Of:         Names{"hồ sơ chưa xong khi hạn đầu đã qua, hoặc có ngày hẹn bị sửa quanh hạn ấy", "dossiers not done when their first deadline passed, or whose date was moved around it"},
			Suspicious: Names{"ngày hẹn được sửa, không có thư xin lỗi, từ một ngày làm việc trước đến 3 ngày làm việc sau hạn", "those whose date was moved, without an apology, from one working day before to 3 after it"},
			Limit:      Names{"một nửa", "a half"},
			Otherwise: Names{
				"Thư xin lỗi đã gửi nhưng không ghi vào hệ thống; sửa lỗi nhập ngày hẹn.",
				"Apologies that were sent and not entered; a wrong date that was put right.",
			},
		},
		{
			ID: Unreturned, Family: event.Dossier, Names: Names{"Đã xong nhưng không trả kết quả", "Settled and never handed over"}, Most: .1,
			Of:         Names{"hồ sơ có kết quả ít nhất 30 ngày trước lúc xem, của cơ quan có ghi việc trả kết quả", "dossiers resolved at least 30 days ago, of agencies that tell of handing over"},
			Suspicious: Names{"chưa trả kết quả", "those not handed over"},
			Limit:      Names{"10 %", "10 %"},
			Otherwise: Names{
				"Người dân chưa đến nhận; kết quả điện tử không ghi bước trả; nguồn không gửi bước trả của một số thủ tục.",
				"People who have not come; electronic results without a step of handing over; sources that tell of it for some procedures only.",
			},
		},
		{
			ID: DeadlineHeap, Family: event.Dossier, Names: Names{"Dồn kết thúc vào sát hạn", "A heap of closings just under the limit"},
			Of:         Names{"hồ sơ kết thúc đúng ngày hạn", "dossiers closed on the day of their deadline"},
			Suspicious: Names{"kết thúc trong giờ làm việc cuối của ngày hoặc sau giờ", "those closed in the day's last working hour or after it"},
			Limit:      Names{"phần của giờ cuối trong ngày làm việc (8 giờ: 12,5 %)", "that hour's share of the working day (of 8 hours: 12.5 %)"},
			Otherwise: Names{
				"Lãnh đạo ký tập trung cuối buổi; hệ thống chuyển trạng thái theo lô cuối ngày.",
				"Signing once a day in the evening; systems that change states in a batch at the end of the day.",
			},
		},
		{
			ID: DeskOnline, Family: event.Dossier, Names: Names{"Nộp trực tuyến hộ theo loạt tại quầy", "Online dossiers in bursts from the desk"},
			Of:         Names{"hồ sơ trực tuyến nộp trong giờ làm việc", "online dossiers submitted in office hours"},
			Suspicious: Names{"nộp trong vòng 3 phút sau hồ sơ trực tuyến trước của cùng cơ quan và được tiếp nhận trong vòng 15 phút", "those within 3 minutes of the agency's online dossier before and received within 15 minutes"},
			Limit:      Names{"gấp đôi mức trùng hợp khi hồ sơ trong ngày đến rải đều", "twice the coincidences of dossiers that come evenly over the day"},
			Otherwise: Names{
				"Doanh nghiệp, đại lý nộp nhiều hồ sơ liền nhau; điểm hỗ trợ người dân nộp trực tuyến tại Bộ phận Một cửa.",
				"A company or agent that files many in a row; a desk that helps citizens to file online, as it should.",
			},
		},
		{
			ID: LateReported, Family: event.Task, Names: Names{"Báo cáo nhiệm vụ ghi lùi về trước hạn", "Tasks reported with an earlier date"}, Most: .03,
			Of:         Names{"nhiệm vụ được nêu là báo cáo hoàn thành vào đúng ngày hạn", "tasks that are said to have been reported on the day of their deadline"},
			Suspicious: Names{"chỉ được ghi vào hệ thống sau ngày ấy", "those written down only after that day"},
			Limit:      Names{"3 %", "3 %"},
			Otherwise: Names{
				"Báo cáo giấy gửi đúng hạn, nhập sau; mất kết nối; hệ thống đồng bộ theo lô sau nhiều ngày.",
				"Reports on paper that came in time and were entered later; a line that was down; systems that send what happened days later.",
			},
		},
	}
}
