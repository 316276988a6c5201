package api

import (
	"net/url"
	"slices"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// Limits of what a request may hold.
const (
	maxFields  = 200
	maxEntries = 1000 // of one field
	maxDepth   = 7    // of a table as DingTalk has it: form, rows, row, cells, cell, what was chosen, one choice
)

// fields are a request's inputs as they came in, each with its values. A value that is a JSON list in a string stays so.
type fields map[string][]string

// invalid is the error of everything that cannot be read.
func invalid(format string, args ...any) *model.Error {
	return model.Errorf(model.CodeInvalidRequest, format, args...)
}

// quoted is a field's name as errors show it.
func quoted(name string) string { return "“" + model.Cut(name, 40) + "”" }

// add enters values under a name, after those that are there. Errors: invalid_request.
func (f fields) add(name string, values ...string) error {
	all := values[:len(values):len(values)]
	if before := f[name]; len(before) > 0 {
		all = append(before, values...)
	}
	if err := checkField(name, all); err != nil || len(all) == 0 {
		return err
	}
	f[name] = all
	return f.checkCount()
}

func (f fields) checkCount() error {
	if len(f) > maxFields {
		return invalid("字段过多(最多 %d 个)", maxFields)
	}
	return nil
}

func checkField(name string, values []string) error {
	switch {
	case name == "":
		return invalid("请求里有一个字段没有名字")
	case !utf8.ValidString(name):
		return invalid("有字段的名字不是 UTF-8 编码")
	case len(values) > maxEntries:
		return invalid("字段%s的值过多(最多 %d 个)", quoted(name), maxEntries)
	case slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) }):
		return invalid("字段%s的值不是 UTF-8 编码", quoted(name))
	}
	return nil
}

// merge adds other's fields; one that both have must have the same values. Errors: invalid_request.
func (f fields) merge(other fields) error {
	for name, values := range other {
		if before, twice := f[name]; twice {
			if !slices.Equal(before, values) {
				return invalid("字段%s在地址参数和请求体里的值不一致", quoted(name))
			}
			continue
		}
		if err := f.add(name, values...); err != nil {
			return err
		}
	}
	return nil
}

// readQuery reads a URL's query or a body of the same form. Errors: invalid_request.
func readQuery(raw, where string) (fields, error) {
	if raw == "" {
		return nil, nil
	}
	parsed, err := url.ParseQuery(raw)
	if err != nil {
		return nil, invalid("%s不正确：含有无法解码的 %% 转义或分号", where)
	}
	for name, values := range parsed {
		if err := checkField(name, values); err != nil {
			return nil, err
		}
	}
	f := fields(parsed)
	return f, f.checkCount()
}
