package service

import (
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
)

func ptr(s string) *string { return &s }

// everyKind is a job that declares a parameter of every kind.
func everyKind() model.Job {
	return model.Job{FullName: "mall/web", Name: "web", DisplayName: "商城前端", Buildable: true, Parameters: []model.ParameterDefinition{
		{Name: "VERSION", Kind: model.KindString, Default: ptr("v1.0.0")},
		{Name: "NOTES", Kind: model.KindText, Default: ptr("")},
		{Name: "ENV", Kind: model.KindChoice, Choices: []string{"staging", "prod", strings.Repeat("长", 60)}, Default: ptr("staging")},
		{Name: "DRY_RUN", Kind: model.KindBoolean, Default: ptr("false")},
		{Name: "DB_PASSWORD", Kind: model.KindPassword},
		{Name: "PATCH", Kind: model.KindFile},
		{Name: "KEY", Kind: model.KindCredentials, Default: ptr("deploy-key")},
		{Name: "BRANCH", Kind: model.KindGit},
		{Name: "API_TOKEN", Kind: model.KindChoice, Choices: []string{"one", "two"}, Default: ptr("one")},
		{Name: "RELEASE_ID", Kind: model.KindString, Default: ptr("")},
	}}
}

func plainJob(fullName, label string) model.Job {
	return model.Job{
		FullName: fullName, Name: fullName[strings.LastIndexByte(fullName, '/')+1:], DisplayName: label, Buildable: true,
	}
}

// offering is a service that offers jobs and has neither a database nor a Jenkins.
func offering(rules CatalogueRules, jobs ...model.Job) *Service {
	s := New(Options{
		Controllers: []Controller{{Name: "prod", Rules: rules, ReleaseParameter: "RELEASE_ID"}},
		Form:        FormRules{Fields: config.Default().Form.Names()}, Location: shanghai, Observer: silent{},
		Policies: []ProjectPolicy{{Busy: BusyIgnore}}, // the database would tell
		Logger:   slog.New(slog.DiscardHandler), NewID: counter(), RunIfLateBy: 30 * time.Minute,
		Now: func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) },
	})
	s.offer(model.Listing{Controller: "prod", Jobs: jobs, At: s.now()})
	return s
}

func mall() []model.Job {
	return []model.Job{
		{FullName: "mall", Name: "mall", DisplayName: "商城", Container: true}, everyKind(), plainJob("mall/order", "订单服务"),
		{FullName: "mall/old", Name: "old", DisplayName: "旧版", Buildable: false},
		{FullName: "pay", Name: "pay", DisplayName: "支付", Container: true}, plainJob("pay/gateway", "支付网关"),
	}
}

// lines validates a form that is complete but for the changes.
func lines(t *testing.T, s *Service, changes ...string) []string {
	t.Helper()
	in := fields("项目名称", "商城", "应用名称", "商城前端")
	maps.Copy(in, fields(changes...))
	v, err := s.Validate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if v.Problems == "" {
		return nil
	}
	return strings.Split(v.Problems, "\n")
}

