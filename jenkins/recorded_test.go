package jenkins

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// pair is a parameter of a test.
func pair(name, value string) model.ParameterValue {
	return model.ParameterValue{Name: name, Value: value}
}

// TestRecordedOutcomes plays what a real Jenkins answered and checks the code and the request sent for it.
func TestRecordedOutcomes(t *testing.T) {
	ctx := t.Context()
	trigger := func(job string, parameterised bool) func(*Client) error {
		return func(c *Client) error {
			_, err := c.Trigger(ctx, job, parameterised, []model.ParameterValue{pair("VERSION", "v2.0")})
			return err
		}
	}
	cancel := func(c *Client) error { return c.CancelQueued(ctx, 24) }
	abort := func(job string, number int64, step string) func(*Client) error {
		return func(c *Client) error { return c.Abort(ctx, job, number, step) }
	}
	for _, test := range []struct {
		recording string
		call      func(*Client) error
		code      model.Code
		says      string // part of the message
	}{
		{"031", trigger("noparam", false), "", ""},
		{"032", trigger("noparam", false), model.CodeJenkinsRejected, "HTTP 405"},
		{"033", trigger("deploy-params", false), model.CodeJenkinsRejected, "HTTP 400"},
		{"035", trigger("deploy-params", true), "", ""},
		{"046", trigger("deploy-params", true), model.CodeJenkinsUnknown, "选项参数"},
		{"054", trigger("disabled-job", false), model.CodeJenkinsDisabled, "已停用"},
		{"058", trigger("nope", false), model.CodeJenkinsNotFound, "「nope」"},
		{"025", trigger("noparam", false), model.CodeJenkinsAuth, "API Token"},
		{"061", trigger("noparam", false), model.CodeJenkinsForbidden, "Job/Build 权限(hudson.model.Item.Build)"},
		{"066", trigger("quiet-job", true), model.CodeJenkinsFolded, "并入"},
		{"242", trigger("noparam", false), model.CodeJenkinsUnknown, "HTTP 500"},
		{"241", trigger("noparam", false), model.CodeJenkinsUnavailable, "HTTP 503"},
		{"099", cancel, "", ""},
		{"097", cancel, model.CodeJenkinsForbidden, "Job/Cancel"},
		{"101", cancel, model.CodeConflict, "状态已经改变"},
		{"102", cancel, model.CodeJenkinsNotFound, "队列项 24"},
		{"119", func(c *Client) error { return c.Stop(ctx, "slow-10s", 1) }, "", ""},
		{"117", func(c *Client) error { return c.Stop(ctx, "slow-10s", 1) }, model.CodeJenkinsForbidden, "hudson.model.Item.Cancel"},
		{"122", func(c *Client) error { return c.Stop(ctx, "slow-10s", 4711) }, model.CodeJenkinsNotFound, "#4711"},
		{"160", func(c *Client) error { return c.Stop(ctx, "pipe-input", 3) }, "", ""},
		{"273", func(c *Client) error { return c.Term(ctx, "pipe-input", 8) }, "", ""},
		{"274", func(c *Client) error { return c.Kill(ctx, "pipe-input", 8) }, "", ""},
		{"117", func(c *Client) error { return c.Kill(ctx, "slow-10s", 1) }, model.CodeJenkinsForbidden, "无权强行结束构建"},
		{"292", func(c *Client) error { return c.Describe(ctx, "pipe-input", 10, "R-1042") }, "", ""},
		{"157", abort("pipe-input", 2, "Confirm"), "", ""},
		{"152", abort("pipe-input", 1, "Confirm"), model.CodeConflict, "「Confirm」"},
		{"169", abort("pipe-input-params", 1, "ApproveProd"), model.CodeJenkinsForbidden, "approver,ops"},
	} {
		t.Run(test.recording, func(t *testing.T) {
			c, seen := replay(t, test.recording)
			err := test.call(c)
			if model.CodeOf(err) != test.code {
				t.Fatalf("code %q, want %q: %v", model.CodeOf(err), test.code, err)
			}
			if err != nil && !strings.Contains(model.MessageOf(err), test.says) {
				t.Errorf("message %q does not say %q", model.MessageOf(err), test.says)
			}
			if len(*seen) != 1 {
				t.Errorf("%d requests, want 1", len(*seen))
			}
		})
	}
}

