package importer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"tiendo/internal/event"
	"tiendo/internal/workbook"
)

// What one request may hold; the server takes 10,000 events and 16 MiB.
const (
	mostEvents = 10_000
	mostBytes  = 8 << 20
)

// Reject is a record, or one event of it, that was not taken. Field is a column, or a field as the server names it;
// empty if it is the whole.
type Reject struct {
	Line          int
	Field, Reason string

	event   event.Type // of an event that the server rejected
	subject string     // the case; empty if it cannot be read
}

// Cells are the columns line, field and reason of a table of rejects. What a spreadsheet would take for a formula has an
// apostrophe before it: names of columns come from files of others.
func (r *Reject) Cells() []string {
	return []string{strconv.Itoa(r.Line), workbook.Plain(r.Field), workbook.Plain(r.Reason)}
}

// Batch is a run of records and the events they made.
type Batch struct {
	// Events is NDJSON, one structured CloudEvent per line.
	Events []byte
	// Rows is how many records were read, Rejects what was wrong with some of them, in the order of lines. Nothing of a
	// rejected record is in Events.
	Rows    int
	Rejects []Reject

	origins []origin
}

// origin is where an event comes from.
type origin struct {
	line int
	typ  event.Type
	end  int // of the event in Events
}

// Len is how many events the batch has.
func (b *Batch) Len() int { return len(b.origins) }

// Line is the line that event number i comes from.
func (b *Batch) Line(i int) int { return b.origins[i].line }

// Types adds the batch's events to a count by type.
func (b *Batch) Types(count map[event.Type]int) {
	for _, o := range b.origins {
		count[o.typ]++
	}
}

// Refused says that event number i was refused, and why.
func (b *Batch) Refused(i int, field, reason string) Reject {
	o, from := b.origins[i], 0
	if i > 0 {
		from = b.origins[i-1].end
	}
	var told struct {
		Subject string `json:"subject"`
	}
	if err := json.Unmarshal(b.Events[from:o.end], &told); err != nil {
		panic("BUG: an event of a batch is no JSON: " + err.Error())
	}
	return Reject{o.line, field, fmt.Sprintf("%s: %s", o.typ, reason), o.typ, told.Subject}
}

func (b *Batch) reset() {
	b.Events, b.origins, b.Rejects, b.Rows = b.Events[:0], b.origins[:0], nil, 0
}

func (b *Batch) full() bool {
	return len(b.origins) >= mostEvents-32 || len(b.Events) >= mostBytes || len(b.Rejects) >= mostEvents
}

// Reader makes events of a file's records.
type Reader struct {
	mapping  *Mapping
	records  records
	name     string
	imported value     // when the import began, for mappings that name no recorded time
	whole    *snapshot // nil if the mapping's files are none
	past     *past     // nil if no event of the mapping depends on others
	bad      bool      // the last record was rejected
	made     []made
	data     []byte
	hashed   []byte
}

// made is an event of the record at hand, before it is known whether the whole record is good.
type made struct {
	*definition
	time value
	id   value
	data [2]int // from, to in Reader.data
}

// Read begins to read a file. now is the time of import, which is when the records were made if the mapping does not
// say. An error is the mapping's or the file's: nothing of it can be read.
func (m *Mapping) Read(in *Input, now time.Time) (*Reader, error) {
	r := &Reader{mapping: m, name: in.Name}
	r.past = newPast(m)
	if m.snapshot {
		r.whole = newSnapshot(m)
	}
	var err error
	if r.records, err = m.records(in); err != nil {
		return nil, err
	}
	now = now.Truncate(time.Millisecond)
	r.imported = textual(now.In(m.loc).Format("2006-01-02T15:04:05.999Z07:00"))
	r.imported.time = now
	if m.recorded.file == nil {
		return r, nil
	}
	part := m.recorded.file.FindStringSubmatch(in.Name)
	if part == nil {
		return nil, m.doc.fault(place{"recorded", "file"}, "recorded: the name of %s does not tell when it was recorded; it has no match for %s",
			in.Name, m.recorded.file)
	}
	if r.imported = m.recorded.cell.make(part[1], term{}); r.imported.err != nil {
		return nil, m.doc.fault(place{"recorded", "file"}, "recorded: the name of %s: %v", in.Name, r.imported.err)
	}
	return r, nil
}

