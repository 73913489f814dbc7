package byhand

import (
	"slices"
	"strings"

	"tiendo/internal/event"
)

// What is asked beside the data of an event.
const (
	// Subject is the code of a case, Time when something happened.
	Subject = "subject"
	Time    = "time"
)

// wording is how a field is asked for.
type wording struct {
	title, says Text
	values      []Value
}

var (
	codeSays = Text{"mã do cơ quan đặt: chữ, số và . _ / - (không dấu cách, không họ tên)", "a code of your own: letters, digits and . _ / - (no blanks, no names)"}
	daySays  = Text{"ngày như 14/09/2026, có thể thêm giờ như 14/09/2026 15:30; không ở tương lai", "a day such as 14/09/2026, with a time such as 14/09/2026 15:30 if you like; not in the future"}
	dueSays  = Text{"ngày như 30/09/2026", "a day such as 30/09/2026"}
	wordSays = Text{"chọn một giá trị trong danh sách", "choose one of the list"}
	wholeOne = Text{"số nguyên từ 0, chẳng hạn 12", "a whole number, such as 12"}
	agencyOf = Text{"chọn cơ quan trong danh sách, hoặc ghi mã", "choose an agency of the list, or write its code"}
)

// wordings are how fields are asked for, by their names; "type.name" and "family.name" go before "name". A
// tally speaks only of what is entered by hand, for it is held against what its own source has told.
var wordings = map[string]wording{
	Subject: {Text{"Mã", "Code"}, Text{
		"mã của riêng vụ việc này: chữ, số và . _ / - : + (không dấu cách, không họ tên, không số giấy tờ của công dân)",
		"the code of this case alone: letters, digits and . _ / - : + (no blanks, no names, no citizen's number)",
	}, nil},
	Time:                        {Text{"Ngày", "Day"}, daySays, nil},
	"agency":                    {Text{"Cơ quan", "Agency"}, agencyOf, nil},
	"petition.forwarded.agency": {Text{"Chuyển đến cơ quan", "Forwarded to"}, agencyOf, nil},
	"task.agency":               {Text{"Cơ quan chủ trì", "Lead agency"}, agencyOf, nil},
	"agencies":                  {Text{"Cơ quan phối hợp", "Helping agencies"}, Text{"các cơ quan trong danh sách, tên hoặc mã, cách nhau bằng dấu chấm phẩy", "agencies of the list, names or codes, with semicolons between them"}, nil},
	"unit":                      {Text{"Mã đơn vị", "Unit code"}, codeSays, nil},
	"reason":                    {Text{"Mã lý do", "Reason code"}, codeSays, nil},
	"document":                  {Text{"Số văn bản", "Document number"}, Text{"số, ký hiệu như 12/QĐ-UBND (không dấu cách)", "such as 12/QĐ-UBND (no blanks)"}, nil},
	"issuer":                    {Text{"Mã cơ quan giao", "Issuer code"}, codeSays, nil},
	"inspection":                {Text{"Mã đợt kiểm tra", "Inspection code"}, codeSays, nil},
	"kind":                      {Text{"Mã loại", "Kind code"}, codeSays, nil},
	"due":                       {Text{"Hạn", "Due"}, dueSays, nil},
	"day":                       {Text{"Ngày", "Day"}, Text{"ngày như 14/09/2026, không ở tương lai", "a day such as 14/09/2026, not in the future"}, nil},
	"sessions":                  {Text{"Số lượt tiếp", "Sessions"}, wholeOne, nil},
	"people":                    {Text{"Số người", "People"}, wholeOne, nil},
	"cases":                     {Text{"Số vụ việc", "Cases"}, wholeOne, nil},
	"count":                     {Text{"Số theo sổ", "Number in the book"}, wholeOne, nil},
	"leader":                    {Text{"Người đứng đầu tiếp", "By the head in person"}, Text{"Có hoặc Không", "Yes or No"}, nil},
	"value":                     {Text{"Đã đạt", "Reached"}, Text{"một số, chẳng hạn 120 hoặc 98,5", "a number, such as 120 or 98.5"}, nil},
	"target":                    {Text{"Được giao", "Asked"}, Text{"một số, chẳng hạn 120 hoặc 98,5; để trống nếu chưa được giao", "a number, such as 120 or 98.5; empty if none was set"}, nil},
	"criterion":                 {Text{"Tiêu chí", "Criterion"}, codeSays, nil},
	"points":                    {Text{"Điểm", "Points"}, Text{"một số, chẳng hạn 8 hoặc 7,5", "a number, such as 8 or 7.5"}, nil},
	"evidence":                  {Text{"Đường dẫn kiểm chứng", "Evidence"}, Text{"địa chỉ https://, không có phần sau dấu ? hoặc #", "an https:// address without what follows ? or #"}, nil},
	"period":                    {Text{"Kỳ", "Period"}, Text{"kỳ như 2026, 2026-H1, 2026-9M, 2026-Q3 hoặc 2026-09", "such as 2026, 2026-H1, 2026-9M, 2026-Q3 or 2026-09"}, nil},
	"finding.due":               {Text{"Hạn khắc phục", "Due"}, dueSays, nil},
	"petition.due":              {Text{"Hạn giải quyết", "Due"}, dueSays, nil},
	"task.due":                  {Text{"Hạn hoàn thành", "Due"}, dueSays, nil},
	"petition.kind":             {Text{"Loại đơn", "Kind"}, wordSays, words("complaint: Khiếu nại | Complaint", "denunciation: Tố cáo | Denunciation", "suggestion: Kiến nghị, phản ánh | Suggestion")},
	"petition.channel":          {Text{"Nhận qua", "Received"}, wordSays, words("direct: Trực tiếp | At the counter", "post: Bưu chính | By post", "online: Trực tuyến | Online")},
	"source.family":             {Text{"Loại vụ việc", "Family"}, wordSays, words("petition: Đơn thư | Petitions", "task: Nhiệm vụ | Tasks", "reception: Tiếp công dân | Receptions", "finding: Tồn tại, hạn chế | Findings")},
	"finding.area":              {Text{"Lĩnh vực", "Area"}, wordSays, words("one_stop: Một cửa | One-stop office", "iso: ISO | ISO", "work_files: Hồ sơ công việc | Work files", "discipline: Kỷ luật, kỷ cương | Discipline", "staffing: Biên chế | Staffing", "training: Đào tạo, bồi dưỡng | Training", "organisation: Tổ chức bộ máy | Organisation", "it: Công nghệ thông tin | Information technology", "other: Khác | Other")},
	"indicator.indicator":       {Text{"Chỉ tiêu", "Indicator"}, wordSays, words("staffing: Biên chế có mặt | Staff present", "streamlining: Tinh giản biên chế | Posts streamlined", "iso: Thủ tục áp dụng ISO | Procedures under ISO", "training: Đào tạo, bồi dưỡng | Staff trained", "merger: Sắp xếp đơn vị | Units merged", "work_file: Hồ sơ công việc | Work files")},
}

