package simulator

// Procedure is an administrative procedure (thủ tục hành chính). Names and fields are those of usual procedures; codes,
// terms and fees are invented in their shape.
type Procedure struct {
	Code           string
	NameVI, NameEN string
	// Field is the lĩnh vực, in Vietnamese.
	Field string
	// Term is how many working days are promised.
	Term int
	// Fee is in VND; 0 where none is due.
	Fee int
}

type procedure struct {
	Procedure
	who     string  // the code of the agency that decides, or a group
	weight  float64 // within the agency
	partial float64 // the year, with a fraction, from which it can be handed in online
	full    float64 // and from which all of it happens online
	persons float64 // share of persons among those who apply; the others are organisations
	legs    []string
}

// at says whether an agency takes dossiers of p.
func (p *procedure) at(code, group string) bool { return p.who == code || p.who == group }

// never is a year that does not come.
const never = 9999

// Procedures are the procedures of the city, by code of the agency, then of the procedure. The slice is the caller's.
func Procedures() []Procedure {
	all := make([]Procedure, len(procedures))
	for i := range procedures {
		all[i] = procedures[i].Procedure
	}
	return all
}

// same is the agency that decides, in the legs of an interlinked procedure.
const same = ""

var procedures = []procedure{
	{Procedure{"1.009748", "Chấp thuận chủ trương đầu tư trong khu kinh tế", "Approval of an investment in the economic zone", "Đầu tư", 25, 0}, "H24.01", 1, 2019, 2023.2, .02, []string{"H24.06", "H24.13", same}},
	{Procedure{"2.000192", "Cấp giấy phép lao động cho người nước ngoài trong khu kinh tế", "Work permit within the economic zone", "Việc làm", 5, 600_000}, "H24.01", 3, 2018, 2020.5, .05, nil},

	{Procedure{"2.000033", "Thông báo hoạt động khuyến mại", "Notice of a sales promotion", "Xúc tiến thương mại", 3, 0}, "H24.02", 6, 2018, 2018, .02, nil},
	{Procedure{"2.000591", "Cấp giấy chứng nhận đủ điều kiện an toàn thực phẩm", "Food safety certificate for a producer", "An toàn thực phẩm", 15, 1_000_000}, "H24.02", 2, 2019, 2022.5, .1, nil},

	{Procedure{"1.004628", "Cấp thẻ hướng dẫn viên du lịch", "Tour guide card", "Du lịch", 10, 650_000}, "H24.03", 1, 2019, 2021.5, 1, nil},

	{Procedure{"1.005070", "Thành lập trường trung học phổ thông", "Foundation of a secondary school", "Giáo dục", 25, 0}, "H24.04", .3, never, never, .1, nil},
	{Procedure{"2.001914", "Chỉnh sửa nội dung văn bằng, chứng chỉ", "Correction of a certificate", "Văn bằng, chứng chỉ", 5, 0}, "H24.04", 3, 2020.5, 2023.5, 1, nil},

	{Procedure{"1.002835", "Cấp mới giấy phép lái xe", "New driving licence", "Đường bộ", 5, 135_000}, "H24.05", 3, 2021, 2024.4, 1, nil},
	{Procedure{"1.002809", "Đổi giấy phép lái xe", "Exchange of a driving licence", "Đường bộ", 5, 135_000}, "H24.05", 6, 2019.5, 2022.2, 1, nil},
	{Procedure{"1.000703", "Cấp giấy phép kinh doanh vận tải bằng ô tô", "Licence for road transport", "Đường bộ", 5, 200_000}, "H24.05", 2, 2018, 2020, .1, nil},

	{Procedure{"2.001610", "Đăng ký thành lập doanh nghiệp", "Registration of an enterprise", "Doanh nghiệp", 3, 50_000}, "H24.06", 5, 2018, 2018, .1, nil},
	{Procedure{"2.002044", "Thông báo thay đổi vốn, ngành nghề", "Change of capital or business lines", "Doanh nghiệp", 3, 0}, "H24.06", 6, 2018, 2018, .1, nil},
	{Procedure{"1.009645", "Chấp thuận chủ trương đầu tư của thành phố", "Approval of an investment by the city", "Đầu tư", 35, 0}, "H24.06", .5, 2019, never, .02, []string{"H24.13", Construction, same, "H24.20"}},

	{Procedure{"2.001208", "Đăng ký sử dụng mã số mã vạch", "Registration of a bar code", "Tiêu chuẩn đo lường chất lượng", 10, 1_500_000}, "H24.07", 1, 2018, 2020, .02, nil},

	{Procedure{"2.000205", "Cấp giấy phép lao động cho người nước ngoài", "Work permit for a foreigner", "Việc làm", 5, 600_000}, "H24.08", 4, 2018, 2021, .05, nil},
	{Procedure{"1.002305", "Hưởng trợ cấp đối với thân nhân liệt sĩ", "Allowance for relatives of a fallen soldier", "Người có công", 20, 0}, "H24.08", 3, never, never, 1, []string{"H24.10", same}},

	{Procedure{"2.002311", "Cho phép tổ chức hội nghị, hội thảo quốc tế", "Permission for an international conference", "Ngoại vụ", 10, 0}, "H24.09", 1, 2020, 2023, 0, nil},

	{Procedure{"1.003503", "Công nhận ban vận động thành lập hội", "Recognition of a founding committee", "Tổ chức phi chính phủ", 20, 0}, "H24.10", 1, 2020, 2024, .3, nil},
	{Procedure{"2.000449", "Tặng thưởng bằng khen của thành phố", "Certificate of merit of the city", "Thi đua, khen thưởng", 20, 0}, "H24.10", 3, 2019, 2022, .1, nil},

	{Procedure{"1.003984", "Cấp giấy chứng nhận kiểm dịch thực vật nội địa", "Plant quarantine certificate", "Bảo vệ thực vật", 1, 100_000}, "H24.11", 4, 2019, 2023, .3, nil},
	{Procedure{"1.003650", "Cấp giấy chứng nhận đăng ký tàu cá", "Registration of a fishing vessel", "Thủy sản", 3, 0}, "H24.11", 3, 2021, 2024.5, .9, nil},

	{Procedure{"2.002206", "Đăng ký mã số đơn vị có quan hệ với ngân sách", "Code of a unit that uses the budget", "Quản lý công sản", 2, 0}, "H24.12", 1, 2018, 2018, 0, nil},

	{Procedure{"1.004227", "Đăng ký biến động quyền sử dụng đất", "Change in a land use right", "Đất đai", 10, 28_000}, "H24.13", 6, 2021, 2025.5, .9, nil},
	{Procedure{"1.004199", "Cấp đổi giấy chứng nhận quyền sử dụng đất", "Exchange of a land certificate", "Đất đai", 7, 100_000}, "H24.13", 4, 2021, 2025.5, .9, nil},
	{Procedure{"1.004249", "Thẩm định báo cáo đánh giá tác động môi trường", "Appraisal of an environmental impact report", "Môi trường", 45, 8_000_000}, "H24.13", .5, 2020, never, .01, []string{"H24.01", same}},

	{Procedure{"2.001765", "Cấp giấy phép xuất bản tài liệu không kinh doanh", "Permit for a publication not for sale", "Xuất bản", 8, 0}, "H24.14", 1, 2018, 2019.5, .05, nil},

	{Procedure{"2.000488", "Cấp phiếu lý lịch tư pháp", "Criminal record certificate", "Lý lịch tư pháp", 8, 200_000}, "H24.15", 8, 2018.5, 2022, 1, nil},
	{Procedure{"2.000635", "Cấp bản sao trích lục hộ tịch", "Copy of a civil status record", "Hộ tịch", 1, 8_000}, "H24.15", 2, 2020, 2022.5, 1, nil},

	{Procedure{"1.003645", "Cấp giấy phép quảng cáo, biểu diễn", "Permit for a performance", "Nghệ thuật biểu diễn", 5, 500_000}, "H24.16", 1, 2019, 2022, .1, nil},

	{Procedure{"1.009974", "Cấp giấy phép xây dựng công trình", "Building permit", "Hoạt động xây dựng", 20, 150_000}, Construction, 3, 2019, 2023, .3, []string{"H24.13", same}},
	{Procedure{"1.009982", "Cấp chứng chỉ hành nghề hoạt động xây dựng", "Certificate of practice in construction", "Hoạt động xây dựng", 15, 300_000}, Construction, 5, 2018.5, 2021.5, 1, nil},
	{Procedure{"1.009794", "Kiểm tra công tác nghiệm thu công trình", "Inspection of the acceptance of works", "Quản lý chất lượng công trình", 20, 0}, Construction, 1, 2020, never, .02, nil},

	{Procedure{"1.004567", "Cấp chứng chỉ hành nghề dược", "Certificate of practice in pharmacy", "Dược phẩm", 20, 500_000}, "H24.18", 3, 2019, 2022.5, 1, nil},
	{Procedure{"1.003348", "Cấp giấy phép hoạt động cơ sở khám chữa bệnh", "Licence of a clinic", "Khám bệnh, chữa bệnh", 45, 4_300_000}, "H24.18", 1, 2020, never, .4, nil},

	{Procedure{"2.002407", "Giải quyết khiếu nại lần hai", "Second settlement of a complaint", "Khiếu nại, tố cáo", 30, 0}, "H24.19", 1, never, never, .9, nil},
	{Procedure{"1.010029", "Cấp bản sao văn bản của Ủy ban nhân dân", "Copy of a decision of the People's Committee", "Văn thư, lưu trữ", 3, 0}, "H24.20", 1, 2020, 2022, .8, nil},

	{Procedure{"1.001612", "Đăng ký hộ kinh doanh", "Registration of a household business", "Hộ kinh doanh", 3, 100_000}, district, 4, 2019, 2022.5, 1, nil},
	{Procedure{"2.000815", "Chứng thực bản sao từ bản chính", "Certified copy of an original", "Chứng thực", 1, 20_000}, district, 7, never, never, .9, nil},
	{Procedure{"1.000094", "Đăng ký kết hôn có yếu tố nước ngoài", "Marriage with a foreigner", "Hộ tịch", 10, 1_000_000}, district, .6, 2021, 2025, 1, nil},
	{Procedure{"1.004884", "Đăng ký khai sinh có yếu tố nước ngoài", "Birth with a foreign element", "Hộ tịch", 2, 75_000}, district, .7, 2020, 2023, 1, nil},
	{Procedure{"1.009994", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Building permit for a house", "Hoạt động xây dựng", 15, 75_000}, district, 2, 2020, 2024, 1, nil},
	{Procedure{"1.004193", "Đăng ký đất đai lần đầu của hộ gia đình", "First registration of a household's land", "Đất đai", 20, 100_000}, district, 1.6, 2022, never, 1, []string{"H24.13", same}},
	{Procedure{"2.000744", "Thực hiện trợ giúp xã hội hàng tháng", "Monthly social allowance", "Bảo trợ xã hội", 15, 0}, district, 1.8, 2021, 2024.5, 1, nil},
}
