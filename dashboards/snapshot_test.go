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
			time.Sleep(50 * time.Millisecond)
			if failing != nil && failing.Load() {
				return nil, errors.New("away")
			}
			return cityAnswers(ctx, queries...)
		}},
		render: func(*reading, language) (*fragment, error) { return &fragment{}, nil },
		now:    time.Now, zone: hanoi, held: map[string]*holding{},
	}
	return s, &asked
}

// slowed has the store take two seconds to answer.
func slowed(s *snapshots) {
	answers := s.from.ask
	s.from.ask = func(ctx context.Context, queries ...kpi.Query) ([]kpi.Figure, error) {
		time.Sleep(1950 * time.Millisecond)
		return answers(ctx, queries...)
	}
}

func TestManyWhoLookAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		ytd := ask(t, overviewPage(), "ytd")
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := s.at(t.Context(), ytd, whole); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("the books were asked %d times", n)
		}
		for range 50 { // five seconds of looking ten times a second
			if _, err := s.at(t.Context(), ytd, whole); err != nil {
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
			if _, err := s.at(t.Context(), ytd, whole); err != nil {
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
		var failing atomic.Bool
		s, asked := counted(&failing)
		slowed(s)
		ytd := ask(t, overviewPage(), "ytd")
		look := func() (*snapshot, time.Duration, error) {
			start := time.Now()
			got, err := s.at(t.Context(), ytd, whole)
			return got, time.Since(start), err
		}
		if _, took, err := look(); took != 2*time.Second || err != nil {
			t.Errorf("the first waited %v, %v", took, err)
		}
		for range 400 { // forty seconds of looking ten times a second
			if _, took, err := look(); took > moment || err != nil {
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

// TestSlowPagesAreRemembered: of what the books take long for, who comes within the hour sees at once what was seen last, and new figures as
// soon as the books have answered; never those of other days, nor those of an hour ago.
func TestSlowPagesAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failing atomic.Bool
		s, asked := counted(&failing)
		slowed(s)
		s.render = func(at *reading, _ language) (*fragment, error) {
			return &fragment{taken: at.taken, html: []byte(at.taken.String())}, nil
		}
		look := func(period string) (part *fragment, took time.Duration, err error) {
			start := time.Now()
			if part, err = s.part(t.Context(), ask(t, overviewPage(), period), vietnamese); part != nil && string(part.content()) != part.taken.String() {
				t.Errorf("what was taken at %v is %s", part.taken, part.content())
			}
			return part, time.Since(start), err
		}
		first, _, err := look("2018")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Minute)
		if again, took, err := look("2018"); err != nil || took > moment || !again.taken.Equal(first.taken) {
			t.Errorf("who came within the hour waited %v, %v", took, err)
		}
		before := asked.Load()
		if _, took, err := look("2018"); err != nil || took > moment {
			t.Errorf("the next waited %v, %v", took, err)
		}
		time.Sleep(3 * time.Second)
		second, took, err := look("2018")
		if err != nil || took > moment || time.Since(second.taken) > 6*time.Second || asked.Load() != before+1 {
			t.Errorf("after three seconds figures of %v are shown, %v, and the books were asked %d times", second.taken, err, asked.Load()-before)
		}
		if _, took, _ := look("2017"); took == 0 {
			t.Error("another year is shown these figures")
		}
		time.Sleep(61 * time.Minute)
		if part, took, err := look("2018"); err != nil || took == 0 || part.taken.Equal(second.taken) {
			t.Errorf("what is older than an hour is shown: %v", err)
		}
		time.Sleep(10 * time.Minute)
		failing.Store(true)
		if part, took, err := look("2018"); part == nil || took > moment || err != nil {
			t.Errorf("waited %v, %v, before anybody knows", took, err)
		}
		time.Sleep(5 * time.Second)
		if part, _, err := look("2018"); part == nil || err == nil {
			t.Errorf("got %v with %v, want the last part, and why it is old", part, err)
		}
		failing.Store(false)
		if part, _, err := look("2018"); err != nil || time.Since(part.taken) > 3*time.Second {
			t.Errorf("the books are back, and yet %v", err)
		}
	})
}

// TestMemoriesAreFew: what nobody has looked at for the longest time is forgotten first.
func TestMemoriesAreFew(t *testing.T) {
	var m memories
	now := time.Now()
	of := func(i int) memorable { return memorable{strconv.Itoa(i), english} }
	for i := range mostMemories + 1 {
		m.keep(of(i), &fragment{taken: now}, now.Add(time.Duration(i)*time.Second))
		if part, _ := m.recall(of(0), now.Add(time.Duration(i)*time.Second)); part == nil {
			t.Fatalf("what is looked at was forgotten for the %dth", i)
		}
	}
	if part, _ := m.recall(of(1), now); part != nil || len(m.parts) != mostMemories {
		t.Errorf("%d parts are remembered, with that at which nobody has looked", len(m.parts))
	}
}

func TestWhoLeavesDoesNotTakeTheAnswerAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := counted(nil)
		ytd := ask(t, overviewPage(), "ytd")
		leaving, leave := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		go func() { _, err := s.at(leaving, ytd, whole); first <- err }()
		synctest.Wait()
		go func() { _, err := s.at(t.Context(), ytd, whole); second <- err }()
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
		good, err := s.at(t.Context(), ytd, whole)
		if err != nil {
			t.Fatal(err)
		}
		failing.Store(true)
		for range 100 {
			time.Sleep(2 * time.Second)
			last, err := s.at(t.Context(), ytd, whole)
			if last != good || err == nil {
				t.Fatalf("got %p with %v, want the last figures %p and why", last, err, good)
			}
		}
		failing.Store(false)
		if next, err := s.at(t.Context(), ytd, whole); err != nil || next == good {
			t.Errorf("the books are back, and yet %v", err)
		}
	})
}

func TestPeriodsThatNobodyLooksAtAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := counted(nil)
		for _, id := range []string{"2015", "2016", "2017", "2018"} {
			if _, err := s.at(t.Context(), ask(t, overviewPage(), id), whole); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(forgotten + time.Second)
		if _, err := s.at(t.Context(), ask(t, overviewPage(), "ytd"), whole); err != nil {
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
			if _, err := s.part(t.Context(), ytd, vietnamese); err != nil {
				t.Fatal(err)
			}
		}
		for year := 1990; year < 2019; year++ {
			if _, err := s.part(t.Context(), ask(t, overviewPage(), strconv.Itoa(year)), vietnamese); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.held) > glances+1 {
			t.Errorf("%d snapshots are held", len(s.held))
		}
		before := asked.Load()
		for _, id := range []string{"ytd", "2018", "2018"} {
			if _, err := s.part(t.Context(), ask(t, overviewPage(), id), vietnamese); err != nil {
				t.Fatal(err)
			}
		}
		if n := asked.Load() - before; n != 0 {
			t.Errorf("what is looked at, and the last glance, are asked for again: %d times", n)
		}
	})
}

// Of what many look at figures are kept of the last alone, and parts of all: a part in the other language is made of figures that are
// there, or the books are asked again.
func TestFiguresAreKeptOfFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked := counted(nil)
		s.from.booked = func() uint64 { return 7 }
		s.render = func(read *reading, lang language) (*fragment, error) {
			return &fragment{taken: read.taken, html: []byte(read.asked.period.ID + " " + string(lang))}, nil
		}
		look := func(year int, lang language, questions int64) {
			t.Helper()
			before, id := asked.Load(), strconv.Itoa(year)
			part, err := s.part(t.Context(), ask(t, overviewPage(), id), lang)
			if err != nil || string(part.content()) != id+" "+string(lang) || asked.Load()-before != questions {
				t.Errorf("%d in %s is %q, %v, after %d questions, want %d", year, lang, part.content(), err, asked.Load()-before, questions)
			}
		}
		const years = 3 * mostReadings
		for year := range years {
			look(2000+year, vietnamese, 1)
			look(2000+year, vietnamese, 0)
		}
		for year := range years {
			look(2000+year, vietnamese, 0)
		}
		read := 0
		for _, h := range s.held {
			if whole(h.last) {
				read++
			}
		}
		if len(s.held) != years || read != mostReadings {
			t.Errorf("%d addresses are held, %d with figures", len(s.held), read)
		}
		look(2000+years-1, english, 0)
		look(2000, english, 1)
		look(2000, english, 0)
		look(2000, vietnamese, 0)
	})
}
