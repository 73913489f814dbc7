package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// session is somebody who has logged in.
type session struct {
	// Began is when, Used when the person last did something, to the minute.
	Began time.Time `json:"began"`
	Used  time.Time `json:"used"`
	// Token is the SHA-256 of the token that it was begun with, in hexadecimal digits: the session is good for what the token
	// is good for, as long as that is. Empty for a person of whom a provider has told.
	Token string `json:"token,omitzero"`
	// Issuer is that provider, Subject how it calls the person, who never changes; Name is for people.
	Issuer  string `json:"issuer,omitzero"`
	Subject string `json:"subject,omitzero"`
	Name    string `json:"name,omitzero"`
	Roles   []Role `json:"roles,omitzero"`
	// Agency is what the provider has told of the person; it binds with the role agency only.
	Agency string `json:"agency,omitzero"`
	// Wall says that it is a screen on a wall, which nobody touches: it sees walls alone, and ends with its token only.
	Wall bool `json:"wall,omitzero"`
}

// owner tells apart whose session it is.
func (s *session) owner() string { return s.Token + " " + s.Issuer + " " + s.Subject }

const (
	// each is how many sessions somebody may have at once; the one that was used longest ago makes room for the next.
	each = 100
	// noted is how old the file may be about when a session was last used.
	noted = time.Minute
)

// sessionID is the hash of what the browser holds.
type sessionID [sha256.Size]byte

// sessions knows who has logged in, in memory and in a file. It is safe for concurrent use.
type sessions struct {
	data      string
	idle, end time.Duration
	now       func() time.Time
	logger    *slog.Logger

	mu    sync.Mutex
	all   map[sessionID]*session
	wrote time.Time
}

// begin makes a session, which is on disk when begin returns, and returns what the browser holds: 256 random bits.
func (s *sessions) begin(one session) (secret string, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret = newSecret()
	one.Began = s.now().UTC().Truncate(time.Second)
	one.Used = one.Began
	before := maps.Clone(s.all)
	s.makeRoom(one.owner())
	s.all[hashID(secret)] = &one
	if err := s.write(); err != nil {
		s.all = before
		return "", fmt.Errorf("keep a session: %w", err)
	}
	return secret, nil
}

func hashID(secret string) sessionID { return sha256.Sum256([]byte(secret)) }

// makeRoom ends the oldest sessions of an owner who has too many. s.mu is held.
func (s *sessions) makeRoom(owner string) {
	var theirs []sessionID
	for id, one := range s.all {
		if one.owner() == owner {
			theirs = append(theirs, id)
		}
	}
	slices.SortFunc(theirs, func(a, b sessionID) int { return s.all[a].Used.Compare(s.all[b].Used) })
	for len(theirs) >= each {
		delete(s.all, theirs[0])
		theirs = theirs[1:]
	}
}

// over says whether a session has ended by itself.
func (s *sessions) over(one *session, now time.Time) bool {
	return !one.Wall && (now.Sub(one.Used) >= s.idle || now.Sub(one.Began) >= s.end)
}

// find returns the session of a secret; false if there is none, or if it has ended. used says that the person did something.
func (s *sessions) find(secret string, used bool) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, now := s.all[hashID(secret)], s.now().UTC()
	if one == nil || s.over(one, now) {
		return session{}, false
	}
	if (used || one.Wall) && now.Sub(one.Used) >= noted { // a wall that asks is in use
		one.Used = now.Truncate(time.Second)
		if now.Sub(s.wrote) >= noted {
			if err := s.write(); err != nil { // the file is behind; the next use tries again
				s.logger.Warn("the sessions could not be written down", "error", err)
			}
		}
	}
	return *one, true
}

// finish ends the session of a secret. It returns false if there was none.
func (s *sessions) finish(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := hashID(secret)
	if s.all[id] == nil {
		return false
	}
	delete(s.all, id)
	if err := s.write(); err != nil {
		s.logger.Error("that a session has ended could not be written down, it may be good again after a restart", "error", err)
	}
	return true
}

// sorted are the sessions as the file has them. s.mu is held.
func (s *sessions) sorted() []keptSession {
	var all []keptSession
	for id, one := range s.all {
		all = append(all, keptSession{SHA256: hex.EncodeToString(id[:]), session: *one})
	}
	slices.SortFunc(all, func(a, b keptSession) int { return strings.Compare(a.SHA256, b.SHA256) })
	return all
}
