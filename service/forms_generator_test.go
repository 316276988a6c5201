package service

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// fate is what must become of a value that a form gives.
type fate int

const (
	taken      fate = iota // sent, and read back as it is
	unknown                // sent, since nobody knows what Jenkins makes of it; people are told
	impossible             // refused: Jenkins would refuse, drop or change it
	forbidden              // refused: by a rule, or because it is dangerous
)

// given is a value of a form, and what must become of it.
type given struct {
	raw  []string // nil: the form does not have it
	want string   // what Jenkins must show of it; of one that the form does not have: the default
	fate fate
	why  string
}

// species is a kind of parameters with a rule, in one of its ways.
type species struct {
	name      string
	parameter jenkinstest.Parameter
	rule      *ParameterRule
	values    func(*rand.Rand) given
	otherwise given // when the form does not have it
}

func draw[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// decent are texts that anybody may send; they have neither commas nor lines.
var decent = []string{
	"v1.2.3", "发布 第二版", "a b", "🚀 上线", "x=y&z%20+", "é", `"quoted"`, "'single'", "#12", "100%", "-1", "v1..v2", "a~b^c", "true", "[x",
	"https://example.com/a?b=c", "~", "{\"a\":1}", strings.Repeat("长", 60),
}

// dangerous are texts by the name of what is dangerous in them; lines tells whether a text of several lines takes them.
var dangerous = []struct {
	name, text string
	lines      bool
}{
	{"newline", "a\nb", true}, {"newline", "a\r\nb", true}, {"tab", "a\tb", true}, {"control", "a\x07b", false}, {"control", "v\u202e1", false},
	{"control", "a\u2028b", false}, {"backtick", "`reboot`", false}, {"substitution", "$(reboot)", false}, {"variable", "${IFS}", false},
	{"parent_path", "../../etc", false}, {"parent_path", `..\x`, false}, {"semicolon", "a;b", true}, {"pipe", "a|b", true},
	{"and", "a && b", true}, {"redirect", "a>b", true}, {"redirect", "a<b", true}, {"leading_dash", "--force", true},
}

// anyText is a value of a parameter that takes any text; lines: of several lines.
func anyText(r *rand.Rand, lines bool, allowed ...string) given {
	switch n := r.IntN(20); {
	case n < 3:
		d := dangerous[r.IntN(len(dangerous))]
		if slices.Contains(allowed, d.name) || lines && d.lines {
			return given{raw: []string{d.text}, want: d.text, why: "allowed " + d.name}
		}
		return given{raw: []string{d.text}, fate: forbidden, why: d.name}
	case n == 3:
		return given{raw: []string{"a", "b"}, fate: impossible, why: "several"}
	case n == 4:
		return given{raw: []string{draw(r, noticeID, moreID, "正在读取，请稍后重新选择", "还有 3 项，请输入关键字")}, fate: forbidden, why: "no value"}
	case n == 5:
		v := draw(r, decent...)
		return given{raw: []string{"  " + v + " "}, want: v, why: "spaces"}
	case n == 6:
		return given{raw: []string{`["v9"]`}, want: "v9", why: "a list of one"}
	case n == 7:
		return given{raw: []string{strings.Repeat("x", maxValueBytes+1)}, fate: forbidden, why: "over 4 kB"}
	default:
		v := draw(r, decent...)
		return given{raw: []string{v}, want: v, why: "decent"}
	}
}

// fromList is a value of a parameter with a list; outside is what must become of one that is not in it.
func fromList(list []string, outside fate, also ...given) func(*rand.Rand) given {
	return func(r *rand.Rand) given {
		switch n := r.IntN(10); {
		case n == 0:
			v := draw(r, "mars", "PROD", "无", list[0]+"x", strings.ToUpper(list[0])+"!")
			return given{raw: []string{v}, want: v, fate: outside, why: "not in the list"}
		case n == 1 && len(also) > 0:
			return draw(r, also...)
		default:
			v := draw(r, list...)
			return given{raw: []string{v}, want: v, why: "in the list"}
		}
	}
}

// selection are several values of a list, in one way of sending them or the other.
func selection(list []string, outside fate) func(*rand.Rand) given {
	return func(r *rand.Rand) given {
		chosen := slices.Clone(list)
		r.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		chosen = chosen[:1+r.IntN(len(chosen))]
		want := strings.Join(chosen, ",")
		switch r.IntN(8) {
		case 0:
			return given{raw: append(chosen, "evil"), fate: outside, why: "one is not in the list"}
		case 1:
			return given{raw: append(chosen, chosen[0]), want: want, why: "one twice"}
		case 2:
			return given{raw: []string{`["` + strings.Join(chosen, `","`) + `"]`}, want: want, why: "as DingTalk sends them"}
		default:
			return given{raw: chosen, want: want, why: "several of the list"}
		}
	}
}

var (
	hosts    = []string{"h1", "h2", "h3", "华东 1"}
	tags     = []string{"v1.1.0", "v1.0.0", "origin/main", "origin/发布"}
	services = []string{"order", "pay", "用户"}
)

// kinds are all kinds of parameters in all their ways. builds is how many builds the job "target" has.
func kinds(builds int) []species {
	p := func(k jenkinstest.ParameterKind, value string, choices ...string) jenkinstest.Parameter {
		return jenkinstest.Parameter{Kind: k, Default: value, Choices: choices}
	}
	multi := p(jenkinstest.ExtendedChoice, "h1,h2", hosts...)
	multi.Multi = true
	several := given{raw: []string{"a", "b"}, fate: impossible, why: "several"}
	var runs []string
	for i := range builds {
		runs = append(runs, fmt.Sprintf("target#%d", i+1))
	}
	return append(ruledKinds(p), []species{
		{"string", p(jenkinstest.String, "v0"), nil, func(r *rand.Rand) given { return anyText(r, false) }, given{want: "v0"}},
		{"text", p(jenkinstest.Text, "一\n二"), nil, func(r *rand.Rand) given { return anyText(r, true) }, given{want: "一\n二"}},
		{"choice", p(jenkinstest.Choice, "", "dev", "prod", "预发 A", strings.Repeat("环", 55)), nil, fromList([]string{"dev", "prod", "预发 A"}, impossible, several,
			given{raw: []string{strings.Repeat("环", 49) + "…"}, want: strings.Repeat("环", 55), why: "shortened"}), given{want: "dev"}},
		{"boolean", p(jenkinstest.Boolean, "true"), nil, fromList([]string{"true", "false"}, impossible, several,
			given{raw: []string{"是"}, want: "true"}, given{raw: []string{"否"}, want: "false"}, given{raw: []string{"TRUE"}, want: "true"},
			given{raw: []string{"1"}, fate: impossible}, given{raw: []string{"yes"}, fate: impossible}), given{want: "true"}},
		{"extended", p(jenkinstest.ExtendedChoice, "h1", hosts...), &ParameterRule{Values: hosts},
			fromList(hosts, impossible, given{raw: []string{"h1,h2"}, fate: impossible, why: "several in one"}), given{want: "h1"}},
		{"extended, several", multi, &ParameterRule{Values: hosts}, selection(hosts, impossible), given{want: "h1,h2"}},
		{"extended, several in one text", multi, &ParameterRule{Values: hosts},
			func(r *rand.Rand) given {
				v := draw(r, "h2,h3", "h3, h1", "h1")
				return given{raw: []string{v}, want: strings.ReplaceAll(v, " ", "")}
			}, given{want: "h1,h2"}},
		{"extended, nobody knows the list", p(jenkinstest.ExtendedChoice, "h1", hosts...), nil, fromList([]string{"h1"}, unknown), given{want: "h1"}},
		{"active", p(jenkinstest.ActiveChoice, "order"), nil, func(r *rand.Rand) given {
			v := anyText(r, false)
			if len(v.raw) > 1 { // Jenkins' pages send one field, with commas
				v.fate = forbidden
			}
			return v
		}, given{want: "order"}},
		{"active, listed", p(jenkinstest.CascadeChoice, "order"), &ParameterRule{Values: services}, fromList(services, forbidden), given{want: "order"}},
		{"active, several", p(jenkinstest.ActiveChoice, "order"), &ParameterRule{Values: services, Multiple: true}, selection(services, forbidden), given{want: "order"}},
		{"git", p(jenkinstest.GitParameter, "main", tags...), nil, fromList(tags, forbidden, given{raw: []string{"main"}, want: "main", why: "the default"}), given{want: "main"}},
		{"git, any", p(jenkinstest.GitParameter, "main", tags...), &ParameterRule{Loose: true}, fromList(tags, unknown), given{want: "main"}},
		{"run", p(jenkinstest.Run, "", "target"), nil, fromList(runs, forbidden, given{raw: []string{"other#1"}, fate: forbidden}), given{}},
		{"password", p(jenkinstest.Password, "x"), nil, func(*rand.Rand) given { return given{raw: []string{"x"}, fate: forbidden} }, given{}},
	}...)
}

// ruledKinds are texts with rules.
func ruledKinds(p func(jenkinstest.ParameterKind, string, ...string) jenkinstest.Parameter) []species {
	v0 := p(jenkinstest.String, "v0")
	missing := given{fate: forbidden, why: "required"}
	return []species{
		{"pattern", v0, &ParameterRule{Pattern: regexp.MustCompile(`v[0-9.]+|main`)}, fromList([]string{"v1", "v2.3", "main"}, forbidden,
			given{raw: []string{"mainv1"}, fate: forbidden}), given{want: "v0"}},
		{"pattern that the default does not match", v0, &ParameterRule{Pattern: regexp.MustCompile(`^main$`)}, fromList([]string{"main"}, forbidden), missing},
		{"length", v0, &ParameterRule{MinLength: 2, MaxLength: 3}, func(r *rand.Rand) given {
			return draw(r, given{raw: []string{"ab"}, want: "ab"}, given{raw: []string{"中文字"}, want: "中文字"},
				given{raw: []string{"🚀🚀"}, want: "🚀🚀"}, given{raw: []string{"x"}, fate: forbidden}, given{raw: []string{"abcd"}, fate: forbidden})
		}, given{want: "v0"}},
		{"allowed", v0, &ParameterRule{Allow: []string{"newline", "semicolon", "backtick"}},
			func(r *rand.Rand) given { return anyText(r, false, "newline", "semicolon", "backtick") }, given{want: "v0"}},
		{"required", v0, &ParameterRule{Required: true, Label: "版本"}, func(r *rand.Rand) given { return anyText(r, false) }, missing},
		{"default", v0, &ParameterRule{Default: "v7", Required: true}, func(r *rand.Rand) given { return anyText(r, false) }, given{want: "v7"}},
		{"hidden", v0, &ParameterRule{Hidden: true}, func(*rand.Rand) given { return given{raw: []string{"v0"}, fate: forbidden} }, given{want: "v0"}},
		{"fixed", v0, &ParameterRule{Fixed: "v8"}, fromList([]string{"v8"}, forbidden), given{want: "v8"}},
		{"fixed choice", p(jenkinstest.Choice, "", "dev", "prod"), &ParameterRule{Fixed: "prod"}, fromList([]string{"prod"}, forbidden), given{want: "prod"}},
		{"fewer choices", p(jenkinstest.Choice, "", "dev", "prod", "test"), &ParameterRule{Values: []string{"prod", "test"}, Default: "test"},
			fromList([]string{"prod", "test"}, forbidden), given{want: "test"}},
		{"several texts", v0, &ParameterRule{Multiple: true}, func(r *rand.Rand) given {
			return draw(r, given{raw: []string{"a", "b", "a"}, want: "a,b"}, given{raw: []string{"a,b"}, fate: forbidden}, given{raw: []string{"c"}, want: "c"})
		}, given{want: "v0"}},
	}
}
