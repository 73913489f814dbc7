package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"tiendo/internal/auth"
	"tiendo/internal/lifecycle"
	"tiendo/internal/register"
)

// registersAge is how old the registers may be that another process has loaded.
const registersAge = 5 * time.Second

// registers are those that were loaded into the engine, as this process knows them.
type registers struct {
	store register.Store
	log   *slog.Logger
	now   func() time.Time
	known atomic.Pointer[knownRegisters]
	// changed is called after each load. It must not block.
	changed func()
}

// knownRegisters are registers with the rules that they make.
type knownRegisters struct {
	registers *register.Registers
	rules     *lifecycle.Rules
}

// open reads the registers.
func (r *registers) open(ctx context.Context) error {
	known, err := r.store.Load(ctx)
	if err != nil {
		return err
	}
	r.known.Store(&knownRegisters{known, lifecycle.NewRules(known)})
	return nil
}

// Known returns the registers as they now are.
func (r *registers) Known() *register.Registers { return r.known.Load().registers }

// Rules returns the rules that they make.
func (r *registers) Rules() *lifecycle.Rules { return r.known.Load().rules }

// Run looks for what other processes have loaded, until ctx ends. While the engine is away what is known stays.
func (r *registers) Run(ctx context.Context) error {
	failing := false
	for {
		if ended(ctx, registersAge) {
			return nil
		}
		_, err := r.loaded(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			r.log.Warn("registers could not be read, what is known stays", "error", err)
		}
		failing = err != nil
	}
}

// loaded returns the registers with what was loaded since they were last read.
func (r *registers) loaded(ctx context.Context) (*register.Registers, error) {
	known, err := r.store.Refresh(ctx, r.Known())
	if err != nil {
		return nil, err
	}
	r.know(known)
	return known, nil
}

// compare tells found where the registers in the engine are not those by which cases are judged.
func (r *registers) compare(ctx context.Context, found func(says string)) error {
	known := r.Known().Loads()
	now, err := r.store.Load(ctx)
	if errors.Is(err, register.ErrUnlike) {
		found(err.Error()) // it names the version
		return nil
	}
	if err != nil {
		return err
	}
	loads := now.Loads()
	for i, was := range known {
		if i >= len(loads) || loads[i] != was {
			found(fmt.Sprintf("version %d in the engine is not the one that was loaded: restore a backup", was.Version))
		}
	}
	return nil
}

// load loads a file for the sender of a request.
func (r *registers) load(request *http.Request, kind register.Kind, content []byte) (*register.Registers, error) {
	by, _ := auth.From(request.Context())
	known, err := r.store.Append(request.Context(), kind, content, by.Name, r.now())
	if err != nil {
		return nil, err
	}
	r.know(known)
	return known, nil
}

func (r *registers) know(known *register.Registers) {
	old := r.known.Load()
	if known.Version() > old.registers.Version() && r.known.CompareAndSwap(old, &knownRegisters{known, lifecycle.NewRules(known)}) {
		r.log.Info("registers loaded", "version", known.Version())
		r.changed()
	}
}

// loadRegister loads a file for the sender of a request.
func (a *app) loadRegister(r *http.Request, kind register.Kind, content []byte) (*register.Registers, error) {
	known, err := a.registers.load(r, kind, content)
	if err != nil {
		return nil, err
	}
	load, _ := known.At(time.Time{}).Load(kind)
	a.audit(r.Context(), "register.load", string(kind), slog.Uint64("version", load.Version), slog.String("sha256", load.SHA256))
	return known, nil
}
