package sources

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// decode reads the values out of an answer.
func decode(body []byte, field []string) ([]model.Option, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var answer any
	if err := d.Decode(&answer); err != nil {
		return nil, errors.New("the answer is not JSON") // the decoder's own words would repeat some of it
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON of the answer")
	}
	found, err := follow(answer, field)
	if err != nil {
		return nil, err
	}
	if _, isObject := answer.(map[string]any); isObject && len(field) == 0 {
		return nil, errors.New("the answer is an object: say with field where its list is")
	}
	var values []model.Option
	for _, v := range found {
		value, err := option(v)
		if err != nil {
			return nil, err
		}
		values = append(values, value...)
	}
	return values, nil
}

// follow goes down the path; through a list it goes with each of its entries. An entry without the next part has no value.
func follow(v any, path []string) ([]any, error) {
	if list, ok := v.([]any); ok {
		var all []any
		for _, entry := range list {
			found, err := follow(entry, path)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		return all, nil
	}
	if len(path) == 0 {
		return []any{v}, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("there is no object that could have the field %q", path[0])
	}
	next, ok := object[path[0]]
	if !ok {
		return nil, fmt.Errorf("the field %q is missing", path[0])
	}
	return follow(next, path[1:])
}

// option is a value: a text, or an object with id and name, or value and label. Nothing comes of null.
func option(v any) ([]model.Option, error) {
	object, isObject := v.(map[string]any)
	if !isObject {
		text, ok := scalar(v)
		if v == nil || strings.TrimSpace(text) == "" {
			return nil, nil
		}
		if !ok {
			return nil, errors.New("a value is neither a text nor an object")
		}
		return []model.Option{{ID: text, Name: text}}, nil
	}
	id, ok := first(object, "id", "value", "name")
	if !ok {
		return nil, errors.New("a value has none of the fields id, value and name")
	}
	name, ok := first(object, "name", "label")
	if !ok {
		name = id
	}
	return []model.Option{{ID: id, Name: name}}, nil
}

func first(object map[string]any, fields ...string) (string, bool) {
	for _, field := range fields {
		if text, ok := scalar(object[field]); ok && strings.TrimSpace(text) != "" {
			return text, true
		}
	}
	return "", false
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	}
	return "", false
}
