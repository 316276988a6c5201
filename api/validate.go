package api

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// dryRunView is what would become of a form.
type dryRunView struct {
	Valid       bool              `json:"valid"`
	Problems    []findingView     `json:"problems"`
	Warnings    []findingView     `json:"warnings"`
	Project     *projectView      `json:"project"`
	Mode        model.ExecuteMode `json:"mode"`
	ScheduledAt *time.Time        `json:"scheduled_at"`
	Order       model.Order       `json:"order"`
	Builds      []draftView       `json:"builds"`
}

type findingView struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// draftView is one build as it would be wanted.
type draftView struct {
	Position   int              `json:"position"`
	App        string           `json:"app"` // key
	Name       string           `json:"name"`
	Controller string           `json:"controller"`
	Job        string           `json:"job"`
	Migration  bool             `json:"migration"`
	Wait       model.Wait       `json:"wait"`
	At         *time.Time       `json:"at"`
	After      []int            `json:"after"`
	Method     string           `json:"method"`
	URL        string           `json:"url"`
	Type       string           `json:"content_type"`
	Body       string           `json:"body"`
	Parameters []draftValueView `json:"parameters"`
}

// draftValueView never holds a secret's value.
type draftValueView struct {
	Name   string            `json:"name"`
	Value  string            `json:"value"`
	From   model.ValueOrigin `json:"from"`
	Secret bool              `json:"secret"`
}

// validateForm answers POST /api/validate: what would become of a form that is being filled in.
func (s *Server) validateForm(ctx context.Context, r request) (any, error) {
	return s.dryRun(ctx, r, false)
}

// validateApproved answers POST /api/validate/approved: what would become of the form if it came approved.
func (s *Server) validateApproved(ctx context.Context, r request) (any, error) {
	return s.dryRun(ctx, r, true)
}

func (s *Server) dryRun(ctx context.Context, r request, approved bool) (any, error) {
	run, err := s.service.DryRun(ctx, r.fields, approved)
	if err != nil {
		return nil, err
	}
	return viewDryRun(run), nil
}

func viewDryRun(run model.DryRun) dryRunView {
	v := dryRunView{
		Valid: len(run.Problems) == 0, Problems: viewFindings(run.Problems), Warnings: viewFindings(run.Warnings),
		Mode: run.Mode, ScheduledAt: utc(run.ScheduledAt), Order: run.Order, Builds: make([]draftView, len(run.Builds)),
	}
	if run.Project != "" {
		v.Project = &projectView{ID: run.Project, Name: run.ProjectName}
	}
	for i, b := range run.Builds {
		v.Builds[i] = viewDraft(b)
	}
	return v
}

func viewFindings(findings []model.Finding) []findingView {
	views := make([]findingView, len(findings))
	for i, f := range findings {
		views[i] = findingView(f)
	}
	return views
}

func viewDraft(b model.DraftBuild) draftView {
	v := draftView{
		Position: b.Position, App: b.Key(), Name: b.AppName, Controller: b.Controller, Job: b.FullName, Migration: b.Migration,
		Wait: b.Wait, At: utc(b.At), After: append([]int{}, b.After...), Method: b.Post.Method, URL: b.Post.URL, Type: b.Post.Type,
		Body: b.Post.Body, Parameters: make([]draftValueView, len(b.Values)),
	}
	for i, value := range b.Values {
		v.Parameters[i] = draftValueView{Name: value.Name, Value: value.Value, From: value.Origin, Secret: value.Secret}
	}
	return v
}
