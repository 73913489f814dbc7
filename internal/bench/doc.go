// Package bench measures what DESIGN §8 promises, from outside: it drives the program bin/tiendo over HTTP with events of a
// believable shape and prints each promise beside what was measured. It decides nothing and asserts nothing, for a busy
// machine is no fault of the program. `make bench` runs it; docs/measurements.md keeps what was seen.
package bench
