package service

import (
	"fmt"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// maxOptions is how many options DingTalk takes for a form control (DingTalk docs: basic-controls).
const maxOptions = 200

// moreID is the id of the last option when not all fit; it is no app's and no project's key.
const moreID = "__more__"

// newChoices cuts the list to DingTalk's limit; the last entry then says how many more there are.
func newChoices(all []model.Option) *model.Choices {
	o := &model.Choices{Total: len(all), List: all}
	if len(all) > maxOptions {
		rest := len(all) - (maxOptions - 1)
		o.List = append(make([]model.Option, 0, maxOptions), all[:maxOptions-1]...)
		o.List = append(o.List, model.Option{ID: moreID, Name: fmt.Sprintf("还有 %d 项，请输入关键字", rest)})
	}
	return o
}

// isMore tells whether somebody chose the entry that only says how many more there are.
func isMore(value string) bool {
	value = strings.TrimSpace(value)
	return value == moreID || (strings.HasPrefix(value, "还有 ") && strings.HasSuffix(value, " 项，请输入关键字"))
}

// search keeps the options whose name or id contains the keyword, in any case.
func search(all []model.Option, keyword string) []model.Option {
	keyword = strings.ToLower(strings.TrimSpace(keyword))
	var found []model.Option
	for _, o := range all {
		if strings.Contains(strings.ToLower(o.Name), keyword) || strings.Contains(strings.ToLower(o.ID), keyword) {
			found = append(found, o)
		}
	}
	return found
}
