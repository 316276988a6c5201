package api

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// How long a user's id and a request's may be, in bytes.
const maxID = 100

type rollbackReply struct {
	Duplicate bool                 `json:"duplicate"`
	DryRun    bool                 `json:"dry_run"`
	Of        string               `json:"rollback_of"`
	Targets   []rollbackTargetView `json:"targets"`
	Warnings  []string             `json:"warnings"`
	// Release is null in a dry run, which has Builds.
	Release *releaseView `json:"release"`
	Builds  []draftView  `json:"builds"`
}

// rollbackTargetView is the success that an app goes back to.
type rollbackTargetView struct {
	Name    string `json:"name"`
	Release string `json:"release"`
	Build   int64  `json:"build"`
}

// rollBackRelease answers POST /api/releases/{number}/rollback: what ran goes back to the success before, as a release of its own.
func (s *Server) rollBackRelease(ctx context.Context, r request) (any, error) {
	id, wish, err := s.rollbackWish(ctx, r)
	if err != nil {
		return nil, err
	}
	done, err := s.service.RollBack(ctx, id, wish)
	if err != nil {
		return nil, err
	}
	reply := rollbackReply{
		Duplicate: done.Duplicate, DryRun: wish.DryRun && !done.Duplicate, Of: (&model.Release{ID: id}).Number(),
		Targets: make([]rollbackTargetView, len(done.Targets)), Warnings: append([]string{}, done.Warnings...),
		Builds: make([]draftView, len(done.Builds)),
	}
	for i, t := range done.Targets {
		reply.Targets[i] = rollbackTargetView{Name: t.App, Release: t.Release, Build: t.Build}
	}
	for i, b := range done.Builds {
		reply.Builds[i] = viewDraft(b)
	}
	if !reply.DryRun {
		reply.Release = new(viewOf(done.Release))
	}
	return reply, nil
}

func (s *Server) rollbackWish(ctx context.Context, r request) (id int64, wish model.RollbackWish, err error) {
	if err = r.only("deployment", "app", "reason", "user", "request_id", "dry_run"); err != nil {
		return 0, wish, err
	}
	wish.By = r.by
	if wish.Reason, err = r.why(); err != nil {
		return 0, wish, err
	}
	for name, target := range map[string]*string{"user": &wish.User, "request_id": &wish.Request} {
		if *target, err = r.label(name); err != nil {
			return 0, wish, err
		}
	}
	if wish.DryRun, err = r.yes("dry_run"); err != nil {
		return 0, wish, err
	}
	if id, err = r.id(); err != nil {
		return 0, wish, err
	}
	wish.Deployment, err = s.one(ctx, r, id)
	return id, wish, err
}

// label is a short text without anything hidden. Errors: invalid_request.
func (r request) label(name string) (string, error) {
	value, err := r.one(name)
	if err != nil {
		return "", err
	}
	value = strings.TrimSpace(value)
	if len(value) > maxID || slices.ContainsFunc([]rune(value), unicode.IsControl) {
		return "", invalid("字段%s过长，或含有控制字符", quoted(name))
	}
	return value, nil
}

// yes reads true or false, which a missing field is. Errors: invalid_request.
func (r request) yes(name string) (bool, error) {
	value, err := r.one(name)
	switch {
	case err != nil:
		return false, err
	case value == "true":
		return true, nil
	case value == "false", value == "":
		return false, nil
	}
	return false, invalid("字段%s只能是 true 或 false", quoted(name))
}
