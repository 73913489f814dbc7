package collector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"tiendo/internal/event"
)

// An entry of the log is one admitted request:
//
//	version   1 byte
//	checksum  4 bytes, CRC-32C of the entry's number (8 bytes) and of all that follows
//	arrival   8 bytes, milliseconds since 1970
//	count     4 bytes, how many events follow
//	bound     text: the agency that the sender's token was bound to
//	events    source word, type word, id text, subject text, time varint, marks byte, [recorded varint], data text
//
// Fixed numbers are little-endian. A text is its length (uvarint) and its bytes. A word is a text the first time and its
// place in the order of first times later: 0 says that a new one follows, n + 1 that it is the n-th. recorded is told as
// the milliseconds after time.
//
// 2026-11-24: version 1.
// 2026-11-26: the mark of an event that was erased; its id, subject and data are dashes.
const (
	entryVersion = 1
	checksumAt   = 1
	arrivalAt    = 5
	countAt      = 13
	eventsAt     = 17

	// maxEvents is how many events a request may bring; an event's position must fit into 14 bits of its seniority.
	maxEvents = 10_000
)

const (
	markRetracted = 1 << iota
	markRecorded  // the source told when it was recorded
	markErased    // its case was erased: it is told to nobody
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that an entry is not what was written.
var errDamaged = errors.New("damaged")

// entryWriter makes the entry of one request. Its number and arrival are set by seal.
type entryWriter struct {
	buf     []byte
	words   map[string]uint64
	sources lastWord
	types   lastWord
	count   uint32
}

// lastWord remembers the word written last in one column: events come in runs.
type lastWord struct {
	word  string
	place uint64
}

func newEntryWriter(bound string, size int) *entryWriter {
	w := &entryWriter{buf: make([]byte, eventsAt, eventsAt+size), words: make(map[string]uint64, 8)}
	w.buf[0] = entryVersion
	w.text(bound)
	return w
}

// add appends one event. Arrival, Bound, Collector, Entry and Position are not told: they belong to the entry.
func (w *entryWriter) add(e *event.Event) {
	w.word(&w.sources, e.Source)
	w.word(&w.types, string(e.Type))
	w.text(e.ID)
	w.text(e.Subject)
	w.buf = binary.AppendVarint(w.buf, e.Time.UnixMilli())
	var marks byte
	if e.Retracted {
		marks |= markRetracted
	}
	if !e.Recorded.IsZero() {
		marks |= markRecorded
	}
	w.buf = append(w.buf, marks)
	if marks&markRecorded != 0 {
		w.buf = binary.AppendVarint(w.buf, e.Recorded.UnixMilli()-e.Time.UnixMilli())
	}
	w.buf = binary.AppendUvarint(w.buf, uint64(len(e.Data)))
	w.buf = append(w.buf, e.Data...)
	w.count++
}

func (w *entryWriter) text(s string) {
	w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
	w.buf = append(w.buf, s...)
}

func (w *entryWriter) word(last *lastWord, s string) {
	if last.place == 0 || last.word != s {
		place, known := w.words[s]
		if !known {
			place = uint64(len(w.words)) + 1
			w.words[s] = place
			w.buf = append(w.buf, 0)
			w.text(s)
			*last = lastWord{s, place}
			return
		}
		*last = lastWord{s, place}
	}
	w.buf = binary.AppendUvarint(w.buf, last.place)
}

// done returns the entry, still without number, arrival and checksum.
func (w *entryWriter) done() []byte {
	binary.LittleEndian.PutUint32(w.buf[countAt:], w.count)
	return w.buf
}

// sealEntry sets what is only known when the entry is numbered.
func sealEntry(entry []byte, number uint64, arrival int64) {
	binary.LittleEndian.PutUint64(entry[arrivalAt:], uint64(arrival))
	binary.LittleEndian.PutUint32(entry[checksumAt:], entryChecksum(entry, number))
}

func entryChecksum(entry []byte, number uint64) uint32 {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], number)
	return crc32.Update(crc32.Checksum(n[:], castagnoli), castagnoli, entry[arrivalAt:])
}

// checkEntry says whether entry is what was written under that number; its error is errDamaged.
func checkEntry(entry []byte, number uint64) error {
	switch {
	case len(entry) < eventsAt:
		return fmt.Errorf("%w: %d bytes are no entry", errDamaged, len(entry))
	case entryChecksum(entry, number) != binary.LittleEndian.Uint32(entry[checksumAt:]):
		return fmt.Errorf("%w: its checksum does not match", errDamaged)
	case entry[0] != entryVersion:
		return fmt.Errorf("%w: version %d is unknown", errDamaged, entry[0])
	}
	return nil
}

func entryArrival(entry []byte) int64 { return int64(binary.LittleEndian.Uint64(entry[arrivalAt:])) }
func entryCount(entry []byte) int     { return int(binary.LittleEndian.Uint32(entry[countAt:])) }

// entryReader takes a checked entry apart.
type entryReader struct {
	text  string
	i     int
	words []string
	bad   bool
	// Of the event that was read last: its marks, and where they stand; where its id and subject end.
	marks                      byte
	marksAt, idEnd, subjectEnd int
}

// readEntry calls each with every event of a checked entry, in order, and with its data, for e.Data is not set: all
// strings are parts of one, and stay valid. *e is reused. An error means that the writer and the reader of entries
// disagree.
func readEntry(entry []byte, number uint64, collector string, each func(e *event.Event, data string)) error {
	r := entryReader{text: string(entry), i: eventsAt}
	arrival := time.UnixMilli(entryArrival(entry)).UTC()
	e := event.Event{Arrival: arrival, Bound: r.string(), Collector: collector, Entry: number}
	for n := range entryCount(entry) {
		e.Position = uint32(n)
		data := r.event(&e)
		if r.bad {
			return fmt.Errorf("%w: its event %d cannot be read", errDamaged, n)
		}
		if r.marks&markErased == 0 {
			each(&e, data)
		}
	}
	if r.i != len(r.text) {
		return fmt.Errorf("%w: it has more than its %d events", errDamaged, entryCount(entry))
	}
	return nil
}

func (r *entryReader) event(e *event.Event) (data string) {
	e.Source = r.word()
	e.Type = event.Type(r.word())
	e.ID = r.string()
	r.idEnd = r.i
	e.Subject = r.string()
	r.subjectEnd = r.i
	at := r.varint()
	e.Time = time.UnixMilli(at).UTC()
	r.marksAt = r.i
	r.marks = r.byte()
	e.Retracted = r.marks&markRetracted != 0
	e.Recorded = e.Arrival
	if r.marks&markRecorded != 0 {
		e.Recorded = time.UnixMilli(at + r.varint()).UTC()
	}
	return r.string()
}

func (r *entryReader) word() string {
	place := r.uvarint()
	if place == 0 {
		r.words = append(r.words, r.string())
		place = uint64(len(r.words))
	}
	if place > uint64(len(r.words)) {
		r.bad = true
		return ""
	}
	return r.words[place-1]
}

func (r *entryReader) string() string {
	n := r.uvarint()
	if n > uint64(len(r.text)-r.i) {
		r.bad = true
		return ""
	}
	r.i += int(n)
	return r.text[r.i-int(n) : r.i]
}

func (r *entryReader) byte() byte {
	if r.i >= len(r.text) {
		r.bad = true
		return 0
	}
	r.i++
	return r.text[r.i-1]
}

func (r *entryReader) uvarint() uint64 {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	r.bad = true
	return 0
}

// varint undoes binary.AppendVarint: the sign is the lowest bit.
func (r *entryReader) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}
