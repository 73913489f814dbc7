package main

import (
	"strings"
	"testing"

	"tiendo/internal/config"
)

// A screen on a wall is given an address with a token once. It then shows figures for as long as the token is good, through a
// restart of the server, and nothing else; when the token is revoked it shows none any more, and says how to come back.
func TestWallOfATokenThatIsRevoked(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read = "127.0.0.1:"+freePort(t), t.TempDir(), "token"
	cfg.Walls = []string{"hall?panels=today,tasks&every=5s&theme=light"}
	a, stop := startApp(t, appOptions{Config: cfg})
	sendAs(t, a, cfg.Data+"/admin.token", tell("a", "received", "1", "02T08:00:00", `{"agency":"H24.12","procedure":"1.004","channel":"online","level":"full","due":"2026-03-09"}`))
	eventually(t, "it is booked", func() bool { return !a.waiting() })
	secret := secretOf(t, a.make(t, tokenCreateCmd{Name: "hall", Scope: []string{"view"}}))
	strong := secretOf(t, a.make(t, tokenCreateCmd{Name: "strong", Scope: []string{"view", "ingest"}}))

	const shows = `document.querySelector('[data-kpi="dossier.open_overdue"]')?.textContent === '1'`
	b.to(a.URL() + "/wall/hall")
	b.reads("/wall/hall", "Màn hình này chưa được phép xem")
	b.shoot("wall-door")
	b.to("about:blank")
	b.to(a.URL() + "/wall/hall#token=" + strong)
	b.reads("/login/wall", "Mã này làm được nhiều hơn là xem.")
	b.to(a.URL() + "/wall/hall#token=" + secret)
	b.sees(`location.pathname === '/wall/hall' && location.hash === '' && ` + shows)
	if got := b.text(`document.documentElement.className + [...document.querySelectorAll('.screen')].map((s) => s.id) + document.body.dataset.every`); got != "lightscreen-today,screen-tasks5" {
		t.Errorf("the wall is %s", got)
	}
	b.to(a.URL() + "/cases?kpi=dossier.received&period=2026-03")
	b.reads("/cases", "chỉ xem được các màn hình ấy")
	b.to(a.URL() + "/wall")
	b.sees(shows + ` && document.querySelectorAll('.screen').length === 8`)

	stop()
	b.sees(`document.getElementById('lost').textContent.includes('Mất kết nối') && ` + shows)
	again, _ := startApp(t, appOptions{Config: cfg})
	b.run(`document.title = 'the same page'`)
	b.sees(`document.getElementById('lost').textContent === '' && document.title === 'the same page' && ` + shows)
	revoke := tokenRevokeCmd{Name: "hall", Client: client{Server: again.URL(), Data: cfg.Data}}
	if err := revoke.Run(t.Context(), &streams{out: t.Output(), err: t.Output()}); err != nil {
		t.Fatal(err)
	}
	b.sees(`document.body.innerText.includes('Màn hình này chưa được phép xem') && document.querySelector('[data-kpi]') === null`)
	acts := strings.Join(again.done(t), ", ")
	if !strings.Contains(acts, "hall login") || strings.Contains(acts, "logout") {
		t.Errorf("acts %s", acts)
	}
}

// A wall of the configuration that can't be is refused at the start.
func TestWallsOfTheConfiguration(t *testing.T) {
	for text, says := range map[string]string{
		"hall?panels=nothing": "walls: the wall hall: “nothing” is no panel.",
		"hall hall":           "walls: two are called hall; give one another name",
	} {
		cfg, err := config.Load(config.Sources{Environ: []string{"TIENDO_WALLS=" + text}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readWalls(cfg.Walls); err == nil || err.Error() != says {
			t.Errorf("%q: %v", text, err)
		}
	}
	cfg, err := config.Load(config.Sources{Environ: []string{"TIENDO_WALLS=hall?panels=today,tasks&every=10s lobby"}})
	if err != nil {
		t.Fatal(err)
	}
	walls, err := readWalls(cfg.Walls)
	if err != nil || len(walls) != 2 || walls[1].Name != "lobby" {
		t.Errorf("%v %v", walls, err)
	}
}
