package dashboards

// caseWords are what the pages of cases and the catalogue say, in one language.
type caseWords struct {
	Find, FindSays, FindLabel, FindButton string
	NoCase, NoCaseSays, AnyFamily, Erased string
	Wrong                                 string

	CaseOf, AsJSON                                         string
	Promised, Deadline, Pauses, Closed, NotClosed, Now     string
	Undefined, EndOf, WorkingDays, PlainDays               string
	WorkingHours, WithoutPauses, RuleOfPauses              string
	Opened, FirstDeadline, ByCalendar                      string
	Strip, StripBefore, StripRun, StripPause, StripOver    string
	Promises, Made, Due, Effective, InForce, First, Past   string
	HealsNothing                                           string
	Restarted                                              string
	From, To, Running, NoDays, ShowDays                    string
	PlainHours, JustHours                                  string
	Days, DaysSay, After, OfThem                           string
	Basis, BasisSays, BuiltIn, UnknownCalendar             string
	CalendarFrom, Procedures, NotLoaded                    string
	AfterSupplement, Extends, Restarts                     string
	Legs, Holder, LegInTime, LegLate, LegOpen, LegNoDue    string
	DaysLeft, DaysOld                                      string
	LegUnsettled                                           string
	Events, Happened, Recorded, Event, Source, Data        string
	Standing, Rule, EventsSay                              string
	CountedIn, CountedInSays                               string
	NoFigure, Numerator, Denominator, OnDay, FromDay, Will string
	UntilDay, Times, Ahead, Beginning                      string

	ListOf, Cases, CountedTimes, Procedure, Verdict string
	Code, Next, FirstPage, NoCases, Overall         string
	PartOf, ListEnds                                string

	Catalogue, CatalogueSays, FormulaSays, Contents string
	Formula, Unit, Better, Law, Cannot, Metric, API string
	Missing, MissingSays, Number, Asked, Lacking    string
	Version, State, Leadership, Stock, Flow         string
}

