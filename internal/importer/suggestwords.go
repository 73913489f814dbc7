package importer

import (
	"slices"
	"strings"
)

// role is what a column may be for.
type role string

const (
	roleSubject    role = "subject"
	roleSubmitted  role = "submitted"
	roleOpened     role = "opened"
	roleDue        role = "due"
	roleClosed     role = "closed"
	roleReturned   role = "returned"
	roleReturnedBy role = "returned by"
	roleRefused    role = "refused"
	roleAsked      role = "supplement asked for"
	roleGiven      role = "supplement given"
	rolePaid       role = "paid"
	rolePaidBy     role = "paid by"
	roleAccepted   role = "petition accepted"
	roleAgency     role = "agency"
	roleAt         role = "at"
	roleUnit       role = "unit"
	roleProcedure  role = "procedure"
	roleChannel    role = "channel"
	rolePortal     role = "portal"
	roleApplicant  role = "applicant"
	roleStatus     role = "status"
	roleLevel      role = "level"
	roleKind       role = "kind"
)

// words are what the names of columns say of their roles, the surest first: Vietnamese ones, those of the interface of the
// National Portal (DOMAIN.md §4.2), English ones. Names are compared as slugs, whole words only.
var words = map[role][]string{
	roleSubject: {
		"ma-ho-so", "so-ho-so", "ma-hs", "so-hs", "ma-bien-nhan", "so-bien-nhan", "ma-nhiem-vu", "ma-don", "so-ky-hieu", "ma-so",
		"case-enquiry-id", "unique-key", "case-id", "case-number", "request-id", "service-request-id", "ticket-id", "ticket", "reference", "ref", "case", "id", "code", "key", "ma", "no", "number", "row",
	},
	roleSubmitted: {"ngay-nop-ho-so", "ngay-nop", "ngay-gui", "ngay-dang-ky", "submitted"},
	roleOpened: {
		"ngay-tiep-nhan", "thoi-gian-tiep-nhan", "tiep-nhan-luc", "ngay-nhan-ho-so", "ngay-nhan", "ngay-thu-ly", "ngay-giao", "ngay-den", "tiep-nhan",
		"received", "open", "opened", "created", "tabled", "assigned", "registered", "registro", "filed", "requested", "reported", "start", "started", "submitted",
	},
	roleDue: {
		"ngay-hen-tra-ket-qua", "ngay-hen-tra", "ngay-hen", "hen-tra", "han-tra", "han-xu-ly", "han-giai-quyet", "han-hoan-thanh", "ngay-ket-thuc-theo-quy-dinh", "thoi-han", "ngay-den-han", "han",
		"sla-target", "target", "due", "deadline", "promised", "for-answer", "expected", "expiry",
	},
	roleClosed: {
		"ngay-ket-thuc-xu-ly", "ngay-co-ket-qua", "ngay-hoan-thanh", "ngay-giai-quyet", "ngay-xu-ly-xong", "ngay-xong", "ngay-tra-ket-qua", "ngay-tra", "hoan-thanh", "ngay-ket-thuc",
		"closed", "resolved", "completed", "answered", "finished", "settled", "done", "resposta", "end", "ended",
	},
	roleReturned:   {"ngay-tra-ket-qua", "ngay-tra"},
	roleReturnedBy: {"hinh-thuc-tra-ket-qua", "hinh-thuc-nhan-ket-qua", "hinh-thuc-tra", "phuong-thuc-tra", "noi-nhan-ket-qua", "kenh-tra", "nhan-ket-qua", "tra-ket-qua", "hinh-thuc"},
	roleRefused:    {"ngay-tu-choi", "thoi-diem-tu-choi"},
	roleAsked:      {"ngay-yeu-cau-bo-sung", "yeu-cau-bo-sung", "ngay-bo-sung"},
	roleGiven:      {"ngay-tiep-nhan-bo-sung", "ngay-nhan-bo-sung", "ngay-nop-bo-sung", "ngay-hoan-thanh-bo-sung"},
	rolePaid:       {"ngay-thanh-toan", "thoi-diem-thanh-toan", "thoi-gian-thanh-toan", "ngay-nop-phi", "ngay-nop-le-phi", "ngay-thu-phi", "ngay-thu-le-phi"},
	rolePaidBy:     {"duoc-thanh-toan-truc-tuyen", "hinh-thuc-thanh-toan", "phuong-thuc-thanh-toan", "kenh-thanh-toan", "thanh-toan-truc-tuyen", "hinh-thuc-nop-phi", "hinh-thuc-thu-phi", "thanh-toan"},
	roleAccepted:   {"ngay-thu-ly", "thu-ly"},
	roleAgency: {
		"don-vi-xu-ly", "don-vi-giai-quyet", "co-quan-giai-quyet", "co-quan-thuc-hien", "don-vi-chu-tri", "co-quan-chu-tri", "chu-tri", "ma-don-vi", "ten-don-vi", "don-vi", "co-quan", "so-nganh", "phong-ban",
		"department", "agency", "ministry", "answering-body", "body", "authority", "organisation", "organization", "office", "orgao", "unit",
	},
	roleAt:   {"ma-don-vi-tiep-nhan", "don-vi-tiep-nhan", "co-quan-tiep-nhan", "noi-tiep-nhan"},
	roleUnit: {"phong-ban-xu-ly", "phong-ban", "phong-chuyen-mon", "don-vi-truc-thuoc"},
	roleProcedure: {
		"ma-tthc", "ma-thu-tuc", "ten-tthc", "ten-thu-tuc", "thu-tuc-hanh-chinh", "thu-tuc", "tthc", "loai-ho-so", "dich-vu", "linh-vuc",
		"procedure", "request-type", "complaint-type", "type", "service", "category",
	},
	roleChannel: {
		"kenh-thuc-hien", "kenh-tiep-nhan", "kenh", "hinh-thuc-nop", "hinh-thuc-tiep-nhan", "phuong-thuc-nop", "phuong-thuc", "cach-nop", "hinh-thuc", "noi-nop",
		"channel", "channel-type", "source", "origin", "submitted-via", "method",
	},
	rolePortal:    {"noi-nop-ho-so", "noi-nop", "nguon-ho-so", "cong-nop"},
	roleApplicant: {"loai-doi-tuong", "doi-tuong", "loai-chu-ho-so", "loai-nguoi-nop"},
	roleStatus:    {"trang-thai-ho-so", "trang-thai", "tinh-trang", "ket-qua-xu-ly", "status", "state", "outcome"},
	roleLevel:     {"muc-do", "loai-dich-vu-cong", "loai-dvc"},
	roleKind:      {"loai-don-thu", "loai-don", "phan-loai"},
}

