package jenkinstest

import (
	"net/url"
	"slices"
	"strings"
)

// item is a job or a container in the tree of jobs.
type item struct {
	job        Job
	parent     *item
	children   []*item // sorted by name
	views      []View  // sorted by name
	builds     []*build
	nextNumber int
	ran        bool // a build has started: ParametersAfterFirstRun is over
}

func (i *item) name() string {
	if at := strings.LastIndexByte(i.job.FullName, '/'); at >= 0 {
		return i.job.FullName[at+1:]
	}
	return i.job.FullName
}

func (i *item) displayName() string {
	if i.job.DisplayName != "" {
		return i.job.DisplayName
	}
	return i.name()
}

func (i *item) fullDisplayName() string {
	if i.parent == nil || i.parent.parent == nil {
		return i.displayName()
	}
	return i.parent.fullDisplayName() + " » " + i.displayName()
}

// path is the item's path in URLs, "/job/a/job/b".
func (i *item) path() string {
	if i.parent == nil {
		return ""
	}
	return i.parent.path() + "/job/" + url.PathEscape(i.name())
}

func (i *item) container() bool {
	return i.job.Kind == Folder || i.job.Kind == Multibranch || i.job.Kind == Organization
}

func (i *item) pipeline() bool { return i.job.Kind == Pipeline }

// concurrent tells whether two builds may run at once: a freestyle job must allow it, a pipeline must forbid it.
func (i *item) concurrent() bool {
	if i.pipeline() {
		return !i.job.Serial
	}
	return i.job.Concurrent
}

// parameters are the ones Jenkins knows of at this moment.
func (i *item) parameters() []Parameter {
	if i.job.ParametersAfterFirstRun && !i.ran {
		return nil
	}
	return i.job.Parameters
}

func (i *item) child(name string) *item {
	at, found := i.find(name)
	if !found {
		return nil
	}
	return i.children[at]
}

func (i *item) find(name string) (int, bool) {
	return slices.BinarySearchFunc(i.children, name, func(c *item, name string) int {
		return strings.Compare(c.name(), name)
	})
}

func (i *item) running() *build {
	for n := len(i.builds) - 1; n >= 0; n-- {
		if i.builds[n].finished.IsZero() {
			return i.builds[n]
		}
	}
	return nil
}

func (i *item) build(number int) *build {
	for n := len(i.builds) - 1; n >= 0; n-- {
		if i.builds[n].number == number {
			return i.builds[n]
		}
	}
	return nil
}

// lookup finds "a/b/c"; nil when there is no such item.
func (s *Server) lookup(fullName string) *item {
	at := s.root
	for part := range strings.SplitSeq(strings.Trim(fullName, "/"), "/") {
		if at = at.child(part); at == nil {
			return nil
		}
	}
	return at
}

// put adds or replaces an item and creates the folders above it. Builds of a replaced job stay.
func (s *Server) put(job Job) *item {
	job.FullName = strings.Trim(job.FullName, "/")
	if job.Kind == "" {
		job.Kind = Freestyle
	}
	parent := s.root
	if at := strings.LastIndexByte(job.FullName, '/'); at >= 0 {
		above := job.FullName[:at]
		if parent = s.lookup(above); parent == nil {
			parent = s.put(Job{FullName: above, Kind: Folder})
		}
	}
	name := job.FullName[strings.LastIndexByte(job.FullName, '/')+1:]
	at, found := parent.find(name)
	if found {
		parent.children[at].job = job
		return parent.children[at]
	}
	added := &item{job: job, parent: parent, nextNumber: 1}
	parent.children = slices.Insert(parent.children, at, added)
	return added
}

// remove deletes an item with everything below it, its queue items and its running builds.
func (s *Server) remove(i *item) {
	if at, found := i.parent.find(i.name()); found {
		i.parent.children = slices.Delete(i.parent.children, at, at+1)
	}
	below := func(other *item) bool {
		for ; other != nil; other = other.parent {
			if other == i {
				return true
			}
		}
		return false
	}
	s.queue = slices.DeleteFunc(s.queue, func(q *queueItem) bool { return below(q.item) })
	s.active = slices.DeleteFunc(s.active, func(b *build) bool { return below(b.item) })
	for id, q := range s.byID {
		if below(q.item) {
			delete(s.byID, id)
		}
	}
}

// AddJob adds a job or a container, creating the folders above it; one of the same name is replaced.
func (s *Server) AddJob(job Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(job)
}

// AddFolder adds a folder; an existing one gets the display name.
func (s *Server) AddFolder(fullName, displayName string) {
	s.AddJob(Job{FullName: fullName, DisplayName: displayName, Kind: Folder})
}

// SetJob changes a job in place; builds that run already keep the steps they started with. Unknown jobs are ignored.
func (s *Server) SetJob(fullName string, change func(*Job)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.lookup(fullName); i != nil {
		name, kind := i.job.FullName, i.job.Kind
		change(&i.job)
		i.job.FullName, i.job.Kind = name, kind
	}
}

// RemoveJob deletes a job or folder, as doDelete does.
func (s *Server) RemoveJob(fullName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick(s.opt.Now())
	if i := s.lookup(fullName); i != nil {
		s.remove(i)
	}
}
