package dashboards

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium, once for a test and its subtests.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine; tools/needs chromium installs it")
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-component-update", true),
	)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is a new tab that notes what it asks for and what goes wrong in it.
type tab struct {
	ctx      context.Context
	mu       sync.Mutex
	asked    []string
	troubles []string
}

func newTab(t *testing.T, of context.Context, width, height int64, dark bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(of)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); return err },
		func() error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		},
	} {
		if err := enable(); err != nil {
			t.Fatal(err)
		}
	}
	b.do(t, chromedp.EmulateViewport(width, height))
	return b
}

// note takes down an event of the browser. Breaches of the policy come as entries of its log.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.troubles = append(b.troubles, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			b.troubles = append(b.troubles, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, fmt.Sprint(e.ExceptionDetails))
	}
}

func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// eval returns what a script gives.
func eval[T any](t *testing.T, b *tab, script string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

// checkQuiet fails if the tab asked anybody but us, or if anything went wrong in it.
func (b *tab) checkQuiet(t *testing.T, home string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.asked) < 5 {
		t.Errorf("only %d requests were seen: %v", len(b.asked), b.asked)
	}
	for _, address := range b.asked {
		if !strings.HasPrefix(address, home) {
			t.Errorf("the page asked another host: %.200s", address)
		}
	}
	for _, trouble := range b.troubles {
		t.Errorf("in the page: %s", trouble)
	}
}

// shoot writes a screenshot of the whole page into the project's artifacts folder, which is not kept.
func (b *tab) shoot(t *testing.T, name string) {
	t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "artifacts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// drawn counts the shapes of each chart.
const drawn = `Object.fromEntries([...document.querySelectorAll('.chart')].map((c) => [c.id, c.querySelectorAll('svg path').length]))`

func TestPageIsDrawnOnEveryScreen(t *testing.T) {
	needNpm(t)
	server := httptest.NewServer(site(t, cityAnswers, func(o *Options) { o.Demo = true }))
	defer server.Close()
	chromium := browser(t)
	for _, c := range []struct {
		width, height int64
		lang          string
		dark          bool
	}{{360, 780, "vi", false}, {1366, 768, "vi", false}, {1366, 768, "en", true}, {3840, 2160, "vi", false}} {
		name := fmt.Sprintf("overview-%d-%s", c.width, c.lang)
		t.Run(name, func(t *testing.T) {
			b := newTab(t, chromium, c.width, c.height, c.dark)
			b.do(t, chromedp.Navigate(server.URL+"/?lang="+c.lang), chromedp.WaitVisible(".chart svg"), chromedp.Sleep(300*time.Millisecond))
			shapes := eval[map[string]int](t, b, drawn)
			if len(shapes) != 8 {
				t.Errorf("%d charts, want 8: %v", len(shapes), shapes)
			}
			for id, n := range shapes {
				if n < 20 {
					t.Errorf("chart %s has %d shapes", id, n)
				}
			}
			if over := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("the page is %d pixels wider than the screen", over)
			}
			b.shoot(t, name)
			b.checkQuiet(t, server.URL+"/")
		})
	}
}
