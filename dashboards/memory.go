package dashboards

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

const (
	// remembered is for how long a part is remembered, mostMemories is how many are: packed, a large one takes some 50 kB.
	remembered   = time.Hour
	mostMemories = 64
)

// memorable names a part of a page: what was asked for, in a language.
type memorable struct {
	asked string
	lang  language
}

// memories are how parts of pages looked that the books take long for, when they were last seen. Safe for concurrent use.
type memories struct {
	mu    sync.Mutex
	parts map[memorable]*memorised
}

type memorised struct {
	part   *fragment
	looked time.Time
	// failed says that the books did not answer since.
	failed bool
}

// keep remembers a part; of too many, that is forgotten at which nobody has looked for the longest time.
func (m *memories) keep(of memorable, part *fragment, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.parts == nil {
		m.parts = map[memorable]*memorised{}
	}
	m.parts[of] = &memorised{part: part, looked: now}
	if len(m.parts) <= mostMemories {
		return
	}
	oldest := of
	for other, known := range m.parts {
		if known.looked.Before(m.parts[oldest].looked) {
			oldest = other
		}
	}
	delete(m.parts, oldest)
}

// recall returns a part as it was last seen, nil if that is too long ago, and whether the books did not answer since.
func (m *memories) recall(of memorable, now time.Time) (part *fragment, failed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.parts[of]
	if known == nil {
		return nil, false
	}
	if now.Sub(known.part.taken) > remembered {
		delete(m.parts, of)
		return nil, false
	}
	known.looked = now
	return known.part, known.failed
}

// fail notes that the books did not answer what was asked for.
func (m *memories) fail(asked string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for lang := range spoken {
		if known := m.parts[memorable{asked, lang}]; known != nil {
			known.failed = true
		}
	}
}

// pack is the same part in less memory.
func (f *fragment) pack() *fragment {
	small := *f
	small.html, small.packed = nil, quick.pack(f.html)
	return &small
}

// content is the HTML of a part.
func (f *fragment) content() []byte {
	if f.html != nil {
		return f.html
	}
	r, err := gzip.NewReader(bytes.NewReader(f.packed))
	var html []byte
	if err == nil {
		html, err = io.ReadAll(r)
	}
	if err != nil {
		panic(fmt.Sprintf("BUG: what was packed cannot be unpacked: %v", err))
	}
	return html
}
