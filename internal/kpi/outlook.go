package kpi

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
	"tiendo/internal/period"
)

// Outlook is a number that warns: it tells what is coming, in working days and quarters, where a figure of the catalogue tells
// what was. Alerts are made of outlooks; rankings and reports are not.
type Outlook struct {
	// ID is the name that outsiders build on, such as "dossier.wave_due".
	ID string
	// VI and EN name it on screen; SaysVI and Says define it in one sentence.
	VI, EN, SaysVI, Says string
	// Adds says that the numbers of agencies add up to the city's.
	Adds bool

	of func(s *standing) *float64
}

const (
	// waveDays is how many working days after today a wave of deadlines is looked for.
	waveDays = 5
	// paceDays is of how many working days before today the pace is the mean.
	paceDays = 20
	// budgeted is the figure whose target gives the error budget.
	budgeted = "dossier.on_time_rate"
)

// The outlooks, in the order of the documentation.
var outlooks = []Outlook{
	{
		ID: "dossier.wave_due", VI: "Đợt đến hạn", EN: "Deadline wave", Adds: true,
		SaysVI: "Hồ sơ đang giải quyết, chưa quá hạn, đến hạn hôm nay hoặc trong năm ngày làm việc tới.",
		Says:   "dossiers open and not overdue, with the deadline's day among today and the next five working days",
		of:     func(s *standing) *float64 { return float(s.wave) },
	},
	{
		ID: "dossier.wave_pace", VI: "Nhịp giải quyết", EN: "Pace of settling", Adds: true,
		SaysVI: "Số hồ sơ giải quyết được trong năm ngày làm việc, tính bình quân của hai mươi ngày làm việc trước hôm nay.",
		Says:   "dossiers settled in five working days, as the mean of the twenty before today",
		of: func(s *standing) *float64 {
			pace := float64(s.settled) * waveDays / paceDays
			return &pace
		},
	},
	{
		ID: "dossier.budget_allowed", VI: "Ngân sách trễ hạn của quý", EN: "Error budget of the quarter",
		SaysVI: "Số hồ sơ được phép trễ hạn mà quý này vẫn đạt chỉ tiêu tỷ lệ đúng hạn, trong các hồ sơ có hạn đã giải quyết trong quý và các hồ sơ đang giải quyết có hạn đến hết quý.",
		Says:   "of the dossiers with a deadline that were settled in this quarter, and those open with a deadline up to its end, how many may be late with the quarter's target of the on-time rate still reached",
		of:     func(s *standing) *float64 { return s.allowed() },
	},
	{
		ID: "dossier.budget_left", VI: "Ngân sách trễ hạn còn lại", EN: "Error budget left",
		SaysVI: "Ngân sách trễ hạn của quý trừ hồ sơ đã giải quyết quá hạn trong quý và hồ sơ đang quá hạn; số âm: số hồ sơ đã trễ vượt mức chỉ tiêu cho phép.",
		Says:   "the error budget of the quarter less the dossiers that were settled late in it and those that are open and overdue; below zero it is by how many the target is missed even if all others are on time",
		of: func(s *standing) *float64 {
			left := s.allowed()
			if left != nil {
				*left -= float64(s.promised - s.onTime + s.overdue)
			}
			return left
		},
	},
}

// Outlooks returns all of them, in the order of the documentation. The slice is the caller's.
func Outlooks() []Outlook { return slices.Clone(outlooks) }

// standing is what the outlooks of one agency, or of the city, are reckoned from: counts of dossiers now.
type standing struct {
	wave    int64 // due from now to the end of the fifth working day after today
	settled int64 // in the last paceDays working days before today

	// Of the quarter that runs: settled with a deadline, and of them on time; open and overdue; open and due by its end.
	promised, onTime, overdue, due int64
	// target is the quarter's, of the on-time rate; nil if there is none.
	target *float64
}

// allowed is how many of the quarter's dossiers may be late; nil without a target.
func (s *standing) allowed() *float64 {
	if s.target == nil {
		return nil
	}
	all := float64(s.promised + s.overdue + s.due)
	// A target of 0.9 of 10 asks for 9, whatever a binary fraction makes of it.
	asked := math.Ceil(*s.target*all - 1e-6)
	allowed := max(0, all-asked)
	return &allowed
}

func (s *standing) add(other *standing) {
	s.wave, s.settled = s.wave+other.wave, s.settled+other.settled
	s.promised, s.onTime = s.promised+other.promised, s.onTime+other.onTime
	s.overdue, s.due = s.overdue+other.overdue, s.due+other.due
}

