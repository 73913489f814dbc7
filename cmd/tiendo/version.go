package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is stamped by the Makefile; a plain `go build` leaves it empty.
var version string

type versionCmd struct{}

func (versionCmd) Run(std *streams) error {
	_, err := fmt.Fprintf(std.out, "tiendo %s %s/%s %s\n", versionText(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}

// versionText is the stamped version, else the commit that Go recorded, else "unknown".
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "unknown"
}
