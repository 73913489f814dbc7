package collector

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/go-json-experiment/json"

	"tiendo/internal/disk"
)

// cursor says how much of the log is in the engine.
type cursor struct {
	// Entry is the last one loaded.
	Entry uint64 `json:"entry"`
	// Boot is the run of the machine in which it was loaded. What the engine had only in memory is lost with it.
	Boot string `json:"boot"`
}

// readCursor returns fs.ErrNotExist if there is none.
func readCursor(path string) (cursor, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return cursor{}, fmt.Errorf("read the cursor of the log: %w", err)
	}
	var c cursor
	if err := json.Unmarshal(raw, &c, json.RejectUnknownMembers(true)); err != nil {
		return cursor{}, fmt.Errorf("read the cursor of the log %s: %w; replace its content by {\"entry\":0,\"boot\":\"\"}: all that is still in the log is then sent again, which changes no figure", path, err)
	}
	return c, nil
}

func (c cursor) write(path string) error {
	raw, err := json.Marshal(c)
	if err != nil {
		panic("BUG: a cursor is no JSON: " + err.Error())
	}
	if err := disk.Replace(path, append(raw, '\n')); err != nil {
		return fmt.Errorf("write the cursor of the log: %w", err)
	}
	return nil
}

// bootID names the run of the machine; empty where the system does not tell, so that every start counts as a new run.
func bootID() string {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
