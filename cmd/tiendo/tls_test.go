package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tiendo/internal/config"
)

// writeCertificate writes a certificate for this machine that its own key has signed, and returns whom to trust for it.
func writeCertificate(t *testing.T, dir, name string, end time.Time) (cert, key string, trusted *x509.CertPool) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: end,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: raw}, key: {Type: "PRIVATE KEY", Bytes: encoded}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trusted = x509.NewCertPool()
	trusted.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}))
	return cert, key, trusted
}

// A certificate whose files have changed is served to the next who connect; those who are connected go on. A half written or
// expired one is not taken up.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key, _ := writeCertificate(t, dir, "first", time.Now().Add(time.Hour))
	var said bytes.Buffer
	clock := time.Now()
	c, err := openCertificate(cert, key, slog.New(slog.NewJSONHandler(&said, nil)), func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	f := func(want string) {
		t.Helper()
		pair, err := c.get(nil)
		if err != nil || pair.Leaf.Subject.CommonName != want {
			t.Errorf("%v, %v, want %s", pair.Leaf.Subject, err, want)
		}
	}
	f("first")
	writeCertificate(t, dir, "second", time.Now().Add(time.Hour))
	f("first") // looked at a moment ago
	clock = clock.Add(certificateAge)
	f("second")
	kept, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := os.WriteFile(key, kept[:40], 0o600); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(certificateAge)
		f("second")
		clock = clock.Add(certificateAge)
		f("second")
		if err := os.Chtimes(key, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(said.String(), "can't be read"); n == 0 || n > 4 {
		t.Errorf("said %d times: %s", n, said.String())
	}
	writeCertificate(t, dir, "old", time.Now().Add(-time.Minute))
	clock = clock.Add(certificateAge)
	f("second")
	if !strings.Contains(said.String(), "it expired at") {
		t.Errorf("not said: %s", said.String())
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(certificateAge)
	f("second")
	writeCertificate(t, dir, "third", time.Now().Add(time.Hour))
	clock = clock.Add(certificateAge)
	f("third")
}

// The whole program over TLS: pages, the command line's way, cookies, and no old protocol.
func TestServesTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, trusted := writeCertificate(t, dir, "tiendo", time.Now().Add(time.Hour))
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Auth.Read, cfg.TLS = "127.0.0.1:0", t.TempDir(), "token", config.TLS{Cert: cert, Key: key}
	a, _ := startApp(t, appOptions{Config: cfg})
	if !strings.HasPrefix(a.URL(), "https://127.0.0.1:") {
		t.Errorf("it is at %s", a.URL())
	}
	browser := func(change func(*tls.Config)) *http.Client {
		c := &tls.Config{RootCAs: trusted}
		change(c)
		transport := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport, CheckRedirect: noRedirect.CheckRedirect}
	}
	f := func(change func(*tls.Config), ok bool, want uint16) {
		t.Helper()
		answer, err := browser(change).Get(a.URL() + "/login")
		if (err == nil) != ok {
			t.Errorf("%v, want %v", err, ok)
		}
		if err != nil {
			return
		}
		defer answer.Body.Close()
		if answer.StatusCode != 200 || answer.TLS.Version != want || answer.ProtoMajor != 2 || answer.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("status %d, TLS %x, %s, %v", answer.StatusCode, answer.TLS.Version, answer.Proto, answer.Header)
		}
	}
	f(func(*tls.Config) {}, true, tls.VersionTLS13)
	f(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, true, tls.VersionTLS12)
	f(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11; c.MinVersion = tls.VersionTLS10 }, false, 0)
	f(func(c *tls.Config) {
		c.MaxVersion = tls.VersionTLS12
		c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	}, false, 0)
	if answer, err := http.Get("http://" + a.Address() + "/"); err == nil { // not an answer of ours
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "HTTPS") {
			t.Errorf("plain HTTP: %d %s", answer.StatusCode, body)
		}
	}

	// Who does not trust the certificate is told so, and not to start a server that runs.
	if _, err := (&client{Server: a.URL(), Data: cfg.Data}).get(t.Context(), "/readyz", nil); err == nil || !strings.Contains(err.Error(), "SSL_CERT_FILE") || strings.Contains(err.Error(), "tiendo serve") {
		t.Errorf("a certificate that is not trusted: %v", err)
	}

	// A new certificate while somebody is connected.
	keeps := browser(func(*tls.Config) {})
	first := peer(t, keeps, a.URL())
	_, _, trusted = writeCertificate(t, dir, "next", time.Now().Add(time.Hour))
	a.certificate.mu.Lock()
	a.certificate.looked = time.Time{} // as if some time had passed
	a.certificate.mu.Unlock()
	if got := peer(t, browser(func(*tls.Config) {}), a.URL()); got != "next" {
		t.Errorf("a new connection is answered by %s", got)
	}
	if got := peer(t, keeps, a.URL()); got != first || first != "tiendo" {
		t.Errorf("an open connection is answered by %s", got)
	}
}

// peer is who answers.
func peer(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	answer, err := client.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.TLS.PeerCertificates[0].Subject.CommonName
}
