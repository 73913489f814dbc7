package publication

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tiendo/internal/ranking"
	"tiendo/internal/seal"
)

// Request asks to publish a ranking.
type Request struct {
	Method  *ranking.Method
	Ranking *ranking.Result
	// Watermark is up to where the facts are booked that the figures are of.
	Watermark Watermark
	// Although is why it is published in spite of what stands against it; "" if it is not.
	Although string
	// Corrects is the number of the publication that this one takes the place of, and Reason why; 0 for the first.
	Corrects int64
	Reason   string
	// By is who asks: a second person must be another one.
	By string
}

// Ask is what a person or a program asks to be published, before it is ranked.
type Ask struct {
	// Method is the id of a method, Source its file; nil for the one that the server has.
	Method, Period string
	Source         *ranking.Method
	// Although, Corrects and Reason are those of the [Request].
	Although string
	Corrects int64
	Reason   string
	// Confirm is the SHA-256 of what another person has asked to publish; "" to ask.
	Confirm string
}

// Outcome is what came of it: published, or waiting for a second person. One of both is set.
type Outcome struct {
	Published *Entry
	Head      seal.Head
	Waits     *Proposal
}

// Wrong says what is wrong with a request, and what would do. Param is the part of it, VI what people are told.
type Wrong struct{ Param, Message, VI string }

func (w *Wrong) Error() string { return w.Message }

// ErrUnprovable says that what would be sealed is not what it says of itself, which is a fault of the program. The error wraps why.
var ErrUnprovable = errors.New("BUG: what would be sealed does not hold together")

// Publish seals a ranking, or keeps it until a second person confirms, where the method asks for that. A *Refusal says that
// something stands against it, a *Wrong that it was published already, that what it should correct can't be, or that a number that was
// reported can't be ranked; an [ErrUnprovable] is a fault of the program, and any other error is of the log.
func (p *Publications) Publish(r Request) (Outcome, error) {
	p.publishing.Lock()
	defer p.publishing.Unlock()
	if err := p.whole(); err != nil {
		return Outcome{}, err
	}
	record, err := p.prepare(r)
	if err != nil {
		return Outcome{}, err
	}
	raw, err := record.canonical()
	if err != nil {
		return Outcome{}, err
	}
	if err := provable(raw); err != nil {
		return Outcome{}, err
	}
	if r.Method.Publication.Confirm {
		waits := Proposal{SHA256: hashOf(raw), Method: r.Method.ID, Period: r.Ranking.Inputs.Period.ID, By: r.By, Made: record.Made, Record: string(raw)}
		return Outcome{Waits: &waits}, p.keep(waits)
	}
	return p.seal(raw, record)
}

// Confirm publishes what another person has asked for, as they did: by the SHA-256 of its record. Errors are as Publish's.
func (p *Publications) Confirm(method, period, sha256, by string) (Outcome, error) {
	p.publishing.Lock()
	defer p.publishing.Unlock()
	if err := p.whole(); err != nil {
		return Outcome{}, err
	}
	waits, ok := p.proposal(sha256)
	if !ok || waits.Method != method || waits.Period != period {
		return Outcome{}, &Wrong{
			"confirm", "nothing of this method and period waits for a confirmation under this SHA-256; GET /v1/publications lists what does",
			"không có bảng xếp hạng nào của kỳ này chờ xác nhận dưới mã này; hãy tải lại trang",
		}
	}
	if waits.By == by {
		return Outcome{}, &Wrong{"confirm", "whoever asked to publish can't confirm it: a second person must", "người đề nghị công bố không tự xác nhận được; cần người thứ hai"}
	}
	record, err := ParseRecord([]byte(waits.Record))
	if err != nil {
		return Outcome{}, err
	}
	corrects := int64(0)
	if record.Corrects != nil {
		corrects = record.Corrects.Number
	}
	if err := p.mayFollow(waits.Method, waits.Period, corrects); err != nil {
		return Outcome{}, err
	}
	done, err := p.seal([]byte(waits.Record), record)
	if err == nil {
		_ = p.drop(waits.Method, waits.Period) // it is published whether or not there is room to say that it waits no longer: see Waiting
	}
	return done, err
}

// whole sees that the log is what was written, before anything in it is believed.
func (p *Publications) whole() error {
	found := 0
	if _, err := p.log.Check(func(string) { found++ }); err != nil {
		return err
	}
	if found > 0 {
		return seal.ErrTampered
	}
	return nil
}

func (p *Publications) seal(raw []byte, record *Record) (Outcome, error) {
	number, head, err := p.log.Append(raw)
	if err != nil {
		return Outcome{}, err
	}
	e := p.add(number, hashOf(raw), record)
	return Outcome{Published: &e, Head: head}, nil
}

// prepare writes the record of a ranking, if it may be published.
func (p *Publications) prepare(r Request) (*Record, error) {
	if err := errors.Join(checkText("although", r.Although), checkText("reason", r.Reason)); err != nil {
		return nil, err
	}
	period := r.Ranking.Inputs.Period
	if err := p.mayFollow(r.Method.ID, period.ID, r.Corrects); err != nil {
		return nil, err
	}
	if wrong, is := errors.AsType[*ranking.OutOfRange](r.Method.Check(&r.Ranking.Inputs)); is {
		return nil, &Wrong{
			Message: wrong.Error() + ", so that nobody could compute the ranking again; have what was reported corrected, and publish then",
			VI:      wrong.Vietnamese() + " nên không ai tính lại được bảng xếp hạng; hãy đính chính số liệu đã báo cáo rồi công bố",
		}
	}
	now := p.Now()
	record := &Record{
		Kind: Kind, Made: now.Truncate(time.Second), State: Final, Obstacles: Obstacles(r.Method, r.Ranking, now),
		Method:    Method{ID: r.Method.ID, Version: r.Method.Version, SHA256: r.Method.SHA256, Source: string(r.Method.Source)},
		Watermark: r.Watermark, Ranking: r.Ranking,
	}
	if r.Ranking.Provisional {
		record.State = Provisional
	}
	if len(record.Obstacles) > 0 {
		if r.Although == "" {
			return nil, &Refusal{record.Obstacles}
		}
		record.State, record.Although = Provisional, r.Although
	}
	if r.Corrects == 0 {
		return record, nil
	}
	return record, p.correct(record, r)
}

