package service

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// TestTroubleSaysEachThingOnce: twice a second is how often the database is asked.
func TestTroubleSaysEachThingOnce(t *testing.T) {
	var lines bytes.Buffer
	w := newWorld(t, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&lines, nil)) })
	claims := trouble{Service: w.Service, doing: "claiming", about: []any{"controller", "prod"}}
	away := model.Wrap(model.CodeDatabaseUnavailable, errors.New("refused"), "")
	said := func(want ...string) {
		t.Helper()
		got := strings.Split(strings.TrimSpace(lines.String()), "\n")
		lines.Reset()
		if len(want) == 0 && got[0] == "" {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("said %q, want %q", got, want)
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("said %q, want %q", got[i], want[i])
			}
		}
	}
	lines.Reset()
	claims.note(t.Context(), nil)
	said()
	for range 5 {
		claims.note(t.Context(), away)
	}
	said(`msg="claiming failed" controller=prod code=database_unavailable failures=1`)
	claims.note(t.Context(), model.Errorf(model.CodeDatabaseReadOnly, ""))
	said("code=database_read_only failures=6")
	w.clock.Advance(sayAgain)
	claims.note(t.Context(), model.Errorf(model.CodeDatabaseReadOnly, ""))
	said("failures=7")
	claims.note(t.Context(), nil)
	claims.note(t.Context(), nil)
	said(`msg="claiming works again" controller=prod failures=7 for=1m0s`)
}

// TestInsist saves until it is saved, or until that makes no sense any more.
func TestInsist(t *testing.T) {
	away, unknown := model.Errorf(model.CodeDatabaseUnavailable, ""), model.Errorf(model.CodeDatabaseUnknown, "")
	conflict, notFound := model.Errorf(model.CodeConflict, ""), model.Errorf(model.CodeNotFound, "")
	for name, test := range map[string]struct {
		answers []error
		want    model.Code
	}{
		"at once":                        {[]error{nil}, ""},
		"later":                          {[]error{away, away, nil}, ""},
		"saved by the unknown try":       {[]error{unknown, away, conflict}, ""},
		"somebody else's":                {[]error{away, conflict}, model.CodeConflict},
		"not the database's fault":       {[]error{notFound}, model.CodeNotFound},
		"not the database's fault later": {[]error{unknown, notFound}, model.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w, n := newWorld(t), 0
			err := w.insist(t.Context(), func(context.Context) error { n++; return test.answers[n-1] })
			if model.CodeOf(err) != test.want || n != len(test.answers) {
				t.Errorf("%v after %d of %d tries", err, n, len(test.answers))
			}
		})
	}
	w := newWorld(t, func(o *Options) { o.Pace.Step = 200 * time.Millisecond })
	codeIs(t, w.insist(t.Context(), func(context.Context) error { return away }), model.CodeDatabaseUnavailable)
	stopping, cancel := context.WithCancel(t.Context())
	cancel()
	n := 0
	codeIs(t, w.insist(stopping, func(context.Context) error { n++; return away }), model.CodeDatabaseUnavailable)
	if n != 1 {
		t.Errorf("%d tries while stopping", n)
	}
}
