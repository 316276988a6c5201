package service

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/oabridge/oabridge/model"
)

// live are the lists of apps whose names say what goes on with them.
type live struct {
	menus atomic.Pointer[map[*menu]*menu] // by the plain one; a map never changes

	mu     sync.Mutex // held while lists are made anew
	states map[string]map[string]appState
}

func newLive() *live {
	l := &live{states: map[string]map[string]appState{}}
	l.menus.Store(&map[*menu]*menu{})
	return l
}

// now is a list with what goes on behind its names.
func (l *live) now(plain *menu) *menu {
	if m := (*l.menus.Load())[plain]; m != nil {
		return m
	}
	return plain
}

// tell makes known what goes on with a controller's apps, by the full names of their jobs.
func (l *live) tell(c *Catalogue, controller string, states map[string]appState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !maps.Equal(l.states[controller], states) {
		l.states[controller] = states
		l.remake(c)
	}
}

// take makes the lists of a new catalogue.
func (l *live) take(c *Catalogue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remake(c)
}

// remake makes the lists anew that changed, and keeps the others with what was rendered of them. The caller holds the lock.
func (l *live) remake(c *Catalogue) {
	if len(l.states) == 0 || c == nil {
		return
	}
	before, after := *l.menus.Load(), map[*menu]*menu{}
	for _, p := range c.Projects {
		options := l.options(p)
		switch known := before[p.menu]; {
		case options == nil: // nothing goes on
		case known != nil && slices.Equal(known.options, options):
			after[p.menu] = known
		default:
			after[p.menu] = newLiveMenu(options, p.menu)
		}
	}
	l.menus.Store(&after)
}

// options are a project's options with what goes on; nil when nothing does.
func (l *live) options(p *Project) []model.Option {
	var options []model.Option
	for i, app := range p.Apps {
		state := l.stateOf(app)
		if state == (appState{}) {
			continue
		}
		if name := p.decorated(i, state); name != p.options[i].Name {
			if options == nil {
				options = slices.Clone(p.options)
			}
			options[i].Name = name
		}
	}
	return options
}

// stateOf is what goes on with an app; with one of its branches, when it has some.
func (l *live) stateOf(app *App) appState {
	states := l.states[app.Controller]
	state := states[app.FullName]
	for _, branch := range app.Branches {
		state = state.or(states[branch.FullName])
	}
	return state
}
