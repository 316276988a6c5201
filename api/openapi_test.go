package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/model"
)

type document struct {
	OpenAPI    string                          `yaml:"openapi"`
	Paths      map[string]map[string]yaml.Node `yaml:"paths"`
	Components struct {
		Schemas map[string]struct {
			Enum []string `yaml:"enum"`
		} `yaml:"schemas"`
	} `yaml:"components"`
}

func readDocument(t *testing.T) (document, string) {
	t.Helper()
	a := newRig(t, &fake{}).do("GET", "/openapi.yaml", "", "")
	var d document
	if err := yaml.Unmarshal([]byte(a.raw), &d); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d: %v", a.status, err)
	}
	return d, a.raw
}

func TestTheDocumentHasEveryRoute(t *testing.T) {
	d, _ := readDocument(t)
	var documented []string
	for path, operations := range d.Paths {
		for method := range operations {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(documented)
	if diff := cmp.Diff(api.Routes(newRig(t, &fake{}).handler), documented); diff != "" || d.OpenAPI != "3.1.0" {
		t.Errorf("routes against %s document:\n%s", d.OpenAPI, diff)
	}
}

func TestTheDocumentHasEveryValue(t *testing.T) {
	d, _ := readDocument(t)
	for name, want := range map[string][]string{
		"ReleaseState": texts(model.ReleaseStates()), "DeploymentState": texts(model.DeploymentStates()),
		"Wait": append([]string{""}, texts(model.Waits())...), "NoticeKind": texts(model.NoticeKinds()),
		"MessageState": texts(model.MessageStates()), "Channel": texts(model.Channels()),
		"LeftReason": texts(model.LeftReasons()), "JobKind": append([]string{""}, texts(model.JobKinds())...),
	} {
		if diff := cmp.Diff(want, d.Components.Schemas[name].Enum); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

func TestTheDocumentRefersOnlyToWhatItHas(t *testing.T) {
	_, raw := readDocument(t)
	var all map[string]any
	if err := yaml.Unmarshal([]byte(raw), &all); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"#/([^"]+)"`).FindAllStringSubmatch(raw, -1) {
		var at any = all
		for _, step := range strings.Split(m[1], "/") {
			node, _ := at.(map[string]any)
			at = node[step]
		}
		if at == nil {
			t.Errorf("%s leads nowhere", m[1])
		}
	}
}
