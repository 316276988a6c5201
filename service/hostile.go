package service

import (
	"slices"
	"strings"
)

// danger is what a shell on the build machine could take for more than a value.
type danger struct {
	name   string // in ParameterRule.Allow
	said   string // for people
	always bool   // refused in a text of several lines too: a text for people may well have a semicolon
	in     func(value string) bool
}

// dangers are refused unless a parameter's rule allows them. It is a second wall: jobs should quote their parameters all
// the same.
var dangers = []danger{
	{"newline", "控制字符或换行", false, func(v string) bool { return strings.ContainsAny(v, "\n\r") }},
	containing("tab", "控制字符或换行", false, "\t"),
	{"control", "控制字符或换行", true, func(v string) bool { return hasControl(v, true) }},
	containing("backtick", "反引号 `", true, "`"),
	containing("substitution", "命令替换 $(", true, "$("),
	containing("variable", "变量替换 ${", true, "${"),
	containing("parent_path", "上级路径 ../", true, "../"),
	containing("parent_path", `上级路径 ..\`, true, `..\`),
	containing("semicolon", "分号 ;", false, ";"),
	containing("pipe", "管道 |", false, "|"),
	containing("and", "命令连接 &&", false, "&&"),
	containing("redirect", "重定向 <", false, "<"),
	containing("redirect", "重定向 >", false, ">"),
	{"leading_dash", "开头的 -", false, func(v string) bool { return len(v) > 1 && v[0] == '-' && !isDigits(v[1:2]) }},
}

func containing(name, said string, always bool, text string) danger {
	return danger{name, said, always, func(v string) bool { return strings.Contains(v, text) }}
}

// hostile names the first danger in a value that is not allowed; "" when there is none.
func hostile(value string, multiline bool, allowed []string) string {
	for _, d := range dangers {
		if (d.always || !multiline) && d.in(value) && !slices.Contains(allowed, d.name) {
			return d.said
		}
	}
	return ""
}

// Dangers are what ParameterRule.Allow may name.
func Dangers() []string {
	var names []string
	for _, d := range dangers {
		if !slices.Contains(names, d.name) {
			names = append(names, d.name)
		}
	}
	return names
}
