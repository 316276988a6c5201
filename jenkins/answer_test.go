package jenkins

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// paused answers the pending inputs as recorded, and what the test says to the answer.
func paused(t *testing.T, pending, answer string) (*Client, *[]asked) {
	t.Helper()
	steps, answered := record(t, pending), record(t, answer)
	var seen []asked
	return clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, _ := io.ReadAll(r.Body)
		seen = append(seen, asked{method: r.Method, path: r.URL.EscapedPath(), form: string(form)})
		if r.Method == http.MethodGet {
			steps.ServeHTTP(w, r)
			return
		}
		answered.ServeHTTP(w, r)
	}), nil), &seen
}

// stepOf is a step of the recorded ones, or one that is not among them.
func stepOf(t *testing.T, pending, id string) model.InputStep {
	t.Helper()
	recorded := record(t, pending)
	steps, err := clientOf(t, &recorded, nil).PendingInputs(t.Context(), "pipe", 1)
	if i := slices.IndexFunc(steps, func(s model.InputStep) bool { return s.ID == id }); err == nil && i >= 0 {
		return steps[i]
	}
	return model.InputStep{ID: id}
}

func complete(region string) []model.ParameterValue {
	return []model.ParameterValue{
		pair("PIN", "p"), pair("MEMO", "备注1\n备注2"), pair("FORCE", "true"), pair("TICKET", "true"), pair("REGION", region),
	}
}

// TestProceedSendsAll checks the form: every parameter in the step's order, booleans as booleans, text as text.
func TestProceedSendsAll(t *testing.T) {
	c, seen := paused(t, "162", "178")
	if err := c.Proceed(t.Context(), "pipe-input-params", 5, stepOf(t, "162", "ApproveProd"), complete("cn-east")); err != nil {
		t.Fatal(err)
	}
	sent := (*seen)[1]
	if want := strings.Split(record(t, "178").target, "?")[0]; sent.path != want {
		t.Errorf("%s, recorded %s", sent.path, want)
	}
	form, err := url.ParseQuery(sent.form)
	if err != nil || len(form) != 1 {
		t.Fatal(form, err)
	}
	var got any
	if err := json.Unmarshal([]byte(form.Get("json")), &got); err != nil {
		t.Fatal(err)
	}
	value := func(name string, value any) any { return map[string]any{"name": name, "value": value} }
	want := map[string]any{"parameter": []any{
		value("REGION", "cn-east"), value("TICKET", "true"), value("FORCE", true), value("MEMO", "备注1\n备注2"), value("PIN", "p"),
	}}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestProceedWithoutParameters(t *testing.T) {
	c, seen := paused(t, "139", "178")
	if err := c.Proceed(t.Context(), "pipe-input", 1, stepOf(t, "139", "Confirm"), nil); err != nil {
		t.Fatal(err)
	}
	if got := (*seen)[1]; got.path != "/job/pipe-input/1/input/Confirm/proceedEmpty" || got.form != "" {
		t.Errorf("%+v", got)
	}
}

// TestProceedRefusals: what is wrong before anything was sent costs no POST.
func TestProceedRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		pending, answer, step string
		parameters            []model.ParameterValue
		code                  model.Code
		says                  string
		requests              int
	}{
		"answered already":     {"138", "178", "Confirm", nil, model.CodeConflict, "状态已经改变", 1},
		"another case":         {"139", "178", "confirm", nil, model.CodeConflict, "「confirm」", 1},
		"parameters left out":  {"162", "178", "ApproveProd", complete("cn-east")[1:4], model.CodeJenkinsRejected, "REGION、PIN", 1},
		"none at all":          {"162", "178", "ApproveProd", nil, model.CodeJenkinsRejected, "TICKET", 1},
		"one too many":         {"139", "178", "Confirm", complete("x")[:1], model.CodeJenkinsRejected, "没有参数 PIN", 1},
		"answered in between":  {"139", "152", "Confirm", nil, model.CodeConflict, "状态已经改变", 2},
		"an illegal choice":    {"162", "166", "ApproveProd", complete("mars"), model.CodeJenkinsRejected, "HTTP 500", 2},
		"not a submitter":      {"162", "165", "ApproveProd", complete("cn-east"), model.CodeJenkinsForbidden, "approver,ops", 2},
		"no right to build":    {"139", "147", "Confirm", nil, model.CodeJenkinsForbidden, "Job/Build", 2},
		"a form not taken":     {"139", "033", "Confirm", nil, model.CodeJenkinsRejected, "HTTP 400", 2},
		"Jenkins is not there": {"241", "178", "Confirm", nil, model.CodeJenkinsUnavailable, "HTTP 503", 1},
		"the login is wrong":   {"139", "025", "Confirm", nil, model.CodeJenkinsAuth, "API Token", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c, seen := paused(t, test.pending, test.answer)
			err := c.Proceed(t.Context(), "pipe", 1, stepOf(t, test.pending, test.step), test.parameters)
			if model.CodeOf(err) != test.code || !strings.Contains(model.MessageOf(err), test.says) {
				t.Errorf("%v, want %s with %q", err, test.code, test.says)
			}
			if len(*seen) != test.requests {
				t.Errorf("%d requests, want %d", len(*seen), test.requests)
			}
		})
	}
}

func TestStepsThatCannotBe(t *testing.T) {
	c := clientOf(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }), nil)
	for _, step := range []string{"", "..", "a\nb"} {
		if err := c.Abort(t.Context(), "a", 1, step); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("%q: %v", step, err)
		}
	}
	if err := c.Abort(t.Context(), "", 1, "Go"); model.CodeOf(err) != model.CodeJenkinsNotFound {
		t.Error(err)
	}
}
