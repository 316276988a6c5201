package main

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/service"
)

// TestWhatMayBeAllowed keeps the configuration's names those of the service.
func TestWhatMayBeAllowed(t *testing.T) {
	cfg := config.Default()
	cfg.Parameters = []config.Parameter{{Name: "V", Allow: append(service.Dangers(), "all")}}
	var found []string
	for line := range strings.SplitSeq(cfg.Validate().Error(), "\n") {
		if strings.Contains(line, "parameters[0].allow") || strings.Contains(line, "use one of: newline") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	want := "→ use one of: " + strings.Join(service.Dangers(), ", ")
	if len(found) != 2 || !strings.Contains(found[0], `"all"`) || found[1] != want {
		t.Errorf("%q, want %q", found, want)
	}
}
