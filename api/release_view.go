package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// releaseView is a release as the JSON API shows it. The form as it came in is left out: it may hold secrets.
type releaseView struct {
	Number            string             `json:"number"`
	State             model.ReleaseState `json:"state"`
	Source            string             `json:"source"`
	Project           projectView        `json:"project"`
	Mode              model.ExecuteMode  `json:"mode"`
	ScheduledAt       *time.Time         `json:"scheduled_at"`
	Order             model.Order        `json:"order"`
	Initiator         model.Person       `json:"initiator"`
	Approvers         []model.Person     `json:"approvers"`
	Reason            string             `json:"reason"`
	DBChange          bool               `json:"db_change"`
	ProcessInstanceID string             `json:"process_instance_id"`
	BusinessID        string             `json:"business_id"`
	Approval          *approvalView      `json:"approval"`
	CreatedAt         time.Time          `json:"created_at"`
	UpdatedAt         time.Time          `json:"updated_at"`
	FinishedAt        *time.Time         `json:"finished_at"`
	// RollbackOf is the number of the release that this one rolls back; "" when it rolls none back.
	RollbackOf  string           `json:"rollback_of"`
	Deployments []deploymentView `json:"deployments"`
}

type projectView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func viewOf(r *model.Release) releaseView {
	v := releaseView{
		Number: r.Number(), State: r.State, Source: r.Source, Project: projectView{ID: r.Project, Name: r.ProjectName},
		Mode: r.Mode, ScheduledAt: utc(r.ScheduledAt), Order: r.Order, Initiator: r.Initiator,
		Approvers: append([]model.Person{}, r.Approvers...), Reason: r.Reason, DBChange: r.DBChange,
		ProcessInstanceID: r.ProcessInstanceID, BusinessID: r.BusinessID, Approval: viewApproval(r.Proof),
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), FinishedAt: utc(r.FinishedAt),
		RollbackOf:  rolledBack(r),
		Deployments: make([]deploymentView, len(r.Deployments)),
	}
	for i, d := range r.Deployments {
		v.Deployments[i] = viewDeployment(r, d)
	}
	return v
}

// utc shows a time in UTC; nil stays nil.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}