// records reads a file as the mapping says, else as what it is.
func (m *Mapping) records(in *Input) (records, error) {
	format := cmp.Or(m.format, in.format)
	if in.format == formatXLSX && m.format != "" && m.format != formatXLSX {
		if head, err := in.text.Peek(8); err == nil && workbook.Packed(head) {
			return nil, m.doc.fault(place{"format"}, "format: %s is a workbook, not %s; leave the format out, or write xlsx", in.Name, m.format)
		}
	}
	if err := m.needsLists(in, format); err != nil {
		return nil, err
	}
	if format == formatXLSX {
		return m.sheetOf(in)
	}
	if err := in.decode(m); err != nil {
		return nil, err
	}
	if err := in.whole(format); err != nil {
		return nil, err
	}
	if m.sheet != "" {
		in.note("it has no sheets, so `sheet: %s` means nothing here", m.sheet)
	}
	if head, err := in.text.Peek(1); format == formatNDJSON || format == "" && err == nil && head[0] == '{' {
		if m.header > 0 {
			return nil, m.doc.fault(place{"header"}, "header: %s is NDJSON, in which each line names its members; leave the header out", in.Name)
		}
		return m.lines(in), nil
	}
	return m.rows(in)
}

// Fill empties b and fills it with the next events, as many as one request may hold. It returns io.EOF, with an empty
// batch, after the last; any other error ends the file, and b still holds what was read before it.
func (r *Reader) Fill(b *Batch) error {
	b.reset()
	for !b.full() {
		record, err := r.records.next()
		if errors.Is(err, io.EOF) && b.Rows > 0 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", r.name, err)
		}
		b.Rows++
		before := len(b.Rejects)
		if record.reason != "" {
			b.Rejects = append(b.Rejects, Reject{Line: record.line, Field: record.field, Reason: record.reason})
		} else {
			r.row(b, &record)
		}
		r.bad = len(b.Rejects) > before
	}
	return nil
}

// cut says, once the file was read to its end, that the end looks like the middle of a record.
func (r *Reader) cut() bool { return r.bad && r.records.open() }

// Unseen is an error for each column that the mapping names and no record of the file had, once it was read to its
// end; in a CSV that is found at the beginning.
func (r *Reader) Unseen() []error {
	var faults []error
	for _, column := range r.records.unseen() {
		faults = append(faults, r.mapping.doc.fault(column.place, "no record of %s has %q; the first one has %s",
			r.name, column.name, quoted(r.records.members())))
	}
	return faults
}

// row adds the events of one record: all of them, or none and a reason for each cell that cannot be read.
func (r *Reader) row(b *Batch, record *record) {
	before := len(b.Rejects)
	subject, recorded := r.read(b, record)
	if len(b.Rejects) > before {
		of := r.mapping.subject.read(record.values).text
		for i := range b.Rejects[before:] {
			b.Rejects[before+i].subject = of
		}
		return
	}
	for i := range r.made {
		r.append(b, &r.made[i], &subject, &recorded)
		b.origins = append(b.origins, origin{record.line, r.made[i].typ, len(b.Events)})
		if r.past != nil {
			r.past.tell(r.made[i].typ, subject.text, r.made[i].time.time, r.data[r.made[i].data[0]:r.made[i].data[1]])
		}
		if r.whole != nil {
			r.whole.tell(r.made[i].typ, subject.text, r.made[i].time.time, recorded.time)
		}
	}
}

// read makes the events of one record, and a reject for each cell that cannot be read.
func (r *Reader) read(b *Batch, record *record) (subject, recorded value) {
	m := r.mapping
	r.made, r.data = r.made[:0], r.data[:0]
	reject := func(column, reason string, args ...any) {
		b.Rejects = append(b.Rejects, Reject{Line: record.line, Field: column, Reason: fmt.Sprintf(reason, args...)})
	}
	need := func(c *cell, what string) value {
		v := c.read(record.values)
		switch {
		case v.err != nil:
			reject(c.column, "%v", v.err)
		case v.absent():
			reject(c.column, "%s is empty", what)
		}
		return v
	}
	typ, told := r.step(record, reject)
	if !told {
		return subject, recorded
	}
	subject = need(m.subject, "the subject")
	recorded = r.imported
	if m.recorded.cell != nil && m.recorded.file == nil {
		recorded = need(m.recorded.cell, "the recorded time")
	}
	for i := range m.events {
		d := &m.events[i]
		if m.step != nil && string(d.typ) != typ {
			continue
		}
		for _, values := range d.views(record.values) {
			r.event(d, subject.text, values, reject)
		}
	}
	return subject, recorded
}

