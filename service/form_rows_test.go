package service

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// tables are one form with two apps, each with a VERSION of its own, in the ways in which a table arrives.
var tables = map[string]string{
	"objects":         `[{"应用名称":"商城前端","VERSION":"v1","ENV":"prod"},{"应用名称":["订单服务"],"VERSION":"v2","DRY_RUN":""}]`,
	"DingTalk's own":  `[{"rowValue":[{"label":"应用名称","value":"商城前端","key":"k1"},{"label":"VERSION","value":"v1"},{"label":"ENV","value":"prod"}],"rowNumber":"1"},{"rowValue":[{"label":"应用名称","value":"[\"订单服务\"]"},{"label":"VERSION","value":"v2"}]}]`,
	"a list of texts": `["{\"应用名称\":\"商城前端\",\"VERSION\":\"v1\",\"ENV\":\"prod\"}","{\"应用名称\":\"订单服务\",\"VERSION\":\"v2\"}"]`,
}

func mallWithOrders() *Service {
	other := plainJob("mall/order", "订单服务")
	other.Parameters = []model.ParameterDefinition{{Name: "VERSION", Kind: model.KindString}}
	return offering(CatalogueRules{}, everyKind(), other)
}

func TestEachRowOfATableIsAnAppWithItsOwnParameters(t *testing.T) {
	for name, table := range tables {
		t.Run(name, func(t *testing.T) {
			p := planned(t, mallWithOrders(), fields("项目名称", "mall", "明细", table))
			if len(p.apps) != 2 || p.apps[0].app.Label != "商城前端" || p.apps[1].app.Label != "订单服务" {
				t.Fatalf("%+v", p.apps)
			}
			first := model.ParameterValue{Name: "VERSION", Value: "v1", Chosen: true}
			if diff := cmp.Diff(first, p.apps[0].parameters[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			second := []model.ParameterValue{{Name: "VERSION", Value: "v2", Chosen: true}}
			if diff := cmp.Diff(second, p.apps[1].parameters); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTablesThatAreWrong(t *testing.T) {
	s := mallWithOrders()
	for name, c := range map[string]struct {
		in   map[string][]string
		want string
	}{
		"a row without an app": {fields("项目名称", "mall", "明细", `[{"应用名称":"商城前端"},{"VERSION":"v2"}]`), "明细里有一行没有选择应用"},
		"the same app twice":   {fields("项目名称", "mall", "明细", `[{"应用名称":"订单服务"},{"应用名称":"订单服务"}]`), "应用“订单服务”重复了"},
		"an app above and in the table": {
			fields("项目名称", "mall", "应用名称", "订单服务", "明细", `[{"应用名称":"订单服务"}]`), "应用“订单服务”重复了"},
		"another value above the table": {
			fields("项目名称", "mall", "VERSION", "v1", "明细", `[{"应用名称":"订单服务","VERSION":"v2"}]`), "参数“VERSION”在明细和表单里的值不一致"},
		"a parameter of another app": {
			fields("项目名称", "mall", "明细", `[{"应用名称":"商城前端"},{"应用名称":"订单服务","ENV":"prod"}]`), "所选应用没有参数“ENV”"},
		"a time in a row": {fields("项目名称", "mall", "明细", `[{"应用名称":"订单服务","执行时间":"2026-01-01 10:00"}]`), "字段“执行时间”不能放在明细里"},
		"two tables": {
			fields("项目名称", "mall", "明细", `[{"应用名称":"订单服务"}]`, "更多", `[{"应用名称":"商城前端"}]`), "只能有一个"},
	} {
		t.Run(name, func(t *testing.T) {
			_, found, err := s.checkedAs(t, c.in, fillingIn)
			if err != nil {
				t.Fatal(err)
			}
			wantProblems(t, found.Problems, c.want)
		})
	}
}

func TestAParameterThatWantsJSONIsNoTable(t *testing.T) {
	f, problems := reader().Read(fields("CONFIG", `{"replicas":2}`))
	wantProblems(t, problems)
	if !slices.Equal(f.Parameters["CONFIG"], []string{`{"replicas":2}`}) || len(f.Rows) != 0 {
		t.Errorf("%+v", f)
	}
}

func TestFormsWithoutATableKeepTheirFingerprint(t *testing.T) {
	const before = "8f8006cecef94b4df14ec269f3439fa80a28cee04c74f26985ad131cfb222f95"
	f := Form{Project: "mall", Apps: []string{"web"}, Mode: model.ExecuteNow, Parameters: map[string][]string{"A": {"1"}}}
	if got := fingerprint(f); got != before {
		t.Errorf("%s", got)
	}
	f.Rows = []FormRow{{App: "web"}}
	if fingerprint(f) == before {
		t.Error("a table leaves no mark")
	}
}

func TestRowsWithSingleValuesKeepTheirFingerprint(t *testing.T) {
	const before = "c377d648273f64a393add386bd65bdecea2039fbbc6db40c262d6ea71db406fa"
	row := FormRow{App: "web", Parameters: map[string][]string{"A": {"1"}}, StandsFor: map[string][]string{"甲": {"A"}}}
	f := Form{Project: "mall", Apps: []string{"web"}, Mode: model.ExecuteNow, Parameters: map[string][]string{}, Rows: []FormRow{row}}
	if got := fingerprint(f); got != before {
		t.Errorf("%s", got)
	}
	f.Rows[0].Parameters["A"] = []string{"1", "2"}
	if fingerprint(f) == before {
		t.Error("a second value leaves no mark")
	}
}
