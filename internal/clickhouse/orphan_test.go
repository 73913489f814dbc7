package clickhouse_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"
)

// parent marks the process that opens an engine and is killed.
const parent = "TIENDO_TEST_PARENT"

func init() {
	dir := os.Getenv(parent)
	if dir == "" {
		return
	}
	library, err := enginetest.Library()
	if err == nil {
		_ = os.Unsetenv(parent)
		var s *clickhouse.Server
		if s, err = clickhouse.Open(context.Background(), clickhouse.Options{Dir: dir, Library: library, Command: enginetest.Command(), Logger: slog.New(slog.DiscardHandler)}); err == nil {
			fmt.Println(s.PID())
			time.Sleep(time.Hour)
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

// TestNoOrphan: the engine ends with its parent, even when that is killed.
func TestNoOrphan(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), parent+"="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the parent said %q", line)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the engine does not run: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for deadline := time.Now().Add(time.Minute); syscall.Kill(pid, 0) == nil && running(pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the engine outlives its killed parent")
		}
	}
}

// running is false for a process that has ended and was not reaped.
func running(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(status), ") Z ")
}
