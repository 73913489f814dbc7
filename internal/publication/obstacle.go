package publication

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

// Hindrance is a kind of obstacle.
type Hindrance string

// The kinds.
const (
	// Running: the period has not ended.
	Running Hindrance = "running"
	// Early: the method asks to wait for some days after the period.
	Early Hindrance = "early"
	// Silent: of an agency or a source nothing is heard any more, so what counts of it is what was known then.
	Silent Hindrance = "quiet"
	// Incomplete: less has arrived than the method asks for, of what sources say that there is.
	Incomplete Hindrance = "incomplete"
	// Empty: nothing is known of any agency of a group, so nobody in it is ranked.
	Empty Hindrance = "empty"
	// Unverified: assessments that count are not verified, or bonus points that were claimed.
	Unverified Hindrance = "unverified"
)

// Obstacle is something that stands against publishing a ranking.
type Obstacle struct {
	Kind Hindrance `json:"kind"`
	// What names what it is about: an agency, a source, a figure; "" for the whole.
	What string `json:"what,omitzero"`
	VI   string `json:"vi"`
	EN   string `json:"en"`
}

// Obstacles are what stands against publishing a ranking at an instant, in a fixed order.
func Obstacles(m *ranking.Method, r *ranking.Result, now time.Time) []Obstacle {
	all := []Obstacle{}
	if r.Inputs.Period.Running {
		all = append(all, Obstacle{Kind: Running, What: r.Inputs.Period.ID, VI: "kỳ chưa kết thúc", EN: "the period has not ended"})
	} else if last, err := calendar.ParseDay(r.Inputs.Period.To); err == nil {
		if from := last + calendar.Day(m.Publication.After); calendar.DayOf(now, now.Location()) <= from && m.Publication.After > 0 {
			all = append(all, Obstacle{
				Kind: Early, What: from.String(),
				VI: fmt.Sprintf("phương pháp chỉ cho công bố sau ngày %s", from.Start(time.UTC).Format("02/01/2006")),
				EN: fmt.Sprintf("by the method it may be published after %s", from),
			})
		}
	}
	for _, g := range r.Groups {
		if len(g.NoData) > 0 {
			all = append(all, Obstacle{
				Kind: Empty, What: "group " + g.Group.Code, VI: fmt.Sprintf("%s: trong kỳ không có số liệu nào, nên không xếp hạng được", g.Group.Names.VI),
				EN: fmt.Sprintf("%s: nothing is known of the period, so nobody is ranked", cmp.Or(g.Group.Names.EN, g.Group.Names.VI)),
			})
		}
	}
	all = append(all, silent(r)...)
	if least := m.Publication.Completeness; least != nil {
		all = append(all, incomplete(r, *least)...)
	}
	return append(all, unverified(r)...)
}

// silent are the agencies that are ranked, and the sources, of which nothing is heard any more.
func silent(r *ranking.Result) (all []Obstacle) {
	ranked := map[string]bool{}
	for _, g := range r.Groups {
		for _, s := range g.Agencies {
			ranked[s.Agency.Code] = true
		}
	}
	for _, q := range r.Inputs.Quiet {
		if q.Agency != "" && !ranked[q.Agency] {
			continue
		}
		what, who := "agency "+q.Agency, agencyNames(r, q.Agency)
		if q.Source != "" {
			what, who = "source "+q.Source, ranking.Names{VI: "nguồn " + q.Source, EN: "source " + q.Source}
		}
		ofVI, ofEN := silentOf(r, q)
		all = append(all, Obstacle{
			Kind: Silent, What: what, VI: fmt.Sprintf("%s: không có %s từ sau ngày %s", who.VI, ofVI, inVietnamese(q.Since)), EN: fmt.Sprintf("%s: %s was heard of after %s", who.EN, ofEN, q.Since),
		})
	}
	slices.SortFunc(all, func(a, b Obstacle) int { return strings.Compare(a.What, b.What) })
	return all
}

// agencyNames are what an agency is called in a sentence.
func agencyNames(r *ranking.Result, code string) ranking.Names {
	for _, a := range r.Inputs.Agencies {
		if a.Code == code && a.Names.VI != "" {
			return ranking.Names{VI: a.Names.VI + " (" + code + ")", EN: cmp.Or(a.Names.EN, a.Names.VI) + " (" + code + ")"}
		}
	}
	return ranking.Names{VI: "cơ quan " + code, EN: "agency " + code}
}

