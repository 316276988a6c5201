package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Approvals asks DingTalk about approvals. Errors: dingtalk_not_found, dingtalk_forbidden and the other dingtalk_…
// codes.
type Approvals interface {
	// Approval reads one approval.
	Approval(ctx context.Context, instance string) (model.Approval, error)
	// InstanceIDs returns the approvals of a template that were begun between the times, by any of the users; by
	// anybody when there are none.
	InstanceIDs(ctx context.Context, processCode string, from, to time.Time, userIDs []string) ([]string, error)
	// UserName returns a person's name.
	UserName(ctx context.Context, userID string) (string, error)
}

// Inquiries keeps the approvals that have to be looked into.
type Inquiries interface {
	// KeepCheck stores a check; one with a known key is dropped.
	KeepCheck(ctx context.Context, c model.Check) error
	// ClaimChecks leases up to limit checks that are due, the oldest first.
	ClaimChecks(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Check, error)
	// SettleCheck saves how a look ended: State, Attempts, NextAt, Code and Message of c; the lease ends.
	SettleCheck(ctx context.Context, c model.Check) error
	// Unchecked returns those of the instances that no check knows, or only one that found them running.
	Unchecked(ctx context.Context, instances []string) ([]string, error)
}

// When the approval of a submission is read again before anything is deployed.
const (
	VerifyOff    = "off"
	VerifyAuto   = "auto"   // when an app is configured and the instance is known
	VerifyAlways = "always" // a submission without an instance is refused
)

// ApprovalPolicy says what an approval has to be before it is believed.
type ApprovalPolicy struct {
	Verify       string        // off, auto or always
	Timeout      time.Duration // how long an approval may take to be confirmed; 0: 24 h
	ForbidSelf   bool          // an approval that nobody but its initiator gave does not count
	StopOnRevoke bool          // whether running builds are stopped when the approval is taken back
	ProcessCodes []string      // the templates that may deploy; empty: all
}

func (p ApprovalPolicy) withDefaults() ApprovalPolicy {
	if p.Timeout <= 0 {
		p.Timeout = 24 * time.Hour
	}
	return p
}

// verifies tells whether a submission with this instance has to be proved.
func (s *Service) verifies(instance string) bool {
	return s.approvals != nil && instance != "" && (s.policy.Verify == VerifyAuto || s.policy.Verify == VerifyAlways)
}

// holdBack lets a release wait for its proof: nothing of it may be deployed before.
func (s *Service) holdBack(r *model.Release) {
	r.AwaitProof()
	for _, d := range r.Deployments {
		if d.Wait != model.WaitPredecessor {
			d.Wait, d.NextAt = model.WaitApproval, nil
		}
	}
}

// proveAgain lets a release that was planned anew wait for its proof still. Nobody asks for it any more when it had ended.
func (s *Service) proveAgain(r *model.Release, c model.Cause, ended bool) {
	for _, d := range r.Deployments {
		if d.State == model.StateWaiting && d.Wait == model.WaitSchedule {
			d.Wait, d.NextAt = model.WaitApproval, nil
		}
	}
	r.Proof.Since = c.At
	if !ended {
		return
	}
	r.Check(model.Check{
		Key:   fmt.Sprintf("verify:%s:%d", r.Number(), r.Version),
		Event: model.ApprovalEvent{Instance: r.ProcessInstanceID, BusinessID: r.BusinessID}, CreatedAt: c.At, NextAt: c.At,
	})
}

// letGo gives the deployments that waited for the proof what the release asks for.
func (s *Service) letGo(r *model.Release) {
	now := s.now()
	for _, d := range r.Deployments {
		if d.State == model.StateWaiting && d.Wait == model.WaitApproval {
			makeReady(r, d, now)
		}
	}
}
