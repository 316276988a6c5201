package service

import (
	"context"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// corp is a Messenger that takes work notices, and tells later what became of them.
type corp struct {
	asked []int64
	fate  model.NoticeFate
	err   error
}

func (*corp) Deliver(context.Context, model.Message) (int64, error) { return 77, nil }

func (c *corp) SendResult(_ context.Context, task int64) (model.NoticeFate, error) {
	c.asked = append(c.asked, task)
	return c.fate, c.err
}

// gone counts what was given up.
type gone struct {
	silent
	codes []model.Code
}

func (g *gone) GaveUp(_ model.Channel, code model.Code) { g.codes = append(g.codes, code) }

func newCorp(t *testing.T) (*world, *corp, *gone) {
	c, g := &corp{}, &gone{}
	w := newWorld(t, func(o *Options) { o.Messenger, o.Fates, o.Observer, o.Robots = c, c, g, nil })
	w.submit("审批人", "zhang")
	w.deliverAll()
	return w, c, g
}

func (w *world) checkAll() model.Message {
	w.t.Helper()
	if err := w.checkDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return w.outbox()[0]
}

func TestWhatBecomesOfAWorkNotice(t *testing.T) {
	zhang := []string{"zhang"}
	for name, c := range map[string]struct {
		fate  model.NoticeFate
		state model.MessageState
		code  model.Code
	}{
		"read":        {model.NoticeFate{Read: zhang}, model.MessageSent, ""},
		"unread":      {model.NoticeFate{Unread: zhang}, model.MessageSent, ""},
		"repeat":      {model.NoticeFate{Dropped: map[string]string{"zhang": model.DropRepeat}}, model.MessageSent, ""},
		"daily limit": {model.NoticeFate{Dropped: map[string]string{"zhang": model.DropDailyLimit}}, model.MessageDead, model.CodeDingTalkQuota},
		"forbidden":   {model.NoticeFate{Dropped: map[string]string{"zhang": ""}}, model.MessageDead, model.CodeDingTalkForbidden},
		"invalid":     {model.NoticeFate{Invalid: zhang}, model.MessageDead, model.CodeDingTalkNotFound},
		"failed":      {model.NoticeFate{Failed: zhang}, model.MessageDead, model.CodeDingTalkUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w, corp, gone := newCorp(t)
			corp.fate = c.fate
			if w.checkAll(); len(corp.asked) != 0 {
				t.Fatal("asked at once")
			}
			w.clock.Advance(firstCheck)
			m := w.checkAll()
			if m.State != c.state || m.LastCode != c.code || m.CheckAt != nil || len(corp.asked) != 1 || corp.asked[0] != 77 {
				t.Errorf("%+v, asked for %v", m, corp.asked)
			}
			dead := c.state == model.MessageDead
			if dead != (len(gone.codes) == 1) || dead && m.LastError == "" {
				t.Errorf("given up: %v, because %q", gone.codes, m.LastError)
			}
			w.clock.Advance(time.Hour)
			if w.checkAll(); len(corp.asked) != 1 {
				t.Error("asked again")
			}
		})
	}
}

// DingTalk may not know yet, or not answer; after a day it does not know any more.
func TestFateIsAskedForMoreSlowlyAndNotForEver(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"unknown": nil, "away": model.Errorf(model.CodeDingTalkUnavailable, "x")} {
		t.Run(name, func(t *testing.T) {
			w, corp, _ := newCorp(t)
			corp.err = err
			for range 60 * 48 {
				w.clock.Advance(30 * time.Second)
				w.checkAll()
			}
			m := w.checkAll()
			if m.State != model.MessageSent || m.CheckAt != nil || len(corp.asked) < 5 || len(corp.asked) > 20 {
				t.Errorf("%+v after %d questions", m, len(corp.asked))
			}
		})
	}
}

func TestRobotsAreNotAskedAbout(t *testing.T) {
	w, _ := newOutbox(t)
	if m := w.deliverOnce(); m.TaskID != 0 || m.CheckAt != nil {
		t.Errorf("%+v", m)
	}
}
