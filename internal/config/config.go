// Package config decides what a Tiendo process is told: one struct, filled from defaults, then a YAML file, then the
// environment, then the command line, each beating the one before it. It refuses what it does not know by name and
// place, for a misspelt setting that is quietly ignored is a setting that someone believes in. It refuses to know what
// the settings do: only cmd/tiendo reads it and hands the values on.
package config

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a machine without zone files must still know the city's zone
)

// Config is everything that can be set. A Config made by [Load] is valid.
type Config struct {
	// Listen is the host:port of HTTP; port 0 takes a free one.
	Listen string `yaml:"listen"`
	// Data is the folder that holds the log, the engine's files and the token.
	Data string `yaml:"data"`
	// Shared is the folder that several processes have in common; empty: the data folder.
	Shared string `yaml:"shared"`
	// Role is what this process does of all there is: "all", "collector", "booker" or "web".
	Role string `yaml:"role"`
	// Timezone is the IANA name of the zone in which days and deadlines are counted.
	Timezone string `yaml:"timezone"`
	// ClickHouse is the DSN of a server; empty means the embedded engine.
	ClickHouse string `yaml:"clickhouse"`
	// ClickHousePasswordFile is the path of the file that holds the password for it, so that no address needs to.
	ClickHousePasswordFile string `yaml:"clickhouse_password_file"`
	Engine                 Engine `yaml:"engine"`
	// Retention is how long events are kept.
	Retention Retention `yaml:"retention"`
	TLS       TLS       `yaml:"tls"`
	// Proxies are the addresses, or networks, of proxies whose word of a client is believed.
	Proxies []string `yaml:"proxies"`
	Auth    Auth     `yaml:"auth"`
	OIDC    OIDC     `yaml:"oidc"`
	Session Session  `yaml:"session"`
	Ingest  Ingest   `yaml:"ingest"`
	Inbox   Inbox    `yaml:"inbox"`
	// Walls are walls with names, as "hall?panels=today,tasks&every=30s".
	Walls   []string `yaml:"walls"`
	Ranking Ranking  `yaml:"ranking"`
	Metrics Metrics  `yaml:"metrics"`
	Publish Publish  `yaml:"publish"`
	Log     Log      `yaml:"log"`
	// Simulated says that all events are invented.
	Simulated bool `yaml:"simulated"`
}

// TLS is what HTTP is served with; plain if both are empty.
type TLS struct {
	// Cert and Key are the paths of PEM files.
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// OIDC is the provider that vouches for people; it counts only where auth.read is oidc.
type OIDC struct {
	Issuer string `yaml:"issuer"`
	Client string `yaml:"client"`
	// SecretFile is the path of the file that holds the client's secret; empty for a client without one.
	SecretFile string `yaml:"secret_file"`
	// Redirect is where people come back to.
	Redirect string   `yaml:"redirect"`
	Scopes   []string `yaml:"scopes"`
	Name     string   `yaml:"name"`
	Role     string   `yaml:"role"`
	Agency   string   `yaml:"agency"`
	// Roles are "value=role".
	Roles []string `yaml:"roles"`
}

// Retention is how long events are kept.
type Retention struct {
	// Years is after how many the events of closed cases are erased; 0 keeps them for ever.
	Years Years `yaml:"years"`
}

// Session is how long a person stays logged in.
type Session struct {
	Idle Duration `yaml:"idle"`
	End  Duration `yaml:"end"`
}

// Engine is the embedded engine; it counts for nothing when ClickHouse is set.
type Engine struct {
	// Library is the path of libchdb.so; empty means that it is looked for under node_modules.
	Library string `yaml:"library"`
	// Memory is what the engine's process may take.
	Memory Bytes `yaml:"memory"`
}

// Auth is who may do what.
type Auth struct {
	// Read is "open" (loopback only), "token" or "oidc".
	Read string `yaml:"read"`
}

// Ingest is what a sender may bring.
type Ingest struct {
	// Rate is how many events a second a token may send that has no rate of its own.
	Rate Count `yaml:"rate"`
	// Burst is how many events a token may send at once after a rest; at least a whole request.
	Burst Count `yaml:"burst"`
}

// Inbox is where files are dropped.
type Inbox struct {
	// Folder has a subfolder with a mapping.yaml for each kind of file; empty means that there is no inbox.
	Folder string `yaml:"folder"`
}

// Ranking is by what is ranked.
type Ranking struct {
	// Methods is a folder of method files; empty means that there are none.
	Methods string `yaml:"methods"`
}

// Metrics is what /metrics shows.
type Metrics struct {
	// Figures are catalogue ids; empty means those marked for the leadership.
	Figures []string `yaml:"figures"`
	// Periods are period ids such as "mtd".
	Periods []string `yaml:"periods"`
}

// Publish is what publications are sealed with.
type Publish struct {
	// Log is the name of the log of publications; empty makes one up when it is begun.
	Log string `yaml:"log"`
	// Witnesses are the public keys of those whose cosignatures are taken.
	Witnesses []string `yaml:"witnesses"`
}

// Log is the form of the process's own log.
type Log struct {
	// Format is "auto" (text on a terminal, else JSON), "text" or "json".
	Format string `yaml:"format"`
	// Level is "debug", "info", "warn" or "error".
	Level string `yaml:"level"`
}

// Default returns the settings of a process that was told nothing.
func Default() Config {
	return Config{
		Listen:   "127.0.0.1:8080",
		Data:     "./data",
		Role:     "all",
		Timezone: "Asia/Ho_Chi_Minh",
		Engine:   Engine{Memory: 4 << 30},
		Auth:     Auth{Read: "open"},
		OIDC:     OIDC{Scopes: []string{"profile"}, Name: "preferred_username", Role: "groups", Agency: "agency"},
		Session:  Session{Idle: Duration(2 * time.Hour), End: Duration(12 * time.Hour)},
		Ingest:   Ingest{Rate: 5_000, Burst: 50_000},
		Metrics:  Metrics{Periods: []string{"mtd", "ytd"}},
		Log:      Log{Format: "auto", Level: "info"},
	}
}

// Location is the city's time zone. It panics on a Config that was not validated.
func (c *Config) Location() *time.Location {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		panic("BUG: config: location of a config that was not validated: " + err.Error())
	}
	return loc
}