var toldIn = map[language]*caseWords{
	vietnamese: {
		Find: "Tra cứu hồ sơ, nhiệm vụ, đơn", FindSays: "Nhập mã như trên giấy tiếp nhận, chẳng hạn H24.12-250203-0001.", FindLabel: "Mã hồ sơ", FindButton: "Tra cứu",
		NoCase: "Không có vụ việc nào mang mã này", NoCaseSays: "Chưa nguồn nào gửi sự kiện về mã này. Kiểm tra lại mã, kể cả chữ hoa, chữ thường; hồ sơ vừa nhập có thể cần vài giây.",
		AnyFamily: "mọi loại", Erased: "(đã xóa theo luật hoặc hết hạn lưu)", Wrong: "Không thể hỏi như vậy",

		CaseOf: "Diễn biến", AsJSON: "Dữ liệu JSON",
		Promised: "Ngày hẹn có hiệu lực", Deadline: "Hạn", Pauses: "Thời gian chờ bổ sung", Closed: "Kết thúc", NotClosed: "chưa kết thúc", Now: "Bây giờ",
		Undefined: "chưa xác định, đang chờ bổ sung", EndOf: "hết ngày", WorkingDays: "ngày làm việc", PlainDays: "ngày",
		WorkingHours: "giờ làm việc từ khi bắt đầu đến khi kết thúc", WithoutPauses: ", không kể thời gian chờ bổ sung",
		RuleOfPauses: "Chỉ thời gian chờ sau khi hẹn và bắt đầu không muộn hơn hạn mới dời hạn; ngày nghỉ không được tính.",
		Opened:       "Tiếp nhận", FirstDeadline: "Hạn theo hẹn lần đầu", ByCalendar: "Lịch",
		Strip: "Diễn biến theo thời gian", StripBefore: "chờ tiếp nhận", StripRun: "xử lý", StripPause: "chờ bổ sung", StripOver: "quá hạn",
		Promises: "Các lần hẹn", Made: "Hẹn lúc", Due: "Ngày hẹn", Effective: "Hạn hiệu lực", InForce: "đang có hiệu lực", First: "hẹn lần đầu", Past: "đã được thay",
		HealsNothing: "hẹn sau khi hạn đã qua: không có tác dụng",
		Restarted:    "tính lại từ đầu sau khi bổ sung",
		From:         "Từ", To: "Đến", Running: "đang chờ", NoDays: "tính theo thời điểm, không theo ngày", ShowDays: "Xem từng ngày",
		PlainHours: "giờ", JustHours: "giờ làm việc",
		Days: "Từng ngày", DaysSay: "Ngày đầu không tính; ngày không làm việc ghi rõ lý do.", After: "Sau ngày", OfThem: ", trong đó %s ngày chờ bổ sung",
		Basis:     "Xét theo phiên bản nào",
		BasisSays: "Lịch và sổ đăng ký ghi nhận gần nhất trước khi kết thúc; chưa kết thúc thì bản mới nhất. Sửa lịch về sau không đổi kết quả cũ (quy tắc 6).",
		BuiltIn:   "có sẵn trong chương trình", UnknownCalendar: "không có lịch mang tên này",
		CalendarFrom: "Lịch do", Procedures: "Sổ thủ tục", NotLoaded: "chưa nạp",
		AfterSupplement: "Sau khi bổ sung", Extends: "hạn dời theo thời gian chờ", Restarts: "thời hạn tính lại từ đầu",
		DaysLeft: "Số ngày làm việc còn lại so với hạn", DaysOld: "Số ngày làm việc từ khi tiếp nhận",
		Legs: "Các chặng", Holder: "Cơ quan giữ", LegInTime: "đúng hạn", LegLate: "quá hạn", LegOpen: "đang giữ", LegNoDue: "không có hạn", LegUnsettled: "dừng cùng hồ sơ",
		Events: "Sự kiện như đã báo", Happened: "Xảy ra", Recorded: "ghi lúc", Event: "Sự kiện", Source: "Nguồn", Data: "Nội dung", Standing: "Được dùng thế nào", Rule: "quy tắc",
		EventsSay: "Mọi bản ghi đã nhận, kể cả bản ghi bị thay, bị rút lại hoặc không có tác dụng.",
		CountedIn: "Chỉ số nào tính vụ việc này", CountedInSays: "Theo những gì đã biết đến lúc này; “từ … đến …” kể cả ngày cuối. Việc còn lại được tính vào cuối mỗi ngày ấy.",
		NoFigure: "Không chỉ số nào.", Numerator: "tử số", Denominator: "mẫu số", OnDay: "ngày", FromDay: "từ", Will: "sẽ tính từ", UntilDay: "đến", Times: "lần", Ahead: "trong hai ngày làm việc trước", Beginning: "trong các kỳ bắt đầu",

		ListOf: "Danh sách của chỉ số", Cases: "vụ việc", CountedTimes: "lần được tính", Procedure: "Thủ tục, loại", Verdict: "Kết quả", Code: "Mã",
		Next: "Trang sau", FirstPage: "Trang đầu", NoCases: "Không có vụ việc nào.", ListEnds: "Danh sách kết thúc ở đây.", Overall: "Toàn thành phố", PartOf: "Phần",

		Catalogue:     "Danh mục chỉ số",
		CatalogueSays: "Mọi chỉ số mà chương trình tính: định nghĩa, cách tính, căn cứ, và điều cần lưu ý khi đọc.",
		FormulaSays:   "Công thức viết ra từ chính các số hạng được cộng: số lượng việc xảy ra, điều kiện trong ngoặc vuông, khoảng thời gian sau dấu phẩy; T là cuối kỳ hoặc lúc này nếu kỳ chưa hết. Căn cứ chỉ ghi khi đã thấy văn bản.",
		Contents:      "Nhóm", Formula: "Cách tính", Unit: "Đơn vị", Better: "Tốt hơn khi", Law: "Căn cứ", Cannot: "Lưu ý", Metric: "Tên trong Prometheus", API: "API",
		Missing: "Chưa tính được", MissingSays: "Những chỉ số văn bản yêu cầu nhưng dữ liệu nhận về không đủ để tính. Nêu ra ở đây để không ai hiểu là bằng 0.",
		Number: "Số", Asked: "Chỉ số", Lacking: "Vì sao",
		Version: "phiên bản", State: "Tính", Leadership: "lãnh đạo theo dõi", Stock: "tại cuối kỳ", Flow: "trong kỳ",
	},
	english: {
		Find: "Find a dossier, task or petition", FindSays: "Type the code as on the slip of receipt, such as H24.12-250203-0001.", FindLabel: "Code", FindButton: "Find",
		NoCase: "No case has this code", NoCaseSays: "No source has told of it. Check the code, capitals too; what was just entered may take some seconds.",
		AnyFamily: "any kind", Erased: "(erased by law or for its age)", Wrong: "This cannot be asked",

		CaseOf: "History of", AsJSON: "as JSON",
		Promised: "Promise in force", Deadline: "Deadline", Pauses: "Waiting for the applicant", Closed: "Closed", NotClosed: "not closed", Now: "Now",
		Undefined: "not fixed while it waits for the applicant", EndOf: "end of", WorkingDays: "working days", PlainDays: "days",
		WorkingHours: "working hours from opening to closing", WithoutPauses: ", without the wait for the applicant",
		RuleOfPauses: "Only a wait after the promise was made, that began no later than the deadline, moves it; days off are not counted.",
		Opened:       "Received", FirstDeadline: "Deadline by the first promise", ByCalendar: "Calendar",
		Strip: "The case over time", StripBefore: "awaiting acceptance", StripRun: "being worked on", StripPause: "waiting for the applicant", StripOver: "overdue",
		Promises: "Promises", Made: "Made", Due: "Date", Effective: "Effective deadline", InForce: "in force", First: "first promise", Past: "replaced",
		HealsNothing: "made after the deadline had passed: heals nothing",
		Restarted:    "term begun again after a supplement",
		From:         "From", To: "To", Running: "still waiting", NoDays: "counted by the instant, not by days", ShowDays: "Show each day",
		PlainHours: "hours", JustHours: "working hours",
		Days: "Day by day", DaysSay: "The first day does not count; a day that is not worked says why.", After: "After", OfThem: ", %s of them waiting for the applicant",
		Basis:     "By which versions it is judged",
		BasisSays: "The calendar and registers recorded last before the closing; the newest while it is open. A later edit of the calendar changes no old verdict (rule 6).",
		BuiltIn:   "built in", UnknownCalendar: "no calendar has this name",
		CalendarFrom: "Calendar named by", Procedures: "Register of procedures", NotLoaded: "none loaded",
		AfterSupplement: "After a supplement", Extends: "the deadline moves on by the wait", Restarts: "the full term begins again",
		DaysLeft: "Working days left until the deadline", DaysOld: "Working days since receipt",
		Legs: "Legs", Holder: "Held by", LegInTime: "on time", LegLate: "overdue", LegOpen: "still held", LegNoDue: "no deadline", LegUnsettled: "ended with the dossier",
		Events: "Events as told", Happened: "Happened", Recorded: "recorded", Event: "Event", Source: "Source", Data: "Content", Standing: "What became of it", Rule: "rule",
		EventsSay: "Every record that was received, also those that were superseded, taken back or of no effect.",
		CountedIn: "Which figures count this case", CountedInSays: "By what is known at this moment; “from … until …” has both days in it. What is open is counted at the end of each of them.",
		NoFigure: "None.", Numerator: "numerator", Denominator: "denominator", OnDay: "on", FromDay: "from", Will: "will count from", UntilDay: "until", Times: "times", Ahead: "in the two working days before", Beginning: "in periods that begin",

		ListOf: "Cases of a figure", Cases: "cases", CountedTimes: "times counted", Procedure: "Procedure, kind", Verdict: "Outcome", Code: "Code",
		Next: "Next page", FirstPage: "First page", NoCases: "There are none.", ListEnds: "The list ends here.", Overall: "Whole city", PartOf: "Part",

		Catalogue:     "Catalogue of figures",
		CatalogueSays: "All figures that the program counts: what each means, how it is counted, what it rests on, and what it cannot tell.",
		FormulaSays:   "A formula is written from the very terms that are summed: how many of what happened, conditions in square brackets, the time after the comma; T is the end of the period, or now while it runs. A law is named only where its text was seen.",
		Contents:      "Groups", Formula: "Formula", Unit: "Unit", Better: "Better when", Law: "Legal basis", Cannot: "Cannot tell", Metric: "In Prometheus", API: "API",
		Missing: "Not computed", MissingSays: "What the instruments ask for and the events do not tell. It is named here, so that nobody takes it for 0.",
		Number: "No.", Asked: "Indicator", Lacking: "Why",
		Version: "version", State: "Counted", Leadership: "watched by leaders", Stock: "at the period's end", Flow: "in the period",
	},
}

