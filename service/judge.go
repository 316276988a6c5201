package service

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// maxWhy is how long the differences may be, in characters: a form may have thousands.
const maxWhy = 4000

// judge compares the release with its approval, which was given: the release goes on, or nothing of it may ever be
// deployed. Errors: those that pass.
func (s *Service) judge(ctx context.Context, r *model.Release, a *model.Approval) error {
	unasked := r.Proof.State == model.ProofNone && s.policy.Verify == VerifyOff
	if settled(r) || unasked {
		return nil
	}
	if taken, err := s.withdrawIfTakenBack(ctx, a.Instance); err != nil || taken != "" {
		return err
	}
	code, err := s.templateOf(ctx, a)
	if err != nil {
		return err
	}
	why := ""
	switch {
	case !s.allowedTemplate(code):
		why = "审批模板不在允许的列表(form.process_codes)里"
	case s.policy.ForbidSelf && onlySelf(a):
		why = "只有发起人自己审批，不允许上线"
	default:
		f, problems := s.readApprovalForm(a)
		differences, err := s.differences(r, f, problems)
		if err != nil {
			return err
		}
		other, err := s.otherInitiator(ctx, r, a)
		if err != nil {
			return err
		}
		why = model.Cut(strings.Join(append(differences, other...), "；"), maxWhy)
		if why == "" {
			why = s.deniedByProof(ctx, r, a.Originator)
		}
	}
	if why != "" {
		return s.refute(ctx, r.ID, why)
	}
	a.ProcessCode = code
	return s.prove(ctx, r.ID, a)
}

// settled tells whether nothing that an approval says can change anything any more.
func settled(r *model.Release) bool {
	return r.State.Terminal() || (r.Proof.Asked() && r.Proof.State != model.ProofPending)
}

// otherInitiator names the difference when somebody else submitted than is asking in DingTalk. Errors: dingtalk_… (the
// submission has a name, and DingTalk does not tell whose it is).
func (s *Service) otherInitiator(ctx context.Context, r *model.Release, a *model.Approval) ([]string, error) {
	by := r.Initiator.ID
	if by == "" || by == a.Originator.ID {
		return nil, nil
	}
	name, err := s.approvals.UserName(ctx, a.Originator.ID) // what was just not found out may be told now
	if err != nil && model.CodeOf(err) != model.CodeDingTalkNotFound {
		return nil, err
	}
	if by == name {
		return nil, nil
	}
	a.Originator.Name = name
	return []string{fmt.Sprintf("发起人：提交的是“%s”，审批单里是“%s”", model.Cut(by, 60), a.Originator.Label())}, nil
}

// onlySelf tells whether nobody but the initiator agreed.
func onlySelf(a *model.Approval) bool {
	return !slices.ContainsFunc(a.Records, func(r model.ApprovalRecord) bool {
		return r.Decides() && r.Result == model.ResultAgree && r.Who.ID != "" && r.Who.ID != a.Originator.ID
	})
}

// prove lets the release go on.
func (s *Service) prove(ctx context.Context, id int64, a *model.Approval) error {
	_, err := s.change(ctx, id, func(r *model.Release) error {
		if settled(r) {
			return nil
		}
		pending := r.Proof.State == model.ProofPending
		s.keepFacts(r, a)
		r.Prove(model.Cause{At: s.now(), Actor: actorDingTalk})
		r.Record(model.Event{At: s.now(), Actor: actorDingTalk, Kind: model.EventKindProved, Message: "审批已核对：" + labels(r.Approvers)})
		s.askForNames(r)
		if pending {
			s.letGo(r)
			s.tell(r, s.write.received(r))
		}
		return nil
	})
	return err
}

// keepFacts writes down what DingTalk says of the approval.
func (s *Service) keepFacts(r *model.Release, a *model.Approval) {
	r.Proof.ProcessCode, r.Proof.Title, r.Proof.Records = a.ProcessCode, a.Title, a.Records
	if r.Proof.Since.IsZero() {
		r.Proof.Since = s.now()
	}
	if r.ProcessInstanceID == "" {
		r.ProcessInstanceID = a.Instance
	}
	r.BusinessID = a.BusinessID
	r.Initiator, r.Approvers = a.Originator, approversOf(a)
}

