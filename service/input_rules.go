package service

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// usualLimit is how often a rule answers one build when the configuration says nothing.
const usualLimit = 10

// InputRule allows the bridge to answer input steps. An expression that is nil matches everything.
type InputRule struct {
	Job     *regexp.Regexp // on fullName
	ID      *regexp.Regexp // on the step's id
	Message *regexp.Regexp // on what it asks
	Abort   bool           // answer no instead of yes
	// Where the step's parameters get their values, by their names, beside the step's own defaults.
	Parameters map[string]string // fixed
	Fields     map[string]string // of the approved form, by field
	Build      map[string]string // of the build's own parameters
	Limit      int               // answers to one build; 0: 10
}

func (rule InputRule) names(job string, step model.InputStep) bool {
	matches := func(e *regexp.Regexp, s string) bool { return e == nil || e.MatchString(s) }
	return matches(rule.Job, job) && matches(rule.ID, step.ID) && matches(rule.Message, step.Message)
}

// key tells the rule from others in what is stored, wherever it stands in the configuration.
func (rule InputRule) key() string {
	parts := make([]string, 0, 3)
	for _, e := range []*regexp.Regexp{rule.Job, rule.ID, rule.Message} {
		if e == nil {
			e = regexp.MustCompile("")
		}
		parts = append(parts, e.String())
	}
	return model.Hash(parts...)[:8]
}

// answerTo applies the first rule that names the job and the step. Every parameter gets a value, since Jenkins makes null of
// what is left out. why says, for people, why they have to answer; then there is no answer.
func (f follower) answerTo(r *model.Release, d *model.Deployment, step model.InputStep, namesakes int) (a model.Answer, why string) {
	i := slices.IndexFunc(f.c.Inputs, func(rule InputRule) bool { return rule.names(d.FullName, step) })
	if i < 0 {
		return a, "没有规则(jenkins[].inputs)允许自动回答这一步"
	}
	rule := f.c.Inputs[i]
	a = model.Answer{
		Build: d.Build, Step: step.ID, Message: step.Message, Abort: rule.Abort, By: actorSystem, Rule: rule.key(), At: f.now(), Outcome: model.AnswerWanted,
	}
	limit := rule.Limit
	if limit <= 0 {
		limit = usualLimit
	}
	switch {
	case namesakes > 1:
		return a, twins(namesakes)
	case answeredBy(d, a.Rule) >= limit:
		return a, fmt.Sprintf("流水线已按同一条规则自动回答 %d 次，达到上限", limit)
	case a.Abort:
		return a, ""
	case r.Proof.Barred():
		return a, barredNow(r)
	}
	for i := range step.Parameters {
		value, why := rule.value(r, d, &step.Parameters[i])
		if why != "" {
			return a, why
		}
		a.Parameters = append(a.Parameters, value)
	}
	return a, ""
}

// twins says why nobody but Jenkins' own page can answer.
func twins(n int) string {
	return fmt.Sprintf("有 %d 个步骤用同一个编号在等待，无法分辨", n)
}

func barredNow(r *model.Release) string {
	return "审批已无效，不能确认，只能拒绝：" + r.Proof.Message
}

// answeredBy is how often a rule answered the build, also when somebody was faster, or is about to.
func answeredBy(d *model.Deployment, rule string) int {
	n := 0
	for _, a := range d.Answers {
		if a.Build == d.Build && a.Rule == rule && a.Outcome != model.AnswerRefused {
			n++
		}
	}
	return n
}

// value finds and checks what the rule gives to a parameter; why says what it lacks.
func (rule InputRule) value(r *model.Release, d *model.Deployment, def *model.ParameterDefinition) (v model.ParameterValue, why string) {
	text, known := rule.Parameters[def.Name]
	if field, ok := rule.Fields[def.Name]; ok {
		values := clean(r.Form[field])
		if len(values) != 1 {
			return v, fmt.Sprintf("参数 %s 要取表单字段“%s”的值，而它%s", def.Name, field, howMany(len(values)))
		}
		text, known = values[0], true
	}
	if name, ok := rule.Build[def.Name]; ok {
		i := slices.IndexFunc(d.Sent(), func(p model.ParameterValue) bool { return p.Name == name })
		switch {
		case i < 0 || d.Sent()[i].Value == "":
			return v, fmt.Sprintf("参数 %s 要取构建参数 %s 的值，而它没有值", def.Name, name)
		case d.Sent()[i].Secret:
			return v, fmt.Sprintf("参数 %s 要取构建参数 %s 的值，而它是保密的", def.Name, name)
		}
		text, known = d.Sent()[i].Value, true
	}
	return inputValue(def, text, known)
}

func howMany(n int) string {
	if n == 0 {
		return "没有填"
	}
	return fmt.Sprintf("有 %d 个值", n)
}

// maxInputValue is how long one value may be, in characters.
const maxInputValue = 10_000

// inputValue checks a value against what a step declares, before anything is sent; the step's default stands in for one that is
// not known. why says, for people, what is wrong.
func inputValue(def *model.ParameterDefinition, text string, known bool) (v model.ParameterValue, why string) {
	if def.Kind.Forbidden() {
		return v, fmt.Sprintf("参数 %s 是%s，本服务不填写，只能在 Jenkins 中回答", def.Name, secretKinds[def.Kind])
	}
	if !known && def.Default != nil {
		text, known = *def.Default, true
	}
	if !known {
		return v, fmt.Sprintf("缺少参数 %s 的值，它没有默认值", def.Name)
	}
	v = model.ParameterValue{Name: def.Name, Value: text, Secret: looksSecret(def.Name)}
	switch {
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxInputValue:
		return v, fmt.Sprintf("参数 %s 的值太长(最多 %d 个字)，或不是 UTF-8", def.Name, maxInputValue)
	case def.Kind == model.KindBoolean:
		yes, ok := readBool(strings.TrimSpace(text))
		if !ok {
			return v, fmt.Sprintf("参数 %s 只能是 true 或 false，不能是“%s”", def.Name, model.Cut(v.Shown(), 40))
		}
		v.Value = fmt.Sprint(yes)
	case def.Kind == model.KindChoice && !slices.Contains(def.Choices, text):
		return v, fmt.Sprintf("参数 %s 没有选项“%s”，可选：%s", def.Name, model.Cut(v.Shown(), 40), fewChoices(def.Choices))
	case hasControl(text, def.Kind == model.KindText):
		return v, fmt.Sprintf("参数 %s 的值里有换行或控制字符", def.Name)
	}
	return v, ""
}

var secretKinds = map[model.ParameterKind]string{
	model.KindPassword: "口令", model.KindFile: "文件", model.KindCredentials: "凭据",
}

// fewChoices names choices for people.
func fewChoices(choices []string) string {
	const shown = 20
	text := strings.Join(choices[:min(len(choices), shown)], "、")
	if len(choices) > shown {
		text += fmt.Sprintf(" 等 %d 个", len(choices))
	}
	return text
}
