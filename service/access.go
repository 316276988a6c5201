package service

import (
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// AccessRule lets people use projects. A project that a rule names is for those only whom a rule that names it lets in.
type AccessRule struct {
	Keys        []*regexp.Regexp // the keys of the projects
	Names       []string         // or exactly what people call them
	Users       []string         // DingTalk user ids
	Departments []int64          // with everything below them
	Roles       []string         // by name, by id, or group/name
}

// asks tells whether DingTalk has to be asked whom the rule means.
func (r *AccessRule) asks() bool { return len(r.Departments) > 0 || len(r.Roles) > 0 }

// names tells whether the rule is about a project with this key, or that people call by one of the names.
func (r *AccessRule) names(key string, names ...string) bool {
	return slices.ContainsFunc(r.Keys, func(re *regexp.Regexp) bool { return re.MatchString(key) }) ||
		slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(r.Names, name) })
}

// admits tells whether the rule means a person by what is known of where they belong; nil: nothing.
func (r *AccessRule) admits(id string, m *membership) bool {
	switch {
	case id == "":
		return false
	case slices.Contains(r.Users, id):
		return true
	case m == nil:
		return false
	}
	return slices.ContainsFunc(r.Departments, m.in) || slices.ContainsFunc(r.Roles, m.plays)
}

// AccessPolicy says who may use which projects.
type AccessPolicy struct {
	Rules   []AccessRule  // none: everybody may use everything
	Members Members       // nil: DingTalk is not asked, so departments and roles admit nobody
	Fresh   time.Duration // how long what DingTalk said counts as true; 0: 10 min
}

// access decides who may use which projects; nil when everybody may use all of them.
type access struct {
	rules   []AccessRule
	members *memberBook // nil: nobody is asked
	log     *slog.Logger
	idle    []int // the rules that named nothing of the last catalogue, of which one is made at a time
}

func newAccess(p AccessPolicy, now func() time.Time, log *slog.Logger) *access {
	if len(p.Rules) == 0 {
		return nil
	}
	return &access{rules: p.Rules, members: newMemberBook(p, now), log: log}
}

// end stops what is asked of DingTalk.
func (a *access) end() {
	if a != nil && a.members != nil {
		a.members.end()
	}
}

// naming are the rules, by their place, that name a project by its key or by what it is called. None: it is for everybody.
func (a *access) naming(key string, names ...string) []int {
	var rules []int
	for i := range a.rules {
		if a.rules[i].names(key, names...) {
			rules = append(rules, i)
		}
	}
	return rules
}

func (a *access) namingProject(p *Project) []int { return a.naming(p.Key, p.Name, p.Label) }

// asks tells whether DingTalk can say more of a person than their id does, about any of the rules.
func (a *access) asks(rules []int) bool {
	return a.members != nil && slices.ContainsFunc(rules, func(i int) bool { return a.rules[i].asks() })
}

// all are the rules by their place.
func (a *access) all() []int {
	rules := make([]int, len(a.rules))
	for i := range rules {
		rules[i] = i
	}
	return rules
}

// pass is what a person may use: the rules that mean them.
type pass []bool

func (a *access) pass(id string, m *membership) pass {
	p := make(pass, len(a.rules))
	for i := range a.rules {
		p[i] = a.rules[i].admits(id, m)
	}
	return p
}

// opens tells whether the pass suffices for a project that these rules name.
func (p pass) opens(rules []int) bool {
	return len(rules) == 0 || slices.ContainsFunc(rules, func(i int) bool { return p[i] })
}

// key tells passes apart.
func (p pass) key() string {
	b := make([]byte, len(p))
	for i, ok := range p {
		if ok {
			b[i] = 1
		}
	}
	return string(b)
}

// accessView is what the rules mean for one catalogue.
type accessView struct {
	options []model.Option
	rules   [][]int // that name each project, in the catalogue's order

	mu    sync.Mutex
	shown map[string]*model.Choices // the list of projects by the pass' key
}

// maxShown bounds how many lists of projects are kept: as many as there are groups of people, not as people.
const maxShown = 200

// viewOf works out what the rules mean for a catalogue, before it is offered. complete: nothing is missing in it, so that a
// rule that names nothing is a slip.
func (a *access) viewOf(c *Catalogue, complete bool) *accessView {
	if a == nil {
		return nil
	}
	v := &accessView{options: c.options, rules: make([][]int, len(c.Projects)), shown: map[string]*model.Choices{}}
	idle := a.all()
	for i, p := range c.Projects {
		v.rules[i] = a.namingProject(p)
		idle = slices.DeleteFunc(idle, func(rule int) bool { return slices.Contains(v.rules[i], rule) })
	}
	if complete && !slices.Equal(idle, a.idle) {
		a.idle = idle
		for _, rule := range idle {
			a.log.Warn("a rule of access names no project, so what it was meant for may be for everybody", "rule", rule)
		}
	}
	return v
}

// choices is the list of the projects that the pass suffices for, made once.
func (v *accessView) choices(p pass) *model.Choices {
	key := p.key()
	v.mu.Lock()
	defer v.mu.Unlock()
	shown := v.shown[key]
	if shown == nil {
		if len(v.shown) >= maxShown {
			clear(v.shown)
		}
		var open []model.Option
		for i, o := range v.options {
			if p.opens(v.rules[i]) {
				open = append(open, o)
			}
		}
		shown = newChoices(open)
		v.shown[key] = shown
	}
	return shown
}
