package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What becomes of a form whose app is being deployed, or has a release that waits.
const (
	BusyWarn   = "warn"
	BusyRefuse = "refuse"
	BusyIgnore = "ignore"
)

// What a database change (是否有数据库变更) asks for.
const (
	DBChangeConfirm   = "confirm"
	DBChangeForbid    = "forbid"
	DBChangeSecondApp = "second_app"
)

// Policy is what holds for the releases of some projects. Each of its settings is decided by the first policy that names
// the project and has the setting.
type Policy struct {
	// Projects are regular expressions on a project's key, or exact names; none: every project.
	Projects []string `yaml:"projects"`
	// RequireReason tells whether 上线说明 must be filled in: true, false, or "" for what the next policy says.
	RequireReason string `yaml:"require_reason"`
	// Busy is warn, refuse or ignore.
	Busy string `yaml:"busy"`
	// DBChange is confirm, forbid or second_app.
	DBChange string `yaml:"db_change"`
	// DBApp is the key (controller:folder/job) of the job that second_app runs first.
	DBApp string `yaml:"db_app"`
	// Windows are when deployments may start; an empty list means at any time, a missing one what the next policy says.
	Windows Windows `yaml:"windows"`
	// Freeze are the times in which none may, whatever the windows say; empty or missing: likewise.
	Freeze Freezes `yaml:"freeze"`
	// Order is sequence or parallel, instead of form.order.
	Order string `yaml:"order"`
}

func (p Policy) check(r report, controllers []string) {
	for i, project := range p.Projects {
		if r.at("projects").index(i).required(project, `write a regular expression such as ^prod:pay/, or a project's name`) {
			r.at("projects").index(i).expression(project)
		}
	}
	r.at("require_reason").optional(p.RequireReason, "true", "false")
	r.at("busy").optional(p.Busy, BusyWarn, BusyRefuse, BusyIgnore)
	r.at("db_change").optional(p.DBChange, DBChangeConfirm, DBChangeForbid, DBChangeSecondApp)
	r.at("order").optional(p.Order, OrderSequence, OrderParallel)
	p.checkDBApp(r.at("db_app"), controllers)
	for i, window := range p.Windows {
		window.check(r.at("windows").index(i))
	}
	for i, freeze := range p.Freeze {
		freeze.check(r.at("freeze").index(i))
	}
	if p.decidesNothing() {
		r.add("", "the policy decides nothing", "give it a setting, such as require_reason: true, or remove it; see the indentation of the lines below it")
	}
}

func (p Policy) decidesNothing() bool {
	return p.RequireReason+p.Busy+p.DBChange+p.DBApp+p.Order == "" && p.Windows == nil && p.Freeze == nil
}

func (p Policy) checkDBApp(r report, controllers []string) {
	controller, job, _ := strings.Cut(p.DBApp, ":")
	switch {
	case p.DBChange != DBChangeSecondApp && p.DBApp != "":
		r.add(p.DBApp, "it counts only with db_change: second_app in the same policy", "set db_change: second_app here, or remove db_app")
	case p.DBChange != DBChangeSecondApp:
	case p.DBApp == "":
		r.add("", "db_change: second_app names no job", "set db_app to the key of the job that runs the migration, such as prod:deploy/db/migrate")
	case job == "" || strings.HasPrefix(job, "/") || strings.HasSuffix(job, "/"):
		r.add(p.DBApp, "not the key of a job", "write controller:folder/job, such as prod:deploy/db/migrate")
	case !slices.Contains(controllers, controller):
		r.add(p.DBApp, fmt.Sprintf("there is no controller %q", controller), "use the name of one of jenkins: "+strings.Join(controllers, ", "))
	}
}

// Names tells whether the policy holds for a project.
func (p Policy) Names(key, name string) bool {
	return len(p.Projects) == 0 || slices.ContainsFunc(p.Projects, func(project string) bool {
		expression, err := regexp.Compile(project)
		return (project == name && name != "") || (err == nil && expression.MatchString(key))
	})
}

// optional is oneOf for a key that may say nothing.
func (r report) optional(value string, allowed ...string) {
	if value != "" {
		r.oneOf(value, allowed...)
	}
}

func (c *Config) checkPolicies(r report) {
	var controllers []string
	for _, j := range c.Jenkins {
		controllers = append(controllers, j.Name)
	}
	for i, p := range c.Policies {
		p.check(r.index(i), controllers)
	}
	checkChains(r, c.Policies, c.Projects)
}

// checkChains finds jobs of db_app that have to run before one another, as far as their projects can be told without
// Jenkins: those that are listed, and those that are the job's folder.
func checkChains(r report, list []Policy, projects []Project) {
	for i, p := range list {
		if p.DBChange != DBChangeSecondApp || p.DBApp == "" {
			continue
		}
		chain := []string{p.DBApp}
		for next := firstBefore(list, projects, p.DBApp); next != ""; next = firstBefore(list, projects, next) {
			if next == chain[len(chain)-1] || (slices.Contains(chain, next) && next != p.DBApp) {
				break // it comes first in its own project, or the circle is another policy's
			}
			chain = append(chain, next)
			if next == p.DBApp {
				r.index(i).at("db_app").add(p.DBApp, "the jobs wait for one another: "+strings.Join(chain, " → "),
					"give the project of the migration job a policy with db_change: confirm, before this one")
				break
			}
		}
	}
}

// firstBefore is the db_app that a database change in the app's project would run first; "" for none.
func firstBefore(list []Policy, projects []Project, app string) string {
	key, name := projectOf(projects, app)
	for _, p := range list {
		if p.DBChange != "" && p.Names(key, name) {
			if p.DBChange == DBChangeSecondApp {
				return p.DBApp
			}
			return ""
		}
	}
	return ""
}

// projectOf is the key and the name of the project that a job is offered in.
func projectOf(projects []Project, app string) (key, name string) {
	for _, p := range projects {
		if slices.ContainsFunc(p.Apps, func(a ProjectApp) bool { return a.Job == app }) {
			return p.ID, p.Label
		}
	}
	return app[:max(strings.LastIndexByte(app, '/'), strings.IndexByte(app, ':')+1)], ""
}
