package main

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

// everything is a configuration with one entry in each list.
func everything() *config.Config {
	cfg := config.Default()
	cfg.API.Tokens = []config.APIToken{{Name: "ops", Token: "hush-api-token"}}
	cfg.Jenkins = []config.Jenkins{{Name: "prod", URL: "https://a", Token: "hush-jenkins", Inputs: []config.Input{{ID: "a"}}, Results: []config.Result{{Job: "a"}}}}
	cfg.Projects = []config.Project{{ID: "a", Apps: []config.ProjectApp{{Job: "prod:a"}}}}
	cfg.Parameters = []config.Parameter{{Name: "VERSION", HTTP: config.ValuesHTTP{Token: "hush-values"}}}
	cfg.DingTalk.Robots = []config.Robot{{Name: "ops", Webhook: "hush-webhook"}}
	cfg.Access = []config.AccessRule{{Users: []string{"manager01"}}}
	cfg.Policies = []config.Policy{{Windows: config.Windows{{From: "10:00"}}, Freeze: config.Freezes{{Reason: "封网"}}}}
	return cfg
}

// changed sets the key at path to another value.
func changed(t *testing.T, cfg *config.Config, path string) {
	t.Helper()
	v := reflect.ValueOf(cfg).Elem()
	for _, part := range strings.Split(path, ".") {
		name, list := strings.CutSuffix(part, "[]")
		for field, value := range v.Fields() {
			if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key == name {
				v = value
				break
			}
		}
		if list {
			v = v.Index(0)
		}
	}
	switch v.Interface().(type) {
	case string, config.Secret:
		v.SetString(v.String() + "x")
	case int, int64, time.Duration:
		v.SetInt(v.Int() + 1)
	case float64:
		v.SetFloat(v.Float() + 1)
	case bool:
		v.SetBool(!v.Bool())
	case []int64:
		v.Set(reflect.ValueOf([]int64{1}))
	case []string:
		v.Set(reflect.ValueOf([]string{"x"}))
	case map[string]string:
		v.Set(reflect.ValueOf(map[string]string{"x": "y"}))
	case map[string][]string:
		v.Set(reflect.ValueOf(map[string][]string{"x": {"y"}}))
	default:
		t.Fatalf("%s is a %s", path, v.Type())
	}
}

// sectionOf is where a change of the key shows.
func sectionOf(path string) []string {
	top, rest, _ := strings.Cut(path, ".")
	switch {
	case mayDiffer[top] || mayDiffer[path] || strings.HasSuffix(path, "_file"):
		return nil
	case path == "jenkins[].name":
		return []string{"jenkins.prod", "jenkins.prodx"}
	case top == "jenkins[]":
		return []string{"jenkins.prod"}
	case top == "dingtalk":
		sub, _, _ := strings.Cut(rest, ".")
		if part := "dingtalk." + strings.TrimSuffix(sub, "[]"); ownSections[part] {
			return []string{part}
		}
	}
	return []string{strings.TrimSuffix(top, "[]")}
}

// TestFingerprintsCoverEveryKey wants whoever adds a key to say so when replicas may differ in it.
func TestFingerprintsCoverEveryKey(t *testing.T) {
	before := model.Replica{Fingerprints: fingerprints(everything(), "id")}
	for _, key := range configurationKeys(reflect.TypeFor[config.Config](), "") {
		cfg := everything()
		changed(t, cfg, key.path)
		after := model.Replica{Fingerprints: fingerprints(cfg, "id")}
		if got, want := before.Differs(&after), sectionOf(key.path); !slices.Equal(got, want) {
			t.Errorf("%s: shows in %v, want %v", key.path, got, want)
		}
	}
}

// An empty list of windows decides, and a missing one does not.
func TestFingerprintsTellAnEmptyWindowFromNone(t *testing.T) {
	none, empty := everything(), everything()
	none.Policies[0].Windows, empty.Policies[0].Windows = nil, config.Windows{}
	was, is := model.Replica{Fingerprints: fingerprints(none, "id")}, model.Replica{Fingerprints: fingerprints(empty, "id")}
	if got := was.Differs(&is); !slices.Equal(got, []string{"policies"}) {
		t.Errorf("shows in %v", got)
	}
}

func TestFingerprintsTellNothingElse(t *testing.T) {
	prints := fingerprints(everything(), "id")
	for section, print := range prints {
		if _, err := strconv.ParseUint(print, 16, 64); err != nil || len(print) != 2*fingerprintBytes {
			t.Errorf("%s: %q", section, print)
		}
	}
	for section, other := range fingerprints(everything(), "another id") {
		if prints[section] == other {
			t.Errorf("%s: two installations have the same fingerprint", section)
		}
	}
	cfg := everything()
	cfg.Form.Ignore, cfg.Form.Fields = []string{}, map[string][]string{} // written as empty, which means the same
	cfg.Jenkins = append([]config.Jenkins{{Name: "test"}}, cfg.Jenkins...)
	got := (&model.Replica{Fingerprints: fingerprints(cfg, "id")}).Differs(&model.Replica{Fingerprints: prints})
	if !slices.Equal(got, []string{"jenkins.test"}) {
		t.Errorf("another controller: %v", got)
	}
}
