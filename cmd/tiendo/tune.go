package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// memoryGoal is what a server's process should stay below: collecting garbage becomes frequent only near it.
	memoryGoal = 100 << 20
	// garbage is how much may gather before it is collected, in percent of what lives.
	garbage = 400
	// spareThreads are how many more may run than there are processors. While all that the runtime counts are busy it looks for
	// requests every 10 ms; one that is not waits for them, and the system wakes it at once.
	spareThreads = 2
)

// tune trades memory that the design allows a server (150 MB) for time, as at full load a third of the work of a server with the
// runtime's defaults is collecting garbage; and some switching of threads for short answers while events are taken and booked.
func tune() {
	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(memoryGoal)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spareThreads)
	}
}
