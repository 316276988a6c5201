package service

import (
	"context"
	"regexp"
	"slices"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// What becomes of a form whose app is being deployed, or has a release that waits.
const (
	BusyWarn   = "warn"
	BusyRefuse = "refuse"
	BusyIgnore = "ignore"
)

// What a database change asks for.
const (
	DBChangeConfirm   = "confirm"    // it has to be done before the release
	DBChangeForbid    = "forbid"     // nothing may be released with one
	DBChangeSecondApp = "second_app" // a job runs it, before the apps and in the same release
)

// ProjectPolicy is what holds for the releases of some projects. What has its zero value is left to the next policy that
// names the project.
type ProjectPolicy struct {
	Projects      []ProjectPattern // empty: every project
	RequireReason *bool
	Busy          string
	DBChange      string
	DBApp         model.JobRef // with DBChangeSecondApp
	Windows       []Window     // empty, not nil: at any time
	Freezes       []Freeze     // empty, not nil: never
	Order         model.Order
}

// ProjectPattern names projects: by an expression on their key, or by exactly what they are called.
type ProjectPattern struct {
	Key  *regexp.Regexp
	Name string
}

func (p ProjectPolicy) names(key string, names []string) bool {
	return len(p.Projects) == 0 || slices.ContainsFunc(p.Projects, func(o ProjectPattern) bool {
		return slices.Contains(names, o.Name) || o.Key.MatchString(key)
	})
}

// rules are what the policies say of one project.
type rules struct {
	requireReason bool
	busy          string
	dbChange      string
	dbApp         model.JobRef
	hours         hours
	order         model.Order
}

// rulesOfRelease are the rules for a release's project, by what it was called when it was asked for and by what it is called
// now, so that no rule is lost with a name.
func (s *Service) rulesOfRelease(r *model.Release) rules {
	names := []string{r.ProjectName}
	if c := s.offered.Load(); c != nil {
		if p := c.keys[r.Project]; p != nil {
			names = append(names, p.Name, p.Label)
		}
	}
	return s.rulesOf(r.Project, names...)
}

// rulesOfProject are the rules for a project. Its label counts, too: its name depends on what others are called.
func (s *Service) rulesOfProject(p *Project) rules { return s.rulesOf(p.Key, p.Name, p.Label) }

// rulesOf settles what holds for a project: each setting by the first policy that names it and has the setting.
func (s *Service) rulesOf(key string, names ...string) rules {
	var reason *bool
	r := rules{hours: hours{location: s.location}}
	for _, p := range s.policies {
		if !p.names(key, names) {
			continue
		}
		if reason == nil {
			reason = p.RequireReason
		}
		if r.busy == "" {
			r.busy = p.Busy
		}
		if r.dbChange == "" {
			r.dbChange, r.dbApp = p.DBChange, p.DBApp
		}
		if r.hours.windows == nil {
			r.hours.windows = p.Windows
		}
		if r.hours.freezes == nil {
			r.hours.freezes = p.Freezes
		}
		if r.order == "" {
			r.order = p.Order
		}
	}
	return r.withDefaults(reason, s.order)
}

func (r rules) withDefaults(reason *bool, order model.Order) rules {
	r.requireReason = reason != nil && *reason
	if r.busy == "" {
		r.busy = BusyWarn
	}
	if r.dbChange == "" {
		r.dbChange = DBChangeConfirm
	}
	if r.order == "" {
		r.order = order
	}
	return r
}

// leastReason is how many letters or digits say anything: 修复结算, not 上线.
const leastReason = 4

// checkReason wants to know why, where the policy says so.
func (s *Service) checkReason(_ context.Context, p plan, _ moment, found *findings) error {
	if !p.rules.requireReason {
		return nil
	}
	said := 0
	for _, r := range p.form.Reason {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			said++
		}
	}
	if said < leastReason {
		found.add(FieldReason, "请填写“%s”，至少 %d 个字", s.form.titles[FieldReason], leastReason)
	}
	return nil
}
