package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader turns YAML into a tree of maps, lists and texts that fits the schema, and reports what does not. Scalars stay
// the text they were written as, so a password of 0123 is not read as an octal number.
type reader struct {
	*loader
	source func(line int) string
}

// parse returns the root of the only document in text, nil when there is none.
func (r reader) parse(text []byte, at report) (*yaml.Node, bool) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, true
	case err != nil:
		r.fail(at, 0, "", "not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "), "correct the syntax; indent with spaces")
		return nil, false
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.fail(at, second.Line, "", "there is a second document", "keep one document, without a line of ---")
		return nil, false
	}
	return document.Content[0], true
}

// fail adds a problem found at a line; 0 when the message itself names the line.
func (r reader) fail(at report, line int, value, message, remedy string) {
	problem := Problem{Key: at.key, Value: value, Message: message, Remedy: remedy, Source: r.source(line)}
	if line == 0 {
		problem.Source = strings.TrimSuffix(problem.Source, ":0")
	}
	*at.list = append(*at.list, problem)
}

// read returns the node's tree, nil when it says nothing or does not fit.
func (r reader) read(node *yaml.Node, typ reflect.Type, at report) any {
	if node == nil || node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		return nil
	}
	if node.Kind == yaml.AliasNode {
		r.fail(at, node.Line, "", "YAML aliases are not supported", "write the value out")
		return nil
	}
	r.sources[at.key] = r.source(node.Line)
	switch typ.Kind() {
	case reflect.Struct, reflect.Map:
		return r.readMapping(node, typ, at)
	case reflect.Slice:
		return r.readList(node, typ, at)
	default:
		return r.readLeaf(node, typ, at)
	}
}

func (r reader) readMapping(node *yaml.Node, typ reflect.Type, at report) any {
	if node.Kind != yaml.MappingNode {
		r.fail(at, node.Line, "", "this must be a section of keys and values", "see config.example.yaml")
		return nil
	}
	tree := map[string]any{}
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if first, twice := lines[name.Value]; twice {
			r.fail(at.at(name.Value), name.Line, "", fmt.Sprintf("the key is already given on line %d", first), "remove one of the two")
			continue
		}
		lines[name.Value] = name.Line
		child, known := r.child(typ, name, at)
		if !known {
			continue
		}
		if given := r.read(value, child, at.at(name.Value)); given != nil {
			tree[name.Value] = given
		}
	}
	return tree
}

// child returns the type of a mapping's entry.
func (r reader) child(typ reflect.Type, name *yaml.Node, at report) (reflect.Type, bool) {
	if typ.Kind() == reflect.Map {
		return typ.Elem(), true
	}
	k, known := findKey(typ, name.Value)
	if !known {
		r.fail(at.at(name.Value), name.Line, "", "there is no such key", Suggest(name.Value, namesOf(typ)))
	}
	return k.typ, known
}

func (r reader) readList(node *yaml.Node, typ reflect.Type, at report) any {
	if node.Kind == yaml.ScalarNode && isLeaf(typ.Elem()) { // One text is a list of one.
		return []any{r.readLeaf(node, typ.Elem(), at)}
	}
	if node.Kind != yaml.SequenceNode {
		r.fail(at, node.Line, "", "this must be a list", "write its entries as lines that begin with -, or as [a, b]")
		return nil
	}
	list := []any{}
	for i, entry := range node.Content {
		given := r.read(entry, typ.Elem(), at.index(i))
		if given == nil {
			given = empty(typ.Elem())
		}
		list = append(list, given)
	}
	return list
}

// empty is what an entry of a list means that says nothing.
func empty(typ reflect.Type) any {
	if isLeaf(typ) {
		return ""
	}
	return map[string]any{}
}

func (r reader) readLeaf(node *yaml.Node, typ reflect.Type, at report) any {
	if node.Kind != yaml.ScalarNode {
		r.fail(at, node.Line, "", "this must be one value", "see config.example.yaml")
		return nil
	}
	text, err := leaf(typ, node.Value)
	if err != nil {
		r.fail(at, node.Line, shown(typ, node.Value), "the value does not fit", "write "+err.Error())
		return nil
	}
	return text
}
