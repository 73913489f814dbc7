package config

import (
	"encoding"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Setting is one thing that can be set: its name in the file and in the environment, and what it means.
type Setting struct {
	// Key is its path in the file, such as "engine.memory".
	Key string
	// Env is its name in the environment, such as "TIENDO_ENGINE_MEMORY".
	Env string
	// Meaning is one sentence for a user.
	Meaning string

	at func(*Config) field
}

// field reads and writes one setting of one Config.
type field struct {
	// text is its value as the environment gives it, file as the file writes it.
	text  string
	file  any
	parse func(string) error
}

// Value is the setting's text in c, as the environment would give it.
func (s Setting) Value(c *Config) string { return s.at(c).text }

// EnvPrefix is what every variable of ours begins with.
const EnvPrefix = "TIENDO_"

// Settings are all of them, in the order of the file.
func Settings() []Setting {
	settings := []Setting{
		{
			Key: "listen", Meaning: "The address that HTTP is served on; port 0 takes a free one.",
			at: func(c *Config) field { return text(&c.Listen) },
		},
		{
			Key: "data", Meaning: "The folder that holds the log of accepted events, the embedded engine's files, tokens and the audit log; one process at a time.",
			at: func(c *Config) field { return text(&c.Data) },
		},
		{
			Key: "shared", Meaning: "The folder that several processes on one ClickHouse server have in common: tokens, the officers' key, and what was erased. Empty means the data folder.",
			at: func(c *Config) field { return text(&c.Shared) },
		},
		{
			Key: "role", Meaning: "What this process does: all; or, beside others on one ClickHouse server, collector (takes events), booker (keeps the books) or web (pages, figures, metrics). Of several that can book one does.",
			at: func(c *Config) field { return choice(&c.Role, "all", "collector", "booker", "web") },
		},
		{
			Key: "timezone", Meaning: "The city's time zone, by its IANA name: days, deadlines and periods are counted in it.",
			at: func(c *Config) field { return text(&c.Timezone) },
		},
		{
			Key: "clickhouse", Meaning: "The DSN of a ClickHouse server, such as clickhouse://user:password@host:9000/tiendo; empty means the embedded engine.",
			at: func(c *Config) field { return text(&c.ClickHouse) },
		},
		{
			Key: "clickhouse_password_file", Meaning: "The path of the file that holds the password of the ClickHouse server's user, where the DSN has none.",
			at: func(c *Config) field { return text(&c.ClickHousePasswordFile) },
		},
		{
			Key: "engine.library", Meaning: "The path of the embedded engine's libchdb.so; empty means that it is looked for under node_modules, here and beside the program.",
			at: func(c *Config) field { return text(&c.Engine.Library) },
		},
		{
			Key: "engine.memory", Meaning: "The most memory that the embedded engine may take, at least 512MiB.",
			at: func(c *Config) field { return of(&c.Engine.Memory) },
		},
		{
			Key: "retention.years", Meaning: "After how many years the events of closed cases are erased, while their figures stay; 0 keeps them for ever.",
			at: func(c *Config) field { return of(&c.Retention.Years) },
		},
		{
			Key: "tls.cert", Meaning: "The path of a PEM file with the certificate and those up to its root; empty serves plain HTTP. A changed file is taken up within seconds.",
			at: func(c *Config) field { return text(&c.TLS.Cert) },
		},
		{
			Key: "tls.key", Meaning: "The path of the PEM file with the certificate's private key.",
			at: func(c *Config) field { return text(&c.TLS.Key) },
		},
		{
			Key: "proxies", Meaning: "The addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.7 or 10.0.0.0/24.",
			at: func(c *Config) field { return list(&c.Proxies) },
		},
		{
			Key: "auth.read", Meaning: "Who may read figures: open (everybody on this machine; only on a loopback address), token (programs and people with a token) or oidc (programs with a token, people by a provider of logins).",
			at: func(c *Config) field { return choice(&c.Auth.Read, "open", "token", "oidc") },
		},
		{
			Key: "oidc.issuer", Meaning: "The address of the provider of logins (OpenID Connect), as it calls itself.",
			at: func(c *Config) field { return text(&c.OIDC.Issuer) },
		},
		{
			Key: "oidc.client", Meaning: "What this server is called at the provider.",
			at: func(c *Config) field { return text(&c.OIDC.Client) },
		},
		{
			Key: "oidc.secret_file", Meaning: "The path of the file that holds the client's secret; empty for a client without one.",
			at: func(c *Config) field { return text(&c.OIDC.SecretFile) },
		},
		{
			Key: "oidc.redirect", Meaning: "The address to which people come back, as the provider knows it: this server's own, ending in /login/return.",
			at: func(c *Config) field { return text(&c.OIDC.Redirect) },
		},
		{
			Key: "oidc.scopes", Meaning: "What is asked of the provider besides openid.",
			at: func(c *Config) field { return list(&c.OIDC.Scopes) },
		},
		{
			Key: "oidc.name", Meaning: "The claim that names a person on pages and in the audit log.",
			at: func(c *Config) field { return text(&c.OIDC.Name) },
		},
		{
			Key: "oidc.role", Meaning: "The claim that holds a person's roles, one or a list; a dot leads into an object, such as realm_access.roles.",
			at: func(c *Config) field { return text(&c.OIDC.Role) },
		},
		{
			Key: "oidc.agency", Meaning: "The claim that holds the code of a person's agency, for the role agency.",
			at: func(c *Config) field { return text(&c.OIDC.Agency) },
		},
		{
			Key: "oidc.roles", Meaning: "What values of that claim mean here, as value=role: leader, inspector, agency, operator, assessor, publisher or clerk. A value may be named more than once.",
			at: func(c *Config) field { return list(&c.OIDC.Roles) },
		},
		{
			Key: "session.idle", Meaning: "After how long of doing nothing a person must log in again.",
			at: func(c *Config) field { return of(&c.Session.Idle) },
		},
		{
			Key: "session.end", Meaning: "After how long a person must log in again in any case.",
			at: func(c *Config) field { return of(&c.Session.End) },
		},
		{
			Key: "ingest.rate", Meaning: "How many events a second a token may send that has no rate of its own; the administrator's may send any number.",
			at: func(c *Config) field { return of(&c.Ingest.Rate) },
		},
		{
			Key: "ingest.burst", Meaning: "How many events a token may send at once after a rest, at least 10000: a whole request.",
			at: func(c *Config) field { return of(&c.Ingest.Burst) },
		},
		{
			Key: "inbox.folder", Meaning: "A folder whose subfolders each have a mapping.yaml: files that are dropped there are imported once; empty means that there is none.",
			at: func(c *Config) field { return text(&c.Inbox.Folder) },
		},
		{
			Key: "walls", Meaning: "Walls with names, with spaces between them: hall?panels=today,tasks&every=30s is what /wall/hall shows; all after the name may be missing.",
			at: func(c *Config) field { return words(&c.Walls) },
		},
		{
			Key: "ranking.methods", Meaning: "A folder of method files (*.yaml) by which agencies are ranked; empty means that there are none.",
			at: func(c *Config) field { return text(&c.Ranking.Methods) },
		},
		{
			Key: "metrics.figures", Meaning: "The figures on /metrics: ids, patterns such as online.*, or leadership; empty means those marked for the leadership.",
			at: func(c *Config) field { return list(&c.Metrics.Figures) },
		},
		{
			Key: "metrics.periods", Meaning: "The periods on /metrics for figures that have one.",
			at: func(c *Config) field { return list(&c.Metrics.Periods) },
		},
		{
			Key: "publish.log", Meaning: "What the log of publications is called, best like an address, such as danang.gov.vn/xep-hang; it counts when the log is begun, and never changes. Empty makes up a name.",
			at: func(c *Config) field { return text(&c.Publish.Log) },
		},
		{
			Key: "publish.witnesses", Meaning: "The public keys of witnesses, such as departments, whose cosignatures of the log are taken (C2SP tlog-cosignature). One that was ever used stays here.",
			at: func(c *Config) field { return list(&c.Publish.Witnesses) },
		},
		{
			Key: "log.format", Meaning: "The form of the log: auto (text on a terminal, else JSON), text or json.",
			at: func(c *Config) field { return choice(&c.Log.Format, "auto", "text", "json") },
		},
		{
			Key: "log.level", Meaning: "The least that is logged: debug, info, warn or error.",
			at: func(c *Config) field { return choice(&c.Log.Level, "debug", "info", "warn", "error") },
		},
		{
			Key: "simulated", Meaning: "Whether all events are invented, by tiendo simulate: pages say so, and who may see figures may see cases.",
			at: func(c *Config) field { return yesNo(&c.Simulated) },
		},
	}
	for i := range settings {
		settings[i].Env = EnvPrefix + strings.ToUpper(strings.ReplaceAll(settings[i].Key, ".", "_"))
	}
	return settings
}

// settingOf finds a setting by its key. It panics on a key that is none, for keys come from our own code.
func settingOf(key string) Setting {
	for _, s := range Settings() {
		if s.Key == key {
			return s
		}
	}
	panic(fmt.Sprintf("BUG: config: no setting %q", key))
}

func text(into *string) field {
	return field{*into, *into, func(s string) error { *into = strings.TrimSpace(s); return nil }}
}

// choice is a setting that knows only these words.
func choice(into *string, words ...string) field {
	return field{*into, *into, func(s string) error {
		if !slices.Contains(words, s) {
			return fmt.Errorf("%q is none of %s", s, strings.Join(words, ", "))
		}
		*into = s
		return nil
	}}
}

// of is a setting whose type reads and writes itself.
func of[T interface {
	fmt.Stringer
	encoding.TextUnmarshaler
}](into T) field {
	return field{into.String(), into, func(s string) error { return into.UnmarshalText([]byte(strings.TrimSpace(s))) }}
}

func yesNo(into *bool) field {
	return field{strconv.FormatBool(*into), *into, func(s string) error {
		yes, err := strconv.ParseBool(strings.TrimSpace(s))
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		*into = yes
		return nil
	}}
}

// list is a setting of several words, with commas between them in the environment.
func list(into *[]string) field {
	return several(into, ",", func(s string) (all []string) {
		for word := range strings.SplitSeq(s, ",") {
			if word = strings.TrimSpace(word); word != "" {
				all = append(all, word)
			}
		}
		return all
	})
}

// words is a setting of several texts that hold commas, with spaces between them in the environment.
func words(into *[]string) field {
	return several(into, " ", strings.Fields)
}

func several(into *[]string, separator string, split func(string) []string) field {
	return field{strings.Join(*into, separator), append([]string{}, *into...), func(s string) error {
		*into = append([]string(nil), split(s)...)
		return nil
	}}
}