// Keys is the folder of tokens and keys.
func (c *Config) Keys() string { return cmp.Or(c.Shared, c.Data) }

// validate checks what one setting alone can't tell. The error names the setting and what would do.
func (c *Config) validate() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %q is no address; write host:port, such as 127.0.0.1:8080", c.Listen)
	}
	if c.Data == "" {
		return fmt.Errorf("data: no folder is named; name one that this user can write, such as ./data")
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" {
		return fmt.Errorf("timezone: %q is no time zone; write an IANA name, such as Asia/Ho_Chi_Minh", c.Timezone)
	}
	if c.ClickHousePasswordFile != "" && c.ClickHouse == "" {
		return fmt.Errorf("clickhouse_password_file: it is set and clickhouse is not; name the server there, or leave both out for the embedded engine")
	}
	if c.Role != "all" && c.ClickHouse == "" {
		return fmt.Errorf("role: a %s shares the engine with others, so it needs a ClickHouse server; name it with clickhouse, or leave role out", c.Role)
	}
	if c.Shared != "" && c.ClickHouse == "" {
		return fmt.Errorf("shared: there is nobody to share with, for the embedded engine is this process's own; name a ClickHouse server with clickhouse, or leave shared out")
	}
	if c.Engine.Memory < 512<<20 {
		return fmt.Errorf("engine.memory: %s is too little for the engine; give it 512MiB or more", c.Engine.Memory)
	}
	if c.Ingest.Burst < wholeRequest {
		return fmt.Errorf("ingest.burst: %d is less than a request may hold; give it %d or more", c.Ingest.Burst, wholeRequest)
	}
	return c.validateAccess()
}

// wholeRequest is how many events a request may hold (CONTRACT §3).
const wholeRequest = 10_000

// Count is a whole number of things, at least 1.
type Count int

// String writes c in digits.
func (c Count) String() string { return strconv.Itoa(int(c)) }

// UnmarshalText reads digits.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 1e9 {
		return fmt.Errorf("%q is no whole number from 1 to 1000000000", text)
	}
	*c = Count(n)
	return nil
}

// Years is a number of years, 0 for ever.
type Years int

// String writes y in digits.
func (y Years) String() string { return strconv.Itoa(int(y)) }

// UnmarshalText reads digits.
func (y *Years) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 || n > 100 {
		return fmt.Errorf("%q is no whole number of years from 0 (for ever) to 100", text)
	}
	*y = Years(n)
	return nil
}

// Bytes is an amount of memory.
type Bytes int64

var units = []struct {
	name string
	size Bytes
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// String writes b in the largest binary unit that divides it.
func (b Bytes) String() string {
	for _, unit := range units[:3] {
		if b != 0 && b%unit.size == 0 {
			return strconv.FormatInt(int64(b/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// MarshalText is String.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a whole number with a unit: 2GiB, 900MiB, 4GB.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	for _, unit := range units {
		digits, found := strings.CutSuffix(s, unit.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > (1<<62)/int64(unit.size) {
			break
		}
		*b = Bytes(n) * unit.size
		return nil
	}
	return fmt.Errorf("%q is no amount of memory; write a whole number and a unit, such as 2GiB or 900MiB", s)
}
