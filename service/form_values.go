package service

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFolds is how many lists may be folded into one another. DingTalk folds once, a connector that passes its value on
// once more.
const maxFolds = 3

// clean drops what stands for "nothing" ("", "null") and unfolds values that are a JSON list in a string, as DingTalk
// sends selections.
func clean(values []string) []string { return unfold(values, maxFolds) }

func unfold(values []string, folds int) []string {
	var out []string
	for _, v := range values {
		v = strings.TrimSpace(v)
		if folds > 0 && strings.HasPrefix(v, "[") {
			var list []any
			if json.Unmarshal([]byte(v), &list) == nil {
				out = append(out, unfold(texts(list), folds-1)...)
				continue
			}
		}
		if v != "" && v != "null" {
			out = append(out, v)
		}
	}
	return out
}

// texts keeps the strings of a decoded list; other scalars are written as JSON writes them.
func texts(list []any) []string {
	var out []string
	for _, v := range list {
		switch v := v.(type) {
		case nil:
		case string:
			out = append(out, v)
		default:
			b, err := json.Marshal(v)
			if err == nil {
				out = append(out, string(b))
			}
		}
	}
	return out
}

// splitIDs reads user ids, given as a list or in one text.
func splitIDs(values []string, problems *Problems) []string {
	var ids []string
	for _, v := range values {
		for id := range strings.FieldsFuncSeq(v, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，;；、", r) }) {
			if len(ids) <= maxApprovers && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	wrong := func(id string) bool { return len(id) > maxIDBytes || hasControl(id, false) || !utf8.ValidString(id) }
	if len(ids) > maxApprovers || slices.ContainsFunc(ids, wrong) {
		problems.add(FieldApprovers, "审批人字段不正确(最多 %d 人，每个用户 ID 最多 %d 字节)", maxApprovers, maxIDBytes)
		return nil
	}
	return ids
}

// readBool reads 是, 否, true and false; nothing else, since Jenkins makes false of everything it does not know.
func readBool(v string) (value, ok bool) {
	switch strings.ToLower(v) {
	case "是", "true":
		return true, true
	case "否", "false":
		return false, true
	}
	return false, false
}

func hasControl(s string, multiline bool) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		if multiline && (r == '\n' || r == '\r' || r == '\t') {
			return false
		}
		return isControl(r)
	})
}

// isControl tells characters that act instead of being read. Format characters (bidirectional overrides, zero width)
// make a text look like another; the joiner is part of many emoji.
func isControl(r rune) bool {
	return unicode.IsControl(r) || (unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) && r != '\u200d')
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// oneLine keeps what a form says from forging a line of its own in a message.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, s)
}
