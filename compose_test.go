package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/oabridge/oabridge/config"
)

// composeReference is a variable of the shell in the compose file: ${NAME:-default} or ${NAME:?what to do}.
var composeReference = regexp.MustCompile(`\$\{([A-Z_]+):([-?])([^}]*)\}`)

// composed is the bridge's environment as docker compose makes it, with secrets from a folder of the test.
func composed(t *testing.T, shell map[string]string) []string {
	t.Helper()
	var file struct {
		Services struct {
			Bridge struct {
				Environment map[string]string `yaml:"environment"`
			} `yaml:"bridge"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(document(t, "docker-compose.yml")), &file); err != nil {
		t.Fatal(err)
	}
	secrets := t.TempDir()
	for _, name := range []string{"dsn", "redis_password", "jenkins_token", "connector_secret", "api_token"} {
		text := "hush-0123456789-" + name
		if name == "dsn" {
			text = "oabridge:hush@tcp(mysql:3306)/oabridge"
		}
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var environ []string
	for name, value := range file.Services.Bridge.Environment {
		value = composeReference.ReplaceAllStringFunc(value, func(reference string) string {
			parts := composeReference.FindStringSubmatch(reference)
			if given := shell[parts[1]]; given != "" || parts[2] == "?" {
				return given
			}
			return parts[3]
		})
		environ = append(environ, name+"="+strings.Replace(value, "/run/secrets", secrets, 1))
	}
	return environ
}

func TestTheComposeFileConfiguresTheBridge(t *testing.T) {
	shell := map[string]string{"JENKINS_URL": "https://jenkins.example.com", "JENKINS_USER": "bridge"}
	cfg, err := config.Load("", composed(t, shell))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Jenkins[0].Folders) > 0 || len(cfg.DingTalk.Robots) > 0 || cfg.DingTalk.AppKey != "" {
		t.Errorf("what is not given is there: %+v", cfg)
	}
	for name, value := range map[string]string{
		"JENKINS_FOLDERS": "[deploy, ops]", "DINGTALK_APP_KEY": "ding1", "DINGTALK_APP_SECRET": "hush", "DINGTALK_AGENT_ID": "7",
		"DINGTALK_ROBOT_NAME": "ops", "DINGTALK_ROBOT_WEBHOOK": "https://oapi.dingtalk.com/robot/send?access_token=hush",
	} {
		shell[name] = value
	}
	cfg, err = config.Load("", composed(t, shell))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Jenkins[0].Folders) != 2 || len(cfg.DingTalk.Robots) != 1 || cfg.DingTalk.AgentID != 7 {
		t.Errorf("what is given is not there: %+v", cfg)
	}
}
