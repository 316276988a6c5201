package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// outputs are what each action answers beside the envelope, as it is when the action failed.
var outputs = map[string]map[string]any{
	"ping":       {},
	"projects":   noOptions(),
	"apps":       noOptions(),
	"parameters": noOptions(),
	"requests":   {"requestId": ""},
	"validate":   {"valid": false, "warnings": ""},
	"releases":   {"releaseId": "", "state": "", "duplicate": false},
}

func noOptions() map[string]any {
	return map[string]any{"list": []any{}, "ids": []any{}, "names": []any{}, "total": 0.0, "disabled": 0.0, "stale": false, "age": 0.0}
}

func TestEveryActionAnswersTheEnvelope(t *testing.T) {
	r := newRig(t, &fake{receipt: model.Receipt{Number: "R-1", State: model.ReleaseActive}})
	for action, blank := range outputs {
		for _, body := range []string{"", `{"project":"prod:trade"}`} {
			a := r.call(action, body)
			if a.status != http.StatusOK || a.body["success"] != true || a.body["errorCode"] != "" || a.body["errorMsg"] != "" {
				t.Errorf("%s %q: %d %s", action, body, a.status, a.raw)
			}
			if a.body["traceId"] != a.header.Get("X-Trace-Id") || a.body["traceId"] == "" {
				t.Errorf("%s: trace id %v, header %q", action, a.body["traceId"], a.header.Get("X-Trace-Id"))
			}
			if got := a.header.Get("Content-Type"); got != "application/json; charset=utf-8" {
				t.Errorf("%s: Content-Type %q", action, got)
			}
			for output := range blank {
				if _, ok := a.body[output]; !ok {
					t.Errorf("%s: output %s is missing from %s", action, output, a.raw)
				}
			}
		}
	}
}

func TestFailuresKeepEveryOutput(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for _, c := range []struct {
		code   model.Code
		status int
	}{
		{model.CodeUnknownProject, http.StatusOK},
		{model.CodeValidationFailed, http.StatusOK},
		{model.CodeSubmissionConflict, http.StatusOK},
		{model.CodeCatalogueUnready, http.StatusServiceUnavailable},
		{model.CodeDatabaseUnavailable, http.StatusServiceUnavailable},
	} {
		f.err = model.Errorf(c.code, "请看 %q", `"引号"`)
		for action, blank := range outputs {
			if action == "ping" || action == "requests" {
				continue // they ask nobody who could refuse
			}
			a := r.call(action, "")
			want := map[string]any{
				"success": false, "errorCode": string(c.code), "errorMsg": model.MessageOf(f.err), "traceId": a.header.Get("X-Trace-Id"),
			}
			for output, value := range blank {
				want[output] = value
			}
			if action == "validate" {
				want["message"] = model.MessageOf(f.err)
			}
			if diff := cmp.Diff(want, a.body); a.status != c.status || diff != "" {
				t.Errorf("%s, %s: status %d\n%s", action, c.code, a.status, diff)
			}
		}
	}
}

func TestOptionsOfTheRealCatalogue(t *testing.T) {
	r, _ := newReal(t)
	if a := r.call("projects", ""); !cmp.Equal(a.body["names"], []any{"交易平台"}) || !cmp.Equal(a.body["ids"], []any{"prod:trade"}) {
		t.Errorf("projects: %s", a.raw)
	}
	want := map[string]any{
		"list":  []any{map[string]any{"id": "prod:trade/order", "name": "订单服务"}, map[string]any{"id": "prod:trade/pay", "name": "支付服务"}},
		"ids":   []any{"prod:trade/order", "prod:trade/pay"},
		"names": []any{"订单服务", "支付服务"}, "total": 2.0, "disabled": 1.0,
	}
	for _, body := range []string{
		`{"project":"prod:trade"}`, `{"project":"交易平台"}`, `{"项目名称":"交易平台"}`, `{"项目名称":"[\"交易平台\"]"}`,
		`{"project":["交易平台"]}`, `{"project":{"label":"交易平台","key":"prod:trade"}}`, `{"project":{"id":"prod:trade","name":"交易平台"}}`,
		`{"project":"prod:trade","keyword":null}`, `{"project":"prod:trade","项目名称":"prod:trade"}`,
	} {
		a := r.call("apps", body)
		for output, value := range want {
			if diff := cmp.Diff(value, a.body[output]); diff != "" {
				t.Errorf("apps %s: %s\n%s", body, output, diff)
			}
		}
	}
	if a := r.call("apps", `{"项目名称":"交易平台","关键字":"zff"}`); !cmp.Equal(a.body["names"], []any{"支付服务"}) {
		t.Errorf("%s", a.raw)
	}
	if a := r.call("projects", `{"关键字":"jiaoyipt"}`); !cmp.Equal(a.body["names"], []any{"交易平台"}) {
		t.Errorf("%s", a.raw)
	}
	if a := r.call("apps", `{"项目名称":"交易平台","关键字":"支付"}`); !cmp.Equal(a.body["names"], []any{"支付服务"}) {
		t.Errorf("apps with a keyword: %s", a.raw)
	}
	if a := r.call("parameters", `{"project":"交易平台","app":"订单服务","parameter":"ENV"}`); !cmp.Equal(a.body["ids"], []any{"uat", "prod"}) {
		t.Errorf("parameters: %s", a.raw)
	}
	if a := r.call("apps", `{"project":"没有"}`); a.status != http.StatusOK || a.code() != "unknown_project" {
		t.Errorf("unknown project: %d %s", a.status, a.raw)
	}
}

