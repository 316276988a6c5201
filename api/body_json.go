package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// readJSON reads an object of scalars and lists. It is stricter than encoding/json, which takes the last of two equal
// keys and replaces what is no UTF-8: what was approved must be what is read. Errors: invalid_request.
func readJSON(raw []byte) (fields, error) {
	switch {
	case !utf8.Valid(raw):
		return nil, invalid("请求体不是 UTF-8 编码")
	case !json.Valid(raw):
		return nil, invalid("请求体不是正确的 JSON")
	case raw[0] != '{':
		return nil, invalid("请求体必须是一个 JSON 对象")
	case brokenSurrogate(raw):
		return nil, invalid("请求体含有不完整的 \\u 转义字符")
	}
	w := walker{raw: raw}
	return w.fields()
}

// object is a decoded JSON object in its own order.
type object []member

type member struct {
	name  string
	value any
}

// fewMembers are found sooner one by one than in a map.
const fewMembers = 8

func (o object) has(name string) bool {
	return slices.ContainsFunc(o, func(m member) bool { return m.name == name })
}

func (o object) names() map[string]bool {
	names := make(map[string]bool, 2*len(o))
	for _, m := range o {
		names[m.name] = true
	}
	return names
}

// MarshalJSON keeps the members' order. What was read is written as it was understood: numbers and booleans as texts.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, encode(m.name)...), ':'), value...)
	}
	return append(b, '}'), nil
}

// walker decodes a document that is known to be valid JSON and UTF-8, so that it need only look for where things end.
type walker struct {
	raw   []byte
	at    int
	field string // the top-level field being read, for errors
}

// next is the next byte that is no white space.
func (w *walker) next() byte {
	for w.raw[w.at] == ' ' || w.raw[w.at] == '\t' || w.raw[w.at] == '\r' || w.raw[w.at] == '\n' {
		w.at++
	}
	return w.raw[w.at]
}

// value reads the next value: nil, string, []any or object; numbers and booleans are written as the document has them.
func (w *walker) value(depth int) (any, error) {
	switch first := w.next(); first {
	case '{', '[':
		if depth > maxDepth {
			return nil, invalid("字段%s嵌套过深(最多 %d 层)", quoted(w.field), maxDepth)
		}
		if first == '{' {
			return w.object(depth)
		}
		return w.list(depth)
	case '"':
		return w.text()
	default:
		if word := w.word(); word != "null" {
			return word, nil
		}
		return nil, nil
	}
}

// word reads a number, a boolean or null.
func (w *walker) word() string {
	start := w.at
	for w.at < len(w.raw) && strings.IndexByte(",]} \t\r\n", w.raw[w.at]) < 0 {
		w.at++
	}
	return string(w.raw[start:w.at])
}

// text reads a string.
func (w *walker) text() (string, error) {
	start, escapes := w.at, false
	for w.at++; w.raw[w.at] != '"'; w.at++ {
		if w.raw[w.at] == '\\' {
			escapes = true
			w.at++
		}
	}
	w.at++
	if !escapes {
		return string(w.raw[start+1 : w.at-1]), nil
	}
	var s string
	if err := json.Unmarshal(w.raw[start:w.at], &s); err != nil {
		return "", invalid("请求体不是正确的 JSON")
	}
	return s, nil
}

func (w *walker) object(depth int) (any, error) {
	o := make(object, 0, fewMembers)
	var seen map[string]bool
	for w.at++; w.next() != '}'; w.comma() {
		name, err := w.text()
		if err != nil {
			return nil, err
		}
		if seen[name] || seen == nil && o.has(name) {
			return nil, invalid("字段%s出现了两次", quoted(name))
		}
		if len(o) == fewMembers {
			seen = o.names()
		}
		if seen != nil {
			seen[name] = true
		}
		if len(o) == maxFields {
			return nil, invalid("字段过多(最多 %d 个)，从%s起超出", maxFields, quoted(name))
		}
		w.next()
		w.at++ // the colon
		v, err := w.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name: name, value: v})
	}
	w.at++
	return o, nil
}