// validationRules are changes of a complete form and the problems that they make; nil: valid.
var validationRules = map[string]struct {
	form []string
	want []string // nil: valid
}{
	"complete":                       {nil, nil},
	"app by label":                   {[]string{"应用名称", "订单服务"}, nil},
	"app by key":                     {[]string{"应用名称", "prod:mall/order"}, nil},
	"app by job name":                {[]string{"应用名称", "order"}, nil},
	"app by full name":               {[]string{"应用名称", "mall/order"}, nil},
	"project by key":                 {[]string{"项目名称", "prod:mall"}, nil},
	"project left out, app by key":   {[]string{"项目名称", "", "应用名称", "prod:mall/order"}, nil},
	"no project":                     {[]string{"项目名称", ""}, []string{"请选择项目"}},
	"no app":                         {[]string{"应用名称", "[]"}, []string{"请选择应用"}},
	"neither":                        {[]string{"项目名称", "null", "应用名称", ""}, []string{"请选择应用", "请选择项目"}},
	"unknown project":                {[]string{"项目名称", "火星"}, []string{"没有项目“火星”，请重新选择"}},
	"unknown app":                    {[]string{"应用名称", "火箭"}, []string{"项目“商城”里没有应用“火箭”(可能已停用或改名)，请重新选择"}},
	"app of another project":         {[]string{"应用名称", "支付网关"}, []string{"没有应用“支付网关”"}},
	"key of another project":         {[]string{"应用名称", "prod:pay/gateway"}, []string{"没有应用“prod:pay/gateway”"}},
	"disabled app":                   {[]string{"应用名称", "旧版"}, []string{"可能已停用"}},
	"the more-entry is no app":       {[]string{"应用名称", moreID}, []string{"不是应用"}},
	"the same app twice":             {[]string{"应用名称", `["商城前端","web"]`}, []string{"应用“商城前端”重复了"}},
	"unknown field":                  {[]string{"优先级", "高"}, []string{"所选应用没有参数“优先级”"}},
	"choice":                         {[]string{"ENV", "prod"}, nil},
	"choice not in the list":         {[]string{"ENV", "mars"}, []string{"参数“ENV”的值“mars”不在可选范围内(staging、prod"}},
	"choice in another case":         {[]string{"ENV", "PROD"}, []string{"不在可选范围内"}},
	"choice by its shortened label":  {[]string{"ENV", strings.Repeat("长", 49) + "…"}, nil},
	"yes":                            {[]string{"DRY_RUN", "是"}, nil},
	"neither yes nor no":             {[]string{"DRY_RUN", "yes"}, []string{"参数“DRY_RUN”只能填 是 或 否(true/false)，不能是“yes”"}},
	"1 is no boolean":                {[]string{"DRY_RUN", "1"}, []string{"只能填 是 或 否"}},
	"password":                       {[]string{"DB_PASSWORD", "x"}, []string{"参数“DB_PASSWORD”是密码、文件或凭据，不能由表单填写"}},
	"file":                           {[]string{"PATCH", "x"}, []string{"不能由表单填写"}},
	"credentials":                    {[]string{"KEY", "deploy-key"}, []string{"不能由表单填写"}},
	"git parameter":                  {[]string{"BRANCH", "origin/release-1"}, nil},
	"several values for one":         {[]string{"VERSION", `["v1","v2"]`}, []string{"参数“VERSION”只能填写一个值"}},
	"the release number is ours":     {[]string{"RELEASE_ID", "R-1"}, []string{"参数“RELEASE_ID”由系统填写，表单里不能填"}},
	"over 4 kB":                      {[]string{"VERSION", strings.Repeat("x", 4097)}, []string{"参数“VERSION”超过 4 kB"}},
	"database change not done":       {[]string{"dbChange", "是", "dbChangeDone", "否"}, []string{"请先完成数据库变更"}},
	"database change not answered":   {[]string{"dbChange", "是"}, []string{"请先完成数据库变更"}},
	"database change done":           {[]string{"dbChange", "是", "dbChangeDone", "是"}, nil},
	"no database change":             {[]string{"dbChange", "否", "dbChangeDone", "否"}, nil},
	"in the future":                  {[]string{"执行方式", "定时", "执行时间", "2026-11-22 20:01"}, nil},
	"past":                           {[]string{"执行方式", "定时", "执行时间", "2026-11-22 19:59"}, []string{"执行时间 2026-11-22 19:59:00 已经过去，请重新选择"}},
	"past without a mode":            {[]string{"执行时间", "2026-11-22 19:59"}, []string{"已经过去"}},
	"unreadable time":                {[]string{"执行时间", "2026-11-22"}, []string{"请写成 2006-01-02 15:04"}},
	"now, with a time in the future": {[]string{"执行方式", "立即", "执行时间", "2026-11-22 21:00"}, []string{"执行方式为立即，但填写了将来的执行时间 2026-11-22 21:00:00"}},
	"now, with the time of now":      {[]string{"执行方式", "立即", "执行时间", "2026-11-22 20:01"}, nil},
	"now, with a time in the past":   {[]string{"执行方式", "立即", "执行时间", "2026-11-22 08:00"}, nil},
}

