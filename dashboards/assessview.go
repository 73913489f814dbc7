package dashboards

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tiendo/internal/period"
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
	Own                bool
	Done               string
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
	TakeBack                   bool // there is something that may be taken back
}

type saidView struct {
	Points, Evidence, Reason, At string
	Late                         bool
}

// assessView begins the page.
func (p *Pages) assessView(by *assessor) *assessView {
	lang, m := by.lang, by.method
	v := &assessView{
		E: assessIn[lang], Title: lang.of(m.Titles.VI, m.Titles.EN), Method: m.ID, Period: by.period.ID, Own: by.who.Bound != "",
		Days: lang.period(by.period.ID) + ": " + lang.day(by.period.First) + " – " + lang.day(by.period.Last), Asked: len(by.sheet.Agencies), Unanswered: len(by.sheet.Missing),
	}
	v.Says = v.E.VerifySays
	if v.Own {
		v.Says = v.E.SelfSays
	}
	for _, other := range p.methods() {
		of, ok := p.assessedPeriod(other, "")
		if !ok || other.ID != m.ID && !p.ranked(other) {
			continue
		}
		with := *by
		with.method, with.period = other, of
		v.Methods = append(v.Methods, choice{lang.of(other.Titles.VI, other.Titles.EN), with.href("", nil), other == m})
	}
	periods := p.periodsOf(m)
	if !slices.ContainsFunc(periods, func(of period.Period) bool { return of.ID == by.period.ID }) {
		periods = append(periods, by.period)
	}
	for _, of := range periods {
		with := *by
		with.period = of
		v.Periods = append(v.Periods, choice{lang.period(of.ID), with.href(by.agency, nil), of.ID == by.period.ID})
	}
	v.Submit, v.Verify = p.until(by, by.sheet.Submit), p.until(by, by.sheet.Verify)
	return v
}

func (p *Pages) until(by *assessor, at *time.Time) deadlineView {
	if at == nil {
		return deadlineView{Text: assessIn[by.lang].NoDeadline}
	}
	return deadlineView{by.lang.date(at.In(p.Location)), p.Now().After(*at)}
}

// overview lists all agencies, and who has not answered. Points beyond the criteria nobody must ask for; who did waits for them.
func (v *assessView) overview(by *assessor) {
	for _, row := range by.sheet.Agencies {
		answered, must, verified, changed := 0, 0, 0, 0
		for i, answer := range row.Answers {
			if answer.Difference != nil && *answer.Difference != 0 {
				changed++
			}
			if by.sheet.Criteria[i].Adjustment && answer.Claimed == nil {
				continue
			}
			must++
			if answer.Claimed != nil {
				answered++
			}
			if answer.Verified != nil {
				verified++
			}
		}
		shown := assessedAgency{
			Name: by.lang.of(row.Agency.Names.VI, row.Agency.Names.EN), Code: row.Agency.Code, Href: by.href(row.Agency.Code, nil),
			Answered: share(answered, must), Verified: share(verified, must), Changed: strconv.Itoa(changed), State: badge{v.E.Complete, "good"},
		}
		switch {
		case row.Missing > 0 && v.Submit.Over:
			shown.State = badge{v.E.Late, "bad"}
		case row.Missing > 0:
			shown.State = badge{v.E.Lacking, "level"}
		case verified < must:
			shown.State = badge{v.E.Waiting, "level"}
		}
		v.Agencies = append(v.Agencies, shown)
	}
}

func share(n, of int) string { return strconv.Itoa(n) + "/" + strconv.Itoa(of) }

// criteria shows what was said of each criterion of an agency, with a form to say it.
func (v *assessView) criteria(p *Pages, by *assessor) {
	row := by.sheet.Of(by.agency).Agencies[0]
	v.Code, v.Agency = by.agency, row.Agency.Code+" "+by.lang.of(row.Agency.Names.VI, row.Agency.Names.EN)
	if by.who.Bound == "" {
		v.Back = by.href("", nil)
	}
	for i := range by.sheet.Criteria {
		v.Criteria = append(v.Criteria, p.assessedCriterion(by, &by.sheet.Criteria[i], &row.Answers[i]))
	}
}

func (p *Pages) assessedCriterion(by *assessor, what *ranking.SheetColumn, s *ranking.Answer) assessedCriterion {
	e, lang, penalty := assessIn[by.lang], by.lang, by.penalty(what)
	c := assessedCriterion{
		Code: what.Code, Title: lang.of(what.Titles.VI, what.Titles.EN), Maximum: lang.given(what.Maximum),
		Claimed: p.saidView(by, s.Claimed, s.Late), Verified: p.saidView(by, s.Verified, false),
	}
	switch {
	case penalty:
		c.Kind = e.Penalty
	case what.Adjustment:
		c.Kind = e.Bonus
	}
	if s.Difference != nil {
		c.Gap = lang.given(*s.Difference)
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
		last, c.Button, c.Open = s.Claimed, e.Answer, s.Claimed == nil && !what.Adjustment
		if s.Claimed != nil {
			c.Button = e.AnswerAgain
		}
	}
	if by.who.Bound != "" && penalty { // nobody takes points from themselves
		c.Button = ""
	}
	c.TakeBack = last != nil && c.Button != "" && (by.who.Bound != "" || s.Verified != nil)
	if last != nil {
		c.Points, c.Evidence, c.Reason = lang.given(last.Points), last.Evidence, last.Reason
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

func (p *Pages) saidView(by *assessor, s *ranking.Claim, late bool) *saidView {
	if s == nil {
		return nil
	}
	return &saidView{
		Points: by.lang.given(s.Points), Evidence: s.Evidence, Reason: s.Reason, At: by.lang.minute(s.At.In(p.Location).Truncate(time.Minute)), Late: late,
	}
}

// given writes points that somebody gave, with as many decimals as they have.
func (l language) given(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if l == vietnamese {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return strings.ReplaceAll(text, "-", "−")
}
