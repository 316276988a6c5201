package service

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// sourceRollback is how a release came in that rolls another one back.
const sourceRollback = "rollback"

// rollbackPatience is how long somebody waits for the looks at Jenkins and DingTalk, who rolls a release back.
const rollbackPatience = 8 * time.Second

// RollBack makes a release of the parameters with which each app that ran in the release, or the one that is meant, had its last
// success before it. It comes under the same rules as any other; asked for twice it is one. Errors: not_found, invalid_request (no
// reason), conflict (it is not allowed, not at its end, nothing ran, or there is no success before), submission_conflict (the
// request is another release's), access_denied, job_changed, unknown_app, catalogue_unready, the jenkins_… and dingtalk_… codes.
func (s *Service) RollBack(ctx context.Context, id int64, wish model.RollbackWish) (model.Rollback, error) {
	switch {
	case !s.again.RollBack:
		return model.Rollback{}, model.Errorf(model.CodeConflict, "按配置(rollback.allow: false)不能回滚，请发起新的审批")
	case strings.TrimSpace(wish.Reason) == "":
		return model.Rollback{}, model.Errorf(model.CodeInvalidRequest, "回滚要说明原因(reason)")
	}
	of, err := s.store.Release(ctx, id)
	if err != nil {
		return model.Rollback{}, err
	}
	if done, err := s.requested(ctx, of, wish); done != nil || err != nil {
		return duplicateOf(done), err
	}
	looking, cancel := context.WithTimeout(ctx, rollbackPatience)
	defer cancel()
	made, err := s.planRollback(looking, of, wish)
	if err != nil {
		return model.Rollback{}, err
	}
	if wish.DryRun {
		return s.draftRollback(made)
	}
	return s.recordRollback(ctx, of, made, wish)
}

func duplicateOf(r *model.Release) model.Rollback {
	return model.Rollback{Release: r, Duplicate: r != nil}
}

// requested is the release that a request made before; nil when there is none.
func (s *Service) requested(ctx context.Context, of *model.Release, wish model.RollbackWish) (*model.Release, error) {
	if wish.Request == "" {
		return nil, nil
	}
	r, err := s.store.ReleaseByKeys(ctx, []string{rollbackKey(wish.Request)})
	switch {
	case model.CodeOf(err) == model.CodeNotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case r.RollbackOf != of.ID:
		return nil, model.Errorf(model.CodeSubmissionConflict, "请求编号“%s”已用于上线单 %s，它不是回滚 %s", model.Cut(wish.Request, 60), r.Number(), of.Number())
	}
	return r, nil
}

func rollbackKey(request string) string { return "rollback:" + model.Hash(request) }

// recordRollback stores the release under the request, or else under what it deploys, unless the same one is under way or
// succeeded.
func (s *Service) recordRollback(ctx context.Context, of *model.Release, made model.Rollback, wish model.RollbackWish) (model.Rollback, error) {
	r, key := made.Release, rollbackKey(wish.Request)
	for range mostRejected {
		if wish.Request == "" {
			known, free, err := s.rollbackInForce(ctx, r.Fingerprint)
			if known != nil || err != nil {
				return duplicateOf(known), err
			}
			key = free
		}
		err := s.store.CreateRelease(ctx, r, []string{key}, func(r *model.Release) error {
			r.Record(model.Event{
				At: r.CreatedAt, Actor: wish.By, Kind: model.EventKindAccepted, To: string(r.State), Message: "回滚 " + of.Number() + "：" + wish.Reason,
			})
			s.askForNames(r)
			s.tell(r, s.write.received(r))
			return nil
		})
		if model.CodeOf(err) == model.CodeConflict { // somebody was faster
			done, err := s.requested(ctx, of, wish)
			if done != nil || err != nil {
				return duplicateOf(done), err
			}
			continue
		}
		if err == nil {
			s.rolledBack(ctx, of, r, wish)
		}
		return made, err
	}
	return model.Rollback{}, model.Errorf(model.CodeConflict, "上线单 %s 已回滚过多次都没有成功，请用请求编号(request_id)再试，或发起新的审批", of.Number())
}

// rollbackInForce is the release that deploys the same and did not fail, unless something else was deployed since; else the key
// under which there is none.
func (s *Service) rollbackInForce(ctx context.Context, print string) (*model.Release, string, error) {
	key := "rollback-of:" + print
	for range mostRejected {
		r, err := s.store.ReleaseByKeys(ctx, []string{key})
		switch {
		case model.CodeOf(err) == model.CodeNotFound:
			return nil, key, nil
		case err != nil:
			return nil, "", err
		case !r.State.Terminal():
			return r, "", nil
		}
		if stands, err := s.stands(ctx, r); stands || err != nil {
			return r, "", err
		}
		key = "rollback-of:" + print + "|" + r.Number()
	}
	return nil, key, nil
}

// stands tells whether a roll back succeeded, and what it deployed is what was deployed last.
func (s *Service) stands(ctx context.Context, r *model.Release) (bool, error) {
	for _, d := range r.Deployments {
		if d.State != model.StateSucceeded {
			return false, nil
		}
		last, err := s.lastSuccess(ctx, d.JobRef, r.ID)
		if err != nil || (last != nil && last.FinishedAt.After(*d.FinishedAt)) {
			return false, err
		}
	}
	return true, nil
}

// rolledBack does what follows from a new release, and writes into the old one's history what became of it.
func (s *Service) rolledBack(ctx context.Context, of, r *model.Release, wish model.RollbackWish) {
	s.census.moved()
	s.observer.Accepted(sourceRollback)
	s.nudge()
	for _, d := range r.Deployments {
		ring(s.bells.showing[d.Controller])
	}
	s.log.InfoContext(ctx, "release rolled back", "release", of.Number(), "by", r.Number(), "actor", wish.By, "user", wish.User, "deployments", len(r.Deployments))
	_, err := s.change(ctx, of.ID, func(of *model.Release) error {
		of.Record(model.Event{At: s.now(), Actor: wish.By, Kind: model.EventKindRolledBack, Message: "由 " + r.Number() + " 回滚：" + wish.Reason})
		return nil
	})
	if err != nil { // the new release names the old one all the same
		s.log.WarnContext(ctx, "roll back not in the history", "release", of.Number(), "by", r.Number(), slog.Any("error", err))
	}
}

// draftRollback shows what would be deployed.
func (s *Service) draftRollback(made model.Rollback) (model.Rollback, error) {
	for _, d := range made.Release.Deployments {
		build, err := s.draft(made.Release, d)
		if err != nil {
			return model.Rollback{}, err
		}
		made.Builds = append(made.Builds, build)
	}
	return made, nil
}