func TestValidationRules(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for name, c := range validationRules {
		t.Run(name, func(t *testing.T) {
			got := lines(t, s, c.form...)
			if len(got) != len(c.want) {
				t.Fatalf("problems %q, want %q", got, c.want)
			}
			for i, part := range c.want {
				if !strings.Contains(got[i], part) {
					t.Errorf("problem %q, want %q", got[i], part)
				}
			}
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	got := lines(t, offering(CatalogueRules{}, mall()...),
		"执行方式", "定时", "执行时间", "2026-11-22 19:00", "dbChange", "是", "应用名称", `["商城前端","火箭"]`, "ENV", "mars",
		"DRY_RUN", "maybe", "DB_PASSWORD", "x", "VERSION", "$(id)", "RELEASE_ID", "R-1", "优先级", "高", "发起人", "a\tb")
	want := []string{
		"字段“发起人”含有控制字符",
		"参数“VERSION”的值含有不允许的命令替换 $(",
		"参数“ENV”的值“mars”不在可选范围内(staging、prod、" + strings.Repeat("长", 60) + ")",
		"参数“DRY_RUN”只能填 是 或 否(true/false)，不能是“maybe”",
		"参数“DB_PASSWORD”是密码、文件或凭据，不能由表单填写",
		"参数“RELEASE_ID”由系统填写，表单里不能填",
		"项目“商城”里没有应用“火箭”(可能已停用或改名)，请重新选择",
		"所选应用没有参数“优先级”",
		"执行时间 2026-11-22 19:00:00 已经过去，请重新选择",
		"请先完成数据库变更",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHostileValues(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for name, c := range map[string]struct {
		value             string
		oneLine, multiple bool // whether a string and a text parameter take it
	}{
		"plain":                   {"v2.1.0-rc.1+build_7", true, true},
		"Chinese":                 {"发布 第二版", true, true},
		"a URL":                   {"https://repo.example.com/a?b=c&d=e", true, true},
		"a dollar":                {"costs 5$", true, true},
		"command substitution":    {"v1$(reboot)", false, false},
		"backticks":               {"v1`reboot`", false, false},
		"a path upwards":          {"../../etc/passwd", false, false},
		"two dots in a version":   {"v1..v2", true, true},
		"a semicolon":             {"v1; reboot", false, true},
		"a pipe":                  {"v1|sh", false, true},
		"a redirection":           {"v1 > /etc/passwd", false, true},
		"two commands":            {"v1 && reboot", false, true},
		"a shell variable":        {"v1${IFS}reboot", false, false},
		"an option":               {"--force", false, true},
		"a negative number":       {"-1", true, true},
		"a path upwards, Windows": {"..\\..\\x", false, false},
		"a newline":               {"v1\nreboot", false, true},
		"Windows lines":           {"a\r\nb", false, true},
		"a tab":                   {"a\tb", false, true},
		"NUL":                     {"a\x00b", false, false},
		"an escape sequence":      {"\x1b[2J", false, false},
		"bidirectional override":  {"v1\u202e0.2", false, false},
		"zero width":              {"v1\u200b", false, false},
		"a family of emoji":       {"👨\u200d👩\u200d👧", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			for parameter, takes := range map[string]bool{"VERSION": c.oneLine, "BRANCH": c.oneLine, "NOTES": c.multiple} {
				got := lines(t, s, parameter, c.value)
				if takes != (got == nil) {
					t.Errorf("%s: %q", parameter, got)
				}
				if !takes && !strings.HasPrefix(got[0], "参数“"+parameter+"”的值含有不允许的") {
					t.Errorf("%s: %q", parameter, got)
				}
			}
		})
	}
}

func TestSecretsAreNotRepeatedInProblems(t *testing.T) {
	got := lines(t, offering(CatalogueRules{}, mall()...), "API_TOKEN", "hunter2")
	if len(got) != 1 || strings.Contains(got[0], "hunter2") || !strings.Contains(got[0], model.Masked) {
		t.Errorf("problems %q", got)
	}
}

func TestAtMostFiftyAppsAtOnce(t *testing.T) {
	var jobs []model.Job
	var names []string
	for i := range maxApps + 1 {
		name := "app-" + strconv.Itoa(i)
		jobs, names = append(jobs, plainJob("mall/"+name, name)), append(names, `"`+name+`"`)
	}
	s := offering(CatalogueRules{}, jobs...)
	list := func(n int) string { return "[" + strings.Join(names[:n], ",") + "]" }
	if got := lines(t, s, "项目名称", "mall", "应用名称", list(maxApps)); got != nil {
		t.Errorf("fifty: %q", got)
	}
	got := lines(t, s, "项目名称", "mall", "应用名称", list(maxApps+1))
	if diff := cmp.Diff([]string{"一次最多上线 50 个应用"}, got); diff != "" {
		t.Errorf("fifty-one (-want +got):\n%s", diff)
	}
}
