package jenkins

import (
	"net/http"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

// TestVerdictOfEveryStatus walks every status of every operation; what no line names is the class's default.
func TestVerdictOfEveryStatus(t *testing.T) {
	common := map[int]model.Code{
		401: model.CodeJenkinsAuth, 403: model.CodeJenkinsForbidden, 404: model.CodeJenkinsNotFound, 503: model.CodeJenkinsUnavailable,
		408: model.CodeJenkinsUnknown, 429: model.CodeJenkinsUnavailable,
	}
	for name, test := range map[string]struct {
		op    operation
		codes map[int]model.Code
		class [6]model.Code
	}{
		"read": {reading("k", "v", "o"),
			map[int]model.Code{200: "", 408: model.CodeJenkinsUnavailable},
			classes(model.CodeJenkinsUnavailable)},
		"trigger": {triggering("a"),
			map[int]model.Code{201: "", 303: model.CodeJenkinsFolded, 409: model.CodeJenkinsDisabled},
			classes(model.CodeJenkinsUnknown)},
		"change": {changing("k", "v", "o"),
			map[int]model.Code{200: "", 204: "", 302: "", 303: ""},
			classes(model.CodeJenkinsUnknown)},
		"cancel": {cancelling(1),
			map[int]model.Code{200: "", 204: "", 302: "", 303: "", 500: model.CodeConflict, 422: model.CodeJenkinsForbidden},
			classes(model.CodeJenkinsUnknown)},
		"answer": {answering("k", "v", "o"),
			map[int]model.Code{200: "", 204: "", 302: "", 404: model.CodeConflict},
			classes(model.CodeJenkinsUnknown)},
	} {
		for status := 100; status <= 599; status++ {
			want, named := test.codes[status]
			if !named {
				want, named = common[status]
			}
			if !named {
				want = test.class[status/100]
			}
			if got := test.op.verdict(status); got != want {
				t.Errorf("%s %d: %q, want %q", name, status, got, want)
			}
		}
	}
}

func classes(serverError model.Code) [6]model.Code {
	unexpected := model.CodeJenkinsProtocol
	return [6]model.Code{"", unexpected, unexpected, unexpected, model.CodeJenkinsRejected, serverError}
}

// TestMessages checks that every code a person can meet tells what, where and what to do.
func TestMessages(t *testing.T) {
	c, err := New(Options{Name: "prod", URL: "http://jenkins.invalid", User: testUser, Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{status: 500}
	for _, code := range []model.Code{
		model.CodeJenkinsAuth, model.CodeJenkinsForbidden, model.CodeJenkinsNotFound, model.CodeJenkinsDisabled,
		model.CodeJenkinsUnavailable, model.CodeJenkinsUnknown, model.CodeJenkinsFolded, model.CodeConflict,
		model.CodeJenkinsRejected, model.CodeJenkinsProtocol,
	} {
		text := c.refusal(code, triggering("团队/网关"), x, nil)
		if !strings.Contains(text, "「prod」") || !strings.ContainsAny(text, "；：") {
			t.Errorf("%s: %s", code, text)
		}
		if code != model.CodeJenkinsAuth && !strings.Contains(text, "团队/网关") {
			t.Errorf("%s does not say what: %s", code, text)
		}
	}
}

func TestMissing(t *testing.T) {
	hide := hider(testUser, testToken)
	for want, cause := range map[string]*statusError{
		"请检查它的权限":                                nil,
		"Job/Build 权限(hudson.model.Item.Build)":  {permission: "hudson.model.Item.Build"},
		"Run/Update 权限(hudson.model.Run.Update)": {permission: "hudson.model.Run.Update"},
		"Overall/Read":       {permission: "hudson.model.Hudson.Read"},
		"缺少 x.y.Z 权限":        {permission: "x.y.Z"},
		"缺少 odd 权限":          {permission: "odd"},
		"You need to be ops": {reason: "You need to be ops to submit this."},
		"也许是密码":              {page: "Error 403 No valid crumb was included in the request"},
		"Job/Cancel":         {status: http.StatusUnprocessableEntity},
		"至少 Overall/Read":    {status: http.StatusForbidden, page: "Authentication required"},
	} {
		if got := missing(cause, hide); !strings.Contains(got, want) {
			t.Errorf("%+v: %q does not say %q", cause, got, want)
		}
	}
}

// TestRedirects tells where Jenkins leads us: only a redirect of Jenkins itself is an answer.
func TestRedirects(t *testing.T) {
	for name, test := range map[string]struct {
		location string
		want     model.Code
	}{
		"the build's page":      {"http://j/job/login/1/", ""},
		"relative":              {"../", ""},
		"Jenkins' login":        {"http://j/login?from=%2Fjob%2Fa", model.CodeJenkinsAuth},
		"single sign-on":        {"/securityRealm/commenceLogin?from=/", model.CodeJenkinsAuth},
		"a proxy's login":       {"https://sso.example.com/oauth2/start?rd=x", model.CodeJenkinsAuth},
		"https instead of http": {"https://j/job/login/1/stop", model.CodeJenkinsProtocol},
		"no address":            {"http://[", model.CodeJenkinsProtocol},
	} {
		c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", test.location)
			w.WriteHeader(http.StatusFound)
		}), nil)
		if got := model.CodeOf(c.Stop(t.Context(), "login", 1)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
