package importer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"tiendo/internal/event"
)

// manyFlights is how many batches are on their way at once where an import does not say. Each holds up to 8 MiB.
const manyFlights = 3

// Import reads files by a mapping and sends their events. It serves one file at a time.
type Import struct {
	Mapping *Mapping
	// Send takes a batch and returns what was rejected of it, as [Sender.Send] and [Check] do.
	Send func(context.Context, *Batch) ([]Reject, error)
	// Rejected is told of all that was not taken, in the order of lines.
	Rejected func(Reject) error
	// Facts asks the server for facts, see [ReadFacts]; snapshots and mappings whose events depend on what came before need it.
	// It includes what was sent before.
	Facts func(context.Context, Question, func(*Fact) error) error
	// Zone is the city's, in which the server counts days; nil if it is not known. Where the mapping's has other clocks, that is said.
	Zone *time.Location
	// DryRun says that Send sends nothing, and that what would be retracted is only counted.
	DryRun bool
	// Flights is how many batches may be on their way at once; 0 means 3.
	Flights int
	// Progress is counted up while a file is read.
	Progress Progress
}

// Progress counts what is done. Safe for concurrent use.
type Progress struct {
	Rows, Events, Rejects atomic.Int64
}

// Result is what became of a file.
type Result struct {
	// Rows were read; RejectedRows of them were not taken, or not with all their events.
	Rows, RejectedRows int
	// Events were taken, by type.
	Events map[event.Type]int
	// Line is the last one of which all that comes before it was answered for.
	Line int
	// Retracted is how many facts a snapshot took back. Others are those of its day that it does not tell and that stay,
	// for other files of the day told them.
	Retracted, Others int
	// Notes say of the file what its reader should know: how it was read, where that was not plain.
	Notes []string
	// Unseen are errors for columns that the mapping names and no record of the file had: of NDJSON, for a CSV or a workbook
	// without one is not read at all.
	Unseen []error
	// Kept says why a snapshot took nothing back of what it does not tell; empty if it could.
	Kept string
}

// Total is how many events were taken.
func (r *Result) Total() int {
	total := 0
	for _, n := range r.Events {
		total += n
	}
	return total
}

// UnreadableError says that nothing of a file can be read, or that the mapping does not fit it.
type UnreadableError struct{ Err error }

func (e *UnreadableError) Error() string { return e.Err.Error() }
func (e *UnreadableError) Unwrap() error { return e.Err }

// Check is what a dry run does instead of sending: it lets the events pass by the door of a collector at now.
func Check(now time.Time) func(context.Context, *Batch) ([]Reject, error) {
	return func(_ context.Context, b *Batch) ([]Reject, error) {
		var decoder event.Decoder
		var rejects []Reject
		i := 0
		for line := range bytes.Lines(b.Events) {
			if _, err := decoder.Decode(bytes.TrimSpace(line), now); err != nil {
				fault := &event.Error{Reason: err.Error()}
				errors.As(err, &fault)
				rejects = append(rejects, b.Refused(i, fault.Field, fault.Reason))
			}
			i++
		}
		return rejects, nil
	}
}

// flight is a batch on its way.
type flight struct {
	batch *Batch
	done  chan outcome
}

type outcome struct {
	rejects []Reject
	err     error
}

// Run reads one file and sends its events; now is the time of import. The result tells what was done also where there
// is an error: of the mapping, the file, or of sending.
func (i *Import) Run(ctx context.Context, in *Input, now time.Time) (result Result, _ error) {
	result.Events = map[event.Type]int{}
	reader, err := i.Mapping.Read(in, now)
	if err != nil {
		return result, &UnreadableError{err}
	}
	if said := i.clocks(now); said != "" {
		in.note("%s", said)
	}
	if reader.past != nil && i.Facts != nil {
		switch err := reader.past.load(ctx, i); {
		case err != nil && i.DryRun:
			in.note("what the server knows of the cases was not asked (%v), so events that depend on what came before this file are not counted rightly", err)
		case err != nil:
			return result, err
		}
	}
	readFault, err := i.fly(ctx, in, reader, &result)
	if err != nil {
		return result, err
	}
	result.Notes = in.notes
	if readFault == nil {
		result.Unseen = reader.Unseen()
	}
	if reader.whole == nil || ctx.Err() != nil {
		return result, readFault
	}
	switch {
	case readFault != nil:
		reader.whole.fault = "it could not be read to its end"
		readFault = fmt.Errorf("%w; what %s does not tell was not retracted", readFault, in.Name)
	case result.Unseen != nil:
		reader.whole.fault = "it has no record with a column that the mapping names"
	case reader.cut():
		reader.whole.fault = "its last row can't be read and no line end follows it: the file seems to be cut off"
	}
	return result, errors.Join(readFault, i.retract(ctx, reader.whole, &result))
}

