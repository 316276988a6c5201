package api

import (
	"encoding/json"
	"slices"
	"strings"
)

// The inputs of the option actions.
const (
	inputOriginator = "originatorUserId" // who fills in the form
	inputProject    = "project"
	inputApp        = "app"
	inputParameter  = "parameter"
	inputKeyword    = "keyword"
)

// inputNames are the names under which inputs may come in.
type inputNames struct {
	of    map[string][]string // by input
	known map[string]bool     // all of them
}

// newInputNames takes the configured names, and Chinese ones for the two inputs that are no field of a form. An input's
// own name is always known.
func newInputNames(configured map[string][]string) inputNames {
	n := inputNames{of: map[string][]string{}, known: map[string]bool{}}
	n.add(inputOriginator)
	n.add(inputProject)
	n.add(inputApp)
	n.add(inputParameter, "参数", "参数名称")
	n.add(inputKeyword, "关键字", "搜索")
	for field, names := range configured {
		n.add(field, names...)
	}
	return n
}

func (n inputNames) add(input string, names ...string) {
	for _, name := range append([]string{input}, names...) {
		if !slices.Contains(n.of[input], name) {
			n.of[input] = append(n.of[input], name)
		}
		n.known[name] = true
	}
}

// input reads one input of an option action, "" when it is missing. Errors: invalid_request.
func (s *Server) input(f fields, name string) (string, error) {
	value := ""
	for _, known := range s.names.of[name] {
		for _, given := range unfold(f[known]) {
			if value != "" && given != value {
				return "", invalid("字段%s只能有一个值", quoted(known))
			}
			value = given
		}
	}
	return value, nil
}

// several reads an input that may have many values.
func (s *Server) several(f fields, name string) []string {
	var values []string
	for _, known := range s.names.of[name] {
		for _, given := range unfold(f[known]) {
			if !slices.Contains(values, given) {
				values = append(values, given)
			}
		}
	}
	return values
}

// inputs reads inputs of one value each. A field with a name that means nothing is refused: it is a slip in the connector's mapping.
func (s *Server) inputs(f fields, names ...string) ([]string, error) {
	values := make([]string, len(names))
	if len(f) == 0 {
		return values, nil
	}
	for field := range f {
		if !s.names.known[field] {
			return nil, invalid("不认识的字段%s，请检查连接器的入参配置", quoted(field))
		}
	}
	for i, name := range names {
		if plain, ok := s.plainInput(f, name); ok {
			values[i] = plain
			continue
		}
		var err error
		if values[i], err = s.input(f, name); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// plainInput reads an input that came in as nearly all do: under one name, with one value that is no list.
func (s *Server) plainInput(f fields, name string) (value string, ok bool) {
	for field, values := range f {
		if !slices.Contains(s.names.of[name], field) {
			continue
		}
		if value != "" || len(values) != 1 || strings.HasPrefix(values[0], "[") || values[0] == "null" {
			return "", false
		}
		value = strings.TrimSpace(values[0])
	}
	return value, !strings.HasPrefix(value, "[") && value != "null"
}

// unfold takes apart what DingTalk sends for a selection, ["…"] in a text, and drops what is empty.
func unfold(values []string) []string {
	var out []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		if list, ok := listIn(v); ok {
			out = append(out, unfold(list)...)
		} else if v != "" && v != "null" {
			out = append(out, v)
		}
	}
	return out
}

// listIn reads a JSON list of texts.
func listIn(v string) (list []string, ok bool) {
	if !strings.HasPrefix(v, "[") {
		return nil, false
	}
	err := json.Unmarshal([]byte(v), &list)
	return list, err == nil
}
