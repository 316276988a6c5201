package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// full has every secret there is; each contains the word hush.
const full = `
api: {tokens: [{name: ops, token: hush-api-token-1}, {name: dev, token: hush-api-token-2}]}
database: {driver: mysql, dsn: "bridge:hush-database@tcp(db:3306)/oabridge?parseTime=true"}
redis: {addr: "cache:6379", password: hush-redis}
jenkins: [{name: prod, url: https://jenkins.example.com, user: bridge, token: hush-jenkins}]
parameters: [{name: VERSION, http: {url: "https://cmdb.example.com/{app}", token: hush-values}}]
jenkins_hook: {secret: hush-jenkins-hook}
dingtalk:
  app_key: ding-key
  app_secret: hush-app-secret
  connector: {secret: hush-connector, token: hush-connector-token, basic: {user: bridge, password: hush-basic}}
  events: {mode: "off", token: hush-events, aes_key: hush0hush0hush0hush0hush0hush0hush0hush0hus}
  robots: [{name: ops, webhook: "https://oapi.dingtalk.com/robot/send?access_token=hush-robot", secret: SEC-hush}]
`

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	cfg := load(t, full)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("start", "config", cfg, "token", cfg.Jenkins[0].Token)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", cfg)
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{
		"Redacted": cfg.Redacted(), "json": string(asJSON), "yaml": string(asYAML), "slog": log.String(),
		"%v": fmt.Sprintf("%v", cfg), "%+v": fmt.Sprintf("%+v", cfg), "%#v": fmt.Sprintf("%#v", *cfg),
		"%s": fmt.Sprintf("%s %s", cfg.Redis.Password, cfg.DingTalk.AppSecret), "%q": fmt.Sprintf("%q", cfg.DingTalk.AppSecret),
	}
	for how, output := range outputs {
		if strings.Contains(output, "hush") {
			t.Errorf("%s shows a secret:\n%s", how, output)
		}
		if !strings.Contains(output, "secret>") && !strings.Contains(output, `secret\u003e`) {
			t.Errorf("%s shows nothing in the place of a secret:\n%s", how, output)
		}
	}
}

func TestRedactedKeepsWhatIsNoSecret(t *testing.T) {
	text := load(t, full).Redacted()
	for _, want := range []string{
		"dsn: bridge:<secret>@tcp(db:3306)/oabridge", "webhook: https://oapi.dingtalk.com/robot/send?access_token=<secret>",
		"token: <secret>", "app_key: ding-key", "refresh: 30s",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("Redacted has no %q:\n%s", want, text)
		}
	}
	if got := load(t, minimal).Redacted(); !strings.Contains(got, "dsn: oabridge.db") {
		t.Errorf("the file of SQLite is no secret:\n%s", got)
	}
}

func TestRedactedDatabasesAndWebhooksThatAreWrong(t *testing.T) {
	d := Database{Driver: MySQL, DSN: "hush"}
	if got := d.redactedDSN(); got != redacted {
		t.Errorf("redactedDSN = %q", got)
	}
	if got := d.secrets(); !slices.Equal(got, []string{"hush"}) {
		t.Errorf("secrets = %q", got)
	}
	d = Database{Driver: SQLite, DSN: "bridge:hush@tcp(db:3306)/oabridge"}
	if got := d.redactedDSN(); got != "bridge:<secret>@tcp(db:3306)/oabridge" {
		t.Errorf("redactedDSN = %q with the wrong driver", got)
	}
	if got := d.secrets(); !slices.Equal(got, []string{"hush"}) {
		t.Errorf("secrets = %q with the wrong driver", got)
	}
	b := Robot{Webhook: "hush"}
	if got := b.redactedWebhook(); got != redacted {
		t.Errorf("redactedWebhook = %q", got)
	}
	if got := b.secrets(); !slices.Contains(got, "hush") {
		t.Errorf("secrets = %q", got)
	}
}

// TestSecretsListsEverySecret walks the configuration, so that a new field of type Secret cannot be forgotten here, in
// the test data above, or in Secrets.
func TestSecretsListsEverySecret(t *testing.T) {
	cfg := load(t, full)
	listed := cfg.Secrets()
	walkSecrets(reflect.ValueOf(cfg).Elem(), report{list: &Problems{}}, func(key string, secret Secret) {
		if secret == "" {
			t.Errorf("%s is not in the test data", key)
			return
		}
		known := slices.ContainsFunc(listed, func(s string) bool { return strings.Contains(secret.Reveal(), s) })
		if !known {
			t.Errorf("Secrets lacks %s", key)
		}
	})
	for _, secret := range listed {
		if !strings.Contains(secret, "hush") {
			t.Errorf("Secrets lists %q, which is none", secret)
		}
	}
}

func walkSecrets(value reflect.Value, r report, found func(string, Secret)) {
	for i, k := range keysOf(value.Type()) {
		field := value.Field(i)
		switch {
		case field.Type() == reflect.TypeFor[Secret]():
			found(r.at(k.name).key, Secret(field.String()))
		case field.Kind() == reflect.Struct:
			walkSecrets(field, r.at(k.name), found)
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			for n := range field.Len() {
				walkSecrets(field.Index(n), r.at(k.name).index(n), found)
			}
		}
	}
}

// TestEverySecretHasAFile looks for the …_file key beside every secret.
func TestEverySecretHasAFile(t *testing.T) {
	cfg := load(t, full)
	names := envNames(reflect.TypeFor[Config](), envPrefix)
	walkSecrets(reflect.ValueOf(cfg).Elem(), report{list: &Problems{}}, func(key string, _ Secret) {
		name := envPrefix + strings.ToUpper(strings.NewReplacer("[0]", "_0", "[1]", "_0", ".", "_").Replace(key)) + "_FILE"
		if !slices.Contains(names, name) {
			t.Errorf("%s has no %s_file", key, key)
		}
	})
}

func TestAnEmptySecretShowsAsNothing(t *testing.T) {
	if got := fmt.Sprintf("%s|%#v", Secret(""), Secret("")); got != `|""` {
		t.Errorf("an empty secret prints as %s", got)
	}
}
