package service

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// untold spares the scenarios that are not about notices all of them, and robotsTold most.
func untold(o *Options)     { o.WorkNotices, o.Robots = false, nil }
func robotsTold(o *Options) { o.WorkNotices = false }

// briefly shortens what is only waited for, and does one thing after the other.
func briefly(o *Options) {
	o.Controllers[0].MaxInFlight = 1
	o.Pace.Settle, o.Pace.Forget = 30*time.Second, 30*time.Second
}

// slowly makes a job take longer than a bridge is away.
func slowly(job string) func(*world) {
	return func(w *world) { w.jenkins.SetJob(job, func(j *jenkinstest.Job) { j.Duration = 4 * time.Minute }) }
}

// quiet lets Jenkins queue and start nothing until the scene that ends it.
func quiet() scene { return scene{do: func(p *play) error { p.world.jenkins.QuietDown(); return nil }} }

func noisy(when func(*play) bool) scene {
	return scene{when: when, do: func(p *play) error { p.world.jenkins.CancelQuietDown(); return nil }}
}

// byHand lets somebody else trigger a job.
func byHand(path, body string) scene {
	return scene{do: func(p *play) error { p.world.byHand("li", path, body); return nil }}
}

// operates is a person who presses a button until it has happened.
func operates(when func(*play) bool, press func(*play, int64) error) scene {
	return scene{when: when, do: func(p *play) error {
		if err := press(p, p.releases()[0].ID); err != nil && model.CodeOf(err) != model.CodeConflict {
			return err
		}
		return nil
	}}
}

func cancels(p *play, id int64) error {
	_, err := p.Cancel(p.t.Context(), id, 0, "ops", "停")
	return err
}

// isOver tells whether the n-th release is at its end.
func isOver(n int) func(*play) bool {
	return func(p *play) bool {
		all := p.releases()
		return len(all) >= n && all[n-1].State.Terminal()
	}
}

func retries(p *play, id int64) error {
	_, err := p.Retry(p.t.Context(), id, 0, "ops", "已修复")
	return err
}

// failsEveryOther lets every other build of a job fail, the first of them first.
func failsEveryOther(job string) func(*world) {
	return func(w *world) {
		w.jenkins.SetJob(job, func(j *jenkinstest.Job) {
			j.ResultOf = func(b jenkinstest.Build) string {
				if b.Number%2 == 1 {
					return "FAILURE"
				}
				return "SUCCESS"
			}
		})
	}
}

// ends judges the only release's end.
func ends(want model.ReleaseState, builds int) func(*play) {
	return func(p *play) {
		r := p.releases()[0]
		if n := len(p.made()); r.State != want || n != builds {
			p.t.Errorf("%s with %d builds (%s), want %s with %d", r.State, n, r.Deployments[0].Message, want, builds)
		}
	}
}

var (
	toSync  = []string{"项目名称", "数据平台", "应用名称", "数据同步"}
	toFlush = []string{"项目名称", "数据平台", "应用名称", "清理缓存", "VERSION", "", "ENV", "", "DRY_RUN", ""}
	toETL   = []string{"项目名称", "数据平台", "应用名称", "离线任务"}
)

// scenarios are what every crash is tried on.
func scenarios() map[string]scenario {
	silence := []func(*Options){untold}
	all := map[string]scenario{
		"one app, people told":     {script: []scene{submits("a", "审批人", "")}},
		"two apps in sequence":     {adjust: silence, script: []scene{submits("a", "应用名称", `["商城前端","订单服务"]`)}},
		"without release number":   {adjust: silence, script: []scene{submits("a", toSync...)}},
		"without parameters":       {adjust: silence, script: []scene{submits("a", toFlush...)}},
		"input answered by a rule": {adjust: append(silence, allow("^ApproveProd$", nil)), script: []scene{submits("a", "项目名称", "支付", "应用名称", "清结算")}},
		"second of the same job": {adjust: silence, script: []scene{
			submits("a"), submits("b", "VERSION", "v2.1.1"),
		}},
	}
	for name, s := range waitingScenarios() {
		all[name] = s
	}
	for name, s := range operatedScenarios() {
		all[name] = s
	}
	for name, s := range approvalScenarios() {
		all[name] = s
	}
	for name, s := range driftScenarios() {
		all[name] = s
	}
	for name, s := range inputScenarios() {
		all[name] = s
	}
	for name, s := range all {
		s.adjust = append(slices.Clone(s.adjust), briefly)
		all[name] = s
	}
	return all
}

