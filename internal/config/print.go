package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
)

// Print writes c as a configuration file that [Load] takes: each setting below a comment with its meaning, its
// default and its name in the environment.
func Print(w io.Writer, c *Config) error {
	standard := Default()
	var b strings.Builder
	group := ""
	for _, setting := range Settings() {
		indent, name := "", setting.Key
		if outer, inner, nested := strings.Cut(setting.Key, "."); nested {
			if outer != group {
				fmt.Fprintf(&b, "%s:\n", outer)
			}
			group, indent, name = outer, "  ", inner
		}
		value, err := yaml.MarshalWithOptions(setting.at(c).file, yaml.Flow(true))
		if err != nil {
			return fmt.Errorf("print setting %s: %w", setting.Key, err)
		}
		fmt.Fprintf(&b, "%s# %s\n", indent, setting.Meaning)
		fmt.Fprintf(&b, "%s# Default: %s. Environment: %s.\n", indent, orNone(setting.Value(&standard)), setting.Env)
		fmt.Fprintf(&b, "%s%s: %s\n", indent, name, strings.TrimSpace(string(value)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
