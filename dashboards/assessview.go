package dashboards

import (
	"strconv"
	"strings"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/ranking"
)

// assessView is the page of assessments: of one agency, or of all.
type assessView struct {
	E                  *assessWords
	Methods, Periods   []choice
	Title, Days, Says  string
	Submit, Verify     deadlineView
	Agencies           []assessedAgency
	Unanswered, Asked  int
	Agency, Back, Code string
	Method, Period     string
	Own, Done          bool
	Criteria           []assessedCriterion
}

// deadlineView is until when something is to be done.
type deadlineView struct {
	Text string
	Over bool
}

// assessedAgency is a line of the list of all agencies.
type assessedAgency struct {
	Name, Code, Href            string
	Answered, Verified, Changed string
	State                       badge
}

// assessedCriterion is what was said of one criterion of an agency.
type assessedCriterion struct {
	Code, Title, Maximum, Kind string
	Claimed, Verified          *saidView
	Gap                        string
	After                      bool // claimed again after it was verified
	Open                       bool // the form is shown
	Points, Evidence, Reason   string
	Faults                     []detail
	Button                     string
}

type saidView struct {
	Points, Evidence, Reason, At string
	Late                         bool
}

// said is what was assessed for a period.
type said []kpi.Assessed

func (s said) of(agency, code string) kpi.Assessed {
	for _, a := range s {
		if a.Agency == agency && a.Criterion == code {
			return a
		}
	}
	return kpi.Assessed{Agency: agency, Criterion: code}
}

func (p *Pages) assessView(by *assessor) *assessView {
	lang, m := by.lang, by.method
	v := &assessView{
		E: assessIn[lang], Title: lang.of(m.Titles.VI, m.Titles.EN), Method: m.ID, Period: by.period.ID, Own: by.who.Bound != "",
		Days: lang.period(by.period.ID) + ": " + lang.day(by.period.First) + " – " + lang.day(by.period.Last), Asked: len(by.asked),
	}
	v.Says = v.E.VerifySays
	if v.Own {
		v.Says = v.E.SelfSays
	}
	for _, other := range p.Methods {
		if len(other.Assessables()) > 0 && len(p.periodsOf(other)) > 0 {
			with := *by
			with.method, with.period = other, p.periodsOf(other)[0]
			if _, of, ok := p.methodOf(other.ID, ""); ok {
				with.period = of
			}
			v.Methods = append(v.Methods, choice{lang.of(other.Titles.VI, other.Titles.EN), with.href("", nil), other == m})
		}
	}
	for _, of := range p.periodsOf(m) {
		with := *by
		with.period = of
		v.Periods = append(v.Periods, choice{lang.period(of.ID), with.href(by.agency, nil), of.ID == by.period.ID})
	}
	v.Submit, v.Verify = p.until(by, m.Deadlines.Submit), p.until(by, m.Deadlines.Verify)
	return v
}

func (p *Pages) until(by *assessor, days int) deadlineView {
	at := by.deadline(days, p.Location)
	if at.IsZero() {
		return deadlineView{Text: assessIn[by.lang].NoDeadline}
	}
	return deadlineView{by.lang.date(at), p.Now().After(at)}
}

// overview lists all agencies, and who has not answered.
func (v *assessView) overview(by *assessor, all said) {
	asked := by.method.Assessables()
	for _, a := range by.asked {
		answered, must, verified, changed := 0, 0, 0, 0
		for _, what := range asked {
			s := all.of(a.Code, what.Code)
			beyond := what.Bonus || what.Penalty // nobody must ask for those
			if !beyond {
				must++
			}
			if s.Claimed != nil && !beyond {
				answered++
			}
			if s.Verified != nil && !beyond {
				verified++
			}
			if s.Claimed != nil && s.Verified != nil && s.Claimed.Points != s.Verified.Points {
				changed++
			}
		}
		row := assessedAgency{
			Name: by.lang.of(a.Names.VI, a.Names.EN), Code: a.Code, Href: by.href(a.Code, nil), Answered: share(answered, must), Verified: share(verified, must),
			Changed: strconv.Itoa(changed), State: badge{v.E.Complete, "good"},
		}
		switch {
		case answered < must && v.Submit.Over:
			row.State = badge{v.E.Late, "bad"}
		case answered < must:
			row.State = badge{v.E.Lacking, "level"}
		case verified < must:
			row.State = badge{v.E.Waiting, "level"}
		}
		if answered < must {
			v.Unanswered++
		}
		v.Agencies = append(v.Agencies, row)
	}
}

