package simulator

import "slices"

// Agency is a department or a district of the city.
type Agency struct {
	// Code is H24 and a number of our own: which one an agency really has is configuration (DOMAIN.md §2).
	Code           string
	NameVI, NameEN string
	// Group is "department" or "district": they are ranked apart.
	Group string
}

// CityCode is the code of the city's own administration, which assigns tasks.
const CityCode = "H24"

const (
	department = "department"
	district   = "district"
)

// agency is an agency and how it works. All rates are invented.
type agency struct {
	Agency
	weight     float64 // its share of the city's dossiers, any unit
	late       float64 // of its dossiers end after the promised day
	lastDay    float64 // end on it
	supplement float64 // are asked for more papers
	apology    float64 // of the late get a new date with an apology before the old one passes
	online     float64 // how much more or less its citizens go online
	lateEntry  float64 // of its events are written down hours or days later
	post       float64 // how much more its citizens use the post; 0 as usual
	tasks      float64 // a working day, that it leads
	taskLate   float64
	petitions  float64 // a week; who comes to be heard comes in proportion
	loses      float64 // of its days some dossiers are counted and never sent
	remote     bool    // an island: the law gives more time for complaints
	habits     Habit
}

// Agencies are the city's departments and districts of 2019, by code. The slice is the caller's.
func Agencies() []Agency {
	all := make([]Agency, len(agencies))
	for i := range agencies {
		all[i] = agencies[i].Agency
	}
	return all
}