// familyWords name what nothing is heard of.
var familyWords = map[event.Family][2]string{
	event.Dossier: {"hồ sơ", "no dossier"}, event.Task: {"nhiệm vụ", "no task"}, event.Petition: {"đơn thư", "no petition"},
	event.Reception: {"lượt tiếp công dân", "no reception"}, event.Finding: {"tồn tại qua kiểm tra", "no finding"},
}

// silentOf says of what nothing is heard of an agency: of petitions, say, while its dossiers come as ever.
func silentOf(r *ranking.Result, q kpi.Quiet) (vi, en string) {
	var ofVI, ofEN []string
	for _, f := range r.Inputs.Figures {
		if !slices.ContainsFunc(f.Rows, func(row ranking.Row) bool { return row.Agency == q.Agency && row.QuietSince == q.Since }) {
			continue
		}
		d, _ := kpi.ByID(f.KPI)
		for _, family := range d.Families() {
			if words := familyWords[family]; words[0] != "" && !slices.Contains(ofVI, words[0]) {
				ofVI, ofEN = append(ofVI, words[0]), append(ofEN, words[1])
			}
		}
	}
	if len(ofVI) == 0 {
		return "dữ liệu", "nothing"
	}
	return strings.Join(ofVI, ", "), strings.Join(ofEN, ", ")
}

// inVietnamese writes a day as people there do.
func inVietnamese(day string) string {
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		return t.Format("02/01/2006")
	}
	return day
}

// tenths writes a share in percent, rounded down: what is less than is asked for does not read like it.
func tenths(share float64) string {
	return fmt.Sprintf("%.1f", math.Floor(share*1000+1e-9)/10)
}

func incomplete(r *ranking.Result, least float64) (all []Obstacle) {
	for _, f := range r.Inputs.Figures {
		if f.Completeness != nil && *f.Completeness < least {
			all = append(all, Obstacle{
				Kind: Incomplete, What: f.Criterion,
				VI: fmt.Sprintf("%s: mới nhận %s %% số hồ sơ nguồn báo, phương pháp yêu cầu %s %%", f.Criterion, strings.ReplaceAll(tenths(*f.Completeness), ".", ","), strings.ReplaceAll(tenths(least), ".", ",")),
				EN: fmt.Sprintf("%s: %s%% of what sources state has arrived, the method asks for %s%%", f.Criterion, tenths(*f.Completeness), tenths(least)),
			})
		}
	}
	return all
}

func unverified(r *ranking.Result) (all []Obstacle) {
	titles := map[string]ranking.Names{}
	for _, a := range r.Method.Areas {
		for _, c := range a.Criteria {
			titles[c.ID] = c.Titles
		}
	}
	for _, a := range r.Method.Adjustments {
		titles[a.ID] = a.Titles
	}
	for _, g := range r.Groups {
		for _, s := range g.Agencies {
			var vi, en []string
			for _, c := range s.Criteria {
				if slices.Contains(c.Marks, ranking.MarkUnverified) {
					vi, en = append(vi, titles[c.Criterion].VI), append(en, titles[c.Criterion].EN)
				}
			}
			for _, w := range s.Waiting {
				vi, en = append(vi, titles[w.Adjustment].VI), append(en, titles[w.Adjustment].EN)
			}
			if len(vi) > 0 {
				who := agencyNames(r, s.Agency.Code)
				all = append(all, Obstacle{
					Kind: Unverified, What: "agency " + s.Agency.Code, VI: fmt.Sprintf("%s: chưa thẩm định %s", who.VI, strings.Join(vi, ", ")),
					EN: fmt.Sprintf("%s: not verified: %s", who.EN, strings.Join(en, ", ")),
				})
			}
		}
	}
	return all
}

// Refusal says that a ranking is not published while something stands against it, unless somebody says why it is all the same.
type Refusal struct{ Obstacles []Obstacle }

func (r *Refusal) Error() string {
	said := make([]string, 0, len(r.Obstacles))
	for _, o := range r.Obstacles {
		said = append(said, o.EN)
	}
	return "not published: " + strings.Join(said, "; ") + ". Wait, or say why it is published although it is so (--although REASON), which is sealed with it"
}
