package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// TestWhatAnEventCosts: however an approval cannot be read, reading it costs little, ends, and is told.
func TestWhatAnEventCosts(t *testing.T) {
	for name, c := range map[string]struct {
		desk func(*world)
		most int // reads, within a day
		told []string
	}{
		"it never ends":    {func(w *world) { w.open("inst-1") }, 111, []string{"有审批已通过，但没有部署"}},
		"nobody knows it":  {func(*world) {}, 8, []string{"有审批已通过，但没有部署"}},
		"it is too large":  {failing(model.CodeDingTalkTooLarge), 111, []string{"有审批已通过，但暂时无法读取", "有审批已通过，但没有部署"}},
		"no permission":    {failing(model.CodeDingTalkForbidden), 111, []string{"有审批已通过，但暂时无法读取", "有审批已通过，但没有部署"}},
		"DingTalk is away": {failing(model.CodeDingTalkUnavailable), 1450, []string{"有审批已通过，但暂时无法读取", "有审批已通过，但没有部署"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			c.desk(w)
			w.receive(event("inst-1", "finish", "agree"))
			for range 25 * 60 {
				w.clock.Advance(time.Minute)
				w.checkNow()
			}
			w.turn()
			reads, titles := w.desk.reads, w.inbox.titles("ops")
			if reads > c.most {
				t.Errorf("%d reads, at most %d", reads, c.most)
			}
			if len(titles) != len(c.told) {
				t.Fatalf("told %q", titles)
			}
			for i, want := range c.told {
				if !strings.HasPrefix(titles[i], want) {
					t.Errorf("told %q, want %q", titles[i], want)
				}
			}
			w.clock.Advance(time.Hour)
			w.checkNow()
			if w.desk.reads != reads {
				t.Error("goes on for ever")
			}
		})
	}
}

func failing(code model.Code) func(*world) {
	return func(w *world) { w.desk.err = model.Errorf(code, "钉钉审批详情接口出错") }
}

// TestWhatWaitingCosts: the proof of one release is asked for about a hundred times a day, whatever people and Jenkins do.
func TestWhatWaitingCosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(*world, int64)
		most      int
	}{
		"planned anew again and again": {func(w *world, id int64) {
			for range 10 {
				if _, err := w.Replan(w.t.Context(), id, "now", "ops", ""); err != nil {
					w.t.Fatal(err)
				}
			}
		}, 111},
		"Jenkins was never listed": {func(w *world, _ int64) {
			w.desk.change("inst-1", agree("wang"))
			w.offered.Store(nil)
		}, 1450},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			w.open("inst-1")
			got := w.submit()
			c.meanwhile(w, w.release(got.Number).ID)
			for range 23 * 60 * 10 {
				w.clock.Advance(6 * time.Second)
				w.checkNow()
			}
			w.want(got.Number, model.ReleaseVerifying, model.StateWaiting)
			if w.desk.reads > c.most {
				t.Errorf("%d reads, at most %d", w.desk.reads, c.most)
			}
		})
	}
}
