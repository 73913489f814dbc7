package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Sources is where a configuration comes from, the later beating the earlier.
type Sources struct {
	// Base is what the command starts from; nil means [Default].
	Base *Config
	// File is the path of a YAML file; empty means none.
	File string
	// Environ is the environment as [os.Environ] gives it.
	Environ []string
	// Flags are settings by their keys, as the command line gave them.
	Flags map[string]string
}

// clientEnv are variables of ours that are no settings of a server.
var clientEnv = []string{"TIENDO_CONFIG", "TIENDO_SERVER", "TIENDO_TOKEN_FILE"}

// Load reads s and returns a valid configuration. Its errors are one sentence: where, what, and what would do.
func Load(s Sources) (Config, error) {
	c := Default()
	if s.Base != nil {
		c = *s.Base
	}
	if s.File != "" {
		if err := c.readFile(s.File); err != nil {
			return Config{}, err
		}
	}
	if err := c.readEnv(s.Environ); err != nil {
		return Config{}, err
	}
	for _, key := range slices.Sorted(maps.Keys(s.Flags)) {
		if err := settingOf(key).at(&c).parse(s.Flags[key]); err != nil {
			return Config{}, fmt.Errorf("--%s: %w", strings.ReplaceAll(key, ".", "-"), err)
		}
	}
	if err := c.validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// readFile decodes strictly: a key that is no setting, a key twice and a value of another kind are refused with their place.
func (c *Config) readFile(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration file: %w", err)
	}
	before := *c
	raw = bytes.TrimPrefix(raw, []byte("\ufeff")) // with which editors of Windows begin a file in UTF-8
	decoder := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict())
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return fileError(path, err)
	}
	var more any
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: more than one YAML document; keep the first", path)
	}
	// The words that a setting knows are the same whoever gives them, and an empty value (a group without members,
	// an empty file) says nothing, as in the environment.
	for _, setting := range Settings() {
		f := setting.at(c)
		if f.text == setting.Value(&Config{}) {
			f.text = setting.Value(&before)
		}
		if err := f.parse(f.text); err != nil {
			return fmt.Errorf("%s: %s: %w", path, setting.Key, err)
		}
	}
	return nil
}

// fileError turns the decoder's drawn snippet into one line with place and hint.
func fileError(path string, err error) error {
	var placed yaml.Error
	if !errors.As(err, &placed) || placed.GetToken() == nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	token := placed.GetToken()
	message := placed.GetMessage()
	if _, unknown := errors.AsType[*yaml.UnknownFieldError](err); unknown {
		message = fmt.Sprintf("%q is no setting", token.Value)
		if near := nearest(token.Value, fileKeys()); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		} else {
			message += "; `tiendo config` prints them all"
		}
	}
	return fmt.Errorf("%s:%d:%d: %s", path, token.Position.Line, token.Position.Column, message)
}

// readEnv takes what is set and not empty. A variable with our prefix that is no setting is refused.
func (c *Config) readEnv(environ []string) error {
	known := make(map[string]Setting)
	names := slices.Clone(clientEnv)
	for _, setting := range Settings() {
		known[setting.Env] = setting
		names = append(names, setting.Env)
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, EnvPrefix) || slices.Contains(clientEnv, name) || value == "" {
			continue
		}
		setting, ok := known[name]
		if !ok {
			hint := "`tiendo config` prints them all"
			if near := nearest(name, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			return fmt.Errorf("environment: %s is no setting; %s", name, hint)
		}
		if err := setting.at(c).parse(value); err != nil {
			return fmt.Errorf("environment: %s: %w", name, err)
		}
	}
	return nil
}

// fileKeys are the words that may stand left of a colon in the file, as the struct's tags say.
func fileKeys() []string {
	var keys []string
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for f := range t.Fields() {
			keys = append(keys, f.Tag.Get("yaml"))
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Config]())
	return keys
}

// nearest returns the word that word was most likely meant to be; empty if none is near.
func nearest(word string, words []string) string {
	best, least := "", max(2, len(word)/4)+1
	for _, candidate := range words {
		if d := distance(word, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace to make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