// inBoth is a text in both languages, Vietnamese first.
type inBoth [2]string

func (b inBoth) in(l language) string { return l.of(b[0], b[1]) }

// families are the kinds of cases that have a page, in the order in which a code is looked for.
var families = []struct {
	id    string
	names inBoth
}{
	{"dossier", inBoth{"Hồ sơ", "Dossier"}},
	{"task", inBoth{"Nhiệm vụ", "Task"}},
	{"petition", inBoth{"Đơn", "Petition"}},
	{"finding", inBoth{"Tồn tại, hạn chế", "Finding"}},
	{"reception", inBoth{"Tiếp công dân", "Citizen reception"}},
}

// familyName names a kind of case.
func (l language) familyName(id string) string {
	for _, f := range families {
		if f.id == id {
			return f.names.in(l)
		}
	}
	return id
}

// verdicts name the states of cases, with the tone in which they are shown: good, bad or level. A kind of case has its own name for one
// under "task.open" and the like.
var verdicts = map[string]struct {
	inBoth
	tone string
}{
	"early":           {inBoth{"Trước hạn", "Early"}, "good"},
	"on_time":         {inBoth{"Đúng hạn", "On time"}, "good"},
	"late":            {inBoth{"Quá hạn", "Late"}, "bad"},
	"overdue":         {inBoth{"Đang giải quyết, quá hạn", "Open, overdue"}, "bad"},
	"open":            {inBoth{"Đang giải quyết", "Open"}, "level"},
	"task.overdue":    {inBoth{"Đang thực hiện, quá hạn", "Open, overdue"}, "bad"},
	"task.open":       {inBoth{"Đang thực hiện", "Open"}, "level"},
	"finding.overdue": {inBoth{"Đang khắc phục, quá hạn", "Open, overdue"}, "bad"},
	"finding.open":    {inBoth{"Đang khắc phục", "Open"}, "level"},
	"paused":          {inBoth{"Đang chờ bổ sung", "Waiting for the applicant"}, "level"},
	"awaiting":        {inBoth{"Chờ tiếp nhận", "Awaiting acceptance"}, "level"},
	"not_accepted":    {inBoth{"Không được tiếp nhận", "Not accepted"}, "level"},
	"ended":           {inBoth{"Kết thúc, không giải quyết", "Closed, not settled"}, "level"},
	"no_deadline":     {inBoth{"Không có hạn", "No deadline"}, "level"},
	"no_calendar":     {inBoth{"Ngoài lịch", "Outside the calendar"}, "level"},
	"orphan":          {inBoth{"Chưa từng tiếp nhận", "Never received"}, "level"},
	"voided":          {inBoth{"Đã hủy, không tính", "Voided, not counted"}, "level"},
	"held":            {inBoth{"Đã tiếp", "Held"}, "level"},
}

