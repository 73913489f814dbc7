package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// manager is systemd, if that has started this process; else nobody listens.
type manager struct {
	log *slog.Logger
	// current is what serves; nil while nothing does, which has its reasons and its deadlines.
	current atomic.Pointer[app]
	cancel  context.CancelFunc
}

// newManager begins to tell systemd's watchdog that this process lives: one that hangs is ended and started again.
func newManager(log *slog.Logger) *manager {
	m := &manager{log: log}
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("systemd's watchdog can't be understood, so it is not answered", "error", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	if within > 0 {
		go watchdog(ctx, within/3, m.probe, func() { m.tell(daemon.SdNotifyWatchdog) })
	}
	return m
}

// serves says that events are taken from now on.
func (m *manager) serves(a *app) {
	m.current.Store(a)
	m.tell(daemon.SdNotifyReady + "\nSTATUS=serves " + a.URL())
}

// pauses says why nothing is served for a while.
func (m *manager) pauses(why string) {
	m.current.Store(nil)
	m.tell("STATUS=" + why)
}

// stops says that the process will end.
func (m *manager) stops() {
	m.current.Store(nil)
	m.tell(daemon.SdNotifyStopping)
}

// end ends what newManager has begun.
func (m *manager) end() { m.cancel() }

func (m *manager) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		m.log.Warn("systemd can't be told", "state", state, "error", err)
	}
}

func (m *manager) probe(ctx context.Context) error {
	if a := m.current.Load(); a != nil {
		return a.answers(ctx)
	}
	return nil
}

// watchdog tells again and again that something lives, for as long as it does.
func watchdog(ctx context.Context, every time.Duration, probe func(context.Context) error, tell func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			limited, cancel := context.WithTimeout(ctx, every)
			if probe(limited) == nil {
				tell()
			}
			cancel()
		}
	}
}

// answers asks the server over its own socket whether it lives.
func (a *app) answers(ctx context.Context) error {
	address := a.Address()
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().IsUnspecified() {
		address = net.JoinHostPort("localhost", fmt.Sprint(at.Port()))
	}
	scheme := "http"
	if a.certificate != nil {
		scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/healthz", nil)
	if err != nil {
		return err
	}
	// A connection of its own each time, so that it is seen whether new ones are taken; whose name the certificate has does not
	// matter here.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", answer.Status)
	}
	return nil
}
