package dashboards

// words are all that the page says but names and numbers, in one language; DOMAIN.md §5 is the glossary.
type words struct {
	City, Title, Tagline, Skip, PastTable string
	Simulated, Renewing                   string
	Period, OtherPeriod, Show             string
	Language                              string
	AsOf, Events, Lost, Stale             string
	Promises, Work                        string

	OnTime, OnTimeFirst, Kept, Uptake, Open, Overdue, DueSoon, TasksOnTime                                                                  string
	OnTimeSays, OnTimeFirstSays, KeptSays, UptakeSays, OpenSays, OverdueSays, DueSoonSays, TasksOnTimeSays, TasksOpenSays, TasksOverdueSays string
	OfSettled, OfDue, OfOffered, OfTasks                                                                                                    string

	Reached, Missed, NoTarget                                      string
	Against, Points, Target, Interval95, ShareOfOpen, ShareOfTasks string

	ByMonth, OnTimeByMonth, UptakeByMonth, OpenByMonth, TasksByMonth string
	FullUptake, InTerm, LateShare, MonthRuns, Month                  string
	Received, Settled                                                string

	Agency, NoAgency, Rate, Parts                         string
	First, LastEvent, NoEvent                             string
	NoDataSince, Source                                   string
	Below, Above, Like, CityLine                          string
	BelowChosen, AboveChosen, LikeChosen, ChosenLine      string
	NoneInPeriod, NotBegun, NothingTold, NoCases, DueNext string
	NothingHere, NoneOfThese                              string

	ChartsMissing, ChartsNeedScript, ChartOf string

	EmptyTitle, EmptySays, EmptyEvent, EmptyImport, EmptyDemo, EmptyWaits string

	WrongPeriod, WrongLanguage, TryThese, Away, AwaySays, Overview string
	WrongValue, WrongFilter, NoSuchAgency, NoSuchPage, NotStated   string
	NamedTwice                                                     string
	Menu, Filters, All, Narrow, Chosen, Remove                     string
	AsTable, About, Save, Figure                                   string
	Footer, Search, Figures, Description                           string
}

