package jenkinstest

import (
	"slices"
	"strings"
)

// MoveJob gives a job or a folder another full name, with its builds and its queue items, as a rename or a move does: what runs
// goes on under the new name, and the old one is 404. It reports whether there was one.
func (s *Server) MoveJob(from, to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick(s.opt.Now())
	moved := s.lookup(from)
	if moved == nil {
		return false
	}
	if at, found := moved.parent.find(moved.name()); found {
		moved.parent.children = slices.Delete(moved.parent.children, at, at+1)
	}
	place := s.put(Job{FullName: to, Kind: moved.job.Kind})
	at, _ := place.parent.find(place.name())
	moved.parent, place.parent.children[at] = place.parent, moved
	moved.rename(from, to)
	return true
}

func (i *item) rename(from, to string) {
	i.job.FullName = to + strings.TrimPrefix(i.job.FullName, from)
	for _, child := range i.children {
		child.rename(from, to)
	}
}

// DiscardBuild forgets a build that ended, as log rotation and somebody's click do. It reports whether there was one.
func (s *Server) DiscardBuild(job string, number int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick(s.opt.Now())
	i := s.lookup(job)
	if i == nil {
		return false
	}
	b := i.build(number)
	if b == nil || b.running() {
		return false
	}
	i.builds = slices.DeleteFunc(i.builds, func(o *build) bool { return o == b })
	s.active = slices.DeleteFunc(s.active, func(o *build) bool { return o == b })
	return true
}
