package importer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// The records of the National Portal (DOMAIN.md §4), made by hand: no person is in them, and the fields that would name one are
// there to be left out.

// portal keeps what was sent, as [shelf] does, of two mappings.
type portal struct {
	*shelf
	now time.Time
}

func newPortal(t *testing.T) *portal { return &portal{shelf: newShelf(t)} }

// load imports lines by a mapping of examples/mappings, at a day of March 2026 in the evening.
func (p *portal) load(mapping string, day int, lines ...string) Result {
	p.Helper()
	source, err := os.ReadFile(filepath.Join(root(p.T), "examples", "mappings", mapping))
	if err != nil {
		p.Fatal(err)
	}
	m, err := ParseMapping(mapping, source, Builtin)
	if err != nil {
		p.Fatal(err)
	}
	p.now = time.Date(2026, 3, day, 23, 0, 0, 0, time.FixedZone("", 7*3600))
	p.clock = p.now
	i := &Import{Mapping: m, Send: p.send, Facts: p.facts, Rejected: func(r Reject) error { p.Logf("rejected: %+v", r); return nil }}
	in, err := Open("-", strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		p.Fatal(err)
	}
	defer in.Close()
	result, err := i.Run(p.Context(), in, p.now)
	if err != nil {
		p.Fatal(err)
	}
	return result
}