// mayFollow says whether a publication may be the next of its method and period.
func (p *Publications) mayFollow(method, period string, corrects int64) error {
	newest, published := p.Newest(method, period)
	switch {
	case published && corrects == 0:
		return &Wrong{
			"corrects", fmt.Sprintf("%s %s is published already, as number %d, and what is published never changes: name it (--corrects %d) and the reason (--reason) to publish a correction",
				method, period, newest.Number, newest.Number),
			fmt.Sprintf("kỳ này đã công bố ở số %d, và nội dung đã công bố không thay đổi được; để đính chính, hãy ghi số %d và lý do", newest.Number, newest.Number),
		}
	case corrects != 0 && !published:
		return &Wrong{"corrects", fmt.Sprintf("nothing is published of %s %s yet, so nothing can be corrected", method, period), "kỳ này chưa công bố nên chưa có gì để đính chính"}
	case corrects != 0 && newest.Number != corrects:
		return &Wrong{
			"corrects", fmt.Sprintf("the newest publication of %s %s is number %d; correct that", method, period, newest.Number),
			fmt.Sprintf("công bố mới nhất của kỳ này là số %d; hãy đính chính số ấy", newest.Number),
		}
	}
	return nil
}

// correct makes a record the correction of another.
func (p *Publications) correct(record *Record, r Request) error {
	if r.Reason == "" {
		return &Wrong{"reason", "a correction needs a reason (--reason), which is published with it", "đính chính cần có lý do; lý do được công bố cùng"}
	}
	before, err := p.Record(r.Corrects)
	if err != nil {
		return err
	}
	newest, _ := p.Newest(r.Method.ID, r.Ranking.Inputs.Period.ID)
	record.Corrects = &Correction{Number: r.Corrects, SHA256: newest.SHA256, Reason: r.Reason, Changes: changes(before.Ranking, record.Ranking)}
	if len(record.Corrects.Changes) == 0 && before.State == record.State && before.Method.SHA256 == record.Method.SHA256 {
		return &Wrong{
			"corrects", fmt.Sprintf("nothing differs from publication %d: the same points and ranks, by the same method, and %s as before", r.Corrects, record.State),
			fmt.Sprintf("không có gì khác công bố số %d", r.Corrects),
		}
	}
	return nil
}

// changes are the agencies whose points or rank are others, in the order of the later ranking; those that are gone come last.
func changes(before, after *ranking.Result) []Changed {
	then, now := positions(before), positions(after)
	all := []Changed{}
	for _, at := range now {
		if was := find(then, at.Agency); was == nil || !was.same(at.Position) {
			all = append(all, Changed{Agency: at.Agency, Before: was, After: &at.Position})
		}
	}
	for _, was := range then {
		if find(now, was.Agency) == nil {
			all = append(all, Changed{Agency: was.Agency, Before: &was.Position})
		}
	}
	return all
}

// Placed is an agency where it stands.
type Placed struct {
	Agency string
	Position
}

func positions(r *ranking.Result) (all []Placed) {
	for _, g := range r.Groups {
		for _, s := range g.Agencies {
			all = append(all, Placed{s.Agency.Code, Position{Points: s.Points, Rank: s.Rank}})
		}
	}
	return all
}

func find(all []Placed, agency string) *Position {
	for i := range all {
		if all[i].Agency == agency {
			return &all[i].Position
		}
	}
	return nil
}

func (p *Position) same(other Position) bool {
	if (p.Rank == nil) != (other.Rank == nil) || p.Rank != nil && *p.Rank != *other.Rank {
		return false
	}
	difference := p.Points - other.Points
	return difference < tolerated && difference > -tolerated
}

// longestText is how many bytes a reason may have.
const longestText = 500

// checkText refuses a reason that can't stand on paper.
func checkText(param, text string) error {
	switch {
	case len(text) > longestText:
		return &Wrong{param, fmt.Sprintf("it has %d bytes; at most %d would do", len(text), longestText), fmt.Sprintf("lý do dài quá %d byte", longestText)}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) }):
		return &Wrong{param, "it holds what is no letter; one line of text would do", "lý do có ký tự không in được; hãy viết trên một dòng"}
	case text != "" && strings.TrimSpace(text) == "":
		return &Wrong{param, "it says nothing; a reason would do", "lý do để trống"}
	}
	return nil
}

// provable sees that what is about to be sealed can be computed again from what it says.
func provable(raw []byte) error {
	record, err := ParseRecord(raw)
	if err != nil {
		return fmt.Errorf("%w: it can't be read: %w", ErrUnprovable, err)
	}
	var differs []string
	if err := record.Recompute(func(says string) { differs = append(differs, says) }); err != nil {
		return fmt.Errorf("%w: it can't be computed again: %w", ErrUnprovable, err)
	}
	if len(differs) > 0 {
		return fmt.Errorf("%w: it is computed otherwise: %s", ErrUnprovable, differs[0])
	}
	return nil
}
