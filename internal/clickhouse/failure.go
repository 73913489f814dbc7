package clickhouse

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
)

// Error is a reason why there is no engine or why its database can't be used, for the person who started it.
type Error struct {
	// Message says what is wrong, Hint what would do.
	Message, Hint string
	// Err is what was seen; nil where Message says it all.
	Err error
	// Passing says that it may be over when one tries again later, without anything being changed.
	Passing bool
}

// Error is one line.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s; %s", e.Message, strings.Join(strings.Fields(e.Err.Error()), " "), e.Hint)
	}
	return e.Message + "; " + e.Hint
}

// Unwrap returns what was seen.
func (e *Error) Unwrap() error { return e.Err }

var (
	errPortTaken = errors.New("the port is taken")
	errLocked    = errors.New("another engine uses the folder")
)

// reasons tell by the words of a child that did not start what is wrong. The first one whose words occur is it.
var reasons = []struct {
	words         *regexp.Regexp
	message, hint string
	err           error
}{
	{
		regexp.MustCompile(`Address already in use`),
		"the engine's port on 127.0.0.1 is taken", "start again", errPortTaken,
	},
	{
		regexp.MustCompile(`Cannot lock file .*status`),
		"the data folder is in use by another engine", "stop the other one, or name another folder with --data", errLocked,
	},
	{
		regexp.MustCompile(`(?i)cannot allocate memory|out of memory|failed to reserve|failed to allocate|failed to map segment|MEMORY_LIMIT_EXCEEDED|pthread_create failed|failed to create new OS thread`),
		"there is not enough memory for the engine", "it needs 512 MiB of its own and 4 GiB of address space: see engine.memory and ulimit -v", nil,
	},
	{
		regexp.MustCompile(`(?i)no space left on device|NOT_ENOUGH_SPACE`),
		"the disk is full", "make room, or name another folder with --data", nil,
	},
	{
		regexp.MustCompile(`(?i)permission denied|read-only file system`),
		"the engine may not write to its folder", "give this user the right to, or name another folder with --data", nil,
	},
}

// whyNot says in one sentence why a child ended before it listened.
func whyNot(ended error, words []string) error {
	all := strings.Join(words, "\n")
	for _, r := range reasons {
		if r.words.MatchString(all) {
			return &Error{Message: r.message, Hint: r.hint, Err: r.err}
		}
	}
	exit, _ := errors.AsType[*exec.ExitError](ended)
	if exit != nil && exit.ExitCode() == exitLibrary {
		return &Error{Message: "the engine's library cannot be loaded", Hint: "run npm ci in the project's folder", Err: errors.New(lastWords(words))}
	}
	if exit != nil {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
			return &Error{Message: "the engine was killed while it started", Hint: "see in the kernel's log whether that was for want of memory"}
		}
	}
	return &Error{Message: "the engine ended while it started", Hint: "its words are in the log", Err: fmt.Errorf("%w: %s", ended, lastWords(words))}
}

// lastWords is the last exception among the words, or the last line.
func lastWords(words []string) string {
	last := "it said nothing"
	for _, w := range words {
		if strings.HasPrefix(w, "Code: ") || !strings.HasPrefix(last, "Code: ") && w != "" {
			last = w
		}
	}
	return last
}
