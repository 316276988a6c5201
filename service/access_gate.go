package service

import (
	"context"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
)

// memberAtGate is how long a deployment waits for DingTalk before it lets others go first.
const memberAtGate = 3 * time.Second

// initiatorMay refuses what its initiator may not deploy, or may not any more. What DingTalk does not tell now is waited for:
// nothing is deployed unchecked.
func (s submitter) initiatorMay(ctx context.Context, d *model.Deployment) (decide, error) {
	if s.access == nil {
		return func(*model.Release, *model.Deployment) *objection { return nil }, nil
	}
	r, err := s.store.Release(ctx, d.ReleaseID)
	if err != nil {
		return nil, err
	}
	by, is, told := r.Initiator.ID, admission{}, !r.Proof.Barred()
	if told { // else whose it is comes with the proof, and nothing is deployed before
		ctx, cancel := context.WithTimeout(ctx, memberAtGate)
		defer cancel()
		is = s.admitsRelease(ctx, by, r, d)
	}
	return func(r *model.Release, d *model.Deployment) *objection {
		switch {
		case r.Initiator.ID != by, !told: // the proof came in between
			return &objection{wait: d.Wait, until: new(s.now())}
		case is.err != nil:
			return s.unsure(r, d, is.err)
		case !is.ok:
			return &objection{final: true, code: model.CodeAccessDenied, message: s.deniedAtGate(r)}
		}
		return nil
	}, nil
}

// admitsRelease tells whether somebody may have the deployment by every set of rules that it comes under: what its project
// was called when it was asked for, what the project is called now and, when the app is not in it any more, what one of those
// is called that it is in. Errors: dingtalk_…, catalogue_unready.
func (s *Service) admitsRelease(ctx context.Context, by string, r *model.Release, d *model.Deployment) admission {
	a := s.access
	is := a.admitsSurely(ctx, by, a.naming(r.Project, r.ProjectName))
	c := s.offered.Load()
	switch {
	case !is.ok:
		return is
	case c == nil || c.sections[d.Controller] == nil: // it may be called otherwise now
		return admission{err: model.Errorf(model.CodeCatalogueUnready, "Jenkins「%s」的应用清单还没有读到", d.Controller)}
	}
	if p := c.keys[r.Project]; p != nil {
		if is = a.admitsSurely(ctx, by, a.namingProject(p)); !is.ok {
			return is
		}
	}
	rules := s.rulesOfRelease(r)
	if r.DBChange && d.JobRef == rules.dbApp {
		return is // the policy put it into the release
	}
	holders := c.projectsOf(d.Key())
	if slices.ContainsFunc(holders, func(p *Project) bool { return p.Key == r.Project }) {
		return is
	}
	for _, p := range holders {
		if is = a.admitsSurely(ctx, by, a.namingProject(p)); is.ok || is.err != nil {
			return is
		}
	}
	return is
}

// unsure lets a deployment wait until DingTalk tells, and people know when that takes long or needs them.
func (s submitter) unsure(r *model.Release, d *model.Deployment, err error) *objection {
	since, code := s.delayedSince(d), model.CodeOf(err)
	waited := s.now().Sub(since)
	next := s.now().Add(min(max(waited/2, s.pace.Backoff), longestPatience))
	if last := s.latest(r, d); last != nil && next.After(*last) && last.After(s.now()) {
		next = last.Add(time.Second) // in time to expire
	}
	doubt := "无法从钉钉确认发起人的部门和角色"
	if code == model.CodeCatalogueUnready {
		doubt = "无法确认发起人对项目的权限"
	}
	return &objection{
		wait: model.WaitAccess, until: &next, code: code,
		message: doubt + "，恢复后自动继续：" + model.MessageOf(err),
		told: func(r *model.Release, d *model.Deployment) {
			if waited >= quietFor || urgentInquiry(code, 0) {
				s.tell(r, s.write.delayed(r, d, since))
			}
		},
	}
}

func (s submitter) deniedAtGate(r *model.Release) string {
	if r.Initiator.ID == "" {
		return "项目“" + model.Cut(r.ProjectName, 100) + "”只对部分人开放，而这张上线单没有发起人，无法确认权限。没有部署，请在连接器里映射发起人后重新发起审批"
	}
	return notAdmitted(r.Initiator, r.ProjectName) + "(审批之后部门、角色或规则可能有调整)。没有部署，请由有权限的人重新发起审批"
}

// deniedByProof says, once DingTalk told whose approval it is, that they may not deploy what was submitted; "" when they may,
// or when that is to be found out before the POST.
func (s *Service) deniedByProof(ctx context.Context, r *model.Release, by model.Person) string {
	if s.access == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, memberAtGate)
	defer cancel()
	for _, d := range r.Deployments {
		if is := s.admitsRelease(ctx, by.ID, r, d); !is.ok && is.err == nil {
			return notAdmitted(by, r.ProjectName)
		}
	}
	return ""
}
