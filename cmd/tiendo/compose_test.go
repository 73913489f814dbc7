package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tiendo/internal/config"
)

// TestCompose: what docker-compose.yml says is valid, of this repository, and no more open than it must be. No container runs
// here; TestComposedEngine runs what it mounts into ClickHouse.
func TestCompose(t *testing.T) {
	t.Parallel()
	c := compose(t)
	t.Run("images", func(t *testing.T) { pinnedImages(t, c) })
	t.Run("mounts", func(t *testing.T) { mountsAreThere(t, c) })
	t.Run("ports", func(t *testing.T) { littlePublished(t, c) })
	t.Run("order", func(t *testing.T) { orderedByHealth(t, c) })
	t.Run("settings", func(t *testing.T) { settingsAreKnown(t, c) })
	t.Run("simulator", func(t *testing.T) { simulatorIsUnderstood(t, c) })
	t.Run("secrets", func(t *testing.T) { secretsAreMade(t, c) })
}

// pinnedImages: no newest anything, and no host that images come from.
func pinnedImages(t *testing.T, c composed) {
	pinned := regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9-]+)?:v?\d+\.\d+\.\d+[a-z0-9.-]*$`)
	for name, s := range c.Services {
		if s.Image == "tiendo:local" {
			continue
		}
		if !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %q", name, s.Image)
		}
	}
	if c.Services["tiendo"].Build == nil {
		t.Error("nothing builds tiendo:local")
	}
}

// mountsAreThere: what is mounted from this machine is a file of the repository, and can't be written; volumes have names.
func mountsAreThere(t *testing.T, c composed) {
	files, used := 0, map[string]bool{}
	for name, s := range c.Services {
		for _, m := range s.mounts(t) {
			if _, named := c.Volumes[m.from]; named {
				used[m.from] = true
				continue
			}
			files++
			path, inside := strings.CutPrefix(m.from, top(t)+"/")
			if _, err := os.Stat(m.from); err != nil || !inside || strings.HasPrefix(path, "secrets") {
				t.Errorf("%s mounts %s: %v", name, m.from, err)
			}
			if !m.readOnly {
				t.Errorf("%s may write to %s", name, m.from)
			}
		}
		for _, secret := range s.Secrets {
			if _, known := c.Secrets[secret.Source]; !known {
				t.Errorf("%s has the secret %s, which nobody gives", name, secret.Source)
			}
		}
	}
	if files < 10 || len(used) != len(c.Volumes) {
		t.Errorf("%d files are mounted; of volumes %v, %v are used", files, slices.Sorted(maps.Keys(c.Volumes)), slices.Sorted(maps.Keys(used)))
	}
}

// littlePublished: Tiendo, also where it is behind a proxy, and Grafana, to this machine alone.
func littlePublished(t *testing.T, c composed) {
	var open []string
	for name, s := range c.Services {
		for _, address := range s.published(t) {
			open = append(open, name)
			if !strings.HasPrefix(address, "127.0.0.1:") {
				t.Errorf("%s is published as %s", name, address)
			}
		}
	}
	slices.Sort(open)
	if !slices.Equal(open, []string{"grafana", "proxy", "tiendo"}) {
		t.Errorf("published are %v", open)
	}
	if !c.Networks["books"].Internal {
		t.Error("the network of the engine has a way out")
	}
}

// orderedByHealth: whatever waits for another to be healthy waits for one that says whether it is.
func orderedByHealth(t *testing.T, c composed) {
	for name, s := range c.Services {
		if s.Restart == "" && name != "tokens" {
			t.Errorf("%s is not started again", name)
		}
		for other, on := range s.DependsOn {
			switch on.Condition {
			case "service_healthy":
				if len(c.Services[other].Healthcheck.Test) == 0 {
					t.Errorf("%s waits for the health of %s, which has none", name, other)
				}
			case "service_completed_successfully":
				if c.Services[other].Restart != "" {
					t.Errorf("%s waits for the end of %s, which never ends", name, other)
				}
			default:
				t.Errorf("%s waits for %s, %q", name, other, on.Condition)
			}
		}
	}
	order := []string{"clickhouse", "tiendo", "tokens", "prometheus", "grafana"}
	for i, name := range order[1:] {
		if _, waits := c.Services[name].DependsOn[order[i]]; !waits {
			t.Errorf("%s does not wait for %s", name, order[i])
		}
	}
	if probe := c.Services["tiendo"].Healthcheck.Test; !slices.Equal(probe, []string{"CMD", "tiendo", "ready"}) {
		t.Errorf("the probe of tiendo is %v", probe)
	}
}

// settingsAreKnown: every variable of ours is a setting or a client's, and what serves is configured validly.
func settingsAreKnown(t *testing.T, c composed) {
	servers := 0
	for name, s := range c.Services {
		if s.Image != "tiendo:local" {
			continue
		}
		var environ []string
		for key, value := range s.Environment {
			for _, m := range s.mounts(t) {
				if key == "TIENDO_CONFIG" && value == m.to {
					value = m.from
				}
			}
			environ = append(environ, fmt.Sprintf("%s=%v", key, value))
		}
		if _, err := config.Load(config.Sources{Environ: environ}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(words(t, s.Entrypoint)) > 0 || !slices.Contains(words(t, s.Command), "serve") {
			continue
		}
		servers++
		std := &streams{out: new(bytes.Buffer), err: new(bytes.Buffer), environ: environ}
		file := strings.TrimPrefix(environ[slices.IndexFunc(environ, func(e string) bool { return strings.HasPrefix(e, "TIENDO_CONFIG=") })], "TIENDO_CONFIG=")
		flags := settings{Config: file}
		if at := slices.Index(words(t, s.Command), "--role"); at > 0 {
			flags.Role = &words(t, s.Command)[at+1]
		}
		cfg, err := flags.load(std, nil)
		if err != nil || cfg.Auth.Read != "token" || cfg.Simulated || len(cfg.Metrics.Figures) == 0 {
			t.Errorf("%s: %v, %+v", name, err, cfg)
		}
		if secret := filepath.Base(cfg.ClickHousePasswordFile); len(s.Secrets) == 0 || s.Secrets[0].Source != secret {
			t.Errorf("%s reads the secret %s and has %v", name, secret, s.Secrets)
		}
	}
	if servers != 3 {
		t.Errorf("%d services serve", servers)
	}
}

// simulatorIsUnderstood: its command is one, and it sends nothing to a server that is not told that all is invented.
func simulatorIsUnderstood(t *testing.T, c composed) {
	s := c.Services["simulator"]
	if !slices.Equal(s.Profiles, []string{"demo"}) {
		t.Errorf("its profiles are %v", s.Profiles)
	}
	run := func(simulated string) (int, string) {
		t.Helper()
		argv := append(words(t, s.Entrypoint), words(t, s.Command)...)
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "$$", "$")
		}
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = append(os.Environ(), "TIENDO_SIMULATED="+simulated, "TIENDO_SERVER=http://"+freeAddress(t))
		said, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(said)
	}
	if code, said := run("true"); code != exitUnreachable {
		t.Errorf("ended with %d: %s", code, said)
	}
	if code, said := run("false"); code != exitMisuse || !strings.Contains(said, "TIENDO_SIMULATED=true") {
		t.Errorf("into a real city: ended with %d: %s", code, said)
	}
}

// secretsAreMade by deploy/secrets, each once, as files that a container's user can read in a folder that others can't enter.
func secretsAreMade(t *testing.T, c composed) {
	dir := t.TempDir()
	made := func() map[string]string {
		t.Helper()
		cmd := exec.Command("/bin/sh", filepath.Join(top(t), "deploy", "secrets"))
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		all := make(map[string]string)
		for name, secret := range c.Secrets {
			path := filepath.Join(dir, "secrets", filepath.Base(secret.File))
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("secret %s: %v", name, err)
			}
			if info, _ := os.Stat(path); info.Mode().Perm() != 0o444 {
				t.Errorf("secret %s has mode %v", name, info.Mode())
			}
			all[name] = string(raw)
		}
		return all
	}
	first := made()
	if info, err := os.Stat(filepath.Join(dir, "secrets")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, %v", info.Mode(), err)
	}
	if again := made(); !maps.Equal(first, again) {
		t.Errorf("made again: %v after %v", again, first)
	}
	if len(first["clickhouse_password"]) < 30 || first["clickhouse_password"] == first["grafana_password"] {
		t.Errorf("passwords %v", first)
	}
}

// TestComposedPrometheus: the configurations for containers are the examples with other addresses.
func TestComposedPrometheus(t *testing.T) {
	read := func(path ...string) string {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(append([]string{top(t)}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		comments := regexp.MustCompile(`(?m)^ *#.*\n`)
		return comments.ReplaceAllString(string(raw), "")
	}
	want := strings.NewReplacer("[127.0.0.1:9093]", "[alertmanager:9093]", "[127.0.0.1:8080]", "[tiendo:8080]",
		"- job_name: tiendo\n", "- job_name: tiendo\n    authorization: {credentials_file: /etc/prometheus/tokens/prometheus}\n",
	).Replace(read("dashboards", "prometheus", "prometheus.yml"))
	want += "    dns_sd_configs:\n      - {names: [collector-1, collector-2], type: A, port: 8080}\n"
	if got := read("deploy", "prometheus", "prometheus.yml"); got != want {
		t.Errorf("prometheus.yml is\n%s\nwant\n%s", got, want)
	}
	want = strings.ReplaceAll(read("dashboards", "grafana", "provisioning", "datasources", "tiendo.yaml"), "127.0.0.1:9090", "prometheus:9090")
	if got := read("deploy", "grafana", "datasource.yaml"); got != want {
		t.Errorf("datasource.yaml is\n%s\nwant\n%s", got, want)
	}
	// Every rule file that it names is mounted beside it.
	s := compose(t).Services["prometheus"]
	for _, rules := range regexp.MustCompile(`\S+\.rules\.yml`).FindAllString(read("deploy", "prometheus", "prometheus.yml"), -1) {
		if !slices.ContainsFunc(s.mounts(t), func(m mount) bool { return m.to == "/etc/prometheus/"+rules && filepath.Base(m.from) == rules }) {
			t.Errorf("%s is not mounted", rules)
		}
	}
}
