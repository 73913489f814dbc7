package collector

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"sync"

	fastgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxBody is how large a request may be, unpacked.
	maxBody = 16 << 20
	// bodiesInFlight is how much of unpacked bodies may be in memory at once, over all requests: half of it holds one.
	bodiesInFlight = 34 << 20
	// entriesInFlight is how much of bodies may be turned into entries at once; the others wait.
	entriesInFlight = 20 << 20
	// bodyStep is the least room that is made for a body.
	bodyStep = 256 << 10
	// maxWindow bounds the memory of one zstd decoder; 8 MiB is what RFC 8878 §3.1.1.1.2 asks decoders to support.
	maxWindow = 8 << 20
)

// mode is how a body holds events.
type mode int

const (
	structured mode = iota + 1
	batch
	ndjson
	binaryMode
)

// acceptPost lists what Accept-Post tells.
const acceptPost = "application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, application/json"

// Errors of a body as a whole.
var (
	errMedia    = errors.New("the media type is not one of " + acceptPost + " (the last with ce- headers)")
	errTypes    = errors.New("there is more than one Content-Type; send one")
	errCharset  = errors.New("the charset must be utf-8")
	errEncoding = errors.New("the content encoding is not one of gzip, zstd")
	errTooLarge = errors.New("the body is over 16 MiB unpacked: send it in parts")
	errTooMany  = fmt.Errorf("the body holds over %d events: send them in parts", maxEvents)
	errSlow     = errors.New("the body came too slowly, less than 16 KiB a second")
	errBusy     = errors.New("too many large requests at once: send it again in a moment")
)

// modeOf says how the body of a request holds events; errMedia, errTypes or errCharset if it is nothing that can be read.
func modeOf(h http.Header) (mode, error) {
	binary := h.Get("Ce-Specversion") != "" || h.Get("Ce-Id") != "" || h.Get("Ce-Type") != ""
	switch types := h.Values("Content-Type"); {
	case len(types) > 1:
		return 0, errTypes // which of them another reader of the same request would follow is not known
	case len(types) == 0 && binary:
		return binaryMode, nil // of an event without data senders tell no type of it, the SDK for Go does so
	}
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return 0, errMedia
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return 0, errCharset
	}
	switch media {
	case "application/cloudevents+json":
		return structured, nil
	case "application/cloudevents-batch+json":
		return batch, nil
	case "application/x-ndjson":
		return ndjson, nil
	case "application/json":
		if binary {
			return binaryMode, nil
		}
	}
	return 0, errMedia
}

// budget bounds the memory of all bodies together. A token may hold half of what the others leave, so however many are
// greedy, there is room for one more. The administrator's, which has no name, may use it all.
type budget struct {
	mu   sync.Mutex
	free int64
	held map[string]int64
}

func newBudget(n int64) *budget { return &budget{free: n, held: make(map[string]int64)} }

// take takes so many bytes for a token; false if it may have no more now.
func (b *budget) take(token string, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.held[token]; b.free < n || token != "" && held+n > (b.free+held)/2 {
		return false
	}
	b.free -= n
	b.held[token] += n
	return true
}

func (b *budget) give(token string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	if b.held[token] -= n; b.held[token] == 0 {
		delete(b.held, token)
	}
}

// body is an unpacked body in memory.
type body struct {
	raw    []byte
	held   int64
	token  string
	budget *budget
}

// buffers are of the size that requests mostly have.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, bodyStep)) }}

// release gives the memory back. Nothing that points into the body may be used after it.
func (b *body) release() {
	b.budget.give(b.token, b.held)
	if cap(b.raw) == bodyStep {
		raw := b.raw
		buffers.Put(&raw)
	}
	b.raw, b.held = nil, 0
}

// grow makes room, or more of it, for a body whose length is told, or is not if that is less than 0; false if there is none
// now. All memory is taken before it is made: that of a told length at once, for whoever grows leaves what is too small behind.
func (b *body) grow(length int64) bool {
	room := max(bodyStep, 2*int64(cap(b.raw)), length+1) // one more tells that it has ended
	room = min(room, maxBody+1)                          // or is too large
	if !b.budget.take(b.token, room-b.held) {
		return false
	}
	b.held = room
	if room == bodyStep {
		b.raw = (*buffers.Get().(*[]byte))[:0] // the next one must not find a field of the last
	} else {
		b.raw = append(make([]byte, 0, room), b.raw...)
	}
	return true
}

// readBody reads and unpacks the body of a request with a token of that name. The caller must release it. Its error is
// errEncoding, errTooLarge or errBusy, or tells what is wrong with the body.
func (b *budget) readBody(w http.ResponseWriter, r *http.Request, token string) (*body, error) {
	// Packed content is bounded too: there are bodies that unpack to nothing for ever.
	r.Body = http.MaxBytesReader(w, r.Body, maxBody+bodyStep)
	unpacked, done, err := unpack(r)
	if err != nil {
		return nil, err
	}
	defer done()
	length := int64(-1)
	if unpacked == io.Reader(r.Body) {
		length = r.ContentLength
	}
	in := &body{token: token, budget: b}
	for {
		if len(in.raw) == cap(in.raw) && !in.grow(length) {
			in.release()
			return nil, errBusy
		}
		n, err := unpacked.Read(in.raw[len(in.raw):cap(in.raw)])
		in.raw = in.raw[:len(in.raw)+n]
		switch {
		case len(in.raw) > maxBody:
			in.release()
			return nil, errTooLarge
		case err == nil:
			continue
		case errors.Is(err, io.EOF):
			return in, nil
		default:
			in.release()
			return nil, bodyError(err)
		}
	}
}

// bodyError says what is wrong with a body without a word of what is in it.
func bodyError(err error) error {
	var tooLong *http.MaxBytesError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlow
	case errors.As(err, &tooLong):
		return errTooLarge
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return errTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the body is cut off")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, fastgzip.ErrHeader), errors.Is(err, fastgzip.ErrChecksum):
		return errors.New("the body is not the gzip it says it is")
	default:
		return fmt.Errorf("the body cannot be read: %w", err)
	}
}

var (
	gzips = sync.Pool{New: func() any { return new(fastgzip.Reader) }}
	zstds = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			panic("BUG: " + err.Error())
		}
		return d
	}}
)

// unpack undoes the content encoding. done must be called when the reader is not used any more.
func unpack(r *http.Request) (unpacked io.Reader, done func(), err error) {
	switch strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ","))) {
	case "", "identity":
		if r.ContentLength > maxBody {
			return nil, nil, errTooLarge
		}
		return r.Body, func() {}, nil
	case "gzip", "x-gzip":
		d := gzips.Get().(*fastgzip.Reader)
		if err := d.Reset(r.Body); err != nil {
			gzips.Put(d)
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, nil, bodyError(err)
		}
		return d, func() { gzips.Put(d) }, nil
	case "zstd":
		d := zstds.Get().(*zstd.Decoder)
		if err := d.Reset(r.Body); err != nil {
			zstds.Put(d)
			return nil, nil, bodyError(err)
		}
		return d, func() {
			_ = d.Reset(nil) // lets go of the body; of no reader nothing can go wrong
			zstds.Put(d)
		}, nil
	default:
		return nil, nil, errEncoding
	}
}
