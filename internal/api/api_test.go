package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"tiendo/internal/api"
	"tiendo/internal/booking"
	"tiendo/internal/calendar"
	"tiendo/internal/clickhouse/enginetest"
	"tiendo/internal/event"
	"tiendo/internal/integrity"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
	"tiendo/internal/report"
)

func TestMain(m *testing.M) {
	for _, media := range []string{"application/x-ndjson", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.FileBodyDecoder)
	}
	os.Exit(enginetest.Run(m))
}

var (
	zone = time.FixedZone("+07", 7*60*60)
	now  = time.Date(2025, 3, 12, 12, 0, 0, 0, zone)
)

// server serves the API over a journal of three dossiers of two agencies.
func server(t *testing.T, ready map[string]string) *httptest.Server {
	t.Helper()
	conn := enginetest.Conn(t)
	err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, measure, day, marks, n, stamp, cause) VALUES
		('dossier', 'a', 'H24.12', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event'), ('dossier', 'a', 'H24.12', 'settled', '2025-02-05', 3, 1, '2025-02-05', 'event'),
		('dossier', 'b', 'H24.12', 'opened', '2025-02-03', 0, 1, '2025-02-05', 'event'), ('dossier', 'b', 'H24.12', 'settled', '2025-02-05', 1, 1, '2025-02-05', 'event'),
		('dossier', 'c', 'H24.17', 'opened', '2025-02-04', 0, 1, '2025-02-05', 'event')`)
	if err != nil {
		t.Fatal(err)
	}
	// c falls due at the end of the last day of February, and stays open.
	if err := conn.Exec(t.Context(), `INSERT INTO cells (family, subject, agency, measure, day, millis, marks, n, stamp, cause) VALUES
		('dossier', 'c', 'H24.17', 'due', '2025-02-28', 86399999, ?, 1, '2025-02-05', 'event'),
		('dossier', 'c', 'H24.17', 'breached', '2025-02-28', 86399999, 0, 1, '2025-02-05', 'event')`, uint64(lifecycle.Pending)); err != nil {
		t.Fatal(err)
	}
	registers, err := register.Empty(zone, nil).With(register.Procedures, []byte("procedures:\n  - {code: R, names: {vi: r, en: r}, supplement: restart}\n"),
		time.Date(2025, 8, 1, 8, 0, 0, 0, zone))
	if err != nil {
		t.Fatal(err)
	}
	books := kpi.New(kpi.Options{Conn: conn, Zone: zone, Now: func() time.Time { return now }, Events: func() uint64 { return 5 }})
	a := api.New(api.Options{
		Books: books, Rules: func() *lifecycle.Rules { return lifecycle.NewRules(registers) }, Zone: zone,
		Facts: func(_ context.Context, family event.Family, subject string) ([]event.Event, error) {
			return told(t)[string(family)+"/"+subject], nil
		}, Recorded: recorded, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		Ready: func(context.Context) map[string]string { return ready },
		Integrity: integrity.New(integrity.Options{
			Count: func(context.Context, time.Time, time.Time) (int, error) { return len(told(t)), nil },
			Cases: func(_ context.Context, family event.Family, _, _ time.Time, _ int, each func([]event.Event) error) (err error) {
				for name, events := range told(t) {
					if strings.HasPrefix(name, string(family)+"/") {
						err = errors.Join(err, each(events))
					}
				}
				return err
			},
			Submitted: func(context.Context, time.Time, time.Time, func(integrity.Submission) error) error { return nil },
			Rules:     func() *lifecycle.Rules { return lifecycle.NewRules(registers) }, Calendars: func() calendar.Set { return calendar.Builtin(zone) },
			Now: func() time.Time { return now }, Booked: func() uint64 { return 5 },
		}),
		Reports:  report.New(report.Options{Books: books, Zone: zone, Names: func(string, string) string { return "" }}),
		Exported: func(context.Context, string, string) {},
	})
	mux := http.NewServeMux()
	mux.Handle("/v1/reports/", a.PaperHandler())
	mux.Handle("/v1/signals", a.Signals())
	mux.Handle("/", a.Open())
	mux.Handle("/v1/cases", a.Cases())
	mux.Handle("/v1/cases/", a.Cases())
	mux.Handle("/v1/facts", a.Cases())
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// told are the events of the cases of these tests, by family and subject.
func told(t *testing.T) map[string][]event.Event {
	t.Helper()
	all := map[string][]event.Event{}
	tell := func(id, typ, subject, at, data string) {
		time, err := time.Parse("2006-01-02T15:04Z07:00", at+"+07:00")
		if err != nil {
			t.Fatal(err)
		}
		e := event.Event{Source: "urn:test", ID: id, Subject: subject, Type: event.Type(typ), Time: time, Recorded: time, Arrival: time, Data: []byte(data)}
		name := string(e.Type.Family()) + "/" + subject
		all[name] = append(all[name], e)
	}
	tell("1", "dossier.received", "H24.12-250203-0001", "2025-02-03T08:00", `{"agency":"H24.12","due":"2025-02-10"}`)
	tell("2", "dossier.resolved", "H24.12-250203-0001", "2025-02-10T08:00", `{}`)
	// A wait over Quốc khánh: one working day of it moves the 3rd to the 4th (DOMAIN.md §3).
	tell("1", "dossier.received", "waited", "2025-08-28T08:00", `{"agency":"H24.12","procedure":"S","due":"2025-09-03"}`)
	tell("2", "dossier.supplement_requested", "waited", "2025-08-29T09:00", `{}`)
	tell("3", "dossier.supplemented", "waited", "2025-09-03T09:00", `{}`)
	tell("4", "dossier.resolved", "waited", "2025-09-03T16:00", `{}`)
	tell("1", "dossier.received", "hours", "2025-03-03T08:00", `{"agency":"H24.12","calendar":"continuous","due":"2025-03-10T12:00:00+07:00"}`)
	tell("1", "dossier.received", "unknown", "2025-03-03T08:00", `{"agency":"H24.12","calendar":"mars","due":"2025-03-10"}`)
	tell("1", "dossier.resolved", "orphan", "2025-03-03T08:00", `{}`)
	tell("1", "reception.held", "desk", "2025-03-03T08:00", `{"agency":"H24.12","sessions":1,"people":2,"cases":1}`)
	return all
}

// TestCaseSaysWhy: the days with their reasons, the promise with its move, and by what the case was judged.
func TestCaseSaysWhy(t *testing.T) {
	s := server(t, nil)
	router := description(t, s)
	f := func(path string, want ...string) {
		t.Helper()
		status, body := get(t, s, router, path)
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s: no %s in %s", path, w, body)
			}
		}
	}
	f("/v1/cases/dossier/waited",
		`"due":"2025-09-03T23:59:59.999+07:00","by":"received","deadline":"2025-09-04T23:59:59.999+07:00","moved_days":1,"moved_hours":null,"holds":true`,
		`{"day":"2025-09-02","counts":false,"waiting":true,"kind":"public","vi":"Quốc khánh","en":"National Day, public holiday"}`,
		`"course":{"from":"2025-08-28","to":"2025-09-04","working":3,"waiting":1,"days":[{"day":"2025-08-29","counts":true,"waiting":false,"kind":"working"}`,
		`"judged_by":{"calendar":{"name":"vn-office","from":"default","grain":"day","built_in":true,"known":true},"supplement":"extend","calendars":null,"procedures":{"version":1,"recorded":"2025-08-01T08:00:00+07:00"}}`)
	f("/v1/cases/dossier/hours", `"grain":"instant"`, `"from":"opening"`, `"moved_days":null,"moved_hours":0`, `"course":null`)
	f("/v1/cases/dossier/unknown", `"name":"mars","from":"opening"`, `"known":false`, `"deadline":null,"moved_days":null,"moved_hours":null`, `"verdict":"no_calendar"`)
	f("/v1/cases/dossier/orphan", `"verdict":"orphan"`, `"course":null`)
	f("/v1/cases/reception/desk", `"verdict":"held"`, `"judged_by":null`, `"calendar":""`)
}

// recorded tells two facts of a source, breaks off after one, or fails at once.
func recorded(_ context.Context, asked api.Asked, each func(*event.Event) error) error {
	at := time.Date(2025, 2, 3, 8, 0, 0, 0, zone).UTC()
	one := &event.Event{Subject: "a", Type: "task.assigned", Time: at, Recorded: at, Data: []byte(`{"agency":"H24.12"}`)}
	two := &event.Event{Subject: "b", Type: "task.completed", Time: at, Recorded: at.Add(time.Hour), Retracted: true, Data: []byte(`{}`)}
	switch asked {
	case api.Asked{Family: event.Task, Source: "urn:test"}, api.Asked{Family: event.Task, Source: "urn:test", Before: at}:
		return errors.Join(each(one), each(two))
	case api.Asked{Family: event.Task, Source: "urn:broken"}:
		return errors.Join(each(one), errors.New("the engine is gone"))
	case api.Asked{Family: event.Task, Source: "urn:behind"}:
		return api.ErrBehind
	case api.Asked{Family: event.Task, Source: "urn:gone"}:
		return errors.New("the engine is gone")
	}
	return nil
}

// description is the published description, valid and resolved against a server.
func description(t *testing.T, s *httptest.Server) routers.Router {
	t.Helper()
	content, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: s.URL}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return router
}

// get asks, and checks that the answer is as described.
func get(t *testing.T, s *httptest.Server, router routers.Router, path string) (int, string) {
	t.Helper()
	response, body := ask(t, s, router, http.MethodGet, path, "", nil)
	return response.StatusCode, body
}

// ask makes a request, reads the answer whole, and checks that it is as described.
func ask(t *testing.T, s *httptest.Server, router routers.Router, method, path, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(request.Header, header)
	response, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	described(t, router, request, response, raw)
	return response, string(raw)
}

// described checks that an answer is as described.
func described(t *testing.T, router routers.Router, request *http.Request, response *http.Response, body []byte) {
	t.Helper()
	route, params, err := router.FindRoute(request)
	if err != nil {
		t.Fatalf("%s is not described: %v", request.URL.Path, err)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
		Status:                 response.StatusCode, Header: response.Header,
		Body:    io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(t.Context(), input); err != nil {
		t.Errorf("%s answers %d otherwise than described: %v", request.URL.Path, response.StatusCode, err)
	}
}

// TestBodyCutOff: what did not arrive whole is refused, whether or not its sender is still there to hear it.
func TestBodyCutOff(t *testing.T) {
	a := api.New(api.Options{Logger: slog.New(slog.DiscardHandler)})
	w := httptest.NewRecorder()
	a.Registers().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/v1/registers/procedures", iotest.ErrReader(io.ErrUnexpectedEOF)))
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "did not arrive whole") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnswersAreAsDescribed(t *testing.T) {
	s := server(t, nil)
	router := description(t, s)
	f := func(path string, status int, want ...string) {
		t.Helper()
		got, body := get(t, s, router, path)
		if got != status {
			t.Errorf("%s: %d %s, want %d", path, got, body, status)
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s: no %s in %s", path, w, body)
			}
		}
	}
	f("/v1/kpis", 200, `"id":"dossier.on_time_rate"`, "Tỷ lệ đúng hạn")
	f("/v1/kpis/dossier.received?period=2025-02", 200, `"rows":[{"value":3}]`, `"period":{"id":"2025-02","from":"2025-02-01","to":"2025-02-28"}`, `"events":5`, `"completeness":null`)
	f("/v1/kpis/dossier.on_time_rate?period=2025-02&by=agency", 200, `{"agency":"H24.12","numerator":1,"denominator":2,"value":0.5,`, `{"agency":"H24.17","numerator":0,"denominator":0,"value":null`)
	f("/v1/kpis/dossier.received?period=2025-02&agency=H24.12&agency=H24.17&by=agency,month", 200, `"month":"2025-02"`)
	f("/v1/kpis/dossier.received?period=2025-03&cutoff=report", 200, `"from":"2025-02-15"`)
	f("/v1/cases?kpi=dossier.late&period=2025-02", 200, `"total":1`, `"subject":"b"`)
	f("/v1/cases?kpi=dossier.on_time_rate&period=2025-02&part=numerator", 200, `"total":1`, `"subject":"a"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&limit=2", 200, `"total":3`, `"next":"dossier/b"`)
	f("/v1/kpis/dossier.received?period=2025-02&as_of=2025-02-01", 200, `"value":0`, `"as_of":"2025-02-01T23:59:59.999+07:00"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&as_of=2025-02-03", 200, `"total":0`)
	// A period whose last day is over ends with the first instant after it, whenever it is asked of: c is overdue then.
	for _, asOf := range []string{"", "&as_of=2025-02-28", "&as_of=2025-03-01"} {
		for _, period := range []string{"2025-02", "2025-02-28"} {
			f("/v1/kpis/dossier.open_overdue?period="+period+asOf, 200, `"rows":[{"value":1}]`)
			f("/v1/kpis/dossier.promise_kept_rate?period="+period+asOf, 200, `"rows":[{"numerator":0,"denominator":1,`)
			f("/v1/kpis/dossier.due_soon?period="+period+asOf, 200, `"rows":[{"value":0}]`)
			f("/v1/cases?kpi=dossier.open_overdue&period="+period+asOf, 200, `"total":1`)
		}
	}
	f("/v1/kpis/dossier.open_overdue?period=mtd&as_of=2025-02-28", 200, `"rows":[{"value":1}]`, `"from":"2025-02-01","to":"2025-02-28"`)
	f("/v1/kpis/dossier.open_overdue?period=2025&as_of=2025-02-27", 200, `"rows":[{"value":0}]`)
	f("/v1/kpis/dossier.due_soon?period=2025&as_of=2025-02-27", 200, `"rows":[{"value":1}]`)
	f("/v1/kpis/dossier.open_overdue/changes?period=2025-02&since=2025-02-27&until=2025-02-28", 200, `0 → 1`)
	f("/v1/kpis/dossier.received/changes?period=2025-02&since=2025-02-01&until=2025-02-05", 200, `"en":"Dossiers received: 0 → 3; new events +3."`)
	f("/v1/cases/dossier/H24.12-250203-0001", 200, `"verdict":"on_time"`, "đúng hạn", `{"id":"dossier.on_time_rate","part":"numerator","day":"2025-02-10","n":1}`, `"standing":"counts"`)
	f("/v1/cases/dossier/nobody", 404, "No such case")
	f("/v1/cases/weather/nobody", 400, `"parameter":"family"`)
	f("/v1/facts?family=task&source=urn:test", 200, `{"type":"task.assigned","subject":"a","time":"2025-02-03T08:00:00+07:00","recorded":"2025-02-03T08:00:00+07:00","retracted":false,"data":{"agency":"H24.12"}}`+"\n",
		`"recorded":"2025-02-03T09:00:00+07:00","retracted":true,"data":{}}`+"\n"+`{"done":2}`+"\n")
	f("/v1/facts?family=task&source=urn:test&before=2025-02-03T01:00:00Z", 200, `{"done":2}`)
	f("/v1/facts?family=task&source=urn:nobody", 200, `{"done":0}`)
	f("/v1/facts?family=task&source=urn:broken", 200, `"subject":"a"`, `{"error":"the engine did not answer; try again"}`)
	f("/v1/facts?family=task&source=urn:behind", 503, "not all stored yet")
	f("/v1/facts?family=task&source=urn:gone", 503, "did not answer")
	f("/v1/reports/06a?period=2025-02", 200, `"form":"06a"`, `"holds":true`, `{"level":"total","group":null,"field":null,"procedure":null,"names":{"vi":"Tổng số","en":"Total"},"received":3,`)
	f("/v1/reports/06a?period=2025-02&agency=H24.17&format=csv&lang=en", 200, "\nprocedure,,,,Procedure not named,1,0,1,0,0,")
	f("/v1/reports/06a?period=2025-Q1&cutoff=report&format=xlsx", 200, "PK")
	f("/v1/signals?period=2025-02", 200, `"level":0.01`, `{"sign":"deadline_heap","agency":"H24.12","n":1,"k":0,"expected":0.125,"others":null,"others_n":null,"others_k":null,"p":1,"p_adjusted":1,`, `"raised":false,"cases":[]}`)
	f("/v1/signals?period=2025-02&agency=H24.99", 200, `"findings":[]`)
	f("/v1/signals?period=2025-02&agency=H24.12&agency=H24.17", 400, `"parameter":"agency"`)
	f("/v1/signals?period=2025-02&kind=x", 400, `"parameter":"kind"`)
	f("/v1/reports/summary?period=2025-02&agency=H24.12", 200, `"report":"summary"`, `đã giải quyết 2 hồ sơ, trong đó trước hạn 0, đúng hạn 1, quá hạn 1`, `"figure":"task.on_time_rate","names":`, `"value":null,"numerator":0,"denominator":0}`)
	f("/v1/reports/summary?period=2025-02&agency=H24.12&format=xlsx&lang=en", 200, "PK")
	f("/v1/reports/summary?period=2025-02&agency=H24.99", 400, `"parameter":"agency"`)
	f("/v1/reports/06a?period=2025-02&agency=H24.99", 400, `"parameter":"agency"`)
	f("/v1/reports/06a?period=2025-02-01&cutoff=report", 400, `"parameter":"period"`)
	f("/v1/reports/06a?period=2025-02&format=pdf", 400, "xlsx, csv, json would do")
	f("/v1/reports/06a?period=2025-02&by=agency", 400, `"parameter":"by"`)
	f("/healthz", 200)
	f("/readyz", 200)
	if _, body := get(t, s, description(t, s), "/readyz"); !strings.Contains(body, `"timezone":"+07"`) {
		t.Error(body)
	}
	f("/openapi.json", 200)

	f("/v1/kpis/dossier.nonsense?period=2025", 400, `"parameter":"id"`)
	f("/v1/kpis/dossier.received", 400, `"parameter":"period"`, "mtd")
	f("/v1/kpis/dossier.received?period=yesterday", 400, `"parameter":"period"`, "2026-Q3")
	f("/v1/kpis/dossier.received?period=2025&period=2026", 400, `"parameter":"period"`)
	f("/v1/kpis/dossier.received?period=2025-02-02..2025-01-01", 400, "ends before it starts")
	f("/v1/kpis/dossier.received?period=2025&by=colour", 400, `"parameter":"by"`, "procedure")
	f("/v1/kpis/dossier.received?period=2025&colour=red", 400, `"parameter":"colour"`, "channel")
	f("/v1/kpis/dossier.received?period=2025&channel=boat", 400, `"parameter":"channel"`, "online, direct, post would do")
	f("/v1/kpis/dossier.received?period=2025&level=5", 400, `"parameter":"level"`, "partial")
	f("/v1/kpis/petition.received?period=2025&kind=iso", 400, `"parameter":"kind"`, "complaint, denunciation, suggestion would do")
	f("/v1/kpis/finding.raised?period=2025&kind=iso", 200)
	f("/v1/kpis/task.assigned?period=2025&kind=iso", 200)
	f("/v1/kpis/dossier.received?period=2025&level=", 200)
	f("/v1/kpis/dossier.received?period=2025&agency=H24.99", 200)
	f("/v1/kpis/dossier.received?period=2025&agency=H24%2099", 400, `"parameter":"agency"`)
	f("/v1/kpis/dossier.received?period=2025&limit=5", 400, `"parameter":"limit"`)
	f("/v1/kpis/dossier.received?period=2025&as_of=2025-02-01&as_of=2025-02-02", 400, `"parameter":"as_of"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&channel=boat", 400, `"parameter":"channel"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&since=2025-02-01", 400, `"parameter":"since"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&sort=opened&after=b", 400, `"parameter":"after"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&limit=1&after=a/9", 200, `"subject":"b"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&after=task/9", 200, `"cases":[]`) // a dossier may be called so
	f("/v1/kpis/dossier.received?period=2025-02&as_of=2025-03-12", 200, `"as_of":"2025-03-12T12:00:00+07:00"`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&after=zz", 200, `"cases":[]`)
	f("/v1/cases?kpi=dossier.received&period=2025-02&limit=1&after=a", 200, `"subject":"b"`, `"next":"dossier/b"`)
	f("/v1/kpis/dossier.received?period=2025&cutoff=moon", 400, `"parameter":"cutoff"`, "report")
	f("/v1/kpis/dossier.received?period=2025&as_of=2025-03-13", 400, `"parameter":"as_of"`)
	f("/v1/kpis/dossier.received/changes?period=2025-02&since=2025-02-01", 400, `"parameter":"until"`)
	f("/v1/kpis/dossier.due_soon/changes?period=2025-02&since=2025-02-01&until=2025-02-02", 400, `"parameter":"id"`)
	f("/v1/facts?source=urn:test", 400, `"parameter":"family"`, "petition")
	f("/v1/facts?family=task&source=a+b", 400, `"parameter":"source"`)
	f("/v1/facts?family=task&source=urn:test&source=urn:other", 400, `"parameter":"source"`)
	f("/v1/facts?family=task&source=urn:test&before=2025-02-03", 400, `"parameter":"before"`, "offset")
	f("/v1/facts?family=task&source=urn:test&type=task.assigned", 400, `"parameter":"type"`)
	f("/v1/kpis?page=2", 400, `"parameter":"page"`)
	f("/v1/cases?period=2025", 400, `"parameter":"kpi"`)
	f("/v1/cases?kpi=dossier.late&period=2025&limit=0", 400, `"parameter":"limit"`)
	f("/v1/cases?kpi=dossier.late&period=2025&limit=many", 400, `"parameter":"limit"`)
	f("/v1/cases?kpi=dossier.late&period=2025&part=half", 400, `"parameter":"part"`)
	f("/v1/cases?kpi=dossier.late&period=2025&by=agency", 400, `"parameter":"by"`)
}

func TestNotReady(t *testing.T) {
	s := server(t, map[string]string{"engine": "it does not answer"})
	if got, body := get(t, s, description(t, s), "/readyz"); got != 503 || !strings.Contains(body, "it does not answer") {
		t.Errorf("%d %s", got, body)
	}
}

// TestEveryFigureIsListed with all that a reader of the catalogue needs.
func TestEveryFigureIsListed(t *testing.T) {
	s := server(t, nil)
	_, body := get(t, s, description(t, s), "/v1/kpis")
	var list struct {
		KPIs []struct {
			ID, Says string
			Names    map[string]string
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.KPIs) != len(kpi.Catalogue()) || len(list.KPIs) < 55 {
		t.Errorf("%d figures", len(list.KPIs))
	}
	for _, k := range list.KPIs {
		if k.Says == "" || k.Names["vi"] == "" || k.Names["en"] == "" {
			t.Errorf("%s is not described: %+v", k.ID, k)
		}
	}
}

// TestCheckAndRebuild answer line by line, and refuse each other.
func TestCheckAndRebuild(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	a := api.New(api.Options{
		Logger: slog.New(slog.DiscardHandler), Alone: new(sync.Mutex),
		Check: func(_ context.Context, cells, verdicts bool, found func(booking.Difference), progress func(booking.Checked)) (booking.Checked, error) {
			if !cells || verdicts {
				t.Errorf("asked for cells %v, verdicts %v", cells, verdicts)
			}
			progress(booking.Checked{Cases: 1})
			found(booking.Difference{What: "cells", Subject: "a", Says: "one too few"})
			close(started)
			<-finish
			return booking.Checked{Cases: 2, Differences: 1}, nil
		},
		Rebuild: func(context.Context, func(booking.Checked)) error { return nil },
	})
	s := httptest.NewServer(a.Upkeep())
	defer s.Close()
	go func() {
		<-started
		answer, err := s.Client().Post(s.URL+"/v1/rebuild", "", nil)
		if err != nil {
			t.Error(err)
		} else if answer.StatusCode != http.StatusConflict {
			t.Errorf("a rebuild during a check: %s", answer.Status)
		}
		close(finish)
	}()
	answer, err := s.Client().Post(s.URL+"/v1/check?what=cells", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"progress":{"cases":1,"events":0,"differences":0}}
{"difference":{"what":"cells","subject":"a","says":"one too few"}}
{"done":{"cases":2,"events":0,"differences":1}}
`
	if string(body) != want {
		t.Errorf("got %s", body)
	}
}

// What a router says of addresses that there are not is a problem too.
func TestUnknownAddressesAreProblems(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/known", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "known") })
	s := httptest.NewServer(api.Problems(mux))
	t.Cleanup(s.Close)
	for _, c := range []struct {
		method, path, kind, says string
		status                   int
	}{
		{"GET", "/v1/known", "text/plain; charset=utf-8", "known", 200},
		{"GET", "/v1/nothing", "application/problem+json", `"detail":"GET /openapi.json describes those that there are"`, 404},
		{"DELETE", "/v1/known", "application/problem+json", `DELETE is not one that this address takes; it takes GET, HEAD"`, 405},
		{"GET", "/other", "text/plain; charset=utf-8", "404 page not found", 404},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, s.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || response.Header.Get("Content-Type") != c.kind || !strings.Contains(string(said), c.says) {
			t.Errorf("%s %s: %d %s %s %v", c.method, c.path, response.StatusCode, response.Header.Get("Content-Type"), said, err)
		}
	}
}
