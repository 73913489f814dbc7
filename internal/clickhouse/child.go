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

// entry is the function of the library that is a whole clickhouse-local: it takes the arguments of a main function.
const entry = "chdb_query_cmdline"

// engineNice is by how much the engine gives way to the server: what it inserts and merges can wait longer than a sender for the
// answer that its events are on disk, or Prometheus for its scrape.
const engineNice = 5

// RunEngine is the body of the child process: it loads the library and runs the server inside it until it is told to end.
// Its arguments are the library's path and the arguments of the server. It returns an exit code, and only if the server
// could not run or ended by itself.
//
// The child ends with its parent, also when that is killed: the parent holds the other end of the child's standard input
// and never writes to it, so that its end is the end of the parent.
func RunEngine(args []string) int {
	if len(args) < 1 {
		fmt.Fprintln(os.Stderr, "tiendo engine is started by tiendo serve, not by hand")
		return exitUsage
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	run, err := load(args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitLibrary
	}
	// argv is an array of C strings that must stay where it is; a null pointer ends it.
	var pin runtime.Pinner
	defer pin.Unpin()
	args[0] = "clickhouse"
	argv := make([]*byte, 0, len(args)+1)
	for _, a := range args {
		p := &append([]byte(a), 0)[0]
		pin.Pin(p)
		argv = append(argv, p)
	}
	argv = append(argv, nil)
	pin.Pin(&argv[0])
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, engineNice) // of this thread, and so of those that it starts; who may not has the usual one
	run(int32(len(args)), unsafe.Pointer(&argv[0]))
	return exitServer
}

// load finds the server in the library.
func load(path string) (func(argc int32, argv unsafe.Pointer) unsafe.Pointer, error) {
	library, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, err
	}
	symbol, err := purego.Dlsym(library, entry)
	if err != nil {
		return nil, fmt.Errorf("%s: it has no function %s", path, entry)
	}
	var run func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	purego.RegisterFunc(&run, symbol)
	return run, nil
}

// The child's exit codes.
const (
	exitUsage   = 2 // it was not started by us
	exitLibrary = 3 // the library could not be loaded
	exitServer  = 4 // the server ended by itself
)
