package main

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// deployTemplate is the approval template that may deploy.
const deployTemplate = "PROC-deploy"

// approving is a world that deploys nothing without its approval: forms come by the connector, events by HTTP. Approvals are
// started three minutes ago by DingTalk's clock, so that nothing counts as too fresh to be known; rewrites are pairs for the
// configuration.
func approving(t testing.TB, rewrites ...string) *outside {
	t.Helper()
	return approvingOn(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(t.TempDir(), "oabridge.db")), rewrites...)
}

func approvingOn(t testing.TB, database string, rewrites ...string) *outside {
	t.Helper()
	o := newOutside(t, database)
	o.ahead.Store(int64(-3 * time.Minute))
	o.rewrite(`verify_approval: "off"`, "verify_approval: auto")
	o.rewrite("listen:", "form: {process_codes: ["+deployTemplate+"]}\nlisten:")
	o.rewrite("  connector:", fmt.Sprintf("  events: {mode: http, token: %s, aes_key: %s}\n  connector:", e2eEventToken, e2eEventKey))
	for i := 0; i+1 < len(rewrites); i += 2 {
		o.rewrite(rewrites[i], rewrites[i+1])
	}
	return o
}

// pushing has the developer console save our address, and every change of an approval pushed there from now on.
func (o *outside) pushing() {
	o.t.Helper()
	o.save()
	o.dingtalk.Watch(func(c dingtalktest.InstanceChange) {
		if !o.pushes("", c.InstanceID, c.Type) {
			o.t.Errorf("the %s of %s was not taken", c.Type, c.InstanceID)
		}
	})
}

// webForm is what people fill in to deploy the shop's front end.
func webForm(pairs ...string) map[string]any {
	form := map[string]any{"项目名称": "商城", "应用名称": "商城前端", "VERSION": "v2.1.0", "ENV": "prod"}
	for i := 0; i+1 < len(pairs); i += 2 {
		if form[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(form, pairs[i])
		}
	}
	return form
}

// asked starts an approval; nobody has decided it yet.
func (o *outside) asked(template, by string, form map[string]any) string {
	o.t.Helper()
	instance, err := o.dingtalk.Start(template, by, form)
	if err != nil {
		o.t.Fatal(err)
	}
	return instance
}

// approved starts an approval to which somebody agreed.
func (o *outside) approved(form map[string]any) string {
	o.t.Helper()
	instance := o.asked(deployTemplate, "zhang", form)
	o.decide(instance, true)
	return instance
}

// submitted sends the form as the flow's connector does, and returns the release's number.
func (o *outside) submitted(instance string, form map[string]any) string {
	o.t.Helper()
	answer := o.submits(instance, form)
	number, _ := answer["releaseId"].(string)
	if answer["success"] != true || number == "" {
		o.t.Fatalf("answered %v", answer)
	}
	return number
}

func (o *outside) submits(instance string, form map[string]any) map[string]any {
	o.t.Helper()
	fields := maps.Clone(form)
	maps.Copy(fields, map[string]any{"实例ID": instance, "发起人": "zhang"})
	status, answer, err := o.caller.Call(o.t.Context(), "releases", fields)
	if err != nil || status != http.StatusOK {
		o.t.Fatalf("answered %d %v: %v", status, answer, err)
	}
	return answer
}

// told waits until the group was told something with this title, and returns the text.
func (o *outside) told(title string) string {
	o.t.Helper()
	var text string
	o.eventually("the group is told "+title, func() bool {
		all := o.dingtalk.Ledger().Robots["ops"]
		i := slices.IndexFunc(all, func(m dingtalktest.Message) bool { return strings.Contains(m.Title, title) })
		if i >= 0 {
			text = all[i].Text
		}
		return i >= 0
	}, func() string { return fmt.Sprint(o.titles()) })
	return text
}

