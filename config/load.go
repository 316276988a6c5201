package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// Load reads the file at path and lays the OABRIDGE_ variables of environ over it; an empty path means the environment
// alone. Secrets are read from their files, missing keys get their defaults, and everything is validated. The error is
// Problems with all that is wrong.
func Load(path string, environ []string) (*Config, error) {
	l := newLoader()
	if path != "" && !l.loadFile(path) {
		return nil, l.problems
	}
	l.loadEnvironment(environ)
	cfg, err := decode(l.layers)
	if err != nil {
		return nil, err
	}
	l.readSecretFiles(reflect.ValueOf(cfg).Elem(), l.report())
	cfg.complete()
	l.validate(cfg)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return cfg, nil
}

// Default returns the configuration that an empty file means. It is not valid: it names no controller and no secret.
func Default() *Config {
	cfg, err := decode(koanf.New("."))
	if err != nil {
		panic("config: a default tag does not fit its field: " + err.Error())
	}
	cfg.complete()
	return cfg
}

// DefaultJenkins returns a controller of which nothing was configured. It is not valid: it has no name, address and login.
func DefaultJenkins() Jenkins {
	layers := koanf.New(".")
	err := layers.Set("jenkins", []any{map[string]any{}})
	if err == nil {
		var cfg *Config
		if cfg, err = decode(layers); err == nil {
			cfg.complete()
			return cfg.Jenkins[0]
		}
	}
	panic("config: a default tag does not fit its field: " + err.Error())
}

// complete sets the defaults that depend on other keys.
func (c *Config) complete() {
	if c.Database.Driver == SQLite && c.Database.DSN == "" {
		c.Database.DSN = defaultSQLite
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	for i := range c.Jenkins {
		c.Jenkins[i].completeFreshness()
	}
}

// loader gathers the layers of one Load, where each key came from, and what is wrong.
type loader struct {
	layers   *koanf.Koanf
	sources  map[string]string
	problems Problems
}

func newLoader() *loader {
	return &loader{layers: koanf.New("."), sources: map[string]string{}}
}

func (l *loader) report() report { return report{list: &l.problems} }

// loadFile reports whether the file could be read as YAML at all; without that, nothing else is worth checking.
func (l *loader) loadFile(path string) bool {
	text, err := os.ReadFile(path) // #nosec G304 -- the operator names the file
	if err != nil {
		l.problems = Problems{{Key: path, Message: "the file cannot be read: " + reason(err), Remedy: "check the path given with -c or OABRIDGE_CONFIG"}}
		return false
	}
	if !utf8.Valid(text) {
		l.problems = Problems{{Key: path, Message: "the file is not UTF-8 text", Remedy: "save it as UTF-8, not as GBK or UTF-16"}}
		return false
	}
	r := reader{loader: l, source: func(line int) string { return filepath.Base(path) + ":" + strconv.Itoa(line) }}
	root, ok := r.parse(text, l.report())
	if !ok {
		return false
	}
	tree, ok := r.read(root, reflect.TypeFor[Config](), l.report()).(map[string]any)
	if !ok {
		return len(l.problems) == 0
	}
	return l.layers.Load(confmap.Provider(tree, ""), nil) == nil
}

// validate adds what Validate finds, except about keys and sections that already have a problem.
func (l *loader) validate(cfg *Config) {
	reported := map[string]bool{}
	for _, problem := range l.problems {
		reported[problem.Key] = true
	}
	for _, problem := range cfg.problems() {
		if slices.ContainsFunc(lineage(problem.Key), func(key string) bool { return reported[key] }) {
			continue
		}
		for _, key := range lineage(problem.Key) {
			if problem.Source = l.sources[key]; problem.Source != "" {
				break
			}
		}
		l.problems = append(l.problems, problem)
	}
}

// lineage returns a key and the sections around it, the innermost first.
func lineage(key string) []string {
	var list []string
	for key != "" {
		list = append(list, key)
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return list
}

func decode(layers *koanf.Koanf) (*Config, error) {
	cfg := &Config{}
	err := layers.UnmarshalWithConf("", cfg, koanf.UnmarshalConf{
		Tag: "yaml",
		DecoderConfig: &mapstructure.DecoderConfig{
			WeaklyTypedInput: true, // The layers hold text; leaf has checked that it fits.
			DecodeHook: mapstructure.ComposeDecodeHookFunc(
				fillDefaults, mapstructure.StringToTimeDurationHookFunc()),
		},
	})
	return cfg, err
}

// fillDefaults adds the missing keys of a section, whether it stands alone or in a list.
func fillDefaults(_, to reflect.Type, data any) (any, error) {
	values, ok := data.(map[string]any)
	if !ok || to.Kind() != reflect.Struct {
		return data, nil
	}
	for _, k := range keysOf(to) {
		if _, given := values[k.name]; given {
			continue
		}
		if k.defaults {
			values[k.name] = k.fallback
		} else if k.typ.Kind() == reflect.Struct {
			values[k.name] = map[string]any{}
		}
	}
	return values, nil
}