// standings say what became of a record, by its standing and the number of the rule that decided.
var standings = map[string]inBoth{
	"counts":       {"được tính", "counts"},
	"repeated 1":   {"gửi lặp: cùng nguồn và mã, chỉ tính lần đầu", "repeated: same source and id, only the first counts"},
	"superseded 1": {"bị thay: cùng việc và thời điểm, bản ghi sau được tính", "superseded: of one fact the record made last counts"},
	"superseded 2": {"bị thay: việc chỉ xảy ra một lần, bản ghi sau cùng được tính", "superseded: it can happen once, and another record was made later"},
	"foreign 8":    {"bỏ qua: người gửi không có quyền nói về vụ việc này", "ignored: its sender may say nothing of this case"},
	"taken_back 1": {"bị rút lại: nguồn nói việc này không xảy ra", "taken back: its source says that it did not happen"},
	"retraction 1": {"rút lại một bản ghi trước", "takes an earlier record back"},
	"superseded 3": {"bị thay: chỉ thụ lý một lần, bản ghi sau cùng được tính", "superseded: it is accepted once, and another record was made later"},
	"ignored 2":    {"không có tác dụng: đã bị trả lại làm lại, hoặc không phải báo cáo được xác nhận", "no effect: returned for rework afterwards, or not the report that was confirmed"},
	"ignored 3":    {"không có tác dụng: hẹn lại khi hạn đã qua, hoặc ngoài thời gian giải quyết", "no effect: a new date after the deadline had passed, or outside the time of settlement"},
	"ignored 4":    {"không có tác dụng: không bắt đầu hay kết thúc một lần chờ bổ sung nào", "no effect: it neither begins nor ends a wait for the applicant"},
	"ignored 7":    {"không có tác dụng: chuyển trước khi tiếp nhận hoặc sau khi kết thúc", "no effect: handed on before the receipt, or after the closing"},
}

// calendarFrom says who named the calendar of a case.
var calendarFrom = map[string]inBoth{
	"opening":   {"bản ghi tiếp nhận nêu", "the opening"},
	"accepted":  {"bản ghi thụ lý nêu", "the acceptance"},
	"procedure": {"thủ tục quy định", "the procedure"},
	"default":   {"mặc định của loại vụ việc", "default of its kind"},
}

