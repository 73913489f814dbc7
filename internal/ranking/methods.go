package ranking

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"tiendo/internal/document"
	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// Methods are the methods that a server knows, by id and the days that they hold for. They must not be changed.
type Methods []*Method

// Load reads every .yaml file of a folder. The error names the file, line and column of whatever does not hold.
func Load(folder fs.FS) (Methods, error) {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var all Methods
	var faults []error
	from := map[*Method]string{}
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		m, err := Read(content)
		if refusal, is := errors.AsType[*document.Refusal](err); is {
			faults = append(faults, refusal.In(name))
			continue
		}
		all, from[m] = append(all, m), name
	}
	slices.SortFunc(all, func(a, b *Method) int { return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(a.From, b.From)) })
	for i := 1; i < len(all); i++ {
		if before, m := all[i-1], all[i]; m.ID == before.ID && m.From <= before.To {
			faults = append(faults, fmt.Errorf("%s: the method %s of %s holds up to %s; begin after that with from, or end that with to", from[m], m.ID, from[before], before.To))
		}
	}
	return all, errors.Join(faults...)
}

// Find returns the method of an id that ranks a period, and the period. The error is a *kpi.Error that names what would do.
func (all Methods) Find(id, name string, now time.Time, zone *time.Location) (*Method, period.Period, error) {
	var ids []string
	var refused error
	for _, m := range all {
		ids = append(ids, m.ID)
		if m.ID != id {
			continue
		}
		p, err := m.Period(name, now, zone)
		if err == nil {
			return m, p, nil
		}
		refused = err
	}
	if refused == nil {
		such := strings.Join(slices.Compact(ids), ", ")
		refused = &kpi.Error{
			Param: "method", Message: fmt.Sprintf("there is no method %q; %s would do", id, such),
			VI: fmt.Sprintf("không có phương pháp %q; dùng được %s", id, such),
		}
		if len(ids) == 0 {
			refused = &kpi.Error{
				Param: "method", Message: fmt.Sprintf("there is no method %q, for the server has none; name a folder of method files with ranking.methods", id),
				VI: fmt.Sprintf("không có phương pháp %q, vì máy chủ chưa có phương pháp nào; hãy đặt thư mục phương pháp bằng ranking.methods", id),
			}
		}
	}
	return nil, period.Period{}, refused
}
