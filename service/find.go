package service

import (
	"context"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// worker is the service at work on one controller.
type worker struct {
	*Service
	c *Controller
}

// found is a trace of our POST in Jenkins.
type found struct {
	queueID int64
	build   int64
}

// clockTolerance is how much older than our POST its trace may seem, when the clocks were compared to the second.
const clockTolerance = 5 * time.Minute

// searchedBuilds is how many of a job's newest builds are searched; more, when the first do not reach back to our POST.
var searchedBuilds = []int{50, 1000}

// find looks for what our POST may have left: first in the queue, then in the newest builds, so that an item that
// starts in between is not missed. nil, with no error, means that Jenkins answered and has nothing of it.
func (w worker) find(ctx context.Context, d *model.Deployment) (*found, error) {
	queued, _, err := w.c.Client.Overview(ctx)
	if err != nil {
		return nil, err
	}
	builds, err := w.buildsSince(ctx, d.FullName, d.SubmittedAt.Add(w.c.Client.Ahead()-clockTolerance))
	if err != nil {
		return nil, err
	}
	taken, err := w.taken(ctx, d, builds)
	if err != nil {
		return nil, err
	}
	for _, b := range builds {
		if _, held := taken.builds[b.Number]; !held && w.ours(d, b.Parameters, b.Users, b.StartedAt) {
			return &found{queueID: b.QueueID, build: b.Number}, nil
		}
	}
	for _, item := range queued {
		if item.Job == d.FullName && !taken.items[item.ID] && w.ours(d, item.Parameters, item.Users, item.Since) {
			return &found{queueID: item.ID}, nil
		}
	}
	return nil, nil
}

// buildsSince returns the job's builds, newest first, back to since at least. A job that is gone has none.
func (w worker) buildsSince(ctx context.Context, job string, since time.Time) ([]model.Build, error) {
	for _, limit := range searchedBuilds {
		builds, err := w.c.Client.RecentBuilds(ctx, job, limit)
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
	return nil, model.Errorf(model.CodeJenkinsProtocol, "任务 %s 在短时间内构建过多，无法确认是否已提交，请人工检查", job)
}

// held is what belongs to other deployments already.
type held struct {
	builds map[int64]int64
	items  map[int64]bool
}

func (w worker) taken(ctx context.Context, d *model.Deployment, builds []model.Build) (held, error) {
	h := held{items: map[int64]bool{}}
	from := int64(0)
	if n := len(builds); n > 0 {
		from = builds[n-1].Number
	}
	var err error
	if h.builds, err = w.store.BuildHolders(ctx, d.JobRef, from); err != nil {
		return h, err
	}
	followed, err := w.store.FollowedDeployments(ctx, d.Controller)
	for _, f := range followed {
		if f.FullName == d.FullName && f.State == model.StateQueued {
			h.items[f.QueueID] = true
		}
	}
	return h, err
}

// ours tells whether something in Jenkins came of our POST: by the release parameter when the job declares one, else by
// user and parameters; and never when it is older than the POST, since another database may have given out the same
// number before.
func (w worker) ours(d *model.Deployment, parameters map[string]string, users []string, at time.Time) bool {
	if at.Before(d.SubmittedAt.Add(w.c.Client.Ahead() - clockTolerance)) {
		return false
	}
	if d.ReleaseParameter != "" {
		return parameters[d.ReleaseParameter] == (&model.Release{ID: d.ReleaseID}).Number()
	}
	return len(users) > 0 && users[0] == w.c.User && sameParameters(d, parameters)
}

// sameParameters compares what Jenkins shows; it never shows the value of a password, and may have trimmed others.
func sameParameters(d *model.Deployment, shown map[string]string) bool {
	for _, p := range d.Parameters {
		if value, ok := shown[p.Name]; ok && plainText(value) != plainText(p.Value) {
			return false
		}
	}
	return true
}

func plainText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
