package dingtalktest

import "encoding/json"

// content takes the title and text out of a message of any kind that has them: text, markdown, link, action card. It
// reports false for other kinds, and for one whose part is missing or empty.
func content(msg []byte) (title, text string, ok bool) {
	var parts map[string]json.RawMessage
	var kind string
	if json.Unmarshal(msg, &parts) != nil || json.Unmarshal(parts["msgtype"], &kind) != nil {
		return "", "", false
	}
	var part struct{ Title, Text, Content, Markdown string }
	switch kind {
	case "text", "markdown", "link", "actionCard", "action_card":
		if json.Unmarshal(parts[kind], &part) != nil {
			return "", "", false
		}
	}
	text = part.Text + part.Content + part.Markdown
	if kind != "text" && part.Title == "" {
		return "", "", false
	}
	return part.Title, text, text != ""
}
