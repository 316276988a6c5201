package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	below := func() map[string]any {
		return map[string]any{"a": map[string]any{"x": "1", "y": "2"}, "list": []any{map[string]any{"n": "0"}, "plain"}}
	}
	tests := []struct {
		name  string
		path  []step
		value any
		want  map[string]any
	}{
		{"a key beside others", []step{{"a", -1}, {"x", -1}}, "9",
			map[string]any{"a": map[string]any{"x": "9", "y": "2"}, "list": below()["list"]}},
		{"a new section", []step{{"b", -1}, {"z", -1}}, "9",
			map[string]any{"a": below()["a"], "b": map[string]any{"z": "9"}, "list": below()["list"]}},
		{"inside an entry", []step{{"list", -1}, {"", 0}, {"m", -1}}, "9",
			map[string]any{"a": below()["a"], "list": []any{map[string]any{"n": "0", "m": "9"}, "plain"}}},
		{"a new entry", []step{{"list", -1}, {"", 2}}, "9",
			map[string]any{"a": below()["a"], "list": []any{map[string]any{"n": "0"}, "plain", "9"}}},
		{"a whole list", []step{{"list", -1}}, []any{"9"}, map[string]any{"a": below()["a"], "list": []any{"9"}}},
		{"a section over a text", []step{{"list", -1}, {"", 1}, {"k", -1}}, "9",
			map[string]any{"a": below()["a"], "list": []any{map[string]any{"n": "0"}, map[string]any{"k": "9"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := below()
			over, _ := nest(test.path, test.value).(map[string]any)
			if err := merge(over, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeLeavesNoGaps(t *testing.T) {
	over, _ := nest([]step{{"list", -1}, {"", 3}, {"n", -1}}, "9").(map[string]any)
	if err := merge(over, map[string]any{"list": []any{"only"}}); err == nil {
		t.Error("entry 3 of a list that has one: no error")
	}
}
