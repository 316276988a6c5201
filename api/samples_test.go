package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

// mall is a Jenkins that has what the samples ask for.
func mall() []model.Job {
	app := func(name, label string) model.Job {
		return model.Job{FullName: "mall/" + name, Name: name, DisplayName: label, Buildable: true, Parameters: []model.ParameterDefinition{
			{Name: "VERSION", Kind: model.KindString}, {Name: "ENV", Kind: model.KindChoice, Choices: []string{"staging", "prod"}},
		}}
	}
	return []model.Job{
		{FullName: "mall", Name: "mall", DisplayName: "商城", Container: true}, app("mall-web", "商城前端"), app("mall-api", "商城接口服务"),
	}
}

// renamed are names of fields other than the canonical ones, all of which the rig knows anyway.
var renamed = api.SampleNames{
	Controller: "prod", Parameters: []string{"VERSION"},
	Fields: map[string]string{"project": "项目名称", "app": "应用名称", "scheduledAt": "上线时间", "keyword": "搜索", "parameter": "参数", "approverUserIds": "审批人"},
}

// shape is a JSON value with the names of the kinds of its values instead of them; a list is the shape of its elements.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		of := map[string]any{}
		for name, inner := range v {
			of[name] = shape(inner)
		}
		return of
	case []any:
		of := map[string]any{}
		for _, inner := range v {
			of[fmt.Sprint(shape(inner))] = shape(inner)
		}
		return of
	}
	return fmt.Sprintf("%T", v)
}

func decoded(t *testing.T, raw json.RawMessage) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return v
}

// callSample calls the action as its sample says.
func callSample(t *testing.T, r *rig, s api.Sample, in json.RawMessage) answer {
	t.Helper()
	target := s.Path
	if s.Place == api.PlaceBody {
		return r.do(s.Method, target, asJSON, string(in), signed)
	}
	query := url.Values{}
	if in != nil {
		for name, value := range decoded(t, in) {
			query.Set(name, value.(string))
		}
	}
	return r.do(s.Method, target+"?"+query.Encode(), "", "", signed)
}

func TestSamplesAreTakenAndAnsweredAsTheySay(t *testing.T) {
	for _, names := range []api.SampleNames{{}, {Parameters: []string{"VERSION"}}, renamed} {
		for _, s := range api.Samples(names) {
			inputs := s.Inputs
			if len(inputs) == 0 {
				inputs = []api.SampleInput{{}}
			}
			for _, in := range inputs {
				m := api.NewMetrics()
				service, _ := newService(t, mall(), m)
				a := callSample(t, newRigWith(t, service, m), s, in.JSON)
				if a.status != http.StatusOK || a.body["success"] != true || a.body["valid"] == false {
					t.Errorf("%s %s is refused: %s", s.Action, in.JSON, a.raw)
				}
				if diff := cmp.Diff(shape(decoded(t, s.Output)), shape(a.body)); diff != "" {
					t.Errorf("%s %s (-sample +answer):\n%s", s.Action, in.Shape, diff)
				}
			}
		}
	}
}

func TestSamplesOfFormsNameTheirApps(t *testing.T) {
	for _, s := range api.Samples(api.SampleNames{Parameters: []string{"VERSION"}}) {
		for _, in := range s.Inputs {
			if in.Shape == "" {
				continue
			}
			m := api.NewMetrics()
			service, _ := newService(t, mall(), m)
			r := newRigWith(t, service, m)
			a := callSample(t, r, s, in.JSON)
			if s.Action != "releases" {
				continue
			}
			detail := r.ops(http.MethodGet, fmt.Sprint("/api/releases/", a.body["releaseId"]), "")
			want := map[string]int{api.ShapeSingle: 1, api.ShapeMultiple: 2, api.ShapeTable: 2}[in.Shape]
			if got := strings.Count(detail.raw, `"v1.0.0"`); got < want || len(detail.body["deployments"].([]any)) != want {
				t.Errorf("%s: %s", in.Shape, detail.raw)
			}
		}
	}
}

func TestThereIsASampleOfEveryAction(t *testing.T) {
	var sampled, routes []string
	for _, s := range api.Samples(api.SampleNames{}) {
		sampled = append(sampled, s.Action)
		if s.Method != http.MethodGet && s.Method != http.MethodPost || s.Path != "/connector/"+s.Action {
			t.Errorf("%s: %s %s", s.Action, s.Method, s.Path)
		}
		if _, known := outputs[s.Action]; !known {
			t.Errorf("there is no action %s", s.Action)
		}
	}
	for _, route := range api.Routes(newRig(t, &fake{}).handler) {
		if action, ok := strings.CutPrefix(route, "GET /connector/"); ok {
			routes = append(routes, action)
		}
	}
	if len(sampled) != len(routes) || len(sampled) != len(outputs) {
		t.Errorf("samples %v, routes %v", sampled, routes)
	}
}

// TestATableComesInAsObjects: DingTalk does not say how it sends a table, so every way that is likely is read.
func TestATableComesInAsObjects(t *testing.T) {
	for name, table := range map[string]string{
		"objects":        `[{"应用名称":"商城前端","VERSION":"v1"},{"应用名称":{"label":"商城接口服务","key":"prod:mall/mall-api"},"VERSION":"v2"}]`,
		"a text":         `"[{\"应用名称\":\"商城前端\",\"VERSION\":\"v1\"},{\"应用名称\":\"商城接口服务\",\"VERSION\":\"v2\"}]"`,
		"DingTalk's own": `[{"rowValue":[{"label":"应用名称","value":"商城前端","key":"A_1","extendValue":[{"label":"商城前端","key":"option_0"}]},{"label":"VERSION","value":"v1"}],"rowNumber":"T_1"},{"rowValue":[{"label":"应用名称","value":"商城接口服务"},{"label":"VERSION","value":"v2"}]}]`,
	} {
		m := api.NewMetrics()
		service, _ := newService(t, mall(), m)
		r := newRigWith(t, service, m)
		a := r.call("releases", `{"项目名称":"商城","应用明细":`+table+`,"实例ID":"i"}`)
		detail := r.ops(http.MethodGet, fmt.Sprint("/api/releases/", a.body["releaseId"]), "")
		if !strings.Contains(detail.raw, `"v1"`) || !strings.Contains(detail.raw, `"v2"`) {
			t.Errorf("%s: %s\n%s", name, a.raw, detail.raw)
		}
	}
}
