package service

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	waits := func(abort bool) func(*Options) {
		return func(o *Options) {
			o.Controllers[0].InputWait = InputWait{Reminder: 30 * time.Minute, Timeout: 2 * time.Hour, Abort: abort}
			o.Controllers[0].Poll, o.Controllers[0].PollMax = time.Second, 15*time.Second
		}
	}
	// passes lets time pass as the follower would: it looks when it planned to, never before.
	passes := func(w *world, d time.Duration) {
		for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
			next, err := follower{worker{w.Service, w.controller()}}.tick(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.deliverDue(t.Context())
			w.clock.Advance(max(next.pause, time.Millisecond))
		}
	}
	titles := func(w *world) []string {
		var all []string
		for _, m := range w.notes(model.NoticeInput) {
			all = append(all, strings.TrimPrefix(m.Title, "上线单 R-1001：支付网关 "))
		}
		return all
	}
	ask := []jenkinstest.Input{{ID: "Go", Message: "继续?"}}
	t.Run("wait", func(t *testing.T) {
		w := asking(t, ask, waits(false))
		passes(w, 29*time.Minute)
		if got := titles(w); len(got) != 1 {
			t.Fatalf("told %q", got)
		}
		passes(w, 70*time.Second)
		want := []string{"等待人工确认", "仍在等待人工确认，已等 30 分 0 秒"}
		if diff := cmp.Diff(want, titles(w)); diff != "" {
			t.Fatalf("at the reminder (-want +got):\n%s", diff)
		}
		w.reborn()
		passes(w, 4*time.Hour)
		if diff := cmp.Diff(append(want, "等待人工确认已超时，继续等待"), titles(w)); diff != "" {
			t.Fatalf("at the end (-want +got):\n%s", diff)
		}
		if err := w.person(model.AnswerRequest{}); err != nil {
			t.Fatal(err)
		}
		w.turns(3)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	})
	t.Run("abort", func(t *testing.T) {
		w := asking(t, ask, waits(true))
		passes(w, 3*time.Hour)
		d := w.want("R-1001", model.ReleaseFailed, model.StateAborted).Deployments[0]
		if got := titles(w); len(got) != 3 || got[2] != "等待人工确认已超时，自动拒绝" {
			t.Errorf("told %q", got)
		}
		if answers := w.told(); len(answers) != 1 || answers[0].Proceed || d.Answers[0].By != "system" || d.Answers[0].Outcome != model.AnswerGiven {
			t.Errorf("Jenkins %+v, recorded %+v", answers, d.Answers)
		}
	})
	t.Run("nobody looked", func(t *testing.T) {
		w := asking(t, ask, waits(true))
		w.clock.Advance(5 * time.Hour)
		w.turns(3)
		if got := titles(w); len(got) != 2 || got[1] != "等待人工确认已超时，自动拒绝" {
			t.Errorf("told %q", got)
		}
		w.want("R-1001", model.ReleaseFailed, model.StateAborted)
	})
	t.Run("answered in time", func(t *testing.T) {
		w := asking(t, ask, waits(true))
		w.clock.Advance(2*time.Hour - time.Second)
		if err := w.person(model.AnswerRequest{}); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		w.turns(3)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	})
}
