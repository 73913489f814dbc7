package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzip"
)

// news is what /live tells a page.
type news struct {
	// Seen names what HTML shows; HTML is empty if that is what the page shows already.
	Seen string `json:"seen"`
	HTML string `json:"html,omitempty"`
	// AsOf and Events are as the page writes them, Age is how old the figures are, in seconds.
	AsOf     string  `json:"as_of"`
	AsOfTime string  `json:"as_of_time"`
	Events   string  `json:"events"`
	Age      float64 `json:"age"`
	// Renewing is what a page says while the books are being made again.
	Renewing string `json:"renewing,omitempty"`
}

const (
	// step is how often /live looks for something new; that is a comparison of two numbers.
	step = 100 * time.Millisecond
	// beat is how often a page hears that there is nothing new, so that it knows that somebody is there.
	beat = 2 * time.Second
	// streamed is how long a stream lasts. The browser then opens the next, so that who may no longer look is turned away.
	streamed = 10 * time.Second
	// again is after how long it does so.
	again = 100 * time.Millisecond
)

// live tells a page what has changed since what it shows, as Server-Sent Events, until the page goes away.
func (p *Pages) live(w http.ResponseWriter, r *http.Request) {
	lang, bad := readLanguage(r)
	of := p.pageAt(r)
	if of == nil || bad != nil {
		http.Error(w, "no such page", http.StatusBadRequest)
		return
	}
	q, err := p.read(r, of, lang)
	if bad := asWrong(err); bad != nil {
		http.Error(w, cut(bad.what)+" "+bad.says, http.StatusBadRequest)
		return
	}
	seen := r.Header.Get("Last-Event-ID")
	if seen == "" {
		seen = r.URL.Query().Get("seen")
	}
	t := &teller{w: w, r: r, seen: seen, now: p.Now, renewing: func() string {
		if p.renewing() {
			return spoken[lang].Renewing
		}
		return ""
	}}
	defer t.close()
	for end := time.After(streamed); ; {
		var part *fragment
		if err == nil {
			part, err = p.snapshots.part(r.Context(), q, lang)
		}
		if broken, is := errors.AsType[brokenError](err); is {
			p.Logger.Error("a page could not be made", "page", of.path, "error", broken.error)
			t.fail("internal error")
			return
		}
		p.note(r, err)
		if part == nil {
			t.fail(spoken[lang].Away)
			return
		}
		if !t.tell(part, func(html []byte) []byte { return p.seenBy(r, html) }) {
			return
		}
		err = nil
		select {
		case <-r.Context().Done():
			return
		case <-p.ended:
			return
		case <-end:
			return
		case <-time.After(step):
		}
	}
}

// teller writes a stream of news.
type teller struct {
	w    http.ResponseWriter
	r    *http.Request
	now  func() time.Time
	to   io.Writer
	seen string
	told news
	at   time.Time
	// renewing is what there is to say of books that are being made again, "" if they are whole.
	renewing func() string
}

// tell writes what is new, or now and then that nothing is. It says whether somebody still listens.
func (t *teller) tell(part *fragment, shown func(html []byte) []byte) bool {
	n := news{Seen: part.seen, AsOf: part.AsOf, AsOfTime: part.AsOfTime, Events: part.Events, Age: t.now().Sub(part.taken).Seconds(), Renewing: t.renewing()}
	fresh := n.Seen != t.seen || n.Events != t.told.Events
	if !fresh && time.Since(t.at) < beat {
		return true
	}
	t.told, t.at = n, time.Now()
	if n.Seen != t.seen {
		n.HTML = string(shown(part.content()))
	}
	t.seen = n.Seen
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // this is never part of a page
	if err := encoder.Encode(n); err != nil {
		return false
	}
	return t.send(fmt.Sprintf("id: %s\ndata: %s\n", n.Seen, line.String()))
}

// send writes to the stream, which begins with the first word.
func (t *teller) send(text string) bool {
	if t.to == nil {
		h := t.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("Vary", "Cookie, Accept-Encoding")
		h.Set("X-Accel-Buffering", "no") // a proxy must not hold news back
		t.to = t.w
		if acceptsGzip(t.r) {
			h.Set("Content-Encoding", "gzip")
			t.to = gzip.NewWriter(t.w)
		}
		text = fmt.Sprintf("retry: %d\n", again.Milliseconds()) + text
	}
	if _, err := io.WriteString(t.to, text); err != nil {
		return false
	}
	if packed, ok := t.to.(*gzip.Writer); ok {
		if err := packed.Flush(); err != nil {
			return false
		}
	}
	return http.NewResponseController(t.w).Flush() == nil
}

// close ends what was begun.
func (t *teller) close() {
	if packed, ok := t.to.(*gzip.Writer); ok {
		_ = packed.Close() // to somebody who may be gone
	}
}

// fail says that there are no figures; a stream that has begun just ends.
func (t *teller) fail(why string) {
	if t.to == nil {
		t.w.Header().Set("Retry-After", "2")
		http.Error(t.w, why, http.StatusServiceUnavailable)
	}
}
