package service

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// worded makes a service speak English, with templates of its own over it.
func worded(t *testing.T, files map[string]string) func(*Options) {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	set, failures := notices.Load(notices.English, shanghai, folder)
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	return func(o *Options) { o.Notices = set }
}

func TestEachChannelGetsItsOwnText(t *testing.T) {
	w := newWorld(t, worded(t, map[string]string{"received.work_notice.tmpl": "for you: {{.Number}}"}))
	w.submit()
	if _, err := w.deliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	people := 0
	for _, m := range w.inbox.got {
		ours := m.Markdown == "for you: R-1001"
		if m.Channel == model.ChannelWorkNotice {
			people++
		}
		if m.Title != "Release R-1001 received, deploying now" || ours != (m.Channel == model.ChannelWorkNotice) {
			t.Errorf("%+v", m)
		}
	}
	if people == 0 || people == len(w.inbox.got) {
		t.Errorf("%d messages, %d to people", len(w.inbox.got), people)
	}
}

// TestAFailingTemplateIsLogged has a template that fails only for what no sample is like.
func TestAFailingTemplateIsLogged(t *testing.T) {
	var log bytes.Buffer
	own := worded(t, map[string]string{"received.robot.tmpl": `{{slice .Project 2}}{{if eq .Number "R-1001"}}{{index .Apps 99}}{{end}}`})
	w := newWorld(t, own, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	w.submit()
	if _, err := w.deliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if titles := w.inbox.titles("ops"); len(titles) != 1 || titles[0] != "Release R-1001 received, deploying now" {
		t.Errorf("%q", titles)
	}
	if !strings.Contains(log.String(), "received.robot.tmpl:1:") {
		t.Errorf("log: %s", &log)
	}
}

func TestOtherTemplatesMakeNoOtherRefusal(t *testing.T) {
	form := Form{Project: "商城", Apps: []string{"火箭"}}
	problems := Problems{{Message: "没有应用“火箭”"}}
	var ours Options
	worded(t, map[string]string{"refused.robot.tmpl": "no"})(&ours)
	ours.Location = shanghai
	one, other := pen.refused(form, problems), newWriter(ours).refused(form, problems)
	if one.scope != other.scope || one.Robot == other.Robot {
		t.Errorf("%q, %q", one.scope, other.scope)
	}
	if again := pen.refused(form, append(problems, Problem{Message: "x"})); again.scope == one.scope {
		t.Error("another problem is the same refusal")
	}
}
