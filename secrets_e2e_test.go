package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeKeepsSecretsWhenDingTalkFails has everything that the bridge asks of DingTalk fail in one way after the other, and
// then looks for secrets wherever people or attackers look: the log, the notices and the files of the database.
func TestServeKeepsSecretsWhenDingTalkFails(t *testing.T) {
	folder := t.TempDir()
	o := approvingOn(t, fmt.Sprintf("{driver: sqlite, dsn: %q}", filepath.Join(folder, "oabridge.db")),
		"log: {format: json}", "log: {format: json, level: debug}")
	b := o.serve()
	o.save()
	for _, c := range []struct {
		name string
		meet func(times int)
	}{
		{"a wrong signature", o.dingtalk.WrongSignature},
		{"cut before", o.dingtalk.CutBefore},
		{"cut after", o.dingtalk.CutAfter},
		{"an error", func(times int) { o.dingtalk.Fail(http.StatusBadGateway, times, "/") }},
		{"a ban", o.dingtalk.BanPage}, // after which the robot rests
	} {
		o.dingtalk.Heal()
		form := webForm("VERSION", c.name)
		instance := o.approved(form)
		before := o.dingtalk.Ledger()
		o.dingtalk.ExpireTokens()
		c.meet(-1)
		if !o.pushes("", instance, "finish") {
			t.Errorf("%s: the event is not taken", c.name)
		}
		o.submits(instance, form)
		refused := o.submits("", webForm("VERSION", c.name, "应用名称", "没有这个应用"))
		if refused["success"] != false {
			t.Errorf("answered %v", refused)
		}
		o.eventually(c.name+" meets approvals, robots and people", func() bool {
			now := o.dingtalk.Ledger()
			return now.Paths["/robot/send"] > before.Paths["/robot/send"] && now.Requests > before.Requests+2
		}, b.log)
	}
	shown := o.wantEnd(b) + fmt.Sprint(o.dingtalk.Ledger().Robots, o.dingtalk.Ledger().WorkNotices, o.dingtalk.Ledger().Comments)
	if !strings.Contains(shown, "not delivered") {
		t.Error("the log tells of no failure")
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		shown += string(content)
	}
	noSecretIn(t, shown)
	if strings.Contains(shown, "fake-access-token") || strings.Contains(shown, "&sign=") {
		t.Error("an access token or a signature shows")
	}
}
