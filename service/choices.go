package service

import (
	"fmt"
	"strings"
	"sync"

	"github.com/oabridge/oabridge/model"
)

// maxOptions is how many options DingTalk takes for a form control (DingTalk docs: basic-controls).
const maxOptions = 200

// moreID is the id of the last option when not all fit; it is no app's and no project's key.
const moreID = "__more__"

// newChoices cuts the list to DingTalk's limit; the last entry then says how many more there are.
func newChoices(all []model.Option) *model.Choices {
	if len(all) <= maxOptions {
		return &model.Choices{Total: len(all), List: all}
	}
	return cutChoices(all[:maxOptions-1:maxOptions-1], len(all))
}

// cutChoices are the first of total options, with the entry that says how many more there are.
func cutChoices(first []model.Option, total int) *model.Choices {
	more := model.Option{ID: moreID, Name: fmt.Sprintf("还有 %d 项，请输入关键字", total-len(first))}
	return &model.Choices{Total: total, List: append(first, more)}
}

// isMore tells whether somebody chose the entry that only says how many more there are.
func isMore(value string) bool {
	value = strings.TrimSpace(value)
	return value == moreID || (strings.HasPrefix(value, "还有 ") && strings.HasSuffix(value, " 项，请输入关键字"))
}

// menu is a list that forms are offered, as a whole or searched. What is in it never changes.
type menu struct {
	options []model.Option
	shown   *model.Choices // all of it
	plain   *menu          // the same without what goes on behind the names, by which it is searched; nil: this one

	indexing sync.Once
	words    *searchIndex
}

func newMenu(options []model.Option) *menu {
	return &menu{options: options, shown: newChoices(options)}
}

// newLiveMenu is a plain list with what goes on behind its names.
func newLiveMenu(options []model.Option, plain *menu) *menu {
	m := newMenu(options)
	m.plain, m.shown.Disabled = plain, plain.shown.Disabled
	return m
}

// prepare makes the index, so that no form waits for it.
func (m *menu) prepare(a *alphabet) *searchIndex {
	if m.plain != nil {
		return m.plain.prepare(a)
	}
	m.indexing.Do(func() { m.words = a.newSearchIndex(m.options) })
	return m.words
}

// search offers what fits the keyword, the best first. sees leaves options out; nil leaves out none.
func (m *menu) search(a *alphabet, keyword string, sees func(int) bool) *model.Choices {
	best, total := m.prepare(a).find(keyword, maxOptions, sees)
	if total > maxOptions {
		best = best[:maxOptions-1]
	}
	list := make([]model.Option, len(best), len(best)+1)
	for i, at := range best {
		list[i] = m.options[at]
	}
	found := &model.Choices{Total: total, List: list}
	if total > maxOptions {
		found = cutChoices(list, total)
	}
	found.Disabled = m.shown.Disabled
	return found
}