// TestRequestsAsRecorded compares what is sent with what the real Jenkins understood.
func TestRequestsAsRecorded(t *testing.T) {
	ctx := t.Context()
	all := []model.ParameterValue{
		pair("VERSION", "v2.0"), pair("DRY_RUN", "false"), pair("ENV", "prod"), pair("DEPLOY_TOKEN", "tok"), pair("NOTES", "多行\n说明"),
	}
	for _, test := range []struct {
		recording string
		call      func(*Client) error
		query     string // what we send beyond the recording
	}{
		{"031", func(c *Client) error { _, err := c.Trigger(ctx, "noparam", false, nil); return err }, "delay=0sec"},
		{"035", func(c *Client) error { _, err := c.Trigger(ctx, "deploy-params", true, all); return err }, "delay=0sec"},
		{"099", func(c *Client) error { return c.CancelQueued(ctx, 24) }, "id=24"},
		{"119", func(c *Client) error { return c.Stop(ctx, "slow-10s", 1) }, ""},
		{"273", func(c *Client) error { return c.Term(ctx, "pipe-input", 8) }, ""},
		{"274", func(c *Client) error { return c.Kill(ctx, "pipe-input", 8) }, ""},
		{"157", func(c *Client) error { return c.Abort(ctx, "pipe-input", 2, "Confirm") }, ""},
		{"292", func(c *Client) error {
			return c.Describe(ctx, "pipe-input", 10, "R-1042 审批 202611220001 发起人 张三")
		}, ""},
		{"139", func(c *Client) error { _, err := c.PendingInputs(ctx, "pipe-input", 1); return err }, ""},
		{"022", func(c *Client) error { _, err := c.WhoAmI(ctx); return err }, ""},
	} {
		t.Run(test.recording, func(t *testing.T) {
			c, seen := replay(t, test.recording)
			if err := test.call(c); err != nil {
				t.Fatal(err)
			}
			want := record(t, test.recording)
			path, _, _ := strings.Cut(want.target, "?")
			got := (*seen)[0]
			if got.method != want.method || got.path != path || got.query != test.query {
				t.Errorf("%s %s?%s, recorded %s %s", got.method, got.path, got.query, want.method, want.target)
			}
			if !sameForm(t, got.form, want.form) {
				t.Errorf("form %q, recorded %q", got.form, want.form)
			}
			checkHeaders(t, got)
		})
	}
}

func checkHeaders(t *testing.T, got asked) {
	t.Helper()
	if got.login != testUser+":"+testToken {
		t.Errorf("login %q", got.login)
	}
	for _, name := range []string{"Jenkins-Crumb", "Cookie", "Idempotency-Key"} {
		if got.header.Get(name) != "" {
			t.Errorf("%s was sent", name)
		}
	}
	if got.form != "" && got.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("content type %q", got.header.Get("Content-Type"))
	}
	if got.method == http.MethodGet && got.header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("gzip was not asked for")
	}
}

func sameForm(t *testing.T, a, b string) bool {
	t.Helper()
	left, err := url.ParseQuery(a)
	if err != nil {
		t.Fatal(err)
	}
	right, err := url.ParseQuery(b)
	if err != nil {
		t.Fatal(err)
	}
	return left.Encode() == right.Encode()
}

func TestRecordedRefusalsOfReads(t *testing.T) {
	for recording, code := range map[string]model.Code{
		"025": model.CodeJenkinsAuth, "027": model.CodeJenkinsForbidden, "081": model.CodeJenkinsNotFound,
		"241": model.CodeJenkinsUnavailable,
	} {
		c, _ := replay(t, recording)
		_, err := c.QueueItem(context.Background(), 7)
		if model.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", recording, err, code)
		}
	}
}
