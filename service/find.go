package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// worker is the service at work on one controller.
type worker struct {
	*Service
	c *Controller
}

// adopting keeps two deployments of jobs without a release parameter from finding the same build at the same time. The
// returned function ends it.
func (w worker) adopting(d *model.Deployment) func() {
	if d.ReleaseParameter != "" {
		return func() {}
	}
	lock := w.adoptions[w.c.Name]
	lock.Lock()
	return lock.Unlock
}

// found is a trace of our POST in Jenkins, or the doubt about one.
type found struct {
	queueID int64
	build   int64
	at      time.Time // since when it is queued, or when the build started
	// older is a build with our release number that is older than our POST: of another database, or a sign that a clock
	// was set. Only set when nothing else was found.
	older int64
	// gone: the job is not there now, so nobody knows what builds it has.
	gone bool
}

// entered is when Jenkins had a deployment first of which it shows something of the time at: at the last POST, since none is made
// while another may have left something.
func (w worker) entered(d *model.Deployment, at time.Time) time.Time {
	if d.SubmittedAt == nil {
		return at
	}
	if posted := d.SubmittedAt.Add(w.c.Client.Ahead()); posted.Before(at) {
		return posted
	}
	return at
}

// nothing tells whether no trace of our POST was found.
func (f *found) nothing() bool { return f == nil || f.older > 0 || f.gone }

// clockTolerance is how much older than our POST its trace may seem.
const clockTolerance = 5 * time.Minute

// searchedBuilds is how many of a job's newest builds are searched; more, when the first do not reach back to our POST.
var searchedBuilds = []int{50, 1000}

// find looks for what our POSTs may have left: first in the queue, then in the newest builds, so that an item that
// starts in between is not missed. nil, with no error, means that Jenkins answered and has nothing of it.
func (w worker) find(ctx context.Context, d *model.Deployment) (*found, error) {
	queued, _, err := w.c.Client.Overview(ctx)
	if err != nil {
		return nil, err
	}
	return w.findAfter(ctx, d, queued)
}

// findAmong is find for what Jenkins had before: the queue of the view is looked through, since nothing can have come into it
// after that.
func (f follower) findAmong(ctx context.Context, d *model.Deployment, v view) (*found, error) {
	if v.push {
		return f.find(ctx, d)
	}
	return f.findAfter(ctx, d, v.items)
}

// findAfter looks in the newest builds, after the queue was read.
func (w worker) findAfter(ctx context.Context, d *model.Deployment, queued []model.QueueItem) (*found, error) {
	builds, err := w.buildsSince(ctx, d.FullName, w.since(d))
	builds = slices.DeleteFunc(builds, d.Had)
	gone := model.CodeOf(err) == model.CodeJenkinsNotFound
	if err != nil && !gone {
		return nil, err
	}
	taken, err := w.taken(ctx, d, builds)
	if err != nil {
		return nil, err
	}
	for _, b := range builds {
		if !taken.has(b) && w.ours(d, traceOfBuild(b)) {
			return &found{queueID: b.QueueID, build: b.Number, at: b.StartedAt}, nil
		}
	}
	for _, item := range queued {
		if item.Job == d.FullName && !taken.items[item.ID] && w.ours(d, traceOf(item)) {
			return &found{queueID: item.ID, at: item.Since}, nil
		}
	}
	for _, b := range builds {
		if carriesOurNumber(d, b.Parameters) {
			return &found{older: b.Number}, nil
		}
	}
	if gone {
		return &found{gone: true}, nil
	}
	return nil, nil
}

// buildsSince returns the job's builds, newest first, back to since at least. Errors: jenkins_not_found (the job is gone) and the
// other jenkins_… codes.
func (w worker) buildsSince(ctx context.Context, job string, since time.Time) ([]model.Build, error) {
	for _, limit := range searchedBuilds {
		builds, err := w.c.Client.RecentBuilds(ctx, job, limit)
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
	builds map[int64][]time.Time
	items  map[int64]bool
}

// has tells whether a build belongs to another deployment: by its number and start, or by the queue item that it came
// from.
func (h held) has(b model.Build) bool {
	same := func(started time.Time) bool { return started.IsZero() || started.Equal(b.StartedAt) }
	return h.items[b.QueueID] || slices.ContainsFunc(h.builds[b.Number], same)
}

func (w worker) taken(ctx context.Context, d *model.Deployment, builds []model.Build) (held, error) {
	h := held{items: map[int64]bool{}}
	if d.ReleaseParameter != "" {
		return h, nil // the number tells whose it is; a job that was made anew counts its builds from 1 again
	}
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
		if f.ID != d.ID && f.FullName == d.FullName && f.State == model.StateQueued {
			h.items[f.QueueID] = true
		}
	}
	return h, err
}

// trace is what Jenkins shows of a queue item or a build.
type trace struct {
	queueID    int64
	parameters map[string]string
	users      []string
	at         time.Time
}

func traceOfBuild(b model.Build) trace {
	return trace{b.QueueID, b.Parameters, b.Users, b.StartedAt}
}

func traceOf(item model.QueueItem) trace {
	return trace{item.ID, item.Parameters, item.Users, item.Since}
}

// since is the time, by Jenkins' clock, that no trace of ours is older than. Should a clock have been set in the meantime,
// the earlier of the two readings counts.
func (w worker) since(d *model.Deployment) time.Time {
	return d.PostedAt.Add(min(d.PostedAhead, w.c.Client.Ahead()) - clockTolerance)
}

// ours tells whether something in Jenkins came of our POST: by the release parameter when the job declares one, else by
// user and parameters. What is older than the first POST is not, since another database may have given out the same
// number before; unless Jenkins' own answer, the queue id, says that it is.
func (w worker) ours(d *model.Deployment, t trace) bool {
	answered := d.QueueID != 0 && t.queueID == d.QueueID
	if !answered && t.at.Before(w.since(d)) {
		return false
	}
	if d.ReleaseParameter != "" {
		return carriesOurNumber(d, t.parameters)
	}
	if w.c.ReleaseParameter != "" && t.parameters[w.c.ReleaseParameter] != "" {
		return false // the job declares the parameter by now, and this is another release's
	}
	return len(t.users) > 0 && w.isUs(t.users[0]) && sameParameters(d, t.parameters)
}

// isUs compares user ids as Jenkins does by default: whoever logs in as Admin is admin.
func (w worker) isUs(user string) bool { return strings.EqualFold(user, w.c.User) }

func carriesOurNumber(d *model.Deployment, parameters map[string]string) bool {
	return d.ReleaseParameter != "" && parameters[d.ReleaseParameter] == (&model.Release{ID: d.ReleaseID}).Number()
}

// sameParameters compares what Jenkins shows; it never shows the value of a password.
func sameParameters(d *model.Deployment, shown map[string]string) bool {
	for _, p := range d.Sent() {
		if value, ok := shown[p.Name]; ok && !shownAs(p, value) {
			return false
		}
	}
	return true
}

// shownAs tells whether Jenkins shows the value that was sent; it may have trimmed it. Of several values an Extended Choice
// makes one text, with commas or whatever the job says between them.
func shownAs(p model.ParameterValue, text string) bool {
	if plainText(text) == plainText(p.Value) {
		return true
	}
	if len(p.Each) < 2 {
		return false
	}
	first, second := p.Each[0], p.Each[1]
	rest, ok := strings.CutPrefix(text, first)
	at := strings.Index(rest, second)
	return ok && at > 0 && text == strings.Join(p.Each, rest[:at])
}

func plainText(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
