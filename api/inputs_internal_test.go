package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestUnfold(t *testing.T) {
	for _, c := range []struct{ given, want []string }{
		{nil, nil},
		{[]string{"", " ", "null"}, nil},
		{[]string{" a "}, []string{"a"}},
		{[]string{"a", "b"}, []string{"a", "b"}},
		{[]string{`["a"]`}, []string{"a"}},
		{[]string{` ["a", "b"] `, "c"}, []string{"a", "b", "c"}},
		{[]string{`["[\"a\"]"]`}, []string{"a"}},
		{[]string{`["",null]`}, nil},
		{[]string{"[]"}, nil},
		{[]string{"[a"}, []string{"[a"}},
		{[]string{"[组]订单"}, []string{"[组]订单"}},
		{[]string{"[1]"}, []string{"[1]"}}, // no list of texts: a name may look so
	} {
		if diff := cmp.Diff(c.want, unfold(c.given)); diff != "" {
			t.Errorf("%q:\n%s", c.given, diff)
		}
	}
}

func TestInputsAreFoundUnderEachName(t *testing.T) {
	s := &Server{names: newInputNames(map[string][]string{"project": {"业务线", "项目"}, "reason": {"备注"}})}
	for _, c := range []struct {
		given fields
		want  string
		code  model.Code
	}{
		{nil, "", ""},
		{fields{"project": {"a"}}, "a", ""},
		{fields{"业务线": {"a"}}, "a", ""},
		{fields{"项目": {`["a"]`}}, "a", ""},
		{fields{"project": {""}, "项目": {"a"}}, "a", ""},
		{fields{"project": {"a"}, "项目": {"a", `["a"]`}}, "a", ""},
		{fields{"project": {"a"}, "项目": {"b"}}, "", model.CodeInvalidRequest},
		{fields{"project": {"a", "b"}}, "", model.CodeInvalidRequest},
		{fields{"project": {"a"}, "备注": {"fields of the form that do not matter here are fine"}}, "a", ""},
		{fields{"project": {"a"}, "Project": {"a"}}, "", model.CodeInvalidRequest},
		{fields{"项目名称": {"a"}}, "", model.CodeInvalidRequest}, // the configuration does not name it
	} {
		got, err := s.inputs(c.given, inputProject)
		if model.CodeOf(err) != c.code || (err == nil && got[0] != c.want) {
			t.Errorf("%v: %v, %v", c.given, got, err)
		}
	}
}
