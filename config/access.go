package config

import "strings"

// AccessRule lets people use projects. A project that no rule names is for everybody.
type AccessRule struct {
	// Projects are regular expressions on the keys of projects, or exactly what they are called.
	Projects []string `yaml:"projects"`
	// Users are DingTalk user ids.
	Users []string `yaml:"users"`
	// Departments are ids of departments; those below them count, too.
	Departments []int64 `yaml:"departments"`
	// Roles are names or ids of roles, or group/name.
	Roles []string `yaml:"roles"`
}

// asks tells whether DingTalk has to be asked whom the rule means.
func (a AccessRule) asks() bool { return len(a.Departments) > 0 || len(a.Roles) > 0 }

func (a AccessRule) check(r report) {
	if len(a.Projects) == 0 {
		r.at("projects").add("", "the rule names no project",
			"list regular expressions on keys, such as ^prod:deploy/trade$, or labels of projects")
	}
	for i, project := range a.Projects {
		if at := r.at("projects").index(i); at.required(project, "write an expression such as ^prod:deploy/trade$") {
			at.expression(project)
		}
	}
	if len(a.Users) == 0 && !a.asks() {
		r.add("", "the rule lets nobody in", "list users, departments or roles; or remove the rule, so that everybody may use the projects")
	}
	checkWords(r.at("users"), a.Users, "copy the member's UserId from the admin console")
	checkWords(r.at("roles"), a.Roles, "write a role's name or id, or group/name")
	for i, id := range a.Departments {
		if id < 1 {
			r.at("departments").index(i).add(showInt(id), "not the id of a department", "copy the department's id from the admin console; 1 is the whole organisation")
		}
	}
}

// checkWords wants each entry to be a word as DingTalk has it: nothing else is ever equal to it.
func checkWords(r report, list []string, remedy string) {
	for i, word := range list {
		if word == "" || strings.TrimSpace(word) != word {
			r.index(i).add(word, "empty, or with a space at its end", remedy)
		}
	}
}

// checkAccess checks the rules about who may use what, and that DingTalk can be asked what they need to know.
func (c *Config) checkAccess(r report) {
	for i, rule := range c.Access {
		rule.check(r.index(i))
		if rule.asks() && c.DingTalk.AppKey == "" {
			r.index(i).add("", "departments and roles are read from DingTalk, and no app is configured that may ask",
				"set dingtalk.app_key and dingtalk.app_secret, or list users only")
		}
	}
}