func share(n, of int) string { return strconv.Itoa(n) + "/" + strconv.Itoa(of) }

// criteria shows what was said of each criterion of an agency, with a form to say it.
func (v *assessView) criteria(p *Pages, by *assessor, all said) {
	v.Code, v.Agency = by.agency, p.agencyWithCode(by.agency, by.lang)
	if by.who.Bound == "" {
		v.Back = by.href("", nil)
	}
	for _, a := range by.asked {
		if a.Code == by.agency {
			v.Agency = a.Code + " " + by.lang.of(a.Names.VI, a.Names.EN)
		}
	}
	for _, what := range by.method.Assessables() {
		v.Criteria = append(v.Criteria, p.assessedCriterion(by, what, all.of(by.agency, what.Code)))
	}
}

func (p *Pages) assessedCriterion(by *assessor, what ranking.Assessable, s kpi.Assessed) assessedCriterion {
	e, lang := assessIn[by.lang], by.lang
	c := assessedCriterion{
		Code: what.Code, Title: lang.of(what.Titles.VI, what.Titles.EN), Maximum: lang.points(what.Maximum),
		Claimed: p.saidView(by, s.Claimed, by.deadline(by.method.Deadlines.Submit, p.Location)), Verified: p.saidView(by, s.Verified, time.Time{}),
	}
	switch {
	case what.Bonus:
		c.Kind = e.Bonus
	case what.Penalty:
		c.Kind = e.Penalty
	}
	if s.Claimed != nil && s.Verified != nil {
		c.Gap = lang.points(s.Verified.Points - s.Claimed.Points)
		c.After = s.Claimed.At.After(s.Verified.At)
	}
	last := s.Verified
	c.Button, c.Open = e.VerifyIt, s.Verified == nil && s.Claimed != nil
	if s.Verified != nil {
		c.Button = e.VerifyAgain
	} else {
		last = s.Claimed
	}
	if by.who.Bound != "" {
		last, c.Button, c.Open = s.Claimed, e.Answer, s.Claimed == nil && !what.Bonus && !what.Penalty
		if s.Claimed != nil {
			c.Button = e.AnswerAgain
		}
	}
	if by.who.Bound != "" && what.Penalty { // nobody takes points from themselves
		c.Button = ""
	}
	if last != nil {
		c.Points, c.Evidence, c.Reason = strconv.FormatFloat(last.Points, 'f', -1, 64), last.Evidence, last.Reason
	}
	if by.who.Bound == "" {
		c.Evidence = ""
	}
	if wrong := by.wrong; wrong != nil && wrong.code == what.Code {
		c.Open, c.Points, c.Evidence, c.Reason = true, wrong.points, wrong.evidence, wrong.reason
		for _, f := range wrong.faults {
			c.Faults = append(c.Faults, detail{lang.said(f.Title), lang.said(f.Says)})
		}
	}
	return c
}

func (p *Pages) saidView(by *assessor, s *kpi.Said, until time.Time) *saidView {
	if s == nil {
		return nil
	}
	return &saidView{
		Points: by.lang.points(s.Points), Evidence: s.Evidence, Reason: s.Reason, At: by.lang.minute(s.At.In(p.Location).Truncate(time.Minute)),
		Late: !until.IsZero() && s.At.After(until),
	}
}

// points writes points with as many decimals as they have.
func (l language) points(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if l == vietnamese {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return strings.ReplaceAll(text, "-", "−")
}
