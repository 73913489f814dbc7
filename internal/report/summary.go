package report

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/period"
)

// Summary is what an inspection of administrative reform asks of an agency: its tasks, dossiers, online services and post,
// receptions, petitions, staff and earlier findings in a period, as figures and as the sentences that such reports are made of.
type Summary struct {
	Period period.Period `json:"-"`
	// Cutoff, Agency and Names are as in [Form06a].
	Cutoff   string    `json:"cutoff"`
	Agency   *string   `json:"agency"`
	Names    Names     `json:"names"`
	AsOf     time.Time `json:"as_of"`
	Events   uint64    `json:"events"`
	Sections []Section `json:"sections"`
}

// Section is one subject of the summary.
type Section struct {
	ID    string `json:"id"`
	Names Names  `json:"names"`
	// Text is made of Items; a sentence whose figures nobody has reported is left out.
	Text  Names  `json:"text"`
	Items []Item `json:"items"`
}

// Item is one figure, whole or of one key.
type Item struct {
	Figure string `json:"figure"`
	Names  Names  `json:"names"`
	Unit   string `json:"unit"`
	// By is "kind" or "quarter", and Key which one it is; nil for the whole, and for what has no kind.
	By  *string `json:"by"`
	Key *string `json:"key"`
	// Value is nil where there are no cases; Numerator and Denominator are a rate's.
	Value       *float64 `json:"value"`
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
}

// subject is a section before anything is asked: its figures, with a dimension behind a colon, and its sentences.
type subject struct {
	id        string
	names     Names
	figures   []string
	sentences []sentence
}

// Summary asks the books for the summary of an agency, or of the whole city. The error is a *kpi.Error if it cannot be asked for,
// else the engine's.
func (r *Reports) Summary(ctx context.Context, a Asked) (*Summary, error) {
	var questions []kpi.Query
	for _, s := range subjects {
		for _, asked := range s.figures {
			questions = append(questions, a.query(asked))
		}
	}
	figures, err := r.Books.Ask(ctx, questions...)
	if err != nil {
		return nil, err
	}
	known := slices.ContainsFunc(figures, func(f kpi.Figure) bool {
		return len(f.Rows) > 0 && f.Rows[0].Value != nil && *f.Rows[0].Value != 0
	})
	summary := &Summary{Period: a.Period, Cutoff: a.Cutoff, AsOf: figures[0].AsOf, Events: figures[0].Events}
	if summary.Agency, summary.Names, err = r.agency(a, known); err != nil {
		return nil, err
	}
	values := values{}
	for _, s := range subjects {
		section := Section{ID: s.id, Names: s.names, Items: []Item{}}
		for range s.figures {
			section.Items = append(section.Items, itemsOf(figures[0])...)
			figures = figures[1:]
		}
		values.add(section.Items)
		summary.Sections = append(summary.Sections, section)
	}
	for i, s := range subjects {
		for _, lang := range []string{"vi", "en"} {
			text := values.say(s.sentences, lang, map[string]string{"agency": summary.Names.In(lang), "window": window(a.Period, r.Zone, lang)})
			if lang == "en" {
				summary.Sections[i].Text.EN = text
			} else {
				summary.Sections[i].Text.VI = text
			}
		}
	}
	return summary, nil
}

// query is the question for a figure of a subject.
func (a *Asked) query(asked string) kpi.Query {
	id, by := cut(asked)
	q := kpi.Query{ID: id, Period: a.Period, AsOf: a.AsOf, Fold: a.Fold}
	if by != "" {
		q.By = []string{by}
	}
	if a.Agency != "" {
		q.Where = map[string][]string{"agency": {a.Agency}}
	}
	return q
}

// itemsOf are the items of a figure.
func itemsOf(f kpi.Figure) []Item {
	d, _ := kpi.ByID(f.ID)
	var items []Item
	for _, row := range f.Rows {
		item := Item{Figure: f.ID, Names: Names{d.VI, d.EN}, Unit: d.Unit, Value: row.Value, Numerator: row.Numerator, Denominator: row.Denominator}
		if len(row.Keys) > 0 {
			item.By, item.Key = &row.Keys[0].Dimension, row.Keys[0].Code
		}
		items = append(items, item)
	}
	return items
}

// MarshalJSON adds what the paper is.
func (s *Summary) MarshalJSON() ([]byte, error) {
	type plain Summary
	return json.Marshal(struct {
		Report string     `json:"report"`
		Title  Names      `json:"title"`
		Period periodJSON `json:"period"`
		*plain
	}{"summary", titleOfSummary, periodOf(s.Period), (*plain)(s)})
}
