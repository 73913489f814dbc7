package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/booking"
	"tiendo/internal/disk"
	"tiendo/internal/problem"
)

// The roles of a process that shares the engine with others. Each has a log of its own; what is entered by hand on a page goes the
// same way as what is sent.
const (
	roleAll       = "all"
	roleCollector = "collector"
	roleBooker    = "booker"
	roleWeb       = "web"
)

// standing is what this process's booker is among those of the engine. The embedded engine is its process's own.
func (a *app) standing() booking.Standing {
	switch {
	case a.engine.Embedded():
		return booking.Alone
	case a.keeps():
		return booking.Shared
	default:
		return booking.Watching
	}
}

// keeps says whether this process may keep the books, shows whether it shows figures.
func (a *app) keeps() bool { return a.cfg.Role == roleAll || a.cfg.Role == roleBooker }
func (a *app) shows() bool { return a.cfg.Role == roleAll || a.cfg.Role == roleWeb }

// ownToken puts the administrator's token where commands on this machine look for it, if it is shared.
func (a *app) ownToken() error {
	if a.cfg.Shared == "" {
		return nil
	}
	token, err := os.ReadFile(filepath.Join(a.cfg.Shared, auth.AdminTokenFile))
	if err != nil {
		return fmt.Errorf("read the administrator's token: %w", err)
	}
	return disk.Replace(filepath.Join(a.cfg.Data, auth.AdminTokenFile), token)
}

// followEvery is how often a server looks at what others have changed in the shared folder.
const followEvery = time.Second

// follow takes up what others change in the shared folder.
func (a *app) follow(ctx context.Context) error {
	failing := false
	for {
		if ended(ctx, followEvery) {
			return nil
		}
		err := errors.Join(a.tokens.Refresh(), a.collector.FollowErased())
		if err != nil && !failing {
			a.log.Error("the shared folder can't be read, what is known stays", "error", err)
		}
		failing = err != nil
	}
}

// health are paths of every role.
var health = []string{"/healthz", "/readyz", "/metrics", "/openapi.json"}

// answered says whether a role answers for a path.
func answered(role, path string) bool {
	if slices.Contains(health, path) {
		return true
	}
	switch role {
	case roleCollector:
		return path == "/v1/events"
	case roleBooker:
		return slices.Contains([]string{"/v1/check", "/v1/rebuild", "/v1/backup", "/v1/restore", "/v1/audit"}, path) || strings.HasPrefix(path, "/v1/cases/") // which are erased here
	case roleWeb:
		return path != "/v1/events"
	default:
		return true
	}
}

// ofRole refuses what another role's process is to be asked for.
func (a *app) ofRole(next http.Handler) http.Handler {
	if a.cfg.Role == roleAll {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answered(a.cfg.Role, r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		problem.Titled(w, http.StatusNotFound, "Another server does this",
			"this server has the role "+a.cfg.Role+"; ask one that has the role for it: collector takes events, booker checks and rebuilds, web shows figures")
	})
}
