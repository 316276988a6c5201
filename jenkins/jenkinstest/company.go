package jenkinstest

import "time"

// Company is the demo's believable company: three projects below the folder deploy, a dozen apps with Chinese labels,
// pipelines with input steps, and jobs that fail, are slow, unstable or disabled. Builds take 0.3 to 1 second.
func Company() []Job {
	jobs := []Job{
		{FullName: "deploy", DisplayName: "发布", Kind: Folder, Description: "生产发布任务"},
		{FullName: "deploy/mall", DisplayName: "商城", Kind: Folder, Description: "商城业务线"},
		{FullName: "deploy/pay", DisplayName: "支付", Kind: Folder, Description: "支付业务线"},
		{FullName: "deploy/data", DisplayName: "数据平台", Kind: Folder, Description: "数据平台"},
	}
	jobs = append(jobs, companyMall()...)
	jobs = append(jobs, companyPay()...)
	return append(jobs, companyData()...)
}

func companyMall() []Job {
	return []Job{
		companyApp("deploy/mall/mall-web", "商城前端", 400*time.Millisecond),
		companyApp("deploy/mall/mall-api", "商城接口服务", 600*time.Millisecond),
		companyApp("deploy/mall/mall-order", "订单服务", 500*time.Millisecond),
		with(companyApp("deploy/mall/mall-search", "搜索服务", 300*time.Millisecond), func(j *Job) { j.Result = "UNSTABLE" }),
		with(companyApp("deploy/mall/mall-legacy", "旧版商城（已下线）", 300*time.Millisecond), func(j *Job) { j.Disabled = true }),
		{FullName: "deploy/mall/mall-mobile", DisplayName: "移动端（多分支）", Kind: Multibranch, Description: "移动端多分支流水线"},
		with(companyApp("deploy/mall/mall-mobile/main", "", 300*time.Millisecond), asPipeline),
		with(companyApp("deploy/mall/mall-mobile/release%2F2026.11", "release/2026.11", 300*time.Millisecond), asPipeline),
	}
}

func companyPay() []Job {
	gateway := with(companyApp("deploy/pay/pay-gateway", "支付网关", 600*time.Millisecond), asPipeline)
	gateway.Inputs = []Input{{ID: "Confirm", Message: "确认发布支付网关到生产?", Proceed: "发布"}}
	clearing := with(companyApp("deploy/pay/pay-clearing", "清结算", 500*time.Millisecond), asPipeline)
	clearing.Inputs = []Input{{ID: "ApproveProd", Message: "请选择发布参数", Proceed: "批准", Parameters: []Parameter{
		{Name: "REGION", Kind: Choice, Choices: []string{"cn-north", "cn-east"}, Description: "地域"},
		{Name: "TICKET", Kind: String, Default: "OPS-1", Description: "工单号"},
		{Name: "FORCE", Kind: Boolean, Description: "强制"},
	}}}
	return []Job{
		gateway,
		clearing,
		with(companyApp("deploy/pay/pay-refund", "退款服务", 400*time.Millisecond), func(j *Job) {
			j.Result = "FAILURE"
			j.Log = "+ ./deploy.sh\n连接数据库失败: connection refused\nBuild step 'Execute shell' marked build as failure"
		}),
		companyApp("deploy/pay/pay-risk", "风控服务", 700*time.Millisecond),
	}
}

func companyData() []Job {
	report := companyApp("deploy/data/data-report", "", 500*time.Millisecond)
	report.Description = "报表服务\n每日经营报表"
	noID := companyApp("deploy/data/data-sync", "数据同步", 500*time.Millisecond)
	noID.Parameters = noID.Parameters[:3] // no RELEASE_ID: found again by its parameters only
	return []Job{
		report,
		noID,
		companyApp("deploy/data/data-etl", "离线任务", 4*time.Second),
		{FullName: "deploy/data/data-cache-flush", DisplayName: "清理缓存", Kind: Freestyle, Duration: 300 * time.Millisecond,
			Description: "清理缓存，无参数", Log: "+ redis-cli flushdb\nOK"},
	}
}

func with(j Job, change func(*Job)) Job {
	change(&j)
	return j
}

func asPipeline(j *Job) { j.Kind = Pipeline }

// companyApp is a typical parameterised deployment.
func companyApp(fullName, label string, takes time.Duration) Job {
	return Job{
		FullName: fullName, DisplayName: label, Kind: Freestyle, Duration: takes, Log: "+ ./deploy.sh\n部署完成",
		Parameters: []Parameter{
			{Name: "VERSION", Kind: String, Default: "v1.0.0", Description: "要发布的版本号"},
			{Name: "ENV", Kind: Choice, Choices: []string{"staging", "prod"}, Description: "目标环境"},
			{Name: "DRY_RUN", Kind: Boolean, Description: "仅演练，不真正发布"},
			{Name: "RELEASE_ID", Kind: String, Description: "上线单号，由发布桥填写"},
			{Name: "NOTES", Kind: Text, Description: "发布说明"},
		},
	}
}
