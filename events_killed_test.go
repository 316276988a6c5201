package main

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// guillotine is a proxy before the bridge that kills it, at most once, on either side of an event.
type guillotine struct {
	*httputil.ReverseProxy
	process       atomic.Pointer[exec.Cmd]
	before, after atomic.Bool
}

func (g *guillotine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.before.CompareAndSwap(true, false) {
		g.kill()
	}
	g.ReverseProxy.ServeHTTP(w, r)
}

// answered is called with the bridge's answer before anybody else has it.
func (g *guillotine) answered(res *http.Response) error {
	if res.StatusCode == http.StatusOK && g.after.CompareAndSwap(true, false) {
		g.kill()
		return errors.New("killed")
	}
	return nil
}

func (g *guillotine) kill() {
	process := g.process.Load()
	_ = process.Process.Kill()
	_ = process.Wait()
}

// started starts the bridge as a process of its own and waits until it is ready.
func (o *outside) started(t *testing.T, log *lockedBuffer) *exec.Cmd {
	t.Helper()
	command := process(t, log, "serve", "-c", o.config)
	o.eventually("the process is ready", func() bool {
		status, err := probe(t.Context(), "http://"+o.address+"/readyz")
		return err == nil && status == http.StatusOK
	}, log.String)
	return command
}

func TestKilledAroundAnEvent(t *testing.T) {
	for name, stored := range map[string]bool{"before it is stored": false, "when it is stored and DingTalk does not know": true} {
		t.Run(name, func(t *testing.T) {
			var output lockedBuffer
			o := subscribed(t)
			target, err := url.Parse("http://" + o.address)
			if err != nil {
				t.Fatal(err)
			}
			g := &guillotine{ReverseProxy: httputil.NewSingleHostReverseProxy(target)}
			g.process.Store(o.started(t, &output))
			g.ModifyResponse, g.ErrorLog = g.answered, log.New(io.Discard, "", 0)
			proxy := httptest.NewServer(g)
			t.Cleanup(proxy.Close)
			o.dingtalk.SetCallback(dingtalktest.CallbackSettings{
				URL: proxy.URL + "/dingtalk/callback", Token: e2eEventToken, AESKey: e2eEventKey,
			})
			instance := o.approval("项目名称", "商城", "应用名称", "商城前端", "VERSION", "v2.1.0", "ENV", "prod")
			o.decide(instance, true)
			g.before.Store(!stored)
			g.after.Store(stored)
			if o.pushes("e1", instance, "finish") {
				t.Fatal("DingTalk was told that the event was taken")
			}
			g.process.Store(o.started(t, &output))
			if stored { // it is known without another push
				o.deployed()
			}
			if left := o.dingtalk.RetryCallbacks(t.Context()); left != 0 {
				t.Fatalf("%d events are not taken", left)
			}
			o.deployed()
			if builds := o.jenkins.Ledger().Builds; len(builds) != 1 {
				t.Errorf("%d builds: %+v\n%s", len(builds), builds, output.String())
			}
			g.kill()
		})
	}
}
