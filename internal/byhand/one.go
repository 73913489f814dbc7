package byhand

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// Answers are what was written into the form of one event, by the names of its questions. When it happened is a day
// ("2026-09-14") and, if it was told, a time of day ("15:30").
type Answers struct {
	Subject, Day, Clock string
	Fields              map[string][]string
}

// Was names the record that is corrected.
type Was struct {
	Subject string
	Time    time.Time
}

var whenTitle = wordings[Time]

// Enter makes one event of what somebody has written, or corrects one of theirs, and sends it. Its error is ErrNotYours,
// [Faults], that of what is known already, or the collector's: then nothing was sent.
func (d *Desk) Enter(ctx context.Context, who *auth.Token, f *Form, typ event.Type, a Answers, was *Was) (*Entry, error) {
	if !who.Tells(f.Family) {
		return nil, ErrNotYours
	}
	who = d.known(who)
	if was != nil && !f.Composed() {
		a.Subject = was.Subject // under another code it would be another case
	}
	entry, faults := d.entryOf(who, f, typ, a)
	if len(faults) > 0 {
		return nil, faults
	}
	subjects := []string{entry.Subject}
	if was != nil && was.Subject != entry.Subject {
		subjects = append(subjects, was.Subject)
	}
	known, err := d.Known(ctx, f.Family, subjects)
	if err != nil {
		return nil, err
	}
	h := historyOf(known[entry.Subject])
	after := h.newest()
	var all []telling
	if was == nil {
		if fault := f.refuses(who, h, entry); fault != nil {
			return nil, Faults{*fault}
		}
		h.place(entry, f.Composed())
		all = entry.tellings()
	} else {
		before := historyOf(known[was.Subject])
		if all, err = corrected(entry, before.own(who, typ, was.Time)); err != nil {
			return nil, err
		}
		if at := before.newest(); at.After(after) {
			after = at
		}
	}
	if len(all) == 0 {
		return nil, Faults{whole("Đúng như vậy đã được nhập rồi; không có gì thay đổi.", "Exactly that was entered already; nothing changes.")}
	}
	refused, err := d.deliver(who, all, after)
	if err != nil {
		return nil, err
	}
	for _, r := range refused {
		faults = append(faults, f.Ask(strings.TrimPrefix(r.Field, "data."), typ).of(&event.Error{Field: r.Field, Reason: r.Reason}))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return entry, nil
}

// corrected is what must be told for a correction of a record; nil if it says what that says.
func corrected(e *Entry, old *event.Event) ([]telling, error) {
	switch {
	case old == nil:
		return nil, Faults{whole("Bản ghi cần sửa không còn hiệu lực. Hãy mở lại danh sách.", "The record to correct counts no more. Open the list again.")}
	case old.Subject == e.Subject && old.Time.Equal(e.Time) && string(old.Data) == string(e.Data):
		return nil, nil
	case old.Subject == e.Subject && old.Time.Equal(e.Time):
		e.State = Changed
		return e.tellings(), nil
	default:
		e.State, e.Was = Moved, []time.Time{old.Time}
		return []telling{{e.Type, e.Subject, e.Time, e.Data, false}, {old.Type, old.Subject, old.Time, old.Data, true}}, nil
	}
}

// own is somebody's own record of what happened then; nil if there is none that counts.
func (h history) own(who *auth.Token, typ event.Type, at time.Time) *event.Event {
	all := h.standing(typ)
	if i := slices.IndexFunc(all, func(e event.Event) bool { return e.Time.Equal(at) && e.Source == Source(who) }); i >= 0 {
		return &all[i]
	}
	return nil
}

// refuses says why an entry would be booked to no case, or to that of somebody else.
func (f *Form) refuses(who *auth.Token, h history, e *Entry) *Fault {
	opening := h.opening(f)
	subject := wordings[Subject].title
	switch {
	case f.Composed():
		return nil
	case f.Opens(e.Type) && opening != nil:
		if fault := f.collision(h, e); fault != nil {
			return &Fault{subject, fault.Says}
		}
		return &Fault{subject, Text{"đã có vụ việc mang mã này. Muốn sửa, mở danh sách đã nhập; nếu là vụ việc khác, đặt mã khác.", "is that of a case that was entered already. To correct it, open the list of what you have entered; another case needs another code."}}
	case f.Opens(e.Type):
		return nil
	case opening == nil:
		return &Fault{subject, Text{"chưa có vụ việc nào mang mã này. Kiểm tra mã, hoặc nhập việc mở đầu trước.", "is that of no case. Check it, or enter first how the case began."}}
	}
	data, err := opening.Fields()
	if err != nil {
		panic("BUG: an event that was taken cannot be read: " + err.Error())
	}
	if who.Bound != "" && data.Agency != who.Bound {
		return &Fault{subject, Text{"là của vụ việc của cơ quan khác; tài khoản này chỉ nhập cho " + who.Bound + ".", "is that of another agency's case; this account enters for " + who.Bound + " alone."}}
	}
	return nil
}

// Ask is the question for a field, also for the code and the time of a case.
func (f *Form) Ask(field string, typ event.Type) *Question {
	for _, q := range f.Questions(typ) {
		if q.Name == field {
			return &q
		}
	}
	w := whenTitle
	if field == Subject {
		w = wordings[Subject]
	}
	return &Question{Field: event.Field{Name: field, Required: true}, Title: w.title, Says: w.says}
}

// entryOf makes an entry of what was written.
func (d *Desk) entryOf(who *auth.Token, f *Form, typ event.Type, a Answers) (*Entry, Faults) {
	var faults Faults
	data := map[string]jsontext.Value{}
	for _, q := range f.Questions(typ) {
		value, fault := q.answer(a.Fields[q.Name], d.Allowed(who, &q, typ))
		if fault != nil {
			faults = append(faults, *fault)
		}
		if value != nil {
			data[q.Name] = value
		}
	}
	switch a.Subject = strings.TrimSpace(a.Subject); {
	case f.Composed():
	case a.Subject == "":
		faults = append(faults, f.Ask(Subject, typ).missing())
	case event.CheckSubject(a.Subject) != nil:
		faults = append(faults, f.Ask(Subject, typ).unreadable())
	}
	if f.Family == event.Source {
		a.Day = strings.Join(a.Fields["day"], "")
	}
	now := d.Now()
	at, fault := when(a.Day, a.Clock, now.Location())
	if fault != nil && f.Family != event.Source {
		faults = append(faults, *fault)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	written, err := json.Marshal(data, json.Deterministic(true))
	if err != nil {
		panic("BUG: answers are no JSON: " + err.Error())
	}
	if f.Composed() {
		a.Subject = subjectOf(f, written, who)
	}
	t := telling{typ, a.Subject, at, written, false}
	e, err := new(event.Decoder).Decode(jsontext.Value(strings.TrimSpace(string(t.line(Source(who), now)))), now)
	if why, refused := errors.AsType[*event.Error](err); refused {
		return nil, Faults{f.Ask(strings.TrimPrefix(why.Field, "data."), typ).of(why)}
	}
	return &Entry{Type: e.Type, Subject: e.Subject, Time: e.Time, Data: e.Data}, nil
}

// Allowed are the agencies that may be named in an answer; nil where any code will do, and for what is no agency.
func (d *Desk) Allowed(who *auth.Token, q *Question, typ event.Type) []Agency {
	switch {
	case q.Name == "agency" && typ != "petition.forwarded":
		return d.choices(who).own
	case q.Name == "agency", q.Name == "agencies":
		return d.Agencies()
	default:
		return nil
	}
}

var (
	digits    = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	thousands = regexp.MustCompile(`^-?[1-9][0-9]{0,2}[.,][0-9]{3}$`)
)

// answer is an answer as JSON; nil if there is none.
func (q *Question) answer(told []string, allowed []Agency) (jsontext.Value, *Fault) {
	told = slices.DeleteFunc(slices.Clone(told), func(s string) bool { return strings.TrimSpace(s) == "" })
	var words []string
	for _, s := range told {
		words = append(words, strings.TrimSpace(s))
	}
	unreadable := func() (jsontext.Value, *Fault) { fault := q.unreadable(); return nil, &fault }
	switch {
	case len(words) == 0 && q.Required:
		fault := q.missing()
		return nil, &fault
	case len(words) == 0:
		return nil, nil
	case len(words) > 1 && q.Kind != event.Codes:
		return unreadable()
	}
	for _, word := range words {
		if len(allowed) > 0 && !slices.ContainsFunc(allowed, func(a Agency) bool { return a.Code == word }) {
			return unreadable()
		}
	}
	if q.Values != nil && !slices.ContainsFunc(q.Values, func(v Value) bool { return v.Code == words[0] }) {
		return unreadable()
	}
	switch q.Kind {
	case event.Int, event.Number:
		if q.Name != "points" && thousands.MatchString(words[0]) { // points are compared with the most there are
			fault := q.ambiguous(words[0])
			return nil, &fault
		}
		if q.Kind == event.Number {
			words[0] = decimal(words[0])
		}
		if !digits.MatchString(words[0]) {
			return unreadable()
		}
		return jsontext.Value(words[0]), nil
	case event.Bool:
		if words[0] != "true" && words[0] != "false" {
			return unreadable()
		}
		return jsontext.Value(words[0]), nil
	case event.Codes:
		list, err := json.Marshal(words)
		if err != nil {
			return unreadable()
		}
		return list, nil
	default:
		text, err := jsontext.AppendQuote(nil, words[0])
		if err != nil {
			return unreadable()
		}
		return text, nil
	}
}

// decimal writes a number as JSON does: people here write 98,5.
func decimal(text string) string {
	if text = strings.TrimSpace(text); strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		return strings.Replace(text, ",", ".", 1)
	}
	return text
}

// when reads a day and a time of day.
func when(day, clock string, zone *time.Location) (time.Time, *Fault) {
	q := Question{Title: whenTitle.title, Says: whenTitle.says}
	text, layout := strings.TrimSpace(day), time.DateOnly
	if text == "" {
		fault := q.missing()
		return time.Time{}, &fault
	}
	if clock = strings.TrimSpace(clock); clock != "" {
		text, layout = text+" "+clock, "2006-01-02 15:04"
		if strings.Count(clock, ":") == 2 {
			layout += ":05"
		}
	}
	at, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		fault := q.unreadable()
		return time.Time{}, &fault
	}
	return at, nil
}
