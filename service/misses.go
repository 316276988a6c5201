package service

import (
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// misses make a controller be listed at once when a form names what no listing has, and see to it that names which nobody
// has do not keep Jenkins busy.
type misses struct {
	wanted time.Time     // when a form last named something that may be new
	pause  time.Duration // from a listing to the next one because of a miss; 0: the shortest
	names  map[string]missed
}

// missed is a name that no listing had.
type missed struct {
	again time.Time // before that it wants no listing
	pause time.Duration
}

const (
	missPause = 5 * time.Second // the shortest from a listing to one because of a miss
	maxMissed = 1000            // how many names are remembered
)

// due is when a listing is due that begins after the last one; false when no miss wants one.
func (m *misses) due(last time.Time) (time.Time, bool) {
	if m.wanted.IsZero() || m.wanted.Before(last) {
		return time.Time{}, false
	}
	if next := last.Add(max(m.pause, missPause)); next.After(m.wanted) {
		return next, true
	}
	return m.wanted, true
}

// note tells whether the miss of a name is a reason to list. One that was a reason before is one again later and later.
func (m *misses) note(name string, now time.Time, longest time.Duration) bool {
	known, ok := m.names[name]
	switch {
	case ok && now.Before(known.again):
		return false
	case !ok && len(m.names) >= maxMissed:
		m.names = nil
	}
	known.pause = min(max(2*known.pause, missPause), max(longest, missPause))
	known.again = now.Add(known.pause)
	if m.names == nil {
		m.names = map[string]missed{}
	}
	m.names[name] = known
	m.wanted = now
	return true
}

// listed notes what a listing brought: nothing new makes the next one because of a miss wait longer, up to longest.
func (m *misses) listed(changed, wasWanted bool, longest time.Duration) {
	switch {
	case changed:
		m.pause, m.names = 0, nil
	case wasWanted:
		m.pause = min(max(2*m.pause, 2*missPause), max(longest, missPause))
	}
}

// missing notes that a form names something that the controllers do not list.
func (s *Service) missing(name string, controllers ...*Controller) {
	name = model.Cut(name, 100)
	for _, c := range controllers {
		c.turn.mu.Lock()
		wants := c.turn.misses.note(name, s.now(), c.RefreshMax)
		c.turn.mu.Unlock()
		if wants {
			ring(s.bells.listing[c.Name])
		}
	}
}

// findProject finds a project as Catalogue.FindProject does. One that nobody knows may be new.
func (s *Service) findProject(c *Catalogue, value string) (*Project, error) {
	p, err := c.FindProject(value)
	if _, n := c.index.find(value); n == 0 && !isMore(value) {
		s.missing(value, s.meant(value)...)
	}
	return p, err
}

// findApp finds an app as Project.FindApp does. One that nobody knows may be new.
func (s *Service) findApp(p *Project, value string) (*App, error) {
	app, err := p.FindApp(value)
	if _, n := p.index.find(value); n == 0 && !isMore(value) {
		s.missing(p.Key+" "+value, s.behind(p)...)
	}
	return app, err
}

// onBranch is App.OnBranch. A branch that nobody knows may be new.
func (s *Service) onBranch(app *App, branches []string) (*App, error) {
	built, err := app.OnBranch(branches...)
	if err != nil && len(branches) == 1 {
		s.missing(app.Key()+" "+branches[0], s.controllers[app.Controller])
	}
	return built, err
}

// found are the options that a keyword finds, of those that are seen; nil: all. When there are none, what is looked for may
// be new.
func (s *Service) found(m *menu, keyword string, sees func(int) bool, behind func() []*Controller) *model.Choices {
	found := m.search(s.alphabet, keyword, sees)
	if found.Total == 0 {
		s.missing(keyword, behind()...)
	}
	return found
}

// mistaken notes that the catalogue has a job otherwise than Jenkins.
func (s submitter) mistaken(d *model.Deployment) { s.missing(d.FullName, s.c) }

// meant are the controllers that a key or name may be of: the one that it begins with, else all.
func (s *Service) meant(key string) []*Controller {
	name, _, found := strings.Cut(key, ":")
	if c := s.controllers[name]; c != nil && found {
		return []*Controller{c}
	}
	return s.ordered
}

// behind are the controllers of a project: that of its key, or those that an explicit project names.
func (s *Service) behind(p *Project) []*Controller {
	if strings.Contains(p.Key, ":") {
		return s.meant(p.Key)
	}
	var list []*Controller
	for _, rule := range s.explicit {
		for i := range rule.Apps {
			c := s.controllers[rule.Apps[i].Controller]
			if rule.ID == p.Key && c != nil && !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return list
}
