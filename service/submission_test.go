package service

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func TestRepeatGetsTheFirstAnswerAndDeploysNothing(t *testing.T) {
	w := newWorld(t)
	first := w.submit()
	w.turns(3)
	for _, again := range [][]string{nil, {"审批人", "wang"}, {"审批编号", ""}} {
		got := w.submit(again...)
		if !got.Duplicate || got.Number != first.Number || got.State != first.State {
			t.Errorf("repeat with %v answered %+v", again, got)
		}
	}
	w.turns(3)
	if n := len(w.builds(webJob)); n != 1 {
		t.Errorf("%d builds, want 1", n)
	}
}

func TestRepeatIsAnsweredEvenWhenTheFormWouldNotPassAnyMore(t *testing.T) {
	w := newWorld(t)
	first := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30")
	w.clock.Advance(5 * time.Hour)
	w.jenkins.RemoveJob(webJob)
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	if got := w.submit("执行方式", "定时", "执行时间", "2026-11-22 20:30"); !got.Duplicate || got.Number != first.Number {
		t.Errorf("answered %+v", got)
	}
}

func TestSameApprovalWithAnotherContentIsRefused(t *testing.T) {
	w := newWorld(t)
	w.submit()
	_, err := w.Submit(t.Context(), form("VERSION", "v9.9.9"), "connector")
	codeIs(t, err, model.CodeSubmissionConflict)
	if !strings.Contains(model.MessageOf(err), "R-1001") {
		t.Errorf("message %q", model.MessageOf(err))
	}
}

func TestIdempotencyKeys(t *testing.T) {
	same := []string{"实例ID", ""}
	for name, c := range map[string]struct {
		first, second []string
		later         time.Duration
		duplicate     bool
	}{
		"request id":                       {[]string{"实例ID", "", "requestId", "q1"}, []string{"实例ID", "", "requestId", "q1"}, 0, true},
		"another request id":               {[]string{"实例ID", "", "requestId", "q1"}, []string{"实例ID", "", "requestId", "q2"}, 0, false},
		"instance known later":             {[]string{"实例ID", "", "requestId", "q1"}, []string{"requestId", "q1"}, 0, true},
		"copied form keeps the request id": {[]string{"requestId", "q1"}, []string{"实例ID", "inst-2", "requestId", "q1"}, 0, false},
		"no id, same day":                  {same, same, 3 * time.Hour, true},
		"no id, another initiator":         {same, []string{"实例ID", "", "发起人", "li"}, 0, false},
		"no id, next day":                  {same, same, 24 * time.Hour, false},
		"no id, just after midnight":       {same, same, 4 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if name == "no id, just after midnight" {
				w.clock.Advance(3*time.Hour + 58*time.Minute) // 23:58 in Shanghai
			}
			first := w.submit(c.first...)
			w.clock.Advance(c.later)
			second := w.submit(c.second...)
			if second.Duplicate != c.duplicate || (second.Number == first.Number) != c.duplicate {
				t.Errorf("first %+v, second %+v", first, second)
			}
		})
	}
}

func TestTheSameSubmissionManyTimesAtOnce(t *testing.T) {
	w := newWorld(t)
	var all sync.WaitGroup
	answers := make([]model.Receipt, 50)
	for i := range answers {
		all.Go(func() {
			var err error
			if answers[i], err = w.Submit(t.Context(), form(), "connector"); err != nil {
				t.Errorf("submission %d: %v", i, err)
			}
		})
	}
	all.Wait()
	firsts := 0
	for _, a := range answers {
		if !a.Duplicate {
			firsts++
		}
		if a.Number != answers[0].Number {
			t.Errorf("numbers %s and %s", a.Number, answers[0].Number)
		}
	}
	w.turns(3)
	if n := len(w.builds(webJob)); firsts != 1 || n != 1 {
		t.Errorf("%d first answers and %d builds, want one each", firsts, n)
	}
}

func TestRefusedFormIsToldOnceAndLeavesNoRelease(t *testing.T) {
	w := newWorld(t)
	for range 4 { // DingTalk calls up to three times again
		_, err := w.Submit(t.Context(), form("是否有数据库变更", "是", "数据库变更是否完成", "否", "ENV", "mars"), "connector")
		codeIs(t, err, model.CodeValidationFailed)
		if lines := strings.Split(model.MessageOf(err), "\n"); len(lines) != 2 || lines[1] != "请先完成数据库变更" {
			t.Fatalf("message %q", lines)
		}
		w.turn()
	}
	if titles := w.inbox.titles("zhang"); len(titles) != 1 || titles[0] != "上线申请未被接受" {
		t.Errorf("the initiator got %q", titles)
	}
	list, err := w.List(t.Context(), model.ReleaseFilter{Limit: 10})
	if err != nil || len(list) != 0 {
		t.Errorf("%d releases: %v", len(list), err)
	}
	// Once it is right, the same approval is accepted.
	if got := w.submit("是否有数据库变更", "是", "数据库变更是否完成", "是"); got.Duplicate {
		t.Error("the corrected form counted as a repeat")
	}
}

func TestWithoutACatalogueNothingIsAcceptedNorRefused(t *testing.T) {
	w := newWorld(t)
	fresh := New(w.options)
	_, err := fresh.Submit(t.Context(), form(), "connector")
	codeIs(t, err, model.CodeCatalogueUnready)
	_, err = fresh.Validate(t.Context(), form())
	codeIs(t, err, model.CodeCatalogueUnready)
	_, err = fresh.ProjectOptions(t.Context(), model.Question{})
	codeIs(t, err, model.CodeCatalogueUnready)
}

func TestSavedCatalogueServesWhileJenkinsIsDown(t *testing.T) {
	w := newWorld(t)
	w.jenkins.Down(true)
	w.clock.Advance(time.Minute)
	w.reborn()
	if err := w.RefreshOnce(t.Context(), "prod"); err == nil {
		t.Fatal("Jenkins is not down")
	}
	if got := w.submit(); got.Number != "R-1001" {
		t.Errorf("answered %+v", got)
	}
	w.jenkins.Down(false)
	w.turns(5)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}

func TestEveryKeyLeadsToTheReleaseOnceItIsKnown(t *testing.T) {
	w := newWorld(t)
	first := w.submit("实例ID", "", "requestId", "q1")
	for _, again := range [][]string{{"requestId", "q1"}, nil} { // both ids, then the instance alone
		if got := w.submit(again...); !got.Duplicate || got.Number != first.Number {
			t.Errorf("with %v: %+v", again, got)
		}
	}
}

func TestFormWhoseIDWasUsedForSomethingElseIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		second []string
		later  time.Duration
	}{
		"another content":   {[]string{"实例ID", "", "requestId", "q1", "VERSION", "v9"}, time.Minute},
		"copied days later": {[]string{"实例ID", "", "requestId", "q1"}, 48 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.submit("实例ID", "", "requestId", "q1")
			w.turns(3)
			w.clock.Advance(c.later)
			for range 3 {
				_, err := w.Submit(t.Context(), form(c.second...), "connector")
				codeIs(t, err, model.CodeSubmissionConflict)
			}
			w.turn()
			for _, who := range []string{"zhang", "wang", "ops"} {
				if titles := w.inbox.titles(who); titles[len(titles)-1] != "上线申请未被接受" || len(titles) != 3 {
					t.Errorf("%s got %q", who, titles)
				}
			}
		})
	}
}
