package dashboards

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tiendo/internal/kpi"
)

// counted returns snapshots over a store that takes a moment to answer, and counts how often it is asked.
func counted(failing *atomic.Bool) (*snapshots, *atomic.Int64) {
	var asked atomic.Int64
	s := &snapshots{
		from: &sources{booked: counter(), ask: func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
			asked.Add(1)
			time.Sleep(100 * time.Millisecond)
			if failing != nil && failing.Load() {
				return nil, errors.New("away")
			}
			return cityAnswers(ctx, queries...)
		}},
		render: func(*snapshot, language) (*fragment, error) { return &fragment{}, nil },
		now:    time.Now, zone: hanoi, held: map[string]*holding{},
	}
	return s, &asked
}

func TestManyWhoLookAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		ytd := ask(t, overviewPage(), "ytd")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := s.at(t.Context(), ytd); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("the books were asked %d times", n)
		}
		for range 50 { // five seconds of looking ten times a second
			if _, err := s.at(t.Context(), ytd); err != nil {
				t.Error(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := asked.Load(); n < 4 || n > 6 {
			t.Errorf("the books were asked %d times in five seconds", n)
		}
	})
}

func TestQuietBooksAreAskedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		s.from.booked = func() uint64 { return 7 }
		ytd := ask(t, overviewPage(), "ytd")
		for range 500 { // fifty seconds
			if _, err := s.at(t.Context(), ytd); err != nil {
				t.Error(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := asked.Load(); n != 4 {
			t.Errorf("the books were asked %d times in fifty seconds without an event, want 4", n)
		}
	})
}

// TestSlowBooks: who comes is shown what others saw in the last minute while it is renewed, and the books have most of their time for others;
// when they fail, who comes is told.
func TestSlowBooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		answers, failing := s.from.ask, atomic.Bool{}
		s.from.ask = func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
			time.Sleep(1900 * time.Millisecond)
			if failing.Load() {
				return nil, errors.New("away")
			}
			return answers(ctx, queries...)
		}
		ytd := ask(t, overviewPage(), "ytd")
		look := func() (*snapshot, time.Duration, error) {
			start := time.Now()
			got, err := s.at(t.Context(), ytd)
			return got, time.Since(start), err
		}
		if _, took, err := look(); took != 2*time.Second || err != nil {
			t.Errorf("the first waited %v, %v", took, err)
		}
		for range 400 { // forty seconds of looking ten times a second
			if _, took, err := look(); took > 0 || err != nil {
				t.Errorf("one waited %v, %v", took, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := asked.Load(); n < 4 || n > 6 {
			t.Errorf("the books were asked %d times in forty seconds, of which they take two each time", n)
		}
		time.Sleep(90 * time.Second)
		if got, took, err := look(); took == 0 || err != nil || time.Since(got.taken) > 2*time.Second {
			t.Errorf("what is older than a minute is shown: %v, %v", took, err)
		}
		failing.Store(true)
		time.Sleep(10 * time.Second)
		if _, _, err := look(); err != nil {
			t.Errorf("got %v before anybody knows", err)
		}
		time.Sleep(2 * time.Second)
		if got, _, err := look(); got == nil || err == nil {
			t.Errorf("got %v with %v, want the last figures, and why they are old", got, err)
		}
	})
}

func TestWhoLeavesDoesNotTakeTheAnswerAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := counted(nil)
		ytd := ask(t, overviewPage(), "ytd")
		leaving, leave := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		go func() { _, err := s.at(leaving, ytd); first <- err }()
		synctest.Wait()
		go func() { _, err := s.at(t.Context(), ytd); second <- err }()
		synctest.Wait()
		leave()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		if err := <-second; err != nil {
			t.Errorf("who stayed got %v", err)
		}
	})
}

func TestLastFiguresStayWhileTheBooksAreAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failing atomic.Bool
		s, _ := counted(&failing)
		ytd := ask(t, overviewPage(), "ytd")
		good, err := s.at(t.Context(), ytd)
		if err != nil {
			t.Fatal(err)
		}
		failing.Store(true)
		for range 100 {
			time.Sleep(2 * time.Second)
			last, err := s.at(t.Context(), ytd)
			if last != good || err == nil {
				t.Fatalf("got %p with %v, want the last figures %p and why", last, err, good)
			}
		}
		failing.Store(false)
		if next, err := s.at(t.Context(), ytd); err != nil || next == good {
			t.Errorf("the books are back, and yet %v", err)
		}
	})
}

func TestPeriodsThatNobodyLooksAtAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := counted(nil)
		for _, id := range []string{"2015", "2016", "2017", "2018"} {
			if _, err := s.at(t.Context(), ask(t, overviewPage(), id)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(forgotten + time.Second)
		if _, err := s.at(t.Context(), ask(t, overviewPage(), "ytd")); err != nil {
			t.Fatal(err)
		}
		if len(s.held) != 1 {
			t.Errorf("%d periods are held", len(s.held))
		}
	})
}

// Whoever asks for a page of many periods, once each, does not fill the memory; what somebody looks at stays.
func TestGlancesAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		s.from.booked = func() uint64 { return 7 }
		ytd := ask(t, overviewPage(), "ytd")
		for range 2 {
			if _, err := s.at(t.Context(), ytd); err != nil {
				t.Fatal(err)
			}
		}
		for year := 1990; year < 2019; year++ {
			if _, err := s.at(t.Context(), ask(t, overviewPage(), strconv.Itoa(year))); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.held) > glances+1 {
			t.Errorf("%d snapshots are held", len(s.held))
		}
		before := asked.Load()
		for _, id := range []string{"ytd", "2018", "2018"} {
			if _, err := s.at(t.Context(), ask(t, overviewPage(), id)); err != nil {
				t.Fatal(err)
			}
		}
		if n := asked.Load() - before; n != 0 {
			t.Errorf("what is looked at, and the last glance, are asked for again: %d times", n)
		}
	})
}
