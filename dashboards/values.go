package dashboards

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// values hold the values that dimensions have, by the figure that lists them. They change seldom, and are asked for as seldom.
type values struct {
	ask  func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error)
	now  func() time.Time
	zone *time.Location

	flight singleflight.Group
	mu     sync.Mutex
	held   map[string]valuesAt
}

// valuesAt are values by dimension, each sorted, at an instant.
type valuesAt struct {
	taken  time.Time
	values map[string][]string
}

// valuesPace is how old the values may be that a page offers: a new procedure can be chosen after this.
const valuesPace = 10 * time.Second

// since is before anything that a city has told.
const since = "2000-01-01"

// at returns the values of the dimensions by which a page can be filtered: those of the last valuesPace if fresh ones are wanted, else
// the last ones that were read, while the next are being read.
func (v *values) at(ctx context.Context, of *page, fresh bool) (map[string][]string, error) {
	if len(of.filters) == 0 {
		return nil, nil
	}
	key := fmt.Sprint(of.lists, of.filters)
	v.mu.Lock()
	held, ok := v.held[key]
	v.mu.Unlock()
	if ok && v.now().Sub(held.taken) < valuesPace {
		return held.values, nil
	}
	result := v.flight.DoChan(key, func() (any, error) {
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return v.take(detached, key, of)
	})
	if ok && !fresh {
		return held.values, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		if r.Err != nil && ok { // the last ones are good enough
			return held.values, nil
		}
		all, _ := r.Val.(map[string][]string)
		return all, r.Err
	}
}

func (v *values) take(ctx context.Context, key string, of *page) (map[string][]string, error) {
	now := v.now()
	ever, err := period.Parse(since+".."+now.In(v.zone).Format(time.DateOnly), now, v.zone)
	if err != nil {
		return nil, err
	}
	var queries []kpi.Query
	var names []string // of the dimension that each query lists
	for _, id := range of.lists {
		for _, name := range of.filters {
			queries, names = append(queries, kpi.Query{ID: id, Period: ever, By: []string{name}}), append(names, name)
		}
	}
	figures, err := v.ask(ctx, queries...)
	if err != nil {
		return nil, fmt.Errorf("ask for the values of %s: %w", key, err)
	}
	all := map[string][]string{}
	for i, name := range names {
		for _, row := range figures[i].Rows {
			if code := row.Keys.Of(name); code != nil && *code != "" {
				all[name] = append(all[name], *code)
			}
		}
	}
	for name, codes := range all {
		slices.Sort(codes)
		all[name] = slices.Compact(codes)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held[key] = valuesAt{now, all}
	return all, nil
}
