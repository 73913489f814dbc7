package main

import "runtime/debug"

const (
	// memoryGoal is what a server's process should stay below: collecting garbage becomes frequent only near it.
	memoryGoal = 100 << 20
	// garbage is how much may gather before it is collected, in percent of what lives.
	garbage = 400
)

// tuneMemory trades memory that the design allows a server (150 MB) for time: at full load a third of the work of a server
// with the runtime's defaults is collecting garbage.
func tuneMemory() {
	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(memoryGoal)
}
