package api

import (
	"log/slog"
	"testing"
)

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		route  string
		status int
		want   slog.Level
	}{
		{"/connector/releases", 200, slog.LevelInfo},
		{"/connector/releases", 401, slog.LevelInfo},
		{"/connector/releases", 503, slog.LevelError},
		{"/api/releases", 500, slog.LevelError},
		{"/healthz", 200, slog.LevelDebug},
		{"/readyz", 503, slog.LevelDebug}, // it says so itself, naming the check
		{"/metrics", 200, slog.LevelDebug},
		{unmatched, 404, slog.LevelInfo},
	} {
		if got := levelOf(c.route, c.status); got != c.want {
			t.Errorf("%s %d: %v, want %v", c.route, c.status, got, c.want)
		}
	}
}

func TestKnownMethods(t *testing.T) {
	for given, want := range map[string]string{
		"GET": "GET", "POST": "POST", "TRACE": "OTHER", "": "OTHER", "get": "OTHER", "ET": "OTHER", "GET HEAD": "OTHER", " ": "OTHER",
	} {
		if got := known(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
