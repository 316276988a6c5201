package service

import (
	"context"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

func (b *brittleStore) Lease(ctx context.Context, name, owner string, ttl time.Duration) (bool, error) {
	ours, err := b.Store.Lease(ctx, name, owner, ttl)
	if ours {
		b.points.once("lease " + name)
	}
	return ours, err
}

func (b *brittleStore) Park(ctx context.Context, owner string, ids []int64) error {
	return b.points.write("park", func() error { return b.Store.Park(ctx, owner, ids) })
}

func (b *brittleStore) CallNext(ctx context.Context, job model.JobRef) (called bool, err error) {
	err = b.points.write("call next of "+shortJob(job.FullName), func() (err error) {
		called, err = b.Store.CallNext(ctx, job)
		return err
	})
	return called, err
}

func (b *brittleStore) CallParked(ctx context.Context, controller string, parallel int, overdue time.Time) (int, error) {
	n, err := b.Store.CallParked(ctx, controller, parallel, overdue)
	if n > 0 {
		b.points.took("call parked")
	}
	return n, err
}

func (b *brittleStore) Recall(ctx context.Context, controller string, after time.Time) (int64, error) {
	n, err := b.Store.Recall(ctx, controller, after)
	if n > 0 {
		b.points.took("recall")
	}
	return n, err
}

func (b *brittleStore) Reopen(ctx context.Context, controller string) (int64, error) {
	n, err := b.Store.Reopen(ctx, controller)
	if n > 0 {
		b.points.took("reopen")
	}
	return n, err
}

func (b *brittleStore) Post(ctx context.Context, m model.Message) error {
	return b.points.write("post "+messageName(m), func() error { return b.Store.Post(ctx, m) })
}

func (b *brittleStore) ClaimMessages(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Message, error) {
	due, err := b.Store.ClaimMessages(ctx, owner, lease, limit)
	if len(due) > 0 {
		b.points.took("claim of messages")
	}
	return due, err
}

func (b *brittleStore) SettleMessage(ctx context.Context, m model.Message) error {
	return b.points.write("settle "+messageName(m), func() error {
		err := b.Store.SettleMessage(ctx, m)
		if err == nil && m.State == model.MessageSent {
			b.points.saved(m.Key)
		}
		return err
	})
}

func (b *brittleStore) KeepCheck(ctx context.Context, c model.Check) error {
	return b.points.write("keep "+checkName(c), func() error { return b.Store.KeepCheck(ctx, c) })
}

func (b *brittleStore) ClaimChecks(ctx context.Context, owner string, lease time.Duration, limit int) ([]model.Check, error) {
	due, err := b.Store.ClaimChecks(ctx, owner, lease, limit)
	if len(due) > 0 {
		b.points.took("claim of checks")
	}
	return due, err
}

func (b *brittleStore) SettleCheck(ctx context.Context, c model.Check) error {
	return b.points.write("settle "+checkName(c)+" as "+string(c.State), func() error { return b.Store.SettleCheck(ctx, c) })
}

// checkName is the way that a check came: its key is another in each play.
func checkName(c model.Check) string {
	way, _, _ := strings.Cut(c.Key, ":")
	return way + " check"
}

func (b *brittleStore) KeepWithdrawal(ctx context.Context, instance, why string, at time.Time) error {
	return b.points.write("keep withdrawal", func() error { return b.Store.KeepWithdrawal(ctx, instance, why, at) })
}

func (b *brittleStore) Attend(ctx context.Context, at time.Time) error {
	return b.points.write("attend", func() error { return b.Store.Attend(ctx, at) })
}

func (b *brittleStore) SaveListing(ctx context.Context, l model.Listing) error {
	return b.points.write("save listing of "+l.Controller, func() error { return b.Store.SaveListing(ctx, l) })
}

func (b *brittleStore) TouchListing(ctx context.Context, controller string, changed, at time.Time) error {
	return b.points.write("touch listing of "+controller, func() error { return b.Store.TouchListing(ctx, controller, changed, at) })
}

func (b *brittleStore) ChangeListings(ctx context.Context, c model.ListingChange) error {
	what := "change listings"
	for _, l := range c.Save {
		what += " save " + l.Controller
	}
	for _, name := range c.Drop {
		what += " drop " + name
	}
	return b.points.write(what, func() error { return b.Store.ChangeListings(ctx, c) })
}

func messageName(m model.Message) string { return string(m.Kind) + " to " + m.Recipient }

// saved and delivered keep the book of what may be delivered twice.
func (f *failPoints) saved(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.unsaved, key)
}

