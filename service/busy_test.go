package service

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func (w *world) verdict(pairs ...string) model.Verdict {
	w.t.Helper()
	v, err := w.Validate(w.t.Context(), form(pairs...))
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func TestAFormIsToldWhoElseDeploys(t *testing.T) {
	w := newWorld(t)
	w.jenkins.SetJob(webJob, lasting)
	if v := w.verdict(); v != (model.Verdict{}) {
		t.Errorf("while nobody does: %+v", v)
	}
	w.submit("实例ID", "1")
	w.turns(3)
	w.submit("实例ID", "2", "发起人", "li")
	w.submit("实例ID", "3", "应用名称", "订单服务", "执行方式", "手动", "发起人", "")
	const web = "应用“商城前端”正在上线：R-1001 (zhang，执行中)、R-1002 (li，等待)"
	const order = "应用“订单服务”已有等待上线的单：R-1003 (等待)"
	const mayWait, mustWait = "；可以提交，会按批准的顺序排队", "；请等它结束后再提交"
	both := []string{"应用名称", `["商城前端","订单服务","商城接口服务"]`}
	if v := w.verdict(both...); v.Problems != "" || v.Warnings != web+mayWait+"\n"+order+mayWait {
		t.Errorf("%+v", v)
	}
	w.policies = []ProjectPolicy{{Busy: BusyRefuse}}
	if v := w.verdict(both...); v.Problems != web+mustWait+"\n"+order+mustWait || v.Warnings != "" {
		t.Errorf("%+v", v)
	}
	w.submit("实例ID", "4") // what was approved waits for its turn
	if v := w.verdict("ENV", "mars"); strings.Count(v.Problems, "\n") != 1 {
		t.Errorf("beside another problem: %+v", v)
	}
	w.submit("实例ID", "5")
	if v := w.verdict(); !strings.Contains(v.Problems, "R-1001 (zhang，执行中)、R-1002 (li，等待)、R-1004 (zhang，等待)等 4 张；") {
		t.Errorf("of many: %+v", v)
	}
	w.policies = []ProjectPolicy{{Busy: BusyIgnore}}
	if v := w.verdict(both...); v != (model.Verdict{}) {
		t.Errorf("ignored: %+v", v)
	}
}

// slowStore answers who is busy only when nobody waits for it any more.
type slowStore struct{ Store }

func (slowStore) Occupants(ctx context.Context, _ string, _ int) ([]model.Occupant, error) {
	<-ctx.Done()
	return nil, model.Wrap(model.CodeDatabaseUnavailable, ctx.Err(), "数据库暂时无法访问")
}

// Everything else is told all the same, and in time.
func TestASlowDatabaseFailsNoForm(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Store = slowStore{o.Store}
		o.Policies = []ProjectPolicy{{Busy: BusyRefuse}}
	})
	began := time.Now()
	v := w.verdict("ENV", "mars")
	took := time.Since(began)
	if !strings.HasPrefix(v.Problems, "参数“ENV”的值“mars”不在可选范围内") || strings.Contains(v.Problems, "\n") ||
		v.Warnings != "暂时查不到所选应用是否正在上线(数据库没有及时答复)，可以先提交" {
		t.Errorf("%+v", v)
	}
	if bound := validateWithin; took > 10*bound {
		t.Errorf("it took %s, many times %s", took, bound)
	}
}

// TestFiveProblemsAtOnce: none of them hides another.
func TestFiveProblemsAtOnce(t *testing.T) {
	yes := true
	w := newWorld(t, func(o *Options) {
		o.Policies = []ProjectPolicy{{
			RequireReason: &yes, Busy: BusyRefuse, DBChange: DBChangeForbid, Windows: []Window{span(10, 17, workdays...)},
		}}
	})
	w.submit("执行方式", "手动")
	v := w.verdict("ENV", "mars", "上线说明", "", "是否有数据库变更", "是", "执行方式", "定时", "执行时间", "2026-11-22 21:00")
	want := []string{
		"参数“ENV”的值“mars”不在可选范围内(staging、prod)",
		"执行时间 2026-11-22 21:00 不在允许上线的时间(周一至周四 10:00-17:00)内，最近可以选 2026-11-23 10:00",
		"项目“商城”不允许带数据库变更上线，请先单独完成数据库变更",
		"请填写“上线说明”，至少 4 个字",
		"应用“商城前端”已有等待上线的单：R-1001 (zhang，等待)；请等它结束后再提交",
	}
	if got := strings.Split(v.Problems, "\n"); !slices.Equal(got, want) || v.Warnings != "" {
		t.Errorf("%q, warnings %q", got, v.Warnings)
	}
}

func TestTimesOfAForm(t *testing.T) {
	w := newWorld(t, officeHours, func(o *Options) { o.Policies[0].Busy = BusyIgnore })
	const opens = "不在允许上线的时间(周一至周四 10:00-17:00)内，"
	if v := w.verdict(); v.Problems != "" || v.Warnings != "现在"+opens+"批准后要等到 2026-11-23 10:00 才开始部署" {
		t.Errorf("at once: %+v", v)
	}
	for at, want := range map[string]string{
		"2026-11-22 21:00": "执行时间 2026-11-22 21:00 " + opens + "最近可以选 2026-11-23 10:00",
		"2026-11-26 17:00": "执行时间 2026-11-26 17:00 " + opens + "最近可以选 2026-11-30 10:00",
		"2026-11-26 16:59": "",
	} {
		pairs := []string{"执行方式", "定时", "执行时间", at}
		if v := w.verdict(pairs...); v.Problems != want || v.Warnings != "" {
			t.Errorf("%s: %+v", at, v)
		}
		_, err := w.Submit(t.Context(), form(append(pairs, "实例ID", at)...), "connector")
		if (err == nil) != (want == "") || (err != nil && model.MessageOf(err) != want) {
			t.Errorf("%s, approved: %v", at, err)
		}
	}
	if v := w.verdict("应用名称", "订单服务", "执行方式", "手动"); v != (model.Verdict{}) {
		t.Errorf("when a person starts it: %+v", v)
	}
	w.submit("实例ID", "now") // waits
}
