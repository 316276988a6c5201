package service

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Grouping says what a project is where no expression does.
type Grouping string

// The groupings.
const (
	ByFolder Grouping = ""         // a folder
	ByView   Grouping = "view"     // a view that shows the job
	ByName   Grouping = "explicit" // only what explicit projects name
)

// LabelSource is where the label of a job, folder or view may come from.
type LabelSource string

// The sources of labels.
const (
	LabelDisplayName LabelSource = "display_name"
	LabelDescription LabelSource = "description" // its first line
	LabelName        LabelSource = "name"        // with an expression, what it calls the app
)

// CatalogueRules say which jobs of a controller are offered, and as which project's.
type CatalogueRules struct {
	Folders []string         // where to look; empty: everywhere
	Include []*regexp.Regexp // on fullName; empty: all
	Exclude []*regexp.Regexp // on fullName
	// Project takes the project (group "project") and the app's name (group "app") out of a fullName; nil: By decides.
	Project *regexp.Regexp
	By      Grouping
	// Depth is how many folders, below the one where it was looked for, make the project; 0: all, the folder that holds
	// the job.
	Depth int
	// JoinPath makes a project's label of those on its path, too.
	JoinPath  bool
	Labels    map[string]string // by the full name of a job or folder, or the name of a view or project
	LabelFrom []LabelSource     // the order tried; empty: display name, description, name
	// BranchParameter is what a form calls the branch of a multibranch project; "": its branches' jobs are apps as any other.
	BranchParameter string
	// Named are the jobs that explicit projects offer, by full name, with these projects. The other rules do not touch them.
	Named map[string][]string
}

// kind is what makes the projects.
func (r CatalogueRules) kind() model.ProjectKind {
	switch {
	case r.Project != nil:
		return model.ProjectExpression
	case r.By == ByView:
		return model.ProjectView
	}
	return model.ProjectFolder
}

// refusesJob says why a job is not to be offered.
func (r CatalogueRules) refusesJob(fullName string) refusal {
	return cmp.Or(r.outside(fullName), r.notIncluded(fullName), r.excluded(fullName))
}

// refusesMultibranch says it of a multibranch project. Its branches have been looked at already; a folder to look in may
// be the project itself.
func (r CatalogueRules) refusesMultibranch(fullName string) refusal {
	if slices.ContainsFunc(r.Folders, func(folder string) bool { return strings.Trim(folder, "/") == fullName }) {
		return r.excluded(fullName)
	}
	return cmp.Or(r.outside(fullName), r.excluded(fullName))
}

// refusesBranch says it of a branch, which is also included by what includes its multibranch project.
func (r CatalogueRules) refusesBranch(fullName, multibranch string) refusal {
	return cmp.Or(r.notIncluded(fullName, multibranch), r.excluded(fullName))
}

func (r CatalogueRules) outside(fullName string) refusal {
	if _, ok := r.rootOf(fullName); !ok {
		return refusal{reason: model.LeftOutside}
	}
	return refusal{}
}

func (r CatalogueRules) notIncluded(names ...string) refusal {
	matches := func(re *regexp.Regexp) bool { return slices.ContainsFunc(names, re.MatchString) }
	if len(r.Include) > 0 && !slices.ContainsFunc(r.Include, matches) {
		return refusal{reason: model.LeftNotIncluded}
	}
	return refusal{}
}

func (r CatalogueRules) excluded(fullName string) refusal {
	i := slices.IndexFunc(r.Exclude, func(re *regexp.Regexp) bool { return re.MatchString(fullName) })
	if i < 0 {
		return refusal{}
	}
	return refusal{reason: model.LeftExcluded, detail: r.Exclude[i].String()}
}

// rootOf returns the innermost folder to look in that holds the job, "" when it is to be looked for everywhere.
func (r CatalogueRules) rootOf(fullName string) (string, bool) {
	best, found := "", len(r.Folders) == 0
	for _, folder := range r.Folders {
		folder = strings.Trim(folder, "/")
		if strings.HasPrefix(fullName, folder+"/") && (!found || len(folder) > len(best)) {
			best, found = folder, true
		}
	}
	return best, found
}

// folderOf is the folder that is a job's project.
func (r CatalogueRules) folderOf(fullName string) string {
	path := parentOf(fullName)
	root, _ := r.rootOf(fullName)
	if r.Depth == 0 || path == root {
		return path
	}
	start := 0
	if root != "" {
		start = len(root) + 1
	}
	for n, at := 1, start; ; n++ {
		slash := strings.IndexByte(path[at:], '/')
		if slash < 0 {
			return path
		}
		if at += slash; n == r.Depth {
			return path[:at]
		}
		at++
	}
}

// parentOf is the folder that holds an item, "" for one at the top.
func parentOf(fullName string) string {
	return fullName[:max(strings.LastIndexByte(fullName, '/'), 0)]
}

func subMatch(re *regexp.Regexp, s, group string) string {
	m := re.FindStringSubmatch(s)
	i := re.SubexpIndex(group)
	if m == nil || i < 0 {
		return ""
	}
	return m[i]
}
