package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// minimalEnviron says by variables what minimal says in a file.
func minimalEnviron(more ...string) []string {
	return append([]string{
		"PATH=/bin",
		"OABRIDGE_JENKINS_0_NAME=prod",
		"OABRIDGE_JENKINS_0_URL=https://jenkins.example.com",
		"OABRIDGE_JENKINS_0_USER=bridge",
		"OABRIDGE_JENKINS_0_TOKEN=jenkins-token",
		"OABRIDGE_DINGTALK_CONNECTOR_SECRET=connector-secret",
	}, more...)
}

func TestEnvironmentAlone(t *testing.T) {
	cfg, err := Load("", minimalEnviron())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(load(t, minimal), cfg); diff != "" {
		t.Errorf("differs from the file that says the same (-file +environment):\n%s", diff)
	}
}

func TestVariablesWinOverTheFile(t *testing.T) {
	const file = minimal + `
log: {level: debug, format: json}
redis: {addr: "one:6379"}
form: {parameters: {A: a, B: b}, ignore: [x, y]}
`
	tests := []struct {
		name     string
		variable string
		got      func(*Config) any
		want     any
	}{
		{"one key of a section", "OABRIDGE_LOG_LEVEL=warn", func(c *Config) any { return c.Log }, Log{"warn", "json"}},
		{"an empty value counts as not given", "OABRIDGE_REDIS_ADDR=", func(c *Config) any { return c.Redis.Addr }, "one:6379"},
		{"a value with an equals sign", "OABRIDGE_DATABASE_DSN=a.db?x=y", func(c *Config) any { return c.Database.DSN.Reveal() },
			"a.db?x=y"},
		{"a duration", "OABRIDGE_JENKINS_0_POLL=5s", func(c *Config) any { return c.Jenkins[0].Poll }, 5 * time.Second},
		{"a switch", "OABRIDGE_DINGTALK_CONNECTOR_INSECURE=true", func(c *Config) any { return c.DingTalk.Connector.Insecure }, true},
		{"a number", "OABRIDGE_DINGTALK_AGENT_ID=0", func(c *Config) any { return c.DingTalk.AgentID }, int64(0)},
		{"the rest of a list's entry stays", "OABRIDGE_JENKINS_0_USER=root", func(c *Config) any {
			return c.Jenkins[0].User + " " + c.Jenkins[0].Name
		}, "root prod"},
		{"one entry of a list", "OABRIDGE_FORM_IGNORE_1=z", func(c *Config) any { return c.Form.Ignore }, []string{"x", "z"}},
		{"one entry more", "OABRIDGE_FORM_IGNORE_2=z", func(c *Config) any { return c.Form.Ignore }, []string{"x", "y", "z"}},
		{"a whole list", "OABRIDGE_FORM_IGNORE=[z]", func(c *Config) any { return c.Form.Ignore }, []string{"z"}},
		{"a list of one, as plain text", "OABRIDGE_FORM_IGNORE=z", func(c *Config) any { return c.Form.Ignore }, []string{"z"}},
		{"a map, key by key", `OABRIDGE_FORM_PARAMETERS={"B":"c"}`, func(c *Config) any { return c.Form.Parameters },
			map[string]string{"A": "a", "B": "c"}},
		{"a name with a dot in a map", `OABRIDGE_FORM_PARAMETERS={"a.b":"c"}`, func(c *Config) any { return c.Form.Parameters["a.b"] }, "c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.got(load(t, file, test.variable))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.variable, diff)
			}
		})
	}
}

func TestEntriesAreSetInTheOrderOfTheirNumbers(t *testing.T) {
	var environ []string
	for _, i := range []string{"10", "2", "1", "0", "9", "8", "7", "6", "5", "4", "3"} {
		environ = append(environ, "OABRIDGE_FORM_IGNORE_"+i+"=f"+i)
	}
	got := load(t, minimal, environ...).Form.Ignore
	if len(got) != 11 || got[10] != "f10" || got[2] != "f2" {
		t.Errorf("form.ignore = %v", got)
	}
}

// TestEveryKeyHasAVariable sets each key by its variable and looks whether it arrived.
func TestEveryKeyHasAVariable(t *testing.T) {
	for _, name := range envNames(reflect.TypeFor[Config](), envPrefix) {
		path, typ := resolve(reflect.TypeFor[Config](), strings.TrimPrefix(name, envPrefix))
		if path == nil {
			t.Errorf("%s stands for no key", name)
			continue
		}
		if !isLeaf(typ) {
			continue
		}
		value := map[reflect.Kind]string{reflect.Bool: "true", reflect.Int: "7", reflect.Int64: "7", reflect.Float64: "0.7"}[typ.Kind()]
		if typ == reflect.TypeFor[time.Duration]() {
			value = "7s"
		} else if value == "" {
			value = "text"
		}
		l := newLoader()
		l.loadEnvironment([]string{name + "=" + value})
		cfg, err := decode(l.layers)
		if err != nil || len(l.problems) > 0 {
			t.Errorf("%s=%s: %v %v", name, value, err, l.problems)
			continue
		}
		if got := at(reflect.ValueOf(*cfg), path); value != "text" && got.IsZero() || value == "text" && got.String() != "text" {
			t.Errorf("%s=%s: the key is %v", name, value, got)
		}
	}
}

// at follows a path into a configuration.
func at(value reflect.Value, path []step) reflect.Value {
	for _, s := range path {
		if s.index >= 0 {
			value = value.Index(s.index)
			continue
		}
		for i, k := range keysOf(value.Type()) {
			if k.name == s.key {
				value = value.Field(i)
				break
			}
		}
	}
	return value
}

func TestForeignVariablesAreLeftAlone(t *testing.T) {
	environ := []string{
		"OABRIDGE_TEST_REQUIRE_SERVERS=1", "OABRIDGE_CHAOS_CLOCK_SKEW=30s",
		"OABRIDGE_SERVICE_HOST=10.0.0.1", "OABRIDGE_SERVICE_PORT_HTTP=80", "OABRIDGE_PORT=tcp://10.0.0.1:80",
		"OABRIDGE_PORT_80_TCP_ADDR=10.0.0.1", "OABRIDGE_CONFIG=/none.yaml", "OABRIDGE_TOKEN=x", "OABRIDGES_LISTEN=x", "oabridge_listen=x",
	}
	load(t, minimal, environ...)
}
