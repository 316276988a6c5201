package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// figures counts what the story came to, by what the fakes saw and the bridge recorded.
func (w *demoWorld) figures(ctx context.Context, o outcome, elapsed time.Duration) figures {
	f := figures{
		Releases: len(o.answers), Refused: o.refused, Duplicates: o.duplicates,
		JenkinsRequests: w.jenkins.Ledger().Requests, ElapsedMS: elapsed.Milliseconds(),
	}
	for _, a := range o.answers {
		r, err := w.release(ctx, a.number)
		if err != nil {
			continue // the verdict says so
		}
		for _, d := range r.Deployments {
			f.Deployments++
			switch {
			case d.State == model.StateSucceeded:
				f.Succeeded++
			case d.State.Terminal():
				f.Failed++
			}
		}
	}
	f.Messages = w.arrived()
	return f
}

// arrived counts the notices that reached somebody.
func (w *demoWorld) arrived() int {
	ledger := w.dingtalk.Ledger()
	n := len(ledger.Robots[demoRobot])
	for _, notice := range ledger.WorkNotices {
		n += len(notice.UserIDs)
	}
	return n
}

func (w *demoWorld) release(ctx context.Context, number string) (*model.Release, error) {
	id, err := model.ParseNumber(number)
	if err != nil {
		return nil, err
	}
	return w.app.service.Release(ctx, id)
}

// verdict compares what happened with what should have: every answer, every deployment's end, every build that Jenkins
// made and every notice that arrived. nil: all as it should be.
func (w *demoWorld) verdict(ctx context.Context, o outcome, f figures) error {
	var wrong []error
	for _, misfit := range o.misfits {
		wrong = append(wrong, errors.New(misfit))
	}
	for _, a := range o.answers {
		wrong = append(wrong, w.checkRelease(ctx, a))
	}
	builds := len(w.jenkins.Ledger().Builds)
	if builds != f.Deployments {
		wrong = append(wrong, fmt.Errorf("jenkins made %d builds for %d deployments", builds, f.Deployments))
	}
	// Each release is told when it is received and when it is done, a refusal once: to the group, the initiator and the
	// approvers.
	if want := (f.Releases*2 + f.Refused) * (2 + len(demoApprovers)); f.Messages != want {
		wrong = append(wrong, fmt.Errorf("%d notices arrived, want %d", f.Messages, want))
	}
	return errors.Join(wrong...)
}

func (w *demoWorld) checkRelease(ctx context.Context, a answered) error {
	r, err := w.release(ctx, a.number)
	if err != nil {
		return err
	}
	if len(r.Deployments) != len(a.want) {
		return fmt.Errorf("%s has %d deployments, want %d", a.number, len(r.Deployments), len(a.want))
	}
	for i, d := range r.Deployments {
		if d.State != a.want[i] {
			return fmt.Errorf("%s: %s is %s, want %s (%s)", a.number, d.Title(), d.State, a.want[i], d.Message)
		}
		if err := w.checkBuild(d, r); err != nil {
			return err
		}
	}
	return nil
}

// checkBuild looks for the deployment's build in what Jenkins really did.
func (w *demoWorld) checkBuild(d *model.Deployment, r *model.Release) error {
	var ours []jenkinstest.Build
	for _, b := range w.jenkins.Ledger().Builds {
		if b.Job == d.FullName && b.Parameters[d.ReleaseParameter] == r.Number() {
			ours = append(ours, b)
		}
	}
	if len(ours) != 1 {
		return fmt.Errorf("%s: %s was built %d times", r.Number(), d.Title(), len(ours))
	}
	for _, p := range d.Parameters {
		if got := ours[0].Parameters[p.Name]; got != p.Value {
			return fmt.Errorf("%s: %s got %s=%q, want %q", r.Number(), d.Title(), p.Name, got, p.Value)
		}
	}
	if !strings.HasPrefix(ours[0].Description, r.Number()) {
		return fmt.Errorf("%s: the build of %s is described as %q", r.Number(), d.Title(), ours[0].Description)
	}
	return nil
}
