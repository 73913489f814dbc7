package dashboards

import (
	"tiendo/internal/audit"
	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// doorWords are what the pages say on which people log in, and those of who administers, in one language.
type doorWords struct {
	LogIn, LogOut, LoggedInAs, Administrator string
	LogInSays, Token, WithProvider           string
	ProviderSays, ReallyOut, LoggedOut       string
	OutElsewhere, PlainSays                  string
	TooMany, Foreign, UseProvider, Expired   string
	WallOnly, MadeWall                       string
	Revoked, Unknown, Stale, NoRole          string
	NotVouched, ProviderAway, Broken         string
	Forbidden, NotYours, Needs, OnlyOwn, Own string

	Tokens, TokensSay, MakeToken, Name, NameSays, Scopes  string
	Agency, AgencySays, Families, FamiliesSay             string
	Rate, RateSays, Expires, ExpiresSay, Make             string
	Made, MadeSays, State, Created, Ends, Revoke, ReallyR string
	NoTokens, Taken, NoToken, NotWritten, WrongForm       string
	// Wrong says of each field of a token what would do.
	Wrong map[string]string

	Audit, AuditSays, When, Who, What, Object, Details, From string
	AnyAct, Filter, NoActs, Older, Newest, NoAudit, Record   string
}

var doorsIn = map[language]*doorWords{
	vietnamese: {
		LogIn: "Đăng nhập", LogOut: "Đăng xuất", LoggedInAs: "Đang đăng nhập", Administrator: "quản trị máy chủ",
		LogInSays: "Dán mã truy cập do quản trị viên cấp. Mã chỉ được gửi đến máy chủ này và không nằm trong địa chỉ trang.", Token: "Mã truy cập",
		WithProvider: "Đăng nhập bằng tài khoản cơ quan", ProviderSays: "Trang đăng nhập của cơ quan sẽ mở ra, rồi đưa trở lại đây.",
		ReallyOut: "Đăng xuất khỏi trang này?", LoggedOut: "Đã đăng xuất.", OutElsewhere: "Đăng xuất cả ở trang đăng nhập của cơ quan",
		PlainSays: "Kết nối này không được mã hóa: người khác trong mạng có thể đọc được mã. Hãy mở trang bằng địa chỉ https://.",
		TooMany:   "Đã đăng nhập sai quá nhiều lần từ địa chỉ này. Hãy đợi %d giây rồi thử lại.",
		WallOnly:  "Trình duyệt này được mở như một màn hình treo tường, chỉ xem được các màn hình ấy. Hãy đăng nhập để xem thêm.",
		Foreign:   "Yêu cầu này do một trang khác gửi đến nên không được thực hiện. Hãy mở trang này rồi làm lại.", UseProvider: "Ở đây đăng nhập bằng tài khoản cơ quan, không bằng mã truy cập.",
		Expired: "Mã này đã hết hạn. Hãy xin quản trị viên mã mới.", Revoked: "Mã này đã bị thu hồi. Hãy xin quản trị viên mã mới.",
		Unknown:      "Không có mã nào như vậy. Kiểm tra xem đã dán đủ cả mã chưa.",
		Stale:        "Lần đăng nhập này bắt đầu ở trình duyệt khác hoặc đã quá lâu. Hãy bắt đầu lại.",
		NoRole:       "Tài khoản này chưa được giao vai trò nào ở đây. Hãy liên hệ quản trị viên.",
		NotVouched:   "Trang đăng nhập của cơ quan chưa xác nhận được tài khoản. Hãy thử lại; nếu vẫn vậy, báo quản trị viên xem nhật ký.",
		ProviderAway: "Trang đăng nhập của cơ quan chưa trả lời. Hãy thử lại sau ít phút.",
		Broken:       "Chưa ghi được lần đăng nhập này xuống đĩa. Hãy báo quản trị viên.",
		Forbidden:    "Không được phép xem", NotYours: "Tài khoản này không được làm việc đó.", Needs: "Cần quyền", OnlyOwn: "Tài khoản này chỉ xem được vụ việc của",
		Own: "Xem của cơ quan mình",

		Tokens: "Mã truy cập", TokensSay: "Mỗi hệ thống gửi dữ liệu, mỗi người hoặc màn hình xem số liệu có một mã riêng. Máy chủ chỉ giữ giá trị băm của mã.",
		MakeToken: "Tạo mã mới", Name: "Tên", NameSays: "chẳng hạn mot-cua-2027", Scopes: "Quyền",
		Agency: "Mã cơ quan", AgencySays: "để trống: toàn thành phố", Families: "Chỉ được gửi sự kiện về", FamiliesSay: "không chọn: mọi loại",
		Rate: "Sự kiện mỗi giây", RateSays: "để trống: theo cấu hình", Expires: "Hết hạn", ExpiresSay: "90d hoặc 2027-03-31T17:00:00+07:00; để trống: không bao giờ", Make: "Tạo mã",
		Made: "Đã tạo mã", MadeWall: "Hoặc mở địa chỉ này trên một màn hình treo tường: màn hình được xem cho đến khi mã bị thu hồi.", MadeSays: "Mã chỉ hiện lần này. Hãy chép ngay và giao cho người dùng bằng cách an toàn.",
		State: "Tình trạng", Created: "Tạo lúc", Ends: "Hết hạn hoặc thu hồi", Revoke: "Thu hồi", ReallyR: "Thu hồi hẳn",
		NoTokens: "Chưa có mã nào, trừ mã quản trị trong tệp admin.token.", Taken: "Tên này đã có mã khác dùng; chọn tên khác, hoặc thu hồi mã kia trước.",
		NoToken: "Không có mã nào còn hiệu lực mang tên này.", NotWritten: "Chưa ghi được xuống đĩa nên chưa có gì thay đổi. Nhật ký máy chủ cho biết thêm.",
		WrongForm: "Biểu mẫu gửi đến không đọc được.",
		Wrong: map[string]string{
			"name":     "Tên: 1–64 chữ cái, chữ số và ._-, bắt đầu bằng chữ hoặc số, chẳng hạn mot-cua-2027.",
			"scopes":   "Quyền: chọn ít nhất một.",
			"agency":   "Mã cơ quan: 1–64 chữ cái, chữ số và ._/-, chẳng hạn H24.12; quyền quản trị và công bố là của toàn thành phố nên phải để trống.",
			"families": "Loại sự kiện: chỉ chọn khi có quyền gửi sự kiện.",
			"rate":     "Sự kiện mỗi giây: một số từ 1 đến 1.000.000, chỉ khi có quyền gửi.",
			"expires":  "Hết hạn: số ngày như 90d, hoặc một thời điểm trong tương lai như 2027-03-31T17:00:00+07:00.",
		},

		Audit: "Nhật ký quản trị", AuditSays: "Ai đã làm gì, mới nhất trước. Mỗi bản ghi mang giá trị băm của bản trước; tiendo check audit phát hiện mọi sửa đổi.",
		When: "Lúc", Who: "Ai", What: "Việc", Object: "Đối tượng", Details: "Chi tiết", From: "Từ địa chỉ",
		AnyAct: "mọi việc", Filter: "Lọc", NoActs: "Không có bản ghi nào.", Older: "Cũ hơn", Newest: "Mới nhất", NoAudit: "Chưa đọc được nhật ký", Record: "Số",
	},
	english: {
		LogIn: "Log in", LogOut: "Log out", LoggedInAs: "Logged in as", Administrator: "the server's administrator",
		LogInSays: "Paste the token that the administrator gave you. It is sent to this server alone, and never stands in an address.", Token: "Token",
		WithProvider: "Log in with your office account", ProviderSays: "Your office's login page opens, and leads back here.",
		ReallyOut: "Log out of this site?", LoggedOut: "You are logged out.", OutElsewhere: "Log out of your office's login page too",
		PlainSays: "This connection is not encrypted: others in the network could read the token. Open the page by its https:// address.",
		TooMany:   "Too many logins have failed from this address. Wait %d seconds and try again.",
		WallOnly:  "This browser is that of a screen on a wall, which sees walls alone. Log in to see more.",
		Foreign:   "Another site's page sent this request, so it was not done. Open this page and try again.", UseProvider: "People log in with their office account here, not with a token.",
		Expired: "This token has expired. Ask the administrator for a new one.", Revoked: "This token was revoked. Ask the administrator for a new one.",
		Unknown:      "There is no such token. See whether all of it was pasted.",
		Stale:        "This login was begun in another browser, or too long ago. Begin again.",
		NoRole:       "This account has no role here yet. Ask the administrator.",
		NotVouched:   "Your office's login page did not vouch for the account. Try again; if it stays so, have the administrator look at the log.",
		ProviderAway: "Your office's login page does not answer. Try again in a few minutes.",
		Broken:       "This login could not be written to disk. Tell the administrator.",
		Forbidden:    "Not for you to see", NotYours: "This account may not do that.", Needs: "It takes the right to", OnlyOwn: "This account sees the cases of one agency only",
		Own: "See your own agency's",

		Tokens: "Tokens", TokensSay: "Each system that sends data, and each person or wall that looks at figures, has a token of its own. The server keeps only hashes.",
		MakeToken: "Make a token", Name: "Name", NameSays: "such as one-stop-2027", Scopes: "Good for",
		Agency: "Agency's code", AgencySays: "empty: the whole city", Families: "Sends events of these alone", FamiliesSay: "none ticked: all",
		Rate: "Events a second", RateSays: "empty: as configured", Expires: "Expires", ExpiresSay: "90d or 2027-03-31T17:00:00+07:00; empty: never", Make: "Make it",
		Made: "Made", MadeWall: "Or have a screen on a wall open this address: it is let in for as long as the token is good.", MadeSays: "It is shown this once. Copy it now, and hand it over by a safe way.",
		State: "State", Created: "Made at", Ends: "Expires or revoked", Revoke: "Revoke", ReallyR: "Revoke for good",
		NoTokens: "There is none yet but the administrator's, in the file admin.token.", Taken: "A token has this name already: choose another, or revoke that one first.",
		NoToken: "No token that was not revoked has this name.", NotWritten: "It could not be written to disk, so nothing was changed. The server's log says more.",
		WrongForm: "The form can't be read.",

		Audit: "Audit log", AuditSays: "Who did what, the newest first. Each record carries the hash of the one before; tiendo check audit finds whatever was changed.",
		When: "When", Who: "Who", What: "Act", Object: "Object", Details: "Details", From: "From",
		AnyAct: "every act", Filter: "Filter", NoActs: "There are no records.", Older: "Older", Newest: "Newest", NoAudit: "The audit log can't be read", Record: "No.",
	},
}

// scopeNames are what tokens and people may do.
var scopeNames = map[auth.Scope]inBoth{
	auth.ScopeIngest:  {"gửi sự kiện", "send events"},
	auth.ScopeView:    {"xem số liệu và vụ việc", "see figures and cases"},
	auth.ScopeRead:    {"xem số liệu, vụ việc và lấy trọn dữ liệu", "see figures and cases, and take data out whole"},
	auth.ScopeAssess:  {"gửi kết quả chấm điểm", "send assessments"},
	auth.ScopePublish: {"công bố xếp hạng", "publish rankings"},
	auth.ScopeAdmin:   {"quản trị", "administer"},
}

// familyNames are what events tell of.
var familyNames = map[event.Family]inBoth{
	event.Dossier:    {"hồ sơ", "dossiers"},
	event.Task:       {"nhiệm vụ", "tasks"},
	event.Petition:   {"đơn thư", "petitions"},
	event.Reception:  {"tiếp công dân", "citizen receptions"},
	event.Finding:    {"tồn tại, hạn chế", "findings"},
	event.Indicator:  {"chỉ tiêu tổ chức, biên chế", "indicators"},
	event.Source:     {"số liệu tự đếm của nguồn", "what sources count themselves"},
	event.Assessment: {"điểm tự chấm, thẩm định", "assessments"},
}

// tokenState is the state of a token, with the tone in which it is shown.
type tokenState struct {
	inBoth
	tone string
}

func (s tokenState) badge(lang language) badge { return badge{s.in(lang), s.tone} }

var stateNames = map[string]tokenState{
	"valid":   {inBoth{"có hiệu lực", "valid"}, "good"},
	"expired": {inBoth{"hết hạn", "expired"}, "level"},
	"revoked": {inBoth{"đã thu hồi", "revoked"}, "bad"},
}

// actors are those who act and have no name of their own.
var actors = map[string]inBoth{
	audit.Admin:  {"quản trị máy chủ (admin.token)", "the administrator (admin.token)"},
	audit.Nobody: {"không rõ", "nobody known"},
	audit.Server: {"máy chủ", "the server"},
}

// actNames are what was done.
var actNames = map[string]inBoth{
	"token.create": {"Tạo mã truy cập", "Made a token"}, "token.revoke": {"Thu hồi mã truy cập", "Revoked a token"},
	"login": {"Đăng nhập", "Logged in"}, "login.failed": {"Đăng nhập không được", "Failed to log in"}, "logout": {"Đăng xuất", "Logged out"},
	"register.load":   {"Nạp sổ đăng ký", "Loaded a register"},
	"ranking.methods": {"Đọc lại phương pháp xếp hạng", "Read ranking methods again"},
	"books.check":     {"Kiểm tra sổ số liệu", "Checked the books"}, "books.rebuild": {"Lập lại sổ số liệu", "Made the books again"},
	"facts.export": {"Lấy dữ liệu gốc của nguồn", "Took out the facts of a source"}, "report.export": {"Xuất báo cáo hoặc danh sách", "Took out a paper or a list"},
	"case.erase": {"Xóa dữ liệu của một vụ việc", "Erased a case"}, "cases.retire": {"Xóa dữ liệu hết thời hạn lưu", "Erased cases past their years"},
	"backup.make": {"Sao lưu", "Made a backup"}, "backup.restore": {"Khôi phục từ bản sao lưu", "Restored a backup"},
	"log.replay":    {"Nạp lại sự kiện để riêng", "Put back what was set aside"},
	"assess.submit": {"Tự chấm điểm", "Claimed points"}, "assess.verify": {"Thẩm định điểm", "Verified points"}, "assess.retract": {"Thu hồi điểm đã ghi", "Took back points"},
	"manual.upload": {"Tải lên mẫu đã điền", "Uploaded a filled template"}, "manual.confirm": {"Xác nhận và gửi mẫu đã điền", "Confirmed and sent an upload"},
	"manual.enter": {"Nhập một việc", "Entered an event"}, "manual.correct": {"Sửa việc đã nhập", "Corrected what was entered"},
	"manual.retract":  {"Thu hồi việc đã nhập", "Took back what was entered"},
	"ranking.propose": {"Đề nghị công bố xếp hạng", "Asked to publish a ranking"}, "ranking.publish": {"Công bố xếp hạng", "Published a ranking"},
	"ranking.withdraw": {"Rút đề nghị công bố", "Took back what waited to be published"}, "ranking.witness": {"Nhận chữ ký của bên chứng kiến", "Took a witness's signature"},
	"server.start": {"Máy chủ khởi động", "The server started"},
}

// actGroups are what the audit log can be narrowed down to: acts, or the parts before their dots.
var actGroups = []struct {
	id    string
	names inBoth
}{
	{"login", inBoth{"đăng nhập", "logins"}},
	{"token", inBoth{"mã truy cập", "tokens"}},
	{"register", inBoth{"sổ đăng ký", "registers"}},
	{"books", inBoth{"sổ số liệu", "books"}},
	{"facts", inBoth{"lấy dữ liệu gốc", "facts taken out"}},
	{"report", inBoth{"xuất báo cáo", "papers and lists taken out"}},
	{"case", inBoth{"xóa vụ việc", "erased cases"}},
	{"cases", inBoth{"xóa khi hết thời hạn lưu", "erased by age"}},
	{"backup", inBoth{"sao lưu", "backups"}},
	{"log", inBoth{"sự kiện để riêng", "events set aside"}},
	{"assess", inBoth{"chấm điểm", "assessments"}},
	{"manual", inBoth{"nhập liệu", "entry by hand"}},
	{"ranking", inBoth{"công bố xếp hạng", "publications"}},
	{"server", inBoth{"máy chủ", "the server"}},
}
