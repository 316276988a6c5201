package service

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// rootLabel is what people call the jobs that stand in no folder.
const rootLabel = "根目录"

// pathJoint stands between the labels of a path.
const pathJoint = " / "

// label is what people call the item: what the configuration says, else the first of the sources that says something
// else than its name, else its name. With an expression its name is what the expression calls the app; unless sources
// are configured, that counts more than a description.
func (r CatalogueRules) label(j *model.Job) string {
	if label := r.Labels[j.FullName]; label != "" {
		return label
	}
	app := ""
	if r.Project != nil && !holdsJobs(j) {
		app = subMatch(r.Project, j.FullName, "app")
	}
	for _, source := range r.labelSources(app != "") {
		text := ""
		switch source {
		case LabelDisplayName:
			if j.DisplayName != j.Name {
				text = j.DisplayName
			}
		case LabelDescription:
			text = firstLine(j.Description)
		case LabelName:
			text = cmp.Or(app, j.Name)
		}
		if text != "" {
			return text
		}
	}
	return cmp.Or(app, j.Name)
}

func (r CatalogueRules) labelSources(named bool) []LabelSource {
	switch {
	case len(r.LabelFrom) > 0:
		return r.LabelFrom
	case named:
		return []LabelSource{LabelDisplayName, LabelName}
	}
	return []LabelSource{LabelDisplayName, LabelDescription}
}

// holdsJobs tells a container that can be no app.
func holdsJobs(j *model.Job) bool { return j.Container && j.Kind != model.JobMultibranch }

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(first)
}

// folderLabel is what people call a project that is a folder.
func (b *sectionBuilder) folderLabel(path string) string {
	root, _ := b.rules.rootOf(path + "/") // itself, when it is one
	if !b.rules.JoinPath || path == "" || path == root {
		return b.oneFolderLabel(path)
	}
	var labels []string
	for at := path; at != root && at != ""; at = parentOf(at) {
		labels = append(labels, b.oneFolderLabel(at))
	}
	slices.Reverse(labels)
	return strings.Join(labels, pathJoint)
}

func (b *sectionBuilder) oneFolderLabel(path string) string {
	if j := b.job(path); j != nil {
		return b.rules.label(j)
	}
	switch label := b.rules.Labels[path]; {
	case label != "":
		return label
	case path == "":
		return rootLabel
	default:
		return path // the user may not see the folder itself
	}
}

// viewLabel is what people call a project that is a view.
func (b *sectionBuilder) viewLabel(view string) string {
	last := view[strings.LastIndexByte(view, '/')+1:]
	label := cmp.Or(b.rules.Labels[view], b.rules.Labels[last], last)
	if parent := parentOf(view); b.rules.JoinPath && parent != "" {
		if j := b.job(parent); j != nil {
			return b.folderLabel(parent) + pathJoint + label
		}
		return b.viewLabel(parent) + pathJoint + label
	}
	return label
}
