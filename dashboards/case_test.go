package dashboards

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// tell is an event of the made-up city: "dossier.received 2019-08-26T08:00 {…} @2019-08-27T09:00 retracted"; the last two
// may be left out. at is the instant after @, at which it was recorded.
func tell(t testing.TB, subject, id, line string) event.Event {
	t.Helper()
	form := regexp.MustCompile(`^(\S+) (\S+) (\{.*\})(?: @(\S+))?( retracted)?$`)
	m := form.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("no event: %s", line)
	}
	read := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02T15:04", s, hanoi)
		if err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	e := event.Event{Source: "urn:hai-phong:one-stop", ID: id, Type: event.Type(m[1]), Subject: subject, Time: read(m[2]), Data: []byte(m[3]), Retracted: m[5] != ""}
	e.Recorded = e.Time
	if m[4] != "" {
		e.Recorded = read(m[4])
	}
	e.Arrival = e.Recorded.Add(time.Second)
	return e
}

func story(t testing.TB, subject string, lines ...string) []event.Event {
	t.Helper()
	var all []event.Event
	for i, line := range lines {
		all = append(all, tell(t, subject, fmt.Sprintf("%s/%d", subject, i+1), line))
	}
	return all
}

// stories are the cases of these tests, by family and subject.
func stories(t testing.TB) map[string][]event.Event {
	t.Helper()
	late := story(t, "H24.12-190823-0001",
		`dossier.submitted 2019-08-23T16:40 {"agency":"H24.12","procedure":"1.005129","channel":"online","level":"full"}`,
		`dossier.received 2019-08-26T08:00 {"agency":"H24.12","procedure":"1.005129","channel":"online","level":"full","due":"2019-09-05"}`,
		`dossier.received 2019-08-26T08:00 {"agency":"H24.12","channel":"online","due":"2019-09-06","level":"full","procedure":"1.005129"} @2019-08-26T17:10`,
		`dossier.transferred 2019-08-26T14:00 {"agency":"H24.13","due":"2019-08-30","unit":"P.QLDD"}`,
		`dossier.supplement_requested 2019-08-29T09:00 {"reason":"missing"}`,
		`dossier.supplement_requested 2019-08-30T10:00 {}`,
		`dossier.transferred 2019-08-30T15:00 {"agency":"H24.12","due":"2019-09-13"}`,
		`dossier.supplemented 2019-09-04T10:30 {}`,
		`dossier.returned 2019-09-11T08:00 {"channel":"post"}`,
		`dossier.returned 2019-09-11T08:00 {"channel":"post"} @2019-09-11T11:00 retracted`,
		`dossier.resolved 2019-09-12T09:15 {"digital":true}`,
		`dossier.rescheduled 2019-09-12T08:30 {"apology":true,"due":"2019-09-20"}`,
		`dossier.paid 2019-09-12T14:00 {"amount":150000,"channel":"online"}`,
		`dossier.rated 2019-09-13T09:00 {"score":4}`,
	)
	again := late[1]
	again.Arrival = again.Arrival.Add(time.Hour)
	all := map[string][]event.Event{
		"dossier/H24.12-190823-0001": append(late, again),
		"dossier/waits": story(t, "waits",
			`dossier.received 2019-09-20T08:00 {"agency":"H24.03","procedure":"2.000635","channel":"direct","due":"2019-10-04"}`,
			`dossier.supplement_requested 2019-09-27T09:00 {}`),
		"dossier/on-time": story(t, "on-time",
			`dossier.received 2019-09-02T08:00 {"agency":"H24.03","procedure":"2.000635","channel":"post","due":"2019-09-12"}`,
			`dossier.resolved 2019-09-12T16:59 {}`),
		"dossier/orphan":      story(t, "orphan", `dossier.resolved 2019-09-12T16:59 {}`),
		"dossier/no-calendar": story(t, "no-calendar", `dossier.received 2019-09-02T08:00 {"agency":"H24.03","calendar":"of-nobody","due":"2019-09-12"}`),
		"dossier/voided": story(t, "voided",
			`dossier.received 2019-09-02T08:00 {"agency":"H24.03","due":"2019-09-12"}`, `dossier.voided 2019-09-03T08:00 {}`),
		"dossier/a/b":  story(t, "a/b", `dossier.received 2019-09-02T08:00 {"agency":"H24.03"}`),
		"task/waits":   story(t, "waits", `task.assigned 2019-08-01T08:00 {"agency":"H24.12","agencies":["H24.06","H24.03"],"due":"2019-09-30","issuer":"H24"}`),
		"task/swapped": story(t, "swapped", `task.assigned 2019-04-26T08:00 {"agency":"H24.12","due":"2019-05-06"}`, `task.completed 2019-05-04T16:00 {}`),
		"petition/hours": story(t, "hours",
			`petition.received 2019-09-02T08:00 {"agency":"H24.25","calendar":"continuous","due":"2019-09-04T08:00:00+07:00","kind":"complaint"}`),
		"reception/2019-09": story(t, "2019-09", `reception.held 2019-09-15T08:00 {"agency":"H24.12","cases":3,"leader":true,"people":5,"sessions":4}`),
	}
	nasty := story(t, "nasty", `dossier.received 2019-09-02T08:00 {"agency":"H24.03","due":"2019-09-12"}`)
	nasty[0].Source, nasty[0].ID = `"><script>alert(2)</script>`, "{{.}}"
	all["dossier/nasty"] = nasty
	return all
}

