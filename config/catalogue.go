package config

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// The values of Jenkins.LabelFrom.
const (
	LabelDisplayName = "display_name"
	LabelDescription = "description"
	LabelName        = "name"
)

// mostFolders is more than a listing sees.
const mostFolders = 10

// checkCatalogue checks the keys that say how projects and apps look.
func (j Jenkins) checkCatalogue(r report) {
	for i, folder := range j.Folders {
		if reason := unlikeItem(strings.Trim(folder, "/")); reason != "" {
			r.at("folders").index(i).add(folder, reason, "write the folder's full name, such as deploy or deploy/mall; no entry at all means everywhere")
		}
	}
	r.at("project_depth").between(j.ProjectDepth, 0, mostFolders)
	if j.ProjectDepth > 0 && j.Project != ProjectByFolder {
		r.at("project_depth").add(showInt(int64(j.ProjectDepth)), "it says how deep folders make projects, and here they do not",
			"remove it, or set project: folder")
	}
	if j.ProjectPath && j.Project != ProjectByFolder && j.Project != ProjectByView {
		r.at("project_path").add("true", "it joins the labels of folders or views, and here they are no projects",
			"remove it, or set project: folder")
	}
	for _, name := range slices.Sorted(maps.Keys(j.Labels)) {
		j.checkLabel(r.at("labels").at(name), name)
	}
	for i, source := range j.LabelFrom {
		at := r.at("label_from").index(i)
		at.oneOf(source, LabelDisplayName, LabelDescription, LabelName)
		if slices.Contains(j.LabelFrom[:i], source) {
			at.add(source, "it stands here twice", "remove one of the two")
		}
	}
	if name := j.BranchParameter; name != "" && (name == j.ReleaseParameter || !oneLabel(name)) {
		r.at("branch_parameter").add(name, "no name for a form's field that gives the branch", "use a name such as BRANCH, another one than release_parameter")
	}
}

func (j Jenkins) checkLabel(r report, name string) {
	if reason := unlikeItem(name); reason != "" {
		r.add("", reason+", so the label is never used", "write the full name of a job or folder as Jenkins has it, without the controller, or the name of a view")
	}
	if label := j.Labels[name]; !oneLabel(label) {
		r.add(label, "not a label", "write one line of text")
	}
}

// oneLabel tells whether text is a label: one line, not empty, with nothing around it.
func oneLabel(text string) bool {
	return text != "" && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl)
}

// unlikeItem says why nothing in Jenkins can have this full name; "" when something can.
func unlikeItem(fullName string) string {
	if fullName == "" {
		return "it is empty"
	}
	for part := range strings.SplitSeq(fullName, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return "no full name has an empty part, . or .."
		case strings.TrimSpace(part) != part || strings.ContainsFunc(part, unicode.IsControl):
			return "no full name has spaces around a part, or control characters"
		case strings.ContainsAny(part, `:?*\<>|`):
			return `no full name in Jenkins has any of : ? * \ < > |`
		}
	}
	return ""
}

// checkCatalogue checks what controllers, projects and the form must agree about.
func (c *Config) checkCatalogue(r report) {
	names := make([]string, len(c.Jenkins))
	for i, j := range c.Jenkins {
		names[i] = j.Name
	}
	checkProjects(r.at("projects"), c.Projects, names)
	for i, j := range c.Jenkins {
		at := r.at("jenkins").index(i)
		if j.Project == ProjectExplicit && len(c.named(j.Name)) == 0 {
			at.at("project").add(j.Project, "only what the section projects names would be offered, and it names no job of this controller",
				"name its jobs under projects, or set project: folder")
		}
		for _, name := range slices.Sorted(maps.Keys(j.Labels)) {
			if j.Labels[name] != "" && unlikeItem(name) == "" && !c.canBeLabelled(j, name) {
				at.at("labels").at(name).add("", "it is in none of this controller's folders, so the label is never used",
					"correct the name, or add its folder to folders")
			}
		}
		c.checkBranchParameter(at.at("branch_parameter"), j.BranchParameter)
	}
}

// named are the full names of a controller's jobs that the section projects names.
func (c *Config) named(controller string) []string {
	var list []string
	for _, p := range c.Projects {
		for _, app := range p.Apps {
			if name, job := app.split(); name == controller {
				list = append(list, job)
			}
		}
	}
	return list
}

// canBeLabelled tells whether something of that name may be on offer. What a view or an expression gives can have any.
func (c *Config) canBeLabelled(j Jenkins, name string) bool {
	if len(j.Folders) == 0 || (j.Project != ProjectByFolder && j.Project != ProjectExplicit) || slices.Contains(c.named(j.Name), name) {
		return true
	}
	return slices.ContainsFunc(j.Folders, func(folder string) bool {
		folder = strings.Trim(folder, "/")
		return name == folder || strings.HasPrefix(name, folder+"/")
	})
}

// checkBranchParameter wants a form's field for the branch that means nothing else.
func (c *Config) checkBranchParameter(r report, name string) {
	if name == "" {
		return
	}
	if _, mapped := c.Form.Parameters[name]; mapped {
		return
	}
	for _, parameter := range slices.Sorted(maps.Keys(c.Form.Parameters)) {
		if c.Form.Parameters[parameter] == name {
			r.add(name, "a form's field of that name gives the parameter "+parameter, "choose another name, or say under form.parameters which field gives it")
			return
		}
	}
	names := c.Form.Names()
	for _, field := range slices.Sorted(maps.Keys(names)) {
		if slices.Contains(names[field], name) {
			r.add(name, "a form's field of that name is read as "+field, "choose another name, or say under form.parameters which field gives it")
			return
		}
	}
	if slices.Contains(c.Form.Ignore, name) {
		r.add(name, "a form's field of that name is ignored (form.ignore)", "choose another name, or take it out of form.ignore")
	}
}
