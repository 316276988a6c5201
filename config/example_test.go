package config

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const examplePath = "../config.example.yaml"

func TestExampleIsValid(t *testing.T) {
	if _, err := Load(examplePath, nil); err != nil {
		t.Error(err)
	}
}

func TestExampleMentionsEveryKey(t *testing.T) {
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	checkMentions(t, root.Content[0], reflect.TypeFor[Config](), string(text), "")
}

// checkMentions wants every key in the example itself, and the …_file keys at least in a comment.
func checkMentions(t *testing.T, node *yaml.Node, section reflect.Type, text, prefix string) {
	t.Helper()
	for _, k := range keysOf(section) {
		if strings.HasSuffix(k.name, "_file") {
			if !strings.Contains(text, "or "+k.name) {
				t.Errorf("%s%s is in no comment", prefix, k.name)
			}
			continue
		}
		value, typ := valueOf(node, k.name), k.typ
		if value == nil {
			t.Errorf("%s%s is missing", prefix, k.name)
			continue
		}
		if typ.Kind() == reflect.Slice && !isLeaf(typ.Elem()) {
			if len(value.Content) == 0 {
				checkComments(t, typ.Elem(), text, prefix+k.name+"[].")
				continue
			}
			value, typ = value.Content[0], typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			checkMentions(t, value, typ, text, prefix+k.name+".")
		}
	}
}

// checkComments wants every key of an entry in a comment, where the example has no entry.
func checkComments(t *testing.T, section reflect.Type, text, prefix string) {
	t.Helper()
	for _, k := range keysOf(section) {
		if !regexp.MustCompile(`(?m)^#.*\b` + k.name + ":").MatchString(text) {
			t.Errorf("%s%s is in no comment", prefix, k.name)
		}
		if k.typ.Kind() == reflect.Slice && k.typ.Elem().Kind() == reflect.Struct {
			checkComments(t, k.typ.Elem(), text, prefix+k.name+"[].")
		}
	}
}

func valueOf(mapping *yaml.Node, name string) *yaml.Node {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// TestExampleShowsTheDefaults keeps the example's values for keys with a default equal to it, so that uncommenting or
// deleting a line changes nothing.
func TestExampleShowsTheDefaults(t *testing.T) {
	var root yaml.Node
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	checkDefaults(t, root.Content[0], reflect.TypeFor[Config]())
}

func checkDefaults(t *testing.T, node *yaml.Node, section reflect.Type) {
	t.Helper()
	for _, k := range keysOf(section) {
		value, typ := valueOf(node, k.name), k.typ
		if value == nil {
			continue
		}
		if k.defaults && value.Value != k.fallback {
			t.Errorf("line %d: %s is %q, its default is %q", value.Line, k.name, value.Value, k.fallback)
		}
		if typ.Kind() == reflect.Slice && !isLeaf(typ.Elem()) {
			if len(value.Content) == 0 {
				continue
			}
			value, typ = value.Content[0], typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			checkDefaults(t, value, typ)
		}
	}
}
