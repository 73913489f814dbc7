package main

import "tiendo/internal/config"

type configCmd struct {
	Settings settings `embed:""`
}

func (c *configCmd) Run(std *streams) error {
	cfg, err := c.Settings.load(std, nil)
	if err != nil {
		return err
	}
	return config.Print(std.out, &cfg)
}

// settings are the flags of whatever reads the server's configuration. A flag that was not given is nil, so that only
// those that were given beat the environment and the file.
type settings struct {
	Config     string  `env:"TIENDO_CONFIG" placeholder:"FILE" help:"Read this YAML file."`
	Listen     *string `placeholder:"HOST:PORT" help:"Serve HTTP here (127.0.0.1:8080)."`
	Data       *string `placeholder:"DIR" help:"Keep everything in this folder (./data)."`
	Timezone   *string `placeholder:"NAME" help:"Count days in this zone (Asia/Ho_Chi_Minh)."`
	Role       *string `placeholder:"ROLE" help:"Do this part alone, beside others on one ClickHouse server: collector, booker or web (all)."`
	Clickhouse *string `placeholder:"DSN" help:"Use this ClickHouse server instead of the embedded engine."`
}

// load reads the configuration. base is what the command starts from; nil means the defaults.
func (s *settings) load(std *streams, base *config.Config) (config.Config, error) {
	flags := make(map[string]string)
	for key, value := range map[string]*string{
		"listen": s.Listen, "data": s.Data, "timezone": s.Timezone, "clickhouse": s.Clickhouse, "role": s.Role,
	} {
		if value != nil {
			flags[key] = *value
		}
	}
	cfg, err := config.Load(config.Sources{Base: base, File: s.Config, Environ: std.environ, Flags: flags})
	if err != nil {
		return cfg, misuse(err)
	}
	return cfg, nil
}
