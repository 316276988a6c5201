package service

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// tellingWhy has people told the last lines of builds that failed.
func tellingWhy(o *Options) {
	o.Logs.FailureLines, o.Logs.Mask = 3, []*regexp.Regexp{regexp.MustCompile(`token=(\S+)`)}
}

// breaks lets the builds of a job fail: a pipeline of two stages.
func breaks(w *world, job, log string) {
	j := jenkinstest.Company()[slices.IndexFunc(jenkinstest.Company(), func(j jenkinstest.Job) bool { return j.FullName == job })]
	j.Kind, j.Stages, j.Result, j.Error, j.Log = jenkinstest.Pipeline, []string{"构建", "发布"}, "FAILURE", "exit code 1 of login hunter2hunter2", log
	w.jenkins.RemoveJob(job)
	w.jenkins.AddJob(j)
}

func (w *world) failureOf(number string) *model.Failure {
	w.t.Helper()
	if details := w.release(number).Deployments[0].Details; details != nil {
		return details.Failure
	}
	return nil
}

// lastOf is what the last message to a recipient says.
func (w *world) lastOf(recipient string) string {
	for _, m := range slices.Backward(w.inbox.got) {
		if m.Recipient == recipient {
			return m.Markdown
		}
	}
	return ""
}

func TestAFailureIsToldWithItsStageAndLastLines(t *testing.T) {
	w := newWorld(t, tellingWhy)
	breaks(w, webJob, "first\n\nlogin hunter2hunter2 token=abc ok\n\x1b[31mERROR\x1b[0m: refused @13800000000\n[Pipeline] }\n \nlast ![x](http://evil.example.com)")
	w.jenkins.SetJob(webJob, func(j *jenkinstest.Job) {
		j.Parameters = append(j.Parameters, jenkinstest.Parameter{Name: "DEPLOY_TOKEN"})
	})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	number := w.submit("DEPLOY_TOKEN", "hunter2hunter2").Number
	spent := w.cost(func() { w.turns(3) })
	w.want(number, model.ReleaseFailed, model.StateFailed)
	want := &model.Failure{Stage: "发布", Error: "exit code 1 of login ******", Lines: []string{
		"login ****** token=****** ok", "ERROR: refused @13800000000", "last ![x](http://evil.example.com)",
	}}
	if diff := cmp.Diff(want, w.failureOf(number)); diff != "" {
		t.Error(diff)
	}
	if spent["GET wfapi/describe"] != 1 || spent["GET logText/progressiveText"] != 1 {
		t.Errorf("it cost %v", spent)
	}
	for _, recipient := range []string{"ops", "zhang"} {
		text := w.lastOf(recipient)
		for _, says := range []string{"失败阶段：发布：exit code 1 of login ＊＊＊＊＊＊", "> ERROR: refused ＠13800000000", "> last !［x］(http：//evil.example.com)"} {
			if !strings.Contains(text, says) {
				t.Errorf("%s is told\n%s\nwithout %q", recipient, text, says)
			}
		}
	}
}

// What did not fail costs nothing more, nor what people stopped.
func TestOnlyAFailureIsAskedAbout(t *testing.T) {
	w := newWorld(t, tellingWhy)
	slowly(etlJob)(w)
	spent := w.cost(func() {
		w.submit()
		w.turns(3)
		w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
		w.submit(append(toETL, "实例ID", "inst-2")...)
		w.turns(5)
		if _, err := w.Cancel(t.Context(), 1002, 0, "ops", "计划有变"); err != nil {
			t.Fatal(err)
		}
		w.turns(5)
		w.want("R-1002", model.ReleaseFailed, model.StateAborted)
	})
	if n := spent["GET wfapi/describe"] + spent["GET logText/progressiveText"]; n != 0 || w.failureOf("R-1001") != nil || w.failureOf("R-1002") != nil {
		t.Errorf("it cost %v", spent)
	}
}

// silentLogs is a Jenkins whose logs never come.
type silentLogs struct {
	Jenkins
	asked int
}

func (s *silentLogs) LogEnd(ctx context.Context, _ string, _, _ int64) (string, error) {
	s.asked++
	<-ctx.Done()
	return "", model.Wrap(model.CodeJenkinsUnavailable, ctx.Err(), "没有收到答复")
}

// A log that does not come holds up no end, is not asked for again and again, and does not make Jenkins count as away.
func TestALogThatDoesNotComeHoldsUpNoEnd(t *testing.T) {
	hangs := &silentLogs{}
	w := newWorld(t, tellingWhy, func(o *Options) { hangs.Jenkins, o.Controllers[0].Client = o.Controllers[0].Client, hangs })
	breaks(w, webJob, "words")
	for i := range tripAfter + 1 {
		number := w.submit("实例ID", fmt.Sprint("inst-", i)).Number
		w.turns(3)
		w.want(number, model.ReleaseFailed, model.StateFailed)
	}
	if f := w.failureOf("R-1001"); f == nil || f.Stage != "发布" || f.Lines != nil || w.failureOf("R-1002") != nil {
		t.Errorf("%+v, %+v", f, w.failureOf("R-1002"))
	}
	if hangs.asked != 1 || w.controller().line.failures != 0 {
		t.Errorf("asked %d times, %d failures", hangs.asked, w.controller().line.failures)
	}
}

