package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// Secrets of the event subscription.
const (
	e2eEventToken = "e2eEventToken"
	e2eEventKey   = "e2eEventKey0aum42yaptlz8alnhwikjd3jenzt9cb9"
)

// subscribed is a world whose DingTalk pushes events by HTTP and has no connector.
func subscribed(t *testing.T) *outside {
	t.Helper()
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")))
	o.rewrite("connector: {secret: "+e2eConnector+"}", fmt.Sprintf("events: {mode: http, token: %s, aes_key: %s}", e2eEventToken, e2eEventKey))
	o.rewrite("verify_approval: \"off\"", "verify_approval: auto")
	o.rewrite("listen:", "form: {process_codes: [PROC-deploy]}\nlisten:")
	return o
}

// save has the developer console save the address.
func (o *outside) save() {
	o.t.Helper()
	err := o.dingtalk.SaveCallback(o.t.Context(), dingtalktest.CallbackSettings{
		URL: "http://" + o.address + "/dingtalk/callback", Token: e2eEventToken, AESKey: e2eEventKey,
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// approval starts an approval with these fields, as a person would; the result is its instance.
func (o *outside) approval(pairs ...string) string {
	o.t.Helper()
	form := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form[pairs[i]] = pairs[i+1]
	}
	return o.asked(deployTemplate, "zhang", form)
}

// pushes pushes what happened to the approval; whether it was taken is the result.
func (o *outside) pushes(id, instance, kind string) bool {
	o.t.Helper()
	data, err := o.dingtalk.InstanceEvent(instance, kind)
	if err != nil {
		o.t.Fatal(err)
	}
	push, err := o.dingtalk.PushCallback(o.t.Context(), dingtalktest.CallbackEvent{ID: id, Data: data})
	if err != nil {
		o.t.Fatal(err)
	}
	return push.Taken()
}

func (o *outside) decide(instance string, agree bool) {
	o.t.Helper()
	if err := o.dingtalk.Decide(instance, "wang", agree, "可以上线"); err != nil {
		o.t.Fatal(err)
	}
}

// deployed waits until an event became the first release, and that its end.
func (o *outside) deployed() {
	o.t.Helper()
	o.eventually("there is a release", func() bool {
		list, _ := o.api("/api/releases")["releases"].([]any)
		return len(list) == 1
	}, func() string { return fmt.Sprintf("%+v", o.dingtalk.Ledger().Callback) })
	o.settled("R-1001", "succeeded")
}

// A form is approved, its events come late, twice and in the wrong order, while the bridge stops and starts: it is one release.
func TestServeFromAnEventByHTTP(t *testing.T) {
	o := subscribed(t)
	b := o.serve()
	o.save()
	instance := o.approval("项目名称", "商城", "应用名称", "商城前端", "VERSION", "v2.1.0", "ENV", "prod")
	refused := o.approval("项目名称", "商城", "应用名称", "订单服务", "VERSION", "v3")
	if !o.pushes("e1", instance, "start") {
		t.Error("a start is not taken")
	}
	o.decide(instance, true)
	o.decide(refused, false)
	if code, log := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d\n%s", code, log)
	}
	if o.pushes("e2", instance, "finish") || o.dingtalk.RetryCallbacks(t.Context()) == 0 {
		t.Error("taken, although nobody is there")
	}
	b = o.serve()
	if left := o.dingtalk.RetryCallbacks(t.Context()); left != 0 {
		t.Errorf("%d events are not taken", left)
	}
	for _, again := range []string{"e2", "e3"} {
		if !o.pushes(again, instance, "finish") {
			t.Errorf("the repetition %s is not taken", again)
		}
	}
	if !o.pushes("e4", refused, "finish") {
		t.Error("a refusal is not taken")
	}
	o.deployed()
	code, log := b.stop()
	if builds := o.jenkins.Ledger().Builds; code != 0 || len(builds) != 1 || builds[0].Parameters["VERSION"] != "v2.1.0" {
		t.Errorf("serve ended with %d, %d builds: %+v", code, len(builds), builds)
	}
	shown := log + fmt.Sprint(o.dingtalk.Ledger().Robots, o.dingtalk.Ledger().WorkNotices)
	for _, secret := range []string{e2eEventToken, e2eEventKey, e2eAppSecret} {
		if strings.Contains(shown, secret) {
			t.Errorf("the secret %q shows in the log or a notice", secret)
		}
	}
}
