package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

func TestNothingPrintedHasSecretsOrControlCharacters(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		d := newExamination(&out, asJSON)
		d.hide([]string{"hush", "hush-longer"})
		d.check(t.Context(), "name hush", func(context.Context) finding {
			return broken("\x1b[31mred\x1b[0m hush-longer\nnext", "say hush")
		})
		err := d.finish()
		if err == nil || !strings.HasPrefix(err.Error(), "1 of 1 checks failed") {
			t.Errorf("finish = %v", err)
		}
		if text := out.String(); strings.Contains(text, "hush") || strings.Contains(text, "longer") || strings.Contains(text, "\x1b") ||
			!strings.Contains(text, "[31mred [0m "+model.Masked+" next") {
			t.Errorf("printed %q", text)
		}
	}
}

func TestAPersonSeesWhatIsWaitedFor(t *testing.T) {
	var out bytes.Buffer
	d := newExamination(&out, false)
	d.check(t.Context(), "slow thing", func(context.Context) finding {
		if !strings.Contains(out.String(), "slow thing") {
			t.Error("the name comes only with the result")
		}
		return fine("done")
	})
}

func TestACheckEndsInTime(t *testing.T) {
	fake := jenkinstest.New(jenkinstest.Options{Delay: time.Minute})
	var out bytes.Buffer
	d := newExamination(&out, false)
	d.timeout = 50 * time.Millisecond
	started := time.Now()
	d.jenkins(t.Context(), config.Jenkins{Name: "slow", URL: serveTest(t, fake), User: "admin", Token: "admin-token", MaxInFlight: 1}, service.CatalogueRules{})
	if took := time.Since(started); took > 10*time.Second || d.count(statusFail) != 1 {
		t.Errorf("after %s: %s", took, out.String())
	}
}

// full is a writer that takes nothing, such as a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatCannotBePrintedIsAnError(t *testing.T) {
	for _, args := range [][]string{
		{"doctor", "-c", "testdata/config/broken.yaml"}, {"doctor", "--json", "-c", "testdata/config/broken.yaml"},
		{"config", "check", "-c", "testdata/config/good.yaml"}, {"config", "print", "-c", "testdata/config/good.yaml"},
		{"config", "check", "--json", "-c", "testdata/config/good.yaml"}, {"config", "print", "--json", "-c", "testdata/config/good.yaml"},
		{"sign", "--secret", "hush"}, {"version"}, {"fake", "jenkins", "--listen", "127.0.0.1:0"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, nil, full{}, &stderr); code != exitFailure || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: exit %d, %s", args, code, stderr.String())
		}
	}
}
