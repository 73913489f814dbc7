package main

// The exit codes of every subcommand.
const (
	exitDone        = 0
	exitFault       = 1 // it ran and found a fault
	exitMisuse      = 2 // wrong use or configuration
	exitUnreachable = 3 // the server can't be reached
)

// exitError is an error that knows its exit code.
type exitError struct {
	error
	code int
}

func (e *exitError) Unwrap() error { return e.error }

// ExitCode is what the process ends with.
func (e *exitError) ExitCode() int { return e.code }

// misuse says that the arguments or the configuration are wrong.
func misuse(err error) error { return &exitError{err, exitMisuse} }

// unreachable says that no server answered.
func unreachable(err error) error { return &exitError{err, exitUnreachable} }
