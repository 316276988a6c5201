package service

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/model"
)

// faultyPost is a Jenkins whose next POST goes wrong in some way.
type faultyPost struct {
	Jenkins
	wrong func(ctx context.Context, post func(context.Context) (int64, error)) (int64, error)
}

func (f *faultyPost) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error) {
	post := func(ctx context.Context) (int64, error) {
		return f.Jenkins.Trigger(ctx, job, parameterised, parameters)
	}
	wrong := f.wrong
	if wrong == nil {
		return post(ctx)
	}
	f.wrong = nil
	return wrong(ctx, post)
}

// breakage makes the next POST to the paths go wrong.
type breakage func(p *play, f *faultyPost, path string)

// timeOut lets Jenkins take the request and answer when nobody listens any more.
func timeOut(p *play, f *faultyPost, _ string) {
	f.wrong = func(ctx context.Context, post func(context.Context) (int64, error)) (int64, error) {
		p.world.jenkins.Slow(time.Second)
		defer p.world.jenkins.Slow(0)
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		return post(short)
	}
}

// refusedConnection sends the POST where nobody listens.
func refusedConnection(p *play, f *faultyPost, _ string) {
	f.wrong = func(ctx context.Context, _ func(context.Context) (int64, error)) (int64, error) {
		server := httptest.NewServer(p.world.jenkins)
		server.Close()
		client, err := jenkins.New(jenkins.Options{Name: "prod", URL: server.URL, User: "admin", Token: "admin-token"})
		if err != nil {
			return 0, err
		}
		defer client.Close()
		return client.Trigger(ctx, webJob, true, nil)
	}
}

// restarting lets Jenkins restart at the moment of the POST: it answers 503, and later 500 though it took nothing.
func restarting(down time.Duration) breakage {
	return func(p *play, f *faultyPost, _ string) {
		f.wrong = func(ctx context.Context, post func(context.Context) (int64, error)) (int64, error) {
			p.world.jenkins.Restart(down)
			p.world.clock.Advance(down * 3 / 4)
			return post(ctx)
		}
	}
}

func breakages() map[string]breakage {
	return map[string]breakage{
		"time-out":             timeOut,
		"connection refused":   refusedConnection,
		"cut before":           func(p *play, _ *faultyPost, path string) { p.world.jenkins.CutBefore(1, path) },
		"cut after":            func(p *play, _ *faultyPost, path string) { p.world.jenkins.CutAfter(1, path) },
		"500 that did nothing": func(p *play, _ *faultyPost, path string) { p.world.jenkins.Fail(500, 1, path) },
		"500 after all":        func(p *play, _ *faultyPost, path string) { p.world.jenkins.FailAfter(500, 1, path) },
		"503":                  func(p *play, _ *faultyPost, path string) { p.world.jenkins.Fail(503, 1, path) },
		"503 after all":        func(p *play, _ *faultyPost, path string) { p.world.jenkins.FailAfter(503, 1, path) },
		"Jenkins restarting":   restarting(8 * time.Second),
	}
}

// Whatever becomes of a POST, and though the bridge dies before or after it has written that down, there is exactly one
// build in the end. A 303 is one of the scenarios of TestCrashAnywhere.
func TestUnknownPost(t *testing.T) {
	for name, c := range map[string]struct {
		job, path string
		form      []string
	}{
		"with a release number": {"mall-web", trigger, nil},
		"parameters only":       {"data-sync", syncTrigger, toSync},
		"without parameters":    {"data-cache-flush", "POST /job/deploy/job/data/job/data-cache-flush/build", toFlush},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &faultyPost{}
			stage := newStage(t, scenario{adjust: []func(*Options){untold, briefly, func(o *Options) {
				f.Jenkins = o.Controllers[0].Client
				o.Controllers[0].Client = f
			}}})
			for what, wrong := range breakages() {
				stage.s.script = []scene{{do: func(p *play) error { wrong(p, f, c.path); return nil }}, submits("a", c.form...)}
				t.Run(what, func(t *testing.T) { stage.once(t) })
				t.Run(what+" and a crash", func(t *testing.T) { stage.once(t, "after POST "+c.job) })
			}
		})
	}
}
