package main

import (
	"testing"

	"github.com/oabridge/oabridge/config"
)

func TestTheDemosJenkinsIsAValidOne(t *testing.T) {
	cfg := config.Default()
	cfg.Jenkins = []config.Jenkins{demoJenkins("http://127.0.0.1:1", "token")}
	cfg.DingTalk.Connector.Insecure = true
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}
