package config

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiendo.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEachSourceBeatsTheOneBefore(t *testing.T) {
	path := file(t, "listen: 127.0.0.1:1\ndata: from-file\ntimezone: America/New_York\nengine:\n  memory: 900MiB\nmetrics:\n  periods: [ytd]\n")
	c, err := Load(Sources{
		File:    path,
		Environ: []string{"HOME=/x", "TIENDO_LISTEN=127.0.0.1:2", "TIENDO_DATA=from-env", "TIENDO_LOG_LEVEL=", "TIENDO_SERVER=http://elsewhere"},
		Flags:   map[string]string{"listen": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Listen, want.Data, want.Timezone = "127.0.0.1:3", "from-env", "America/New_York"
	want.Engine.Memory = 900 << 20
	want.Metrics.Periods = []string{"ytd"}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyFileIsTheDefaults(t *testing.T) {
	for _, text := range []string{"", "\ufeff# nothing\n", "\ufefflog:\n  format: auto\n", "# nothing\n", "engine:\n  # memory: 1GiB\nlog:\n"} {
		c, err := Load(Sources{File: file(t, text)})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(Default(), c); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestRefusals(t *testing.T) {
	type from struct {
		file  string
		env   string
		flags map[string]string
	}
	tests := map[string]struct {
		from
		want []string
	}{
		"misspelt_key":          {from{file: "data: x\nlisten: 127.0.0.1:1\ntimzone: UTC\n"}, []string{":3:1:", `"timzone"`, `"timezone"`}},
		"misspelt_nested_key":   {from{file: "engine:\n  memroy: 1GiB\n"}, []string{":2:3:", `"memroy"`, `"memory"`}},
		"strange_key":           {from{file: "colour: blue\n"}, []string{":1:1:", `"colour"`, "tiendo config"}},
		"key_twice":             {from{file: "data: x\ndata: y\n"}, []string{":2:1:"}},
		"no_yaml":               {from{file: "listen: [\n"}, []string{".yaml:"}},
		"two_documents":         {from{file: "data: x\n---\ndata: y\n"}, []string{"more than one"}},
		"value_of_other_kind":   {from{file: "data: [a, b]\n"}, []string{":1:7:"}},
		"bad_amount_in_file":    {from{file: "engine:\n  memory: much\n"}, []string{"much", "2GiB"}},
		"bad_word_in_file":      {from{file: "log:\n  level: loud\n"}, []string{"log.level", "loud", "debug"}},
		"misspelt_environment":  {from{env: "TIENDO_LISTNE=x"}, []string{"TIENDO_LISTNE", "TIENDO_LISTEN"}},
		"bad_environment":       {from{env: "TIENDO_LOG_LEVEL=loud"}, []string{"TIENDO_LOG_LEVEL", "loud", "debug"}},
		"bad_flag":              {from{flags: map[string]string{"listen": "king"}}, []string{"listen", "king"}},
		"no_address":            {from{flags: map[string]string{"listen": "8080"}}, []string{"listen", "127.0.0.1:8080"}},
		"no_data":               {from{flags: map[string]string{"data": ""}}, []string{"data"}},
		"no_zone":               {from{env: "TIENDO_TIMEZONE=Mars/Olympus"}, []string{"timezone", "Mars/Olympus"}},
		"little_burst":          {from{env: "TIENDO_INGEST_BURST=9999"}, []string{"ingest.burst", "9999", "10000"}},
		"no_rate":               {from{env: "TIENDO_INGEST_RATE=0"}, []string{"TIENDO_INGEST_RATE", "whole number"}},
		"no_rate_in_file":       {from{file: "ingest:\n  rate: 0\n"}, []string{"0", "whole number"}},
		"half_a_rate_in_file":   {from{file: "ingest:\n  rate: 1.5\n"}, []string{"1.5", "whole number"}},
		"cert_without_key":      {from{env: "TIENDO_TLS_CERT=cert.pem"}, []string{"tls.cert and tls.key", "both"}},
		"no_proxy":              {from{env: "TIENDO_PROXIES=10.0.0.1,gateway"}, []string{"proxies", "gateway", "10.0.0.0/24"}},
		"no_span":               {from{env: "TIENDO_SESSION_IDLE=soon"}, []string{"TIENDO_SESSION_IDLE", "soon", "15m"}},
		"no_span_in_file":       {from{file: "session:\n  end: 12\n"}, []string{"12", "15m"}},
		"idle_beyond_end":       {from{file: "session: {idle: 13h}\n"}, []string{"session.idle", "13h", "12h"}},
		"no_role":               {from{file: "oidc: {roles: [chiefs=king]}\n"}, []string{"oidc.roles", "chiefs=king", "leader, inspector"}},
		"role_of_nothing":       {from{env: "TIENDO_OIDC_ROLES=leader"}, []string{"oidc.roles", "value=role"}},
		"no_client":             {from{file: oidcFile("client: ''")}, []string{"oidc.client", "auth.read: oidc"}},
		"no_roles":              {from{file: oidcFile("roles: []")}, []string{"oidc.roles", "groups"}},
		"no_issuer":             {from{file: oidcFile("issuer: login.example")}, []string{"oidc.issuer", "https://"}},
		"plain_issuer":          {from{file: oidcFile("issuer: http://login.example")}, []string{"oidc.issuer", "https://"}},
		"plain_redirect":        {from{file: oidcFile("redirect: http://tiendo.example/login/return")}, []string{"oidc.redirect", "/login/return"}},
		"redirect_elsewhere":    {from{file: oidcFile("redirect: https://tiendo.example/callback")}, []string{"oidc.redirect", "/login/return"}},
		"neither_yes_nor_no":    {from{env: "TIENDO_SIMULATED=perhaps"}, []string{"TIENDO_SIMULATED", "perhaps", "true"}},
		"password_of_no_server": {from{file: "clickhouse_password_file: x\n"}, []string{"clickhouse_password_file", "embedded"}},
		"no_such_role":          {from{env: "TIENDO_ROLE=page"}, []string{"TIENDO_ROLE", "page", "web"}},
		"shared_with_nobody":    {from{env: "TIENDO_SHARED=x"}, []string{"shared", "clickhouse"}},
		"role_without_server":   {from{flags: map[string]string{"role": "collector"}}, []string{"role", "collector", "clickhouse"}},
		"little_memory":         {from{env: "TIENDO_ENGINE_MEMORY=1MiB"}, []string{"engine.memory", "512MiB"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := Sources{Environ: []string{test.env}, Flags: test.flags}
			if test.file != "" {
				s.File = file(t, test.file)
			}
			_, err := Load(s)
			if err == nil {
				t.Fatal("was taken")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

// oidcFile is a file that would do, but for one line.
func oidcFile(line string) string {
	var b strings.Builder
	b.WriteString("auth: {read: oidc}\noidc:\n")
	key, _, _ := strings.Cut(line, ":")
	for _, good := range []string{
		"issuer: https://login.example", "client: tiendo", "redirect: https://tiendo.example/login/return", "roles: [chiefs=leader, 'cn=x=agency']",
	} {
		if !strings.HasPrefix(good, key+":") {
			b.WriteString("  " + good + "\n")
		}
	}
	if line != "" {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

func TestAccessThatHoldsTogether(t *testing.T) {
	c, err := Load(Sources{File: file(t, oidcFile("")+"proxies: [10.0.0.7, 10.1.2.3/24, 'fd00::1']\nsession: {idle: 90m}\n")})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(c.ProxyNetworks()); got != "[10.0.0.7/32 10.1.2.0/24 fd00::1/128]" {
		t.Errorf("proxies %s", got)
	}
	if got := fmt.Sprint(c.OIDC.RolesOf()); got != "map[chiefs:[leader] cn=x:[agency]]" {
		t.Errorf("roles %s", got)
	}
	if c.Session.Idle.String() != "1h30m" || c.Session.End.String() != "12h" || Duration(90e9).String() != "1m30s" {
		t.Errorf("%s %s", c.Session.Idle, c.Session.End)
	}
}

func TestMissingFileIsAnError(t *testing.T) {
	if _, err := Load(Sources{File: filepath.Join(t.TempDir(), "no.yaml")}); err == nil {
		t.Fatal("was taken")
	}
}

// What `tiendo config` prints is itself a file with the same effect.
func TestPrintedFileLoadsAgain(t *testing.T) {
	c := Default()
	c.ClickHouse = "clickhouse://u:p@host:9000/tiendo?x=%20"
	c.Metrics.Figures = []string{"dossier.on_time_rate", "task.open"}
	c.Engine = Engine{Library: "lib: #1/libchdb.so", Memory: 1000}
	c.Engine.Memory = 3 << 30
	c.Metrics.Periods = []string{"ytd"}
	c.Walls = []string{"hall?panels=today,tasks&every=10s", "lobby"}
	c.Publish = Publish{Log: "hue.example/xep-hang", Witnesses: []string{"a+1+x", "b+2+y/+="}}
	c.Ingest = Ingest{Rate: 7, Burst: 123_456}
	c.TLS, c.Proxies = TLS{Cert: "c #1.pem", Key: "k.pem"}, []string{"10.0.0.0/8", "::1"}
	c.OIDC.Roles, c.Session.Idle = []string{"a b=leader", "a b=operator"}, Duration(100*time.Minute)
	var printed bytes.Buffer
	if err := Print(&printed, &c); err != nil {
		t.Fatal(err)
	}
	again, err := Load(Sources{File: file(t, printed.String())})
	if err != nil {
		t.Fatalf("%v\n%s", err, printed.String())
	}
	if diff := cmp.Diff(c, again); diff != "" {
		t.Errorf("%s\n%s", diff, printed.String())
	}
	for _, s := range Settings() {
		if !strings.Contains(printed.String(), s.Env+".") || !strings.Contains(printed.String(), s.Meaning) {
			t.Errorf("%s is not explained", s.Key)
		}
	}
}

func TestEveryFieldIsASetting(t *testing.T) {
	var keys []string
	var walk func(t reflect.Type, prefix string)
	walk = func(t reflect.Type, prefix string) {
		for f := range t.Fields() {
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, prefix+f.Tag.Get("yaml")+".")
				continue
			}
			keys = append(keys, prefix+f.Tag.Get("yaml"))
		}
	}
	walk(reflect.TypeFor[Config](), "")
	var settings []string
	for _, s := range Settings() {
		settings = append(settings, s.Key)
	}
	if diff := cmp.Diff(keys, settings); diff != "" {
		t.Error(diff)
	}
}

func TestDocsHoldTheTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "configuration.md")
	const begin, end = "<!-- settings -->\n", "<!-- /settings -->\n"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(raw), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	if table == settingsTable() {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the code says; run go test ./internal/config -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+settingsTable()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBytes(t *testing.T) {
	f := func(text string, want Bytes) {
		t.Helper()
		var b Bytes
		err := b.UnmarshalText([]byte(text))
		if want < 0 {
			if err == nil {
				t.Errorf("%q was taken as %d", text, b)
			}
			return
		}
		if err != nil || b != want {
			t.Errorf("%q: got %d, %v, want %d", text, b, err, want)
		}
	}
	f("2GiB", 2<<30)
	f("900MiB", 900<<20)
	f(" 4 GB ", 4e9)
	f("17B", 17)
	f("17", -1)
	f("-1GiB", -1)
	f("9999999999GiB", -1)
	f("", -1)
	f("1.5GiB", -1)
	for _, b := range []Bytes{0, 1, 1023, 1 << 10, 900 << 20, 4 << 30, 4e9} {
		var again Bytes
		if err := again.UnmarshalText([]byte(b.String())); err != nil || again != b {
			t.Errorf("%d written as %s reads as %d, %v", b, b, again, err)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add([]byte("listen: 127.0.0.1:1\nengine: {memory: 1GiB}\n"))
	f.Add([]byte("metrics:\n  periods: [ytd, 2026-Q3]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Sources{File: path})
		if err == nil && c.validate() != nil {
			t.Errorf("an invalid configuration was taken: %+v", c)
		}
	})
}

// settingsTable is all settings in Markdown, as docs/configuration.md holds it.
func settingsTable() string {
	standard := Default()
	var b strings.Builder
	b.WriteString("| setting | environment | default | meaning |\n|---|---|---|---|\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Key, s.Env, orNone(code(s.Value(&standard))), s.Meaning)
	}
	return b.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
