package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// daily is a mapping of snapshots; the day of the recorded time is the city's.
const daily = `
family: task
source: urn:daily
subject: id
recorded: {column: saved}
snapshot: true
events:
  - type: task.assigned
    time: {column: given}
    data: {agency: {column: agency}}
  - type: task.completed
    time: {column: done}
`

// shelf keeps events as a server does, and tells of each fact the last record by rule 1.
type shelf struct {
	*testing.T
	events []event.Event
	refuse func(*event.Event) bool
	clock  time.Time
}

func newShelf(t *testing.T) *shelf { return &shelf{T: t, clock: imported} }

func (s *shelf) send(_ context.Context, b *Batch) (rejects []Reject, _ error) {
	i := 0
	for line := range bytes.Lines(b.Events) {
		e, err := event.Decode(bytes.TrimSpace(line), s.clock)
		if err != nil {
			s.Fatalf("the collector would refuse %s: %v", line, err)
		}
		s.clock = s.clock.Add(time.Millisecond)
		if s.refuse != nil && s.refuse(&e) {
			rejects = append(rejects, b.Refused(i, "time", "is refused"))
		} else {
			s.events = append(s.events, e)
		}
		i++
	}
	return rejects, nil
}

func (s *shelf) facts(_ context.Context, q Question, each func(*Fact) error) error {
	cases := map[string][]event.Event{}
	for _, e := range s.events {
		if e.Type.Family() == q.Family && e.Source == q.Source {
			cases[e.Subject] = append(cases[e.Subject], e)
		}
	}
	for _, subject := range slices.Sorted(maps.Keys(cases)) {
		for _, e := range lifecycle.LastRecords(cases[subject], q.Before) {
			if err := each(&Fact{e.Type, e.Subject, e.Time, e.Recorded, e.Retracted, e.Data}); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing are the facts that count, as "step subject time data".
func (s *shelf) standing() (facts []string) {
	err := s.facts(s.Context(), Question{Family: event.Task, Source: "urn:daily"}, func(f *Fact) error {
		if !f.Retracted {
			facts = append(facts, fmt.Sprintf("%s %s %s %s", f.Type.Step(), f.Subject, f.Time.In(time.FixedZone("", 7*3600)).Format(time.DateOnly), f.Data))
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	slices.Sort(facts)
	return facts
}

// run imports a file of daily, whose rows are "id,saved,given,agency,done".
func (s *shelf) run(dry bool, rows ...string) (Result, error) {
	i := &Import{Mapping: mapping(s.T, daily), Send: s.send, Facts: s.facts, DryRun: dry, Rejected: func(Reject) error { return nil }}
	if dry {
		i.Send = Check(imported)
	}
	return i.Run(s.Context(), open(s.T, "id,saved,given,agency,done\n"+strings.Join(rows, "\n")), imported)
}

// take imports a file that has no fault.
func (s *shelf) take(rows ...string) Result {
	s.Helper()
	result, err := s.run(false, rows...)
	if err != nil || result.Kept != "" {
		s.Fatalf("%+v %v", result, err)
	}
	return result
}

// stands compares the facts that count.
func (s *shelf) stands(want ...string) {
	s.Helper()
	same(s.T, "what stands", s.standing(), want)
}

// TestSnapshotsEndInTheLast: some days of a few cases that come, change, go and come back, in every order and some of them
// again: what stands is what the last day tells, and to import it once more adds nothing.
func TestSnapshotsEndInTheLast(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	retracted := 0
	for round := range 20 {
		files, last := history(random)
		for n, order := range permutations(len(files)) {
			s := newShelf(t)
			for _, i := range append(order, random.IntN(len(files)), random.IntN(len(files))) {
				result := s.take(files[i]...)
				if retracted += result.Retracted; result.Others != 0 {
					t.Errorf("%+v, and each day has one file", result)
				}
			}
			for _, i := range order { // once more
				before := len(s.events)
				if again := s.take(files[i]...); again.Retracted != 0 || len(s.events) != before+again.Total()+2 {
					t.Errorf("once more: %+v, %d events of %d", again, len(s.events), before)
				}
			}
			if same(t, fmt.Sprintf("round %d, order %d %v", round, n, order), s.standing(), last); t.Failed() {
				t.Fatalf("seed %d: %q", seed, files)
			}
		}
	}
	if retracted < 1_000 {
		t.Errorf("only %d facts were retracted", retracted)
	}
}

// history makes files of four days one after the other, and the facts of the last.
func history(random *rand.Rand) (files [][]string, last []string) {
	for day := range 4 {
		var rows []string
		last = nil
		for id := range 5 {
			if random.IntN(3) == 0 && id > 0 {
				continue // case 0 is always there, for an empty file is taken for a fault
			}
			given, agency, done := 1+random.IntN(2), random.IntN(3), ""
			last = append(last, fmt.Sprintf(`assigned %d 2026-01-%02d {"agency":"a%d"}`, id, given, agency))
			if random.IntN(2) == 0 {
				done = fmt.Sprintf("2026-01-%02d", 3+random.IntN(2))
				last = append(last, fmt.Sprintf(`completed %d %s {}`, id, done))
			}
			rows = append(rows, fmt.Sprintf("%d,2026-02-%02d 0%d:30,2026-01-%02d,a%d,%s", id, day+1, 3*(day%2), given, agency, done))
		}
		files = append(files, rows)
	}
	slices.Sort(last)
	return files, last
}

// permutations are all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, order := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(order), at, n-1))
		}
	}
	return all
}

// TestRejectedRowsRetractNothingOfTheirCase: neither a cell nor an event that is refused makes a case vanish, also if an
// older file comes after; the row that is corrected later decides.
func TestRejectedRowsRetractNothingOfTheirCase(t *testing.T) {
	const one, two, three = `assigned 1 2026-01-01 {"agency":"a"}`, `assigned 2 2026-01-01 {"agency":"a"}`, `assigned 3 2026-01-01 {"agency":"a"}`
	first := []string{"1,2026-02-01,2026-01-01,a,", "2,2026-02-01,2026-01-01,a,", "3,2026-02-01,2026-01-01,a,2026-01-05"}
	s := newShelf(t)
	s.take(first...)
	// Case 1 cannot be read, the completion of 3 is refused, 2 is gone.
	s.refuse = func(e *event.Event) bool { return e.Type == "task.completed" }
	second := []string{"1,2026-02-02,2026-01-01,?,", "3,2026-02-02,2026-01-01,a,2026-01-06"}
	result, err := s.run(false, second...)
	if err != nil || result.Kept != "" || result.RejectedRows != 2 || result.Retracted != 1 {
		t.Fatalf("%+v %v", result, err)
	}
	s.stands(one, three, `completed 3 2026-01-05 {}`)
	if s.refuse = nil; s.take(first...).Retracted != 0 {
		t.Error("the first file again retracts what the second could not read")
	}
	s.stands(one, three, `completed 3 2026-01-05 {}`)
	if s.take("1,2026-02-02,2026-01-02,a,", second[1]).Retracted != 2 {
		t.Error("the corrected file does not retract what it tells otherwise")
	}
	s.stands(`assigned 1 2026-01-02 {"agency":"a"}`, three, `completed 3 2026-01-06 {}`)

	// The other way round: the file with faults first.
	s = newShelf(t)
	if _, err := s.run(false, second...); err != nil {
		t.Fatal(err)
	}
	s.take(first...)
	s.stands(one, two, three, `completed 3 2026-01-05 {}`, `completed 3 2026-01-06 {}`)
	s.take("1,2026-02-02,2026-01-01,a,", second[1])
	s.stands(one, three, `completed 3 2026-01-06 {}`)
}

// TestFilesThatRetractNothing says so, tell what can be read of them, and are no day of which all is known.
func TestFilesThatRetractNothing(t *testing.T) {
	const before, after = "1,2026-02-01,2026-01-01,a,", "1,2026-02-03,2026-01-01,a,"
	f := func(what, why string, broken bool, stands int, rows ...string) {
		t.Helper()
		for _, late := range []bool{false, true} { // an older file that comes later retracts nothing by it either
			s := newShelf(t)
			if !late {
				s.take(before, "9,2026-02-01,2026-01-01,a,")
			}
			result, err := s.run(false, rows...)
			if late {
				s.take(before, "9,2026-02-01,2026-01-01,a,")
			}
			said := result.Kept
			if (err != nil) != broken || result.Retracted != 0 {
				t.Errorf("%s: %+v %v", what, result, err)
			}
			if err != nil {
				said = err.Error()
			}
			if !strings.Contains(said, why) {
				t.Errorf("%s: %q, want %q", what, said, why)
			}
			if got := len(s.standing()); got != stands {
				t.Errorf("%s: %d facts stand, want %d: %q", what, got, stands, s.standing())
			}
			// A whole file of a later day takes back what it does not tell, whatever was before.
			s.take(after)
			s.stands(`assigned 1 2026-01-01 {"agency":"a"}`)
		}
	}
	f("no row", "a broken export is likelier", false, 2)
	f("no case", "the case of line 3 can't be read", false, 3, "2,2026-02-02,2026-01-01,a,", ",2026-02-02,2026-01-01,a,\n")
	f("a lost cell", "the case of line 3 can't be read", false, 3, "2,2026-02-02,2026-01-01,a,", "9,2026-02-02,2026-01-01\n")
	f("an open quote", "the case of line 3 can't be read", false, 3, "2,2026-02-02,2026-01-01,a,", `9,"2026-02-02,2026-01-01,a,`+"\n")
	f("a last row that is cut off", "the file seems to be cut off", false, 3, "2,2026-02-02,2026-01-01,a,", "3,2026-02-02,2026-01-01,a,2026-0")
	f("nothing readable", "no fact was taken", false, 2, "9,2026-02-02,2026-01-01,?,")
	f("two days", "more than one recorded day", false, 3, "2,2026-02-02,2026-01-01,a,", "1,2026-02-03,2026-01-01,a,")
	f("a record that does not end", "was not retracted", true, 3, "2,2026-02-02,2026-01-01,a,", `"`+strings.Repeat("x", longestRecord+1<<13))
}

// TestWhatALaterDayDoesNotTellIsRetractedThere, also of a file that retracts nothing itself.
func TestWhatALaterDayDoesNotTellIsRetractedThere(t *testing.T) {
	s := newShelf(t)
	s.take("1,2026-02-09,2026-01-01,a,")
	s.take("1,2026-02-05,2026-01-01,a,")
	result, err := s.run(false, "2,2026-02-02,2026-01-01,a,", ",2026-02-02,2026-01-01,a,")
	if err != nil || result.Kept == "" || result.Retracted != 1 {
		t.Errorf("%+v %v", result, err)
	}
	s.stands(`assigned 1 2026-01-01 {"agency":"a"}`)
	for _, e := range s.events {
		if e.Retracted && (e.Recorded.Format(time.RFC3339Nano) != "2026-02-04T16:59:59.999Z" || string(e.Data) != `{"agency":"a"}`) {
			t.Errorf("retracted with %s, recorded %s", e.Data, e.Recorded)
		}
	}
}

// TestTwoFilesOfOneDay: what either tells stands, whichever comes first; the next day decides.
func TestTwoFilesOfOneDay(t *testing.T) {
	const one, two = `assigned 1 2026-01-01 {"agency":"a"}`, `assigned 2 2026-01-01 {"agency":"a"}`
	morning, evening, another := "1,2026-02-02 08:00,2026-01-01,a,", "2,2026-02-02 17:00,2026-01-01,a,", "1,2026-02-02,2026-01-01,a,"
	for _, order := range [][]string{{morning, evening}, {evening, morning}, {morning, evening, morning}, {evening, another}} {
		s := newShelf(t)
		s.take("1,2026-02-01,2026-01-01,a,", "2,2026-02-01,2026-01-01,a,", "3,2026-02-01,2026-01-01,a,")
		for i, rows := range order {
			if result := s.take(rows); result.Others != min(i, 1) {
				t.Errorf("%+v", result)
			}
		}
		s.stands(one, two)
		s.take("2,2026-02-03 08:00,2026-01-01,a,")
		s.stands(two)
	}
}

// TestOnlySnapshotsSayWhatIsGone: neither what the source sends otherwise, before and after, nor other types do.
func TestOnlySnapshotsSayWhatIsGone(t *testing.T) {
	s := newShelf(t)
	tell := func(source, subject, kind, recorded string) {
		s.Helper()
		at, data := "2026-01-03T00:00:00+07:00", "{}"
		if kind == "source.tally" {
			at, data = recorded, `{"family":"task","day":"2026-02-05","count":3}`
		}
		e, err := event.Decode(fmt.Appendf(nil, `{"specversion":"1.0","id":"%s","source":"%s","type":"%s","subject":"%s","time":"%s","recordedtime":"%s","data":%s}`,
			recorded, source, kind, subject, at, recorded, data), s.clock)
		if err != nil {
			s.Fatal(err)
		}
		s.events = append(s.events, e)
	}
	tell("urn:daily", "1", "task.reported", "2026-01-31T12:00:00+07:00")
	tell("urn:daily", "1", "task.completed", "2026-02-07T12:00:00+07:00")
	tell("urn:daily", "task.assigned", "source.tally", "2026-02-08T12:00:00+07:00")
	tell("urn:other", "2", "task.completed", "2026-01-31T12:00:00+07:00")
	s.take("1,2026-02-01,2026-01-01,a,", "2,2026-02-01,2026-01-01,a,")
	s.stands(`assigned 1 2026-01-01 {"agency":"a"}`, `assigned 2 2026-01-01 {"agency":"a"}`, `completed 1 2026-01-03 {}`, `reported 1 2026-01-03 {}`)
	s.take("1,2026-02-09,2026-01-01,a,")
	s.stands(`assigned 1 2026-01-01 {"agency":"a"}`, `reported 1 2026-01-03 {}`)
}

// TestADryRunCountsWhatWouldBeRetracted, and sends nothing.
func TestADryRunCountsWhatWouldBeRetracted(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	retracted := 0
	for range 100 {
		files, _ := history(random)
		s := newShelf(t)
		for _, i := range permutations(len(files))[random.IntN(24)] {
			before := len(s.events)
			dry, err := s.run(true, files[i]...)
			if err != nil || len(s.events) != before {
				t.Fatalf("%v, %d events of %d", err, len(s.events), before)
			}
			if wet := s.take(files[i]...); dry.Retracted != wet.Retracted || dry.Others != wet.Others || dry.Total() != wet.Total() {
				t.Errorf("dry %+v, wet %+v", dry, wet)
			}
			retracted += dry.Retracted
		}
	}
	if retracted < 200 {
		t.Errorf("only %d facts would have been retracted", retracted)
	}
}

func TestRetractionsFail(t *testing.T) {
	away := errors.New("away")
	s := newShelf(t)
	s.take("1,2026-02-01,2026-01-01,a,", "2,2026-02-01,2026-01-01,a,")
	i := &Import{Mapping: mapping(t, daily), Send: s.send, Facts: func(context.Context, Question, func(*Fact) error) error { return away }, Rejected: func(Reject) error { return nil }}
	if _, err := i.Run(t.Context(), open(t, "id,saved,given,agency,done\n1,2026-02-02,2026-01-01,a,\n"), imported); !errors.Is(err, away) {
		t.Errorf("no facts: %v", err)
	}
	s.refuse = func(e *event.Event) bool { return e.Retracted }
	if _, err := s.run(false, "1,2026-02-02,2026-01-01,a,"); err == nil || !strings.Contains(err.Error(), "the server does not take task.assigned: is refused") {
		t.Errorf("refused: %v", err)
	}
	s.refuse = nil
	s.take("1,2026-02-02,2026-01-01,a,") // again: what was not done is done
	s.stands(`assigned 1 2026-01-01 {"agency":"a"}`)
}

func TestReadFacts(t *testing.T) {
	const line = `{"type":"task.assigned","subject":"1","time":"2026-01-01T00:00:00+07:00","recorded":"2026-02-01T00:00:00+07:00","retracted":true,"data":{"agency":"a"}}` + "\n"
	f := func(answer, want string, facts int) {
		t.Helper()
		n := 0
		err := ReadFacts(strings.NewReader(answer), func(f *Fact) error {
			if n++; f.Type != "task.assigned" || f.Subject != "1" || !f.Retracted || string(f.Data) != `{"agency":"a"}` || f.Recorded.Sub(f.Time) != 31*24*time.Hour {
				t.Errorf("%+v", f)
			}
			return nil
		})
		if n != facts || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%d facts, %v, want %d and %q", n, err, facts, want)
		}
	}
	f(line+line+`{"done":2}`, "", 2)
	f(`{"done":0}`, "", 0)
	f(line+`{"error":"try again"}`, "try again", 1)
	f(line+line, "cut off", 2)
	f(line+line[:40], "read the facts of the server", 1)
}