func TestAFailureOfWhichNothingIsKnownIsToldAllTheSame(t *testing.T) {
	w := newWorld(t, tellingWhy)
	breaks(w, webJob, "words")
	w.submit()
	w.turns(1)
	w.jenkins.Fail(500, 9, "GET /job/deploy/job/mall/job/mall-web/1/wfapi")
	w.jenkins.Fail(404, 9, "GET /job/deploy/job/mall/job/mall-web/1/logText")
	w.turns(2)
	w.want("R-1001", model.ReleaseFailed, model.StateFailed)
	if f := w.failureOf("R-1001"); f != nil {
		t.Errorf("%+v", f)
	}
	if text := w.lastOf("ops"); !strings.Contains(text, "构建结果 FAILURE") {
		t.Errorf("told %s", text)
	}
}

// Of many that failed each has its share, and no message grows beyond what DingTalk takes.
func TestManyFailuresAreToldInOneMessage(t *testing.T) {
	w := newWorld(t, tellingWhy, func(o *Options) { o.Form.Order = model.OrderParallel; o.Logs.FailureLines = 50 })
	names := []string{"商城前端", "商城接口服务", "订单服务", "搜索服务"}
	for _, job := range []string{"mall-web", "mall-api", "mall-order", "mall-search"} {
		breaks(w, "deploy/mall/"+job, strings.Repeat(strings.Repeat("长", 60)+"\n", 40)+"the end of "+job)
	}
	w.submit("应用名称", `["`+strings.Join(names, `","`)+`"]`)
	w.turns(25)
	w.want("R-1001", model.ReleaseFailed, model.StateFailed, model.StateFailed, model.StateFailed, model.StateFailed)
	for _, d := range w.release("R-1001").Deployments {
		size := 0
		for _, line := range d.Details.Failure.Lines {
			size += len(line)
		}
		if size < 1000 || size > maxFailureText {
			t.Errorf("%s: %d bytes are kept", d.Key(), size)
		}
	}
	for recipient, most := range map[string]int{"ops": 9000, "zhang": 2800} {
		text := w.lastOf(recipient)
		if strings.Count(text, "> the end of mall-") != 4 || len(text) > most {
			t.Errorf("%s is told %d bytes:\n%s", recipient, len(text), text)
		}
	}
}

func TestLastWords(t *testing.T) {
	same := func(line string) string { return line }
	for _, c := range []struct {
		text string
		n    int
		want []string
	}{
		{"", 3, nil}, {"\n\n", 3, nil}, {"a\nb\nc\nd\n", 3, []string{"b", "c", "d"}}, {"a\nb", 3, []string{"a", "b"}}, {"a\nb", 0, nil},
		{"a\n  \n[Pipeline] }\n[2026-11-22T12:00:00.123Z] [Pipeline] // stage\n[Pipeline]no\nFinished: FAILURE\n", 3, []string{"a", "[Pipeline]no"}},
		{"[2026-11-22T12:00:00.123Z] ERROR: x \n", 1, []string{"[2026-11-22T12:00:00.123Z] ERROR: x"}},
		{strings.Repeat("x", 5000) + "\nend", 2, []string{strings.Repeat("x", maxFailureLine-1) + "…", "end"}},
	} {
		if got := lastWords(c.text, c.n, same); !slices.Equal(got, c.want) {
			t.Errorf("%.40q, %d: %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestTheStageThatFailed(t *testing.T) {
	for want, statuses := range map[string]string{
		"c": "a SUCCESS, b ABORTED, c FAILED, d FAILED", "b": "a SUCCESS, b ABORTED, d UNSTABLE", "d": "a SUCCESS, d UNSTABLE", "": "a SUCCESS, b PONDERING",
	} {
		var stages []model.Stage
		for one := range strings.SplitSeq(statuses, ", ") {
			name, status, _ := strings.Cut(one, " ")
			stages = append(stages, model.Stage{Name: name, Status: status})
		}
		if got := failedStage(stages); (got == nil) != (want == "") || got != nil && got.Name != want {
			t.Errorf("%s: %+v", statuses, got)
		}
	}
}

// A failure that is seen only when Jenkins is asked for the queue item, or after a push, is told like any other.
func TestAFailureAfterAPush(t *testing.T) {
	w := newWorld(t, tellingWhy)
	breaks(w, webJob, "words of the build")
	w.submit()
	w.submitDueNow()
	w.clock.Advance(time.Minute)
	before := maps.Clone(w.jenkins.Ledger().ByPath)
	follower{worker{w.Service, w.controller()}}.heed(t.Context(), knock{job: webJob, number: 1})
	w.want("R-1001", model.ReleaseFailed, model.StateFailed)
	if f := w.failureOf("R-1001"); f == nil || !slices.Equal(f.Lines, []string{"Started by user admin", "words of the build"}) {
		t.Errorf("%+v, %v", f, before)
	}
}
