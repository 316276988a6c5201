package config

import (
	"strings"
	"testing"
)

func TestSecretsComeFromFiles(t *testing.T) {
	path := write(t, "secret", "\n  from-a-file-1234 \r\n")
	cfg, err := Load("", []string{
		"OABRIDGE_JENKINS_0_NAME=prod", "OABRIDGE_JENKINS_0_URL=https://jenkins.example.com", "OABRIDGE_JENKINS_0_USER=bridge",
		"OABRIDGE_JENKINS_0_TOKEN_FILE=" + path,
		"OABRIDGE_DINGTALK_CONNECTOR_BASIC_USER=bridge", "OABRIDGE_DINGTALK_CONNECTOR_BASIC_PASSWORD_FILE=" + path,
		"OABRIDGE_DINGTALK_CONNECTOR_TOKEN_FILE=" + path,
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]Secret{
		"token": cfg.Jenkins[0].Token, "password": cfg.DingTalk.Connector.Basic.Password, "fixed token": cfg.DingTalk.Connector.Token,
	} {
		if got != "from-a-file-1234" {
			t.Errorf("%s = %q", what, got.Reveal())
		}
	}
	if !cfg.DingTalk.Connector.Basic.Enabled() {
		t.Error("Basic authentication is not enabled")
	}
	if text := cfg.Redacted(); strings.Contains(text, "from-a-file") || !strings.Contains(text, "token_file: "+path) {
		t.Errorf("Redacted:\n%s", text)
	}
}

func TestSecretFilesThatAreWrong(t *testing.T) {
	empty := write(t, "empty", " \n")
	tests := []struct{ name, variable, key, message string }{
		{"no file", "OABRIDGE_REDIS_PASSWORD_FILE=" + empty + ".none", "redis.password_file", "no such file"},
		{"an empty file", "OABRIDGE_REDIS_PASSWORD_FILE=" + empty, "redis.password_file", "the file is empty"},
		{"a folder", "OABRIDGE_REDIS_PASSWORD_FILE=" + t.TempDir(), "redis.password_file", "is a directory"},
		{"both", "OABRIDGE_JENKINS_0_TOKEN_FILE=" + empty, "jenkins[0].token", "given here and in jenkins[0].token_file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load("", minimalEnviron(test.variable))
			if err == nil || !strings.Contains(err.Error(), test.key) || !strings.Contains(err.Error(), test.message) {
				t.Errorf("Load = %v, want %s: %s", err, test.key, test.message)
			}
		})
	}
}
