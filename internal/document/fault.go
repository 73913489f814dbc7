package document

import (
	"fmt"
	"strings"
)

// Fault is one thing in a file that does not hold.
type Fault struct {
	// File is its name, where it is known; see [Refusal.In].
	File string
	// Line and Column count from 1, in characters.
	Line, Column int
	// Field is the member of the entry, such as "names.vi"; empty if the whole file is meant.
	Field string
	// Message says what is wrong and what would do.
	Message string
}

func (f *Fault) String() string {
	place := fmt.Sprintf("line %d, column %d: ", f.Line, f.Column)
	if f.File != "" {
		place = fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)
	}
	if f.Field != "" {
		place += f.Field + ": "
	}
	return place + f.Message
}

// Refusal is the error of a file that does not hold together; nothing of it was taken.
type Refusal struct {
	// Faults are in the order of the file, at least one and at most a hundred.
	Faults []Fault
}

// Error names every fault on a line of its own.
func (r *Refusal) Error() string {
	var lines []string
	for i := range r.Faults {
		lines = append(lines, r.Faults[i].String())
	}
	return strings.Join(lines, "\n")
}

// In names the file of every fault and returns r.
func (r *Refusal) In(file string) *Refusal {
	for i := range r.Faults {
		r.Faults[i].File = file
	}
	return r
}

// maxFaults is how many faults are told: whoever has more has one cause for them.
const maxFaults = 100
