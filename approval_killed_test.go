package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"
)

// beheaded is a Stream connection, as DingTalk has it, whose next word from the bridge kills that instead of arriving.
type beheaded struct {
	io.ReadWriteCloser
	*guillotine
}

// Write is what the bridge says.
func (b beheaded) Write(p []byte) (int, error) {
	if b.after.CompareAndSwap(true, false) {
		b.kill()
		return 0, errors.New("killed")
	}
	return b.ReadWriteCloser.Write(p)
}

// streaming has events come by Stream through g.
func (o *outside) streaming(t *testing.T, g *guillotine) {
	t.Helper()
	target, err := url.Parse(o.dingtalkURL)
	if err != nil {
		t.Fatal(err)
	}
	g.ReverseProxy = httputil.NewSingleHostReverseProxy(target)
	g.ErrorLog = log.New(io.Discard, "", 0)
	g.ModifyResponse = func(res *http.Response) error {
		if stream, ok := res.Body.(io.ReadWriteCloser); ok && res.StatusCode == http.StatusSwitchingProtocols {
			res.Body = beheaded{stream, g}
		}
		return nil
	}
	proxy := httptest.NewServer(g)
	t.Cleanup(proxy.Close)
	o.rewrite(fmt.Sprintf("  api_url: %q", o.dingtalkURL), fmt.Sprintf("  api_url: %q", proxy.URL))
	o.rewrite(fmt.Sprintf("{mode: http, token: %s, aes_key: %s}", e2eEventToken, e2eEventKey), "{mode: stream}")
	o.dingtalk.StreamChanges()
}

// TestKilledBeforeTheStreamHears kills the bridge when an event is stored and its acknowledgement on its way: DingTalk pushes
// the event again.
func TestKilledBeforeTheStreamHears(t *testing.T) {
	var output lockedBuffer
	var g guillotine
	o := approving(t)
	o.streaming(t, &g)
	g.process.Store(o.started(t, &output))
	connected := func() bool { return o.dingtalk.Ledger().Stream.Live() == 1 }
	o.eventually("the Stream is connected", connected, output.String)
	instance := o.asked(deployTemplate, "zhang", webForm())
	o.eventually("the start is acknowledged", func() bool { return o.acknowledged() == 1 }, func() string { return fmt.Sprintf("%+v", o.dingtalk.Ledger().Stream) })
	g.after.Store(true)
	o.decide(instance, true)
	o.eventually("the bridge is dead", func() bool { return !g.after.Load() && o.dingtalk.Ledger().Stream.Live() == 0 }, output.String)
	if n := o.acknowledged(); n != 1 {
		t.Fatalf("%d events are acknowledged", n)
	}
	g.process.Store(o.started(t, &output))
	o.settled(o.onlyRelease(), "succeeded")
	o.eventually("the Stream is connected again", connected, output.String)
	o.ahead.Add(int64(time.Minute))
	o.eventually("the event is acknowledged", func() bool { return o.acknowledged() == 2 }, output.String)
	o.looked(t)
	o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS", "deploy/mall/mall-order v9 SUCCESS")
	g.kill()
}

// acknowledged counts the Stream's events that DingTalk knows to be taken.
func (o *outside) acknowledged() int {
	n := 0
	for _, m := range o.dingtalk.Ledger().Stream.Messages {
		if len(m.Acks) > 0 {
			n++
		}
	}
	return n
}

// looked waits until everything that came before was looked into: approvals are, the oldest first.
func (o *outside) looked(t *testing.T) {
	t.Helper()
	last := o.approved(webForm("应用名称", "订单服务", "VERSION", "v9"))
	o.submitted(last, webForm("应用名称", "订单服务", "VERSION", "v9"))
	o.commented(last, 2)
}

// TestKilledBeforeTheApprovalIsRead kills the bridge when DingTalk was told that all is well, by either way in, and nothing
// has come of it yet.
func TestKilledBeforeTheApprovalIsRead(t *testing.T) {
	var output lockedBuffer
	o := approving(t)
	g := &guillotine{}
	g.process.Store(o.started(t, &output))
	o.pushing()
	forms := []map[string]any{webForm(), webForm("应用名称", "订单服务", "VERSION", "v5")}
	o.dingtalk.Fail(http.StatusBadGateway, -1, "/v1.0/workflow/processInstances")
	o.approved(forms[0])
	connector := o.asked(deployTemplate, "zhang", forms[1])
	number := o.submitted(connector, forms[1])
	o.eventually("both cannot be read", func() bool { return strings.Count(output.String(), "approval not settled yet") >= 2 }, output.String)
	g.kill()
	o.dingtalk.Heal()
	g.process.Store(o.started(t, &output))
	o.decide(connector, true)
	o.settled(number, "succeeded")
	o.told("R-1002 部署成功")
	if left := o.dingtalk.RetryCallbacks(t.Context()); left != 0 {
		t.Errorf("%d events were not taken", left)
	}
	if built := strings.Join(o.built(), "\n"); len(o.built()) != 2 || !strings.Contains(built, "mall-web v2.1.0") ||
		!strings.Contains(built, "mall-order v5") {
		t.Errorf("built %s", built)
	}
	g.kill()
}
