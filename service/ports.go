package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Releases keeps releases with their deployments, history and outbox.
type Releases interface {
	// CreateRelease stores r with its deployments in one transaction and gives them their ids; compose then adds
	// history and messages, which need the number. keys make it idempotent: when one of them is known already nothing
	// is stored. Errors: conflict (a key is known), database_unavailable.
	CreateRelease(ctx context.Context, r *model.Release, keys []string, compose func(*model.Release) error) error
	// ReleaseByKeys returns the release that one of the keys belongs to; of one that was pruned, only what tells a
	// repeat and answers it. Errors: not_found, database_unavailable.
	ReleaseByKeys(ctx context.Context, keys []string) (*model.Release, error)
	// Release returns a release with its deployments. Errors: not_found, database_unavailable.
	Release(ctx context.Context, id int64) (*model.Release, error)
	// UpdateRelease loads the release, lets change decide, and saves what changed, the history and the outbox in one
	// transaction; nothing at all when change fails. Errors: not_found, conflict (somebody else changed it at the same
	// time), database_unavailable, and whatever change returns.
	UpdateRelease(ctx context.Context, id int64, change func(*model.Release) error) error
}

// Identities lets more keys lead to a release.
type Identities interface {
	// AddKeys makes the keys known that are not yet; one that belongs to another release stays there. Errors:
	// database_unavailable.
	AddKeys(ctx context.Context, releaseID int64, keys []string) error
}

// Queries read releases for people.
type Queries interface {
	// ListReleases returns releases with their deployments, newest first, at most f.Limit.
	ListReleases(ctx context.Context, f model.ReleaseFilter) ([]*model.Release, error)
	// History returns the newest events of a release, or those before the one with the id, in the order in which they
	// happened, at most limit.
	History(ctx context.Context, releaseID, before int64, limit int) ([]model.Event, error)
	// Messages returns the newest messages of a release, in the order in which they were written, at most limit.
	Messages(ctx context.Context, releaseID int64, limit int) ([]model.Message, error)
	// CountDeployments counts the deployments that are not at their end, by state, those that are held once more under
	// "held", and the pending messages under "messages".
	CountDeployments(ctx context.Context) (map[string]int64, error)
}

// Work hands out what is due. A claim leases the row to owner until now+lease and counts its version up, so that
// whoever held it before can save nothing any more.
type Work interface {
	// ClaimDeployments leases up to limit deployments of controller that are waiting or submitting and due, the
	// oldest first.
	ClaimDeployments(ctx context.Context, controller, owner string, lease time.Duration, limit int) ([]*model.Deployment, error)
	// BuildHolders returns the builds of the job that deployments hold, for numbers of at least from: by number, when they
	// started; the zero time when that is not known. Numbers repeat when a job was made anew.
	BuildHolders(ctx context.Context, job model.JobRef, from int64) (map[int64][]time.Time, error)
	// Lease takes or renews a named lease; false when somebody else holds it. A ttl of 0 gives back
	// one that is held.
	Lease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error)
}

// Standings tell how deployments stand, for the labels of apps.
type Standings interface {
	// Unfinished returns the deployments of controller that are not at their end, the oldest first, without their parameters.
	Unfinished(ctx context.Context, controller string) ([]model.Standing, error)
	// LastSucceeded returns the deployment of each job of controller that succeeded last. It reads all that ever did.
	LastSucceeded(ctx context.Context, controller string) ([]model.Standing, error)
	// SucceededSince returns the deployments of controller that succeeded and have an id above after, or one of ids.
	SucceededSince(ctx context.Context, controller string, after int64, ids []int64) ([]model.Standing, error)
}

// Followed are the deployments that Jenkins has (queued, running, paused).
type Followed interface {
	// FollowedDeployments returns those of controller.
	FollowedDeployments(ctx context.Context, controller string) ([]*model.Deployment, error)
	// FollowedOf returns those of one job.
	FollowedOf(ctx context.Context, job model.JobRef) ([]*model.Deployment, error)
	// FollowMark changes when what FollowedDeployments returns does, and costs less.
	FollowMark(ctx context.Context, controller string) (model.FollowMark, error)
}

// Lines says whose turn it is where several releases want builds of one job.
type Lines interface {
	// Line tells which slots of the job are taken, and the first limit deployments that wait for one. Saving a slot that
	// is taken is a conflict.
	Line(ctx context.Context, job model.JobRef, limit int) (model.Line, error)
	// Park lets deployments that were claimed by owner wait until they are called.
	Park(ctx context.Context, owner string, ids []int64) error
}

