package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// report tells systemd, if that has started this process, that the server serves, and then again and again that it still
// answers: a process that hangs is ended and started again. Without systemd it does nothing. It returns what ends it.
func (a *app) report() (end func()) {
	a.tell(daemon.SdNotifyReady + "\nSTATUS=serves " + a.URL())
	ctx, end := context.WithCancel(context.Background())
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		a.log.Warn("systemd's watchdog can't be understood, so it is not answered", "error", err)
	}
	w := watchdog{every: within / 3, probe: a.answers, tell: a.tell, stopping: a.stopping}
	go w.run(ctx)
	return end
}

// tell sends a state to systemd.
func (a *app) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		a.log.Warn("systemd can't be told", "state", state, "error", err)
	}
}

// watchdog says in time that a server lives, if it does.
type watchdog struct {
	// every is how often; 0 if nobody wants to know.
	every time.Duration
	probe func(context.Context) error
	tell  func(state string)
	// stopping is closed when the server stops. It takes no connections then, and each part has a deadline, so it counts as alive.
	stopping <-chan struct{}
}

func (w *watchdog) run(ctx context.Context) {
	var tick <-chan time.Time
	if w.every > 0 {
		ticker := time.NewTicker(w.every)
		defer ticker.Stop()
		tick = ticker.C
	}
	stopping := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.stopping:
			w.tell(daemon.SdNotifyStopping)
			w.stopping, stopping = nil, true
		case <-tick:
			if stopping || w.lives(ctx) {
				w.tell(daemon.SdNotifyWatchdog)
			}
		}
	}
}

func (w *watchdog) lives(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, w.every)
	defer cancel()
	return w.probe(ctx) == nil
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
