package jenkins

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func TestTriggerReadsTheQueueID(t *testing.T) {
	for name, test := range map[string]struct {
		status   int
		location string
		id       int64
		code     model.Code
	}{
		"created":                   {201, "http://jenkins/queue/item/12/", 12, ""},
		"another host and a prefix": {201, "https://ci.example.com/jenkins/queue/item/12", 12, ""},
		"relative":                  {201, "/queue/item/12/", 12, ""},
		"no location":               {201, "", 0, model.CodeJenkinsProtocol},
		"a job's page":              {201, "http://jenkins/job/a/", 0, model.CodeJenkinsProtocol},
		"id out of range":           {201, "/queue/item/99999999999999999999/", 0, model.CodeJenkinsProtocol},
		"folded":                    {303, "http://jenkins/queue/item/12/", 0, model.CodeJenkinsFolded},
		"303 to a login page":       {303, "https://sso.example.com/login", 0, model.CodeJenkinsAuth},
		"303 to somewhere":          {303, "https://sso.example.com/authorize", 0, model.CodeJenkinsProtocol},
		"303 to nowhere":            {303, "", 0, model.CodeJenkinsProtocol},
		"a page":                    {200, "", 0, model.CodeJenkinsProtocol},
		"a scan was started":        {302, "/job/branches/", 0, model.CodeJenkinsProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}
				w.WriteHeader(test.status)
			}), nil)
			id, err := c.Trigger(t.Context(), "a", false, nil)
			if id != test.id || model.CodeOf(err) != test.code {
				t.Errorf("%d, %v; want %d, %q", id, err, test.id, test.code)
			}
		})
	}
}

func TestTriggerSendsEveryParameterOnce(t *testing.T) {
	var form url.Values
	var query string
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form = r.PostForm
		w.Header().Set("Location", "/queue/item/1/")
		w.WriteHeader(http.StatusCreated)
	}), nil)
	send := func(parameters ...model.ParameterValue) {
		t.Helper()
		if _, err := c.Trigger(t.Context(), "a", true, parameters); err != nil {
			t.Fatal(err)
		}
	}
	send(pair("A B", "值 1"), pair("EMPTY", ""), pair("X", "$(id)&b=c"), pair("X", "twice"))
	want := url.Values{"A B": {"值 1"}, "EMPTY": {""}, "X": {"twice"}}
	if form.Encode() != want.Encode() || query != "delay=0sec" {
		t.Errorf("sent %v with %q", form, query)
	}
	if send(pair("delay", "x")); query != "" || form.Get("delay") != "x" {
		t.Errorf("a parameter called delay: %v with %q", form, query)
	}
	if send(); len(form) != 0 || query != "delay=0sec" {
		t.Errorf("no parameters: %v with %q", form, query)
	}
}

func TestNamesThatAreNoJobs(t *testing.T) {
	c := clientOf(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }), nil)
	for _, name := range []string{"", "/", "a//b", "../a", "a/..", "a/.", "a\nb", "a/", "\x00"} {
		_, err := c.Trigger(t.Context(), name, false, nil)
		if model.CodeOf(err) != model.CodeJenkinsNotFound {
			t.Errorf("%q: %v", name, err)
		}
		if strings.ContainsAny(model.MessageOf(err), "\n\x00") {
			t.Errorf("%q: raw in the message", name)
		}
	}
}
