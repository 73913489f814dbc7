package collector

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"tiendo/internal/auth"
)

// officers turns the codes of officers into opaque ones: the first 128 bits of an HMAC-SHA256 with the city's key, so
// that the same officer stays the same and nobody without the key can try out who it is.
type officers struct {
	key []byte

	mu    sync.RWMutex
	known map[string]string
}

// mostOfficers bounds what is remembered; a city has fewer.
const mostOfficers = 20_000

func openOfficers(path string) (*officers, error) {
	key, err := auth.Secret(path)
	if err != nil {
		return nil, fmt.Errorf("the key that hides officers: %w", err)
	}
	return &officers{key: key, known: make(map[string]string)}, nil
}

func (o *officers) hide(officer string) string {
	o.mu.RLock()
	hidden, ok := o.known[officer]
	o.mu.RUnlock()
	if ok {
		return hidden
	}
	mac := hmac.New(sha256.New, o.key)
	mac.Write([]byte(officer))
	hidden = hex.EncodeToString(mac.Sum(nil)[:16])
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.known) < mostOfficers {
		o.known[string([]byte(officer))] = hidden // a copy: officer is part of a whole event
	}
	return hidden
}
