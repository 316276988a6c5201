package service

import (
	"net/url"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// candidate is a job that is to be offered.
type candidate struct {
	controller string
	job        *model.Job
	label      string
	branches   []*model.Job // of a multibranch project: those that can be built
	parameter  string       // what a form calls the branch
}

// candidate is the job as it can be offered, or why nothing of it can be built.
func (b *sectionBuilder) candidate(j *model.Job, multibranch bool) (*candidate, refusal) {
	c := &candidate{controller: b.listing.Controller, job: j, label: b.rules.label(j)}
	if !multibranch {
		if !j.Buildable {
			return nil, refusal{reason: model.LeftDisabled}
		}
		return c, refusal{}
	}
	c.parameter = b.rules.BranchParameter
	for _, branch := range b.branches[j.FullName] {
		no := refusal{}
		if b.rules.Named[j.FullName] == nil {
			no = b.rules.refusesBranch(branch.FullName, j.FullName)
		}
		if no.reason == "" && !branch.Buildable {
			no.reason = model.LeftDisabled
		}
		if no.reason != "" {
			b.leave(branch, no)
			continue
		}
		c.branches = append(c.branches, branch)
	}
	if len(c.branches) == 0 {
		return nil, refusal{reason: model.LeftNoBranch}
	}
	return c, refusal{}
}

// app makes an App of the candidate; its label is not unique yet.
func (c *candidate) app(project string) *App {
	app := &App{
		JobRef: model.JobRef{Controller: c.controller, FullName: c.job.FullName}, Label: c.label, Kind: c.job.Kind,
		Parameters: c.job.Parameters, project: project, branchParameter: c.parameter,
	}
	if c.parameter == "" {
		return app
	}
	names := branchNames(c.branches)
	for i, job := range c.branches {
		app.Branches = append(app.Branches, &App{
			JobRef: model.JobRef{Controller: c.controller, FullName: job.FullName}, Kind: job.Kind, Parameters: job.Parameters,
			Branch: names[i], project: project, branchParameter: c.parameter,
		})
	}
	app.Parameters = branchedParameters(c.parameter, names, c.branches)
	return app
}

// branchNames are the branches' names as the source control has them: Jenkins escapes what cannot stand in a job's name
// ("feature%2Fx"). Where one could be taken for another, as either has it, it stays as Jenkins has it.
func branchNames(jobs []*model.Job) []string {
	names, seen := make([]string, len(jobs)), map[string]int{}
	for i, job := range jobs {
		name, err := url.PathUnescape(job.Name)
		if err != nil {
			name = job.Name
		}
		names[i] = name
		seen[name]++
		if name != job.Name {
			seen[job.Name]++
		}
	}
	for i, job := range jobs {
		if seen[names[i]] > 1 {
			names[i] = job.Name
		}
	}
	return names
}

// branchedParameters are what a form may give for a multibranch project: the branch, then what any of the branches
// declares, as the first of them does.
func branchedParameters(name string, branches []string, jobs []*model.Job) []model.ParameterDefinition {
	all := []model.ParameterDefinition{{Name: name, Kind: model.KindChoice, Choices: branches}}
	if len(branches) == 1 {
		all[0].Default = &branches[0]
	}
	for i, job := range jobs {
		if i > 0 && sameList(job.Parameters, jobs[i-1].Parameters) {
			continue
		}
		for _, def := range job.Parameters {
			if !slices.ContainsFunc(all, func(known model.ParameterDefinition) bool { return known.Name == def.Name }) {
				all = append(all, def)
			}
		}
	}
	return all
}

// sameList tells whether two lists are one in memory, as those of jobs made alike are.
func sameList(a, b []model.ParameterDefinition) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// OnBranch is the app whose job is to be built when a form asks for these branches; an app without branches is that
// itself. Errors: unknown_app (no such branch, it has to be chosen, or several were).
func (a *App) OnBranch(branches ...string) (*App, error) {
	if len(a.Branches) == 0 {
		return a, nil
	}
	if len(branches) > 1 {
		return nil, model.Errorf(model.CodeUnknownApp, "应用“%s”一次只能选择一个分支", a.Label)
	}
	branch := strings.Join(branches, "")
	if branch == "" {
		if len(a.Branches) == 1 {
			return a.Branches[0], nil
		}
		return nil, model.Errorf(model.CodeUnknownApp, "应用“%s”有 %d 个分支，请用参数“%s”选择分支", a.Label, len(a.Branches), a.branchParameter)
	}
	branch = plainList(a.Parameters[0].Choices).resolve(branch) // a long one was offered shortened
	for _, b := range a.Branches {
		if b.Branch == branch {
			return b, nil
		}
	}
	return nil, model.Errorf(model.CodeUnknownApp, "应用“%s”没有分支“%s”(可能已删除或停用)，请重新选择", a.Label, model.Cut(branch, 60))
}

// Takes tells whether a form may give a parameter of that name.
func (a *App) Takes(name string) bool {
	return a.Parameter(name) != nil || (a.branchParameter != "" && name == a.branchParameter)
}
