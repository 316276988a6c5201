package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

const hookPath = "/hooks/jenkins"

// fromPlugin is as the Notification plugin sends it at the end of a build.
const fromPlugin = `{"name":"web","display_name":"商城前端","url":"job/deploy/job/mall/job/web/","build":{` +
	`"full_url":"https://jenkins.example.com/job/deploy/job/mall/job/web/18/","number":18,"queue_id":42,"timestamp":1795310520456,` +
	`"duration":0,"phase":"FINALIZED","status":"SUCCESS","url":"job/deploy/job/mall/job/web/18/","scm":{"changes":[],"culprits":[]},` +
	`"parameters":{"VERSION":"v1","RELEASE_ID":"R-1042"},"log":"","notes":"","artifacts":{}}}`

func TestHookSaysWhereToLook(t *testing.T) {
	full := "https://jenkins.example.com/job/deploy/job/mall/job/web/18/"
	for name, c := range map[string]struct {
		media, body string
		want        model.Push
	}{
		"the plugin's":           {"application/json;charset=UTF-8", fromPlugin, model.Push{Address: full, Number: 18}},
		"without a root URL":     {asJSON, strings.ReplaceAll(fromPlugin, `"full_url":"`+full+`",`, ""), model.Push{Address: "job/deploy/job/mall/job/web/18/", Number: 18}},
		"only of a job":          {asJSON, `{"url":"job/a/"}`, model.Push{Address: "job/a/"}},
		"curl with an address":   {asForm, "url=https%3A%2F%2Fj%2Fjob%2Fa%2F7%2F", model.Push{Address: "https://j/job/a/7/"}},
		"curl with a job's name": {asForm, "job=deploy%2F%E5%95%86%E5%9F%8E&number=7", model.Push{Job: "deploy/商城", Number: 7}},
		"without a number":       {asForm, "job=a&number=last", model.Push{Job: "a"}},
		"JSON by hand":           {asJSON, `{"job":"/a/b/","number":3}`, model.Push{Job: "a/b", Number: 3}},
		"only the job's name":    {asJSON, `{"name":"a"}`, model.Push{Job: "a"}},
		"a number below zero":    {asJSON, `{"job":"a","number":-3}`, model.Push{Job: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			a := newRig(t, f).do("POST", hookPath, c.media, c.body, bearer(hooked))
			if diff := cmp.Diff([]model.Push{c.want}, f.pushed); diff != "" || a.status != http.StatusAccepted || a.body["taken"] != true {
				t.Errorf("%d %s %s", a.status, a.raw, diff)
			}
		})
	}
}

func TestHookProvesWhoItIs(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for name, c := range map[string]struct {
		proof func(*http.Request)
		want  int
	}{
		"a bearer token":     {bearer(hooked), 202},
		"a header":           {header("X-Hook-Secret", hooked), 202},
		"an address's user":  {basic("jenkins", hooked), 202},
		"nothing":            {func(*http.Request) {}, 401},
		"another secret":     {bearer(hooked + "x"), 401},
		"the operators' own": {bearer(opsToken), 401},
		"an empty header":    {header("X-Hook-Secret", ""), 401},
		"in the query":       {func(req *http.Request) { req.URL.RawQuery = "token=" + hooked }, 401},
	} {
		if a := r.do("POST", hookPath, asJSON, fromPlugin, c.proof); a.status != c.want || (c.want == 401 && a.code() != "unauthorized") {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	if len(f.pushed) != 3 || strings.Contains(r.log.String(), hooked) {
		t.Errorf("%d pushes reached the service, log:\n%s", len(f.pushed), r.log.String())
	}
	if a := r.do("GET", hookPath, "", "", bearer(hooked)); a.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", a.status)
	}
}

func TestHookRefuses(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	for name, c := range map[string]struct {
		media, body string
		want        int
	}{
		"XML":                      {"application/xml", "<job/>", 415},
		"no content type":          {"", "{}", 415},
		"broken JSON":              {asJSON, `{"url":`, 400},
		"JSON of another kind":     {asJSON, `[1]`, 400},
		"nothing to look at":       {asJSON, `{"build":{"phase":"STARTED"}}`, 400},
		"an empty form":            {asForm, "x=1", 400},
		"a broken form":            {asForm, "job=%zz", 400},
		"a log of a million lines": {asJSON, `{"name":"a","build":{"log":"` + strings.Repeat("x", 64<<10) + `"}}`, 413},
	} {
		if a := r.do("POST", hookPath, c.media, c.body, bearer(hooked)); a.status != c.want {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.raw, c.want)
		}
	}
	if len(f.pushed) != 0 {
		t.Errorf("%+v", f.pushed)
	}
}

// What is nothing of ours is taken, so that no build fails for it.
func TestHookIgnoresWhatIsUnknown(t *testing.T) {
	r := newRig(t, &fake{})
	if a := r.do("POST", hookPath, asJSON, `{"job":"unknown"}`, bearer(hooked)); a.status != 202 || a.body["taken"] != false {
		t.Errorf("%d %s", a.status, a.raw)
	}
	r.do("POST", hookPath, asJSON, fromPlugin, bearer(hooked))
	r.do("POST", hookPath, asJSON, fromPlugin)
	for outcome, want := range map[string]string{"ignored": "1", "taken": "1", "refused": "1"} {
		if page := r.do("GET", "/metrics", "", "").raw; !strings.Contains(page, `oabridge_jenkins_pushes_total{outcome="`+outcome+`"} `+want) {
			t.Errorf("%s pushes are not counted", outcome)
		}
	}
}

func TestHookIsLimited(t *testing.T) {
	f := &fake{}
	r := newRig(t, f)
	statuses := map[int]int{}
	for range 1000 {
		a := r.do("POST", hookPath, asJSON, fromPlugin, bearer(hooked))
		statuses[a.status]++
		if a.status == http.StatusTooManyRequests && a.code() != "too_many_requests" {
			t.Fatal(a.raw)
		}
	}
	if statuses[202] < 200 || statuses[429] == 0 || statuses[202]+statuses[429] != 1000 || len(f.pushed) != statuses[202] {
		t.Errorf("%v, %d pushes reached the service", statuses, len(f.pushed))
	}
	if a := r.do("POST", hookPath, asJSON, fromPlugin, bearer("guessed")); a.status != 401 {
		t.Errorf("without the secret: %d", a.status)
	}
}

func TestThereIsNoHookUnlessItIsConfigured(t *testing.T) {
	r := newRig(t, &fake{}, func(o *api.Options) { o.HookSecret = "" })
	if a := r.do("POST", hookPath, asJSON, fromPlugin, bearer("")); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.raw)
	}
}
