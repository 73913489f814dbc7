package api_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/transparency-dev/formats/note"
	signed "golang.org/x/mod/sumdb/note"

	"tiendo/internal/api"
	"tiendo/internal/publication"
	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// ranked is a ranking of three departments, each of them with every case on time.
func ranked(t *testing.T, method string) publication.Request {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", method))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ranking.Read(content)
	if err != nil {
		t.Fatal(err)
	}
	in := ranking.Inputs{Period: ranking.Span{ID: "2024-Q4", From: "2024-10-01", To: "2024-12-31"}, AsOf: now, Events: 5, Block: 2}
	f := ranking.Figure{Criterion: "on-time", KPI: "dossier.on_time_rate", Definition: "1"}
	for _, code := range []string{"H24.12", "H24.17", "H24.19"} {
		in.Agencies = append(in.Agencies, ranking.Agency{Code: code, Group: "department"})
		f.Rows = append(f.Rows, ranking.Row{Agency: code, Numerator: new(40.0), Denominator: new(40.0), Value: new(1.0)})
	}
	in.Figures = []ranking.Figure{f}
	return publication.Request{Method: m, Ranking: m.Compute(in), By: "an"}
}

// publicationsServer serves the publications of a folder.
func publicationsServer(t *testing.T, p *publication.Publications) *httptest.Server {
	t.Helper()
	a := api.New(api.Options{
		Zone: zone, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler), Publications: p, Alone: new(sync.Mutex),
		Done: func(context.Context, string, string, ...slog.Attr) {},
		CheckPublications: func(_ context.Context, found func(number, says string)) (int64, error) {
			found("1", "/points: published 2, computed 1")
			return 3, nil
		},
	})
	mux := http.NewServeMux()
	mux.Handle("/v1/publications", a.Published())
	mux.Handle("/v1/publications/", a.Published())
	mux.Handle("/v1/check", a.Upkeep())
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// What was published is listed and handed out with its proof; a witness is asked and answers by the open protocol.
func TestPublications(t *testing.T) {
	secret, public, err := signed.GenerateKey(rand.Reader, "so-noi-vu.example")
	if err != nil {
		t.Fatal(err)
	}
	witness, err := note.NewSignerForCosignatureV1(secret)
	if err != nil {
		t.Fatal(err)
	}
	if public, err = note.VKeyToCosignatureV1(public); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	p, err := publication.Open(publication.Options{Folder: folder, Log: "hue.example/xep-hang", Witnesses: []string{public}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	s := publicationsServer(t, p)
	router := description(t, s)
	f := func(path string, status int, want ...string) string {
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
		return body
	}
	f("/v1/publications", 200, `"size":0`, `"publications":[],"waiting":[]`)
	f("/v1/publications/1", 404, "GET /v1/publications lists them")
	if _, err := p.Publish(ranked(t, "small.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Publish(ranked(t, "confirmed.yaml")); err != nil {
		t.Fatal(err)
	}
	f("/v1/publications", 200, `"name":"hue.example/xep-hang","key":"hue.example/xep-hang+`, `"number":1,`, `"state":"final"`, `"block":2`, `"waiting":[{"sha256":`, `"by":"an"`)
	f("/v1/publications?method=nobody", 200, `"publications":[],"waiting":[]`)
	f("/v1/publications?period=2024-Q4&method=small", 200, `"number":1,`, `"waiting":[]`)
	f("/v1/publications?colour=red", 400, `"parameter":"colour"`)
	f("/v1/publications/0", 404)
	f("/v1/publications/x", 404)
	file := f("/v1/publications/1", 200)
	key := strings.TrimSuffix(f("/v1/publications/key", 200), "\n")
	if _, err := publication.Verify([]byte(file), seal.Trust{Key: key}, func(says string) { t.Error(says) }); err != nil {
		t.Error(err)
	}

	checkpoint := f("/v1/publications/checkpoint", 200, "hue.example/xep-hang\n1\n")
	if asked := f("/v1/publications/witness?old=0", 200); asked != "old 0\n\n"+checkpoint {
		t.Errorf("a witness is asked %q", asked)
	}
	f("/v1/publications/witness?old=2", 400, `"parameter":"old"`, "from 0 to 1")
	text, _, _ := strings.Cut(checkpoint, "\n\n")
	cosigned, err := signed.Sign(&signed.Note{Text: text + "\n"}, witness)
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(cosigned), "\n\n")
	post := func(lines string) (int, string) {
		t.Helper()
		answer, err := s.Client().Post(s.URL+"/v1/publications/witness", "text/plain", strings.NewReader(lines))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	if status, body := post("hello\n"); status != 400 || !strings.Contains(body, "signature") {
		t.Errorf("%d %s", status, body)
	}
	if status, body := post(strings.Repeat("x", 300<<10)); status != 413 {
		t.Errorf("%d %s", status, body)
	}
	if status, body := post(lines); status != 200 || !strings.Contains(body, `"name":"so-noi-vu.example"`) {
		t.Errorf("%d %s", status, body)
	}
	shown, err := publication.Verify([]byte(f("/v1/publications/1", 200)), seal.Trust{Key: key, Witnesses: []string{public}}, func(says string) { t.Error(says) })
	if err != nil || len(shown.Cosignatures) != 1 {
		t.Errorf("%+v %v", shown, err)
	}

	answer, err := s.Client().Post(s.URL+"/v1/check?what=rankings", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), `{"difference":{"what":"rankings","subject":"1","says":"/points: published 2, computed 1"}}`) || !strings.Contains(string(body), `"publications":3`) {
		t.Errorf("%s %v", body, err)
	}

	// A log that was tampered with hands nothing out.
	path := filepath.Join(folder, "log", "000001.json")
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("{}"), 0o600)); err != nil {
		t.Fatal(err)
	}
	f("/v1/publications/1", 409, "tiendo check rankings")
}

