package jenkinstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// value is one parameter value of a queue item or build. A boolean's text is "true" or "false".
type value struct {
	param Parameter
	text  string
}

var errValue = errors.New("illegal parameter value")

// defaultText is what a missing parameter becomes.
func (p *Parameter) defaultText() string {
	switch {
	case p.Kind == Choice && p.Default == "" && len(p.Choices) > 0:
		return p.Choices[0]
	case p.Kind == Boolean:
		return strconv.FormatBool(strings.EqualFold(p.Default, "true"))
	}
	return p.Default
}

// formValue makes a parameter's value from the form; given is false when there is none and no default either.
func formValue(p Parameter, c *call) (v value, given bool, err error) {
	texts, present := c.form[p.Name]
	switch {
	case p.Kind == File:
		return value{param: p}, c.files[p.Name], nil
	case !present && p.Kind == Run:
		return value{}, false, nil
	case !present:
		return value{param: p, text: p.defaultText()}, true, nil
	}
	v, err = makeValue(p, texts)
	return v, true, err
}

// makeValue checks and converts what was sent, as each parameter definition does.
func makeValue(p Parameter, texts []string) (value, error) {
	switch p.Kind {
	case ExtendedChoice:
		return value{p, extendedChoice(p, texts)}, nil
	case ActiveChoice, CascadeChoice:
		return value{p, strings.Join(texts, ",")}, nil // any value is passed through
	default:
	}
	if len(texts) != 1 {
		return value{}, errValue
	}
	text := texts[0]
	switch p.Kind {
	case Choice:
		if !slices.Contains(p.Choices, text) {
			return value{}, errValue
		}
	case Boolean:
		text = strconv.FormatBool(strings.EqualFold(text, "true"))
	default: // any text will do
	}
	return value{p, text}, nil
}

// extendedChoice keeps the values in the list and silently drops the others.
func extendedChoice(p Parameter, texts []string) string {
	var kept []string
	for _, text := range texts {
		if slices.Contains(p.Choices, text) {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, ",")
}

// submission is the form protocol of Jenkins' pages: json={"parameter":[{"name":…,"value":…}]}.
type submission struct {
	Parameter submitted `json:"parameter"`
}

// submitted is a list of fields; a single one may stand without brackets.
type submitted []struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// UnmarshalJSON accepts a single object for a list of one.
func (s *submitted) UnmarshalJSON(data []byte) error {
	type plain submitted
	if len(data) > 0 && data[0] == '{' {
		data = append(append([]byte{'['}, data...), ']')
	}
	return json.Unmarshal(data, (*plain)(s))
}

// texts are the strings of a JSON value, several for an array.
func texts(v any) []string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, texts(one)...)
		}
		return all
	case nil:
		return []string{""}
	}
	return []string{fmt.Sprint(v)}
}

// submittedValues reads the form protocol of /build: parameters that are not sent stay away, unknown ones are an error.
func submittedValues(text string, params []Parameter) ([]value, error) {
	var form submission
	if err := json.Unmarshal([]byte(text), &form); err != nil {
		return nil, err
	}
	var values []value
	for _, field := range form.Parameter {
		at := slices.IndexFunc(params, func(p Parameter) bool { return p.Name == field.Name })
		if at < 0 {
			return nil, errValue
		}
		v, err := makeValue(params[at], texts(field.Value))
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// sameValues is Jenkins' idea of identical requests: values of passwords and files are not compared.
func sameValues(a, b []value) bool {
	return slices.EqualFunc(a, b, func(x, y value) bool {
		secret := x.param.Kind == Password || x.param.Kind == File
		return x.param.Name == y.param.Name && (secret || x.text == y.text)
	})
}

// paramsText is the queue item's params field.
func paramsText(values []value) string {
	var b strings.Builder
	for _, v := range values {
		text := v.text
		if v.param.Kind == Password || v.param.Kind == Credentials {
			text = "****"
		}
		b.WriteString("\n" + v.param.Name + "=" + text)
	}
	return b.String()
}
