package dingtalk

import (
	"encoding/json"
	"strings"
)

// option is what a control was given to choose from, as its extValue has it: an option of a selection, a department or a
// person.
type option struct {
	Label, Name                     loose
	Key, EmplID, UserID, ItemID, ID loose
}

func (o option) label() string { return first(o.Label, o.Name) }
func (o option) key() string   { return first(o.Key, o.EmplID, o.UserID, o.ItemID, o.ID) }

// optionsOf reads the first of the texts that has options: one, or a list.
func optionsOf(raws ...json.RawMessage) []option {
	for _, raw := range raws {
		var many []option
		var one option
		switch text := unquoted(raw); {
		case json.Unmarshal(text, &many) == nil && len(many) > 0:
			return many
		case json.Unmarshal(text, &one) == nil && one.label() != "":
			return []option{one}
		}
	}
	return nil
}

// selection joins what people see with the keys behind it. A key counts only beside its own label: what was approved is
// what was seen.
func selection(labels []string, options []option) (values, keys []string) {
	if len(labels) == 0 {
		return nil, nil
	}
	if names := namesIn(labels, options); names != nil {
		labels = names
	}
	keys = make([]string, len(labels))
	for i, label := range labels {
		if len(options) == len(labels) && options[i].label() == label {
			keys[i] = options[i].key()
			continue
		}
		keys[i] = keyOf(label, options)
	}
	return labels, keys
}

// namesIn are the names of several people or departments that stand in one text; nil when it is none such.
func namesIn(labels []string, options []option) []string {
	if len(labels) != 1 || len(options) < 2 {
		return nil
	}
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.label()
	}
	for _, comma := range []string{",", ", ", "，", "、"} {
		if strings.Join(names, comma) == labels[0] {
			return names
		}
	}
	return nil
}

// keyOf is the key of a label, "" when two options have it with different keys.
func keyOf(label string, options []option) string {
	key := ""
	for _, o := range options {
		if o.label() != label {
			continue
		}
		if key != "" && key != o.key() {
			return ""
		}
		key = o.key()
	}
	return key
}