// What is asked to be published is answered with what came of it, or what is wrong.
func TestPublishing(t *testing.T) {
	p, err := publication.Open(publication.Options{Folder: t.TempDir(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	a := api.New(api.Options{
		Zone: zone, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler), Publications: p, Alone: new(sync.Mutex),
		Done: func(context.Context, string, string, ...slog.Attr) {},
		Publish: func(_ context.Context, ask publication.Ask) (publication.Outcome, error) {
			if ask.Period == "2024-Q3" {
				return publication.Outcome{}, api.ErrBehind
			}
			if ask.Confirm != "" {
				return p.Confirm(ask.Method, ask.Period, ask.Confirm, "binh")
			}
			r := ranked(t, ask.Method+".yaml")
			r.Although, r.Corrects, r.Reason = ask.Although, ask.Corrects, ask.Reason
			if ask.Source != nil {
				r.Method, r.Ranking = ask.Source, ask.Source.Compute(r.Ranking.Inputs)
			}
			if ask.Period == "2025-Q1" {
				r.Ranking.Inputs.Period = ranking.Span{ID: "2025-Q1", From: "2025-01-01", To: "2025-03-31", Running: true}
				r.Ranking = r.Method.Compute(r.Ranking.Inputs)
			}
			return p.Publish(r)
		},
	})
	s := httptest.NewServer(a.PublishHandler())
	t.Cleanup(s.Close)
	router := description(t, s)
	f := func(method, path, body string, status int, want ...string) string {
		t.Helper()
		answer, said := ask(t, s, router, method, path, body, nil)
		if answer.StatusCode != status {
			t.Errorf("%s %s: %d %s, want %d", path, body, answer.StatusCode, said, status)
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("%s %s: no %s in %s", path, body, w, said)
			}
		}
		return said
	}
	const path = "/v1/rankings/small/2024-Q4"
	f("POST", path, "x", 400, "although, corrects, reason")
	f("POST", path, `{"colour":"red"}`, 400, "colour")
	f("POST", path, `{"method":"x"}`, 400, `"errors":[`)
	other, err := os.ReadFile("testdata/confirmed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f("POST", path, `{"method":`+strconv.Quote(string(other))+`}`, 400, "the file is of the method confirmed, and the address names small")
	f("POST", path, strings.Repeat(" ", 9<<20), 413)
	f("POST", "/v1/rankings/small/2024-Q3", "", 503, "not all in the figures yet")
	f("POST", "/v1/rankings/small/2025-Q1", "", 409, `"obstacles":[{"kind":"running","what":"2025-Q1"`, "--although")
	f("POST", "/v1/rankings/small/2025-Q1", `{"although":"thử"}`, 201, `"number":1,`, `"state":"provisional"`, `"although":"thử"`)
	f("POST", path, "", 201, `"number":2,`, `"state":"final"`)
	f("POST", path, "", 409, `"parameter":"corrects"`, "number 2")
	said := f("POST", "/v1/rankings/confirmed/2024-Q4", "", 202, `"waits":{"sha256":"`, `"by":"an"`)
	sum := regexp.MustCompile("[0-9a-f]{64}").FindString(said)
	f("DELETE", "/v1/publications/waiting/"+sum, "", 204)
	f("DELETE", "/v1/publications/waiting/"+sum, "", 404)
	f("POST", "/v1/rankings/confirmed/2024-Q4", `{"confirm":"`+sum+`"}`, 409, `"parameter":"confirm"`)
	f("POST", "/v1/rankings/confirmed/2024-Q4", "", 202)
	f("POST", "/v1/rankings/confirmed/2024-Q4", `{"confirm":"`+sum+`"}`, 201, `"number":3,`)
}
