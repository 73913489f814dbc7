package clickhouse

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// packages names the npm packages that hold the engine's library, by operating system and architecture.
var packages = map[string]string{
	"linux/amd64": "@chdb/lib-linux-x64-gnu",
}

// findLibrary returns the library's path: the configured one, or where npm puts it in a folder node_modules, looked for in
// the working directory, beside this program, and in all folders above them.
func findLibrary(configured string) (string, error) {
	if configured != "" {
		if _, err := os.Stat(configured); err != nil {
			return "", &Error{
				Message: "the engine's library is not where the configuration says",
				Hint:    "correct engine.library, or leave it out and run npm ci in the project's folder", Err: err,
			}
		}
		return configured, nil
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	name, ok := packages[platform]
	if !ok {
		return "", &Error{
			Message: "the embedded engine does not run on " + platform,
			Hint:    "name a ClickHouse server with --clickhouse",
		}
	}
	file := filepath.Join("node_modules", filepath.FromSlash(name), "libchdb.so")
	var from []string
	if here, err := os.Getwd(); err == nil {
		from = append(from, here)
	}
	if self, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(self))
	}
	for _, dir := range from {
		for ; ; dir = filepath.Dir(dir) {
			if path := filepath.Join(dir, file); exists(path) {
				return path, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", &Error{
		Message: fmt.Sprintf("the embedded engine, npm package %s, is not installed", name),
		Hint:    "run npm ci in the project's folder, or name a ClickHouse server with --clickhouse",
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