func (f *failPoints) delivered(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.halted { // it was under way
		f.doubt[key]++
		return
	}
	f.unsaved[key] = true
}

// brittleMessenger is a Messenger whose process can end on either side of a message.
type brittleMessenger struct {
	Messenger
	points *failPoints
}

func (b *brittleMessenger) Deliver(ctx context.Context, m model.Message) (int64, error) {
	return 0, b.points.write("deliver "+messageName(m), func() error {
		if b.points.stepIsOver() {
			return model.Wrap(model.CodeDingTalkUnavailable, context.DeadlineExceeded, "钉钉暂时无法访问")
		}
		_, err := b.Messenger.Deliver(ctx, m)
		if err == nil {
			b.points.delivered(m.Key)
		}
		return err
	})
}

// brittleJenkins is a Jenkins whose caller can end on either side of a POST.
type brittleJenkins struct {
	Jenkins
	points *failPoints
}

func (b *brittleJenkins) post(ctx context.Context, what string, do func(context.Context) error) error {
	return b.points.write(what, func() error {
		if b.points.stepIsOver() {
			over, cancel := context.WithCancel(ctx)
			cancel()
			ctx = over
		}
		return do(ctx)
	})
}

func (b *brittleJenkins) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (id int64, err error) {
	err = b.post(ctx, "POST "+shortJob(job), func(ctx context.Context) (err error) {
		id, err = b.Jenkins.Trigger(ctx, job, parameterised, parameters)
		return err
	})
	return id, err
}

func (b *brittleJenkins) Describe(ctx context.Context, job string, number int64, text string) error {
	return b.post(ctx, "describe "+shortJob(job), func(ctx context.Context) error {
		return b.Jenkins.Describe(ctx, job, number, text)
	})
}

func (b *brittleJenkins) CancelQueued(ctx context.Context, queueID int64) error {
	return b.post(ctx, "cancel queued", func(ctx context.Context) error { return b.Jenkins.CancelQueued(ctx, queueID) })
}

func (b *brittleJenkins) Stop(ctx context.Context, job string, number int64) error {
	return b.post(ctx, "stop "+shortJob(job), func(ctx context.Context) error { return b.Jenkins.Stop(ctx, job, number) })
}

func (b *brittleJenkins) Term(ctx context.Context, job string, number int64) error {
	return b.post(ctx, "term "+shortJob(job), func(ctx context.Context) error { return b.Jenkins.Term(ctx, job, number) })
}

func (b *brittleJenkins) Kill(ctx context.Context, job string, number int64) error {
	return b.post(ctx, "kill "+shortJob(job), func(ctx context.Context) error { return b.Jenkins.Kill(ctx, job, number) })
}

func (b *brittleJenkins) Proceed(ctx context.Context, job string, number int64, step model.InputStep, parameters []model.ParameterValue) error {
	return b.post(ctx, "proceed "+shortJob(job)+" "+step.ID, func(ctx context.Context) error {
		return b.Jenkins.Proceed(ctx, job, number, step, parameters)
	})
}

func (b *brittleJenkins) Abort(ctx context.Context, job string, number int64, step string) error {
	return b.post(ctx, "abort "+shortJob(job)+" "+step, func(ctx context.Context) error {
		return b.Jenkins.Abort(ctx, job, number, step)
	})
}

func (b *brittleStore) IndexReleases(ctx context.Context, patience time.Duration) (whole bool, err error) {
	err = b.points.write("index", func() (err error) {
		whole, err = b.Store.IndexReleases(ctx, patience)
		return err
	})
	return whole, err
}
