// Package methods holds the method files that come with the program as examples, for the simulated city and for tests.
package methods

import "embed"

// Files are the method files by name, such as departments.yaml.
//
//go:embed *.yaml
var Files embed.FS
