package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// certificateAge is how old what is known of the files of a certificate may be when somebody connects.
const certificateAge = 5 * time.Second

// certificate is one that is read again when its files change. Connections that are open go on.
type certificate struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu     sync.Mutex
	known  *tls.Certificate
	state  string // of the files that known was read from
	failed string // the state of files that could not be read, so that it is said once
	looked time.Time
}

// openCertificate reads a certificate, which must do.
func openCertificate(cert, key string, log *slog.Logger, now func() time.Time) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log, now: now}
	c.state, c.looked = c.stat(), now()
	var err error
	if c.known, err = c.read(); err != nil {
		return nil, fmt.Errorf("tls.cert and tls.key: %w; name the PEM files of a certificate and of its private key", err)
	}
	return c, nil
}

func (c *certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, err
	}
	if end := pair.Leaf.NotAfter; c.now().After(end) { // Leaf is set since Go 1.23
		return nil, fmt.Errorf("%s: it expired at %s", c.cert, end.Format(time.RFC3339))
	}
	return &pair, nil
}

// stat tells one state of the files from another.
func (c *certificate) stat() string {
	var state strings.Builder
	for _, path := range []string{c.cert, c.key} {
		info, err := os.Stat(path)
		if err != nil {
			return err.Error()
		}
		fmt.Fprintln(&state, info.ModTime().UnixNano(), info.Size())
	}
	return state.String()
}

// get returns the certificate for a connection. What can't be read leaves the one that is known: a file that is half written
// must not lock everybody out.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.looked) < certificateAge {
		return c.known, nil
	}
	c.looked = c.now()
	state := c.stat()
	if state == c.state {
		return c.known, nil
	}
	next, err := c.read()
	switch {
	case err == nil:
		c.known, c.state, c.failed = next, state, ""
		c.log.Info("a new certificate is served", "expires", next.Leaf.NotAfter)
	case state != c.failed:
		c.failed = state
		c.log.Error("a changed certificate can't be read, the one before stays", "error", err)
	}
	return c.known, nil
}

// config is TLS as it is served: 1.3, and 1.2 with what keeps what was said secret if the key is lost later.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: c.get,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
}
