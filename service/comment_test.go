package service

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func commenting(author string) func(*Options) {
	return func(o *Options) { o.Comments, o.WorkNotices, o.Robots = Comments{On: true, Author: author}, false, nil }
}

func TestApprovalsShowWhatBecameOfThem(t *testing.T) {
	w := newWorld(t, commenting(""))
	w.submit()
	for range 20 {
		w.turn()
	}
	_, err := w.Submit(t.Context(), form("实例ID", "inst-2", "应用名称", "没有这个应用"), "connector")
	codeIs(t, err, model.CodeValidationFailed)
	w.turn()
	var got []string
	for _, m := range w.inbox.got {
		got = append(got, string(m.Kind)+" "+m.Recipient+" by "+m.Author)
		if m.Channel != model.ChannelComment || m.Markdown == "" || len([]rune(m.Markdown)) > 1024 || strings.Contains(m.Markdown, "###") {
			t.Errorf("%+v", m)
		}
	}
	want := "received inst-1 by zhang, finished inst-1 by zhang, refused inst-2 by zhang"
	if strings.Join(got, ", ") != want {
		t.Errorf("commented %q, want %q", got, want)
	}
}

func TestWhoWritesComments(t *testing.T) {
	for name, c := range map[string]struct {
		author string
		form   []string
		want   string
	}{
		"the initiator":           {"", nil, "zhang"},
		"the one configured":      {"bot", nil, "bot"},
		"nobody is known":         {"", []string{"发起人", ""}, ""},
		"the configured one then": {"bot", []string{"发起人", ""}, "bot"},
		"no approval":             {"bot", []string{"实例ID", ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, commenting(c.author))
			w.submit(c.form...)
			author := ""
			for _, m := range w.outbox() {
				author += m.Author
			}
			if author != c.want {
				t.Errorf("written by %q, want %q", author, c.want)
			}
		})
	}
	w := newWorld(t, commenting("bot"), func(o *Options) { o.Comments.On = false })
	if w.submit(); len(w.outbox()) != 0 {
		t.Error("commented without an app")
	}
}

func TestResendIsForWhatWasGivenUp(t *testing.T) {
	w, a := newOutbox(t)
	_, err := w.Resend(t.Context(), 1, "ops")
	codeIs(t, err, model.CodeConflict)
	_, err = w.Resend(t.Context(), 99, "ops")
	codeIs(t, err, model.CodeNotFound)
	a.err = model.Errorf(model.CodeDingTalkRejected, "x")
	if m := w.deliverOnce(); m.State != model.MessageDead {
		t.Fatalf("%+v", m)
	}
	if n, err := w.Dead(t.Context()); n != 1 || err != nil {
		t.Errorf("%d dead, %v", n, err)
	}
	a.err = nil
	m, err := w.Resend(t.Context(), 1, "ops")
	if err != nil || m.ResentBy != "ops" || m.Attempts != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	if m = w.deliverOnce(); m.State != model.MessageSent || a.uuids[0] == a.uuids[1] {
		t.Errorf("%+v with UUIDs %v", m, a.uuids)
	}
	events, err := w.History(t.Context(), 1001, 0, 10)
	if err != nil || events[len(events)-1].Kind != model.EventKindResent || events[len(events)-1].Actor != "ops" {
		t.Errorf("%+v, %v", events, err)
	}
}