// withStories lets pages tell of the stories.
func withStories(t testing.TB) func(*Options) {
	all, rules := stories(t), lifecycle.Builtin(hanoi)
	return func(o *Options) {
		o.Explain = func(_ context.Context, family event.Family, subject string) (*lifecycle.Explanation, error) {
			events := all[string(family)+"/"+subject]
			if len(events) == 0 {
				return nil, nil
			}
			x, err := lifecycle.Explain(slices.Clone(events), rules)
			if subject == "nasty" && err == nil { // no event with such codes is taken; a register may hold such names
				x.Agency, x.Procedure = "</script><script>document.title='owned'</script>", `"><img src=x onerror=alert(1)>`
				x.Tellings[0].Data = []byte(`{"<b>":"<i>&","n":[1,"<u>"]}`)
			}
			return x, err
		}
	}
}

func viewOf(t *testing.T, name string, lang language) *caseView {
	t.Helper()
	x, err := lifecycle.Explain(stories(t)[name], lifecycle.Builtin(hanoi))
	if err != nil {
		t.Fatal(err)
	}
	return newCaseView(x, lang, (&Pages{Options: Options{Names: nameOf}}).nameOf, hanoi, today)
}

func TestCasePagesLookLikeThis(t *testing.T) {
	needNpm(t)
	h := pagesOf(t, sources{}, withStories(t)).Cases()
	for _, c := range []struct {
		file, address string
		status        int
	}{
		{"case-vi.html", "/cases/dossier/H24.12-190823-0001", 200},
		{"case-en.html", "/cases/dossier/H24.12-190823-0001?lang=en", 200},
		{"case-waits-vi.html", "/cases/dossier/waits", 200},
		{"case-nasty-vi.html", "/cases/dossier/nasty", 200},
		{"case-unknown-vi.html", "/cases/dossier/%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404},
		{"lookup-en.html", "/cases?lang=en", 200},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := get(t, h, c.address)
			if r.StatusCode != c.status {
				t.Errorf("status %d, want %d", r.StatusCode, c.status)
			}
			golden(t, c.file, bodyOf(t, r))
		})
	}
}

// 29 August 2019 was a Thursday, 2 September a public holiday: 30 August, 3 and 4 September count, and 6 September moves to
// the 11th (CONTRACT §3, rule 5).
func TestArithmeticOfADeadline(t *testing.T) {
	v := viewOf(t, "dossier/H24.12-190823-0001", vietnamese)
	want := &arithmetic{
		Promise: "hết ngày 06/09/2019", Wait: "3 ngày làm việc", Deadline: "hết ngày 11/09/2019", Sign: "<", Ended: "Kết thúc", Closed: "09:15 12/09/2019",
		First: "hết ngày 10/09/2019", Hours: v.Why.Hours, Calendar: "vn-office", Rule: toldIn[vietnamese].RuleOfPauses,
	}
	if diff := cmp.Diff(want, v.Why); diff != "" {
		t.Error(diff)
	}
	if v.Verdict != (badge{"Quá hạn", "bad"}) || !strings.Contains(v.Sentence, "12/09/2019 09:15:00 > hạn 11/09/2019 23:59:59") {
		t.Errorf("%+v %s", v.Verdict, v.Sentence)
	}
	var days []string
	for _, d := range v.Pauses[0].Days {
		days = append(days, strings.TrimSuffix(d.Text+": "+d.Why, ": "))
	}
	if diff := cmp.Diff([]string{"30/8", "31/8: cuối tuần", "1/9: cuối tuần", "2/9: Quốc khánh", "3/9", "4/9"}, days); diff != "" {
		t.Error(diff)
	}
	if len(v.Pauses) != 1 || v.Pauses[0].Counted != "3 ngày làm việc" {
		t.Errorf("%+v", v.Pauses)
	}
	var promises []string
	for _, p := range v.Promises {
		promises = append(promises, p.By+" "+p.Due+" "+p.Moved+" → "+p.Deadline+": "+p.Standing)
	}
	if diff := cmp.Diff([]string{
		"Tiếp nhận hết ngày 05/09/2019 + 3 ngày làm việc → hết ngày 10/09/2019: hẹn lần đầu, đã được thay",
		"Tiếp nhận hết ngày 06/09/2019 + 3 ngày làm việc → hết ngày 11/09/2019: đang có hiệu lực",
		"Hẹn lại ngày trả hết ngày 20/09/2019  → hết ngày 20/09/2019: hẹn sau khi hạn đã qua: không có tác dụng",
	}, promises); diff != "" {
		t.Error(diff)
	}
}

