package clickhouse

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

// RunEngine is the body of the child process: it loads the library and runs the server inside it until it is told to end.
// Its arguments are the library's path and the arguments of the server. It returns only if the server could not run.
//
// The child ends with its parent, also when that is killed: the parent holds the other end of the child's standard input
// and never writes to it, so that its end is the end of the parent.
func RunEngine(args []string) int {
	if len(args) < 1 {
		fmt.Fprintln(os.Stderr, "tiendo engine is started by tiendo serve, not by hand")
		return 2
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	library, err := purego.Dlopen(args[0], purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		fmt.Fprintf(os.Stderr, "load %s: %v\n", args[0], err)
		return exitLibrary
	}
	var run func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	purego.RegisterLibFunc(&run, library, "chdb_query_cmdline")

	// argv is an array of C strings that must stay where it is.
	argv := make([]*byte, 0, len(args)+1)
	for _, a := range append([]string{"clickhouse"}, args[1:]...) {
		argv = append(argv, &append([]byte(a), 0)[0])
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	for _, p := range argv {
		pin.Pin(p)
	}
	pin.Pin(&argv[0])
	runtime.LockOSThread()
	run(int32(len(argv)), unsafe.Pointer(&argv[0]))
	return exitServer
}

// The child's exit codes.
const (
	exitLibrary = 3 // the library could not be loaded
	exitServer  = 4 // the server ended by itself
)
