package service

import (
	"regexp"
	"strings"
	"testing"

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

func TestAnswerTo(t *testing.T) {
	text := func(s string) *string { return &s }
	rule := func(job, id string, parameters map[string]string) InputRule {
		return InputRule{Job: regexp.MustCompile(job), ID: regexp.MustCompile(id), Parameters: parameters}
	}
	choice := model.ParameterDefinition{Name: "R", Kind: model.KindChoice, Choices: []string{"a", "b"}, Default: text("a")}
	for name, c := range map[string]struct {
		rules []InputRule
		step  model.InputStep
		ok    bool
		value string
	}{
		"no rule":                  {nil, model.InputStep{ID: "X"}, false, ""},
		"another job":              {[]InputRule{rule("^b$", ".*", nil)}, model.InputStep{ID: "X"}, false, ""},
		"another step":             {[]InputRule{rule("^a$", "^Y$", nil)}, model.InputStep{ID: "X"}, false, ""},
		"without parameters":       {[]InputRule{rule("^a$", "^X$", nil)}, model.InputStep{ID: "X"}, true, ""},
		"default":                  {[]InputRule{rule("a", "X", nil)}, model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{choice}}, true, "a"},
		"fixed":                    {[]InputRule{rule("a", "X", map[string]string{"R": "b"})}, model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{choice}}, true, "b"},
		"fixed but not in choices": {[]InputRule{rule("a", "X", map[string]string{"R": "z"})}, model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{choice}}, false, ""},
		"no default": {[]InputRule{rule("a", "X", nil)}, model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{
			{Name: "R", Kind: model.KindOther}}}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, ok := answerTo(c.rules, "a", c.step)
			if ok != c.ok {
				t.Fatalf("answered %v, want %v", ok, c.ok)
			}
			if c.value != "" && a.parameters[0].Value != c.value {
				t.Errorf("value %q, want %q", a.parameters[0].Value, c.value)
			}
		})
	}
}

// To say no needs no values, so a rule that aborts also answers a step whose values cannot be known.
func TestAbortNeedsNoValues(t *testing.T) {
	rules := []InputRule{{Job: regexp.MustCompile(""), ID: regexp.MustCompile("^X$"), Abort: true}}
	step := model.InputStep{ID: "X", Parameters: []model.ParameterDefinition{{Name: "PIN", Kind: model.KindPassword}}}
	a, ok := answerTo(rules, "a", step)
	if !ok || !a.abort || a.step.ID != "X" {
		t.Errorf("answered %v with %+v", ok, a)
	}
}
