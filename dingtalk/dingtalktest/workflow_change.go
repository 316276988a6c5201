package dingtalktest

import "time"

// InstanceChange is what happens to an approval: what DingTalk's event bpms_instance_change tells.
type InstanceChange struct {
	InstanceID  string
	ProcessCode string
	BusinessID  string
	Title       string
	Type        string // start, finish, terminate, delete
	Result      string // agree, refuse; "" unless it finishes
	StaffID     string // the originator
	Created     time.Time
	Finished    time.Time
}

// Watch has f told of every change from now on, in the goroutine of whoever makes it.
func (s *Server) Watch(f func(InstanceChange)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, f)
}

// changed notes a change; tell tells it, without the lock.
func (s *Server) changed(i *instance, kind string) {
	c := InstanceChange{
		InstanceID: i.ID, ProcessCode: i.ProcessCode, BusinessID: i.BusinessID, Title: i.title(), Type: kind,
		StaffID: i.Originator, Created: i.Created, Finished: i.Finished,
	}
	if kind == "finish" {
		c.Result = i.Result
	}
	s.changes = append(s.changes, c)
}

func (s *Server) tell() {
	s.mu.Lock()
	changes, watchers := s.changes, s.watchers
	s.changes = nil
	s.mu.Unlock()
	for _, c := range changes {
		for _, watcher := range watchers {
			watcher(c)
		}
	}
}