func TestOldOptionsSayThatTheyAre(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for _, action := range []string{"projects", "apps", "parameters"} {
		for age, want := range map[time.Duration]float64{0: 0, 754300 * time.Millisecond: 754, time.Millisecond: 0} {
			f.age = age
			a := r.call(action, "")
			if a.body["stale"] != (age > 0) || a.body["age"] != want || len(a.body["ids"].([]any)) != 2 {
				t.Errorf("%s after %s: %s", action, age, a.raw)
			}
		}
	}
	if a := r.call("ping", ""); a.body["stale"] != nil {
		t.Errorf("ping: %s", a.raw)
	}
}

func TestFormsComeInEveryShape(t *testing.T) {
	r, _ := newReal(t)
	const query = "project=prod:trade&app=prod:trade/pay&reason=%E4%BF%AE%E5%A4%8D&requestId=one"
	multipart := "--x\r\nContent-Disposition: form-data; name=\"project\"\r\n\r\nprod:trade\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"应用名称\"\r\n\r\n[\"prod:trade/pay\"]\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"reason\"\r\n\r\n修复\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"requestId\"\r\n\r\none\r\n--x--\r\n"
	for i, a := range []answer{
		r.do("GET", "/connector/releases?"+query, "", "", signed),
		r.do("POST", "/connector/releases", "application/x-www-form-urlencoded", query, signed),
		r.do("POST", "/connector/releases?project=prod:trade", "application/x-www-form-urlencoded; charset=UTF-8", query, signed),
		r.do("POST", "/connector/releases", "multipart/form-data; boundary=x", multipart, signed),
	} {
		if a.status != http.StatusOK || a.body["releaseId"] != "R-1001" || a.body["state"] != "active" || a.body["duplicate"] != (i > 0) {
			t.Errorf("shape %d: %d %s", i, a.status, a.raw)
		}
	}
}

func TestReleasesAnswersTheScheduleInPeoplesZone(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*3600))
	r := newRig(t, &fake{receipt: model.Receipt{Number: "R-9", State: model.ReleaseActive, ScheduledAt: &at, Duplicate: true}})
	a := r.call("releases", `{"project":"x"}`)
	if a.body["scheduledAt"] != "2026-11-22T20:00:00+08:00" || a.body["duplicate"] != true || a.body["releaseId"] != "R-9" {
		t.Error(a.raw)
	}
}

func TestValidateTellsProblemsWithoutFailing(t *testing.T) {
	r, _ := newReal(t)
	a := r.call("validate", `{"project":"交易平台","app":"订单服务","ENV":"moon","DRY_RUN":"vielleicht"}`)
	message := fmt.Sprint(a.body["message"])
	if a.status != http.StatusOK || a.body["success"] != true || a.body["valid"] != false || strings.Count(message, "\n") != 1 {
		t.Error(a.raw)
	}
	if a := r.call("validate", `{"project":"交易平台","app":"订单服务","ENV":"uat"}`); a.body["valid"] != true || a.body["message"] != "" {
		t.Error(a.raw)
	}
}

func TestWarningsDoNotMakeAFormInvalid(t *testing.T) {
	f := &fake{warnings: "应用“商城前端”正在上线：R-1042 (张三，执行中)"}
	a := newRig(t, f).call("validate", `{"project":"x"}`)
	if a.body["valid"] != true || a.body["message"] != "" || a.body["warnings"] != f.warnings {
		t.Error(a.raw)
	}
}

func TestValuesReachTheServiceAsTheyCame(t *testing.T) {
	f := &fake{}
	newRig(t, f).call("validate", `{"n":12345678901234567890.10,"t":true,"no":null,"s":" [\"a\"] ","l":["a",1,null,{"key":"k","label":"L"}],"none":[],"e":""}`)
	want := map[string][]string{
		"n": {"12345678901234567890.10"}, "t": {"true"}, "s": {` ["a"] `}, "l": {"a", "1", "k"}, "e": {""},
	}
	if diff := cmp.Diff(want, f.fields); diff != "" {
		t.Error(diff)
	}
}

func TestASubmissionIsFinishedWhenTheCallerHangsUp(t *testing.T) {
	f := &fake{receipt: model.Receipt{Number: "R-1"}}
	r := newRig(t, f)
	ctx, hangUp := context.WithCancel(context.Background())
	f.during = func(inside context.Context) {
		hangUp()
		if deadline, ok := inside.Deadline(); inside.Err() != nil || !ok || time.Until(deadline) > 3*time.Second {
			t.Errorf("the service's context: %v, deadline %v", inside.Err(), deadline)
		}
	}
	r.do("GET", "/connector/releases?project=x", "", "", signed, func(req *http.Request) { *req = *req.WithContext(ctx) })
	if !slices.Contains(f.asked, "submit connector") {
		t.Error("nothing was submitted")
	}
}

func TestOptionsKnowWhoAsks(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for body, want := range map[string]string{
		`{"发起人":"zhang"}`: "zhang", `{"提交人":["zhang"]}`: "zhang", `{"originatorUserId":"[\"zhang\"]"}`: "zhang", `{}`: "", `{"发起人":"","提交人":"null"}`: "",
	} {
		for _, action := range []string{"projects", "apps", "parameters"} {
			r.call(action, body)
			if asked := f.asked[len(f.asked)-1]; strings.HasSuffix(asked, " by zhang") != (want == "zhang") {
				t.Errorf("%s %s: asked %q", action, body, asked)
			}
		}
	}
	if a := r.call("projects", `{"发起人":["zhang","li"]}`); a.code() != "invalid_request" {
		t.Errorf("two initiators: %s", a.raw)
	}
}
