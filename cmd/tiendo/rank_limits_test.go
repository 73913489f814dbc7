package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/kpi"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// hung is an engine that is asked for the facts of dossiers and never answers.
type hung struct {
	driver.Conn
	asked chan struct{}
}

func (h hung) Query(ctx context.Context, statement string, args ...any) (driver.Rows, error) {
	if !strings.Contains(statement, "FROM events") || !strings.Contains(fmt.Sprint(args...), "dossier") {
		return h.Conn.Query(ctx, statement, args...)
	}
	h.asked <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// supposingIsLimited: over HTTP, to suppose what has every case judged again is refused to those of whom it is not known who they are;
// it is done for one at a time; and it is given up when it takes too long. Page and API say which it is, and when to come again.
func supposingIsLimited(t *testing.T, a *app) {
	t.Helper()
	const api, page = "/v1/rankings/two/2026-Q1?try=off%3D2026-03-05", "/ranking?method=two&period=2026-Q1&off=2026-03-05"
	admin := "Bearer " + secretOf(t, filepath.Join(a.cfg.Data, "admin.token"))
	request := func(ctx context.Context, path string, known bool) *http.Request {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL()+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if known {
			r.Header.Set("Authorization", admin)
		}
		return r
	}
	asks := func(path string, known bool) (status int, body, later string) {
		t.Helper()
		answer, err := http.DefaultClient.Do(request(t.Context(), path, known))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		raw, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(raw), answer.Header.Get("Retry-After")
	}
	refused := func(what string, known bool, want int, says map[string]string, later string) {
		t.Helper()
		for path, words := range says {
			status, body, after := asks(path, known)
			if status != want || !strings.Contains(body, words) || after != later {
				t.Errorf("%s: %s: %d, again after %q, want %d, %q and %q: %.300s", what, path, status, after, want, later, words, body)
			}
		}
	}
	refused("a stranger", false, http.StatusForbidden, map[string]string{api: "who have logged in or have a token", page: "Cần đăng nhập"}, "")
	for _, path := range []string{api, page} {
		if status, body, _ := asks(path, true); status != http.StatusOK || !strings.Contains(body, "88") {
			t.Errorf("%s: %d %.300s", path, status, body)
		}
	}

	whole := a.ranker.Books
	asked := make(chan struct{}, 9)
	slow := whole.Options
	slow.Conn = hung{slow.Conn, asked}
	a.ranker.Books = kpi.New(slow)
	a.ranker.JudgeLimit = 50 * time.Millisecond
	refused("it takes too long", true, http.StatusServiceUnavailable, map[string]string{api: "took too long", page: "Giả định này tính quá lâu"}, "600")

	for len(asked) > 0 {
		<-asked
	}
	a.ranker.JudgeLimit, a.ranker.TurnLimit = time.Minute, 50*time.Millisecond
	ctx, leave := context.WithCancel(t.Context())
	first, left := request(ctx, api, true), make(chan error, 1)
	go func() {
		answer, err := http.DefaultClient.Do(first)
		if err == nil {
			_ = answer.Body.Close()
		}
		left <- err
	}()
	<-asked
	refused("somebody else's is worked out", true, http.StatusTooManyRequests, map[string]string{api: "try again in a moment", page: "Đang tính một giả định khác"}, "30")
	if status, body, _ := asks("/v1/rankings/two/2026-Q1?try=plan%3D80", true); status != http.StatusOK {
		t.Errorf("weights, for which no case is judged again, have to wait too: %d %s", status, body)
	}
	leave() // whoever goes away makes room for the next
	if err := <-left; err == nil {
		t.Error("the first was answered")
	}
	a.ranker.Books, a.ranker.TurnLimit = whole, time.Minute
	if status, body, _ := asks(api, true); status != http.StatusOK {
		t.Errorf("after the first has left: %d %s", status, body)
	}
}