var spoken = map[language]*words{
	vietnamese: {
		City: "Toàn thành phố", Title: "Tổng quan tiến độ", Tagline: "Tiến độ giải quyết thủ tục hành chính và nhiệm vụ",
		Skip: "Đến nội dung chính", PastTable: "Bỏ qua bảng này",
		Simulated: "Số liệu mô phỏng: mọi con số trên trang này do chương trình tạo ra, không phải của một thành phố có thật.",
		Renewing:  "Sổ số liệu đang được lập lại sau khi nâng cấp: số liệu là của lần ghi sổ trước, và chưa có những gì phiên bản trước không đếm.",
		Period:    "Kỳ báo cáo", OtherPeriod: "Kỳ khác", Show: "Xem", Language: "Ngôn ngữ",
		AsOf: "Số liệu lúc", Events: "sự kiện", Lost: "Mất kết nối với máy chủ; số liệu có thể đã cũ.",
		Stale:    "Số liệu đã cũ hơn một phút.",
		Promises: "Hẹn trả kết quả", Work: "Công việc đang có",

		OnTime: "Tỷ lệ đúng hạn", OnTimeFirst: "Đúng hạn theo hẹn lần đầu", Kept: "Giữ đúng hẹn", Uptake: "Nộp trực tuyến",
		Open: "Đang giải quyết", Overdue: "Quá hạn", DueSoon: "Sắp đến hạn",
		TasksOnTime:     "Nhiệm vụ đúng hạn",
		OnTimeSays:      "Trong hồ sơ đã giải quyết có ngày hẹn trả: phần giải quyết đúng hạn theo ngày hẹn đang có hiệu lực, kể cả ngày hẹn lại.",
		OnTimeFirstSays: "Như trên, nhưng theo ngày hẹn đầu tiên: hẹn lại không làm cho hồ sơ trễ thành đúng hạn.",
		KeptSays:        "Trong hồ sơ có ngày hẹn rơi vào kỳ này và đã qua: phần đã giải quyết chậm nhất vào ngày hẹn. Hồ sơ quá hạn còn tồn cũng bị tính.",
		UptakeSays:      "Trong hồ sơ tiếp nhận của thủ tục có dịch vụ công trực tuyến: phần nộp trực tuyến.",
		OpenSays:        "Đã tiếp nhận, chưa giải quyết xong ở cuối kỳ.",
		OverdueSays:     "Đang giải quyết và đã qua ngày hẹn trả.",
		DueSoonSays:     "Chưa quá hạn, đến hạn hôm nay hoặc trong hai ngày làm việc tới.",
		TasksOnTimeSays: "Trong nhiệm vụ có thời hạn đã hoàn thành: phần hoàn thành đúng hạn.",
		TasksOpenSays:   "Đã giao, chưa hoàn thành ở cuối kỳ.", TasksOverdueSays: "Chưa hoàn thành và đã qua thời hạn.",
		OfSettled: "hồ sơ có hạn đã giải quyết", OfDue: "hồ sơ đến hạn", OfOffered: "hồ sơ có thể nộp trực tuyến", OfTasks: "nhiệm vụ có hạn đã hoàn thành",

		Reached: "đạt", Missed: "chưa đạt", NoTarget: "chưa đặt mục tiêu", Against: "so với", Points: "điểm %", Target: "mục tiêu", Interval95: "khoảng tin cậy 95 %", ShareOfOpen: "của %s đang giải quyết", ShareOfTasks: "của %s đang thực hiện",

		ByMonth: "Theo tháng", OnTimeByMonth: "Hồ sơ đúng hạn theo tháng", UptakeByMonth: "Nộp trực tuyến theo tháng",
		OpenByMonth: "Hồ sơ đang giải quyết, cuối tháng", TasksByMonth: "Nhiệm vụ đang thực hiện, cuối tháng",
		FullUptake: "Nộp trực tuyến, thủ tục toàn trình", InTerm: "Trong hạn", LateShare: "tỷ lệ quá hạn", MonthRuns: "tháng chưa kết thúc",
		Month:    "Tháng",
		Received: "Tiếp nhận", Settled: "Đã giải quyết",

		Agency: "Cơ quan", NoAgency: "(không nêu cơ quan)", Rate: "Đúng hạn",
		Parts: "Đúng hạn / đã giải quyết có hạn",
		First: "Theo hẹn lần đầu", LastEvent: "Số liệu mới nhất", NoEvent: "chưa có",
		NoDataSince: "không có dữ liệu từ", Source: "nguồn",
		Below: "thấp hơn toàn thành phố", Above: "cao hơn toàn thành phố", Like: "không khác rõ so với toàn thành phố", CityLine: "toàn thành phố",
		BelowChosen: "thấp hơn toàn bộ phần đang lọc", AboveChosen: "cao hơn toàn bộ phần đang lọc", LikeChosen: "không khác rõ so với toàn bộ phần đang lọc", ChosenLine: "toàn bộ phần đang lọc",
		NothingTold:  "Không có số liệu trong kỳ này. Hãy chọn kỳ khác, nối hệ thống nguồn, hoặc nhập tay ở trang /enter; mỗi vụ việc bắt đầu bằng sự kiện",
		DueNext:      "Nhiệm vụ đến hạn tiếp theo",
		NotBegun:     "Kỳ này chưa bắt đầu, nên chưa có số liệu nào. Hãy chọn kỳ khác ở trên.",
		NoneInPeriod: "Không có hồ sơ hay nhiệm vụ nào trong kỳ này. Hãy chọn kỳ khác ở trên.",
		NoCases:      "không có số liệu", NothingHere: "Không có số liệu trong kỳ này.", NoneOfThese: "Trang này không có số liệu nào trong kỳ. Hãy chọn kỳ khác, hoặc bỏ bộ lọc.",

		ChartsMissing:    "Bản cài đặt này thiếu tệp vẽ biểu đồ; các bảng vẫn đầy đủ. Để có biểu đồ, dựng lại chương trình bằng lệnh: make build",
		ChartsNeedScript: "Biểu đồ cần JavaScript; các bảng vẫn đầy đủ, trang tự tải lại mỗi phút.", ChartOf: "Biểu đồ",

		EmptyTitle:  "Chưa có sự kiện nào",
		EmptySays:   "Trang này tự hiện số liệu vài giây sau khi sự kiện đầu tiên đến. Có ba cách để bắt đầu:",
		EmptyEvent:  "Gửi một hồ sơ vừa tiếp nhận:",
		EmptyImport: "Nhập một tệp CSV, Excel (XLSX) hoặc NDJSON đã có, theo một bản mô tả cột (mẫu ở thư mục examples/mappings):",
		EmptyDemo:   "Hoặc xem thử một thành phố mô phỏng:", EmptyWaits: "Đang chờ sự kiện đầu tiên…",

		WrongPeriod: "không phải là một kỳ báo cáo.", WrongLanguage: "không phải là ngôn ngữ của trang này; có thể dùng vi hoặc en.",
		TryThese: "Có thể dùng:", Away: "Kho số liệu chưa trả lời",
		AwaySays:   "Sự kiện gửi đến vẫn được nhận và giữ an toàn. Trang sẽ tự thử lại; địa chỉ /readyz cho biết còn thiếu gì.",
		Overview:   "Về trang tổng quan",
		WrongValue: "không có trong số liệu.", WrongFilter: "không phải là bộ lọc của trang này.", NoSuchAgency: "không phải là mã của cơ quan nào.",
		NamedTwice: "được nêu hai lần.", NoSuchPage: "Không có trang này", NotStated: "(không nêu)",
		Menu: "Các trang", Filters: "Bộ lọc", All: "tất cả", Narrow: "Lọc", Chosen: "Đang lọc", Remove: "bỏ lọc",
		AsTable: "Xem dạng bảng", About: "Cách tính", Save: "Tải về", Figure: "Biểu đồ",
		Footer: "Thời gian làm việc theo lịch công sở Việt Nam. Mỗi con số dẫn đến các hồ sơ, nhiệm vụ của nó.",
		Search: "Tra cứu hồ sơ", Figures: "Danh mục chỉ số", Description: "Mô tả API",
	},
	english: {
		City: "Whole city", Title: "Progress at a glance", Tagline: "Are dossiers and assigned tasks settled when promised?",
		Skip: "Skip to the content", PastTable: "Skip this table",
		Simulated: "Simulated figures: everything on this page was made up by a program; it is no real city.",
		Renewing:  "The books are being made again after an upgrade: figures are those that were booked before, and lack what the version before did not count.",
		Period:    "Period", OtherPeriod: "Other period", Show: "Show", Language: "Language",
		AsOf: "As of", Events: "events", Lost: "The server does not answer; figures may be old.",
		Stale:    "Figures are more than a minute old.",
		Promises: "Promises to citizens", Work: "Work at hand",

		OnTime: "On-time rate", OnTimeFirst: "On time by the first promise", Kept: "Promises kept", Uptake: "Submitted online",
		Open: "In settlement", Overdue: "Overdue", DueSoon: "Due soon",
		TasksOnTime:     "Tasks on time",
		OnTimeSays:      "Of the dossiers settled that had a promised date: those settled by the promise in force, new dates included.",
		OnTimeFirstSays: "The same by the first promise: a new date does not make a late dossier one on time.",
		KeptSays:        "Of the dossiers whose promised date lies in the period and has passed: those settled by it. Overdue work that is still open counts against it.",
		UptakeSays:      "Of the dossiers received for procedures that are offered online: those submitted online.",
		OpenSays:        "Received and not settled at the end of the period.",
		OverdueSays:     "In settlement after the promised date.",
		DueSoonSays:     "Not overdue, due today or within the next two working days.",
		TasksOnTimeSays: "Of the dated tasks that were completed: those completed on time.",
		TasksOpenSays:   "Assigned and not completed at the end of the period.", TasksOverdueSays: "Not completed after the deadline.",
		OfSettled: "dated dossiers settled", OfDue: "dossiers due", OfOffered: "dossiers that can go online", OfTasks: "dated tasks completed",

		Reached: "reached", Missed: "missed", NoTarget: "no target set", Against: "against", Points: "points", Target: "target", Interval95: "95% interval", ShareOfOpen: "of %s in settlement", ShareOfTasks: "of %s open",

		ByMonth: "By month", OnTimeByMonth: "Dossiers on time by month", UptakeByMonth: "Submitted online by month",
		OpenByMonth: "Dossiers in settlement, end of month", TasksByMonth: "Tasks open, end of month",
		FullUptake: "Online, fully online procedures", InTerm: "In term", LateShare: "overdue", MonthRuns: "month still running",
		Month:    "Month",
		Received: "Received", Settled: "Settled",

		Agency: "Agency", NoAgency: "(no agency named)", Rate: "On time",
		Parts: "On time / dated and settled",
		First: "By first promise", LastEvent: "Newest figure", NoEvent: "none yet",
		NoDataSince: "no data since", Source: "source",
		Below: "below the whole city", Above: "above the whole city", Like: "not clearly different from the whole city", CityLine: "whole city",
		BelowChosen: "below all that is filtered", AboveChosen: "above all that is filtered", LikeChosen: "not clearly different from all that is filtered", ChosenLine: "all that is filtered",
		NothingTold:  "Nothing falls in this period. Choose another, connect a system, or enter it by hand on the page /enter; a case begins with the event",
		DueNext:      "What is due next",
		NotBegun:     "This period has not begun, so there are no figures yet. Choose another above.",
		NoneInPeriod: "No dossier and no task falls in this period. Choose another above.",
		NoCases:      "no data", NothingHere: "There is nothing in this period.", NoneOfThese: "This page has nothing in this period. Choose another, or take a filter away.",

		ChartsMissing:    "This build lacks the file that draws charts; the tables are complete. To have charts, build the program with: make build",
		ChartsNeedScript: "Charts need JavaScript; the tables are complete, and the page reloads every minute.", ChartOf: "Chart",

		EmptyTitle:  "No event yet",
		EmptySays:   "This page shows figures by itself seconds after the first event arrives. Three ways to begin:",
		EmptyEvent:  "Send a dossier that was just received:",
		EmptyImport: "Import a CSV, Excel (XLSX) or NDJSON file that you have, with a mapping of its columns (samples in examples/mappings):",
		EmptyDemo:   "Or look at a simulated city:", EmptyWaits: "Waiting for the first event…",

		WrongPeriod: "is no period.", WrongLanguage: "is no language of this page; vi or en would do.",
		TryThese: "These would do:", Away: "The store of figures does not answer",
		AwaySays:   "Events that are sent are still taken and kept safe. The page tries again by itself; /readyz tells what is missing.",
		Overview:   "To the overview",
		WrongValue: "is not in the figures.", WrongFilter: "is no filter of this page.", NoSuchAgency: "is no agency's code.",
		NamedTwice: "is named twice.", NoSuchPage: "There is no such page", NotStated: "(not stated)",
		Menu: "Pages", Filters: "Filters", All: "all", Narrow: "Filter", Chosen: "Filtered by", Remove: "take away",
		AsTable: "Show as a table", About: "How it is counted", Save: "Download", Figure: "Chart",
		Footer: "Working time by Vietnam's office calendar. Every figure leads to its dossiers or tasks.",
		Search: "Find a case", Figures: "Catalogue of figures", Description: "API description",
	},
}

// words are those of a page in a language. What it compares with is all that its filters leave, the whole city only where there are none.
func (q *asked) words(lang language) *words {
	w := spoken[lang]
	if len(q.where) == 0 {
		return w
	}
	narrowed := *w
	narrowed.Below, narrowed.Above, narrowed.Like, narrowed.CityLine = w.BelowChosen, w.AboveChosen, w.LikeChosen, w.ChosenLine
	return &narrowed
}
