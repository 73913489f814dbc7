package dashboards

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"tiendo/internal/kpi"
)

// wallBooks hold the newest figures of each wall that hangs, so that all screens that show the same ask once.
type wallBooks struct {
	ask    func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error)
	booked func() uint64
	render func(s *wallShot, lang language) (*wallPart, error)
	now    func() time.Time

	flight singleflight.Group
	mu     sync.Mutex
	held   map[string]*wallHolding
}

type wallHolding struct {
	last   *wallShot
	looked time.Time
}

// wallShot is the figures of a wall at one instant. It is never changed.
type wallShot struct {
	taken     time.Time
	events    uint64
	stretches stretches
	panels    []panel
	figures   []kpi.Figure
	parts     map[language]func() (*wallPart, error)
}

func (s *wallShot) part(lang language) (*wallPart, error) { return s.parts[lang]() }

// wallPart is what changes of a wall, rendered; seen tells two apart by all that they show but the time.
type wallPart struct {
	view *wallView
	html []byte
	seen string
}

// key is what two walls have in common that ask the same of the books.
func (w wallAsk) key() string {
	var ids []string
	for _, of := range w.panels {
		ids = append(ids, of.id)
	}
	return w.period.ID + " " + strings.Join(ids, ",")
}

// at returns the figures of a wall, at most a second behind the books if they answer. If they do not, it returns the last ones
// that they gave, however old, together with the error; without such, only the error.
func (b *wallBooks) at(ctx context.Context, asked wallAsk) (*wallShot, error) {
	key := asked.key()
	if last := b.look(key); last != nil {
		age := b.now().Sub(last.taken)
		if age < pace || age < renewal && b.booked() == last.events {
			return last, nil
		}
	}
	// Who leaves does not take the answer away from those who wait with them.
	result := b.flight.DoChan(key, func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return b.take(detached, key, asked)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return b.look(key), r.Err
		}
		return r.Val.(*wallShot), nil
	}
}

// look returns the last figures of a wall, nil if there are none, and lets go of walls that nobody looks at.
func (b *wallBooks) look(key string) *wallShot {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for other, h := range b.held {
		if now.Sub(h.looked) > forgotten {
			delete(b.held, other)
		}
	}
	h := b.held[key]
	if h == nil {
		return nil
	}
	h.looked = now
	return h.last
}

func (b *wallBooks) take(ctx context.Context, key string, asked wallAsk) (*wallShot, error) {
	now, events := b.now(), b.booked()
	figures, err := b.ask(ctx, wallQuestions(asked.stretches, asked.panels)...)
	if err != nil {
		return nil, fmt.Errorf("ask for the figures of the wall %s: %w", key, err)
	}
	next := &wallShot{taken: now, events: events, stretches: asked.stretches, panels: asked.panels, figures: figures, parts: map[language]func() (*wallPart, error){}}
	for lang := range spoken {
		next.parts[lang] = sync.OnceValues(func() (*wallPart, error) { return b.render(next, lang) })
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[key] = &wallHolding{last: next, looked: now}
	return next, nil
}

// wallPart renders what changes of a wall.
func (p *Pages) wallPart(s *wallShot, lang language) (*wallPart, error) {
	v, err := newWallView(s.stretches, s.panels, s.figures, lang, p.Names, p.Location)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, "screens", wallFrame{W: wallIn[lang], Lang: lang, View: v, Charts: p.drawsCharts()}); err != nil {
		return nil, fmt.Errorf("render a wall: %w", err)
	}
	return &wallPart{view: v, html: b.Bytes(), seen: mark(b.Bytes())}, nil
}
