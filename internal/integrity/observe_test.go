package integrity

import (
	"testing"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/lifecycle"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	read, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// watched is what is seen of one dossier, by sign: how often it counts, and how often it is suspicious.
func watched(t *testing.T, x lifecycle.Trace) map[string][2]int {
	t.Helper()
	seen := map[string][2]int{}
	o := newObserver(window{at(t, "2025-01-01 00:00"), at(t, "2025-04-01 00:00"), at(t, "2025-05-05 08:00")}, zone, func(o Observation) {
		n := seen[o.Sign]
		n[0]++
		if o.Suspicious {
			n[1]++
		}
		seen[o.Sign] = n
	})
	x.Opened = at(t, "2025-03-03 08:00")
	x.Days, _ = calendar.Builtin(zone).Get("vn-office")
	o.observe(&x)
	return seen
}

// A dossier of Monday 3 March 2025, promised for Monday the 17th, ten working days later.
func TestObserve(t *testing.T) {
	end, _ := calendar.ParseDay("2025-03-17")
	deadline := end.End(zone)
	open := lifecycle.Trace{Case: lifecycle.Case{Deadline: deadline, DeadlineFirst: deadline}, LastDay: end, FirstLastDay: end}
	closed := func(told, recorded, returned string) lifecycle.Trace {
		x := open
		x.Settled, x.Closing = true, "resolved"
		x.Told, x.ClosingRecorded, x.Returned = at(t, told), at(t, recorded), at(t, returned)
		x.Closed = x.Told
		return x
	}
	f := func(x lifecycle.Trace, sign string, counts, suspicious int) {
		t.Helper()
		if got := watched(t, x)[sign]; got != [2]int{counts, suspicious} {
			t.Errorf("%s: %v, want %d, %d", sign, got, counts, suspicious)
		}
	}
	asked := func(from, to string, term, elapsed int) lifecycle.Trace {
		x := open
		x.Asked = []lifecycle.AskedPause{{Pause: lifecycle.Pause{From: at(t, from), To: at(t, to)}, Supplemented: to != "", Term: term, Elapsed: elapsed}}
		return x
	}
	f(asked("2025-03-14 09:00", "", 10, 9), LatePause, 1, 1)
	f(asked("2025-03-13 09:00", "", 10, 8), LatePause, 1, 0)
	f(asked("2025-03-18 09:00", "", 10, 11), LatePause, 0, 0)                 // the term was over
	f(asked("2025-03-04 09:00", "", 2, 2), LatePause, 0, 0)                   // too short to have a last tenth
	f(asked("2024-12-31 09:00", "2025-01-02 09:00", 10, 9), LatePause, 0, 0)  // of another quarter
	f(asked("2025-03-04 09:00", "2025-03-04 10:00", 10, 1), BriefPause, 1, 1) // sixty minutes
	f(asked("2025-03-04 09:00", "2025-03-04 10:01", 10, 1), BriefPause, 1, 0)
	f(asked("2025-03-04 09:00", "", 10, 1), BriefPause, 0, 0)

	f(closed("2025-03-17 15:59", "2025-03-17 16:00", "2025-03-18 08:00"), DeadlineHeap, 1, 0)
	f(closed("2025-03-17 16:00", "2025-03-17 16:01", "2025-03-18 08:00"), DeadlineHeap, 1, 1)
	f(closed("2025-03-17 21:00", "2025-03-17 21:01", "2025-03-18 08:00"), DeadlineHeap, 1, 1)
	f(closed("2025-03-14 16:30", "2025-03-14 16:31", "2025-03-18 08:00"), DeadlineHeap, 0, 0)
	f(closed("2025-03-17 16:00", "2025-03-18 08:00", "2025-03-18 08:00"), LateRecorded, 1, 1)
	f(closed("2025-03-14 16:00", "2025-03-18 08:00", "2025-03-18 08:00"), LateRecorded, 0, 0) // nobody needed to date it back
	f(closed("2025-03-18 16:00", "2025-03-19 08:00", "2025-03-19 08:00"), LateRecorded, 0, 0) // it was late as told
	f(closed("2025-03-14 16:00", "2025-03-14 16:00", ""), Unreturned, 1, 1)
	f(closed("2025-03-14 16:00", "2025-03-14 16:00", "2025-04-20 08:00"), Unreturned, 1, 0)

	moved := func(when string, apology bool, told string) lifecycle.Trace {
		x := closed(told, told, told)
		x.Moves = []lifecycle.Move{{At: at(t, when), Apology: apology}}
		return x
	}
	f(moved("2025-03-14 10:00", false, "2025-03-18 10:00"), LatePromise, 1, 1) // one working day before
	f(moved("2025-03-13 10:00", false, "2025-03-18 10:00"), LatePromise, 1, 0) // two
	f(moved("2025-03-14 10:00", true, "2025-03-18 10:00"), LatePromise, 1, 0)  // with an apology
	f(moved("2025-03-20 10:00", false, "2025-03-25 10:00"), LatePromise, 1, 1) // three working days after
	f(moved("2025-03-21 10:00", false, "2025-03-25 10:00"), LatePromise, 1, 0) // four
	f(moved("2025-03-17 10:00", false, "2025-03-17 15:00"), LatePromise, 1, 1) // moved, and then done in time
	f(moved("2025-03-18 10:00", false, "2025-03-17 15:00"), LatePromise, 0, 0) // after it was closed

	task := closed("2025-03-17 16:45", "2025-03-20 08:00", "")
	task.Opened, task.Closed = at(t, "2025-03-03 08:00"), at(t, "2025-03-21 08:00") // confirmed later
	for _, c := range []struct {
		told, recorded     string
		counts, suspicious int
	}{
		{"2025-03-17 16:45", "2025-03-20 08:00", 1, 1},
		{"2025-03-17 16:45", "2025-03-17 16:50", 1, 0},
		{"2025-03-14 16:45", "2025-03-20 08:00", 0, 0},
		{"2025-03-18 08:00", "2025-03-20 08:00", 0, 0},
	} {
		task.Told, task.ClosingRecorded = at(t, c.told), at(t, c.recorded)
		n, k := 0, 0
		o := newObserver(window{at(t, "2025-01-01 00:00"), at(t, "2025-04-01 00:00"), at(t, "2025-05-05 08:00")}, zone, func(o Observation) {
			if n++; o.Suspicious {
				k++
			}
		})
		if o.observeTask(&task); n != c.counts || k != c.suspicious {
			t.Errorf("%+v: %d, %d", c, n, k)
		}
	}

	voided := closed("2025-03-17 16:30", "2025-03-18 08:00", "")
	voided.Voided = true
	if got := watched(t, voided); len(got) > 0 {
		t.Errorf("a voided dossier: %v", got)
	}
}

// Of four online dossiers of a morning the second and third follow within three minutes, and the third waits; the one at noon is
// out of office hours. On Sunday nobody sits at the desk.
func TestBursts(t *testing.T) {
	var all []Submission
	for _, s := range [][2]string{
		{"2025-03-04 09:00", "2025-03-04 09:05"},
		{"2025-03-04 09:02", "2025-03-04 09:10"},
		{"2025-03-04 09:05", "2025-03-04 09:40"},
		{"2025-03-04 12:00", "2025-03-04 12:01"},
		{"2025-03-09 09:00", "2025-03-09 09:01"},
		{"2025-03-09 09:01", "2025-03-09 09:02"},
	} {
		all = append(all, Submission{Agency: "A", Submitted: at(t, s[0]), Received: at(t, s[1])})
	}
	n, k, most := 0, 0, 0.
	o := newObserver(window{at(t, "2025-01-01 00:00"), at(t, "2025-04-01 00:00"), at(t, "2025-05-05 08:00")}, zone, func(o Observation) {
		n++
		most += o.Most
		if o.Suspicious {
			k++
		}
	})
	days, _ := calendar.Builtin(zone).Get("vn-office")
	o.bursts(days, all)
	// Of three dossiers in 480 minutes each has another within three minutes before it with at most 1 − exp(−2 · 3 · 2 ÷ 480).
	if n != 3 || k != 1 || most < 3*.0246 || most > 3*.0248 {
		t.Errorf("%d were looked at, %d are suspicious, expected at most %v", n, k, most)
	}
}
