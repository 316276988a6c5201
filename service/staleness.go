package service

import (
	"context"
	"time"
)

// Stale tells whether what is offered of the project, or of all projects when it is "", is older than it should be, and how
// old the oldest of it is. What of a controller that was never listed is missing is as old as this process.
func (s *Service) Stale(project string) (age time.Duration, stale bool) {
	age = s.oldest(s.ordered)
	if c := s.offered.Load(); age > 0 && project != "" && c != nil {
		if p, n := c.index.find(project); n == 1 {
			age = s.oldest(s.behind(p))
		}
	}
	return age, age > 0
}

// oldest is the age of the oldest listing of the controllers that is too old; 0 when none is.
func (s *Service) oldest(controllers []*Controller) time.Duration {
	times, now, age := *s.listings.times.Load(), s.now(), time.Duration(0)
	for _, c := range controllers {
		at := times[c.Name].At
		if at.IsZero() {
			at = s.since
		}
		if old := now.Sub(at); old > c.StaleAfter && old > age {
			age = old
		}
	}
	return age
}

// checkAge tells people that what they chose from is old. It keeps nobody from anything: the job itself is looked at again
// before it is built.
func (s *Service) checkAge(_ context.Context, p plan, at moment, found *findings) error {
	if at != fillingIn || p.project == nil {
		return nil
	}
	if age, old := s.Stale(p.project.Key); old {
		found.warnings.add("", "应用清单是 %s前从 Jenkins 读取的，可能与现在不同", people(age))
	}
	return nil
}