// fly sends what is read in batches, several at once, and books the answers in their order, until the file ends. readFault is why it
// could not be read to its end; with err not all of what was read was sent.
func (i *Import) fly(ctx context.Context, in *Input, reader *Reader, result *Result) (readFault, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	flights := cmp.Or(i.Flights, manyFlights)
	free := make(chan *Batch, flights+1)
	for range cap(free) {
		free <- new(Batch)
	}
	air := make(chan *flight, flights+1)
	var ended error
	go func() {
		defer close(air)
		ended = i.take(ctx, reader, free, air)
	}()
	if in.Size > 0 { // else it may be a terminal, which nobody waits for
		defer func() {
			cancel()
			for range air {
			}
		}()
	}
	for {
		var f *flight
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case f = <-air:
		}
		if f == nil {
			return ended, nil
		}
		o := <-f.done
		if o.err != nil {
			return nil, o.err
		}
		if err := i.settle(result, f.batch, o.rejects, reader.whole); err != nil {
			return nil, err
		}
		free <- f.batch
	}
}

// clocks says in which zone times are read, where days may shift by that; "" where they can't.
func (i *Import) clocks(now time.Time) string {
	own := i.Mapping.loc
	switch {
	case i.Zone != nil && !sameClocks(own, i.Zone, now):
		return fmt.Sprintf("times without an offset were read as those of %s (timezone: of the mapping), and the server counts days as those of %s: a case may fall on another day than the file shows; if the file has the city's own times, write `timezone: %[2]s`", own, i.Zone)
	case i.Zone == nil && i.DryRun && own.String() != usualZone:
		return fmt.Sprintf("times without an offset were read as those of %s (timezone: of the mapping); no server told in which zone it counts days, and where it is another one a case may fall on another day than the file shows", own)
	}
	return ""
}

// take fills free batches and sends them off, until the file ends.
func (i *Import) take(ctx context.Context, reader *Reader, free <-chan *Batch, air chan<- *flight) error {
	for {
		var batch *Batch
		select {
		case <-ctx.Done():
			return ctx.Err()
		case batch = <-free:
		}
		err := reader.Fill(batch)
		if batch.Rows > 0 {
			f := &flight{batch, make(chan outcome, 1)}
			go func() {
				rejects, err := i.Send(ctx, batch)
				f.done <- outcome{rejects, err}
			}()
			air <- f
			i.Progress.Rows.Add(int64(batch.Rows))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// settle books a batch that was answered.
func (i *Import) settle(result *Result, b *Batch, refused []Reject, whole *snapshot) error {
	result.Rows += b.Rows
	b.Types(result.Events)
	for _, r := range refused {
		result.Events[r.event]--
	}
	rejects := slices.Concat(b.Rejects, refused)
	slices.SortStableFunc(rejects, func(a, b Reject) int { return cmp.Compare(a.Line, b.Line) })
	last := 0
	for _, r := range rejects {
		if r.Line != last {
			result.RejectedRows++
			last = r.Line
		}
		if whole != nil {
			whole.reject(&r)
		}
		if err := i.Rejected(r); err != nil {
			return err
		}
	}
	i.Progress.Rejects.Add(int64(len(rejects)))
	i.Progress.Events.Add(int64(b.Len() - len(refused)))
	if len(b.origins) > 0 {
		result.Line = max(result.Line, b.origins[len(b.origins)-1].line)
	}
	return nil
}
