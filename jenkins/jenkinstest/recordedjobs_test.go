package jenkinstest

import "time"

var deployParams = []Parameter{
	{Name: "VERSION", Default: "v1.0.0", Description: "要发布的版本号"},
	{Name: "DRY_RUN", Kind: Boolean, Default: "true", Description: "仅演练，不真正发布"},
	{Name: "ENV", Kind: Choice, Choices: []string{"dev", "staging", "prod"}, Description: "目标环境"},
	{Name: "DEPLOY_TOKEN", Kind: Password, Default: "secret", Description: "发布令牌"},
	{Name: "NOTES", Kind: Text, Default: "第一行\n第二行", Description: "发布说明\n可多行"},
}

func one(name, value, description string) []Parameter {
	return []Parameter{{Name: name, Default: value, Description: description}}
}

const slowLog = "[slow-10s] $ /bin/sh -xe /var/jenkins/step.sh\n" +
	"+ echo tick 1\ntick 1\n+ sleep 1\n+ echo tick 2\ntick 2\n+ sleep 1\n+ echo tick 3\ntick 3\n+ sleep 1\n" +
	"+ echo tick 4\ntick 4\n+ sleep 1\n+ echo tick 5\ntick 5\n+ sleep 1\n+ echo tick 6\ntick 6\n+ sleep 1\n" +
	"+ echo tick 7\ntick 7\n+ sleep 1\n+ echo tick 8\ntick 8\n+ sleep 1\n+ echo tick 9\ntick 9\n+ sleep 1\n" +
	"+ echo tick 10\ntick 10\n+ sleep 1\n"

// recordedJobs are the jobs of the recorded Jenkins.
func recordedJobs() []Job {
	return append([]Job{
		{FullName: "deploy-params", DisplayName: "参数化发布", Description: "参数化发布任务", Parameters: deployParams, Duration: 2 * time.Second,
			Log: "[deploy-params] $ /bin/sh -xe /var/jenkins/step.sh\n+ echo VERSION=v2.0 ENV=prod DRY_RUN=false\n" +
				"VERSION=v2.0 ENV=prod DRY_RUN=false\n+ echo 多行\n说明\n多行\n说明\n+ sleep 2\n"},
		{FullName: "disabled-job", Description: "已停用", Disabled: true, Parameters: one("A", "1", "a")},
		{FullName: "disabled-pipe", Description: "已停用流水线", Kind: Pipeline, Disabled: true},
		{FullName: "fail-job", Description: "总是失败", Result: "FAILURE", Duration: 36 * time.Millisecond},
		{FullName: "git-param-job", Description: "Git 参数", SCM: "hudson.plugins.git.GitSCM", Duration: time.Second,
			Parameters: []Parameter{{Name: "REVISION", Kind: GitParameter, Default: "main", Description: "分支或标签", BrokenExport: true,
				Choices: []string{"v1.1.0", "v1.0.0", "origin/release/1.1", "origin/main"}}}},
		{FullName: "label-job", Description: "标签不存在", Label: "no-such-label"},
		{FullName: "my job 空格", Description: "名字带空格和中文", Parameters: one("A B", "1", "参数名带空格")},
		{FullName: "noparam", Description: "无参数"},
		{FullName: "odd-params", Description: "少见参数", Parameters: []Parameter{
			{Name: "upload.txt", Kind: File, Description: "上传文件"},
			{Name: "RUN", Kind: Run, Choices: []string{"slow-10s"}, Description: "选择构建"},
			{Name: "CRED", Kind: Credentials, Description: "凭据"},
		}},
		{FullName: "payments", DisplayName: "支付", Kind: Folder, Description: "支付域"},
		{FullName: "payments/billing-deploy", Description: "计费发布", Kind: Pipeline, Parameters: []Parameter{
			{Name: "VERSION", Default: "v1", Description: "版本"},
			{Name: "ENV", Kind: Choice, Choices: []string{"dev", "prod"}, Description: "环境"},
		}},
		{FullName: "payments/core", Kind: Folder, Description: "核心子目录"},
		{FullName: "payments/core/disabled-ledger", Description: "停用账本", Disabled: true},
		{FullName: "payments/core/ledger", Description: "账本"},
		{FullName: "payments/refund-job", DisplayName: "退款", Description: "退款任务", Parameters: deployParams},
		{FullName: "plugin-params", Description: "插件参数", Parameters: pluginParams},
		{FullName: "quiet-job", Description: "静默期 20 秒", QuietPeriod: 20 * time.Second, Parameters: one("K", "1", "键")},
		{FullName: "serial-job", Description: "不允许并发", Duration: 25 * time.Second, Parameters: one("WHO", "x", "谁")},
		{FullName: "slow-10s", Description: "约 10 秒", Duration: 10 * time.Second, Log: slowLog},
	}, recordedPipelines()...)
}

var pluginParams = []Parameter{
	{Name: "HOSTS", Kind: ExtendedChoice, Multi: true, Default: "h1", Choices: []string{"h1", "h2", "h3"}, Description: "主机(多选)"},
	{Name: "SINGLE", Kind: ExtendedChoice, Default: "b", Choices: []string{"a", "b", "c"}, Description: "单选"},
	{Name: "SERVICE", Kind: ActiveChoice, Default: "order", Description: "服务(动态)"},
	{Name: "TAG", Kind: CascadeChoice, Default: "fallback", Description: "标签(联动)"},
}

func recordedPipelines() []Job {
	version := one("VERSION", "v1", "版本")
	return []Job{
		{FullName: "pipe-fail", Description: "失败流水线", Kind: Pipeline, Result: "FAILURE", Stages: []string{"x"}, Error: "出错了",
			Duration: 90 * time.Millisecond},
		{FullName: "pipe-input", Description: "带人工确认", Kind: Pipeline, Parameters: version, Duration: 2 * time.Second,
			Stages: []string{"构建", "审批", "发布"}, Inputs: []Input{{ID: "Confirm", Message: "确认发布到生产?", Proceed: "发布"}}},
		{FullName: "pipe-input-parallel", Description: "并行确认", Kind: Pipeline, Stages: []string{"审批"}, Inputs: []Input{
			{ID: "InA", Message: "A?", Parallel: 1}, {Message: "B?", Parallel: 1}}},
		{FullName: "pipe-input-params", Description: "带参数的人工确认", Kind: Pipeline, Stages: []string{"审批"}, Inputs: []Input{{
			ID: "ApproveProd", Message: "请选择发布参数", Proceed: "批准", Submitters: []string{"approver", "ops"}, SubmitterParameter: "BY",
			Parameters: []Parameter{
				{Name: "REGION", Kind: Choice, Choices: []string{"cn-north", "cn-east"}, Description: "地域"},
				{Name: "TICKET", Default: "OPS-1", Description: "工单号"},
				{Name: "FORCE", Kind: Boolean, Description: "强制"},
				{Name: "MEMO", Kind: Text, Default: "a\nb", Description: "备注"},
				{Name: "PIN", Kind: Password, Default: "x", Description: "口令"},
			}}}},
		{FullName: "pipe-simple", Description: "简单流水线", Kind: Pipeline, Parameters: version, Duration: 5 * time.Second,
			Stages: []string{"一", "二"}},
		{FullName: "serial-pipe", Description: "不允许并发(流水线)", Kind: Pipeline, Serial: true, Parameters: one("WHO", "x", "谁")},
		{FullName: "unstable-pipe", Description: "不稳定", Kind: Pipeline, Result: "UNSTABLE", Duration: 941 * time.Millisecond},
	}
}
