package service

import (
	"bytes"
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/logs"
)

// ReadLog delivers the log of a deployment's build: what there is now or, when it is to be followed, until it ends, also of
// a build that is still to start. Errors: not_found (no such release or deployment, or it has no build and will not get
// one), those of Jenkins, and deliver's.
func (s *Service) ReadLog(ctx context.Context, id int64, q model.LogQuery, deliver func(model.LogPiece) error) error {
	d, err := s.built(ctx, id, q)
	if err != nil {
		return err
	}
	current := d.Build
	if q.Build != 0 {
		d.Build = q.Build
	}
	pass := func(text []byte, at int64) error {
		return deliver(model.LogPiece{Deployment: d.ID, Build: d.Build, At: at, Text: text})
	}
	size, err := s.store.LogSize(ctx, logOf(d))
	if err == nil {
		return s.readKept(ctx, d, q, size, pass)
	}
	if model.CodeOf(err) != model.CodeNotFound {
		return err
	}
	if q.Build != 0 && q.Build != current {
		return model.Errorf(model.CodeNotFound, "没有保留“%s”构建 #%d 的日志", d.Title(), q.Build)
	}
	tail, done := s.tail(d)
	defer done()
	offset := q.From
	if q.Lines > 0 {
		if err := tail.Load(ctx); err != nil && (!q.Follow || model.CodeOf(err) != model.CodeJenkinsUnavailable) {
			return err
		}
		if offset, err = start(q, tail.Spool().Size(), tail.Spool().Read); err != nil {
			return err
		}
	}
	if q.Follow {
		return s.followLog(ctx, tail, offset, pass)
	}
	return tail.Read(ctx, offset, pass)
}

// followLog delivers a log until it ends, also through a time in which Jenkins is away.
func (s *Service) followLog(ctx context.Context, tail *logs.Tail, offset int64, pass func([]byte, int64) error) error {
	for {
		err := tail.Follow(ctx, offset, func(text []byte, at int64) error {
			offset = at + int64(len(text))
			return pass(text, at)
		})
		if model.CodeOf(err) != model.CodeJenkinsUnavailable || !wait(ctx, lookForBuild, nil) {
			return err
		}
	}
}

// logSource reads text that starts at the offset, or later, and says where it starts; none at the end.
type logSource func(offset int64) ([]byte, int64, error)

func drain(offset int64, read logSource, pass func([]byte, int64) error) error {
	for {
		text, at, err := read(offset)
		if err != nil || len(text) == 0 {
			return err
		}
		if err := pass(text, at); err != nil {
			return err
		}
		offset = at + int64(len(text))
	}
}

func (s *Service) readKept(ctx context.Context, d *model.Deployment, q model.LogQuery, size int64, pass func([]byte, int64) error) error {
	read := func(offset int64) ([]byte, int64, error) {
		block, err := s.store.LogBlock(ctx, logOf(d), offset)
		if model.CodeOf(err) == model.CodeNotFound {
			return nil, offset, nil
		}
		if err != nil {
			return nil, 0, err
		}
		text, err := block.Text()
		if skip := offset - block.From; skip > 0 && err == nil {
			return text[skip:], offset, nil
		}
		return text, block.From, err
	}
	offset, err := start(q, size, read)
	if err != nil {
		return err
	}
	return drain(offset, read, pass)
}

// window is how much of a log's end is looked at to find its last lines.
const window = 64 << 10

// start is the offset at which the wanted part of a log begins.
func start(q model.LogQuery, size int64, read logSource) (int64, error) {
	if q.Lines == 0 {
		return q.From, nil
	}
	for back := int64(window); ; back *= 4 {
		from := max(size-back, 0)
		var text []byte
		first := from
		err := drain(from, read, func(piece []byte, at int64) error {
			if len(text) == 0 || at != first+int64(len(text)) { // what lies before a gap is not the end
				first, text = at, nil
			}
			text = append(text, piece...)
			return nil
		})
		if err != nil {
			return 0, err
		}
		if at, found := lastLines(text, q.Lines); found || from == 0 || first > from {
			return first + int64(at), nil
		}
	}
}

// lastLines is where the last n lines of the text begin; false when it has fewer.
func lastLines(text []byte, n int) (int, bool) {
	end := len(bytes.TrimSuffix(text, []byte("\n")))
	for ; n > 0; n-- {
		at := bytes.LastIndexByte(text[:end], '\n')
		if at < 0 {
			return 0, false
		}
		if n == 1 {
			return at + 1, true
		}
		end = at
	}
	return end, true
}

// lookForBuild is how often somebody who waits for a build to start looks.
const lookForBuild = time.Second

// built is the deployment whose log is wanted, once it has a build.
func (s *Service) built(ctx context.Context, id int64, q model.LogQuery) (*model.Deployment, error) {
	for {
		r, err := s.store.Release(ctx, id)
		if err != nil {
			return nil, err
		}
		d, err := theDeployment(r, q.Deployment)
		if err != nil || d.Build > 0 || q.Build > 0 {
			return d, err
		}
		if !q.Follow || d.State.Terminal() || d.State == model.StateLost {
			return nil, model.Errorf(model.CodeNotFound, "%s 的“%s”还没有构建，没有日志", r.Number(), d.Title())
		}
		if !wait(ctx, lookForBuild, nil) {
			return nil, ctx.Err()
		}
	}
}

// theDeployment is the deployment with the id or, when it is 0, the one that people mean: what runs, else what ended last, else the
// first.
func theDeployment(r *model.Release, id int64) (*model.Deployment, error) {
	if id != 0 {
		return r.Deployment(id)
	}
	var best *model.Deployment
	for _, d := range r.Deployments {
		switch {
		case d.State == model.StateRunning || d.State == model.StatePaused:
			return d, nil
		case best == nil, d.FinishedAt != nil && d.Build > 0 && (best.FinishedAt == nil || best.Build == 0 || !d.FinishedAt.Before(*best.FinishedAt)):
			best = d
		}
	}
	if best == nil {
		return nil, model.Errorf(model.CodeNotFound, "%s 没有应用", r.Number())
	}
	return best, nil
}