// TestDaysOfACase, from the receipt on Monday 26 August 2019 to the closing on Thursday 12 September; 2 September was Quốc khánh.
func TestDaysOfACase(t *testing.T) {
	f := func(name string, lang language, says string, days ...string) {
		t.Helper()
		v := viewOf(t, name, lang)
		var got []string
		for _, d := range v.Course.Days {
			got = append(got, d.Sign+" "+strings.TrimSuffix(d.Text+": "+d.Why, ": "))
		}
		if diff := cmp.Diff(days, got); diff != "" || v.Course.Says != says {
			t.Errorf("%s: %q, want %q\n%s", name, v.Course.Says, says, diff)
		}
	}
	f("dossier/H24.12-190823-0001", english, "After 26 Aug 2019 until 12 Sep 2019: 12 working days, 3 of them waiting for the applicant.",
		"on 27 Aug", "on 28 Aug", "on 29 Aug", "wait 30 Aug: waiting for the applicant", "off 31 Aug: weekend", "off 1 Sep: weekend",
		"off 2 Sep: National Day, public holiday", "wait 3 Sep: waiting for the applicant", "wait 4 Sep: waiting for the applicant",
		"on 5 Sep", "on 6 Sep", "off 7 Sep: weekend", "off 8 Sep: weekend", "on 9 Sep", "on 10 Sep", "on 11 Sep", "on 12 Sep")
	// DOMAIN.md §3: 29 April 2019 was swapped for Saturday 4 May.
	f("task/swapped", vietnamese, "Sau ngày 26/04/2019 đến 06/05/2019: 4 ngày làm việc.",
		"off 27/4: cuối tuần", "off 28/4: cuối tuần", "off 29/4: nghỉ hoán đổi, làm bù 04/05/2019", "off 30/4: Ngày Chiến thắng",
		"off 1/5: Ngày Quốc tế Lao động", "on 2/5", "on 3/5", "on 4/5: làm bù cho 29/04/2019", "off 5/5: cuối tuần", "on 6/5")
	if v := viewOf(t, "task/waits", english); !v.Course.Long || v.Course.Show == "" {
		t.Errorf("two months are shown at once: %+v", v.Course)
	}
	for _, name := range []string{"dossier/orphan", "petition/hours", "dossier/no-calendar", "reception/2019-09"} {
		if v := viewOf(t, name, english); v.Course != nil {
			t.Errorf("%s: %+v", name, v.Course)
		}
	}
}

