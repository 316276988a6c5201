package service

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func allow(id string, parameters map[string]string) func(*Options) {
	return func(o *Options) {
		o.Controllers[0].Inputs = []InputRule{{
			Job: regexp.MustCompile(".*"), ID: regexp.MustCompile(id), Parameters: parameters,
		}}
	}
}

func TestAllowedInputIsAnsweredWithEveryParameter(t *testing.T) {
	w := newWorld(t, allow("^ApproveProd$", map[string]string{"REGION": "cn-east"}))
	got := w.submit("项目名称", "支付", "应用名称", "清结算")
	w.turns(6)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	answers := w.builds("deploy/pay/pay-clearing")[0].Answers
	if len(answers) != 1 {
		t.Fatalf("%d answers, want 1", len(answers))
	}
	want := map[string]any{"REGION": "cn-east", "TICKET": "OPS-1", "FORCE": false}
	if diff := cmp.Diff(want, answers[0].Parameters); diff != "" {
		t.Errorf("the pipeline got (-want +got):\n%s", diff)
	}
	for _, title := range w.inbox.titles("ops") {
		if strings.Contains(title, "等待人工确认") {
			t.Errorf("people were asked what the bridge answered: %q", title)
		}
	}
}

func TestInputThatIsNotAllowedIsAnnouncedOnceAndLeft(t *testing.T) {
	w := newWorld(t)
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(8)
	w.want(got.Number, model.ReleaseActive, model.StatePaused)
	asked := 0
	for _, title := range w.inbox.titles("wang") {
		if title == "上线单 R-1001：支付网关 等待人工确认" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("announced %d times, want once: %q", asked, w.inbox.titles("wang"))
	}
	w.byHand("li", "/job/deploy/job/pay/job/pay-gateway/1/input/Confirm/proceedEmpty", "")
	w.turns(3)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestInputThatARuleRefusesAbortsTheBuild(t *testing.T) {
	w := newWorld(t, allow("^Confirm$", nil), func(o *Options) { o.Controllers[0].Inputs[0].Abort = true })
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(6)
	w.want(got.Number, model.ReleaseFailed, model.StateAborted)
}

func TestInputWithAPasswordIsLeftToPeople(t *testing.T) {
	w := newWorld(t, allow(".*", map[string]string{"PIN": "0000"}))
	w.jenkins.SetJob("deploy/pay/pay-gateway", func(j *jenkinstest.Job) {
		j.Inputs[0].Parameters = []jenkinstest.Parameter{{Name: "PIN", Kind: jenkinstest.Password, Default: "hunter2"}}
	})
	got := w.submit("项目名称", "支付", "应用名称", "支付网关")
	w.turns(6)
	w.want(got.Number, model.ReleaseActive, model.StatePaused)
	for _, m := range w.inbox.got {
		if strings.Contains(m.Markdown, "hunter2") {
			t.Errorf("a notice shows the password's default: %s", m.Markdown)
		}
	}
	if n := len(w.builds("deploy/pay/pay-gateway")[0].Answers); n != 0 {
		t.Errorf("%d answers", n)
	}
}

// byRules answers questions of deploy/a by rules, with a form and a build of its own.
func byRules(rules []InputRule, step model.InputStep, adjust ...func(*model.Release, *model.Deployment)) (model.Answer, string) {
	d := &model.Deployment{Build: 3, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/a"}, Parameters: []model.ParameterValue{
		{Name: "VERSION", Value: "v2"}, {Name: "API_TOKEN", Value: "hunter2", Secret: true}, {Name: "EMPTY"},
	}}
	r := &model.Release{ID: 1, Deployments: []*model.Deployment{d}, Form: map[string][]string{
		"版本": {"v2.1"}, "灰度": {"是"}, "空": {" "}, "多个": {"a", "b"}, "列表": {`["x"]`}, "说明": {"一\n二"},
	}}
	for _, f := range adjust {
		f(r, d)
	}
	f := follower{worker{&Service{now: func() time.Time { return time.Unix(0, 0) }}, &Controller{Inputs: rules}}}
	return f.answerTo(r, d, step, 1)
}

