package api

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/oabridge/oabridge/model"
)

// maxJob is how long a job's full name may be, in bytes.
const maxJob = 1000

// continueRelease answers POST /api/releases/{number}/continue: what is held because its job changed goes on.
func (s *Server) continueRelease(ctx context.Context, r request) (any, error) {
	if err := r.only("deployment", "job", "reason"); err != nil {
		return nil, err
	}
	deployment, err := r.count("deployment", 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	job, err := r.one("job")
	if err != nil {
		return nil, err
	}
	if len(job) > maxJob || slices.ContainsFunc([]rune(job), unicode.IsControl) {
		return nil, invalid("字段%s不是任务的完整名称", quoted("job"))
	}
	reason, err := r.reason()
	if err != nil {
		return nil, err
	}
	id, err := r.id()
	if err != nil {
		return nil, err
	}
	release, err := s.service.Continue(ctx, id, model.Continuation{Deployment: deployment, Job: strings.TrimSpace(job), By: r.by, Reason: reason})
	if err != nil {
		return nil, err
	}
	return viewOf(release), nil
}
