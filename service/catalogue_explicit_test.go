package service

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func explicitly(id, label string, apps ...string) ExplicitProject {
	p := ExplicitProject{ID: id, Label: label}
	for _, app := range apps {
		key, label, _ := strings.Cut(app, "=")
		controller, fullName, _ := strings.Cut(key, ":")
		p.Apps = append(p.Apps, ExplicitApp{JobRef: model.JobRef{Controller: controller, FullName: fullName}, Label: label})
	}
	return p
}

// two are two controllers that have much in common, under the same rules, with explicit projects.
func two(rules CatalogueRules, explicit ...ExplicitProject) *Catalogue {
	north := []model.Job{
		container("deploy", "发布"), container("deploy/trade", ""), plainJob("deploy/trade/order", "订单"), plainJob("deploy/trade/pay", "支付"),
		{FullName: "deploy/trade/old", Name: "old", DisplayName: "旧版"},
	}
	north = append(north, multibranch("deploy/trade/mobile", "移动端", "main", "dev", "gone off")...)
	south := []model.Job{container("deploy", "发布"), container("deploy/trade", ""), plainJob("deploy/trade/order", "订单"), plainJob("x", "")}
	var sources []source
	for name, jobs := range map[string][]model.Job{"north": north, "south": south} {
		r := rules
		r.Named = NamedJobs(explicit, name)
		sources = append(sources, source{rules: r, listing: model.Listing{Controller: name, Jobs: jobs}})
	}
	if sources[0].listing.Controller == "south" {
		sources[0], sources[1] = sources[1], sources[0]
	}
	return buildCatalogue(sources, explicit...)
}

