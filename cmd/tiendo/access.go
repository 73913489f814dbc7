package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
)

// checkAccess refuses what would let in those who shall stay out, and reads the certificate, before anything is opened.
func (a *app) checkAccess() (err error) {
	cfg := &a.cfg
	if err := auth.CheckListen(auth.Read(cfg.Auth.Read), cfg.Listen); err != nil {
		return err
	}
	if cfg.TLS.Cert != "" {
		a.certificate, err = openCertificate(cfg.TLS.Cert, cfg.TLS.Key, a.log, time.Now)
		return err
	}
	if auth.CheckListen(auth.ReadOpen, cfg.Listen) != nil {
		a.log.Warn("others can reach this address without TLS: put a proxy with TLS in front, or set tls.cert and tls.key", "listen", cfg.Listen)
	}
	return nil
}

// openAccess opens what decides who gets in, and what is written down of it.
func (a *app) openAccess() (err error) {
	cfg := &a.cfg
	if a.acts, err = audit.Open(audit.Options{Data: cfg.Data, Now: a.Now, Logger: a.log.With("part", "audit")}); err != nil {
		return err
	}
	a.stack.add("close the audit log", time.Second, func(context.Context) error { return a.acts.Close() })
	for _, says := range a.acts.Found() {
		a.log.Error("the audit log is not what was written", "found", says)
	}
	if err := os.MkdirAll(cfg.Keys(), 0o700); err != nil {
		return fmt.Errorf("make the shared folder: %w; name one that this user can write to as shared", err)
	}
	a.tokens, err = auth.Open(auth.Options{
		Data: cfg.Keys(), Rate: int(cfg.Ingest.Rate), Burst: int(cfg.Ingest.Burst), Now: a.Now, Audit: a.acts.Add,
	})
	if err != nil {
		return err
	}
	if err := a.ownToken(); err != nil {
		return err
	}
	provider, err := a.provider()
	if err != nil {
		return err
	}
	a.door, err = auth.OpenDoor(auth.DoorOptions{
		Data: cfg.Data, Tokens: a.tokens, Provider: provider, Proxies: cfg.ProxyNetworks(), Now: a.Now, Audit: a.acts.Add,
		Idle: time.Duration(cfg.Session.Idle), End: time.Duration(cfg.Session.End), Logger: a.log.With("part", "auth"),
		Page: func(w http.ResponseWriter, r *http.Request, why auth.Refusal) { a.pages.Refused(w, r, why) },
	})
	return err
}

// provider is the one that vouches for people; nil if none is configured.
func (a *app) provider() (*auth.Provider, error) {
	cfg := &a.cfg
	if auth.Read(cfg.Auth.Read) != auth.ReadOIDC {
		return nil, nil
	}
	secret, err := secretFrom("oidc.secret_file", cfg.OIDC.SecretFile)
	if err != nil {
		return nil, err
	}
	roles := make(map[string][]auth.Role)
	for value, names := range cfg.OIDC.RolesOf() {
		for _, name := range names {
			roles[value] = append(roles[value], auth.Role(name))
		}
	}
	return auth.NewProvider(auth.ProviderOptions{
		Issuer: cfg.OIDC.Issuer, Client: cfg.OIDC.Client, Secret: secret, Redirect: cfg.OIDC.Redirect, Scopes: cfg.OIDC.Scopes,
		NameClaim: cfg.OIDC.Name, RoleClaim: cfg.OIDC.Role, AgencyClaim: cfg.OIDC.Agency, Roles: roles, Now: a.Now,
	}), nil
}

// secretFrom reads the file that a setting names and that holds nothing but a secret; empty if it names none.
func secretFrom(setting, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w; name a file with the secret that this user can read", setting, err)
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", fmt.Errorf("%s: %s is empty; write the secret into it", setting, path)
	}
	return secret, nil
}

// auditStart writes down by what rules the server begins to let people in, for they are an administrative act too.
func (a *app) auditStart() {
	cfg := &a.cfg
	details := []slog.Attr{
		slog.String("version", versionText()), slog.String("listen", cfg.Listen), slog.String("read", cfg.Auth.Read), slog.Bool("tls", cfg.TLS.Cert != ""),
	}
	if len(cfg.Proxies) > 0 {
		details = append(details, slog.String("proxies", strings.Join(cfg.Proxies, ",")))
	}
	if a.door.Provider != nil {
		details = append(details, slog.String("issuer", cfg.OIDC.Issuer), slog.String("roles", strings.Join(cfg.OIDC.Roles, ",")))
	}
	if n := len(a.acts.Found()); n > 0 {
		details = append(details, slog.Int("audit_differences", n))
	}
	a.acts.Add(audit.Act{By: audit.Server, Verb: "server.start", Details: details})
	if a.Restored != "" { // the log that has seen it asked for is gone
		a.acts.Add(a.RestoredBy.Act("backup.restore", a.Restored))
	}
}

// auditSent writes down what somebody did by sending events.
func (a *app) auditSent(r *http.Request, act audit.Act) {
	act.From = a.door.Origin(r)
	a.acts.Add(act)
}

// audit writes down an act of whoever has sent the request that ctx belongs to. An act that nobody can be named for is the
// server's own.
func (a *app) audit(ctx context.Context, verb, object string, details ...slog.Attr) {
	who, ok := auth.From(ctx)
	act := who.Act(verb, object, details...)
	if !ok {
		act.By = audit.Server
	}
	a.acts.Add(act)
}

// exported writes down that a paper was taken out.
func (a *app) exported(ctx context.Context, what, format string) {
	a.audit(ctx, "report.export", what, slog.String("format", format))
}
