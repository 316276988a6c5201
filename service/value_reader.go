package service

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// readersPerLane is how many readings of one lane are under way at once. One of a job is never twice.
const readersPerLane = 2

// readingValues reads what forms asked for until ctx ends. Nothing of it is worth finishing then.
func (s *Service) readingValues(ctx context.Context) {
	var readers sync.WaitGroup
	for _, l := range s.values.lanes {
		for range readersPerLane {
			readers.Go(func() {
				for {
					r, ok := l.next(ctx)
					if !ok {
						return
					}
					s.readValues(ctx, r)
				}
			})
		}
	}
	readers.Wait()
}

// next is the next reading, those that somebody waits for first; false when ctx ended.
func (l *lane) next(ctx context.Context) (reading, bool) {
	select {
	case r := <-l.urgent:
		return r, true
	default:
	}
	select {
	case r := <-l.urgent:
		return r, true
	case r := <-l.idle:
		return r, true
	case <-ctx.Done():
		return reading{}, false
	}
}

// readTimeout bounds a reading that does not bound itself.
const readTimeout = time.Minute

// readValues reads once and keeps what came.
func (s *Service) readValues(ctx context.Context, r reading) {
	if !s.values.begin(r) {
		return
	}
	started := s.now()
	got, err := s.ask(ctx, r)
	again := s.values.write(r, got, err != nil)
	switch {
	case ctx.Err() != nil:
	case err != nil && !again:
		s.log.WarnContext(ctx, "values of a parameter not read", "job", r.Key(), "kind", r.kind.String(),
			"code", string(model.CodeOf(err)), slog.Any("error", err))
	default:
		s.log.DebugContext(ctx, "values of a parameter read", "job", r.Key(), "kind", r.kind.String(), "took", s.now().Sub(started),
			"failed", err != nil)
	}
}

// String is the kind for the log.
func (k readingKind) String() string {
	return [...]string{"git", "builds", "source"}[k]
}

func (s *Service) ask(ctx context.Context, r reading) (page, error) {
	switch r.kind {
	case readGit:
		return s.askGit(ctx, r)
	case readBuilds:
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		builds, err := s.controllers[r.Controller].Client.RecentBuilds(ctx, r.FullName, mostBuilds)
		return buildsPage(builds), err
	default:
		values, err := r.rule.Source.Values(ctx, r.place())
		return page{lists: map[string]valueList{"": outsideList(values)}}, err
	}
}

// askGit reads all git parameters of a job at once.
func (s *Service) askGit(ctx context.Context, r reading) (page, error) {
	offers, err := s.controllers[r.Controller].Client.GitValues(ctx, r.FullName)
	if err != nil {
		return page{}, err
	}
	got := page{lists: make(map[string]valueList, len(offers))}
	problem := "请在 Jenkins 里打开任务配置并重新保存一次"
	for name, offer := range offers {
		if offer.Problem != "" && len(offer.Values) == 0 {
			problem = offer.Problem
			continue
		}
		l := outsideList(offer.Values)
		l.whole, l.trouble = l.whole && offer.Problem == "", offer.Problem != ""
		got.lists[name] = l
	}
	if len(got.lists) == 0 {
		return page{}, model.Errorf(model.CodeJenkinsProtocol, "Jenkins 没有给出任务“%s”的 Git 参数值：%s", r.FullName, problem)
	}
	return got, nil
}

// place is where the values are asked for.
func (r reading) place() model.Place {
	return model.Place{
		Controller: r.Controller, Project: strings.TrimPrefix(r.project, r.Controller+":"), Job: r.FullName,
		App: r.FullName[strings.LastIndexByte(r.FullName, '/')+1:],
	}
}

// Results of builds, as Jenkins names them.
const (
	resultSuccess  = "SUCCESS"
	resultUnstable = "UNSTABLE"
)

// offeredBuild is what a run parameter needs to know of a build.
type offeredBuild struct {
	number   int64
	result   string
	building bool
}

// id is the value that means the build.
func (b offeredBuild) id(job string) string { return job + "#" + strconv.FormatInt(b.number, 10) }

// passes tells whether a run parameter with the filter offers the build, as Jenkins does.
func (b offeredBuild) passes(filter string) bool {
	switch filter {
	case "COMPLETED":
		return !b.building
	case "SUCCESSFUL":
		return b.result == resultSuccess || b.result == resultUnstable
	case "STABLE":
		return b.result == resultSuccess
	default:
		return true
	}
}

// buildsPage keeps of builds what parameters may need.
func buildsPage(builds []model.Build) page {
	got := page{builds: make([]offeredBuild, len(builds))}
	for i, b := range builds {
		got.builds[i] = offeredBuild{b.Number, b.Result, b.Building}
		if b.Result == resultSuccess && len(got.good) < mostGood {
			got.good = append(got.good, b.Parameters)
		}
	}
	return got
}
