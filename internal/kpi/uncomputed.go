package kpi

// Uncomputed is something that an authority counts and Tiendo does not, with what is missing.
type Uncomputed struct {
	// Code is its number in the instrument.
	Code string `json:"code"`
	Law  string `json:"law"`
	VI   string `json:"vi"`
	EN   string `json:"en"`
	// WhyVI and Why tell what is missing.
	WhyVI string `json:"why_vi"`
	Why   string `json:"why"`
}

// NotComputed lists what the prescribed ways of counting ask for and no event tells, in the order of the instruments: DOMAIN.md
// §1.3 and §1.4. A figure that cannot be had is named, not guessed. The slice is the caller's.
func NotComputed() []Uncomputed {
	published := [2]string{"không có sự kiện về việc công khai thủ tục", "no event tells of the publication of procedures"}
	services := [2]string{"tỷ lệ tính trên số thủ tục, không trên hồ sơ; sự kiện chỉ nói về hồ sơ", "it is a share of procedures, not of dossiers, and events tell of dossiers"}
	feedback := [2]string{"không có sự kiện về phản ánh, kiến nghị trên Cổng và đánh giá đi kèm", "no event tells of the portal's feedback and how it was rated"}
	population := [2]string{"không có sự kiện về khai thác Cơ sở dữ liệu quốc gia về dân cư", "no event tells of look-ups in the population database"}
	of := func(code, vi, en string, why [2]string) Uncomputed {
		return Uncomputed{Code: code, Law: law766, VI: vi, EN: en, WhyVI: why[0], Why: why[1]}
	}
	all := []Uncomputed{
		of("1.1", "Thủ tục công khai đúng hạn", "Procedures published on time", published),
		of("1.2", "Thủ tục cập nhật đúng hạn", "Procedures updated on time", published),
		of("1.3", "Nội dung công khai đầy đủ", "Published content is complete", published),
		of("1.4", "Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia", "Dossiers synchronised with the National Portal",
			[2]string{"không có sự kiện cho biết hồ sơ nào đã đồng bộ; vì thế tỷ lệ trực tuyến cũng không nhân với tỷ lệ này", "no event tells which dossiers were synchronised, so the online rate is not multiplied by this share either"}),
		of("2.2", "Thời gian giải quyết trung bình từng thủ tục", "Average settling time of each procedure",
			[2]string{"không chấm điểm; xem trung vị và mức 90 % thời gian làm việc theo thủ tục", "not scored; the median and 90th percentile of working time by procedure stand in its place"}),
		of("3.1", "Thủ tục có dịch vụ công trực tuyến trên tổng số", "Procedures offered online among all", services),
		of("3.2", "Dịch vụ công trực tuyến có phát sinh hồ sơ", "Online services that had a dossier", services),
		of("4.1", "Thủ tục có thanh toán trực tuyến trên số có thu phí", "Procedures with online payment among those with a fee", services),
		of("4.2", "Thủ tục có phát sinh thanh toán trực tuyến", "Procedures that had an online payment", services),
		of("5.2", "Số hóa thành phần hồ sơ và có kết quả điện tử", "Components digitised and an electronic result",
			[2]string{"sự kiện chỉ cho biết có số hóa hay không, không cho biết bao nhiêu thành phần", "events tell whether anything was digitised, not how many components"}),
		of("5.3", "Chứng thực bản sao điện tử", "Certified electronic copies", [2]string{"không có sự kiện về chứng thực", "no event tells of certifications"}),
		of("5.4", "Khai thác, sử dụng lại dữ liệu số hóa", "Reuse of digitised data",
			[2]string{"sự kiện chỉ cho biết có dùng lại hay không, không cho biết bao nhiêu thành phần", "events tell whether anything was reused, not how many components"}),
		of("5.5", "Kho dữ liệu dùng chung, kho của công dân", "Shared and personal stores", [2]string{"không có sự kiện về kho dữ liệu", "no event tells of stores"}),
		of("5.6", "Khai thác dữ liệu dân cư: hồ sơ, thủ tục", "Use of population data: dossiers, procedures", population),
		of("6.1", "Phản ánh, kiến nghị xử lý đúng hạn", "Feedback handled on time", feedback),
		of("6.2", "Mức độ hài lòng về xử lý phản ánh, kiến nghị", "Satisfaction with how feedback was handled", feedback),
		of("6.3", "Mức độ hài lòng về tiếp nhận, giải quyết hồ sơ", "Satisfaction with dossiers", feedback),
	}
	btp := func(vi, en string, why [2]string) Uncomputed {
		return Uncomputed{Code: "07a/BTP", Law: "07a/BTP", VI: vi, EN: en, WhyVI: why[0], Why: why[1]}
	}
	return append(all,
		btp("Tiếp nhận không phụ thuộc địa giới hành chính", "Received regardless of boundary",
			[2]string{"nơi nộp (at) được giữ và nhóm được theo at, nhưng không có cột riêng", "where a dossier was handed in is kept, and figures can be grouped by at, but there is no column of its own"}),
		btp("Hình thức nộp trực tuyến khác", "Other forms of online submission", [2]string{"sự kiện chỉ có toàn trình, một phần", "events know full and partial only"}),
	)
}
