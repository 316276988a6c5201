package api

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// queueView is where a deployment stands in Jenkins' queue.
type queueView struct {
	Position int       `json:"position"`
	Length   int       `json:"length"`
	Since    time.Time `json:"since"`
	Why      string    `json:"why"`  // in Jenkins' words
	Text     string    `json:"text"` // the same for people
}

type stageView struct {
	Name       string     `json:"name"`
	Status     string     `json:"status"`
	StartedAt  *time.Time `json:"started_at"`
	DurationMS int64      `json:"duration_ms"`
	PausedMS   int64      `json:"paused_ms"`
	Error      string     `json:"error"`
}

// show adds what Jenkins says now.
func (v *deploymentView) show(p model.Progress) {
	v.ExpectedAt = utc(p.ExpectedAt)
	if q := p.Queue; q != nil {
		v.Queue = &queueView{Position: q.Position, Length: q.Length, Since: q.Since.UTC(), Why: q.Why, Text: q.Text}
	}
	for _, s := range p.Stages {
		stage := stageView{
			Name: s.Name, Status: s.Status, DurationMS: s.Duration.Milliseconds(), PausedMS: s.Paused.Milliseconds(), Error: s.Error,
		}
		if !s.StartedAt.IsZero() {
			stage.StartedAt = new(s.StartedAt.UTC())
		}
		v.Stages = append(v.Stages, stage)
	}
}

// viewNow is a release with what Jenkins says of it now.
func viewNow(r *model.Release, progress []model.Progress) releaseView {
	v := viewOf(r)
	for _, p := range progress {
		for i := range v.Deployments {
			if v.Deployments[i].ID == p.Deployment {
				v.Deployments[i].show(p)
			}
		}
	}
	return v
}
