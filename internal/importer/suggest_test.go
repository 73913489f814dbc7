package importer

import (
	"fmt"
	"strings"
	"testing"
)

// suggested is the mapping for a file.
func suggested(t *testing.T, name, content string) string {
	t.Helper()
	in, err := Open("-", strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	in.Name = name
	mapping, err := Suggest(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(mapping)
}

// has looks for lines in a mapping, without their indent.
func has(t *testing.T, mapping string, want ...string) {
	t.Helper()
	for _, line := range want {
		found := false
		for got := range strings.Lines(mapping) {
			found = found || strings.Contains(got, line)
		}
		if !found {
			t.Errorf("no %s in\n%s", line, mapping)
		}
	}
}

const oneStop = "STT;Mã hồ sơ;Đơn vị;Tên thủ tục;Kênh tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày trả kết quả;Trạng thái\n" +
	"1;000.00.12.H24-260305-0001;Sở Xây dựng;Cấp giấy phép;Trực tuyến;05/03/2026 08:15;12/03/2026;11/03/2026 16:40;Đã trả kết quả\n" +
	"2;000.00.12.H24-260306-0002;Sở Xây dựng;Cấp giấy phép;Trực tiếp;06/03/2026 09:00;13/03/2026;10/03/2026 10:00;Công dân rút hồ sơ\n" +
	"3;000.00.12.H24-260316-0003;Sở Y tế;Cấp chứng chỉ;BCCI;16/03/2026 09:00;23/03/2026;18/03/2026 10:00;Từ chối giải quyết\n" +
	"4;000.00.12.H24-260317-0004;Sở Y tế;Cấp chứng chỉ;Zalo;17/03/2026 09:00;24/03/2026;-;Đang xử lý\n"

func TestSuggestionForAOneStopOffice(t *testing.T) {
	mapping := suggested(t, "hồ sơ.csv", oneStop)
	has(t, mapping, "family: dossier", `delimiter: ";"`, `empty: ["-"]`, "timezone: Asia/Ho_Chi_Minh", `subject: "Mã hồ sơ"`, "source: urn:tiendo:suggested:ho-so-csv",
		"- type: dossier.received", `time: {column: "Ngày tiếp nhận", layout: ["02/01/2006 15:04"]}`, `agency: {column: "Đơn vị", slug: true}`,
		`procedure: {column: "Tên thủ tục", slug: true}`, `"Trực tuyến": online # 1`, `"Trực tiếp": direct # 1`, `"BCCI": post # 1`, `"Zalo": direct # ? KHÔNG ĐOÁN ĐƯỢC`,
		`due: {column: "Ngày hẹn trả", as: date, layout: ["02/01/2006"]}`, `when: {column: "Trạng thái", in: ["Đã trả kết quả", "Đang xử lý", ""]}`,
		"- type: dossier.rejected", `in: ["Từ chối giải quyết"]`, "- type: dossier.withdrawn", `in: ["Công dân rút hồ sơ"]`)
	if strings.Contains(mapping, "MƠ HỒ") {
		t.Errorf("16/03 leaves no doubt, for the other columns too:\n%s", mapping)
	}
	events, rejects := told(t, mapping, "a.csv", oneStop)
	same(t, "rejects", rejects, nil)
	same(t, "events", events, []string{
		`dossier.received 000.00.12.H24-260305-0001 2026-03-05T08:15:00+07:00 {"agency":"so-xay-dung","channel":"online","due":"2026-03-12","procedure":"cap-giay-phep"}`,
		`dossier.resolved 000.00.12.H24-260305-0001 2026-03-11T16:40:00+07:00 {}`,
		`dossier.received 000.00.12.H24-260306-0002 2026-03-06T09:00:00+07:00 {"agency":"so-xay-dung","channel":"direct","due":"2026-03-13","procedure":"cap-giay-phep"}`,
		`dossier.withdrawn 000.00.12.H24-260306-0002 2026-03-10T10:00:00+07:00 {}`,
		`dossier.received 000.00.12.H24-260316-0003 2026-03-16T09:00:00+07:00 {"agency":"so-y-te","channel":"post","due":"2026-03-23","procedure":"cap-chung-chi"}`,
		`dossier.rejected 000.00.12.H24-260316-0003 2026-03-18T10:00:00+07:00 {}`,
		`dossier.received 000.00.12.H24-260317-0004 2026-03-17T09:00:00+07:00 {"agency":"so-y-te","channel":"direct","due":"2026-03-24","procedure":"cap-chung-chi"}`,
	})
}

// Every heading of a one-stop office (DOMAIN.md §4.2) is mapped, or named with the reason why it is not; nothing personal is mapped.
func TestSuggestionsForAllHeadingsOfAnOffice(t *testing.T) {
	const file = "Mã hồ sơ;Họ tên người nộp;Số CCCD;Mã TTHC;Đơn vị tiếp nhận;Đơn vị;Phòng ban;Hình thức;Mức độ;Đối tượng;Ngày nộp;Ngày tiếp nhận;Ngày hẹn trả;Ngày yêu cầu bổ sung;Ngày tiếp nhận bổ sung;" +
		"Ngày kết thúc xử lý;Ngày từ chối;Ngày trả kết quả;Hình thức nhận kết quả;Ngày thanh toán;Hình thức thanh toán;Lệ phí;Tài khoản VNeID;Số hóa;Văn bản xin lỗi;Nội dung\n" +
		"H1;Nguyễn Văn A;031090000001;1.005129;P.12;H24.12;Phòng TC;Trực tuyến;Toàn trình;Công dân;05/03/2026;06/03/2026;20/03/2026;09/03/2026;10/03/2026;19/03/2026;;20/03/2026;Bưu chính;06/03/2026;Trực tuyến;50000;1;Có;;x\n" +
		"H2;Trần Thị B;031090000002;1.005129;P.13;H24.12;Phòng TC;Trực tiếp;Một phần;Doanh nghiệp;15/03/2026;16/03/2026;30/03/2026;;;;17/03/2026;;;;;;0;;;y\n"
	mapping := suggested(t, "mot cua.csv", file)
	events, rejects := told(t, mapping, "a.csv", file)
	same(t, "rejects", rejects, nil)
	const first, second = `"agency":"H24.12","applicant":"person","at":"P.12","channel":"online",`, `"agency":"H24.12","applicant":"organisation","at":"P.13","channel":"direct",`
	same(t, "events", events, []string{
		`dossier.submitted H1 2026-03-05T00:00:00+07:00 {` + first + `"level":"full","procedure":"1.005129","unit":"phong-tc"}`,
		`dossier.received H1 2026-03-06T00:00:00+07:00 {` + first + `"due":"2026-03-20","level":"full","procedure":"1.005129","unit":"phong-tc"}`,
		`dossier.supplement_requested H1 2026-03-09T00:00:00+07:00 {}`, `dossier.supplemented H1 2026-03-10T00:00:00+07:00 {}`,
		`dossier.resolved H1 2026-03-19T00:00:00+07:00 {}`, `dossier.paid H1 2026-03-06T00:00:00+07:00 {"channel":"online"}`, `dossier.returned H1 2026-03-20T00:00:00+07:00 {"channel":"post"}`,
		`dossier.submitted H2 2026-03-15T00:00:00+07:00 {` + second + `"level":"partial","procedure":"1.005129","unit":"phong-tc"}`,
		`dossier.received H2 2026-03-16T00:00:00+07:00 {` + second + `"due":"2026-03-30","level":"partial","procedure":"1.005129","unit":"phong-tc"}`,
		`dossier.rejected H2 2026-03-17T00:00:00+07:00 {}`,
	})
	for _, unused := range []string{"Họ tên người nộp", "Số CCCD", "Lệ phí", "Tài khoản VNeID", "Số hóa", "Văn bản xin lỗi", "Nội dung"} {
		has(t, mapping, fmt.Sprintf("# - %q: ", unused))
		if strings.Contains(mapping, fmt.Sprintf("column: %q", unused)) {
			t.Errorf("%s is mapped:\n%s", unused, mapping)
		}
	}
}

// The fields of the National Portal's interface by their own names, as a table.
func TestSuggestionsForThePortalsFields(t *testing.T) {
	const file = "MaHoSo,MaTTHC,MaLinhVuc,KenhThucHien,ChuHoSo,SoDinhDanh,LoaiDoiTuong,NoiNopHoSo,HinhThuc,NgayTiepNhan,NgayHenTra,NgayTra,TrangThaiHoSo,DuocThanhToanTrucTuyen,DonViXuLy,MaDonViTiepNhan,NgayKetThucTheoQuyDinh\n" +
		"H1,1.005129,G09-1,2,A,1,1,1,1,20260305081500,20260312000000,20260311164000,10,1,H24.12,H24.40,20260312000000\n" +
		"H2,1.005129,G09-1,1,B,2,2,2,0,20260306081500,20260313000000,20260307081500,7,0,H24.12,H24.41,20260313000000\n"
	mapping := suggested(t, "dvc.csv", file)
	events, rejects := told(t, mapping, "a.csv", file)
	same(t, "rejects", rejects, nil)
	same(t, "events", events, []string{
		`dossier.received H1 2026-03-05T08:15:00+07:00 {"agency":"H24.12","at":"H24.40","channel":"online","due":"2026-03-12","portal":"national","procedure":"1.005129"}`,
		`dossier.resolved H1 2026-03-11T16:40:00+07:00 {}`, `dossier.returned H1 2026-03-11T16:40:00+07:00 {"channel":"post"}`,
		`dossier.received H2 2026-03-06T08:15:00+07:00 {"agency":"H24.12","at":"H24.41","channel":"direct","due":"2026-03-13","portal":"local","procedure":"1.005129"}`,
		`dossier.withdrawn H2 2026-03-07T08:15:00+07:00 {}`, `dossier.returned H2 2026-03-07T08:15:00+07:00 {"channel":"direct"}`,
	})
	has(t, mapping, `"ChuHoSo": personal data`, `"SoDinhDanh": personal data`, `"LoaiDoiTuong": the applicant (person, organisation); sources differ in their codes`, `"DuocThanhToanTrucTuyen": fees`)
}

// What "Hình thức" is of, its values and the rest of the name decide.
func TestSuggestionsForABareForm(t *testing.T) {
	f := func(name, values, want string) {
		t.Helper()
		file := "Mã hồ sơ,Ngày tiếp nhận,Đơn vị," + name + "\n"
		for i, value := range strings.Split(values, ",") {
			file += fmt.Sprintf("H%d,2026-03-0%d,a,%s\n", i, i+1, value)
		}
		has(t, suggested(t, "hồ sơ.csv", file), want)
	}
	f("Hình thức", "Trực tuyến,Trực tiếp", `"Trực tuyến": online # 1`)
	f("Hình thức", "Tiền mặt,Chuyển khoản", `"Hình thức": the form of submission (channel), payment (dossier.paid) or return`)
	f("Hình thức thanh toán", "Trực tuyến,Trực tiếp", "channel: {value: direct}")
	f("Hình thức trả", "Trực tuyến,Trực tiếp", "channel: {value: direct}")
	f("Hình thức nộp", "1,3", `"3": post # 1`)
	f("Nơi nộp", "1,2", "portal:")
	f("Nơi nộp", "Bộ phận Một cửa,Cổng DVC", `"Cổng DVC": online`)
	has(t, suggested(t, "đơn thư.csv", "mã đơn,ngày nhận,ngày thụ lý,loại đơn\n1,2026-01-05,2026-01-08,Khiếu nại\n2,2026-01-05,,Phản ánh\n"), "- type: petition.accepted", `"Khiếu nại": complaint # 1`, `"Phản ánh": suggestion # 1`)
}

func TestSuggestionsExplainWhatTheyCannotKnow(t *testing.T) {
	mapping := suggested(t, "a.csv", "id,opened,due\n1,01/02/2026,03/04/2026\n2,05/06/2026,07/08/2026\n")
	has(t, mapping, "AMBIGUOUS: every date of the sample can be read", "MƠ HỒ", `layout: ["02/01/2006"]`, "NOT GUESSED: no column for the agency that decides", "agency: {value: unknown}",
		"NOT GUESSED: no column tells when a case was finished", "so it can't be guessed; this is Vietnam's", "family: task")
	mapping = suggested(t, "a.csv", "id,opened,due\n1,01/02/2026,03/14/2026\n2,05/06/2026,07/08/2026\n")
	has(t, mapping, `time: {column: "opened", as: date, layout: ["01/02/2006"]}`)
	if strings.Contains(mapping, "AMBIGUOUS") {
		t.Error("14 is no month, and decides for the other column")
	}
	has(t, suggested(t, "b.csv", "id,opened\n1,2026-01-05T08:00:00+07:00\n2,2026-01-06T08:00:00+07:00\n"), "the times of the file name their offsets", "NOT GUESSED: no column names a due date")
	has(t, suggested(t, "c.csv", "Mã hồ sơ,Ngày nộp,Ngày tiếp nhận,Cơ quan\nA 1,20260105081500,20260106081500,\nA 2,20260105081500,20260106081500,x\n"),
		`subject: {column: "Mã hồ sơ", slug: true}`, `layout: ["20060102150405"]`, "- type: dossier.submitted", `agency: {column: "Cơ quan", default: unknown}`, "procedure: {value: unknown}", "channel: {value: direct}")
	has(t, suggested(t, "đơn thư.csv", "mã đơn,ngày nhận\n1,2026-01-05\n"), "family: petition", "kind: {value: suggestion}", "# calendar: days")
	has(t, suggested(t, "nhiệm vụ.csv", "mã nhiệm vụ,ngày giao,đơn vị chủ trì,hạn hoàn thành,ngày hoàn thành,trạng thái\n1,2026-01-05,H24.12,2026-02-01,,huỷ\n"), "family: task", "- type: task.completed")
}

func TestSuggestionsForOtherFormats(t *testing.T) {
	mapping := suggested(t, "a.ndjson", `{"id":1,"meta":{"opened":"2026-01-05"},"department":"a","list":[1]}`+"\n"+`{"id":2,"meta":{"opened":null}}`+"\n")
	has(t, mapping, `time: {column: "meta.opened", as: date}`, `agency: {column: "department", default: unknown}`)
	g := officeGrid(t)
	if _, err := g.x.NewSheet("Khác"); err != nil {
		t.Fatal(err)
	}
	mapping = suggested(t, "so.xlsx", g.content())
	has(t, mapping, `sheet: "Sheet1"`, `subject: "Mã hồ sơ"`, `agency: {column: "Đơn vị", slug: true, default: unknown}`)
	guided := newGrid(t) // a guide stands before the table
	guided.rows([]any{"Xem trang sau"})
	if _, err := guided.x.NewSheet("Dữ liệu"); err != nil {
		t.Fatal(err)
	}
	for cell, text := range map[string]string{"A1": "Mã hồ sơ", "B1": "Ngày tiếp nhận", "A2": "H1", "B2": "2026-03-05", "A3": "H2", "B3": "2026-03-06"} {
		if err := guided.x.SetCellValue("Dữ liệu", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	has(t, suggested(t, "guided.xlsx", guided.content()), `sheet: "Dữ liệu"`, "the first sheet with a table", `subject: "Mã hồ sơ"`)
	vni := suggested(t, "a.csv", string(vniTable))
	has(t, vni, "charset: vni", `subject: "Mã hồ sơ"`)
}

// vniTable is a CSV in VNI.
var vniTable = func() (raw []byte) {
	for _, r := range "Maõ hoà sô,Ñôn vò,Ngaøy tieáp nhaän,Ngaøy heïn traû\nH1,Sôû Xaây döïng,2026-03-05,2026-03-12\nH2,Sôû Noäi vuï,2026-03-06,2026-03-13\n" {
		raw = append(raw, byte(r))
	}
	return raw
}()

func TestFilesWithoutASuggestion(t *testing.T) {
	f := func(want, content string) {
		t.Helper()
		in, err := Open("-", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if mapping, err := Suggest(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s\n%s", err, want, mapping)
		}
	}
	f("is empty", "")
	f("has no rows below its names", "id,opened\n")
	f("no column that identifies a case", "name,opened\na,2026-01-05\na,2026-01-05\n")
	f(`no column with the time at which a case began (such as ngày tiếp nhận) could be found among "id" and "x"`, "id,x\n1,a\n")
	f("row 2 is no JSON object", "{\"id\":1}\n[]\n")
}

// TestSuggestionsForRealFiles: the mapping for each runs, and rejects hardly a row. The files are the shared data sets, which
// are no part of this repository.
func TestSuggestionsForRealFiles(t *testing.T) {
	f := func(name string, rows, events int) {
		t.Helper()
		path := shared(t, name)
		in, err := Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		source, err := Suggest(in)
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		if in, err = Open(path, nil); err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		i := &Import{Mapping: mapping(t, string(source)), Send: Check(imported), Rejected: func(r Reject) error { t.Logf("%s: %+v", name, r); return nil }}
		result, err := i.Run(t.Context(), in, imported)
		if err != nil || result.Rows != rows || result.Total() != events || result.RejectedRows > rows/1000 {
			t.Errorf("%s: %+v %v", name, result, err)
		}
	}
	f("boston311-sample-2015-2024/boston311_sample.csv.gz", 4995, 2*4995)
	f("boston311-forms/boston311-dmy-100.csv", 100, 185)
	f("boston311-forms/boston311-100-notime.csv", 100, 185)
	f("boston311-animals-2013-2019/2013.csv.gz", 3095, 3095+2517)
	f("uk-written-questions-2024/2024-09.xlsx", 2185, 2*2185)
	f("uk-written-questions-2024/2024-07.ndjson.gz", 2707, 2*2707-2)
	f("brazil-lai-2015-2017/lai_2015_2017.csv.gz", 243277, 2*243277)
}

func FuzzSuggest(f *testing.F) {
	f.Add([]byte(oneStop))
	f.Add(vniTable)
	f.Add([]byte("{\"id\":1,\"a\\nb\":{\"opened\":\"2026-01-05\"}}\n"))
	f.Add([]byte("id,\"op\nen\",\"#: '\"\"\"\n1,2026-01-05,x\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		in, err := Open("-", strings.NewReader(string(content)))
		if err != nil {
			return
		}
		defer in.Close()
		if _, err := Suggest(in); err != nil && strings.Contains(err.Error(), "suggest a mapping for") {
			t.Errorf("%q: %v", content, err)
		}
	})
}
