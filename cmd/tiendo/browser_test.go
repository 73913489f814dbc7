package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/config"

	"github.com/chromedp/chromedp"
)

// tab is a tab of a headless Chromium that takes our own certificates.
type tab struct {
	*testing.T
	ctx context.Context
}

func newTab(t *testing.T) *tab {
	t.Helper()
	// The shell is the same browser without what draws the browser itself.
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		path, err = exec.LookPath("chromium")
	}
	if err != nil {
		t.Skip("no Chromium on this machine; tools/needs chromium-headless-shell installs it")
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("ignore-certificate-errors", true),
	)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1200, 800)); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &tab{t, ctx}
}

// to opens an address.
func (b *tab) to(address string) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address)); err != nil {
		b.Fatalf("%s: %v", address, err)
	}
}

// click follows a link or sends a form, whatever is behind it.
func (b *tab) click(selector string) {
	b.Helper()
	b.sees(fmt.Sprintf("document.querySelector(%q) !== null", selector))
	b.run(fmt.Sprintf("document.querySelector(%q).click()", selector))
}

func (b *tab) run(script string) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		b.Fatalf("%s: %v", script, err)
	}
}

func (b *tab) text(script string) string {
	b.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script))
	if err != nil {
		b.Fatalf("%s: %v", script, err)
	}
	return text
}

// sees waits until something holds of the page, which may still be on its way.
func (b *tab) sees(script string) {
	b.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && "+script)); err == nil && holds {
			return
		}
	}
	b.Fatalf("never: %s; at %s: %s", script, b.text("location.href"), b.text("document.body.innerText"))
}

// reads waits until the page is at a path and reads a sentence.
func (b *tab) reads(path, sentence string) {
	b.Helper()
	b.sees(fmt.Sprintf("location.pathname === %q && document.body.innerText.includes(%q)", path, sentence))
}

// shoot writes a screenshot into the project's artifacts folder, which is not kept.
func (b *tab) shoot(name string) {
	b.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	folder := filepath.Join("..", "..", "artifacts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		b.Fatal(err)
	}
}

// evil serves a page of another site that posts to ours as soon as it is opened.
func evil(t *testing.T, action string) string {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!doctype html><form method="post" action="%s"><input name="name" value="mine"><input name="scope" value="admin"></form><script>document.forms[0].submit()</script>`, action)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A clerk of an agency logs in with the city's provider, over TLS, sees what is that agency's and nothing else, and logs out.
// Other sites neither log anybody out nor act for them.
func TestPeopleLogInWithTheProvider(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	cert, key, _ := writeCertificate(t, t.TempDir(), "tiendo", time.Now().Add(time.Hour))
	a, _ := startOIDC(t, page(t, "docs/access.md"), func(c *config.Config) { c.TLS = config.TLS{Cert: cert, Key: key} })
	const opening = `{"agency":"%s","procedure":"1.004","channel":"online","level":"full","due":"2026-03-09"}`
	sendOver(t, a, tell("a", "received", "own", "02T08:00:00", fmt.Sprintf(opening, "H24.12")), tell("a", "received", "foreign", "02T08:00:00", fmt.Sprintf(opening, "H24.17")))
	eventually(t, "both are booked", func() bool { return !a.waiting() })

	const list = "/cases?kpi=dossier.received&period=2026-03"
	b.to(a.URL() + list)
	b.reads("/login", "Đăng nhập bằng tài khoản cơ quan")
	b.click("#start")
	b.click("#agency")
	b.reads("/cases", "Tài khoản này chỉ xem được vụ việc của: H24.12.") // and back where it was going
	b.shoot("forbidden")
	b.click("#own")
	b.sees(`document.querySelector('#total')?.textContent === '1' && document.body.innerText.includes('own')`)
	for path, says := range map[string]string{
		"/cases/dossier/own": "own", "/cases/dossier/foreign": "Không được phép xem", "/tokens": "Cần quyền: quản trị.", "/audit": "Cần quyền: quản trị.", "/": "Toàn thành phố",
	} {
		b.to(a.URL() + path)
		b.reads(path, says)
	}
	b.to(a.URL() + "/cases?subject=foreign")
	b.reads("/cases", "Không có vụ việc nào mang mã này")
	if cookies := b.text("document.cookie"); strings.Contains(cookies, "tiendo") {
		t.Errorf("a script can read %s", cookies)
	}

	b.to(evil(t, a.URL()+"/logout")) // from the same host, so that the browser sends its cookie
	b.reads("/logout", "do một trang khác gửi đến")
	b.to(a.URL() + "/")
	b.reads("/", "Đăng xuất")
	b.click("form.who button")
	b.reads("/login", "Đã đăng xuất.")
	b.to(a.URL() + "/cases/dossier/own")
	b.reads("/login", "Đăng nhập")

	b.click("#start")
	b.click("#operator")
	b.reads("/cases/dossier/own", "own")
	b.to(evil(t, a.URL()+"/tokens"))
	b.reads("/tokens", "do một trang khác gửi đến")
	b.to(a.URL() + "/audit")
	b.reads("/audit", "oidc:agency")
	b.shoot("audit")
	if n := len(a.tokens.List()); n != 0 {
		t.Errorf("another site has made %d tokens", n)
	}
	want := "_server server.start, oidc:agency login, oidc:agency logout, oidc:operator login"
	if got := strings.Join(a.done(t), ", "); got != want {
		t.Errorf("acts %s, want %s", got, want)
	}
}

// sendOver posts events to an app over TLS as its administrator.
func sendOver(t *testing.T, a *app, events ...string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/events", strings.NewReader(strings.Join(events, "\n")))
	r.Header.Set("Authorization", "Bearer "+secretOf(t, filepath.Join(a.cfg.Data, "admin.token")))
	r.Header.Set("Content-Type", ndjson)
	w := httptest.NewRecorder()
	a.collector.ServeHTTP(w, r)
	if w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `"rejected":0`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

// Where there is no provider people paste a token. The administrator makes one on a page, and whoever gets it sees what it is
// good for, until it is revoked.
func TestPeopleLogInWithTheirToken(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:0", t.TempDir(), "token"
	a, _ := startApp(t, appOptions{Config: cfg})
	logIn := func(secret string) {
		b.sees("document.querySelector('#token') !== null")
		b.run(fmt.Sprintf("document.querySelector('#token').value = %q; document.querySelector('#token').form.querySelector('button').click()", secret))
	}
	b.to(a.URL() + "/tokens")
	logIn("tiendo_wrong")
	b.reads("/login", "Không có mã nào như vậy")
	b.shoot("login")
	logIn(secretOf(t, filepath.Join(cfg.Data, "admin.token")))
	b.reads("/tokens", "quản trị máy chủ")
	b.run(`document.querySelector('#name').value = 'lãnh-đạo'; document.querySelector('[value=view]').click(); document.querySelector('.terms').submit()`)
	b.reads("/tokens", "Mã chỉ hiện lần này")
	b.shoot("tokens")
	secret := b.text("document.querySelector('#secret').textContent")
	b.click("form.who button")
	b.reads("/login", "Đã đăng xuất.")
	logIn(secret)
	b.reads("/", "lãnh-đạo")
	b.to(a.URL() + "/tokens")
	b.reads("/tokens", "Cần quyền: quản trị.")
	b.to(a.URL() + "/")
	b.sees("document.getElementById('fresh') !== null")
	revoke := tokenRevokeCmd{Name: "lãnh-đạo", Client: a.asAdmin()}
	if err := revoke.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	b.reads("/login", "Đăng nhập") // the page itself notices
}
