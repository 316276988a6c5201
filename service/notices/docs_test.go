package notices

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

var firstCell = regexp.MustCompile("(?m)^\\| `\\.?([A-Za-z_]+)` \\|")

// tables are the first cells of each section's table; the sections are in the same order in every language.
func tables(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]string
	for _, section := range regexp.MustCompile(`(?m)^###? `).Split(string(text), -1)[1:] {
		var names []string
		for _, found := range firstCell.FindAllStringSubmatch(section, -1) {
			names = append(names, found[1])
		}
		if names != nil {
			list = append(list, names)
		}
	}
	return list
}

func fieldsOf(typ reflect.Type) []string {
	var names []string
	for field := range typ.Fields() {
		names = append(names, field.Name)
	}
	for method := range typ.Methods() {
		names = append(names, method.Name)
	}
	return names
}

// TestTheDocumentationIsTrue compares its tables with what there is.
func TestTheDocumentationIsTrue(t *testing.T) {
	var events, calls []string
	for _, kind := range model.NoticeKinds() {
		events = append(events, string(kind))
	}
	for name := range functions(Chinese, shanghai) {
		calls = append(calls, name)
	}
	want := [][]string{
		{blockTitle, blockRobot, blockWorkNotice, blockComment, blockSummary}, events,
		fieldsOf(reflect.TypeFor[View]()), fieldsOf(reflect.TypeFor[App]()), fieldsOf(reflect.TypeFor[Parameter]()),
		fieldsOf(reflect.TypeFor[Step]()), fieldsOf(reflect.TypeFor[Field]()), calls,
	}
	for _, name := range []string{"templates.md", "templates.zh-CN.md"} {
		got := tables(t, name)
		for _, table := range append(slices.Clone(want), got...) {
			slices.Sort(table)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-there is +documented):\n%s", name, diff)
		}
	}
}

// TestTheExampleWorks tries the template at the documentation's end.
func TestTheExampleWorks(t *testing.T) {
	text, err := os.ReadFile("../../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n```\n")
	set := load(t, map[string]string{"finished.work_notice.tmpl": parts[len(parts)-2]})
	got := compose(t, set, sample(t, "finished-partial")).WorkNotice
	if !strings.HasPrefix(got, "**上线单 R-1042 部分部署成功**  \n  - 商城前端 成功 [#12](https://") {
		t.Errorf("%s", got)
	}
}
