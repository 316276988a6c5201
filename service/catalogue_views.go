package service

import (
	"slices"

	"github.com/oabridge/oabridge/model"
)

// readViews makes a project of every view, in Jenkins' order.
func (b *sectionBuilder) readViews() {
	if b.rules.Project != nil || b.rules.By != ByView {
		return
	}
	b.views = map[string][]*grouped{}
	for i := range b.listing.Views {
		view := &b.listing.Views[i]
		g := b.group(view.Name, func() string { return b.viewLabel(view.Name) })
		for _, item := range view.Jobs {
			b.views[item] = append(b.views[item], g)
		}
	}
}

// viewsOf are the views that show a job, a folder that holds it, or one of its branches.
func (b *sectionBuilder) viewsOf(j *model.Job) []*grouped {
	var found []*grouped
	look := func(fullName string) {
		for _, g := range b.views[fullName] {
			if !slices.Contains(found, g) {
				found = append(found, g)
			}
		}
	}
	for name := j.FullName; name != ""; name = parentOf(name) {
		look(name)
	}
	for _, branch := range b.branches[j.FullName] {
		look(branch.FullName)
	}
	return found
}