// event makes one event of what a record holds, if it tells of it.
func (r *Reader) event(d *definition, subject string, values []datum, reject func(column, reason string, args ...any)) {
	for _, c := range d.when {
		holds, err := c.holds(values)
		if err != nil {
			reject(c.column, "%v", err)
		}
		if !holds {
			return
		}
	}
	at := d.time.read(values)
	if at.err != nil {
		reject(d.time.column, "%s: %v", d.typ, at.err)
	}
	if at.absent() {
		return
	}
	e := made{definition: d, time: at}
	if d.id != nil {
		if e.id = d.id.read(values); e.id.err != nil {
			reject(d.id.column, "id: %v", e.id.err)
		}
	}
	e.data[0] = len(r.data)
	r.members(d, values, reject)
	e.data[1] = len(r.data)
	if r.past != nil {
		if !r.past.inOrder(subject, at.time) {
			reject(d.time.column, "%s: is earlier than the row of the case before it; sort the file by time, for what an event means here depends on what came before", d.typ)
		} else if !r.past.allows(d, subject, at.time, r.data[e.data[0]:e.data[1]]) {
			return
		}
	}
	r.made = append(r.made, e)
}

// step says which type a record tells of, and whether it tells of any.
func (r *Reader) step(record *record, reject func(column, reason string, args ...any)) (typ string, told bool) {
	s := r.mapping.step
	if s == nil {
		return "", true
	}
	raw := record.values[s.wanted]
	text := clean(raw.text)
	typ, known := s.types[text]
	switch {
	case raw.form == faulty:
		reject(s.column, "%s", raw.text)
	case known:
	case s.fallback != nil:
		typ = *s.fallback
	default:
		reject(s.column, "%s is no step that the mapping names", quote(text))
	}
	return typ, typ != ""
}

// members appends an event's data as canonical JSON.
func (r *Reader) members(d *definition, values []datum, reject func(column, reason string, args ...any)) {
	from := len(r.data)
	r.data = append(r.data, '{')
	for i := range d.fields {
		f := &d.fields[i]
		v := f.cell.read(values)
		switch {
		case v.err != nil:
			reject(f.cell.column, "%s: %v", f.Name, v.err)
		case v.absent() && f.Required:
			reject(f.cell.column, "%s is empty, and %s needs it", f.Name, d.typ)
		case !v.absent():
			if len(r.data) > from+1 {
				r.data = append(r.data, ',')
			}
			r.data = append(r.data, '"')
			r.data = append(r.data, f.Name...)
			r.data = append(r.data, `":`...)
			r.data = append(r.data, v.json...)
		}
	}
	r.data = append(r.data, '}')
}

// append writes an event. Its id, unless a column gives it, is the SHA-256 of type, subject, time (UTC, to the
// millisecond), the day of the recorded time in the mapping's zone, and data, each but the last ended by a line feed:
// the same file read again on the same day gives the same ids, and another content another id.
func (r *Reader) append(b *Batch, e *made, subject, recorded *value) {
	data := r.data[e.data[0]:e.data[1]]
	b.Events = append(b.Events, e.head...)
	if e.id.absent() {
		h := append(r.hashed[:0], e.typ...)
		h = append(h, '\n')
		h = append(h, subject.text...)
		h = append(h, '\n')
		h = e.time.time.UTC().AppendFormat(h, "2006-01-02T15:04:05.000Z")
		h = append(h, '\n')
		h = recorded.time.In(r.mapping.loc).AppendFormat(h, time.DateOnly)
		h = append(h, '\n')
		h = append(h, data...)
		r.hashed = h
		sum := sha256.Sum256(h)
		b.Events = hex.AppendEncode(b.Events, sum[:])
	} else {
		quoted := e.id.json
		b.Events = append(b.Events, quoted[1:len(quoted)-1]...)
	}
	b.Events = append(b.Events, `","subject":`...)
	b.Events = append(b.Events, subject.json...)
	b.Events = append(b.Events, `,"time":`...)
	b.Events = append(b.Events, e.time.json...)
	b.Events = append(b.Events, `,"recordedtime":`...)
	b.Events = append(b.Events, recorded.json...)
	b.Events = append(b.Events, `,"data":`...)
	b.Events = append(b.Events, data...)
	b.Events = append(b.Events, "}\n"...)
}
