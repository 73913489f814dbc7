package clickhouse_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tiendo/internal/clickhouse"
	"tiendo/internal/clickhouse/enginetest"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

// stranger is a connection of whoever reaches the port without the password.
func stranger(t *testing.T, s *clickhouse.Server) driver.Conn {
	t.Helper()
	options := s.DriverOptions()
	options.Auth = driver.Auth{Database: "default", Username: "default"}
	conn, err := driver.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestStrangerMayDoNothing to tables, files, users, queries and other hosts.
func TestStrangerMayDoNothing(t *testing.T) {
	_, database := enginetest.Database(t)
	conn := stranger(t, enginetest.Server())
	for _, statement := range []string{
		"SELECT count() FROM " + database + ".events",
		"INSERT INTO " + database + ".events (family) VALUES ('x')",
		"ALTER TABLE " + database + ".events DELETE WHERE 1",
		"TRUNCATE TABLE " + database + ".events",
		"DROP TABLE " + database + ".events",
		"DROP DATABASE " + database,
		"CREATE DATABASE mine",
		"CREATE TABLE default.mine (a Int8) ENGINE = Memory",
		"SELECT * FROM file('/etc/passwd', 'LineAsString')",
		"INSERT INTO FUNCTION file('mine.csv') SELECT 1",
		"SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
		"SELECT * FROM remote('127.0.0.1:1', system.one)",
		"CREATE USER mallory",
		"GRANT ALL ON *.* TO default",
		"KILL QUERY WHERE 1 SYNC",
		"SYSTEM SHUTDOWN",
		"SYSTEM KILL",
		"SYSTEM STOP MERGES " + database + ".events",
	} {
		err := conn.Exec(t.Context(), statement)
		if err == nil || !strings.Contains(err.Error(), "Not enough privileges") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	var tables uint64
	if err := conn.QueryRow(t.Context(), "SELECT count() FROM system.tables WHERE database = ?", database).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("a stranger sees %d tables, %v", tables, err)
	}
}

// TestStrangerMayTakeLittle memory, and not allow itself more.
func TestStrangerMayTakeLittle(t *testing.T) {
	conn := stranger(t, enginetest.Server())
	if err := conn.Exec(t.Context(), "SELECT groupArray(number) FROM numbers(20000000) FORMAT Null"); err == nil || !strings.Contains(err.Error(), "memory limit exceeded") {
		t.Errorf("want the limit of a query's memory, got %v", err)
	}
	if err := conn.Exec(t.Context(), "SELECT 1 SETTINGS max_memory_usage = 0"); err == nil || !strings.Contains(err.Error(), "should not be changed") {
		t.Errorf("want the setting refused, got %v", err)
	}
}

// TestOwnerIsNotLimited by what limits a stranger.
func TestOwnerIsNotLimited(t *testing.T) {
	if err := enginetest.Server().Conn().Exec(t.Context(), "SELECT groupArray(number) FROM numbers(20000000) FORMAT Null"); err != nil {
		t.Error(err)
	}
}

// TestPasswordIsNowhere that another could read it: not among the arguments, not in the environment, not on disk.
func TestPasswordIsNowhere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, clickhouse.Options{})
	password := s.DriverOptions().Auth.Password
	if len(password) < 32 {
		t.Fatalf("the password %q is short", password)
	}
	files := []string{fmt.Sprintf("/proc/%d/cmdline", s.PID()), fmt.Sprintf("/proc/%d/environ", s.PID())}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files = append(files, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), password) {
			t.Errorf("%s has the password", name)
		}
	}
	for _, name := range []string{"server.xml", "users.xml"} {
		info, err := os.Stat(filepath.Join(dir, "config", name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s may be read by others: %s", name, info.Mode())
		}
	}
}

// TestListensOnLoopbackOnly, on the driver's port and no other.
func TestListensOnLoopbackOnly(t *testing.T) {
	s := open(t, t.TempDir(), clickhouse.Options{})
	_, port, err := net.SplitHostPort(s.DriverOptions().Addr[0])
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	// A line is: number, local address, remote address, state, …, inode. 0A is listening.
	mine := sockets(t, s.PID())
	var at []string
	for _, table := range []string{"tcp", "tcp6"} {
		content, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" && mine["socket:["+f[9]+"]"] {
				at = append(at, f[1])
			}
		}
	}
	if want := fmt.Sprintf("0100007F:%04X", number); len(at) != 1 || at[0] != want {
		t.Errorf("it listens at %v, want %s alone", at, want)
	}
}

// sockets are those that a process has open, as the kernel names them.
func sockets(t *testing.T, pid int) map[string]bool {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(names) == 0 {
		t.Fatalf("no open files: %v", err)
	}
	found := map[string]bool{}
	for _, name := range names {
		if target, err := os.Readlink(name); err == nil {
			found[target] = true
		}
	}
	return found
}
