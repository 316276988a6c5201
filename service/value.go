package service

import (
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// checkValue checks a value against the definition and returns it as Jenkins takes it.
func checkValue(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	switch def.Kind {
	case model.KindPassword, model.KindFile, model.KindCredentials:
		problems.add(def.Name, "参数“%s”是密码、文件或凭据，不能由表单填写", def.Name)
		return "", false
	case model.KindBoolean:
		return checkBool(def, value, problems)
	case model.KindChoice:
		return checkChoice(def, value, problems)
	case model.KindExtendedChoice:
		if strings.Contains(value, ",") { // Jenkins would make nothing of several values in one field
			problems.add(def.Name, "参数“%s”一次只能选一个值", def.Name)
			return "", false
		}
		return checkLine(def, value, problems)
	default:
		return checkLine(def, value, problems)
	}
}

func checkLine(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	if what := hostile(value, def.Kind == model.KindText); what != "" {
		problems.add(def.Name, "参数“%s”的值含有不允许的%s", def.Name, what)
		return "", false
	}
	return value, true
}

// shown is a refused value for people.
func shown(def *model.ParameterDefinition, value string) string {
	refused := newValue(def, value, true)
	return model.Cut(refused.Shown(), 40)
}

func checkBool(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	b, ok := readBool(value)
	switch {
	case !ok:
		problems.add(def.Name, "参数“%s”只能填 是 或 否(true/false)，不能是“%s”", def.Name, shown(def, value))
		return "", false
	case b:
		return "true", true
	default:
		return "false", true
	}
}

func checkChoice(def *model.ParameterDefinition, value string, problems *Problems) (string, bool) {
	if slices.Contains(def.Choices, value) {
		return value, true
	}
	for _, o := range choicesOf(def) {
		if o.Name == value { // a long choice was offered shortened
			return o.ID, true
		}
	}
	problems.add(def.Name, "参数“%s”的值“%s”不在可选范围内(%s)",
		def.Name, shown(def, value), model.Cut(strings.Join(def.Choices, "、"), 120))
	return "", false
}

// hostile names what a shell on the build machine could take for more than a value; "" when there is nothing. It is a
// second wall: jobs should quote their parameters all the same.
func hostile(value string, multiline bool) string {
	if hasControl(value, multiline) {
		return "控制字符或换行"
	}
	for _, w := range shellWords {
		if (w.always || !multiline) && strings.Contains(value, w.text) {
			return w.name
		}
	}
	if !multiline && len(value) > 1 && value[0] == '-' && !isDigits(value[1:2]) {
		return "开头的 -"
	}
	return ""
}

// shellWords are refused everywhere, or only where one line is expected: a text for people may well have a semicolon.
var shellWords = []struct {
	text, name string
	always     bool
}{
	{"`", "反引号 `", true},
	{"$(", "命令替换 $(", true},
	{"${", "变量替换 ${", true},
	{"../", "上级路径 ../", true},
	{`..\`, `上级路径 ..\`, true},
	{";", "分号 ;", false},
	{"|", "管道 |", false},
	{"&&", "命令连接 &&", false},
	{"<", "重定向 <", false},
	{">", "重定向 >", false},
}
