package service

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

func reader(adjust ...func(*FormRules)) *formReader {
	rules := FormRules{Fields: config.Default().Form.Names()}
	for _, f := range adjust {
		f(&rules)
	}
	return newFormReader(rules, shanghai)
}

// fields makes fields out of pairs of name and value; a name given twice has two values.
func fields(pairs ...string) map[string][]string {
	f := map[string][]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f[pairs[i]] = append(f[pairs[i]], pairs[i+1])
	}
	return f
}

// wantProblems compares the problems of a form with lines that each must be part of one, in order.
func wantProblems(t *testing.T, got Problems, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("problems %q, want %q", got.Message(), want)
	}
	for i, part := range want {
		if !strings.Contains(got[i].Message, part) {
			t.Errorf("problem %q, want %q", got[i].Message, part)
		}
	}
}

func TestEveryCanonicalFieldUnderEveryName(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 30, 0, 0, time.UTC)
	for field, c := range map[string]struct {
		value string
		want  func(*Form)
	}{
		FieldProject:      {"商城", func(f *Form) { f.Project = "商城" }},
		FieldApp:          {"商城前端", func(f *Form) { f.Apps = []string{"商城前端"} }},
		FieldMode:         {"手动", func(f *Form) { f.Mode = model.ExecuteManual }},
		FieldScheduledAt:  {"2026-11-22 20:30", func(f *Form) { f.ScheduledAt, f.Mode = &at, model.ExecuteScheduled }},
		FieldDBChange:     {"是", func(f *Form) { f.DBChange = true }},
		FieldDBChangeDone: {"TRUE", func(f *Form) { f.DBChangeDone = true }},
		FieldReason:       {"修复\n结算", func(f *Form) { f.Reason = "修复\n结算" }},
		FieldInstance:     {"inst-1", func(f *Form) { f.Instance = "inst-1" }},
		FieldBusiness:     {"2026", func(f *Form) { f.Business = "2026" }},
		FieldRequest:      {"q1", func(f *Form) { f.Request = "q1" }},
		FieldOriginator:   {"zhang", func(f *Form) { f.Originator = "zhang" }},
		FieldApprovers:    {"wang", func(f *Form) { f.Approvers = []string{"wang"} }},
	} {
		for _, name := range config.Default().Form.Names()[field] {
			t.Run(name, func(t *testing.T) {
				in := fields(name, c.value)
				want := Form{Mode: model.ExecuteNow, Parameters: map[string][]string{}, StandsFor: map[string][]string{}, Raw: in}
				c.want(&want)
				got, problems := reader().Read(in)
				wantProblems(t, problems)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestCanonicalFieldsAreThoseOfTheConfiguration(t *testing.T) {
	want := []string{
		FieldApp, FieldApprovers, FieldBusiness, FieldDBChange, FieldDBChangeDone, FieldInstance, FieldKeyword, FieldMode,
		FieldOriginator, FieldParameter, FieldProject, FieldReason, FieldRequest, FieldScheduledAt,
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(config.Default().Form.Names()))); diff != "" {
		t.Errorf("(-service +config):\n%s", diff)
	}
}

func TestValuesAsDingTalkSendsThem(t *testing.T) {
	for name, c := range map[string]struct {
		values, want []string
	}{
		"label":                   {[]string{"商城前端"}, []string{"商城前端"}},
		"list in a string":        {[]string{`["a","b"]`}, []string{"a", "b"}},
		"list in a list":          {[]string{`["[\"a\",\"b\"]","c"]`}, []string{"a", "b", "c"}},
		"numbers and booleans":    {[]string{`[1,true,2.50,null,""]`}, []string{"1", "true", "2.5"}},
		"spaces around":           {[]string{"  a\n", ` [ " b " ] `}, []string{"a", "b"}},
		"null":                    {[]string{"null"}, nil},
		"empty":                   {[]string{"", " ", "[]", `[""]`, `["null"]`}, nil},
		"no list after all":       {[]string{"[URGENT] fix", "[1,"}, []string{"[URGENT] fix", "[1,"}},
		"an object is no value":   {[]string{`[{"key":"a"}]`}, []string{`{"key":"a"}`}},
		"many values of one name": {[]string{"a", "b"}, []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, clean(c.values)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Each list is read once per fold, so what is folded ten thousand times must not be unfolded to its end.
func TestUnfoldingEnds(t *testing.T) {
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	if got := clean([]string{deep}); len(got) != 1 || len(got[0]) != len(deep)-2*maxFolds {
		t.Errorf("%d values", len(got))
	}
}

func TestSynonyms(t *testing.T) {
	for name, c := range map[string]struct {
		in   map[string][]string
		want []string
	}{
		"the same twice":    {fields("project", "商城", "项目名称", "商城"), nil},
		"one of them empty": {fields("上线说明", "修复", "备注", "null"), nil},
		"contradiction":     {fields("project", "商城", "项目名称", "支付"), []string{"“项目名称”与另一个同义字段的值不一致"}},
		"three times":       {fields("执行时间", "2026-11-22 20:30", "定时时间", "2026-11-22 20:31", "上线时间", "2026-11-22 20:31"), []string{"同义字段"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := reader().Read(c.in)
			wantProblems(t, problems, c.want...)
		})
	}
}

func TestWhatAFormMustNotCarry(t *testing.T) {
	long, kilo := strings.Repeat("x", maxIDBytes+1), strings.Repeat("测", maxValueBytes/3+1)
	for name, c := range map[string]struct {
		in   map[string][]string
		want string
	}{
		"two projects":              {fields("project", "a", "project", "b"), "“项目名称”只能有一个值"},
		"two projects in a list":    {fields("项目名称", `["a","b"]`), "只能有一个值"},
		"NUL":                       {fields("project", "a\x00b"), "控制字符"},
		"newline in an id":          {fields("实例ID", "a\nb"), "控制字符"},
		"escape sequence":           {fields("上线说明", "\x1b[31mred"), "控制字符"},
		"bidirectional override":    {fields("上线说明", "safe\u202eexe.fdp"), "控制字符"},
		"zero width":                {fields("发起人", "zh\u200bang"), "控制字符"},
		"line separator":            {fields("发起人", "zh\u2028ang"), "控制字符"},
		"invalid UTF-8":             {fields("project", "a\xffb"), "控制字符"},
		"reason too long":           {fields("备注", kilo), "过长(最多 4096 字节)"},
		"id too long":               {fields("实例ID", long), "过长(最多 128 字节)"},
		"request id too long":       {fields("requestId", long), "过长"},
		"initiator too long":        {fields("发起人", long), "过长"},
		"number too long":           {fields("审批编号", long), "过长"},
		"neither yes nor no":        {fields("是否有数据库变更", "也许"), "只能填 是 或 否"},
		"1 is not yes":              {fields("dbChangeDone", "1"), "只能填 是 或 否"},
		"approver too long":         {fields("审批人", "wang,"+long), "审批人字段不正确"},
		"approver of control signs": {fields("审批人", "wa\x07ng"), "审批人字段不正确"},
		"approver of no text":       {fields("审批人", "wa\xffng"), "审批人字段不正确"},
		"parameter too long":        {fields("VERSION", kilo), "超过 4 kB"},
		"parameter of no text":      {fields("VERSION", "v\xff"), "UTF-8"},
		"unknown mode":              {fields("执行方式", "马上"), "只能是 立即、定时 或 手动"},
		"scheduled without a time":  {fields("执行方式", "定时"), "请填写执行时间"},
		"unreadable time":           {fields("执行时间", "明天晚上"), "无法识别"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := reader().Read(c.in)
			wantProblems(t, problems, c.want)
		})
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	_, problems := reader().Read(fields(
		"实例ID", strings.Repeat("x", maxIDBytes), "备注", strings.Repeat("x", maxValueBytes), "VERSION", strings.Repeat("x", maxValueBytes),
		"审批人", strings.Repeat("x", maxIDBytes), "上线说明", strings.Repeat("x", maxValueBytes)))
	wantProblems(t, problems)
}

func TestTooManyFieldsAreNotRead(t *testing.T) {
	in := map[string][]string{"project": {"商城"}}
	for i := range maxFields {
		in["f"+strconv.Itoa(i)] = []string{"x"}
	}
	f, problems := reader().Read(in)
	wantProblems(t, problems, "表单字段过多(201 个，最多 200 个)")
	if f.Project != "" || len(f.Parameters) != 0 {
		t.Errorf("read all the same: %+v", f.Project)
	}
}

func TestApproversInEverySeparator(t *testing.T) {
	want := []string{"wang", "zhao", "li"}
	for name, in := range map[string][]string{
		"comma": {"wang,zhao,li"}, "comma and space": {"wang, zhao, li"}, "Chinese comma": {"wang，zhao，li"},
		"enumeration comma": {"wang、zhao、li"}, "semicolon": {"wang;zhao；li"}, "spaces": {" wang zhao  li "},
		"Chinese space": {"wang\u3000zhao\u3000li"}, "Windows lines": {"wang\r\nzhao\r\nli\r\n"}, "tabs": {"wang\tzhao\tli"},
		"list": {`["wang","zhao","li"]`}, "several values": {"wang", "zhao", "li"}, "each once": {"wang,zhao,wang", `["li","zhao"]`},
	} {
		t.Run(name, func(t *testing.T) {
			f, problems := reader().Read(map[string][]string{"审批人": in})
			wantProblems(t, problems)
			if !slices.Equal(f.Approvers, want) {
				t.Errorf("got %q", f.Approvers)
			}
		})
	}
	many := make([]string, maxApprovers+1)
	for i := range many {
		many[i] = "u" + strconv.Itoa(i)
	}
	_, problems := reader().Read(map[string][]string{"审批人": many})
	wantProblems(t, problems, "最多 100 人")
}

func TestYesAndNo(t *testing.T) {
	for v, want := range map[string]bool{"是": true, "true": true, "True": true, "否": false, "false": false, "FALSE": false, "": false} {
		f, problems := reader().Read(fields("dbChange", v))
		wantProblems(t, problems)
		if f.DBChange != want {
			t.Errorf("%q is read as %v", v, f.DBChange)
		}
	}
}
