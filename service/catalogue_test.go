package service

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func patterns(texts ...string) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, t := range texts {
		all = append(all, regexp.MustCompile(t))
	}
	return all
}

// outline is what a catalogue offers: "project: app app", a line each.
func outline(c *Catalogue) string {
	var b strings.Builder
	for _, p := range c.Projects {
		b.WriteString(p.Name + ":")
		for _, a := range p.Apps {
			b.WriteString(" " + a.Label)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func container(fullName, label string) model.Job {
	return model.Job{FullName: fullName, Name: fullName[strings.LastIndexByte(fullName, '/')+1:], DisplayName: label, Container: true}
}

// company is what a Jenkins lists.
var company = []model.Job{
	plainJob("root-job", ""), container("deploy", "发布"), container("deploy/mall", "商城"),
	plainJob("deploy/mall/web", "商城前端"), plainJob("deploy/mall/web-test", "测试"),
	{FullName: "deploy/mall/old", Name: "old", DisplayName: "旧版"},
	container("deploy/mall/mobile", "移动端"), plainJob("deploy/mall/mobile/main", ""),
	plainJob("deploy/pay-gateway", ""), plainJob("deploy/pay-risk", "风控"), plainJob("deployment/x", ""),
	container("empty", "空"),
}

// selections are rules and what they offer of the company.
var selections = map[string]struct {
	rules CatalogueRules
	want  string
}{
	"everywhere": {
		CatalogueRules{},
		"根目录: root-job\n商城: 商城前端 测试\n移动端: main\n发布: pay-gateway 风控\ndeployment: x\n",
	},
	"in one folder": {
		CatalogueRules{Folders: []string{"/deploy/mall/"}}, "商城: 商城前端 测试\n移动端: main\n",
	},
	"in two folders, none by its first letters": {
		CatalogueRules{Folders: []string{"deploy/mall/mobile", "deploymen"}}, "移动端: main\n",
	},
	"included": {
		CatalogueRules{Include: patterns("/web", "^root")}, "根目录: root-job\n商城: 商城前端 测试\n",
	},
	"excluded": {
		CatalogueRules{Folders: []string{"deploy"}, Exclude: patterns("-test$", "mobile/")}, "商城: 商城前端\n发布: pay-gateway 风控\n",
	},
	"excluded wins": {
		CatalogueRules{Include: patterns("web"), Exclude: patterns("-test$")}, "商城: 商城前端\n",
	},
	"projects out of names": {
		CatalogueRules{Project: regexp.MustCompile(`^deploy/(?P<project>[a-z]+)-(?P<app>.+)$`)}, "pay: gateway 风控\n",
	},
	"projects without an app group": {
		CatalogueRules{Project: regexp.MustCompile(`^deploy/(?P<project>[a-z]+)-`)}, "pay: pay-gateway 风控\n",
	},
	"a project that is empty is none": {
		CatalogueRules{Project: regexp.MustCompile(`^(?P<project>)(?P<app>.+)$`)}, "",
	},
	"nothing": {CatalogueRules{Include: patterns("^mars$")}, ""},
}

func TestWhatIsOffered(t *testing.T) {
	for name, c := range selections {
		t.Run(name, func(t *testing.T) {
			got := buildCatalogue([]source{{rules: c.rules, listing: model.Listing{Controller: "prod", Jobs: company}}})
			if diff := cmp.Diff(c.want, outline(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	for name, c := range map[string]struct {
		job  model.Job
		want string
	}{
		"display name":                          {model.Job{Name: "web", DisplayName: "前端", Description: "描述"}, "前端"},
		"a display name that is the name":       {model.Job{Name: "web", DisplayName: "web", Description: "前端\n详细"}, "前端"},
		"the description's first line":          {model.Job{Name: "web", Description: "\n  前端  \n详细"}, "前端"},
		"a description of Windows":              {model.Job{Name: "web", Description: "前端\r\n详细"}, "前端"},
		"nothing but the name":                  {model.Job{Name: "web", Description: " \n"}, "web"},
		"a branch job, named as Jenkins does":   {model.Job{Name: "release%2F1", DisplayName: "release/1"}, "release/1"},
		"a description that says what it's for": {model.Job{Name: "x", DisplayName: "", Description: "清理缓存，无参数"}, "清理缓存，无参数"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (CatalogueRules{}).label(&c.job); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestFolderLabelsNameProjects(t *testing.T) {
	described := container("pay", "")
	described.Description = "支付业务线\n由支付组维护"
	c := buildCatalogue([]source{{listing: model.Listing{Controller: "prod", Jobs: []model.Job{
		described, plainJob("pay/a", ""), container("bare", ""), plainJob("bare/b", ""), plainJob("unlisted/c", ""),
	}}}})
	if got := c.Projects[0].Name + " " + c.Projects[1].Name; got != "支付业务线 bare" {
		t.Errorf("projects %q", got)
	}
	if got := c.Projects[2].Name; got != "unlisted" {
		t.Errorf("a folder that the listing lacks is called %q", got)
	}
}

func TestSeveralControllers(t *testing.T) {
	listing := func(controller string, jobs ...model.Job) source {
		return source{listing: model.Listing{Controller: controller, Jobs: jobs}}
	}
	c := buildCatalogue([]source{
		listing("north", container("mall", "商城"), plainJob("mall/web", "前端")),
		listing("south", container("mall", "商城"), plainJob("mall/web", "前端"), container("pay", "支付"), plainJob("pay/x", "")),
	})
	if diff := cmp.Diff("商城 (north): 前端\n商城 (south): 前端\n支付: x\n", outline(c)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Size() != 3 {
		t.Errorf("%d apps", c.Size())
	}
	for key, project := range map[string]string{"north:mall/web": "north:mall", "south:mall/web": "south:mall"} {
		if app, p := c.AppByKey(key); app == nil || app.Key() != key || p.Key != project {
			t.Errorf("%s is %+v of %+v", key, app, p)
		}
	}
	if app, p := c.AppByKey("east:mall/web"); app != nil || p != nil {
		t.Errorf("an unknown key is %+v of %+v", app, p)
	}
}

func TestDisabledAppsAreCountedAndLeftOut(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for _, keyword := range []string{"", "前端"} {
		o, err := s.AppOptions(t.Context(), model.Question{Project: "商城", Keyword: keyword})
		if err != nil || o.Disabled != 1 {
			t.Errorf("keyword %q: %+v, %v", keyword, o, err)
		}
	}
	projects, err := s.ProjectOptions(t.Context(), model.Question{})
	if err != nil || projects.Total != 2 {
		t.Errorf("%+v, %v", projects, err)
	}
}

func TestProjectOfDisabledAppsAloneIsNotOffered(t *testing.T) {
	s := offering(CatalogueRules{}, container("old", "旧"), model.Job{FullName: "old/a", Name: "a"}, plainJob("new/b", ""))
	if o, err := s.ProjectOptions(t.Context(), model.Question{}); err != nil || o.Total != 1 || o.List[0].Name != "new" {
		t.Errorf("%+v, %v", o, err)
	}
}

// What a Jenkins really lists: containers never become apps, the branches of a multibranch project do.
func TestContainersAndBranches(t *testing.T) {
	w := newWorld(t)
	w.jenkins.AddJob(jenkinstest.Job{FullName: "deploy/org", Kind: jenkinstest.Organization, DisplayName: "组织"})
	if err := w.RefreshOnce(t.Context(), "prod"); err != nil {
		t.Fatal(err)
	}
	c, err := w.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, full := range []string{"deploy", "deploy/mall", "deploy/org", "deploy/mall/mall-mobile", "deploy/mall/mall-legacy"} {
		if app, _ := c.AppByKey("prod:" + full); app != nil {
			t.Errorf("%s is offered", full)
		}
	}
	p, err := c.FindProject("移动端（多分支）")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main", "release/2026.11"} {
		if _, err := p.FindApp(name); err != nil {
			t.Errorf("branch %s: %v", name, err)
		}
	}
}