// steps name what happens to a case, by the type of the event; a type that is not named here shows its own name.
var steps = map[string]inBoth{
	"dossier.submitted":            {"Nộp hồ sơ", "Submitted"},
	"dossier.received":             {"Tiếp nhận", "Received"},
	"dossier.supplement_requested": {"Yêu cầu bổ sung", "Supplement requested"},
	"dossier.supplemented":         {"Đã bổ sung", "Supplemented"},
	"dossier.transferred":          {"Chuyển hồ sơ", "Transferred"},
	"dossier.rescheduled":          {"Hẹn lại ngày trả", "New date promised"},
	"dossier.resolved":             {"Có kết quả", "Resolved"},
	"dossier.rejected":             {"Từ chối", "Rejected"},
	"dossier.withdrawn":            {"Rút hồ sơ", "Withdrawn"},
	"dossier.voided":               {"Hủy bản ghi", "Voided"},
	"dossier.returned":             {"Trả kết quả", "Result handed over"},
	"dossier.paid":                 {"Thanh toán", "Paid"},
	"dossier.rated":                {"Đánh giá", "Rated"},
	"task.assigned":                {"Giao nhiệm vụ", "Assigned"},
	"task.accepted":                {"Nhận nhiệm vụ", "Accepted"},
	"task.reported":                {"Báo cáo hoàn thành", "Reported as done"},
	"task.returned_for_rework":     {"Trả lại làm lại", "Returned for rework"},
	"task.completed":               {"Xác nhận hoàn thành", "Completion confirmed"},
	"task.cancelled":               {"Hủy nhiệm vụ", "Cancelled"},
	"task.voided":                  {"Hủy bản ghi", "Voided"},
	"task.rescheduled":             {"Gia hạn", "Deadline moved"},
	"petition.received":            {"Tiếp nhận đơn", "Received"},
	"petition.accepted":            {"Thụ lý", "Accepted for handling"},
	"petition.rescheduled":         {"Gia hạn", "Deadline moved"},
	"petition.resolved":            {"Đã giải quyết", "Resolved"},
	"petition.rejected":            {"Không thụ lý", "Not accepted for handling"},
	"petition.withdrawn":           {"Rút đơn", "Withdrawn"},
	"petition.forwarded":           {"Chuyển đơn", "Forwarded"},
	"petition.voided":              {"Hủy bản ghi", "Voided"},
	"reception.held":               {"Tiếp công dân", "Reception held"},
	"reception.voided":             {"Hủy bản ghi", "Voided"},
	"finding.raised":               {"Nêu tồn tại, hạn chế", "Raised"},
	"finding.rescheduled":          {"Gia hạn khắc phục", "Deadline moved"},
	"finding.remedied":             {"Đã khắc phục", "Remedied"},
	"finding.voided":               {"Hủy bản ghi", "Voided"},
}

// codeNames name the codes that the contract fixes, and groups and kinds of tasks by their usual codes; others are the city's own and stand as they are.
var codeNames = map[string]inBoth{
	"online": {"trực tuyến", "online"}, "direct": {"trực tiếp", "at the counter"}, "post": {"bưu chính công ích", "public postal service"},
	"full": {"toàn trình", "full"}, "partial": {"một phần", "partial"}, "none": {"không có", "none"},
	"2": {"mức độ 2", "level 2"}, "3": {"mức độ 3", "level 3"}, "4": {"mức độ 4", "level 4"},
	"report": {"báo cáo", "report"}, "draft": {"dự thảo văn bản", "draft"}, "plan": {"kế hoạch", "plan"}, "check": {"kiểm tra", "check"}, "reply": {"trả lời", "reply"},
	"complaint": {"khiếu nại", "complaint"}, "denunciation": {"tố cáo", "denunciation"}, "suggestion": {"kiến nghị, phản ánh", "suggestion"},
	"department": {"sở, ban, ngành", "departments"}, "district": {"quận, huyện", "districts"}, "commune": {"xã, phường, đặc khu", "communes"},
	"one_stop": {"một cửa", "one-stop office"}, "iso": {"ISO", "ISO"}, "work_files": {"hồ sơ công việc", "work files"},
	"discipline": {"kỷ luật, kỷ cương", "discipline"}, "staffing": {"biên chế", "staffing"}, "training": {"đào tạo, bồi dưỡng", "training"},
	"organisation": {"tổ chức bộ máy", "organisation"}, "it": {"công nghệ thông tin", "information technology"}, "other": {"khác", "other"},
}

// codeName names a code of the contract, or returns it as it is.
func (l language) codeName(code string) string {
	if names, ok := codeNames[code]; ok {
		return names.in(l)
	}
	return code
}
