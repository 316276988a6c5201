package service

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

const (
	// memberWithin is how long a form waits for DingTalk to say where somebody belongs.
	memberWithin = 500 * time.Millisecond
	// justRead is how old what DingTalk said may be for an approved form to be refused, or not to be deployed, because of it:
	// somebody may have been given the right a moment ago.
	justRead = 10 * time.Second
)

// admission is what became of the question whether somebody may use a project.
type admission struct {
	ok  bool
	err error // nobody knows now: DingTalk does not say
	// stranger: DingTalk knows nobody by this id.
	stranger bool
}

// projectsFor offers the projects that the person may use.
func (s *Service) projectsFor(ctx context.Context, c *Catalogue, q model.Question) *model.Choices {
	a := s.access
	m, _ := a.membershipFor(ctx, q.By, a.all()) // without it, what is for everybody
	view, p := c.access, a.pass(q.By, m)
	if q.Keyword == "" {
		return view.choices(p)
	}
	return s.found(c.menu, q.Keyword, func(i int) bool { return p.opens(view.rules[i]) }, func() []*Controller { return s.ordered })
}

// projectFor finds the project that the person chose. Errors: unknown_project, also when it is none of theirs.
func (s *Service) projectFor(ctx context.Context, c *Catalogue, q model.Question) (*Project, error) {
	p, err := s.findProject(c, q.Project)
	if err != nil || s.access == nil {
		return p, err
	}
	if !s.access.admitsNow(ctx, q.By, s.access.namingProject(p)).ok {
		return nil, unknownProject(q.Project)
	}
	return p, nil
}

// membershipFor is where somebody belongs, for a form that is being filled in: as DingTalk said it, a day ago at most. Only
// who is not known at all is waited for, a moment. nil: the rules need not know. Errors: dingtalk_….
func (a *access) membershipFor(ctx context.Context, id string, rules []int) (*membership, error) {
	if id == "" || !a.asks(rules) {
		return nil, nil
	}
	if m := a.members.recall(id); m != nil {
		a.members.refresh(ctx, id, a.members.fresh)
		return m, nil
	}
	ctx, cancel := context.WithTimeout(ctx, memberWithin)
	defer cancel()
	return a.members.within(ctx, id, a.members.fresh)
}

// admitsNow tells whether somebody who fills in a form may use a project that the rules name.
func (a *access) admitsNow(ctx context.Context, id string, rules []int) admission {
	if a.pass(id, nil).opens(rules) {
		return admission{ok: true}
	}
	m, err := a.membershipFor(ctx, id, rules)
	if err != nil {
		return admission{err: err}
	}
	ok := a.pass(id, m).opens(rules)
	if !ok && m != nil {
		a.members.refresh(ctx, id, justRead) // who was just given the right need not wait for long
	}
	return admission{ok: ok, stranger: stranger(id, m)}
}

// stranger tells whether an id is nobody's: DingTalk says so or, when it is not asked, it is rather a name.
func stranger(id string, m *membership) bool {
	if m != nil {
		return m.gone
	}
	return strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII })
}

// admitsSurely tells whether somebody may have deployed what they asked for: never by what DingTalk said too long ago, and a
// no only when DingTalk says it now. It waits for DingTalk until ctx ends.
func (a *access) admitsSurely(ctx context.Context, id string, rules []int) admission {
	if a.pass(id, nil).opens(rules) {
		return admission{ok: true}
	}
	if id == "" || !a.asks(rules) {
		return admission{stranger: stranger(id, nil)}
	}
	var m *membership
	for _, age := range []time.Duration{a.members.fresh, min(justRead, a.members.fresh)} {
		var err error
		if m, err = a.members.within(ctx, id, age); err != nil {
			return admission{err: err}
		}
		if a.pass(id, m).opens(rules) {
			return admission{ok: true}
		}
	}
	return admission{stranger: stranger(id, m)}
}

// readAhead has DingTalk asked about somebody while the rest of their form is checked.
func (a *access) readAhead(ctx context.Context, id string) {
	if a != nil && id != "" && a.asks(a.all()) {
		a.members.refresh(ctx, id, a.members.fresh)
	}
}

// checkAccess wants the initiator to be somebody who may use the project. What cannot be found out about an approved form
// now is found out before it is deployed. It is asked last, because it may wait, and told first, because nothing else helps.
func (s *Service) checkAccess(ctx context.Context, p plan, at moment, found *findings) error {
	if s.access == nil || p.project == nil {
		return nil
	}
	rules := s.access.namingProject(p.project)
	if len(rules) == 0 {
		return nil
	}
	var problems Problems
	if at == fillingIn {
		s.checkAccessOfWriter(ctx, p, rules, &problems)
	} else {
		s.checkAccessOfInitiator(ctx, p, rules, &problems)
	}
	found.Problems = append(problems, found.Problems...)
	return nil
}

// checkAccessOfWriter is for whoever fills in the form, and reads the answer.
func (s *Service) checkAccessOfWriter(ctx context.Context, p plan, rules []int, problems *Problems) {
	by, project := p.form.Originator, p.project.Name
	if by == "" {
		problems.add(FieldOriginator, "项目“%s”只对部分人开放，而表单没有说明您是谁；请管理员在连接器的入参里映射“%s”(用户 ID)", project, s.form.titles[FieldOriginator])
		return
	}
	switch is := s.access.admitsNow(ctx, by, rules); {
	case is.ok:
	case model.CodeOf(is.err) == model.CodeDingTalkUnavailable:
		problems.add(FieldOriginator, "正在读取您的部门，以确认项目“%s”的上线权限，请稍后重试", project)
	case is.err != nil:
		problems.add(FieldOriginator, "暂时无法确认您对项目“%s”的上线权限，请稍后重试或联系管理员：%s", project, model.MessageOf(is.err))
	case is.stranger:
		problems.add(FieldOriginator, "通讯录里没有用户“%s”，无法确认项目“%s”的上线权限；请管理员在连接器的入参里把“%s”映射为用户 ID",
			model.Cut(by, 60), project, s.form.titles[FieldOriginator])
	default:
		problems.add(FieldProject, "您没有项目“%s”的上线权限，请联系管理员", project)
	}
}

// checkAccessOfInitiator is for a form that was approved. Whose it is DingTalk tells with the proof, when there will be one.
func (s *Service) checkAccessOfInitiator(ctx context.Context, p plan, rules []int, problems *Problems) {
	by, project, proved := p.form.Originator, p.project.Name, s.verifies(p.form.Instance)
	if by == "" {
		if !proved {
			problems.add(FieldOriginator, "项目“%s”只对部分人开放，而表单没有发起人，无法确认权限；请管理员在连接器的入参里映射“%s”(用户 ID)后重新发起",
				project, s.form.titles[FieldOriginator])
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, memberWithin)
	defer cancel()
	switch is := s.access.admitsSurely(ctx, by, rules); {
	case is.ok, is.err != nil, is.stranger && proved:
	case is.stranger:
		problems.add(FieldOriginator, "通讯录里没有发起人“%s”，无法确认项目“%s”的上线权限；请管理员在连接器的入参里把“%s”映射为用户 ID 后重新发起",
			model.Cut(by, 60), project, s.form.titles[FieldOriginator])
	default:
		problems.add(FieldProject, "%s", notAdmitted(s.known(by), project))
	}
}

// notAdmitted says, to everybody, that somebody may not use a project.
func notAdmitted(who model.Person, project string) string {
	return "发起人“" + model.Cut(who.Label(), 60) + "”没有项目“" + model.Cut(project, 100) + "”的上线权限"
}