func TestWhatARuleAnswers(t *testing.T) {
	rule := func(set ...func(*InputRule)) InputRule {
		one := InputRule{Job: regexp.MustCompile("^deploy/a$"), ID: regexp.MustCompile("^X$")}
		for _, f := range set {
			f(&one)
		}
		return one
	}
	fixed := func(name, value string) func(*InputRule) {
		return func(r *InputRule) { r.Parameters = map[string]string{name: value} }
	}
	field := func(name, from string) func(*InputRule) {
		return func(r *InputRule) { r.Fields = map[string]string{name: from} }
	}
	build := func(name, from string) func(*InputRule) {
		return func(r *InputRule) { r.Build = map[string]string{name: from} }
	}
	asks := func(kind model.ParameterKind, choices ...string) model.ParameterDefinition {
		return model.ParameterDefinition{Name: "R", Kind: kind, Choices: choices}
	}
	usual := func(p model.ParameterDefinition, value string) model.ParameterDefinition {
		p.Default = &value
		return p
	}
	choice := usual(asks(model.KindChoice, "a", "b"), "a")
	for name, c := range map[string]struct {
		rules []InputRule
		asks  []model.ParameterDefinition
		value string // of R
		why   string // part of it
	}{
		"no rule":                {nil, nil, "", "没有规则"},
		"another job":            {[]InputRule{{Job: regexp.MustCompile("^b$")}}, nil, "", "没有规则"},
		"another step":           {[]InputRule{{ID: regexp.MustCompile("^Y$")}}, nil, "", "没有规则"},
		"another message":        {[]InputRule{{Message: regexp.MustCompile("全量")}}, nil, "", "没有规则"},
		"its message":            {[]InputRule{{Message: regexp.MustCompile("^灰度")}}, nil, "", ""},
		"the first decides":      {[]InputRule{rule(), rule(fixed("R", "b"))}, []model.ParameterDefinition{choice}, "a", ""},
		"without parameters":     {[]InputRule{rule()}, nil, "", ""},
		"default":                {[]InputRule{rule()}, []model.ParameterDefinition{choice}, "a", ""},
		"fixed":                  {[]InputRule{rule(fixed("R", "b"))}, []model.ParameterDefinition{choice}, "b", ""},
		"not a choice":           {[]InputRule{rule(fixed("R", "z"))}, []model.ParameterDefinition{choice}, "", "没有选项“z”，可选：a、b"},
		"default not a choice":   {[]InputRule{rule()}, []model.ParameterDefinition{usual(choice, "z")}, "", "没有选项"},
		"no default":             {[]InputRule{rule()}, []model.ParameterDefinition{asks(model.KindOther)}, "", "没有默认值"},
		"a plugin's kind":        {[]InputRule{rule(fixed("R", "x"))}, []model.ParameterDefinition{asks(model.KindOther)}, "x", ""},
		"boolean":                {[]InputRule{rule(fixed("R", "TRUE"))}, []model.ParameterDefinition{asks(model.KindBoolean)}, "true", ""},
		"no boolean":             {[]InputRule{rule(fixed("R", "yes"))}, []model.ParameterDefinition{asks(model.KindBoolean)}, "", "只能是 true 或 false"},
		"boolean of the form":    {[]InputRule{rule(field("R", "灰度"))}, []model.ParameterDefinition{asks(model.KindBoolean)}, "true", ""},
		"field":                  {[]InputRule{rule(field("R", "版本"))}, []model.ParameterDefinition{asks(model.KindString)}, "v2.1", ""},
		"folded field":           {[]InputRule{rule(field("R", "列表"))}, []model.ParameterDefinition{asks(model.KindString)}, "x", ""},
		"field that is missing":  {[]InputRule{rule(field("R", "无"))}, []model.ParameterDefinition{usual(asks(model.KindString), "x")}, "", "“无”的值，而它没有填"},
		"field that is empty":    {[]InputRule{rule(field("R", "空"))}, []model.ParameterDefinition{usual(asks(model.KindString), "x")}, "", "没有填"},
		"field with two values":  {[]InputRule{rule(field("R", "多个"))}, []model.ParameterDefinition{asks(model.KindString)}, "", "有 2 个值"},
		"lines in one line":      {[]InputRule{rule(field("R", "说明"))}, []model.ParameterDefinition{asks(model.KindString)}, "", "换行"},
		"lines":                  {[]InputRule{rule(field("R", "说明"))}, []model.ParameterDefinition{asks(model.KindText)}, "一\n二", ""},
		"build parameter":        {[]InputRule{rule(build("R", "VERSION"))}, []model.ParameterDefinition{asks(model.KindString)}, "v2", ""},
		"build lacks it":         {[]InputRule{rule(build("R", "NOPE"))}, []model.ParameterDefinition{usual(choice, "a")}, "", "而它没有值"},
		"build has it empty":     {[]InputRule{rule(build("R", "EMPTY"))}, []model.ParameterDefinition{usual(choice, "a")}, "", "而它没有值"},
		"a secret of the build":  {[]InputRule{rule(build("R", "API_TOKEN"))}, []model.ParameterDefinition{asks(model.KindString)}, "", "保密"},
		"password":               {[]InputRule{rule(fixed("R", "x"))}, []model.ParameterDefinition{usual(asks(model.KindPassword), "hunter2")}, "", "是口令"},
		"password with the rest": {[]InputRule{rule()}, []model.ParameterDefinition{choice, asks(model.KindPassword)}, "", "是口令"},
		"too long":               {[]InputRule{rule(fixed("R", strings.Repeat("长", 10_001)))}, []model.ParameterDefinition{asks(model.KindText)}, "", "太长"},
	} {
		t.Run(name, func(t *testing.T) {
			a, why := byRules(c.rules, model.InputStep{ID: "X", Message: "灰度?", Parameters: c.asks})
			if (c.why == "") != (why == "") || !strings.Contains(why, c.why) {
				t.Fatalf("left to people because %q, want %q", why, c.why)
			}
			if strings.Contains(why, "hunter2") {
				t.Errorf("a secret is told: %s", why)
			}
			if c.value != "" && (len(a.Parameters) != 1 || a.Parameters[0].Value != c.value) {
				t.Errorf("%+v, want %q", a.Parameters, c.value)
			}
		})
	}
}

