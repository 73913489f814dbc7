package dashboards

import (
	"tiendo/internal/byhand"
	"tiendo/internal/event"
)

// entryWords are what the pages say on which data is entered by hand, in one language.
type entryWords struct {
	Entry, EntrySays, WhoEnters, Bound                     string
	Template, Upload, One, File, FileSays, Look            string
	Lately, LatelySays, None, EnteredAt                    string
	What, Code, Happened, State, Counts, TakenBack         string
	Correct, Retract, RetractSays, RetractAll, Really      string
	Back, Preview, PreviewSays, Row, Tells, Events         string
	WillSend, Nothing, Refused, RefusedSays, Send, NotSent string
	Told, LeftOut, Event, WillSendOne                      string
	Sent, SentSays, Again, Gone, Unknown, NotYours         string
	NotWritten, TooLarge, NoFile, WrongForm, Done, Undone  string
	Wrong, Which, Day, Clock, ClockSays, Optional, Choose  string
	Yes, No, Save, Correction, CorrectionSays, NoRecord    string
	Fresh, Same, Changed, Moved, SeeList, Step             string
}

var entryIn = map[language]*entryWords{
	vietnamese: {
		Entry:     "Nhập liệu",
		EntrySays: "Dành cho số liệu chưa có phần mềm nào gửi về. Mọi việc nhập ở đây đều thành sự kiện mang tên tài khoản này, sửa và thu hồi được. Không ghi họ tên, địa chỉ, số giấy tờ của công dân.",
		WhoEnters: "Đang nhập với tên", Bound: "chỉ cho cơ quan",
		Template: "Tải mẫu Excel", Upload: "Tải lên mẫu đã điền", One: "Nhập từng việc", File: "Tệp .xlsx đã điền", FileSays: "Tối đa 4 MB, 2.000 dòng. Chưa có gì được gửi: trang sau cho xem từng dòng trước.",
		Look: "Xem trước", Lately: "Đã nhập gần đây", LatelySays: "Mới nhất trước, mỗi việc một dòng như đang có hiệu lực. Sửa là gửi bản ghi sau; thu hồi là nói việc ấy không xảy ra.",
		None: "Tài khoản này chưa nhập gì.", EnteredAt: "Nhập lúc", What: "Việc", Code: "Mã", Happened: "Xảy ra", State: "Tình trạng",
		Counts: "đang tính", TakenBack: "đã thu hồi", Correct: "Sửa", Retract: "Thu hồi", Really: "Thu hồi hẳn",
		RetractSays: "Việc này sẽ không được tính nữa.", RetractAll: "Mọi việc tài khoản này đã nhập cho mã này sẽ không được tính nữa.",
		Back: "Về trang nhập liệu", Preview: "Xem trước", PreviewSays: "Chưa có gì được gửi. Kiểm tra từng dòng rồi xác nhận ở cuối trang.", Row: "Dòng", Tells: "Sẽ ghi nhận", Events: "sự kiện", Event: "sự kiện",
		WillSend: "sự kiện sẽ gửi", WillSendOne: "sự kiện sẽ gửi", Nothing: "Không có gì mới để gửi.", Refused: "Dòng không nhận", RefusedSays: "Các dòng này sẽ bị bỏ qua. Có thể sửa tệp và tải lên lại cả tệp: dòng đã gửi rồi không bị tính hai lần.",
		Told: "Đã ghi nhận", LeftOut: "Các dòng này đã bị bỏ qua. Có thể sửa tệp và tải lên lại cả tệp: dòng đã gửi rồi không bị tính hai lần.",
		Send: "Xác nhận và gửi", NotSent: "Không nhận", Sent: "Đã gửi", SentSays: "Sự kiện đã nằm trên đĩa của máy chủ; số liệu trên các trang thay đổi sau vài giây.",
		Again: "Lần tải lên này đã được xác nhận trước đó; không gửi lại.", Gone: "Lần tải lên này không còn nữa: đã quá lâu, hoặc máy chủ vừa khởi động lại. Hãy tải tệp lên lại; dòng đã gửi rồi không bị tính hai lần.",
		Unknown: "Không có mục nhập liệu này", NotYours: "Tài khoản này không được nhập loại này.",
		NotWritten: "Chưa ghi được, chưa có gì được gửi. Hãy thử lại sau ít phút; nếu vẫn vậy, báo quản trị viên.", TooLarge: "Tệp lớn hơn 4 MB. Hãy chia thành nhiều tệp, hoặc tải mẫu mới và chép số liệu sang.",
		NoFile: "Chưa chọn tệp nào. Hãy chọn tệp .xlsx đã điền.", WrongForm: "Biểu mẫu gửi đến không đọc được.", Done: "Đã ghi. Số liệu trên các trang thay đổi sau vài giây.", Undone: "Đã thu hồi. Số liệu trên các trang thay đổi sau vài giây.",
		Wrong: "Chưa ghi được vì", Which: "Việc cần ghi", Day: "Ngày", Clock: "Giờ", ClockSays: "để trống nếu không rõ", Optional: "không bắt buộc", Choose: "– chọn –",
		Yes: "Có", No: "Không", Save: "Ghi", Correction: "Sửa", CorrectionSays: "Bản ghi cũ được giữ trong lịch sử; bản ghi này được tính thay.", NoRecord: "Bản ghi này không còn hiệu lực hoặc không do tài khoản này nhập",
		Fresh: "mới", Same: "không đổi", Changed: "sửa", Moved: "đổi ngày, trước là", SeeList: "Xem những gì đã nhập", Step: "việc",
	},
	english: {
		Entry:     "Entry",
		EntrySays: "For what no system tells yet. All that is entered here becomes events in the name of this account, and can be corrected and taken back. No citizen's name, address or number.",
		WhoEnters: "You enter as", Bound: "for one agency alone",
		Template: "Download the Excel template", Upload: "Upload a filled template", One: "Enter one event", File: "The filled .xlsx", FileSays: "At most 4 MB and 2,000 rows. Nothing is sent yet: the next page shows row by row what will be.",
		Look: "Preview", Lately: "Entered lately", LatelySays: "The newest first, one line for each thing, as it counts now. A correction is a later record; taking back says that it did not happen.",
		None: "This account has entered nothing yet.", EnteredAt: "Entered", What: "What", Code: "Code", Happened: "Happened", State: "State",
		Counts: "counts", TakenBack: "taken back", Correct: "Correct", Retract: "Take back", Really: "Take it back",
		RetractSays: "This will count no more.", RetractAll: "All that this account has entered under this code will count no more.",
		Back: "Back to Entry", Preview: "Preview", PreviewSays: "Nothing was sent yet. Look at each row, and confirm at the end of the page.", Row: "Row", Tells: "Will be taken as", Events: "events", Event: "event",
		WillSend: "events will be sent", WillSendOne: "event will be sent", Nothing: "There is nothing new to send.", Refused: "Rows not taken", RefusedSays: "These rows will be left out. You may correct the file and upload all of it again: what was sent already is not counted twice.",
		Told: "Was taken as", LeftOut: "These rows were left out. You may correct the file and upload all of it again: what was sent already is not counted twice.",
		Send: "Confirm and send", NotSent: "Not taken", Sent: "Sent", SentSays: "The events are on the server's disk; figures change within seconds.",
		Again: "This upload was confirmed before; nothing was sent again.", Gone: "This upload is not there any more: it was too long ago, or the server was started again. Upload the file again; what was sent already is not counted twice.",
		Unknown: "There is no such form", NotYours: "This account may not enter that.",
		NotWritten: "It could not be written, and nothing was sent. Try again in a few minutes; if it stays so, tell the administrator.", TooLarge: "The file is larger than 4 MB. Divide it, or copy the figures into a new template.",
		NoFile: "No file was chosen. Choose the filled .xlsx.", WrongForm: "The form can't be read.", Done: "Written. Figures change within seconds.", Undone: "Taken back. Figures change within seconds.",
		Wrong: "It was not written, because", Which: "What to enter", Day: "Day", Clock: "Time of day", ClockSays: "empty if it is not known", Optional: "optional", Choose: "– choose –",
		Yes: "Yes", No: "No", Save: "Write it", Correction: "Correct", CorrectionSays: "The old record stays in the history; this one counts instead.", NoRecord: "This record counts no more, or was not entered by this account",
		Fresh: "new", Same: "no change", Changed: "correction", Moved: "moved from", SeeList: "See what was entered", Step: "what",
	},
}

// reports name what is told of what has no course.
var reports = map[event.Type]inBoth{
	"indicator.reported": {"Báo cáo chỉ tiêu", "Indicator reported"},
	"source.tally":       {"Số theo sổ trong ngày", "Tally of a day"},
}

// stepName names what happens, by the type of the event.
func (l language) stepName(t event.Type) string {
	if name, known := steps[string(t)]; known {
		return name.in(l)
	}
	return reports[t].in(l)
}

// said is a text of a form in a language.
func (l language) said(t byhand.Text) string { return l.of(t[0], t[1]) }