func TestExplicitProjects(t *testing.T) {
	branches := CatalogueRules{BranchParameter: "BRANCH"}
	for name, c := range map[string]struct {
		rules    CatalogueRules
		explicit []ExplicitProject
		want     string
	}{
		"first, in their order, and nowhere else": {branches, []ExplicitProject{
			explicitly("pay", "收银台", "north:deploy/trade/pay"),
			explicitly("all", "全部", "south:x=工具", "north:deploy/trade/order", "south:deploy/trade/order=南方订单"),
		}, "收银台: 支付\n全部: 工具 订单 南方订单\ntrade: 移动端[main dev]\n"},
		"called as their folders": {branches, []ExplicitProject{explicitly("trade", "", "north:deploy/trade/pay")},
			"trade: 支付\ntrade (north): 订单 移动端[main dev]\ntrade (south): 订单\n根目录: x\n"},
		"apps of one label": {branches, []ExplicitProject{
			explicitly("a", "甲", "north:deploy/trade/order", "south:deploy/trade/order", "north:deploy/trade/pay=订单"),
		}, "甲: 订单 (north:deploy/trade/order) 订单 (south) 订单 (pay)\ntrade: 移动端[main dev]\n根目录: x\n"},
		"whatever the rules say": {CatalogueRules{Folders: []string{"mars"}, Exclude: patterns("order"), By: ByName, BranchParameter: "BRANCH"},
			[]ExplicitProject{explicitly("a", "甲", "north:deploy/trade/order", "north:deploy/trade/mobile=手机")},
			"甲: 订单 手机[main dev]\n"},
		"a branch for itself": {branches, []ExplicitProject{explicitly("a", "甲", "north:deploy/trade/mobile/main=手机")},
			"甲: 手机\ntrade (north): 订单 支付 移动端[dev]\ntrade (south): 订单\n根目录: x\n"},
		"a multibranch project without branches to choose": {CatalogueRules{}, []ExplicitProject{
			explicitly("a", "甲", "north:deploy/trade/mobile", "north:deploy/trade/pay"),
		}, "甲: 支付\ntrade (north): 订单\n移动端: main dev\ntrade (south): 订单\n根目录: x\n"},
		"what is disabled, missing or of nobody is left out": {CatalogueRules{By: ByName}, []ExplicitProject{
			explicitly("a", "甲", "north:deploy/trade/old", "north:mars", "west:x"), explicitly("b", "乙", "north:mars", "south:x"),
		}, "乙: x\n"},
		"a job in two of them": {CatalogueRules{By: ByName}, []ExplicitProject{
			explicitly("a", "甲", "south:x"), explicitly("b", "乙", "south:x=工具"),
		}, "甲: x\n乙: 工具\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outlined(two(c.rules, c.explicit...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The id of an explicit project means it, whatever folders and views are called; its apps are found by key.
func TestExplicitProjectsAreFound(t *testing.T) {
	c := two(CatalogueRules{BranchParameter: "BRANCH"},
		explicitly("trade", "交易", "north:deploy/trade/pay", "north:deploy/trade/mobile"), explicitly("b", "乙", "north:deploy/trade/pay"))
	for value, want := range map[string]string{
		"trade": "trade", "交易": "trade", "交易 (trade)": "trade", "north:deploy/trade": "north:deploy/trade", "trade (south)": "south:deploy/trade",
		"deploy/trade": "", "north:trade": "",
	} {
		if p, err := c.FindProject(value); (err == nil) != (want != "") || (p != nil && p.Key != want) {
			t.Errorf("%q is %+v, %v; want %q", value, p, err, want)
		}
	}
	for key, want := range map[string]string{
		"north:deploy/trade/mobile": "trade", "north:deploy/trade/mobile/dev": "trade", "north:deploy/trade/pay": "several",
		"north:deploy/trade/order": "north:deploy/trade", "north:deploy/trade/old": "", "north:deploy/trade/mobile/gone": "", "west:x": "", "x": "",
	} {
		app, p := c.AppByKey(key)
		got := ""
		if app != nil {
			got = "several"
		}
		if p != nil {
			got = p.Key
		}
		if got != want || (app != nil && app.Key() != key) {
			t.Errorf("%s: %+v of %q, want %q", key, app, got, want)
		}
	}
	for key, want := range map[string]bool{"north:deploy/trade/old": true, "north:deploy/trade": true, "north:mars": false, "west:x": false} {
		if j := c.JobByKey(key); (j != nil) != want || (j != nil && "north:"+j.FullName != key) {
			t.Errorf("%s: %+v", key, j)
		}
	}
}

func TestDisabledAppsOfExplicitProjectsAreCounted(t *testing.T) {
	c := two(CatalogueRules{By: ByName}, explicitly("a", "甲", "north:deploy/trade/old", "south:x", "north:mars"))
	if got := c.Projects[0].shown.Disabled; got != 1 {
		t.Errorf("%d", got)
	}
}

// A listing of one controller makes nothing anew that rests on another's.
func TestOnlyWhatChangedIsMadeAnew(t *testing.T) {
	explicit := []ExplicitProject{explicitly("n", "北", "north:deploy/trade/pay"), explicitly("s", "南", "south:x")}
	rules := func(controller string) CatalogueRules { return CatalogueRules{Named: NamedJobs(explicit, controller)} }
	jobs := []model.Job{container("deploy", "发布"), plainJob("deploy/a", ""), plainJob("deploy/trade/pay", "支付"), plainJob("x", "")}
	north := buildSection(rules("north"), model.Listing{Controller: "north", Jobs: jobs})
	south := buildSection(rules("south"), model.Listing{Controller: "south", Jobs: jobs})
	before := assemble(nil, []*section{north, south}, explicit)
	changed := append([]model.Job(nil), jobs...)
	changed[0].DisplayName = "上线"
	after := assemble(before, []*section{north, buildSection(rules("south"), model.Listing{Controller: "south", Jobs: changed})}, explicit)
	if diff := cmp.Diff("北: 支付\n南: x\n发布 (north): a\n根目录: x\n发布 (south): a\ndeploy/trade: 支付\n", outlined(before)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("北: 支付\n南: x\n发布: a\n根目录: x\n上线: a\ndeploy/trade: 支付\n", outlined(after)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	for i, same := range map[int]bool{0: true, 1: false, 2: true, 3: true, 4: false, 5: false} {
		if got := before.Projects[i].Apps[0] == after.Projects[i].Apps[0]; got != same {
			t.Errorf("%s is made anew: %v", after.Projects[i].Name, !got)
		}
	}
	if before.Projects[2].Name != "发布 (north)" {
		t.Error("a catalogue in use was changed")
	}
}