func TestWhenARuleMayNotAnswer(t *testing.T) {
	rules := []InputRule{{ID: regexp.MustCompile("^X$"), Limit: 2}}
	given := func(n int, build int64, outcome model.AnswerOutcome) func(*model.Release, *model.Deployment) {
		return func(_ *model.Release, d *model.Deployment) {
			for range n {
				d.Answers = append(d.Answers, model.Answer{Build: build, Step: "X", Rule: rules[0].key(), Outcome: outcome})
			}
		}
	}
	barred := func(r *model.Release, _ *model.Deployment) {
		r.Proof = model.Proof{State: model.ProofWithdrawn, Message: "发起人已撤销"}
	}
	for name, c := range map[string]struct {
		adjust func(*model.Release, *model.Deployment)
		why    string
	}{
		"once before":      {given(1, 3, model.AnswerGiven), ""},
		"as often as may":  {given(2, 3, model.AnswerGiven), "自动回答 2 次"},
		"of another build": {given(2, 2, model.AnswerGiven), ""},
		"refused ones":     {given(2, 3, model.AnswerRefused), ""},
		"late ones":        {given(2, 3, model.AnswerLate), "自动回答 2 次"},
		"taken back":       {barred, "发起人已撤销"},
	} {
		if _, why := byRules(rules, model.InputStep{ID: "X"}, c.adjust); (c.why == "") != (why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %q, want %q", name, why, c.why)
		}
	}
	rules[0].Abort = true
	if a, why := byRules(rules, model.InputStep{ID: "X"}, barred); why != "" || !a.Abort {
		t.Errorf("to say no needs no approval: %q", why)
	}
	if a, why := byRules(rules, model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{{Name: "PIN", Kind: model.KindPassword}}}); why != "" || len(a.Parameters) != 0 {
		t.Errorf("to say no needs no values: %q", why)
	}
	f := follower{worker{&Service{now: time.Now}, &Controller{Inputs: rules}}}
	if _, why := f.answerTo(&model.Release{}, &model.Deployment{}, model.InputStep{ID: "X"}, 2); !strings.Contains(why, "有 2 个步骤") {
		t.Errorf("two steps with one id: %q", why)
	}
}