// approversOf are those who agreed, each once.
func approversOf(a *model.Approval) []model.Person {
	var approvers []model.Person
	for _, record := range a.Records {
		known := slices.ContainsFunc(approvers, func(p model.Person) bool { return p.ID == record.Who.ID })
		if record.Decides() && record.Result == model.ResultAgree && !known {
			approvers = append(approvers, record.Who)
		}
	}
	return approvers
}

// refute keeps the release from ever being deployed, and tells everybody why.
func (s *Service) refute(ctx context.Context, id int64, why string) error {
	_, err := s.change(ctx, id, func(r *model.Release) error {
		if settled(r) {
			return nil
		}
		cause := model.Cause{At: s.now(), Actor: actorDingTalk, Code: model.CodeApprovalRefuted, Message: "审批核对未通过：" + why}
		r.Refute(cause)
		r.Record(model.Event{At: cause.At, Actor: cause.Actor, Kind: model.EventKindRefuted, Code: cause.Code, Message: cause.Message})
		s.tell(r, s.write.rejected(r))
		return s.takeAllBack(r, cause, true)
	})
	return err
}

// differences names, for people, what the form f asks for otherwise than the release. Errors: catalogue_unready.
func (s *Service) differences(r *model.Release, f Form, problems Problems) ([]string, error) {
	p, more, err := s.plan(f)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, problem := range slices.Concat(problems, more, dbProblems(p)) {
		found = append(found, problem.Message)
	}
	if len(found) > 0 {
		return found, nil
	}
	differ := func(what, submitted, approved string) {
		if submitted != approved {
			found = append(found, fmt.Sprintf("%s：提交的是“%s”，审批单里是“%s”", what, model.Cut(submitted, 200), model.Cut(approved, 200)))
		}
	}
	differ("项目", r.Project, p.project.Key)
	if submitted, approved := keysOf(r), keysPlanned(p.steps()); !slices.Equal(submitted, approved) && onlyMigrationDiffers(r, p) {
		found = append(found, "数据库变更的策略(policies)在登记之后变了，请重新发起审批")
	} else {
		differ("应用", strings.Join(submitted, "、"), strings.Join(approved, "、"))
	}
	asked, _ := s.form.Read(r.Form) // a person may have planned the release anew since
	differ("执行方式", s.whenOf(asked), s.whenOf(f))
	if steps := p.steps(); len(found) == 0 { // else the parameters are those of other apps
		for i, d := range r.Deployments {
			found = append(found, parameterDifferences(d, steps[i].parameters)...)
		}
	}
	return found, nil
}

// whenOf is when a form wants to be executed.
func (s *Service) whenOf(f Form) string {
	if f.Mode == model.ExecuteScheduled && f.ScheduledAt != nil {
		return s.clock(*f.ScheduledAt)
	}
	return string(f.Mode)
}

// parameterDifferences compares what was chosen: a default may have changed in Jenkins since.
func parameterDifferences(d *model.Deployment, approved []model.ParameterValue) []string {
	chosen := func(values []model.ParameterValue) map[string]model.ParameterValue {
		by := map[string]model.ParameterValue{}
		for _, v := range values {
			if v.Chosen {
				by[v.Name] = v
			}
		}
		return by
	}
	was, is := chosen(d.Parameters), chosen(approved)
	var found []string
	for _, name := range sortedKeys(was) {
		submitted, wanted := was[name], is[name]
		if submitted.Value == wanted.Value && wanted.Chosen {
			continue
		}
		approval := "没有填写"
		if wanted.Chosen {
			approval = "是“" + model.Cut(wanted.Shown(), 100) + "”"
		}
		found = append(found, fmt.Sprintf("%s 的参数 %s：提交的是“%s”，审批单里%s", d.Title(), submitted.Title(),
			model.Cut(submitted.Shown(), 100), approval))
	}
	for _, name := range sortedKeys(is) {
		if _, known := was[name]; !known {
			wanted := is[name]
			found = append(found, fmt.Sprintf("%s 的参数 %s：没有提交，审批单里是“%s”", d.Title(), wanted.Title(), model.Cut(wanted.Shown(), 100)))
		}
	}
	return found
}