// words reads values as they are written above.
func words(lines ...string) []Value {
	var all []Value
	for _, line := range lines {
		code, titles, _ := strings.Cut(line, ": ")
		all = append(all, Value{code, titleOf(titles)})
	}
	return all
}

func titleOf(both string) Text {
	vi, en, _ := strings.Cut(both, " | ")
	return Text{vi, en}
}

// question words a field. Whoever enters something says of which agency it is.
func question(family event.Family, typ event.Type, field event.Field) Question {
	field.Required = field.Required || field.Name == "agency"
	for _, key := range []string{string(typ) + "." + field.Name, string(family) + "." + field.Name, field.Name} {
		if w, known := wordings[key]; known {
			return Question{Field: field, Title: w.title, Says: w.says, Values: w.values}
		}
	}
	panic("BUG: nobody has said how to ask for " + field.Name + " of " + string(typ))
}

// columns are those of one type: the name of a field, and a title of its own after a colon. Those of what begins a case must
// be filled where the event must have them; those of what follows only if it has happened.
func columns(typ event.Type, lines ...string) []Column {
	var all []Column
	opens := lines[0] != "" && !strings.HasPrefix(lines[0], Time)
	for _, line := range lines {
		name, titles, own := strings.Cut(line, ": ")
		field := event.Field{Name: name, Required: true}
		if name != Subject && name != Time {
			fields := typ.Fields()
			field = fields[slices.IndexFunc(fields, func(f event.Field) bool { return f.Name == name })]
		}
		c := Column{question(typ.Family(), typ, field), []event.Type{typ}}
		c.Required = c.Required && opens
		if own {
			c.Title = titleOf(titles)
		}
		all = append(all, c)
	}
	return all
}

// join puts the columns of what may follow behind those of what begins a case, whose code all have.
func join(all ...[]Column) []Column {
	joined := slices.Concat(all...)
	for i := range joined {
		if joined[i].Name == Subject {
			for _, more := range all[1:] {
				joined[i].Of = append(joined[i].Of, more[0].Of...)
			}
		}
	}
	return joined
}