// TestBasisOfACase: the calendar and the versions by which it is judged, in words.
func TestBasisOfACase(t *testing.T) {
	f := func(lang language, x *lifecycle.Explanation, want ...string) {
		t.Helper()
		var got []string
		for _, l := range newCaseView(x, lang, (&Pages{Options: Options{Names: nameOf}}).nameOf, hanoi, today).Basis {
			got = append(got, l.Name+": "+l.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	explain := func(name string, rules *lifecycle.Rules) *lifecycle.Explanation {
		t.Helper()
		x, err := lifecycle.Explain(stories(t)[name], rules)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	loaded := register.Empty(hanoi, nil)
	for i, of := range []struct {
		kind    register.Kind
		content string
	}{
		{register.Procedures, "procedures:\n  - {code: 2.000635, names: {vi: a, en: a}, supplement: restart, calendar: vn-office}\n"},
		{register.Calendars, "name: vn-office\nbase: vn-office\noff: [2019-09-10]\n"},
	} {
		var err error
		if loaded, err = loaded.With(of.kind, []byte(of.content), time.Date(2019, 9, 1+i, 8, 30, 0, 0, hanoi)); err != nil {
			t.Fatal(err)
		}
	}
	f(vietnamese, explain("dossier/on-time", lifecycle.NewRules(loaded)), "Lịch: vn-office, phiên bản 2, ghi lúc 08:30 02/09/2019",
		"Lịch do: thủ tục quy định", "Sổ thủ tục: phiên bản 1, ghi lúc 08:30 01/09/2019", "Sau khi bổ sung: thời hạn tính lại từ đầu")
	f(english, explain("dossier/on-time", lifecycle.Builtin(hanoi)), "Calendar: vn-office, built in", "Calendar named by: default of its kind",
		"Register of procedures: none loaded", "After a supplement: the deadline moves on by the wait")
	f(english, explain("task/waits", lifecycle.Builtin(hanoi)), "Calendar: vn-office, built in", "Calendar named by: default of its kind", "Register of procedures: none loaded")
	f(english, explain("dossier/no-calendar", lifecycle.Builtin(hanoi)), "Calendar: of-nobody, no calendar has this name", "Calendar named by: the opening",
		"Register of procedures: none loaded", "After a supplement: the deadline moves on by the wait")
	f(english, explain("reception/2019-09", lifecycle.Builtin(hanoi)))
}

func TestWhatBecameOfEachRecord(t *testing.T) {
	v := viewOf(t, "dossier/H24.12-190823-0001", english)
	var got []string
	for _, e := range v.Events {
		got = append(got, e.Name+": "+e.Standing)
	}
	const superseded, repeated = "superseded: of one fact the record made last counts", "repeated: same source and id, only the first counts"
	want := []string{
		"Submitted: counts", "Received: " + superseded, "Received: " + repeated, "Received: counts", "Transferred: counts",
		"Supplement requested: counts", "Supplement requested: no effect: it neither begins nor ends a wait for the applicant",
		"Transferred: counts", "Supplemented: counts",
		"Result handed over: taken back: its source says that it did not happen", "Result handed over: takes an earlier record back",
		"New date promised: no effect: a new date after the deadline had passed, or outside the time of settlement",
		"Resolved: counts", "Paid: counts", "Rated: counts",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(v.Legs) != 2 || v.Legs[0].Tone != "good" || v.Legs[0].Unit != "P.QLDD" {
		t.Errorf("%+v", v.Legs)
	}
	figures := map[string]string{}
	for _, f := range v.Figures {
		figures[f.ID] += f.Parts + " " + f.When + f.Times + ";"
	}
	for id, want := range map[string]string{
		"dossier.late": " on 12 Sep 2019;", "dossier.on_time": "", "dossier.on_time_rate": "denominator on 12 Sep 2019;",
		// Closed on 12 September, it is open no longer at the end of that day, and carried over into it.
		"dossier.open": " from 26 Aug 2019 until 11 Sep 2019;", "dossier.open_overdue": " on 11 Sep 2019;",
		"dossier.carried_over": " in periods that begin from 27 Aug 2019 until 12 Sep 2019;",
		"online.payment_rate":  "numerator, denominator on 12 Sep 2019;", "satisfaction.score": "numerator on 13 Sep 20194;denominator on 13 Sep 2019;",
		"post.returned_rate": "",
	} {
		if figures[id] != want {
			t.Errorf("%s: %q, want %q", id, figures[id], want)
		}
	}
}

func TestStatesOfCases(t *testing.T) {
	f := func(name, verdict, deadline, sign string) {
		t.Helper()
		v := viewOf(t, name, english)
		got := [2]string{}
		if v.Why != nil {
			got = [2]string{v.Why.Deadline, v.Why.Sign}
		}
		if v.Verdict.Text != verdict || got != [2]string{deadline, sign} {
			t.Errorf("%s: %q %q, want %q %q %q", name, v.Verdict.Text, got, verdict, deadline, sign)
		}
		if v.Sentence == "" || len(v.Events) == 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
	f("dossier/on-time", "On time", "end of 12 Sep 2019", "≥")
	f("dossier/waits", "Waiting for the applicant", "not fixed while it waits for the applicant", "")
	f("task/waits", "Open, overdue", "end of 30 Sep 2019", "<")
	f("petition/hours", "Open, overdue", "08:00, 4 Sep 2019", "<")
	f("dossier/orphan", "Never received", "", "")
	f("dossier/voided", "Voided, not counted", "", "")
	f("dossier/no-calendar", "Outside the calendar", "Outside the calendar", "")
	f("reception/2019-09", "Held", "", "")
	if v := viewOf(t, "dossier/on-time", english); v.Why.Wait != "0 working days" || v.Why.First != "" {
		t.Errorf("%+v", v.Why)
	}
	// Nothing but a dossier pauses, and what is late at this moment is called so.
	if v := viewOf(t, "task/waits", vietnamese); v.Why.Wait != "" || v.Why.Rule != "" || v.Sentence != "Đang thực hiện, quá hạn: hạn hết ngày 30/09/2019." {
		t.Errorf("%+v %s", v.Why, v.Sentence)
	}
	waits := viewOf(t, "dossier/waits", english)
	if waits.Pauses[0].To != "still waiting" || waits.Pauses[0].Counted != "" || waits.Strip == nil || waits.Strip.Deadline != "" {
		t.Errorf("%+v %+v", waits.Pauses, waits.Strip)
	}
	if held := viewOf(t, "reception/2019-09", vietnamese); !slices.ContainsFunc(held.Figures, func(m memberRow) bool { return m.ID == "reception.people" && m.Times == "5" }) {
		t.Errorf("%+v", held.Figures)
	}
}

// Every state, standing and step that there can be has words.
func TestCasesHaveWords(t *testing.T) {
	for _, v := range []lifecycle.Verdict{
		lifecycle.VerdictVoided, lifecycle.VerdictAwaiting, lifecycle.VerdictNotAccepted, lifecycle.VerdictOrphan, lifecycle.VerdictOpen,
		lifecycle.VerdictEnded, lifecycle.VerdictEarly, lifecycle.VerdictOnTime, lifecycle.VerdictLate, lifecycle.VerdictNoDeadline,
		lifecycle.VerdictNoCalendar, lifecycle.VerdictHeld,
	} {
		if _, ok := verdicts[string(v)]; !ok {
			t.Errorf("the verdict %s has no words", v)
		}
	}
	for _, standing := range []struct {
		lifecycle.Standing
		rule int
	}{
		{lifecycle.Repeated, 1},
		{lifecycle.Superseded, 1},
		{lifecycle.Superseded, 2},
		{lifecycle.TakenBack, 1},
		{lifecycle.Retraction, 1},
		{lifecycle.Ignored, 3},
		{lifecycle.Ignored, 4},
		{lifecycle.NotTheirs, 8},
	} {
		if key := fmt.Sprintf("%s %d", standing.Standing, standing.rule); standings[key] == (inBoth{}) {
			t.Errorf("the standing %s has no words", key)
		}
	}
	for _, typ := range event.Types() {
		if _, ok := steps[string(typ)]; !ok && lifecycle.Books(typ.Family()) {
			t.Errorf("the event %s has no words", typ)
		}
	}
	for _, key := range []string{
		"counts", "repeated 1", "superseded 1", "superseded 2", "superseded 3", "taken_back 1", "retraction 1", "ignored 2", "ignored 3",
		"ignored 4", "ignored 7", "foreign 8",
	} {
		if _, ok := standings[key]; !ok {
			t.Errorf("the standing %s has no words", key)
		}
	}
	for _, family := range lifecycle.Families() {
		if english.familyName(string(family)) == string(family) {
			t.Errorf("the family %s has no words", family)
		}
	}
}

func TestACaseIsFoundByItsCode(t *testing.T) {
	h := pagesOf(t, sources{}, withStories(t)).Cases()
	f := func(query string, status int, want string) {
		t.Helper()
		r := get(t, h, "/cases?"+query)
		if page := bodyOf(t, r); r.StatusCode != status || !strings.Contains(page+r.Header.Get("Location"), want) {
			t.Errorf("%s: status %d %s, want %d with %q", query, r.StatusCode, r.Header.Get("Location"), status, want)
		}
	}
	f("subject=on-time", 303, "/cases/dossier/on-time")
	f("subject=+on-time+&family=", 303, "/cases/dossier/on-time")
	f("subject=2019-09", 303, "/cases/reception/2019-09")
	f("subject=waits", 200, `href="/cases/task/waits"`) // one code, two kinds
	f("subject=waits&family=task", 303, "/cases/task/waits")
	f("subject=a/b", 303, "/cases/dossier/a%2Fb")
	f("subject=nothing", 404, `value="nothing"`)
	f("subject="+strings.Repeat("x", 5000), 404, "xxx…")
	f("subject=%3Cb%3E", 404, `value="&lt;b&gt;"`)
	f("", 200, `name="subject"`)
	for address, want := range map[string]int{
		"/cases/dossier/a%2Fb": 200, "/cases/dossier/": 404, "/cases/": 404, "/cases/ship/1": 404, "/cases/indicator/1": 404, "/cases/dossier": 307,
		"/cases/dossier/on-time?lang=fr": 400, "/v1/cases": 404, "/": 404,
	} {
		r := get(t, h, address)
		if got := r.StatusCode; got != want {
			t.Errorf("%s: status %d, want %d", address, got, want)
		}
		if page := bodyOf(t, r); want == 404 && strings.HasPrefix(address, "/cases/") && !strings.Contains(page, `name="subject"`) {
			t.Errorf("%s offers no search", address)
		}
	}
}

// few cases behind every figure, in pages of one.
func fewCases(_ context.Context, q kpi.Query, of kpi.Listing) (*kpi.List, error) {
	if _, asked := q.Where["ship"]; asked {
		return nil, &kpi.Error{Param: "ship", Message: "cannot be filtered by"}
	}
	code := func(s string) *string { return &s }
	opened, due, closed := today.AddDate(0, 0, -30), time.Date(2019, 9, 12, 23, 59, 59, 999e6, hanoi), today.AddDate(0, 0, -15)
	list := &kpi.List{Total: 3, Sum: 4, Cases: []kpi.Listed{
		{Family: "dossier", Subject: "a/b", N: 1, Agency: code("H24.12"), Procedure: code("1.005129"), Verdict: code("open"), Opened: &opened, Deadline: &due},
		{Family: "dossier", Subject: "late", N: 2, Agency: code("H24.12"), Verdict: code("late"), Opened: &opened, Closed: &closed, Deadline: &due},
	}, Next: "dossier/late"}
	if of.Part == kpi.Numerator || of.After != "" {
		list = &kpi.List{Total: 1, Sum: 1, Cases: []kpi.Listed{{Family: "petition", Subject: "<b>", N: 1, Kind: code("complaint"), Verdict: code("awaiting")}}}
	}
	if of.Limit != listed && of.Limit != exportedAtOnce {
		return nil, fmt.Errorf("asked for %d cases", of.Limit)
	}
	return list, nil
}

func TestListsLookLikeThis(t *testing.T) {
	needNpm(t)
	h := pagesOf(t, sources{cases: fewCases}).Cases()
	for file, address := range map[string]string{
		"cases-vi.html":   "/cases?agency=H24.12&kpi=dossier.on_time_rate&period=2019-09",
		"cases-en.html":   "/cases?after=petition%2Flate&kpi=petition.received&lang=en&period=ytd",
		"refused-vi.html": "/cases?kpi=dossier.open&ship=%3Cb%3E",
	} {
		t.Run(file, func(t *testing.T) { golden(t, file, bodyOf(t, get(t, h, address))) })
	}
}

func TestListsSpeakInWords(t *testing.T) {
	names := (&Pages{Options: Options{Names: nameOf, Procedures: func(code, _ string) string {
		return map[string]string{"1.004227": "Đăng ký biến động"}[code]
	}}}).nameOf
	for _, f := range []struct{ name, value, vi, en string }{
		{"kind", "complaint", "Loại: khiếu nại", "Kind: complaint"},
		{"kind", "draft", "Loại: dự thảo văn bản", "Kind: draft"},
		{"kind", "the-city's-own", "Loại: the-city's-own", "Kind: the-city's-own"},
		{"channel", "online", "Kênh nộp: trực tuyến", "Channel: online"},
		{"procedure", "1.004227", "Thủ tục: Đăng ký biến động", "Procedure: Đăng ký biến động"},
		{"agency", "H24.19", "Sở Y tế", "Department of Health"},
		{"unit", "", "Đơn vị: (không nêu)", "Unit: (not stated)"},
	} {
		if vi, en := filterText(f.name, f.value, vietnamese, names), filterText(f.name, f.value, english, names); vi != f.vi || en != f.en {
			t.Errorf("%s=%s is told as %q and %q", f.name, f.value, vi, en)
		}
	}
	code, kind := "1.004227", "complaint"
	for want, c := range map[string]kpi.Listed{"Đăng ký biến động": {Procedure: &code}, "khiếu nại": {Kind: &kind}, none: {}} {
		if r := rowOf(c, vietnamese, names, today); r.What != want {
			t.Errorf("a case is of %q, want %q", r.What, want)
		}
	}
}

// Tasks are not received but assigned, and are not settled but done.
func TestListsOfTasksSpeakOfTasks(t *testing.T) {
	due := today.AddDate(0, 0, -1)
	open := "open"
	h := pagesOf(t, sources{cases: func(context.Context, kpi.Query, kpi.Listing) (*kpi.List, error) {
		return &kpi.List{Total: 1, Sum: 1, Cases: []kpi.Listed{{Family: "task", Subject: "1", N: 1, Verdict: &open, Deadline: &due}}}, nil
	}}).Cases()
	page := bodyOf(t, get(t, h, "/cases?kpi=task.open&period=2019-09"))
	for _, want := range []string{">Giao</a>", `<th scope="col">Loại</th>`, "Đang thực hiện, quá hạn</span>"} {
		if !strings.Contains(page, want) {
			t.Errorf("a list of tasks lacks %s", want)
		}
	}
}

// An agency that nobody knows has no list, but what would do; one that has cases, or could have some, has one.
func TestListsOfUnknownAgencies(t *testing.T) {
	total := uint64(0)
	h := pagesOf(t, sources{ask: cityAnswers, cases: func(context.Context, kpi.Query, kpi.Listing) (*kpi.List, error) {
		return &kpi.List{Total: total, Cases: []kpi.Listed{}}, nil
	}}).Cases()
	f := func(query string, status int) {
		t.Helper()
		r := get(t, h, "/cases?lang=en&kpi=dossier.late&period=2019-09&"+query)
		page := bodyOf(t, r)
		if r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", query, r.StatusCode, status)
		}
		if status == 400 && (!strings.Contains(page, "“agency=NOPE” is not in the figures.") || !strings.Contains(page, `href="/cases?agency=H24.12&amp;kpi=dossier.late&amp;lang=en&amp;period=2019-09">`)) {
			t.Errorf("%s: it does not say what would do: %s", query, page)
		}
	}
	f("agency=NOPE", 400)
	f("agency=H24.12&agency=NOPE", 400)
	f("agency=H24.12", 200)
	f("agency=", 200)
	if r := get(t, h, "/cases?lang=en&kpi=dossier.late&agency=NOPE&format=csv"); r.StatusCode != 400 {
		t.Errorf("as CSV: status %d", r.StatusCode)
	}
	total = 1
	f("agency=NOPE", 200)
}

func TestListsAreReadAsTheAPIReadsThem(t *testing.T) {
	var asked kpi.Query
	h := pagesOf(t, sources{cases: func(ctx context.Context, q kpi.Query, of kpi.Listing) (*kpi.List, error) {
		asked = q
		return fewCases(ctx, q, of)
	}}).Cases()
	page := bodyOf(t, get(t, h, "/cases?agency=&kpi=dossier.open&period=2019-09&procedure=1&procedure=2&lang=vi"))
	if diff := cmp.Diff(map[string][]string{"agency": {""}, "procedure": {"1", "2"}}, asked.Where); diff != "" || asked.ID != "dossier.open" || asked.Period.ID != "2019-09" {
		t.Errorf("%s %+v", diff, asked)
	}
	want := url.Values{"agency": {""}, "kpi": {"dossier.open"}, "period": {"2019-09"}, "procedure": {"1", "2"}}.Encode()
	if !strings.Contains(page, `href="/v1/cases?`+strings.ReplaceAll(want, "&", "&amp;")+`"`) {
		t.Errorf("the page leads to another list than %s", want)
	}
	for query, want := range map[string]string{
		"kpi=no.figure": "no figure is called no.figure", "kpi=dossier.open&period=2019-13": "period: ", "kpi=dossier.open&part=half": "part: ", "kpi=dossier.open&format=pdf": "format: ",
		"kpi=dossier.open&kpi=dossier.late": "kpi: is named twice", "kpi=dossier.open&ship=x": "ship: ", "kpi=%3Cscript%3E": "&lt;script&gt;",
	} {
		r := get(t, h, "/cases?lang=en&"+query)
		if page := bodyOf(t, r); r.StatusCode != http.StatusBadRequest || !strings.Contains(page, want) || strings.Contains(page, "<script") {
			t.Errorf("%s: status %d, want 400 with %q", query, r.StatusCode, want)
		}
	}
}

// TestListsInOtherOrders: the head of a column sorts by it, and what leads on keeps the order.
func TestListsInOtherOrders(t *testing.T) {
	var asked kpi.Listing
	h := pagesOf(t, sources{cases: func(ctx context.Context, q kpi.Query, of kpi.Listing) (*kpi.List, error) {
		asked = of
		return fewCases(ctx, q, of)
	}}).Cases()
	page := bodyOf(t, get(t, h, "/cases?kpi=task.open&period=2019-09&sort=deadline"))
	if asked.Order != kpi.ByDeadline {
		t.Errorf("asked for %+v", asked)
	}
	for _, want := range []string{
		`aria-sort="ascending"><a class="link" href="/cases?kpi=task.open&amp;period=2019-09&amp;sort=deadline">`,
		`href="/cases?kpi=task.open&amp;period=2019-09&amp;sort=closed">`, `href="/cases?kpi=task.open&amp;period=2019-09">`,
		`id="next" href="/cases?after=dossier%2Flate&amp;kpi=task.open&amp;period=2019-09&amp;sort=deadline"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// TestListsEnd: what lies behind the last case is no empty list, and "after" names a case of the list's kind.
func TestListsEnd(t *testing.T) {
	h := pagesOf(t, sources{cases: func(context.Context, kpi.Query, kpi.Listing) (*kpi.List, error) {
		return &kpi.List{Total: 3, Sum: 3, Cases: []kpi.Listed{}}, nil
	}}).Cases()
	for address, c := range map[string]struct {
		status int
		says   string
	}{
		"after=dossier%2Fzzz":            {200, "The list ends here."},
		"":                               {200, "There are none."},
		"after=zzz":                      {400, "after: this is no next of a list"},
		"after=task%2F1":                 {400, "after: this is no next of a list"},
		"after=1%2Fdossier%2F1&sort=due": {200, ""}, // the books read it
	} {
		r := get(t, h, "/cases?lang=en&kpi=dossier.late&period=2019-09&"+address)
		if page := bodyOf(t, r); r.StatusCode != c.status || !strings.Contains(page, c.says) {
			t.Errorf("%s: status %d, want %d with %q", address, r.StatusCode, c.status, c.says)
		}
	}
}

// TestListsAsCSV: the whole list, page after page, for a spreadsheet that takes no code for a formula; each is written down.
func TestListsAsCSV(t *testing.T) {
	var exports []string
	h := pagesOf(t, sources{cases: fewCases}, func(o *Options) {
		o.Exported = func(_ context.Context, what, format string) { exports = append(exports, what+" as "+format) }
	}).Cases()
	r := get(t, h, "/cases?kpi=dossier.late&period=2019-09&format=csv&after=dossier%2Fignored")
	want := "\ufefffamily,subject,n,agency,agency_name,unit,procedure,channel,level,kind,submitted,opened,deadline_first,deadline,closed,closing,verdict\r\n" +
		"dossier,a/b,1,H24.12,Sở Xây dựng,,1.005129,,,,,2019-09-02 14:03:22,,2019-09-12 23:59:59,,,open\r\n" +
		"dossier,late,2,H24.12,Sở Xây dựng,,,,,,,2019-09-02 14:03:22,,2019-09-12 23:59:59,2019-09-17 14:03:22,,late\r\n" +
		"petition,<b>,1,,,,,,,complaint,,,,,,,awaiting\r\n"
	if diff := cmp.Diff(want, bodyOf(t, r)); diff != "" || r.Header.Get("Content-Disposition") != "attachment; filename=dossier.late-2019-09.csv" {
		t.Errorf("%s %v", diff, r.Header)
	}
	if diff := cmp.Diff([]string{"cases dossier.late 2019-09 as csv"}, exports); diff != "" {
		t.Error(diff)
	}
}

func TestCasePagesWhileTheEngineIsAway(t *testing.T) {
	away := fmt.Errorf("away")
	h := pagesOf(t, sources{cases: func(context.Context, kpi.Query, kpi.Listing) (*kpi.List, error) { return nil, away }}, func(o *Options) {
		o.Explain = func(context.Context, event.Family, string) (*lifecycle.Explanation, error) { return nil, away }
	}).Cases()
	for _, address := range []string{"/cases/dossier/1", "/cases?subject=1", "/cases?kpi=dossier.open"} {
		r := get(t, h, address)
		if page := bodyOf(t, r); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || !strings.Contains(page, "Kho số liệu chưa trả lời") {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
	}
}

func TestCasePagesHoldNoScript(t *testing.T) {
	h := pagesOf(t, sources{cases: fewCases}, withStories(t)).Cases()
	for _, address := range []string{"/cases/dossier/nasty", "/cases/dossier/H24.12-190823-0001", "/cases?kpi=dossier.late&after=x", "/cases/dossier/%3Cscript%3E"} {
		r := get(t, h, address)
		page := bodyOf(t, r)
		if regexp.MustCompile(`(?i)<script|<style|<img|(src|href|action)="(https?:)?//`).MatchString(page) {
			t.Errorf("%s holds a script, a style, a picture or another host", address)
		}
		bare := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(page, `""`)
		if regexp.MustCompile(`(?i)<[^>]*\s(style|on[a-z]+)\s*=`).MatchString(bare) {
			t.Errorf("%s has attributes with styles or scripts", address)
		}
		if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %q", address, policy)
		}
	}
}