// Calls lets those go on that wait for something else than a time.
type Calls interface {
	// CallNext makes the first deployment that is parked before the job due, and says whether there was one.
	CallNext(ctx context.Context, job model.JobRef) (bool, error)
	// CallParked makes the first parked deployment due of each job that has fewer than parallel slots taken, and all that
	// were scheduled before overdue. It returns how many.
	CallParked(ctx context.Context, controller string, parallel int, overdue time.Time) (int, error)
	// Recall makes the deployments due that wait for the controller to come back and would not be due before after. It
	// returns how many.
	Recall(ctx context.Context, controller string, after time.Time) (int64, error)
	// Reopen makes the controller's deployments due that wait for a window. It returns how many.
	Reopen(ctx context.Context, controller string) (int64, error)
}

// Outbox keeps messages until they are delivered.
type Outbox interface {
	// Post stores a message of no release; one with a known key is dropped.
	Post(ctx context.Context, m model.Message) error
	// ClaimMessages leases up to limit pending messages that are due, the oldest first.
	ClaimMessages(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Message, error)
	// SettleMessage saves how a try ended: State, Attempts, NextAt, LastCode, LastError and SentAt of m; the lease ends.
	SettleMessage(ctx context.Context, m model.Message) error
}

// Backlogs turns several messages to one robot into one.
type Backlogs interface {
	// ClaimBacklog leases up to limit more pending messages that are due for m's recipient to m's owner, the oldest first.
	// None of them is a digest, or was in one.
	ClaimBacklog(ctx context.Context, m model.Message, lease time.Duration, limit int) ([]model.Message, error)
	// Merge stores a digest, leased to its owner, in the place of pending messages that the same owner holds, and returns its
	// id. All of it or nothing. Errors: conflict (one of them is not held any more).
	Merge(ctx context.Context, digest model.Message, members []int64, lease time.Duration) (int64, error)
	// Unmerge saves that a digest was refused, as SettleMessage does, and makes its members pending again; each keeps its
	// DigestID. All of it or nothing. Errors: conflict.
	Unmerge(ctx context.Context, digest model.Message) error
}

// Checks hands out sent messages about which DingTalk is to be asked.
type Checks interface {
	// ClaimFates leases up to limit of them whose CheckAt has come.
	ClaimFates(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Message, error)
	// SettleFate saves what became of one: State, CheckAt, LastCode and LastError of m; the lease ends. Errors: conflict.
	SettleFate(ctx context.Context, m model.Message) error
}

// Letters are messages as people see them.
type Letters interface {
	// ListMessages returns messages, newest first, at most f.Limit.
	ListMessages(ctx context.Context, f model.MessageFilter) ([]model.Message, error)
	// Message returns one message. Errors: not_found.
	Message(ctx context.Context, id int64) (model.Message, error)
	// Resend makes a dead message pending again and writes into its release's history who wanted that. Errors: not_found,
	// conflict (it is not dead).
	Resend(ctx context.Context, id int64, by string, at time.Time) error
	// CountDead counts the messages that were given up.
	CountDead(ctx context.Context) (int64, error)
}

// Listings keeps the last listing of each controller.
type Listings interface {
	// SaveListing replaces the controller's listing.
	SaveListing(ctx context.Context, l model.Listing) error
	// TouchListing says that the listing that was saved with changed was seen again at the time.
	TouchListing(ctx context.Context, controller string, changed, at time.Time) error
	// LoadListing returns the controller's last listing when it changed after since. Errors: not_found (it did not).
	LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error)
	// ListingTimes returns the times of the controller's listings without reading them.
	ListingTimes(ctx context.Context, controller string) (model.ListingTimes, error)
}

// Starter gives builds to Jenkins.
type Starter interface {
	// Trigger POSTs once and never follows a redirect. It returns the queue id. parameterised chooses between
	// buildWithParameters and build. Errors: jenkins_unavailable (surely not accepted: no connection, 503, 429),
	// jenkins_outcome_unknown (time-out, cut connection, 5xx), jenkins_folded (303), jenkins_auth, jenkins_forbidden,
	// jenkins_not_found, jenkins_job_disabled, jenkins_rejected (other 4xx), jenkins_protocol (201 without a queue id:
	// look for it).
	Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error)
	// Describe sets a build's description.
	Describe(ctx context.Context, job string, number int64, text string) error
}

