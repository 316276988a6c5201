package service

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// recover goes on with a deployment whose POST has no known outcome, because we or the connection died: adopt its build
// when it can be found, POST again only when it surely is not there.
func (s submitter) recover(ctx context.Context, d *model.Deployment) error {
	claimed := d.LeaseOwner
	hit, err := s.find(ctx, d)
	if err == nil && hit == nil && s.now().Sub(*d.SubmittedAt) >= s.pace.Settle {
		return s.again(ctx, d, claimed)
	}
	_, err = s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		release(d)
		if hit != nil {
			return s.adopt(r, d, hit)
		}
		next := s.now().Add(s.backoff(d.Attempts))
		d.NextAt = &next
		if err != nil {
			d.Code, d.Message = model.CodeOf(err), model.MessageOf(err)
		}
		return nil
	})
	s.nudge()
	ring(s.bells.follow[s.c.Name])
	return err
}

// found is a trace of our POST in Jenkins.
type found struct {
	queueID int64
	build   int64
}

func (s submitter) adopt(r *model.Release, d *model.Deployment, hit *found) error {
	d.NextAt = nil
	d.QueueID, d.Build = hit.queueID, hit.build
	event, message := model.EventQueued, fmt.Sprintf("在队列中找到,编号 %d", hit.queueID)
	if hit.build > 0 {
		d.BuildURL = s.c.buildURL(d.FullName, hit.build)
		event, message = model.EventStarted, fmt.Sprintf("找到构建 #%d", hit.build)
	}
	return s.fire(r, d, event, model.Cause{At: s.now(), Actor: actorSystem, Message: message})
}

// again POSTs once more for a deployment whose build surely does not exist.
func (s submitter) again(ctx context.Context, d *model.Deployment, claimed string) error {
	d, err := s.update(ctx, d, claimed, func(r *model.Release, d *model.Deployment) error {
		now := s.now()
		switch {
		case d.Stop != nil:
			release(d)
			return s.fireAll(r, d, model.Cause{At: now, Actor: d.Stop.By, Message: d.Stop.Reason},
				model.EventNotAccepted, model.EventCancelled)
		case d.Code == model.CodeJenkinsUnknown && d.Attempts >= maxRejections:
			release(d)
			return s.fire(r, d, model.EventRefused, model.Cause{
				At: now, Actor: actorJenkins, Code: model.CodeJenkinsRejected,
				Message: fmt.Sprintf("提交 %d 次 Jenkins 都没有建立构建:%s。请检查参数是否仍有效,以及 Jenkins 日志", d.Attempts, d.Message),
			})
		}
		r.Record(model.Event{
			DeploymentID: d.ID, At: now, Actor: actorSystem, Kind: model.EventKindResubmit,
			From: string(d.State), To: string(d.State), Message: "确认 Jenkins 中没有对应的构建,重新提交",
		})
		s.intend(d, now)
		return nil
	})
	if err != nil || d.State != model.StateSubmitting {
		return err
	}
	return s.post(ctx, d, claimed)
}

func (s *Service) fireAll(r *model.Release, d *model.Deployment, c model.Cause, events ...model.DeploymentEvent) error {
	for _, event := range events {
		if err := s.fire(r, d, event, c); err != nil {
			return err
		}
	}
	return nil
}

// clockTolerance is how far Jenkins' clock may be behind ours.
const clockTolerance = 5 * time.Minute

// searchedBuilds is how many of a job's newest builds are searched; more, when the first do not reach back to our POST.
var searchedBuilds = []int{50, 1000}

// find looks for what our POST may have left: first in the queue, then in the newest builds, so that an item that
// starts in between is not missed. nil, with no error, means that Jenkins answered and has nothing of it.
func (s submitter) find(ctx context.Context, d *model.Deployment) (*found, error) {
	queued, _, err := s.c.Client.Overview(ctx)
	if err != nil {
		return nil, err
	}
	builds, err := s.buildsSince(ctx, d.FullName, d.SubmittedAt.Add(-clockTolerance))
	if err != nil {
		return nil, err
	}
	taken, err := s.taken(ctx, d, builds)
	if err != nil {
		return nil, err
	}
	for _, b := range builds {
		if _, held := taken.builds[b.Number]; !held && s.ours(d, b.Parameters, b.Users, b.StartedAt) {
			return &found{queueID: b.QueueID, build: b.Number}, nil
		}
	}
	for _, item := range queued {
		if item.Job == d.FullName && !taken.items[item.ID] && s.ours(d, item.Parameters, item.Users, item.Since) {
			return &found{queueID: item.ID}, nil
		}
	}
	return nil, nil
}

// buildsSince returns the job's builds, newest first, back to since at least. A job that is gone has none.
func (s submitter) buildsSince(ctx context.Context, job string, since time.Time) ([]model.Build, error) {
	for _, limit := range searchedBuilds {
		builds, err := s.c.Client.RecentBuilds(ctx, job, limit)
		if model.CodeOf(err) == model.CodeJenkinsNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if len(builds) < limit || builds[len(builds)-1].StartedAt.Before(since) {
			return builds, nil
		}
	}
	return nil, model.Errorf(model.CodeJenkinsProtocol, "任务 %s 在短时间内构建过多,无法确认是否已提交,请人工检查", job)
}

// held is what belongs to other deployments already.
type held struct {
	builds map[int64]int64
	items  map[int64]bool
}

func (s submitter) taken(ctx context.Context, d *model.Deployment, builds []model.Build) (held, error) {
	h := held{items: map[int64]bool{}}
	from := int64(0)
	if n := len(builds); n > 0 {
		from = builds[n-1].Number
	}
	var err error
	if h.builds, err = s.store.BuildHolders(ctx, d.JobRef, from); err != nil {
		return h, err
	}
	followed, err := s.store.FollowedDeployments(ctx, d.Controller)
	for _, f := range followed {
		if f.FullName == d.FullName && f.State == model.StateQueued {
			h.items[f.QueueID] = true
		}
	}
	return h, err
}

// ours tells whether something in Jenkins came of our POST: by the release parameter when the job declares one, else by
// parameters, user and time.
func (s submitter) ours(d *model.Deployment, parameters map[string]string, users []string, at time.Time) bool {
	if d.ReleaseParameter != "" {
		return parameters[d.ReleaseParameter] == (&model.Release{ID: d.ReleaseID}).Number()
	}
	if at.Before(d.SubmittedAt.Add(-clockTolerance)) || len(users) == 0 || users[0] != s.c.User {
		return false
	}
	return sameParameters(d, parameters)
}

// sameParameters compares what Jenkins shows; it never shows the value of a password.
func sameParameters(d *model.Deployment, shown map[string]string) bool {
	for _, p := range d.Parameters {
		if value, ok := shown[p.Name]; ok && value != p.Value {
			return false
		}
	}
	return true
}
