package config

import (
	"fmt"
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

// field reads and writes one setting of one Config as text.
type field struct {
	text  string
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
			Key: "data", Meaning: "The folder that holds the log of accepted events, the embedded engine's files and admin.token; one process at a time.",
			at: func(c *Config) field { return text(&c.Data) },
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
			Key: "engine.library", Meaning: "The path of the embedded engine's libchdb.so; empty means that it is looked for under node_modules, here and beside the program.",
			at: func(c *Config) field { return text(&c.Engine.Library) },
		},
		{
			Key: "engine.memory", Meaning: "The most memory that the embedded engine may take, at least 512MiB.",
			at: func(c *Config) field {
				return field{c.Engine.Memory.String(), func(s string) error { return c.Engine.Memory.UnmarshalText([]byte(s)) }}
			},
		},
		{
			Key: "auth.read", Meaning: "Who may read figures: open (everybody on this machine; only on a loopback address) or token.",
			at: func(c *Config) field { return field{c.Auth.Read, oneOf(&c.Auth.Read, "open", "token")} },
		},
		{
			Key: "ingest.rate", Meaning: "How many events a second a token may send that has no rate of its own; the administrator's may send any number.",
			at: func(c *Config) field { return count(&c.Ingest.Rate) },
		},
		{
			Key: "ingest.burst", Meaning: "How many events a token may send at once after a rest, at least 10000: a whole request.",
			at: func(c *Config) field { return count(&c.Ingest.Burst) },
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
			Key: "log.format", Meaning: "The form of the log: auto (text on a terminal, else JSON), text or json.",
			at: func(c *Config) field { return field{c.Log.Format, oneOf(&c.Log.Format, "auto", "text", "json")} },
		},
		{
			Key: "log.level", Meaning: "The least that is logged: debug, info, warn or error.",
			at: func(c *Config) field {
				return field{c.Log.Level, oneOf(&c.Log.Level, "debug", "info", "warn", "error")}
			},
		},
	}
	for i := range settings {
		settings[i].Env = EnvPrefix + strings.ToUpper(strings.ReplaceAll(settings[i].Key, ".", "_"))
	}
	return settings
}

// Setting finds a setting by its key. It panics on a key that is none, for keys come from our own code.
func settingOf(key string) Setting {
	for _, s := range Settings() {
		if s.Key == key {
			return s
		}
	}
	panic(fmt.Sprintf("BUG: config: no setting %q", key))
}

func text(into *string) field {
	return field{*into, func(s string) error { *into = strings.TrimSpace(s); return nil }}
}

func count(into *Count) field {
	return field{into.String(), func(s string) error { return into.UnmarshalText([]byte(strings.TrimSpace(s))) }}
}

// list is a setting of several words, with commas between them in the environment.
func list(into *[]string) field {
	return field{strings.Join(*into, ","), func(s string) error {
		*into = nil
		for word := range strings.SplitSeq(s, ",") {
			if word = strings.TrimSpace(word); word != "" {
				*into = append(*into, word)
			}
		}
		return nil
	}}
}
