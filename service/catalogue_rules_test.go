package service

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// multibranch is a multibranch project and the jobs of its branches; "x off" is a disabled one.
func multibranch(fullName, label string, branches ...string) []model.Job {
	jobs := []model.Job{container(fullName, label)}
	jobs[0].Kind = model.JobMultibranch
	for _, branch := range branches {
		name, disabled := strings.CutSuffix(branch, " off")
		j := plainJob(fullName+"/"+name, "")
		j.Buildable = !disabled
		jobs = append(jobs, j)
	}
	return jobs
}

// deep is a listing with folders in folders, and a multibranch project in an organisation folder.
func deep() []model.Job {
	org := container("deploy/org", "组织")
	org.Kind = model.JobOrganization
	jobs := []model.Job{
		container("deploy", "发布"), container("deploy/trade", "交易"), container("deploy/trade/pay", "支付"),
		plainJob("deploy/trade/pay/gateway", "网关"), plainJob("deploy/trade/pay/risk", ""), plainJob("deploy/trade/order", "订单"),
		plainJob("deploy/direct", "直属"), org,
	}
	jobs = append(jobs, multibranch("deploy/org/mobile", "移动端", "main", "feature%2Fx", "old off")...)
	return append(jobs, container("other", "其他"), container("other/trade", "交易"), plainJob("other/trade/x", ""))
}

// groupings are rules about projects and labels, and what they offer of deep.
var groupings = map[string]struct {
	rules CatalogueRules
	want  string
}{
	"the folder that holds the job": {
		CatalogueRules{Folders: []string{"deploy"}},
		"支付: 网关 risk\n交易: 订单\n发布: 直属\n移动端: main feature%2Fx\n",
	},
	"one folder deep": {
		CatalogueRules{Folders: []string{"deploy"}, Depth: 1}, "交易: 网关 risk 订单\n发布: 直属\n组织: main feature%2Fx\n",
	},
	"one folder deep, from everywhere": {
		CatalogueRules{Depth: 1}, "发布: 网关 risk 订单 直属 main feature%2Fx\n其他: x\n",
	},
	"two folders deep": {
		CatalogueRules{Depth: 2}, "交易 (deploy/trade): 网关 risk 订单\n发布: 直属\n组织: main feature%2Fx\n交易 (other/trade): x\n",
	},
	"deeper than there are folders": {
		CatalogueRules{Folders: []string{"deploy"}, Depth: 9}, "支付: 网关 risk\n交易: 订单\n发布: 直属\n移动端: main feature%2Fx\n",
	},
	"below the inner of two roots": {
		CatalogueRules{Folders: []string{"deploy", "deploy/trade"}, Depth: 1}, "支付: 网关 risk\n交易: 订单\n发布: 直属\n组织: main feature%2Fx\n",
	},
	"with the labels on the path": {
		CatalogueRules{Folders: []string{"deploy", "other"}, JoinPath: true},
		"交易 / 支付: 网关 risk\n交易 (deploy/trade): 订单\n发布: 直属\n组织 / 移动端: main feature%2Fx\n交易 (other/trade): x\n",
	},
	"with the labels on the whole path": {
		CatalogueRules{JoinPath: true},
		"发布 / 交易 / 支付: 网关 risk\n发布 / 交易: 订单\n发布: 直属\n发布 / 组织 / 移动端: main feature%2Fx\n其他 / 交易: x\n",
	},
	"a path that is cut by the depth": {
		CatalogueRules{JoinPath: true, Depth: 2}, "发布 / 交易: 网关 risk 订单\n发布: 直属\n发布 / 组织: main feature%2Fx\n其他 / 交易: x\n",
	},
	"labels of the configuration": {
		CatalogueRules{Folders: []string{"deploy/trade"}, JoinPath: true, Labels: map[string]string{
			"deploy/trade": "交易平台", "deploy/trade/pay": "收银", "deploy/trade/pay/risk": "风控", "risk": "不用",
		}},
		"收银: 网关 风控\n交易平台: 订单\n",
	},
	"names before anything else": {
		CatalogueRules{Folders: []string{"deploy/trade"}, LabelFrom: []LabelSource{LabelName}}, "pay: gateway risk\ntrade: order\n",
	},
	"an expression with configured labels": {
		CatalogueRules{Project: regexp.MustCompile(`^deploy/trade/(?P<project>\w+)/(?P<app>r.*)$`), Labels: map[string]string{"pay": "支付线"}},
		"支付线: risk\n",
	},
	"branches chosen": {
		CatalogueRules{Folders: []string{"deploy/org"}, BranchParameter: "BRANCH"}, "组织: 移动端[main feature/x]\n",
	},
	"branches chosen, the root being the project itself": {
		CatalogueRules{Folders: []string{"deploy/org/mobile"}, BranchParameter: "BRANCH"}, "组织: 移动端[main feature/x]\n",
	},
	"a branch excluded": {
		CatalogueRules{Folders: []string{"deploy/org"}, BranchParameter: "BRANCH", Exclude: patterns("/feature")}, "组织: 移动端[main]\n",
	},
	"the project excluded": {
		CatalogueRules{Folders: []string{"deploy/org"}, BranchParameter: "BRANCH", Exclude: patterns("/mobile$")}, "",
	},
	"one branch included": {
		CatalogueRules{BranchParameter: "BRANCH", Include: patterns("/main$")}, "组织: 移动端[main]\n",
	},
	"the project included, and so its branches": {
		CatalogueRules{BranchParameter: "BRANCH", Include: patterns("/mobile$")}, "组织: 移动端[main feature/x]\n",
	},
	"only explicit projects, of which there are none": {CatalogueRules{By: ByName}, ""},
	"views, of which there are none":                  {CatalogueRules{By: ByView}, ""},
}