// commented waits until so many comments stand in the approval, and returns them.
func (o *outside) commented(instance string, n int) []string {
	o.t.Helper()
	var texts []string
	o.eventually(fmt.Sprintf("%d comments in %s", n, instance), func() bool {
		texts = nil
		for _, c := range o.dingtalk.Ledger().Comments {
			if c.InstanceID == instance {
				texts = append(texts, c.Text)
			}
		}
		return len(texts) >= n
	}, func() string { return fmt.Sprint(texts) })
	return texts
}

// reads counts how often an approval was read.
func (o *outside) reads() int { return o.dingtalk.Ledger().Paths["/v1.0/workflow/processInstances"] }

// built are the builds so far: job, version and result.
func (o *outside) built() []string {
	var all []string
	for _, b := range o.jenkins.Ledger().Builds {
		all = append(all, fmt.Sprint(b.Job, " ", b.Parameters["VERSION"], " ", b.Result))
	}
	return all
}

func (o *outside) wantBuilt(want ...string) {
	o.t.Helper()
	if got := o.built(); !slices.Equal(got, want) {
		o.t.Errorf("built %q, want %q", got, want)
	}
}

func (o *outside) wantEnd(b bridge) (log string) {
	o.t.Helper()
	code, log := b.stop()
	if code != 0 {
		o.t.Errorf("serve ended with %d\n%s", code, log)
	}
	return log
}

// onlyRelease waits until there is a release and returns its number; another one is an error.
func (o *outside) onlyRelease() string {
	o.t.Helper()
	var list []any
	o.eventually("there is a release", func() bool {
		list, _ = o.api("/api/releases")["releases"].([]any)
		return len(list) > 0
	}, func() string { return fmt.Sprintf("%+v", o.dingtalk.Ledger().Callback) })
	if len(list) > 1 {
		o.t.Fatalf("%d releases: %v", len(list), list)
	}
	release, _ := list[0].(map[string]any)
	number, _ := release["number"].(string)
	return number
}

func textControl(id, label string) dingtalktest.Component {
	return dingtalktest.Component{Type: "TextField", ID: id, Label: label}
}

// tableForm is a template with a table (明细) of apps.
func tableForm() []dingtalktest.Component {
	return []dingtalktest.Component{textControl("TextField_P", "项目名称"), {
		Type: "TableField", ID: "TableField_T", Label: "上线明细",
		Children: []dingtalktest.Component{textControl("TextField_A", "应用名称"), textControl("TextField_V", "VERSION")},
	}}
}

// renamedForm is the company's template after somebody gave 应用名称 another name.
func renamedForm() []dingtalktest.Component {
	return []dingtalktest.Component{
		textControl("TextField_P", "项目名称"), textControl("TextField_APP", "要上线的应用"), textControl("TextField_V", "VERSION"),
		textControl("TextField_E", "ENV"),
	}
}

// settledBy waits until the only release, which came of the approval, is in the state.
func (o *outside) settledBy(instance, state string) {
	o.t.Helper()
	number := o.onlyRelease()
	if got := fmt.Sprint(o.api("/api/releases/" + number)["process_instance_id"]); got != instance {
		o.t.Errorf("%s came of %s instead of %s", number, got, instance)
	}
	o.settled(number, state)
}

// turnedAway sends a form that is approved, which has to be refused with the code.
func (o *outside) turnedAway(code string) {
	o.t.Helper()
	fields := webForm("实例ID", o.asked(deployTemplate, "zhang", webForm()))
	if status, answer, err := o.caller.Call(o.t.Context(), "releases", fields); status != http.StatusUnauthorized || answer["errorCode"] != code {
		o.t.Errorf("answered %d %v: %v", status, answer, err)
	}
}

// noSecretIn fails when one of the end-to-end tests' secrets stands in a text.
func noSecretIn(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{
		e2eConnector, e2eAPIToken, e2eJenkins, e2eAppSecret, e2eRobotToken, e2eRobotSecret, e2eEventToken, e2eEventKey,
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the secret %q shows", secret)
		}
	}
}
