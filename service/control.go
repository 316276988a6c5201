package service

import (
	"context"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// Cancel takes back what has not started and asks Jenkins to stop what has: of the deployment with the id, with what waits
// behind it, or of the whole release when it is 0. Errors: not_found, conflict (it is at its end already).
func (s *Service) Cancel(ctx context.Context, id, deployment int64, by, reason string) (*model.Release, error) {
	r, err := s.change(ctx, id, func(r *model.Release) error {
		if r.State.Terminal() {
			return model.Errorf(model.CodeConflict, "上线单 %s 已经结束，不能取消", r.Number())
		}
		cause, before := model.Cause{At: s.now(), Actor: by, Message: reason}, standing(r)
		r.Record(model.Event{At: cause.At, DeploymentID: deployment, Actor: by, Kind: model.EventKindStop, Message: reason})
		d, err := s.takeSomeBack(r, deployment, cause)
		if err == nil && !r.State.Terminal() && !slices.Equal(before, standing(r)) {
			s.tell(r, s.write.cancelled(r, d, cause))
		}
		return err
	})
	if err == nil {
		s.nudgeFollowers(r)
	}
	return r, err
}

// standing tells what is not at its end and what is to be stopped of a release.
func standing(r *model.Release) []bool {
	var are []bool
	for _, d := range r.Deployments {
		are = append(are, d.State.Terminal(), d.Stop != nil && !d.Stop.Unstarted)
	}
	return are
}

// takeSomeBack takes one deployment back, or all when its id is 0. It returns the one.
func (s *Service) takeSomeBack(r *model.Release, deployment int64, c model.Cause) (*model.Deployment, error) {
	if deployment == 0 {
		return nil, s.takeAllBack(r, c, true)
	}
	d, err := r.Deployment(deployment)
	if err != nil {
		return nil, err
	}
	if d.State.Terminal() {
		return nil, model.Errorf(model.CodeConflict, "上线单 %s 的“%s”已经结束，不能取消", r.Number(), d.Title())
	}
	if err := s.takeBack(r, d, c.Actor, c.Message); err != nil {
		return nil, err
	}
	return d, s.takeBackBehind(r, d, model.Cause{At: c.At, Actor: actorSystem, Message: "前面的应用“" + d.Title() + "”被取消，不再执行"})
}

// takeBack cancels a waiting deployment at once; one that Jenkins has, or may have, is marked, and whoever works on it
// ends it.
func (s *Service) takeBack(r *model.Release, d *model.Deployment, by, reason string) error {
	now := s.now()
	switch {
	case d.State == model.StateWaiting:
		d.Stop = &model.StopRequest{By: by, Reason: reason, At: now}
		return s.fire(r, d, model.EventCancelled, model.Cause{At: now, Actor: by, Message: reason})
	case d.State == model.StateLost:
		d.Stop = &model.StopRequest{By: by, Reason: reason, At: now}
		return s.abandon(r, d, model.Cause{At: now, Actor: by, Message: reason})
	case !d.State.Terminal() && (d.Stop == nil || d.Stop.Unstarted):
		d.Stop = &model.StopRequest{By: by, Reason: reason, At: now}
	}
	return nil
}

// Start lets a release with 执行方式 手动 run, or one go on that waits for its window, which needs a reason. Errors:
// not_found, invalid_request (no reason), conflict (nothing waits for it).
func (s *Service) Start(ctx context.Context, id int64, by, reason string) (*model.Release, error) {
	return s.change(ctx, id, func(r *model.Release) error {
		now, waited := s.now(), map[model.Wait]bool{}
		for _, d := range r.Deployments {
			if d.State == model.StateWaiting && (d.Wait == model.WaitManual || d.Wait == model.WaitWindow) {
				waited[d.Wait] = true
				release(d) // whoever has claimed it must not have it wait again
				d.Wait, d.NextAt, d.Code, d.Message = "", &now, "", ""
			}
		}
		if len(waited) == 0 {
			return model.Errorf(model.CodeConflict, "上线单 %s 没有等待手动执行或等待上线窗口的应用", r.Number())
		}
		if waited[model.WaitManual] {
			r.Record(model.Event{At: now, Actor: by, Kind: model.EventKindStart, Message: reason})
		}
		if !waited[model.WaitWindow] {
			return nil
		}
		return s.override(r, model.Cause{At: now, Actor: by, Message: reason})
	})
}

// Release returns one release. Errors: not_found.
func (s *Service) Release(ctx context.Context, id int64) (*model.Release, error) {
	return s.store.Release(ctx, id)
}

// maxMessages is how many of one release's messages are shown.
const maxMessages = 1000

// History returns the newest events of a release, or those before the one with the id, in the order in which they
// happened, at most limit.
func (s *Service) History(ctx context.Context, id, before int64, limit int) ([]model.Event, error) {
	return s.store.History(ctx, id, before, limit)
}

// Messages returns the newest messages of a release, in the order in which they were written.
func (s *Service) Messages(ctx context.Context, id int64) ([]model.Message, error) {
	return s.store.Messages(ctx, id, maxMessages)
}

// List returns releases with their deployments, newest first.
func (s *Service) List(ctx context.Context, f model.ReleaseFilter) ([]*model.Release, error) {
	return s.store.ListReleases(ctx, f)
}

// exportPage is how many releases are held at once while many are read: each may have a form of a megabyte.
const exportPage = 50

// Export delivers every release that the filter lets through, the newest first, page by page. Errors: database_unavailable,
// and deliver's.
func (s *Service) Export(ctx context.Context, f model.ReleaseFilter, deliver func(*model.Release) error) error {
	for f.Limit = exportPage; ; {
		page, err := s.exported(ctx, f)
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := deliver(r); err != nil {
				return err
			}
		}
		if len(page) < f.Limit {
			return nil
		}
		f.Before = page[len(page)-1].ID
	}
}

func (s *Service) exported(ctx context.Context, f model.ReleaseFilter) ([]*model.Release, error) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	return s.store.ListReleases(step, f)
}

// Open counts the deployments that are not at their end, by state, those that are held once more ("held"), and the messages
// not delivered ("messages").
func (s *Service) Open(ctx context.Context) (map[string]int64, error) {
	return s.store.CountDeployments(ctx)
}
