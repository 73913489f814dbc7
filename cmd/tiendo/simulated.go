package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tiendo/internal/register"
	"tiendo/internal/simulator"
)

// simulatedTargets are what the simulated city has set itself.
const simulatedTargets = `targets:
  - {figure: dossier.on_time_rate, target: 0.98, warn: 0.95}
  - {figure: dossier.on_time_rate_first, target: 0.95, warn: 0.90}
  - {figure: dossier.promise_kept_rate, target: 0.98, warn: 0.95}
  - {figure: dossier.open_overdue, target: 25, warn: 40}
  - {figure: dossier.open_overdue, group: department, target: 2, warn: 5}
  - {figure: dossier.open_overdue, group: district, target: 2, warn: 5}
  - {figure: online.uptake, target: 0.80, warn: 0.70}
  - {figure: online.full_uptake, target: 0.80, warn: 0.70}
  - {figure: task.on_time_rate, target: 0.95, warn: 0.85}
  - {figure: task.open_overdue, target: 20, warn: 40}
  - {figure: task.open_overdue, group: department, target: 1, warn: 3}
  - {figure: task.open_overdue, group: district, target: 1, warn: 3}
  - {figure: petition.on_time_rate, target: 0.95, warn: 0.85}
`

// knowSimulated loads the simulated city's agencies with their groups, its procedures with their fields, and its targets, each once:
// without groups nobody can be ranked, without fields form 06a has one line.
func (a *app) knowSimulated(ctx context.Context) error {
	var agencies, procedures bytes.Buffer
	agencies.WriteString("agencies:\n")
	for _, agency := range simulator.Agencies() {
		fmt.Fprintf(&agencies, "  - {code: %s, names: {vi: %q, en: %q}, group: %s}\n", agency.Code, agency.NameVI, agency.NameEN, agency.Group)
	}
	procedures.WriteString("procedures:\n")
	for _, p := range simulator.Procedures() {
		fmt.Fprintf(&procedures, "  - {code: %q, names: {vi: %q, en: %q}, field: %q, term: %d, fee: %d}\n", p.Code, p.NameVI, p.NameEN, p.Field, p.Term, p.Fee)
	}
	for _, file := range []struct {
		kind    register.Kind
		content []byte
	}{{register.Agencies, agencies.Bytes()}, {register.Procedures, procedures.Bytes()}, {register.Targets, []byte(simulatedTargets)}} {
		if _, known := a.registers.Known().At(time.Time{}).Load(file.kind); known {
			continue
		}
		known, err := a.registers.store.Append(ctx, file.kind, file.content, "demo", a.Now())
		if err != nil {
			return fmt.Errorf("load the simulated city's %s: %w", file.kind, err)
		}
		a.registers.know(known)
	}
	return nil
}

// simulatedAgencies are the names of the city's agencies.
func simulatedAgencies() map[string]agency {
	names := make(map[string]agency)
	for _, a := range simulator.Agencies() {
		names[a.Code] = agency{vi: a.NameVI, en: a.NameEN, group: a.Group}
	}
	return names
}
