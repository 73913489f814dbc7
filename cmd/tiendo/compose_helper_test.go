package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// top is the project's folder.
func top(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// composed is docker-compose.yml as Docker Compose reads it.
type composed struct {
	Services map[string]composedService
	Volumes  map[string]any
	Secrets  map[string]struct{ File string }
	Networks map[string]struct{ Internal bool }
}

type composedService struct {
	Image       string
	Build       any
	Command     any
	Entrypoint  any
	Environment map[string]any
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
	Networks    any
	Ports       []any
	Profiles    []string
	Restart     string
	Secrets     []struct{ Source, Target string }
	Volumes     []any
}

// mount is a folder, file or named volume that a container sees.
type mount struct {
	from, to string
	readOnly bool
}

// compose has Docker Compose read the file, with all profiles.
func compose(t *testing.T) composed {
	t.Helper()
	cmd := exec.Command(needed(t, "docker-compose"), "--project-directory", top(t), "--file", filepath.Join(top(t), "docker-compose.yml"),
		"--profile", "demo", "--profile", "cluster", "config")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()} // nobody's own settings
	out, err := cmd.Output()
	if err != nil {
		said := ""
		if failed, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Output returns nothing else
			said = string(failed.Stderr)
		}
		t.Fatalf("docker-compose config: %v\n%s", err, said)
	}
	var c composed
	if err := yaml.Unmarshal(out, &c); err != nil {
		t.Fatalf("what docker-compose config prints: %v", err)
	}
	if len(c.Services) < 6 {
		t.Fatalf("only %d services", len(c.Services))
	}
	return c
}

// mounts reads both forms in which versions of Compose print volumes.
func (s *composedService) mounts(t *testing.T) (all []mount) {
	t.Helper()
	for _, v := range s.Volumes {
		switch v := v.(type) {
		case string:
			parts := strings.Split(v, ":")
			if len(parts) < 2 {
				t.Fatalf("volume %q", v)
			}
			all = append(all, mount{parts[0], parts[1], len(parts) > 2 && parts[2] == "ro"})
		case map[string]any:
			readOnly, _ := v["read_only"].(bool)
			all = append(all, mount{v["source"].(string), v["target"].(string), readOnly})
		default:
			t.Fatalf("volume %v", v)
		}
	}
	return all
}

// words reads a command, which Compose prints as a list or as one text.
func words(t *testing.T, command any) (all []string) {
	t.Helper()
	switch c := command.(type) {
	case nil:
	case string:
		all = strings.Fields(c)
	case []any:
		for _, word := range c {
			all = append(all, word.(string))
		}
	default:
		t.Fatalf("command %v", c)
	}
	return all
}

// published are the addresses of this machine that lead into a container.
func (s *composedService) published(t *testing.T) (all []string) {
	t.Helper()
	for _, p := range s.Ports {
		switch p := p.(type) {
		case string:
			all = append(all, p)
		case map[string]any:
			host, _ := p["host_ip"].(string)
			all = append(all, host+":")
		default:
			t.Fatalf("port %v", p)
		}
	}
	return all
}
