package service

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// viewed is deep with views.
func viewed() model.Listing {
	return model.Listing{Controller: "prod", Jobs: deep(), Views: []model.View{
		{Name: "交易", Jobs: []string{"deploy/trade"}},                                                // a folder with all it holds
		{Name: "值班", Jobs: []string{"deploy/trade/order", "deploy/direct", "deploy/trade", "gone"}}, // each once
		{Name: "组/移动", Jobs: []string{"deploy/org/mobile/feature%2Fx"}},
		{Name: "deploy/夜间", Jobs: []string{"deploy/direct"}},
		{Name: "空", Jobs: []string{"gone"}},
	}}
}

func TestViews(t *testing.T) {
	for name, c := range map[string]struct {
		rules CatalogueRules
		want  string
	}{
		"as they are": {CatalogueRules{By: ByView},
			"交易: 网关 risk 订单\n值班: 网关 risk 订单 直属\n移动: feature%2Fx\n夜间: 直属\n"},
		"with paths": {CatalogueRules{By: ByView, JoinPath: true},
			"交易: 网关 risk 订单\n值班: 网关 risk 订单 直属\n组 / 移动: feature%2Fx\n发布 / 夜间: 直属\n"},
		"with labels": {CatalogueRules{By: ByView, JoinPath: true, Labels: map[string]string{"值班": "值班表", "组": "终端", "组/移动": "App"}},
			"交易: 网关 risk 订单\n值班表: 网关 risk 订单 直属\n终端 / App: feature%2Fx\n发布 / 夜间: 直属\n"},
		"a branch stands for its project": {CatalogueRules{By: ByView, BranchParameter: "BRANCH"},
			"交易: 网关 risk 订单\n值班: 网关 risk 订单 直属\n移动: 移动端[main feature/x]\n夜间: 直属\n"},
		"within folders": {CatalogueRules{By: ByView, Folders: []string{"deploy/trade"}, Exclude: patterns("risk")},
			"交易: 网关 订单\n值班: 网关 订单\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := buildCatalogue([]source{{rules: c.rules, listing: viewed()}})
			if diff := cmp.Diff(c.want, outlined(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An app that stands in several projects is each of theirs, and no project's in particular.
func TestAppInSeveralProjects(t *testing.T) {
	c := buildCatalogue([]source{{rules: CatalogueRules{By: ByView}, listing: viewed()}})
	if app, p := c.AppByKey("prod:deploy/trade/order"); app == nil || p != nil {
		t.Errorf("%+v of %+v", app, p)
	}
	if app, p := c.AppByKey("prod:deploy/org/mobile/feature%2Fx"); app == nil || p == nil || p.Name != "移动" {
		t.Errorf("%+v of %+v", app, p)
	}
	if c.Size() != 5 {
		t.Errorf("%d apps", c.Size())
	}
	s := offering(CatalogueRules{By: ByView})
	s.offer(viewed())
	for form, want := range map[[2]string]string{
		{"", "prod:deploy/trade/order"}:                "请选择项目",
		{"交易", "prod:deploy/trade/order"}:              "",
		{"值班", "订单"}:                                   "",
		{"prod:值班", "deploy/trade/order"}:              "",
		{"", "prod:deploy/org/mobile/feature%2Fx"}:     "",
		{"组/移动", "prod:deploy/org/mobile/feature%2Fx"}: "",
		{"移动", "订单"}:                                   "项目“移动”里没有应用“订单”(可能已停用或改名)，请重新选择",
	} {
		if got := strings.Join(lines(t, s, "项目名称", form[0], "应用名称", form[1]), "|"); got != want {
			t.Errorf("%v: %q, want %q", form, got, want)
		}
	}
}
