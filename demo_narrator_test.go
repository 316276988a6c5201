package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

func TestHowThisProgramIsCalledAgain(t *testing.T) {
	for executable, want := range map[string]string{
		"/tmp/go-build123/b001/exe/oabridge":                           "go run .",
		"/cache/go-build/" + strings.Repeat("ab", 32) + "-d/oabridge":  "go run .",
		"/var/cache/go/ab/" + strings.Repeat("ab", 32) + "-d/oabridge": "go run .",
		"/usr/local/bin/oabridge":                                      "/usr/local/bin/oabridge",
		"/tmp/oabridge":                                                "/tmp/oabridge",
		"/opt/our tools/li's/oabridge":                                 `'/opt/our tools/li'\''s/oabridge'`,
	} {
		if got := callable(executable); got != want {
			t.Errorf("callable(%s) = %s, want %s", executable, got, want)
		}
	}
}

func TestTheInvitationSaysWhereEverythingIs(t *testing.T) {
	var out bytes.Buffer
	newNarrator(&out, dingtalktest.New(dingtalktest.Options{})).invite(&demoWorld{
		url: "http://bridge", jenkinsAt: "http://jenkins", dingtalkAt: "http://dingtalk", secret: "s3cret", apiToken: "t0ken",
	})
	for _, words := range []string{
		"bash or zsh", " sign --secret s3cret)", "http://bridge/connector/projects", "Bearer t0ken",
		"http://jenkins/_control/ledger", "http://dingtalk/_control/ledger",
	} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("lacks %q:\n%s", words, out.String())
		}
	}
}
