package dashboards

// wallWords are what a wall says but names and numbers, in one language.
type wallWords struct {
	Wall, AsOf, Next, In, Seconds, Target, Reached, Missed, Before string
	Ago, Minutes, Hours, Days                                      string
	Lost, Out, Empty, Renewing, Simulated                          string
	Held, GoOn                                                     string
	Of, WholeCity, NoneBelow, NoneMost, More                       string
	NoFigure                                                       string

	WrongTitle, WrongPanel, WrongEvery, WrongTheme, WrongName, WrongParam, NamedTwice, WrongPeriod, NotBegun, WrongLanguage, Panels, Named, Example string

	DoorTitle, DoorSays, DoorMake, DoorOpen, DoorPaste, DoorLogIn, DoorPerson, NotForWalls string
}

var wallIn = map[language]*wallWords{
	vietnamese: {
		Wall: "Màn hình theo dõi", AsOf: "Số liệu lúc", Next: "Tiếp theo", In: "sau", Seconds: "giây", Target: "Mục tiêu", Reached: "đạt", Missed: "chưa đạt",
		Before: "so với",
		Ago:    "trước", Minutes: "phút", Hours: "giờ", Days: "ngày",
		Lost:      "Mất kết nối với máy chủ; giữ số liệu cuối cùng",
		Out:       "Màn hình này không còn quyền xem",
		Empty:     "Chưa có sự kiện nào; số liệu tự hiện khi sự kiện đầu tiên đến",
		Renewing:  "Đang lập lại sổ số liệu",
		Simulated: "Số liệu mô phỏng", Held: "Đang dừng màn", GoOn: "phím cách để chạy tiếp",
		Of: "%s của %s", WholeCity: "Toàn thành phố",
		NoneBelow: "Không cơ quan nào thấp hơn toàn thành phố quá mức ngẫu nhiên", NoneMost: "Không cơ quan nào",
		More: "và %s cơ quan khác", NoFigure: "không có số liệu trong kỳ",

		WrongTitle: "Địa chỉ màn hình chưa đúng", WrongPanel: "không phải là một màn.", WrongEvery: "không phải là nhịp đổi màn: từ 5s đến 1h, ví dụ 30s.",
		WrongTheme: "không phải là nền: dark (tối) hoặc light (sáng).", WrongName: "không phải là tên một màn hình trong cấu hình (walls).",
		WrongParam: "không phải là tham số của màn hình: panels, every, theme, period, lang.", NamedTwice: "được nêu hai lần.",
		WrongPeriod: "không phải là một kỳ báo cáo, như mtd, qtd, ytd, d30, 2026-Q3.", NotBegun: "chưa bắt đầu, nên chưa có gì để xem.", WrongLanguage: "không phải là ngôn ngữ: vi hoặc en.", Panels: "Các màn hiện có", Named: "Các màn hình đã đặt tên", Example: "Ví dụ",

		DoorTitle: "Màn hình này chưa được phép xem",
		DoorSays:  "Màn hình treo tường dùng một mã chỉ để xem, không bao giờ hết phiên cho đến khi mã bị thu hồi ở trang /tokens.",
		DoorMake:  "Người quản trị tạo mã một lần (hoặc ở trang /tokens, quyền view):",
		DoorOpen:  "Rồi mở địa chỉ này trên màn hình, thay … bằng mã vừa tạo:",
		DoorPaste: "Hoặc dán mã vào đây", DoorLogIn: "Bắt đầu", DoorPerson: "Đăng nhập bằng tài khoản",
		NotForWalls: "Mã này làm được nhiều hơn là xem. Màn hình treo tường chỉ nhận mã có duy nhất quyền view.",
	},
	english: {
		Wall: "Wall", AsOf: "As of", Next: "Next", In: "in", Seconds: "s", Target: "Target", Reached: "reached", Missed: "missed",
		Before: "against",
		Ago:    "ago", Minutes: "min", Hours: "h", Days: "days",
		Lost:      "The server does not answer; the last figures stay",
		Out:       "This screen may not look any more",
		Empty:     "No event yet; figures appear with the first one",
		Renewing:  "Books are being made again",
		Simulated: "Simulated figures", Held: "Held", GoOn: "space goes on",
		Of: "%s of %s", WholeCity: "Whole city",
		NoneBelow: "No agency is below the whole city by more than chance", NoneMost: "No agency",
		More: "and %s more", NoFigure: "no figure in this period",

		WrongTitle: "This is no wall", WrongPanel: "is no panel.", WrongEvery: "is no pace: from 5s to 1h, such as 30s.",
		WrongTheme: "is no theme: dark or light.", WrongName: "is no wall of the configuration (walls).",
		WrongParam: "is no parameter of a wall: panels, every, theme, period, lang.", NamedTwice: "is named twice.",
		WrongPeriod: "is no period, such as mtd, qtd, ytd, d30, 2026-Q3.", NotBegun: "has not begun, so there is nothing to see.", WrongLanguage: "is no language: vi or en.", Panels: "The panels that there are", Named: "The walls that have names", Example: "Example",

		DoorTitle: "This screen may not look yet",
		DoorSays:  "A screen on a wall takes a token that can only look. It is never logged out, until its token is revoked on the page /tokens.",
		DoorMake:  "Who administers makes the token once (or on the page /tokens, with the scope view):",
		DoorOpen:  "Then open this address on the screen, with the token in place of …:",
		DoorPaste: "Or paste the token here", DoorLogIn: "Begin", DoorPerson: "Log in as somebody",
		NotForWalls: "This token can do more than look. A wall takes a token of the scope view alone.",
	},
}