// tillSoon keeps deployments from starting in the first ten minutes of every hour, in which plays begin; tillLate always.
func tillSoon(o *Options) {
	var windows []Window
	for hour := range 24 {
		at := time.Duration(hour) * time.Hour
		windows = append(windows, Window{From: at + 10*time.Minute, To: at + time.Hour})
	}
	open(windows...)(o)
}

func tillLate(o *Options) {
	o.Policies = []ProjectPolicy{{Freezes: []Freeze{{From: time.Unix(0, 0), To: time.Unix(1<<32, 0)}}}}
}

// waits tells whether the first app of the n-th release waits for the reason.
func waits(n int, why model.Wait) func(*play) bool {
	return func(p *play) bool {
		all := p.releases()
		return len(all) >= n && all[n-1].Deployments[0].Wait == why
	}
}

// waitingScenarios have to wait for a time, for Jenkins, or for somebody else's build.
func waitingScenarios() map[string]scenario {
	silence, robot := []func(*Options){untold}, []func(*Options){robotsTold}
	started := func(p *play) bool { return len(p.releases()) > 0 && p.world.clock.Now().Sub(p.began) > 4*time.Second }
	return map[string]scenario{
		"at a set time": {adjust: silence, script: []scene{{do: func(p *play) error {
			at := p.began.Add(10 * time.Minute).In(shanghai).Format("2006-01-02 15:04")
			return p.submit("a", "executeMode", "定时", "执行时间", at)
		}}}, judge: func(p *play) {
			ends(model.ReleaseSucceeded, 1)(p)
			if at := p.releases()[0].ScheduledAt; p.made()[0].Queued.Before(*at) {
				p.t.Errorf("built at %s, before %s", p.made()[0].Queued, at)
			}
		}},
		"folded": {adjust: silence, script: []scene{
			quiet(), byHand("/job/deploy/job/data/job/data-sync/buildWithParameters?delay=0sec", "VERSION=v2.1.0&ENV=prod&DRY_RUN=false"),
			submits("a", toSync...), noisy(started),
		}},
		"folded without parameters": {adjust: silence, script: []scene{
			quiet(), byHand("/job/deploy/job/data/job/data-cache-flush/build?delay=0sec", ""), submits("a", toFlush...), noisy(started),
		}},
		"Jenkins away for a while": {adjust: silence, script: []scene{
			{do: func(p *play) error { p.world.jenkins.Down(true); return nil }}, submits("a"), submits("b", "应用名称", "订单服务"),
			{when: func(p *play) bool { return p.world.clock.Now().Sub(p.began) > time.Minute }, do: func(p *play) error {
				p.world.jenkins.Down(false)
				return nil
			}},
		}},
		"outside its window": {adjust: append(silence, tillSoon), script: []scene{
			submits("a", "应用名称", `["商城前端","订单服务"]`),
		}, judge: ends(model.ReleaseSucceeded, 2)},
		"let go on outside its window": {adjust: append(silence, tillLate), script: []scene{
			submits("a"), operates(waits(1, model.WaitWindow), func(p *play, id int64) error {
				_, err := p.Start(p.t.Context(), id, "ops", "紧急修复")
				return err
			}),
		}, judge: ends(model.ReleaseSucceeded, 1)},
		"refused": {adjust: robot, script: []scene{{do: func(p *play) error {
			err := p.submit("a", "ENV", "moon", "上线说明", fmt.Sprint("第", p.take))
			delete(p.receipts, "a")
			if model.CodeOf(err) != model.CodeValidationFailed {
				return errors.Join(errors.New("was not refused"), err)
			}
			return nil
		}}}, judge: func(p *play) {
			if got := p.world.inbox.got[p.told:]; len(got) == 0 || got[0].Kind != model.NoticeRefused {
				p.t.Errorf("told %v", got)
			}
		}},
	}
}

