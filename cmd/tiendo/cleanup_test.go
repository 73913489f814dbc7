package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCleanupsRunNewestFirstAndAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cleanups{log: slog.New(slog.DiscardHandler)}
		var mu sync.Mutex // a part that takes too long is not waited for
		var order []string
		add := func(name string, took time.Duration, err error) {
			c.add(name, time.Second, func(context.Context) error {
				mu.Lock()
				order = append(order, name)
				mu.Unlock()
				time.Sleep(took)
				return err
			})
		}
		add("engine", 0, nil)
		add("log", 0, errors.New("disk gone"))
		add("loader", 3*time.Second, nil)
		add("http", 0, nil)
		err := c.run(t.Context())
		if diff := cmp.Diff([]string{"http", "loader", "log", "engine"}, order); diff != "" {
			t.Error(diff)
		}
		for _, want := range []string{"loader: not done after 1s", "log: disk gone"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
		if again := c.run(t.Context()); again != nil || len(order) != 4 {
			t.Errorf("a second run did something: %v, %v", order, again)
		}
		time.Sleep(5 * time.Second) // let the slow one end inside the bubble
	})
}