func (w *walker) list(depth int) (any, error) {
	list := []any{}
	for w.at++; w.next() != ']'; w.comma() {
		if len(list) == maxEntries {
			return nil, invalid("字段%s的值过多(最多 %d 个)", quoted(w.field), maxEntries)
		}
		v, err := w.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	w.at++
	return list, nil
}

// comma passes over what stands between two members.
func (w *walker) comma() {
	if w.next() == ',' {
		w.at++
	}
}

// fields reads the top-level object.
func (w *walker) fields() (fields, error) {
	f, empty := fields{}, []string(nil)
	for w.at++; w.next() != '}'; w.comma() {
		name, err := w.text()
		if err != nil {
			return nil, err
		}
		if _, twice := f[name]; twice || slices.Contains(empty, name) {
			return nil, invalid("字段%s出现了两次", quoted(name))
		}
		if len(f)+len(empty) == maxFields {
			return nil, invalid("字段过多(最多 %d 个)，从%s起超出", maxFields, quoted(name))
		}
		w.next()
		w.at++ // the colon
		w.field = name
		values, err := w.values()
		if err == nil && len(values) == 0 {
			empty = append(empty, name)
		} else if err == nil {
			err = f.add(name, values...)
		}
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// values reads the values of a top-level field. A row of a table (明细), an object in a list, becomes its JSON text.
func (w *walker) values() ([]string, error) {
	if w.next() == '"' { // nearly all are
		value, err := w.text()
		return []string{value}, err
	}
	tree, err := w.value(2)
	if err != nil {
		return nil, err
	}
	list, isList := tree.([]any)
	if !isList {
		list = []any{tree}
	}
	values := make([]string, 0, len(list))
	for _, item := range list {
		value, present, ok := text(item)
		if row, isRow := item.(object); !ok && isList && isRow && len(row) > 0 {
			value, present, ok = rowText(row), true, true
		}
		if !ok {
			return nil, invalid("字段%s的值只能是文本、数字、布尔值或它们的列表", quoted(w.field))
		}
		if present {
			values = append(values, value)
		}
	}
	return values, nil
}

// text is the value as text: a scalar, or the key of a selected option such as {"label":"订单服务","key":"prod:order"}.
// null is not present.
func text(v any) (value string, present, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", false, true
	case string:
		return v, true, true
	case object:
		return optionKey(v)
	default:
		return "", false, false
	}
}

// rowText is a row of a table as JSON text, with the key of a selected option in its place.
func rowText(row object) string {
	cells := make(object, len(row))
	for i, m := range row {
		cells[i] = m
		if chosen, isObject := m.value.(object); isObject {
			if key, _, ok := optionKey(chosen); ok {
				cells[i].value = key
			}
		}
	}
	return encode(cells)
}

func optionKey(o object) (value string, present, ok bool) {
	given := map[string]string{}
	for _, m := range o {
		s, isText := m.value.(string)
		if !isText || !slices.Contains([]string{"label", "name", "key", "id", "value"}, m.name) {
			return "", false, false
		}
		given[m.name] = s
	}
	for _, name := range []string{"key", "id", "value"} {
		if s, has := given[name]; has {
			return s, true, true
		}
	}
	return "", false, false
}

// brokenSurrogate tells whether valid JSON escapes half a character, which decoding would silently replace.
func brokenSurrogate(raw []byte) bool {
	for i := 0; i+5 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if i++; raw[i] != 'u' {
			continue
		}
		first := escaped(raw[i-1:])
		if i += 4; !utf16.IsSurrogate(first) {
			continue
		}
		if utf16.DecodeRune(first, escaped(raw[i+1:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped is the character of the \uXXXX that b begins with, 0 when it begins with something else.
func escaped(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}