// Source of the names: DOMAIN.md §2, Hải Phòng 2019.
var agencies = [...]agency{
	{
		Agency: Agency{"H24.01", "Ban Quản lý Khu kinh tế Hải Phòng", "Economic Zone Authority", department},
		weight: 2.2, late: .015, lastDay: .10, supplement: .06, apology: .48, online: 1.2, lateEntry: .005, tasks: .9, taskLate: .06, petitions: .3,
	},
	{
		Agency: Agency{"H24.02", "Sở Công Thương", "Department of Industry and Trade", department},
		weight: 6, late: .010, lastDay: .08, supplement: .05, apology: .54, online: 1.3, lateEntry: .004, tasks: 1.3, taskLate: .07, petitions: .5,
	},
	{
		Agency: Agency{"H24.03", "Sở Du lịch", "Department of Tourism", department},
		weight: .9, late: .020, lastDay: .12, supplement: .06, apology: .42, online: 1, lateEntry: .01, tasks: .7, taskLate: .09, petitions: .2,
	},
	{
		Agency: Agency{"H24.04", "Sở Giáo dục và Đào tạo", "Department of Education and Training", department},
		weight: 2.4, late: .018, lastDay: .15, supplement: .05, apology: .42, online: 1, lateEntry: .008, tasks: 1.1, taskLate: .08, petitions: .8,
	},
	{
		Agency: Agency{"H24.05", "Sở Giao thông vận tải", "Department of Transport", department},
		weight: 10, late: .022, lastDay: .16, supplement: .03, apology: .36, online: .9, lateEntry: .01, tasks: 1.6, taskLate: .10, petitions: .8,
	},
	{
		Agency: Agency{"H24.06", "Sở Kế hoạch và Đầu tư", "Department of Planning and Investment", department},
		weight: 9, late: .012, lastDay: .14, supplement: .14, apology: .54, online: 1.4, lateEntry: .003, tasks: 1.9, taskLate: .08, petitions: .6,
	},
	{
		Agency: Agency{"H24.07", "Sở Khoa học và Công nghệ", "Department of Science and Technology", department},
		weight: 1.2, late: .014, lastDay: .09, supplement: .08, apology: .48, online: 1, lateEntry: .006, tasks: .7, taskLate: .07, petitions: .2,
	},
	{
		Agency: Agency{"H24.08", "Sở Lao động - Thương binh và Xã hội", "Department of Labour, Invalids and Social Affairs", department},
		weight: 6, late: .09, lastDay: .20, supplement: .10, apology: .24, online: .8, lateEntry: .03, tasks: 1.4, taskLate: .16, petitions: 1.6,
	},
	{
		Agency: Agency{"H24.09", "Sở Ngoại vụ", "Department of Foreign Affairs", department},
		weight: .4, late: .012, lastDay: .10, supplement: .04, apology: .48, online: 1, lateEntry: .005, tasks: .5, taskLate: .05, petitions: .1,
	},
	{
		Agency: Agency{"H24.10", "Sở Nội vụ", "Department of Home Affairs", department},
		weight: 1.6, late: .010, lastDay: .10, supplement: .05, apology: .54, online: 1, lateEntry: .004, tasks: 1.5, taskLate: .05, petitions: .9,
	},
	{
		Agency: Agency{"H24.11", "Sở Nông nghiệp và Phát triển nông thôn", "Department of Agriculture and Rural Development", department},
		weight: 3.4, late: .020, lastDay: .12, supplement: .06, apology: .42, online: .9, lateEntry: .01, tasks: 1.5, taskLate: .09, petitions: .7,
	},
	{
		Agency: Agency{"H24.12", "Sở Tài chính", "Department of Finance", department},
		weight: .8, late: .016, lastDay: .14, supplement: .05, apology: .48, online: .9, lateEntry: .006, tasks: 1.9, taskLate: .07, petitions: .4,
	},
	{
		Agency: Agency{"H24.13", "Sở Tài nguyên và Môi trường", "Department of Natural Resources and Environment", department},
		weight: 11, late: .17, lastDay: .22, supplement: .17, apology: .21, online: .6, lateEntry: .03, tasks: 2.1, taskLate: .19, petitions: 3,
		habits: Restarts | Stalls,
	},
	{
		Agency: Agency{"H24.14", "Sở Thông tin và Truyền thông", "Department of Information and Communications", department},
		weight: .9, late: .008, lastDay: .08, supplement: .04, apology: .54, online: 1.5, lateEntry: .003, tasks: 1, taskLate: .05, petitions: .2,
	},
	{
		Agency: Agency{"H24.15", "Sở Tư pháp", "Department of Justice", department},
		weight: 8, late: .025, lastDay: .24, supplement: .04, apology: .48, online: 1.1, lateEntry: .006, tasks: 1, taskLate: .06, petitions: .7,
	},
	{
		Agency: Agency{"H24.16", "Sở Văn hóa và Thể thao", "Department of Culture and Sports", department},
		weight: 1.5, late: .018, lastDay: .12, supplement: .06, apology: .42, online: 1, lateEntry: .008, tasks: .9, taskLate: .09, petitions: .4,
	},
	{
		Agency: Agency{Construction, "Sở Xây dựng", "Department of Construction", department},
		weight: 5, late: .040, lastDay: .18, supplement: .13, apology: .42, online: .9, lateEntry: .01, tasks: 4.6, taskLate: .08, petitions: .65,
		post: 3,
	},
	{
		Agency: Agency{"H24.18", "Sở Y tế", "Department of Health", department},
		weight: 5, late: .060, lastDay: .17, supplement: .15, apology: .3, online: .9, lateEntry: .015, tasks: 1.2, taskLate: .11, petitions: .9,
	},
	{
		Agency: Agency{"H24.19", "Thanh tra thành phố", "City Inspectorate", department},
		weight: .12, late: .030, lastDay: .10, supplement: .05, apology: .48, online: .5, lateEntry: .01, tasks: .6, taskLate: .06, petitions: 2.4,
	},
	{
		Agency: Agency{"H24.20", "Văn phòng Ủy ban nhân dân thành phố", "Office of the City People's Committee", department},
		weight: .25, late: .008, lastDay: .10, supplement: .02, apology: .54, online: 1, lateEntry: .003, tasks: 1.2, taskLate: .04, petitions: 2.2,
	},
	{
		Agency: Agency{"H24.21", "Quận Dương Kinh", "Dương Kinh District", district},
		weight: 1.9, late: .020, lastDay: .14, supplement: .05, apology: .42, online: .9, lateEntry: .01, tasks: .5, taskLate: .09, petitions: .9,
	},
	{
		Agency: Agency{"H24.22", "Quận Đồ Sơn", "Đồ Sơn District", district},
		weight: 1.4, late: .017, lastDay: .13, supplement: .05, apology: .42, online: .9, lateEntry: .01, tasks: .5, taskLate: .08, petitions: .8,
	},
	{
		Agency: Agency{"H24.23", "Quận Hải An", "Hải An District", district},
		weight: 3, late: .028, lastDay: .15, supplement: .06, apology: .36, online: 1.1, lateEntry: .012, tasks: .6, taskLate: .10, petitions: 1.6,
	},
	{
		Agency: Agency{"H24.24", "Quận Hồng Bàng", "Hồng Bàng District", district},
		weight: 3.1, late: .009, lastDay: .10, supplement: .04, apology: .54, online: 1.3, lateEntry: .004, tasks: .6, taskLate: .05, petitions: 1.4,
	},
	{
		Agency: Agency{"H24.25", "Quận Kiến An", "Kiến An District", district},
		weight: 2.6, late: .018, lastDay: .13, supplement: .05, apology: .48, online: 1, lateEntry: .008, tasks: .5, taskLate: .07, petitions: 1.1,
	},
	{
		Agency: Agency{"H24.26", "Quận Lê Chân", "Lê Chân District", district},
		weight: 4, late: .012, lastDay: .12, supplement: .04, apology: .48, online: 1.2, lateEntry: .005, tasks: .6, taskLate: .06, petitions: 1.6,
	},
	{
		Agency: Agency{"H24.27", "Quận Ngô Quyền", "Ngô Quyền District", district},
		weight: 3.5, late: .014, lastDay: .11, supplement: .04, apology: .48, online: 1.2, lateEntry: .005, tasks: .6, taskLate: .06, petitions: 1.5,
	},
	{
		Agency: Agency{"H24.28", "Huyện An Dương", "An Dương District", district},
		weight: 3.6, late: .19, lastDay: .24, supplement: .09, apology: .15, online: .7, lateEntry: .03, tasks: .6, taskLate: .15, petitions: 2.4,
		habits: Backdates, loses: .04,
	},
	{
		Agency: Agency{"H24.29", "Huyện An Lão", "An Lão District", district},
		weight: 2.5, late: .026, lastDay: .15, supplement: .05, apology: .36, online: .8, lateEntry: .012, tasks: .5, taskLate: .09, petitions: 1.2,
	},
	{
		Agency: Agency{"H24.30", "Huyện Bạch Long Vĩ", "Bạch Long Vĩ District", district},
		weight: .05, late: .020, lastDay: .10, supplement: .02, apology: .48, online: .4, lateEntry: .05, tasks: .2, taskLate: .08, petitions: .05,
		loses: .10, remote: true,
	},
	{
		Agency: Agency{"H24.31", "Huyện Cát Hải", "Cát Hải District", district},
		weight: 1.1, late: .022, lastDay: .13, supplement: .05, apology: .42, online: .7, lateEntry: .02, tasks: .5, taskLate: .10, petitions: .9,
		remote: true,
	},
	{
		Agency: Agency{"H24.32", "Huyện Kiến Thụy", "Kiến Thụy District", district},
		weight: 2.4, late: .021, lastDay: .14, supplement: .05, apology: .42, online: .8, lateEntry: .01, tasks: .5, taskLate: .08, petitions: 1.1,
	},
	{
		Agency: Agency{"H24.33", "Huyện Thủy Nguyên", "Thủy Nguyên District", district},
		weight: 5.2, late: .050, lastDay: .20, supplement: .07, apology: .3, online: .9, lateEntry: .015, tasks: .7, taskLate: .12, petitions: 2.8,
	},
	{
		Agency: Agency{"H24.34", "Huyện Tiên Lãng", "Tiên Lãng District", district},
		weight: 2.1, late: .019, lastDay: .14, supplement: .04, apology: .42, online: .7, lateEntry: .01, tasks: .5, taskLate: .08, petitions: 1,
	},
	{
		Agency: Agency{"H24.35", "Huyện Vĩnh Bảo", "Vĩnh Bảo District", district},
		weight: 2.5, late: .016, lastDay: .12, supplement: .04, apology: .48, online: .8, lateEntry: .008, tasks: .5, taskLate: .07, petitions: 1.2,
	},
}

// placeOf is where an agency of the city stands among them all.
func placeOf(code string) int {
	return slices.IndexFunc(agencies[:], func(a agency) bool { return a.Code == code })
}