// outlined is outline with the branches of apps.
func outlined(c *Catalogue) string {
	var b strings.Builder
	for _, p := range c.Projects {
		b.WriteString(p.Name + ":")
		for _, a := range p.Apps {
			b.WriteString(" " + a.Label)
			var branches []string
			for _, branch := range a.Branches {
				branches = append(branches, branch.Branch)
			}
			if branches != nil {
				b.WriteString("[" + strings.Join(branches, " ") + "]")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestGroupings(t *testing.T) {
	for name, c := range groupings {
		t.Run(name, func(t *testing.T) {
			got := buildCatalogue([]source{{rules: c.rules, listing: model.Listing{Controller: "prod", Jobs: deep()}}})
			if diff := cmp.Diff(c.want, outlined(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabelSources(t *testing.T) {
	job := model.Job{FullName: "deploy/pay-web", Name: "pay-web", DisplayName: "前端", Description: "支付页\n详细"}
	expression := regexp.MustCompile(`^deploy/(?P<project>[a-z]+)-(?P<app>.+)$`)
	for name, c := range map[string]struct {
		rules CatalogueRules
		job   func(*model.Job)
		want  string
	}{
		"as ever":                          {CatalogueRules{}, nil, "前端"},
		"description first":                {CatalogueRules{LabelFrom: []LabelSource{LabelDescription, LabelDisplayName}}, nil, "支付页"},
		"description first, without one":   {CatalogueRules{LabelFrom: []LabelSource{LabelDescription, LabelDisplayName}}, func(j *model.Job) { j.Description = " " }, "前端"},
		"name first":                       {CatalogueRules{LabelFrom: []LabelSource{LabelName, LabelDisplayName}}, nil, "pay-web"},
		"nothing that it has":              {CatalogueRules{LabelFrom: []LabelSource{LabelDescription}}, func(j *model.Job) { j.Description = "" }, "pay-web"},
		"the map first":                    {CatalogueRules{LabelFrom: []LabelSource{LabelName}, Labels: map[string]string{"deploy/pay-web": "收银台"}}, nil, "收银台"},
		"the map knows full names only":    {CatalogueRules{Labels: map[string]string{"pay-web": "收银台"}}, nil, "前端"},
		"an expression, named by somebody": {CatalogueRules{Project: expression}, nil, "前端"},
		"an expression":                    {CatalogueRules{Project: expression}, func(j *model.Job) { j.DisplayName = "pay-web" }, "web"},
		"an expression, description first": {CatalogueRules{Project: expression, LabelFrom: []LabelSource{LabelDescription}}, nil, "支付页"},
		"an expression, name first":        {CatalogueRules{Project: expression, LabelFrom: []LabelSource{LabelName}}, nil, "web"},
		"an expression and nothing that it has": {CatalogueRules{Project: expression, LabelFrom: []LabelSource{LabelDescription}},
			func(j *model.Job) { j.Description = "" }, "web"},
	} {
		t.Run(name, func(t *testing.T) {
			j := job
			if c.job != nil {
				c.job(&j)
			}
			if got := c.rules.label(&j); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