// others are words that say that a column is not for a role, whatever else its name says.
var others = map[role][]string{
	roleOpened:  {"bo-sung", "thanh-toan"},
	roleClosed:  {"bo-sung", "theo-quy-dinh"},
	roleDue:     {"truoc-han", "so-ngay"},
	roleChannel: {"thanh-toan", "thu-phi", "le-phi", "hinh-thuc-thu", "nop-phi", "tra-ket-qua", "nhan-ket-qua", "tra", "payment"},
	roleAgency:  {"phoi-hop", "giao-viec", "giao-nhiem-vu", "don-vi-giao", "co-quan-giao"},
}

// personal are words of columns that name people or how to reach them; such columns are never mapped.
var personal = []string{
	"chu-ho-so", "nguoi-nop", "nguoi-yeu-cau", "nguoi-dung-don", "nguoi-gui", "ho-ten", "ho-va-ten", "ten-cong-dan", "ten-doanh-nghiep", "ten-to-chuc", "dinh-danh", "so-dinh-danh", "cccd", "cmnd", "cmt", "can-cuoc", "ho-chieu", "ma-so-thue",
	"ngay-sinh", "dien-thoai", "sdt", "so-dt", "email", "dia-chi", "nguoi-xu-ly", "can-bo", "chuyen-vien", "trich-yeu", "noi-dung",
}

// speaks says whether a slug has one of these words.
func speaks(slug string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(slug, "-"+word+"-") })
}

// known are columns that a mapping can use and a suggestion does not, and why; the first that fits.
var known = []struct {
	words  []string
	vi, en string
}{
	{personal, "dữ liệu cá nhân hoặc văn bản tự do: không bao giờ nhập", "personal data or free text: never imported"},
	{[]string{"vneid", "vne-id"}, "đăng nhập VNeID: chưa dùng", "the login by VNeID: not taken"},
	{[]string{"xin-loi"}, "thư xin lỗi: apology của dossier.rescheduled, cần có ngày hẹn lại", "the apology: apology of dossier.rescheduled, which needs the new date"},
	{[]string{"hen-tra-moi", "hen-lai", "gia-han"}, "hẹn lại: due của dossier.rescheduled, cần có lúc hẹn lại", "a new promise: due of dossier.rescheduled, which needs the time at which it was made"},
	{[]string{"bo-sung"}, "bổ sung hồ sơ: dossier.supplement_requested, dossier.supplemented", "supplements: dossier.supplement_requested, dossier.supplemented"},
	{[]string{"tai-su-dung", "su-dung-lai"}, "tái sử dụng dữ liệu: reused, true hoặc false", "reuse of digitised data: reused, true or false"},
	{[]string{"so-hoa"}, "số hóa: digitised, true hoặc false", "digitised papers: digitised, true or false"},
	{[]string{"ket-qua-dien-tu", "giay-to-ket-qua", "ban-dien-tu"}, "kết quả điện tử: digital của dossier.resolved, true hoặc false", "an electronic result: digital of dossier.resolved, true or false"},
	{[]string{"thanh-toan", "phi", "le-phi", "hinh-thuc-thu", "so-tien"}, "phí, lệ phí: fee (true, false), và dossier.paid khi biết lúc nộp", "fees: fee (true, false), and dossier.paid where the time of payment is known"},
	{[]string{"phoi-hop"}, "đơn vị phối hợp: agencies của task.assigned, split cho biết dấu ngăn", "those that help: agencies of task.assigned, split says what parts them"},
	{[]string{"giao", "don-vi-giao", "co-quan-giao"}, "nơi giao: issuer của task.assigned", "who assigned it: issuer of task.assigned"},
	{[]string{"tra-ket-qua", "nhan-ket-qua"}, "trả kết quả: dossier.returned, cần có ngày trả và kênh trả", "the handing over: dossier.returned, which needs its time and channel"},
	{[]string{"hinh-thuc"}, "hình thức của việc nộp (channel), nộp phí (dossier.paid) hay trả kết quả (dossier.returned)?", "the form of submission (channel), payment (dossier.paid) or return (dossier.returned)?"},
	{[]string{"don-vi-tiep-nhan", "noi-tiep-nhan", "noi-nop"}, "nơi nộp: at (mã cơ quan) hoặc portal (national, local)", "where it was handed in: at (the agency's code) or portal (national, local)"},
	{[]string{"loai-doi-tuong", "doi-tuong"}, "đối tượng: applicant (person, organisation); mã khác nhau giữa các nguồn", "the applicant (person, organisation); sources differ in their codes"},
	{[]string{"muc-do"}, "mức độ: level (full, partial, 2, 3, 4, none)", "the level (full, partial, 2, 3, 4, none)"},
}
