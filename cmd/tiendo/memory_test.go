package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// mostResident is what a server's own process may take, DESIGN §8.
const mostResident = 150e6

// resident is the most memory that a process has had at once, in bytes.
func resident(t *testing.T, pid int) float64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb * 1024
}

// TestMemoryWhateverComes: many senders at once, each with as much as a request may hold and bodies that unpack to more than
// that, do not make the process larger than it may be. Who finds no room is told so, and nothing is lost for it.
func TestMemoryWhateverComes(t *testing.T) {
	s := newServer(t)
	s.start()
	s.ready()
	token := s.token()
	url := *s.url.Load()
	body := wholeBody()
	bomb := bombOf(64 << 20)
	var mu sync.Mutex
	seen := map[int]int{}
	var all sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	for i := range 24 {
		all.Go(func() {
			enough := func() bool {
				mu.Lock()
				defer mu.Unlock()
				return seen[http.StatusAccepted] > 0 && seen[http.StatusServiceUnavailable] > 0
			}
			for begun := time.Now(); time.Since(begun) < 4*time.Second || !enough() && time.Since(begun) < 30*time.Second; {
				content, encoding := body, ""
				if i%6 == 5 {
					content, encoding = bomb, "gzip"
				}
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/events", bytes.NewReader(content))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/cloudevents-batch+json")
				if encoding != "" {
					request.Header.Set("Content-Encoding", encoding)
				}
				answer, err := client.Do(request)
				if err != nil {
					continue // it was answered before all was sent, and cut
				}
				answer.Body.Close()
				mu.Lock()
				seen[answer.StatusCode]++
				mu.Unlock()
				if answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") == "" {
					t.Error("503 without Retry-After")
				}
			}
		})
	}
	all.Wait()
	peak := resident(t, s.cmd.Process.Pid)
	t.Logf("answers %v; at most %.0f MB resident", seen, peak/1e6)
	if seen[http.StatusAccepted] == 0 || seen[http.StatusServiceUnavailable] == 0 {
		t.Errorf("the answers are %v: nothing was tested", seen)
	}
	if peak > mostResident {
		t.Errorf("the process had %.0f MB", peak/1e6)
	}
}

// wholeBody is a batch that is as large as one may be, padded within each event.
func wholeBody() []byte {
	const events = 2000
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"specversion":"1.0","id":"%d","source":"urn:x","type":"dossier.received","subject":"M-%d","time":"2025-05-14T08:00:00+07:00","data":{"agency":"H24.11","procedure":"1","channel":"direct"}%s}`, i, i, strings.Repeat(" ", 8100))
	}
	b.WriteByte(']')
	return b.Bytes()
}

// bombOf is a small body that unpacks to n bytes.
func bombOf(n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte{'['})
	_, _ = z.Write(bytes.Repeat([]byte{' '}, n))
	_ = z.Close()
	return b.Bytes()
}
