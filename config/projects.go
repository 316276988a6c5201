package config

import (
	"regexp"
	"slices"
	"strings"
)

// Project is a project listed app by app, of any controllers.
type Project struct {
	// ID is the project's key in forms and rules.
	ID string `yaml:"id"`
	// Label is what people call it; empty: the id.
	Label string `yaml:"label"`
	// Apps are its apps, in the order in which they are offered.
	Apps []ProjectApp `yaml:"apps"`
}

// ProjectApp is one app of a Project.
type ProjectApp struct {
	// Job is the controller's name and the job's full name: "prod:deploy/trade/order".
	Job string `yaml:"job"`
	// Label is what people call it; empty: as the controller's rules say.
	Label string `yaml:"label"`
}

// split returns the controller and the job's full name.
func (a ProjectApp) split() (controller, job string) {
	controller, job, _ = strings.Cut(a.Job, ":")
	return controller, job
}

// Controller is the name of the controller that has the job.
func (a ProjectApp) Controller() string {
	controller, _ := a.split()
	return controller
}

// FullName is the job's full name.
func (a ProjectApp) FullName() string {
	_, job := a.split()
	return job
}

// projectID is what a form and a rule may call a project: never what the key of a controller's project looks like.
var projectID = regexp.MustCompile(`^[\p{L}\p{N}._-]{1,64}$`)

func checkProjects(r report, list []Project, controllers []string) {
	ids, called := uniqueNames{what: "project"}, map[string]int{}
	for i, p := range list {
		called[p.ID] = i
	}
	for i, p := range list {
		at := r.index(i)
		ids.check(at.at("id"), p.ID)
		if p.ID != "" && !projectID.MatchString(p.ID) {
			at.at("id").add(p.ID, "a project's id has only letters, digits, . _ and -, at most 64", "choose a short id, for example trade; label may be anything")
		}
		if p.Label != "" {
			p.checkLabel(at.at("label"), i, called)
		}
		p.checkApps(at.at("apps"), controllers)
	}
}

// checkLabel wants a label that is neither another project's nor its id; called has what projects are called.
func (p Project) checkLabel(r report, i int, called map[string]int) {
	if !oneLabel(p.Label) {
		r.add(p.Label, "not a label", "write one line of text")
	} else if other, taken := called[p.Label]; taken && other != i {
		r.add(p.Label, "another project is called the same", "give every project a label of its own")
	}
	called[p.Label] = i
}

func (p Project) checkApps(r report, controllers []string) {
	if len(p.Apps) == 0 {
		r.add("", "the project has no apps", `list at least one, such as {job: "prod:deploy/trade/order"}, or remove the project`)
	}
	var jobs, labels []string
	for i, app := range p.Apps {
		at := r.index(i)
		app.check(at.at("job"), controllers)
		if app.Job != "" && slices.Contains(jobs, app.Job) {
			at.at("job").add(app.Job, "the project has this job already", "remove one of the two")
		}
		if app.Label != "" && !oneLabel(app.Label) {
			at.at("label").add(app.Label, "not a label", "write one line of text")
		}
		if app.Label != "" && slices.Contains(labels, app.Label) {
			at.at("label").add(app.Label, "another app of the project is called the same", "give every app of a project a label of its own")
		}
		jobs, labels = append(jobs, app.Job), append(labels, app.Label)
	}
}

func (a ProjectApp) check(r report, controllers []string) {
	if !r.required(a.Job, "write the controller's name and the job's full name, such as prod:deploy/trade/order") {
		return
	}
	controller, job := a.split()
	switch reason := unlikeItem(job); {
	case !strings.Contains(a.Job, ":"):
		r.add(a.Job, "it does not say which controller has the job", "write it before the job's full name, such as prod:deploy/trade/order")
	case !slices.Contains(controllers, controller):
		r.add(a.Job, "there is no controller "+controller, Suggest(controller, controllers))
	case reason != "":
		r.add(a.Job, reason, "write the job's full name as Jenkins has it, such as deploy/trade/order")
	}
}