// told are the events of a case as "step day hour:minute data", in the order of time.
func (p *portal) told(subject string) (all []string) {
	events := slices.DeleteFunc(slices.Clone(p.events), func(e event.Event) bool { return e.Subject != subject })
	slices.SortStableFunc(events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	for _, e := range events {
		text := fmt.Sprintf("%s %s %s", e.Type.Step(), e.Time.In(time.FixedZone("", 7*3600)).Format("02 15:04"), e.Data)
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// judged is the verdict of a case: by the promise in force, by the first one, and what else is asked.
func (p *portal) judged(subject string) string {
	p.Helper()
	events := slices.DeleteFunc(slices.Clone(p.events), func(e event.Event) bool { return e.Subject != subject })
	c, err := lifecycle.Judge(events, lifecycle.Builtin(time.FixedZone("+07", 7*3600)))
	if err != nil {
		p.Fatal(err)
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(time.FixedZone("", 7*3600)).Format("02")
	}
	text := fmt.Sprintf("opened %s closed %s %s deadline %s first %s", day(c.Opened), day(c.Closed), c.Closing, day(c.Deadline), day(c.DeadlineFirst))
	for _, pause := range c.Pauses {
		text += fmt.Sprintf(" pause %s-%s", day(pause.From), day(pause.To))
	}
	for _, leg := range c.Legs {
		text += fmt.Sprintf(" leg %s/%s %s-%s", leg.Agency, leg.Unit, day(leg.From), day(leg.To))
	}
	return text
}

func dossierOf(code, fields string) string {
	for _, name := range []string{"NgayTuChoi", "NgayTra", "NgayKetThucXuLy"} {
		if !strings.Contains(fields, name) {
			fields += `,"` + name + `":""`
		}
	}
	return `{"MaHoSo":"` + code + `","MaTTHC":"1.005129","KenhThucHien":"2","LoaiDoiTuong":"1","MucDo":"4","DonViXuLy":"Sở Xây dựng","HinhThuc":"1",` +
		`"ChuHoSo":"x","SoDinhDanh":"x","NgayNopHoSo":"20260301200000",` + fields + `}`
}

const (
	dossiers = "dvcqg-dongbohosomc.yaml"
	steps    = "dvcqg-capnhattiendohosomc.yaml"
	opened   = `{"agency":"so-xay-dung","applicant":"person","channel":"online","due":"2026-03-%s","level":"full","procedure":"1.005129"}`
)

// TestDossiersOfThePortal: the calendar of March 2026 has no day off but weekends; the 2nd is a Monday.
func TestDossiersOfThePortal(t *testing.T) {
	p := newPortal(t)
	result := p.load(dossiers, 20,
		dossierOf("H24.12-260302-00001", `"TrangThaiHoSo":"10","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000","NgayKetThucXuLy":"20260306100000","NgayTra":"20260309090000","DanhSachHoSoBoSung":[]`),
		dossierOf("H24.12-260302-00002", `"TrangThaiHoSo":"9","NgayTiepNhan":"20260302081500","NgayHenTra":"20260312170000","NgayKetThucXuLy":"20260312150000",`+
			`"DanhSachHoSoBoSung":[{"HoSoBoSungId":"1","NguoiYeuCauBoSung":"x","NgayBoSung":"20260304090000","NgayTiepNhanBoSung":"20260306090000","NgayHenTraTruoc":"20260309170000","NgayHenTraMoi":"20260312170000"}]`),
		dossierOf("H24.12-260302-00003", `"TrangThaiHoSo":"3","NgayTiepNhan":"20260302081500","NgayHenTra":"","NgayTuChoi":"20260303100000"`),
		dossierOf("H24.12-260302-00004", `"TrangThaiHoSo":"10","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000","NgayTra":"20260310090000"`),
		dossierOf("H24.12-260302-00005", `"TrangThaiHoSo":"7","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000","NgayKetThucXuLy":"20260303100000"`),
		dossierOf("H24.12-260302-00006", `"TrangThaiHoSo":"8","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000","NgayKetThucXuLy":"20260310100000"`),
		dossierOf("H24.12-260302-00007", `"TrangThaiHoSo":"5","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000",`+
			`"DanhSachHoSoBoSung":[{"NgayBoSung":"20260303090000","NgayTiepNhanBoSung":"20260304090000","NgayHenTraTruoc":"20260309170000","NgayHenTraMoi":""},{"NgayBoSung":"20260305090000","NgayTiepNhanBoSung":"","NgayHenTraTruoc":"","NgayHenTraMoi":""}]`),
		dossierOf("H24.12-260302-00008", `"TrangThaiHoSo":"1","NgayTiepNhan":"","NgayHenTra":""`),
	)
	if result.RejectedRows != 0 {
		t.Fatalf("%+v", result)
	}
	same(t, "the first", p.told("H24.12-260302-00001"), []string{
		`submitted 01 20:00 {"agency":"so-xay-dung","applicant":"person","channel":"online","level":"full","procedure":"1.005129"}`,
		"received 02 08:15 " + fmt.Sprintf(opened, "09"), `resolved 06 10:00 {"status":"10"}`, `returned 09 09:00 {"channel":"post"}`,
	})
	same(t, "the second", p.told("H24.12-260302-00002")[1:], []string{
		"received 02 08:15 " + fmt.Sprintf(opened, "12"), "received 02 08:15 " + fmt.Sprintf(opened, "09"), "supplement_requested 04 09:00 {}",
		`supplemented 06 09:00 {"due":"2026-03-12"}`, `resolved 12 15:00 {"status":"9"}`,
	})
	f := func(subject, want string) {
		t.Helper()
		if got := p.judged("H24.12-260302-" + subject); got != want {
			t.Errorf("%s: %s\nwant %s", subject, got, want)
		}
	}
	// Settled on Friday the 6th, promised for Monday the 9th.
	f("00001", "opened 02 closed 06 resolved deadline 09 first 09")
	// The new date of the supplement is the promise in force: on time. The first promise, the 9th, is moved by the two working
	// days of the pause, the 5th and the 6th, to the 11th: by it the dossier is late.
	f("00002", "opened 02 closed 12 resolved deadline 12 first 11 pause 04-06")
	// Never received, though a time of receipt stands in the record: not accepted, in no rate.
	f("00003", "opened - closed 03 rejected deadline - first -")
	// No end is told, so the hand-over on the 10th is the end: late.
	f("00004", "opened 02 closed 10 resolved deadline 09 first 09")
	f("00005", "opened 02 closed 03 withdrawn deadline 09 first 09")
	f("00006", "opened 02 closed 10 rejected deadline 09 first 09")
	// A second request is open, so there is no deadline yet.
	f("00007", "opened 02 closed -  deadline - first - pause 03-04 pause 05--")
	f("00008", "opened - closed -  deadline - first -")
	for _, e := range p.events {
		if bytes.Contains(e.Data, []byte(`"x"`)) {
			t.Errorf("a personal field was taken: %s", e.Data)
		}
	}
}

// TestANewDateOfThePortal: the same dossier comes again with another NgayHenTra, which is a promise made when it was told.
func TestANewDateOfThePortal(t *testing.T) {
	p := newPortal(t)
	record := func(due, rest string) string {
		return dossierOf("H24.12-260302-00009", `"TrangThaiHoSo":"9","NgayTiepNhan":"20260302081500","NgayHenTra":"`+due+`"`+rest)
	}
	p.load(dossiers, 3, strings.Replace(record("20260309170000", ""), `"TrangThaiHoSo":"9"`, `"TrangThaiHoSo":"2"`, 1))
	p.load(dossiers, 6, strings.Replace(record("20260320170000", ""), `"TrangThaiHoSo":"9"`, `"TrangThaiHoSo":"4"`, 1))
	p.load(dossiers, 18, record("20260320170000", `,"NgayKetThucXuLy":"20260318090000"`))
	// On time by the promise of the 6th, made before the 9th had passed; late by the first one.
	if got, want := p.judged("H24.12-260302-00009"), "opened 02 closed 18 resolved deadline 20 first 09"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func stepOf(code, at, status, unit, due string) string {
	return `{"MaHoSo":"` + code + `","ThoiDiemXuLy":"` + at + `","TrangThai":"` + status + `","DonViXuLy":"Sở Xây dựng","PhongBanXuLy":"` + unit +
		`","NgayKetThucTheoQuyDinh":"` + due + `","HinhThuc":"0","NguoiXuLy":"x","NoiDungXuLy":"x"}`
}

var portalSteps = [][]string{{
	stepOf("A", "20260302080000", "1", "Một cửa", ""),
	stepOf("A", "20260302081500", "2", "Một cửa", ""),
	stepOf("A", "20260302090000", "4", "Phòng 1", "20260305170000"),
	stepOf("A", "20260302100000", "4", "Phòng 1", "20260305170000"),
	stepOf("A", "20260303090000", "5", "Phòng 1", ""),
	stepOf("B", "20260302090000", "4", "Phòng 1", ""),
	stepOf("B", "20260303090000", "6", "Phòng 1", ""),
	stepOf("B", "20260304090000", "4", "Phòng 1", ""),
	stepOf("C", "20260303100000", "3", "Một cửa", ""),
	stepOf("D", "20260303100000", "5", "Một cửa", ""),
	stepOf("E", "20260303100000", "7", "Một cửa", ""),
	stepOf("F", "20260303100000", "8", "Một cửa", ""),
}, {
	stepOf("A", "20260305090000", "4", "Phòng 1", "20260306170000"),
	stepOf("A", "20260305100000", "4", "Phòng 2", "20260309170000"),
	stepOf("A", "20260306090000", "9", "Phòng 2", ""),
	stepOf("A", "20260306100000", "10", "Một cửa", ""),
	stepOf("B", "20260306100000", "10", "Một cửa", ""),
	stepOf("D", "20260306090000", "4", "Một cửa", ""),
	stepOf("F", "20260306090000", "10", "Một cửa", ""),
}}

func TestStepsOfThePortal(t *testing.T) {
	p := newPortal(t)
	for i, file := range portalSteps {
		if result := p.load(steps, 4+3*i, file...); result.RejectedRows != 0 {
			t.Fatalf("%+v", result)
		}
	}
	transferred := func(at, unit, due string) string {
		if due != "" {
			due = `"due":"2026-03-` + due + `",`
		}
		return "transferred " + at + ` {"agency":"so-xay-dung",` + due + `"unit":"` + unit + `"}`
	}
	want := map[string][]string{
		// 1 and 2 make nothing here; the second 4 changes nothing; the 4 after 5 ends the wait and hands on to nobody; the one in
		// another room does; 9 is the end, and 10 no other one.
		"A": {
			transferred("02 09:00", "phong-1", "05"), `supplement_requested 03 09:00 {"status":"5"}`, "supplemented 05 09:00 {}", transferred("05 10:00", "phong-2", "09"),
			`resolved 06 09:00 {"status":"9"}`, `returned 06 10:00 {"channel":"direct"}`,
		},
		// A fee is waited for; 10 comes without a 9, and is the end.
		"B": {
			transferred("02 09:00", "phong-1", ""), `supplement_requested 03 09:00 {"reason":"fee","status":"6"}`, "supplemented 04 09:00 {}",
			`resolved 06 10:00 {"status":"10"}`, `returned 06 10:00 {"channel":"direct"}`,
		},
		"C": {`rejected 03 10:00 {"status":"3"}`},
		// The request came with an earlier file.
		"D": {`supplement_requested 03 10:00 {"status":"5"}`, "supplemented 06 09:00 {}", transferred("06 09:00", "mot-cua", "")},
		"E": {"withdrawn 03 10:00 {}"},
		// Stopped is an end: handing over what was stopped settles nothing.
		"F": {`rejected 03 10:00 {"status":"8"}`, `returned 06 09:00 {"channel":"direct"}`},
	}
	check := func() {
		t.Helper()
		for subject, events := range want {
			same(t, subject, p.told(subject), events)
		}
	}
	check()
	// Each file again, also on another day, makes the same events.
	p.load(steps, 9, portalSteps[0]...)
	p.load(steps, 9, portalSteps[1]...)
	check()
	// With the dossiers themselves: promised for the 9th; the wait from the 3rd to the 5th moves it by two working days to the
	// 11th. Room 1 holds it until the 5th, room 2 until it is settled.
	p.load(dossiers, 9, dossierOf("A", `"TrangThaiHoSo":"2","NgayTiepNhan":"20260302081500","NgayHenTra":"20260309170000"`))
	if got, want := p.judged("A"), "opened 02 closed 06 resolved deadline 11 first 11 pause 03-05 leg so-xay-dung/phong-1 02-05 leg so-xay-dung/phong-2 05-06"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestOneHistoryInPieces: however the steps are cut into files, the events are the same.
func TestOneHistoryInPieces(t *testing.T) {
	all := slices.Concat(portalSteps...)
	whole := newPortal(t)
	whole.load(steps, 9, all...)
	for size := 1; size < 5; size++ {
		p := newPortal(t)
		for piece := range slices.Chunk(all, size) {
			p.load(steps, 9, piece...)
		}
		for _, subject := range []string{"A", "B", "C", "D", "E", "F"} {
			same(t, fmt.Sprintf("%s in pieces of %d", subject, size), p.told(subject), whole.told(subject))
		}
	}
}

func TestStepsOutOfOrderAreRejected(t *testing.T) {
	p := newPortal(t)
	result := p.load(steps, 9, stepOf("A", "20260303090000", "5", "x", ""), stepOf("B", "20260302090000", "5", "x", ""), stepOf("A", "20260302090000", "4", "x", ""))
	if result.RejectedRows != 1 || result.Total() != 2 {
		t.Errorf("%+v", result)
	}
}

// TestADryRunWithoutAServer says what it could not know.
func TestADryRunWithoutAServer(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root(t), "examples", "mappings", steps))
	if err != nil {
		t.Fatal(err)
	}
	i := &Import{
		Mapping: mapping(t, string(source)), Send: Check(imported), DryRun: true, Rejected: func(Reject) error { return nil },
		Facts: func(context.Context, Question, func(*Fact) error) error {
			return &UnreachableError{fmt.Errorf("nobody answers")}
		},
	}
	result, err := i.Run(t.Context(), open(t, strings.Join(portalSteps[0], "\n")), imported)
	if err != nil || len(result.Notes) != 1 || !strings.Contains(result.Notes[0], "nobody answers") {
		t.Errorf("%+v %v", result, err)
	}
	i.DryRun = false
	if _, err := i.Run(t.Context(), open(t, strings.Join(portalSteps[0], "\n")), imported); err == nil {
		t.Error("without knowing what came before, events were made")
	}
}

func TestListsOfObjects(t *testing.T) {
	const source = "family: task\nsource: urn:x\nsubject: id\nevents:\n  - type: task.assigned\n    time: {column: at}\n    data: {agency: {value: a}}\n" +
		"  - type: task.returned_for_rework\n    each: in.rework\n    time: {column: in.rework.at}\n    data: {reason: {column: in.rework.why}}\n"
	events, rejects := told(t, source, "a.ndjson", `{"id":1,"at":"2026-01-05","in":{"rework":[{"at":"2026-01-06","why":"a"},{"why":"b"},{"at":"2026-01-08"},3,{"at":"2026-01-09","why":["x"]}]}}`+"\n"+
		`{"id":2,"at":"2026-01-05","in":{"rework":[]}}`+"\n"+`{"id":3,"at":"2026-01-05"}`+"\n"+`{"id":4,"at":"2026-01-05","in":{"rework":[{"at":"x"}]}}`+"\n"+`{"id":5,"at":[{"a":1}]}`+"\n")
	same(t, "events", events, []string{
		`task.assigned 1 2026-01-05T00:00:00+07:00 {"agency":"a"}`, `task.returned_for_rework 1 2026-01-06T00:00:00+07:00 {"reason":"a"}`,
		`task.returned_for_rework 1 2026-01-08T00:00:00+07:00 {}`, `task.returned_for_rework 1 2026-01-09T00:00:00+07:00 {"reason":"x"}`,
		`task.assigned 2 2026-01-05T00:00:00+07:00 {"agency":"a"}`, `task.assigned 3 2026-01-05T00:00:00+07:00 {"agency":"a"}`,
	})
	same(t, "rejects", rejects, []string{
		`4 in.rework.at: task.returned_for_rework: "x" is no time with the year first, such as 2006-01-02 15:04:05; correct it, or name its layout in the mapping`,
		`5 at: the line is no JSON: an object stands where one value is expected; name the member in it as a path, such as a.b`,
	})
	in, err := Open("-", strings.NewReader("id,at\n1,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if _, err := mapping(t, source+"format: csv\n").Read(in, imported); err == nil || !strings.Contains(err.Error(), "each: only NDJSON has lists, and standard input is CSV") {
		t.Error(err)
	}
}

func TestWhatCameBeforeIsNamedRightly(t *testing.T) {
	f := func(want, more string) {
		t.Helper()
		_, err := ParseMapping("m.yaml", []byte(good+more), Builtin)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f(`m.yaml:16:12: "task.assigned" is no type of the family dossier`, "    after: task.assigned\n")
	f(`"dossier.gone" is no type of the family dossier`, "    unless: [dossier.paid, dossier.gone]\n")
	f(`changed: "unit" is no field of this event's data`, "    changed: [unit]\n")
	f(`each: no column of the mapping stands in "a"`, "    each: a\n")
	f("a snapshot tells states", "    after: dossier.paid\nrecorded: {value: 2026-01-05}\nsnapshot: true\n")
}