// Stopper ends what Jenkins has. That a POST was taken says nothing of the end.
type Stopper interface {
	// CancelQueued takes an item out of the queue. Errors: conflict (it left the queue already: look again),
	// jenkins_not_found, jenkins_forbidden.
	CancelQueued(ctx context.Context, queueID int64) error
	// Stop asks a running build to stop.
	Stop(ctx context.Context, job string, number int64) error
	// Term gives up the steps of a pipeline. Errors: jenkins_not_found, also of a build that is none.
	Term(ctx context.Context, job string, number int64) error
	// Kill ends a pipeline whatever it is doing. Errors: as Term.
	Kill(ctx context.Context, job string, number int64) error
}

// Drafter tells what it would give to Jenkins.
type Drafter interface {
	// Draft is the POST that Trigger would make; nothing is sent. Errors: jenkins_not_found (no job can have this name).
	Draft(job string, parameterised bool, parameters []model.ParameterValue) (model.Post, error)
}

// Watcher sees what Jenkins does.
type Watcher interface {
	// Overview returns everything queued and everything running, in two requests.
	Overview(ctx context.Context) ([]model.QueueItem, []model.RunningBuild, error)
	// QueueItem returns one item, also for some minutes after it left. Errors: jenkins_not_found.
	QueueItem(ctx context.Context, id int64) (model.QueueItem, error)
	// Build returns one build. Errors: jenkins_not_found.
	Build(ctx context.Context, job string, number int64) (model.Build, error)
	// RecentBuilds returns a job's newest builds, newest first, at most limit. Errors: jenkins_not_found.
	RecentBuilds(ctx context.Context, job string, limit int) ([]model.Build, error)
}

// Inspector tells more of what Jenkins has, for people and for doubtful cases.
type Inspector interface {
	// Queue returns everything queued.
	Queue(ctx context.Context) ([]model.QueueItem, error)
	// Stages returns a pipeline's stages as far as it got; none for a build that is no pipeline.
	Stages(ctx context.Context, job string, number int64) ([]model.Stage, error)
	// Numbers tells which build numbers a job has given out. Errors: jenkins_not_found.
	Numbers(ctx context.Context, job string) (model.BuildNumbers, error)
	// JobOf reads a job's fullName and, 0 when there is none, a build's number out of the address of one of their pages.
	JobOf(address string) (job string, number int64, ok bool)
}

// Asker answers input steps.
type Asker interface {
	// PendingInputs returns what the build waits for; none when it waits for nothing.
	PendingInputs(ctx context.Context, job string, number int64) ([]model.InputStep, error)
	// Proceed answers the step as it was seen, with every parameter. Errors: conflict (answered already, or it asks something
	// else), jenkins_forbidden (not an allowed submitter), jenkins_rejected (a value it does not take).
	Proceed(ctx context.Context, job string, number int64, step model.InputStep, parameters []model.ParameterValue) error
	// Abort answers no. Errors: as Proceed.
	Abort(ctx context.Context, job string, number int64, step string) error
}

// Lister lists a controller's jobs.
type Lister interface {
	// List returns every job and container that the user may see, and the views where the rules need them, in one request.
	// The time is the caller's to set.
	List(ctx context.Context) (model.Listing, error)
	// Job returns one as it is now. Errors: jenkins_not_found, also for a job that the user may not see.
	Job(ctx context.Context, fullName string) (model.Job, error)
}

// Valuer tells what parameters may be.
type Valuer interface {
	// GitValues returns what the job's git parameters may be, by their names; it may take long, and keeps no other call
	// waiting. One that Jenkins does not export is missing. Errors: jenkins_not_found.
	GitValues(ctx context.Context, job string) (map[string]model.Offer, error)
}

// Timekeeper compares clocks.
type Timekeeper interface {
	// Ahead is how far Jenkins' clock was ahead of ours when it last answered, to the second; negative when behind.
	Ahead() time.Duration
}

// Jenkins is one controller's client.
type Jenkins interface {
	Timekeeper
	Starter
	Stopper
	Drafter
	Watcher
	Inspector
	Asker
	Lister
	Valuer
	Scribe
}

// Messenger delivers one message. Errors: the dingtalk_… codes; RetryAfter says when a throttled one may be tried
// again.
type Messenger interface {
	// Deliver returns the task by which Fates knows the message; 0 when there is nothing to ask about.
	Deliver(ctx context.Context, m model.Message) (task int64, err error)
}

// Fates tells what became of messages that DingTalk took.
type Fates interface {
	// SendResult tells it of a work notice by its task. Errors: the dingtalk_… codes; dingtalk_rejected when DingTalk knows it no
	// longer.
	SendResult(ctx context.Context, task int64) (model.NoticeFate, error)
}
