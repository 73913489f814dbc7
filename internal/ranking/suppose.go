package ranking

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tiendo/internal/calendar"
	"tiendo/internal/document"
	"tiendo/internal/kpi"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// maxOff is on how many days offices may be supposed to have been closed.
const maxOff = 60

// Suppose reads what is tried: off=2026-09-07..2026-09-09 for days on which offices would have been closed, pauses=extend, restart
// or none for what a wait for papers does to a promise; all else is the method's own, see Try. The supposition is nil where cases
// stay as they were judged. The error is a *kpi.Error.
func (m *Method) Suppose(tries []string) (*Method, *lifecycle.Supposition, error) {
	var own []string
	var s *lifecycle.Supposition
	for _, try := range tries {
		name, text, _ := strings.Cut(try, "=")
		if m.scored(name) || name != "off" && name != "pauses" {
			own = append(own, try)
			continue
		}
		if s == nil {
			s = &lifecycle.Supposition{}
		}
		if name == "off" {
			days, ok := daysOf(text)
			if s.Off = append(s.Off, days...); !ok || len(s.Off) > maxOff {
				_, err := wrongTry(try, "a day or a range of at most %d days would do, such as off=2026-09-07..2026-09-09", "một ngày hoặc một khoảng nhiều nhất %d ngày, chẳng hạn off=2026-09-07..2026-09-09", maxOff)
				return nil, nil, err
			}
			continue
		}
		if s.Pauses = lifecycle.PauseRule(text); !slices.Contains([]lifecycle.PauseRule{lifecycle.PausesExtend, lifecycle.PausesRestart, lifecycle.PausesNothing}, s.Pauses) {
			_, err := wrongTry(try, "pauses=extend, pauses=restart or pauses=none would do", "dùng được pauses=extend, pauses=restart hoặc pauses=none")
			return nil, nil, err
		}
	}
	tried, err := m.Try(own)
	return tried, s, err
}

// daysOf reads a day, or a range of days with both of its ends.
func daysOf(text string) (all []calendar.Day, ok bool) {
	from, to, ranged := strings.Cut(text, "..")
	first, ok := document.ParseDay(from)
	if !ok {
		return nil, false
	}
	last := first
	if ranged {
		if last, ok = document.ParseDay(to); !ok {
			return nil, false
		}
	}
	if last < first || last-first >= maxOff {
		return nil, false
	}
	for d := first; d <= last; d++ {
		all = append(all, d)
	}
	return all, true
}

// supposing returns in as it would be had cases been judged by other rules.
func (m *Method) supposing(ctx context.Context, b *kpi.Books, p period.Period, s lifecycle.Supposition, in *Inputs) (*Inputs, error) {
	ids, queries := m.asks(p, Moment{})
	rules := lifecycle.NewRules(b.Registers()).Supposing(s)
	figures, err := b.Suppose(ctx, rules, queries...)
	if err != nil {
		return nil, fmt.Errorf("suppose other rules for %s: %w", m.ID, err)
	}
	other := *in
	other.Figures = slices.Clone(in.Figures)
	for i := range figures {
		if d, _ := kpi.ByID(queries[i].ID); d.Reported() {
			continue // no verdict is in it
		}
		was := &in.Figures[i]
		f := Figure{Criterion: ids[i], KPI: queries[i].ID}
		in.fill(&f, &figures[i])
		f.Completeness = was.Completeness
		for j := range f.Rows {
			f.Rows[j].QuietSince = was.Rows[j].QuietSince
		}
		other.Figures[i] = f
	}
	return &other, nil
}
