package config

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormNames(t *testing.T) {
	form := Form{Fields: map[string][]string{"app": {"服务名称", "应用名称", "module"}}}
	names := form.Names()
	if diff := cmp.Diff([]string{"app", "应用名称", "服务名称", "module"}, names["app"]); diff != "" {
		t.Errorf("app (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"requestId"}, names["requestId"]); diff != "" {
		t.Errorf("requestId (-want +got):\n%s", diff)
	}
	if len(names) != 14 {
		t.Errorf("there are %d fields, want the 12 of the form and the 2 that help to fill it in", len(names))
	}
}

// TestDefaultNamesAreUnique: two fields with one name would make every form ambiguous.
func TestDefaultNamesAreUnique(t *testing.T) {
	var seen []string
	for _, names := range (Form{}).Names() {
		for _, name := range names {
			if slices.Contains(seen, name) {
				t.Errorf("%s belongs to two fields", name)
			}
			seen = append(seen, name)
		}
	}
}
