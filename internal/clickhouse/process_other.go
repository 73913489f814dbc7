//go:build !linux

package clickhouse

import "syscall"

// attributes of the child's process: it is not in our group, for an interrupt at the terminal is ours to hear and the
// engine stops last.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
