package clickhouse

import "syscall"

// attributes of the child's process: it is not in our group, for an interrupt at the terminal is ours to hear and the
// engine stops last; and the kernel ends it with us.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
