package dashboards

import "tiendo/internal/publication"

// publicationWords are what the pages of publications say, in one language.
type publicationWords struct {
	Title, Says, None, Number, Ranking, Period, Published, State         string
	Corrects, CorrectedBy, Although, Reason, Download, Open              string
	Key, KeySays, Agency, Points, Rank, Sure, NoRank                     string
	Against, Known, KnownSays, Today, TodaySays, TodayNone, Then         string
	Now, Why, Others, Moved, Verify, VerifySays, Back, Tampered          string
	Publish, PublishSays, Method, PeriodSays, AlthoughSays               string
	CorrectsSays, NoNumber, ReasonSays, Really, Do, Waiting, WaitingSays string
	By, Confirm, Withdraw, Done, Waits, Withdrawn, NotPublished          string
	Unknown, WrongForm, Check, NoMethods, Behind, Gone                   string
	Before, After, Live, Look, Asked, Another                            string
}

var publicationsIn = map[language]*publicationWords{
	vietnamese: {
		Title: "Công bố", Says: "Bảng xếp hạng đã công bố được niêm phong cùng mọi số liệu làm nên nó, và không thay đổi được nữa. Ai cũng kiểm chứng được mà không cần hỏi máy chủ này.",
		None: "Chưa công bố bảng xếp hạng nào.", Number: "Số", Ranking: "Xếp hạng", Period: "Kỳ", Published: "Công bố lúc", State: "Tình trạng",
		Corrects: "đính chính số", CorrectedBy: "đã được đính chính bằng số", Although: "Vẫn công bố vì", Reason: "Lý do đính chính", Download: "Tải tệp công bố", Open: "Xem",
		Key: "Khóa công khai của sổ công bố", KeySays: "Hãy công bố khóa này trên giấy hoặc trang chính thức: tệp công bố được kiểm chứng bằng nó.",
		Agency: "Cơ quan", Points: "Điểm", Rank: "Hạng", Sure: "Khoảng hạng 90 %", NoRank: "không xếp hạng",
		Against: "Điều chưa đủ khi công bố", Known: "Dựa trên", KnownSays: "sự kiện đã biết, đến khối số", Today: "Nếu công bố hôm nay",
		TodaySays: "Nội dung đã công bố giữ nguyên. Bảng này cho biết điểm sẽ khác đi bao nhiêu theo những gì biết thêm từ đó, tách theo nguyên nhân.",
		TodayNone: "Không có gì khác.", Then: "Đã công bố", Now: "Hôm nay", Why: "Nguyên nhân", Others: "chỉ do cơ quan khác thay đổi", Moved: "Cơ quan thay đổi khi đính chính",
		Verify: "Tự kiểm chứng", VerifySays: "Lệnh này chạy không cần máy chủ và mạng: so chữ ký, chứng minh bản ghi nằm trong sổ, rồi tính lại điểm từ số liệu trong tệp.",
		Back: "Về danh sách", Tampered: "Sổ công bố không còn đúng như đã ghi, nên không công bố thêm được. Quản trị viên hãy chạy lệnh tiendo check rankings.",
		Publish: "Công bố một bảng xếp hạng", PublishSays: "Máy chủ chờ đến khi mọi dữ liệu đã nhận được tính xong, rồi xếp hạng và niêm phong.", Method: "Phương pháp",
		PeriodSays: "chẳng hạn 2026-Q3", AlthoughSays: "chỉ ghi khi còn điều chưa đủ mà vẫn công bố; được công bố cùng",
		CorrectsSays: "để trống nếu công bố lần đầu", NoNumber: "Đính chính số: “%s” không phải là số của một công bố; hãy ghi số trong cột đầu của bảng trên, chẳng hạn 3.", ReasonSays: "bắt buộc khi đính chính; được công bố cùng, không ghi tên công dân",
		Really: "Tôi đã xem bảng xếp hạng này. Nội dung đã công bố không thay đổi được.", Do: "Công bố", Waiting: "Chờ người thứ hai xác nhận",
		WaitingSays: "Phương pháp yêu cầu hai người. Người thứ hai công bố đúng những gì người thứ nhất đã thấy.", By: "Người đề nghị", Confirm: "Xác nhận và công bố", Withdraw: "Rút lại",
		Done: "Đã công bố", Waits: "Đã ghi nhận, đang chờ người thứ hai xác nhận.", Withdrawn: "Đã rút lại.", NotPublished: "Chưa công bố được",
		Unknown: "Không có công bố nào mang số này", WrongForm: "Biểu mẫu gửi đến không đọc được.", Check: "Hãy đánh dấu ô xác nhận đã xem bảng xếp hạng.", NoMethods: "Máy chủ chưa có phương pháp xếp hạng nào (ranking.methods).",
		Behind: "Dữ liệu đã nhận chưa được tính xong. Hãy thử lại sau ít phút.", Gone: "Không còn chờ xác nhận.",
		Before: "Trước đính chính", After: "Sau đính chính", Live: "Bảng xếp hạng theo số liệu hiện nay",
		Look: "Xem nội dung sẽ niêm phong", Asked: "Đề nghị lúc", Another: "Bạn là người đề nghị, nên người khác phải xác nhận.",
	},
	english: {
		Title: "Publications", Says: "A ranking that was published is sealed with all the figures it was made of, and never changes. Anybody can verify it without asking this server.",
		None: "No ranking was published yet.", Number: "No.", Ranking: "Ranking", Period: "Period", Published: "Published", State: "State",
		Corrects: "corrects no.", CorrectedBy: "corrected by no.", Although: "Published although, for", Reason: "Reason of the correction", Download: "Download the publication", Open: "Look",
		Key: "Public key of the log of publications", KeySays: "Make this key known on paper or on an official page: files are verified with it.",
		Agency: "Agency", Points: "Points", Rank: "Rank", Sure: "90 % interval of the rank", NoRank: "no rank",
		Against: "What stood against publishing", Known: "Made of", KnownSays: "known events, up to block", Today: "If it were published today",
		TodaySays: "What was published stays. This says by how much points would differ by what was learned since, split by cause.",
		TodayNone: "Nothing would differ.", Then: "Published", Now: "Today", Why: "Causes", Others: "only others have moved", Moved: "Agencies that the correction moved",
		Verify: "Verify it yourself", VerifySays: "This needs no server and no network: it compares the signature, proves that the record stands in the log, and computes the points again from the counts in the file.",
		Back: "Back to the list", Tampered: "The log of publications is not what was written, so nothing more is published. Administrators: run tiendo check rankings.",
		Publish: "Publish a ranking", PublishSays: "The server waits until all that it has received is in the figures, ranks, and seals the ranking.", Method: "Method",
		PeriodSays: "such as 2026-Q3", AlthoughSays: "only where something stands against it; it is published too",
		CorrectsSays: "empty for the first publication", NoNumber: "Corrects no.: “%s” is no number of a publication; write one of the first column of the table above, such as 3.", ReasonSays: "needed for a correction; it is published too, and names no citizen",
		Really: "I have looked at this ranking. What is published can't be changed.", Do: "Publish", Waiting: "Waiting for a second person",
		WaitingSays: "The method asks for two people. The second publishes exactly what the first has seen.", By: "Asked by", Confirm: "Confirm and publish", Withdraw: "Take back",
		Done: "Published", Waits: "Taken; a second person must confirm it.", Withdrawn: "Taken back.", NotPublished: "Not published",
		Unknown: "There is no publication of this number", WrongForm: "The form can't be read.", Check: "Tick the box that says that you have looked at the ranking.", NoMethods: "The server has no method yet (ranking.methods).",
		Behind: "What was received is not all in the figures yet. Try again in a few minutes.", Gone: "It waits no more.",
		Before: "Before the correction", After: "After the correction", Live: "The ranking by the figures of now",
		Look: "Look at what will be sealed", Asked: "Asked", Another: "You have asked for it, so another person must confirm it.",
	},
}

// stateNames of publications.
var publicationStates = map[publication.State]struct {
	inBoth
	tone string
}{
	publication.Provisional: {inBoth{"tạm thời", "provisional"}, ""},
	publication.Final:       {inBoth{"chính thức", "final"}, "good"},
}
