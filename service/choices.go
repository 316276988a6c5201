package service

import (
	"fmt"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// DingTalk's limits for the options of a form control (DingTalk docs: basic-controls).
const (
	maxOptions    = 200
	maxOptionName = 50 // runes
)

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

// namer gives out names that are unique within one list and fit DingTalk's limit.
type namer struct{ taken map[string]bool }

func newNamer() *namer { return &namer{taken: map[string]bool{}} }

// name is label, made unique with the shortest of the hints that tells it apart, else with a number.
func (n *namer) name(label string, hints ...string) string {
	candidate := model.Cut(label, maxOptionName)
	for _, hint := range hints {
		if !n.taken[candidate] {
			break
		}
		candidate = withSuffix(label, " ("+hint+")")
	}
	for i := 2; n.taken[candidate]; i++ {
		candidate = withSuffix(label, fmt.Sprintf(" #%d", i))
	}
	n.taken[candidate] = true
	return candidate
}

// withSuffix cuts label so that the whole suffix fits; of a suffix too long by itself the end is kept.
func withSuffix(label, suffix string) string {
	s := []rune(suffix)
	if len(s) > maxOptionName-10 {
		s = append([]rune(" (…"), s[len(s)-(maxOptionName-14):]...)
	}
	return model.Cut(label, maxOptionName-len(s)) + string(s)
}