// Look returns the outlooks as figures, in their order: first a row without keys, for the whole city, then one for each agency
// that has a dossier or is in the register. An outlook that needs a target has no row where there is none. Errors are the
// engine's.
func (b *Books) Look(ctx context.Context) ([]Figure, error) {
	now, events := b.Now().In(b.Zone), b.Events()
	quarter, err := period.Parse(fmt.Sprintf("%d-Q%d", now.Year(), (int(now.Month())+2)/3), now, now.Location())
	if err != nil {
		return nil, err
	}
	quests, err := b.quests(quarter)
	if err != nil {
		return nil, err
	}
	byAgency, err := b.standings(ctx, quests)
	if err != nil {
		return nil, fmt.Errorf("ask the books for outlooks: %w", err)
	}
	city := b.complete(byAgency, quarter)
	var figures []Figure
	for _, o := range outlooks {
		f := Figure{ID: o.ID, Unit: "count", Definition: "1", Period: quarter, AsOf: now, Events: events, Rows: []Row{}}
		if value := o.of(city); value != nil {
			f.Rows = append(f.Rows, Row{Value: value, shape: Count})
		}
		by := []string{"agency"}
		for _, code := range slices.Sorted(maps.Keys(byAgency)) {
			if value := o.of(byAgency[code]); value != nil {
				f.Rows = append(f.Rows, Row{Keys: keysOf(make(Keys, len(by)), by, codesOf(code), nil), Value: value, shape: Count})
			}
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// complete adds the agencies of the register that have no dossier, and the targets. It returns where the city stands.
func (b *Books) complete(byAgency map[string]*standing, quarter period.Period) (city *standing) {
	view, day := b.view(Query{Period: quarter})
	target := func(code string) *float64 {
		if t, ok := view.Target(budgeted, code, "quarter", day); ok {
			return &t.Target
		}
		return nil
	}
	for _, a := range view.Agencies(day) {
		if byAgency[a.Code] == nil {
			byAgency[a.Code] = &standing{}
		}
	}
	city = &standing{target: target("")}
	for code, s := range byAgency {
		city.add(s)
		s.target = target(code)
	}
	return city
}

// sought is a sum that goes to its place in a standing.
type sought struct {
	terms []term
	to    func(s *standing, n int64)
}

// quest is one statement: what is sought of a period, and of deadlines up to a day.
type quest struct {
	of     period.Period
	until  string
	sought []sought
}

// quests are all that outlooks are reckoned from, the quarter being the one that runs.
func (b *Books) quests(quarter period.Period) ([]quest, error) {
	today, days := calendar.DayOf(quarter.End, quarter.End.Location()), b.Registers().At(time.Time{}).Calendars()
	before, err := period.Parse(workdays(days, today, -paceDays).String()+".."+(today-1).String(), quarter.End, quarter.End.Location())
	if err != nil {
		return nil, err
	}
	rate, _ := ByID(budgeted)
	overdue, _ := ByID("dossier.open_overdue")
	pending := []term{{measure: lifecycle.Due, with: lifecycle.Pending, window: ahead}}
	return []quest{
		{quarter, quarter.Last, []sought{
			{rate.denominator, func(s *standing, n int64) { s.promised = n }},
			{rate.numerator, func(s *standing, n int64) { s.onTime = n }},
			{overdue.numerator, func(s *standing, n int64) { s.overdue = n }},
			{pending, func(s *standing, n int64) { s.due = n }},
		}},
		{quarter, workdays(days, today, waveDays).String(), []sought{{pending, func(s *standing, n int64) { s.wave = n }}}},
		{before, "", []sought{{flow(lifecycle.Settled, 0, 0), func(s *standing, n int64) { s.settled = n }}}},
	}, nil
}

// standings asks the books where each agency stands, by code.
func (b *Books) standings(ctx context.Context, quests []quest) (map[string]*standing, error) {
	answers, statements := make([]*sums, len(quests)), make([]statement, len(quests))
	work, working := errgroup.WithContext(ctx)
	work.SetLimit(parallel)
	for i, q := range quests {
		st := &statements[i]
		*st = statement{families: []event.Family{event.Dossier}, query: Query{Period: q.of, By: []string{"agency"}}, until: q.until}
		for _, one := range q.sought {
			st.indices(one.terms)
		}
		work.Go(func() (err error) {
			answers[i], _, err = b.fetch(working, st)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	all := map[string]*standing{}
	for i, q := range quests {
		for code, of := range answers[i].byKey {
			if all[code] == nil {
				all[code] = &standing{}
			}
			st := &statements[i]
			now := moment{before: of.at(bucketBefore), during: of.at(1), ahead: of.at(bucketAhead)}
			for _, one := range q.sought {
				one.to(all[code], now.sum(st.terms, st.indices(one.terms)))
			}
		}
	}
	return all, nil
}

// workdays is the day n working days after d, or before it if n is negative, by vn-office; what that does not cover is counted by its weekdays.
func workdays(days calendar.Set, d calendar.Day, n int) calendar.Day {
	step := calendar.Day(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d += step; days.Office(d) {
			n--
		}
	}
	return d
}

func float(n int64) *float64 {
	v := float64(n)
	return &v
}
