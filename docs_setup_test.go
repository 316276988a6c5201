package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
)

// setupGuides are the same text in two languages.
var setupGuides = []string{"docs/dingtalk-setup.md", "docs/dingtalk-setup.zh-CN.md"}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	fence    = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")
	fileKey  = regexp.MustCompile(`_file: ([^,}\s]+)`)
	cellMark = regexp.MustCompile(`(?m)^\|[-|]+\|$`)
)

// row is one row of a table, as both languages must have it.
type row struct {
	Cells int
	Code  []string
}

// tableRows are the rows of all tables, with how many cells they have and what stands in code.
func tableRows(text string) []row {
	var rows []row
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		r := row{Cells: strings.Count(line, "|")}
		for _, span := range codeSpan.FindAllStringSubmatch(line, -1) {
			r.Code = append(r.Code, span[1])
		}
		rows = append(rows, r)
	}
	return rows
}

func TestSetupGuidesSayTheSame(t *testing.T) {
	english, chinese := document(t, setupGuides[0]), document(t, setupGuides[1])
	levels := func(text string) []int {
		var list []int
		for _, h := range headings(text) {
			list = append(list, h.level)
		}
		return list
	}
	if diff := cmp.Diff(levels(english), levels(chinese)); diff != "" {
		t.Errorf("headings (-English +Chinese):\n%s", diff)
	}
	if diff := cmp.Diff(tableRows(english), tableRows(chinese)); diff != "" {
		t.Errorf("tables (-English +Chinese):\n%s", diff)
	}
	if diff := cmp.Diff(fence.FindAllString(english, -1), fence.FindAllString(chinese, -1)); diff != "" {
		t.Errorf("commands and configurations (-English +Chinese):\n%s", diff)
	}
	if len(headings(english)) < 30 || len(cellMark.FindAllString(english, -1)) < 20 || strings.Count(english, "(untried)") != strings.Count(chinese, "〔未验证〕") {
		t.Error("the guides lack headings, tables, or a mark of what was not tried")
	}
}

func TestSetupGuidesNameWhatThereIs(t *testing.T) {
	known := []string{}
	for _, key := range configurationKeys(reflect.TypeFor[config.Config](), "") {
		known = append(known, key.path)
	}
	commandsKnown := []string{}
	for _, command := range commands(newRoot(nil)) {
		commandsKnown = append(commandsKnown, command.CommandPath())
	}
	for _, name := range setupGuides {
		for _, span := range codeSpan.FindAllStringSubmatch(fence.ReplaceAllString(document(t, name), ""), -1) {
			key, _, _ := strings.Cut(span[1], ":")
			section := slices.ContainsFunc(known, func(k string) bool {
				return k == key || strings.HasPrefix(k, key+".") || strings.HasPrefix(k, key+"[]")
			})
			if (strings.HasPrefix(key, "dingtalk.") || strings.HasPrefix(key, "form.")) && !section {
				t.Errorf("%s: there is no key %s", name, key)
			}
			command, _, _ := strings.Cut(span[1], " --")
			if strings.HasPrefix(command, "oabridge ") && !slices.Contains(commandsKnown, command) {
				t.Errorf("%s: there is no command %s", name, command)
			}
		}
	}
}

func TestSetupGuidesCommandsAreTaken(t *testing.T) {
	tried := 0
	for _, block := range fence.FindAllStringSubmatch(document(t, setupGuides[0]), -1) {
		for line := range strings.Lines(block[2]) {
			args := strings.Fields(strings.TrimSpace(line))
			if block[1] != "sh" || args[0] != "oabridge" {
				continue
			}
			tried++
			command, rest, err := newRoot(nil).Find(args[1:])
			if err == nil {
				err = command.ParseFlags(slices.DeleteFunc(rest, func(s string) bool { return s == ">" || s == "headers" || s == `secrets/connector_secret)"` }))
			}
			if err == nil && command.Args != nil {
				err = command.Args(command, command.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %v", strings.TrimSpace(line), err)
			}
		}
	}
	if tried < 9 {
		t.Errorf("only %d commands found", tried)
	}
}

func TestSetupGuidesConfigurationsAreFine(t *testing.T) {
	folder := t.TempDir()
	tried := 0
	for _, block := range fence.FindAllStringSubmatch(document(t, setupGuides[0]), -1) {
		if block[1] != "yaml" {
			continue
		}
		tried++
		for _, file := range fileKey.FindAllStringSubmatch(block[2], -1) {
			content := "a-secret-of-enough-characters"
			if strings.Contains(file[1], "webhook") {
				content = "https://oapi.dingtalk.com/robot/send?access_token=token"
			}
			path := filepath.Join(folder, file[1])
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text := fileKey.ReplaceAllString(block[2], "_file: "+filepath.ToSlash(folder)+"/$1")
		if o := oabridge(t, "config", "check", "-c", written(t, text)); o.code != 0 {
			t.Errorf("%s\n%s", text, o)
		}
	}
	if tried != 2 {
		t.Errorf("%d configurations found", tried)
	}
}

// TestSetupGuidesDescribeEveryAction compares the guides' chapters with what the actions take and answer.
func TestSetupGuidesDescribeEveryAction(t *testing.T) {
	envelope := []string{"success", "errorCode", "errorMsg", "traceId"}
	for _, name := range setupGuides {
		text := document(t, name)
		for _, s := range api.Samples(api.SampleNames{}) {
			_, chapter, found := strings.Cut(text, "\n#### "+s.Action)
			chapter, _, _ = strings.Cut(chapter, "\n#")
			if !found || !strings.Contains(chapter, "`"+s.Method+" "+s.Path+"`") {
				t.Errorf("%s: %s %s is missing", name, s.Method, s.Path)
			}
			want := slices.DeleteFunc(namesOf(t, s.Output), func(n string) bool { return slices.Contains(envelope, n) })
			if len(s.Inputs) > 0 {
				want = append(want, namesOf(t, s.Inputs[0].JSON)...)
			}
			slices.Sort(want)
			var got []string
			for _, r := range tableRows(chapter) {
				if len(r.Code) > 0 {
					got = append(got, r.Code[0])
				}
			}
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: the tables of %s have %q, the action %q", name, s.Action, got, want)
			}
		}
	}
}

// namesOf are the keys of a JSON object.
func namesOf(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range object {
		names = append(names, name)
	}
	return names
}
