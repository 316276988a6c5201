package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const samplesConfig = `
public_url: https://bridge.test/
jenkins: [{name: main, url: 'http://127.0.0.1:1', user: a, token: a}]
dingtalk: {connector: {secret: hush}}
form:
  fields: {app: [服务名称, 服务], requestId: [请求号]}
  parameters: {BRANCH: 分支, NOTES: 备注, COMMENT: 备注}
`

func TestConnectorSamplesOfARenamedForm(t *testing.T) {
	o := oabridge(t, "connector", "samples", "-c", written(t, samplesConfig), "--parameter", "VERSION,BRANCH", "--parameter", "分支")
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("%s", o)
	}
	golden(t, "connector/renamed.golden", o.stdout)
	keepsSecrets(t, o, "hush")
}

func TestConnectorSamplesOfOneAction(t *testing.T) {
	o := oabridge(t, "connector", "samples", "requests")
	if o.code != 0 || strings.Count(o.stdout, "\n== ")+1 != 1 || !strings.HasPrefix(o.stdout, "== requests ") {
		t.Errorf("%s", o)
	}
	var list []printedSample
	decode(t, oabridge(t, "connector", "samples", "projects", "--json"), &list)
	if len(list) != 1 || list[0].URL != "https://bridge.example.com/connector/projects" || list[0].Place != "query" || list[0].Title == "" {
		t.Errorf("as JSON: %+v", list)
	}
}

func TestConnectorSamplesOfAnActionThatIsNotThere(t *testing.T) {
	for line, want := range map[string]string{
		"release": "there is no action \"release\": did you mean releases?\n", "deploy": "known are: ping, projects, ",
		"ping ping": "see oabridge connector samples --help\n",
	} {
		o := oabridge(t, append([]string{"connector", "samples"}, strings.Fields(line)...)...)
		if o.code != exitConfiguration || o.stdout != "" || !strings.Contains(o.stderr, want) {
			t.Errorf("%s: %s", line, o)
		}
	}
	if o := oabridge(t, "connector", "samples", "-c", "testdata/config/broken.yaml"); o.code != exitConfiguration || o.stdout != "" {
		t.Errorf("a broken configuration: %s", o)
	}
}

// kinds is a JSON value with the kinds of its values instead of them.
func kinds(v any) string {
	switch v := v.(type) {
	case map[string]any:
		list := make([]string, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, name+":"+kinds(v[name]))
		}
		return "{" + strings.Join(list, " ") + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + kinds(v[0]) + "]"
	}
	return fmt.Sprintf("%T", v)
}

// TestConnectorSamplesAreTakenByTheBridge sends what is printed to a running bridge whose form has other names.
func TestConnectorSamplesAreTakenByTheBridge(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: sqlite, dsn: %q}\nform: {fields: {app: [服务名称], businessId: [单号]}, parameters: {VERSION: 版本, NOTES: 备注}}",
		filepath.Join(t.TempDir(), "oabridge.db")))
	var list []printedSample
	decode(t, oabridge(t, "connector", "samples", "--json", "-c", o.config), &list)
	if len(list) != 7 {
		t.Fatalf("%d actions", len(list))
	}
	b := o.serve()
	defer b.stop()
	for _, s := range list {
		if len(s.Inputs) == 0 {
			s.Inputs = []printedInput{{JSON: json.RawMessage("{}")}}
		}
		for _, in := range s.Inputs {
			var fields map[string]any
			if err := json.Unmarshal(throughCompany(in.JSON), &fields); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"processInstanceId", "requestId"} {
				if _, ok := fields[id]; ok {
					fields[id] = id + in.Shape + s.Action // one approval is one release
				}
			}
			got := o.call(s.Action, pairsOf(fields)...)
			if got["success"] != true || got["valid"] == false {
				t.Errorf("%s %s: %v", s.Action, in.Shape, got)
			}
			if diff := cmp.Diff(kinds(s.Output), kinds(got)); diff != "" {
				t.Errorf("%s %s (-printed +answered):\n%s", s.Action, in.Shape, diff)
			}
		}
	}
}

// throughCompany gives made-up apps the folder that they have in the test's Jenkins.
func throughCompany(raw json.RawMessage) []byte {
	return []byte(strings.ReplaceAll(string(raw), "prod:mall", "prod:deploy/mall"))
}

func pairsOf(fields map[string]any) []any {
	var pairs []any
	for name, value := range fields {
		pairs = append(pairs, name, value)
	}
	return pairs
}
