package jenkins

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// several is a parameter whose values go out one by one.
func several(name string, values ...string) model.ParameterValue {
	return model.ParameterValue{Name: name, Value: strings.Join(values, ","), Each: values}
}

// TestParameterKindsAsRecorded compares what is sent for the kinds of plugins with what the real Jenkins understood, and
// what it then showed of the build.
func TestParameterKindsAsRecorded(t *testing.T) {
	for name, test := range map[string]struct {
		sent, shown string // recordings
		job         string
		parameters  []model.ParameterValue
		got         map[string]string // as Jenkins shows them
	}{
		"several in one field": {
			"200", "201", "plugin-params",
			[]model.ParameterValue{pair("HOSTS", "h2,h3"), pair("SINGLE", "c"), pair("SERVICE", "user"), pair("TAG", "user-2")},
			map[string]string{"HOSTS": "", "SINGLE": "c", "SERVICE": "user", "TAG": "user-2"},
		},
		"values that are in no list": {
			"203", "204", "plugin-params",
			[]model.ParameterValue{pair("HOSTS", "evil"), pair("SINGLE", "zzz"), pair("SERVICE", "rm -rf"), pair("TAG", "x")},
			map[string]string{"HOSTS": "", "SINGLE": "", "SERVICE": "rm -rf", "TAG": "x"},
		},
		"nothing": {
			"205", "206", "plugin-params", nil,
			map[string]string{"HOSTS": "h1", "SINGLE": "b", "SERVICE": "order", "TAG": "fallback"},
		},
		"a tag":         {"207", "208", "git-param-job", []model.ParameterValue{pair("REVISION", "v1.0.0")}, map[string]string{"REVISION": "v1.0.0"}},
		"no such tag":   {"209", "", "git-param-job", []model.ParameterValue{pair("REVISION", "no-such-tag")}, nil},
		"another build": {"210", "211", "odd-params", []model.ParameterValue{pair("RUN", "slow-10s#1")}, map[string]string{"RUN": "slow-10s#1"}},
		"several in fields of their own": {
			"213", "214", "plugin-params",
			[]model.ParameterValue{several("HOSTS", "h2", "h3"), pair("SINGLE", "a"), pair("SERVICE", "pay"), pair("TAG", "pay-1")},
			map[string]string{"HOSTS": "h2,h3", "SINGLE": "a", "SERVICE": "pay", "TAG": "pay-1"},
		},
		"one of several": {
			"215", "216", "plugin-params", []model.ParameterValue{several("HOSTS", "h2")},
			map[string]string{"HOSTS": "h2", "SINGLE": "b", "SERVICE": "order", "TAG": "fallback"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, seen := replay(t, test.sent)
			if _, err := c.Trigger(t.Context(), test.job, true, test.parameters); err != nil {
				t.Fatal(err)
			}
			if want := record(t, test.sent); !sameForm(t, (*seen)[0].form, want.form) {
				t.Errorf("sent %q, recorded %q", (*seen)[0].form, want.form)
			}
			if test.shown == "" {
				return
			}
			c, _ = replay(t, test.shown)
			build, err := c.Build(t.Context(), test.job, 1)
			if diff := cmp.Diff(test.got, build.Parameters); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestRecordedFormProtocolOfSeveralValues(t *testing.T) {
	c, _ := replay(t, "218")
	build, err := c.Build(t.Context(), "plugin-params", 6)
	want := map[string]string{"HOSTS": "h2,h3", "SINGLE": "c", "SERVICE": "user", "TAG": "user-1"}
	if diff := cmp.Diff(want, build.Parameters); err != nil || diff != "" || build.Result != "SUCCESS" {
		t.Error(err, diff, build.Result)
	}
}

func TestRecordedRunParameter(t *testing.T) {
	var job struct{ Property json.RawMessage }
	if err := json.Unmarshal([]byte(record(t, "019").body), &job); err != nil {
		t.Fatal(err)
	}
	d := &listingDecoder{shared: map[string]string{}, values: map[string]*string{}}
	list, err := d.parameters(job.Property)
	want := model.ParameterDefinition{Name: "RUN", Kind: model.KindRun, Description: "选择构建", BuildsOf: "slow-10s", Filter: "ALL"}
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	if diff := cmp.Diff(want, list[1]); diff != "" {
		t.Error(diff)
	}
}

func TestRecordedGitValues(t *testing.T) {
	c, seen := replay(t, "030")
	offers, err := c.GitValues(t.Context(), "git-param-job")
	var want []model.Option
	for _, v := range []string{"v1.1.0", "v1.0.0", "origin/release/1.1", "origin/main"} {
		want = append(want, model.Option{ID: v, Name: v})
	}
	if diff := cmp.Diff(map[string]model.Offer{"REVISION": {Values: want}}, offers); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if got := decoded(t, (*seen)[0].query); got != "tree="+valuesTree {
		t.Errorf("asked %s", got)
	}
	c, _ = replay(t, "018") // its export fails, so that Jenkins lists no parameter at all
	if offers, err := c.GitValues(t.Context(), "git-param-job"); err != nil || len(offers) != 0 {
		t.Errorf("%v %v", offers, err)
	}
	c, _ = replay(t, "058")
	_, err = c.GitValues(t.Context(), "nope")
	if model.CodeOf(err) != model.CodeJenkinsNotFound {
		t.Error(err)
	}
}

func TestWhatGitSaysIsToldWithoutALogin(t *testing.T) {
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"property":[{"parameterDefinitions":[{"name":"V"},{"name":"R","allValueItems":{"errors":["!fatal: unable to access\n'https://ci:hush@git.example.com/a.git'"],"values":[]}}]}]}`))
	}), nil)
	offers, err := c.GitValues(t.Context(), "a")
	want := map[string]model.Offer{"R": {Problem: "!fatal: unable to access 'https://" + model.Masked + "@git.example.com/a.git'"}}
	if diff := cmp.Diff(want, offers); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestGitValuesKeepNobodyWaiting: while Jenkins asks the git server, everything else goes on; and only so long.
func TestGitValuesKeepNobodyWaiting(t *testing.T) {
	asked := make(chan struct{}, maxAside)
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Query().Get("tree"), "allValueItems") {
			asked <- struct{}{}
			<-r.Context().Done()
			return
		}
		_, _ = w.Write([]byte(`{"builds":[]}`))
	}), func(o *Options) { o.MaxInFlight, o.ValuesTimeout = 1, 200*time.Millisecond })
	failed := make(chan error, maxAside)
	for range maxAside {
		go func() {
			_, err := c.GitValues(context.WithoutCancel(t.Context()), "a")
			failed <- err
		}()
	}
	for range maxAside {
		<-asked
	}
	if _, err := c.RecentBuilds(t.Context(), "a", 1); err != nil {
		t.Error(err)
	}
	for range maxAside {
		if err := <-failed; model.CodeOf(err) != model.CodeJenkinsUnavailable {
			t.Error(err)
		}
	}
}
