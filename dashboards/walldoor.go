package dashboards

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"tiendo/internal/auth"
)

// wallDoorView is what a screen shows that may not look yet: how it gets to.
type wallDoorView struct {
	W    *wallWords
	Lang language
	// Wrong is why the last try failed, Next the wall, Address the same with this server's name.
	Wrong, Next, Address string
}

// isWall says that a path is one of a wall.
func isWall(path string) bool { return path == "/wall" || strings.HasPrefix(path, "/wall/") }

// showWallDoor answers a screen that may not look. It shows no form of somebody's login, for nobody stands there to type.
func (p *Pages) showWallDoor(w http.ResponseWriter, r *http.Request, status int, next, wrong string) {
	lang, _ := readLanguage(r)
	p.send(w, r, status, "wall-door", wallDoorView{W: wallIn[lang], Lang: lang, Wrong: wrong, Next: next, Address: p.address(r) + next})
}

// address is this server's own, as the visitor has reached it.
func (p *Pages) address(r *http.Request) string {
	if p.Door != nil && p.Door.Secure(r) {
		return "https://" + host(r)
	}
	return "http://" + host(r)
}

// logInWall lets a screen in, whose page has sent the token.
func (p *Pages) logInWall(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestSecret)
	secret, next := r.PostFormValue("token"), auth.Next(r.PostFormValue("next"))
	if path, _, _ := strings.Cut(next, "?"); !isWall(path) {
		next = "/wall"
	}
	err := p.Door.LogInWall(w, r, secret)
	if err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	lang, _ := readLanguage(r)
	if errors.Is(err, auth.ErrNotForWalls) {
		p.showWallDoor(w, r, http.StatusForbidden, next, wallIn[lang].NotForWalls)
		return
	}
	status, says := p.whyNoLogin(lang, err)
	if many, ok := errors.AsType[*auth.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(many.Seconds()))
	}
	p.showWallDoor(w, r, status, next, says)
}
