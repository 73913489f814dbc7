package dashboards

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/byhand"
	"tiendo/internal/event"
)

// detailsOf says in words what an event tells.
func (p *Pages) detailsOf(f *byhand.Form, typ event.Type, data []byte, lang language) []detail {
	var told map[string]jsontext.Value
	if err := json.Unmarshal(data, &told); err != nil {
		panic("BUG: an event that was taken is no JSON: " + err.Error())
	}
	var all []detail
	for _, q := range f.Questions(typ) {
		if value, there := told[q.Name]; there {
			all = append(all, detail{lang.said(q.Title), p.valueOf(&q, value, lang)})
		}
	}
	return all
}

// valueOf writes a value as people read it.
func (p *Pages) valueOf(q *byhand.Question, value jsontext.Value, lang language) string {
	switch q.Kind {
	case event.Int, event.Number:
		return string(value)
	case event.Bool:
		if string(value) == "false" {
			return entryIn[lang].No
		}
		return entryIn[lang].Yes
	case event.Codes:
		var codes, names []string
		if err := json.Unmarshal(value, &codes); err != nil {
			panic("BUG: an event that was taken is not what it should be: " + err.Error())
		}
		for _, code := range codes {
			names = append(names, p.agencyWithCode(code, lang))
		}
		return strings.Join(names, ", ")
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		panic("BUG: an event that was taken is not what it should be: " + err.Error())
	}
	switch {
	case q.Name == "agency":
		return p.agencyWithCode(text, lang)
	case q.Kind == event.Day, q.Kind == event.Deadline:
		return lang.day(text)
	case q.Kind == event.Term:
		return lang.period(text)
	}
	for _, v := range q.Values {
		if v.Code == text {
			return lang.said(v.Title)
		}
	}
	return text
}

// moment writes when something happened: a day alone where no time of day was told.
func (p *Pages) moment(at time.Time, lang language) string {
	at = at.In(p.Location)
	if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
		return lang.date(at)
	}
	return lang.minute(at)
}
