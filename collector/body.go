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
	// bodyStep is by how much a body's share of that grows.
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
	errCharset  = errors.New("the charset must be utf-8")
	errEncoding = errors.New("the content encoding is none of gzip, zstd")
	errTooLarge = errors.New("the body is over 16 MiB unpacked: send it in parts")
	errTooMany  = fmt.Errorf("the body holds over %d events: send them in parts", maxEvents)
	errSlow     = errors.New("the body came too slowly, less than 16 KiB a second")
	errBusy     = errors.New("too many large requests at once: send it again in a moment")
)

// modeOf says how the body of a request holds events; errMedia or errCharset if it is nothing that can be read.
func modeOf(h http.Header) (mode, error) {
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
		if h.Get("Ce-Specversion") != "" || h.Get("Ce-Id") != "" || h.Get("Ce-Type") != "" {
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

// take takes a step for a token; false if it may have no more now.
func (b *budget) take(token string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.held[token]; b.free < bodyStep || token != "" && held+bodyStep > (b.free+held)/2 {
		return false
	}
	b.free -= bodyStep
	b.held[token] += bodyStep
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

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// release gives the memory back. Nothing that points into the body may be used after it.
func (b *body) release() {
	b.budget.give(b.token, b.held)
	if cap(b.raw) <= maxBody/16 { // as large as requests mostly are
		raw := b.raw[:0] // the next one must not find a field of this body
		buffers.Put(&raw)
	}
	b.raw, b.held = nil, 0
}

// fill reads a step more of a body whose length is told, or is not if that is less than 0. Its error is io.EOF at the end. A
// body is not doubled when it grows, for two of them in one memory are two of them.
func (b *body) fill(from io.Reader, length int64) error {
	begun := len(b.raw)
	if cap(b.raw)-begun < bodyStep {
		grown := int64(begun + max(bodyStep, begun/4))
		if length >= 0 {
			grown = max(length, int64(begun)) + bodyStep // the last step tells that it has ended
		}
		b.raw = append(make([]byte, 0, grown), b.raw...)
	}
	for end := begun + bodyStep; len(b.raw) < end; {
		n, err := from.Read(b.raw[len(b.raw):end])
		b.raw = b.raw[:len(b.raw)+n]
		if err != nil {
			return err
		}
	}
	return nil
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
	in := &body{raw: *buffers.Get().(*[]byte), token: token, budget: b}
	length := int64(-1)
	if unpacked == io.Reader(r.Body) {
		length = r.ContentLength
	}
	for {
		if !b.take(token) {
			in.release()
			return nil, errBusy
		}
		in.held += bodyStep
		err := in.fill(unpacked, length)
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
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
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