// operatedScenarios need a person.
func operatedScenarios() map[string]scenario {
	silence, robot := []func(*Options){untold}, []func(*Options){robotsTold}
	kill := scene{when: state(1, model.StateRunning), do: func(p *play) error { p.world.jenkins.Kill(0); return nil }}
	return map[string]scenario{
		"cancelled while queued": {adjust: silence, script: []scene{
			quiet(), submits("a"), operates(state(1, model.StateQueued), cancels),
			noisy(func(p *play) bool { return p.releases()[0].State.Terminal() }),
		}, judge: ends(model.ReleaseCancelled, 0)},
		"cancelled while running": {adjust: silence, jobs: slowly(etlJob), script: []scene{
			submits("a", toETL...), operates(state(1, model.StateRunning), cancels),
		}, judge: ends(model.ReleaseFailed, 1)},
		"cancelled while running, and stubborn": {adjust: append(silence, forcefully), jobs: func(w *world) {
			w.jenkins.SetJob(payJob, func(j *jenkinstest.Job) { j.Stubborn, j.Duration, j.Inputs = 2, time.Hour, nil })
		}, script: []scene{
			submits("a", "项目名称", "支付", "应用名称", "清结算"), operates(state(1, model.StateRunning), cancels),
		}, judge: ends(model.ReleaseFailed, 1)},
		"failed and retried": {adjust: append(silence, twice), jobs: failsEveryOther(webJob), script: []scene{
			submits("a", "应用名称", `["商城前端","订单服务"]`), operates(func(p *play) bool { return p.releases()[0].State == model.ReleaseFailed }, retries),
		}, judge: ends(model.ReleaseSucceeded, 3)},
		"failed and retried, without release number": {adjust: append(silence, twice), jobs: failsEveryOther(syncJob), script: []scene{
			submits("a", toSync...), operates(state(1, model.StateFailed), retries),
		}, judge: ends(model.ReleaseSucceeded, 2)},
		"rolled back": {adjust: append(silence, rollbacks), script: []scene{
			submits("a", "VERSION", "v1"),
			{when: isOver(1), do: func(p *play) error { return p.submit("b", "VERSION", "v2") }},
			{when: isOver(2), do: func(p *play) error {
				done, err := p.RollBack(p.t.Context(), p.releases()[1].ID, undo)
				if err == nil {
					p.receipts["back"] = model.Receipt{Number: done.Release.Number()}
				}
				return err
			}},
		}, judge: func(p *play) {
			ends(model.ReleaseSucceeded, 3)(p)
			if made := p.made(); made[2].Parameters["VERSION"] != "v1" {
				p.t.Errorf("went back to %v", made[2].Parameters)
			}
		}},
		"lost and retried": {adjust: silence, jobs: slowly(etlJob), vanishing: 1, script: []scene{
			submits("a", toETL...), kill, operates(state(1, model.StateLost), func(p *play, id int64) error {
				_, err := p.Retry(p.t.Context(), id, 0, "ops", "确认没有部署")
				return err
			}),
		}, judge: ends(model.ReleaseSucceeded, 2)},
		"lost and abandoned": {adjust: robot, jobs: slowly(etlJob), vanishing: 1, script: []scene{
			submits("a", toETL...), kill, operates(state(1, model.StateLost), func(p *play, id int64) error {
				_, err := p.Abandon(p.t.Context(), id, 0, "ops", "不再需要")
				return err
			}),
		}, judge: ends(model.ReleaseFailed, 1)},
	}
}
