package dingtalktest

import (
	"fmt"
	"time"
)

// Decide ends a running approval: the user agrees or refuses as its last approver.
func (s *Server) Decide(instanceID, userID string, agree bool, remark string) error {
	return s.DecideBy("EXECUTE_TASK_NORMAL", instanceID, userID, agree, remark)
}

// DecideBy is Decide in another way: EXECUTE_TASK_AGENT for somebody else, EXECUTE_TASK_AUTO by a rule.
func (s *Server) DecideBy(kind, instanceID, userID string, agree bool, remark string) error {
	return s.act(instanceID, userID, func(i *instance, now time.Time) error {
		i.execute(userID, kind, agree, remark, now)
		i.Result = "refuse"
		if agree {
			i.Result = "agree"
		}
		i.finish(completed, now)
		s.changed(i, "finish")
		return nil
	})
}

// Endorse is one approver's agreement, with others still to come.
func (s *Server) Endorse(instanceID, userID, remark string) error {
	return s.act(instanceID, userID, func(i *instance, now time.Time) error {
		i.execute(userID, "EXECUTE_TASK_NORMAL", true, remark, now)
		return nil
	})
}

// Redirect hands a user's task over to another one. Nothing is decided by that.
func (s *Server) Redirect(instanceID, userID, to, remark string) error {
	return s.act(instanceID, userID, func(i *instance, now time.Time) error {
		if !s.userExists(to) {
			return fmt.Errorf("no user %q", to)
		}
		i.task(userID, completed, "REDIRECTED", now)
		i.task(to, running, "", now)
		i.record(userID, "REDIRECT_TASK", "NONE", remark, now)
		return nil
	})
}

// Remark adds a comment of a person.
func (s *Server) Remark(instanceID, userID, text string) error {
	return s.act(instanceID, userID, func(i *instance, now time.Time) error {
		i.record(userID, "ADD_REMARK", "NONE", text, now)
		return nil
	})
}

// Terminate withdraws a running approval, which DingTalk does not allow in the first 15 seconds.
func (s *Server) Terminate(instanceID, userID, remark string) error {
	return s.act(instanceID, userID, func(i *instance, now time.Time) error {
		if now.Sub(i.Created) < terminateAfter {
			return fmt.Errorf("instance %q was started less than %s ago", instanceID, terminateAfter)
		}
		s.terminate(i, userID, remark)
		return nil
	})
}

// Delete makes an approval vanish, as an administrator can.
func (s *Server) Delete(instanceID string) error {
	defer s.tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.instances[instanceID]
	if !ok {
		return fmt.Errorf("no instance %q", instanceID)
	}
	delete(s.instances, instanceID)
	s.deleted[instanceID] = i
	s.changed(i, "delete")
	return nil
}

// Revoke asks for an agreed approval to be taken back. That is an approval of its own, which somebody has to decide.
func (s *Server) Revoke(instanceID, userID string) (string, error) {
	defer s.tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	main, ok := s.instances[instanceID]
	if !ok || main.Status != completed || main.Result != "agree" || main.Action == "REVOKE" || !s.userExists(userID) {
		return "", fmt.Errorf("no agreed instance %q for user %q", instanceID, userID)
	}
	revoke := &instance{ProcessCode: main.ProcessCode, Originator: userID, Values: main.Values, Action: "REVOKE", Main: main.ID}
	s.begin(revoke)
	return revoke.ID, nil
}

// SetLag lets a finished approval be read as running for a while.
func (s *Server) SetLag(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lag = d
}

// act does what a person does to a running approval.
func (s *Server) act(instanceID, userID string, do func(*instance, time.Time) error) error {
	defer s.tell()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.instances[instanceID]
	if !ok || i.Status != running || !s.userExists(userID) {
		return fmt.Errorf("no running instance %q for user %q", instanceID, userID)
	}
	return do(i, s.opts.Now())
}

func (s *Server) terminate(i *instance, userID, remark string) {
	now := s.opts.Now()
	i.record(userID, "TERMINATE_PROCESS_INSTANCE", "NONE", remark, now)
	i.finish(terminated, now)
	s.changed(i, "terminate")
}

// execute is somebody's decision on a task.
func (i *instance) execute(userID, kind string, agree bool, remark string, now time.Time) {
	result := "REFUSE"
	if agree {
		result = "AGREE"
	}
	i.task(userID, completed, result, now)
	i.record(userID, kind, result, remark, now)
}

// finish ends the instance, and the tasks that nobody did.
func (i *instance) finish(status string, now time.Time) {
	i.Status, i.Finished = status, now
	for _, task := range i.tasks {
		if task["status"] == running {
			task["status"], task["finishTime"] = "CANCELED", wallClock(now)
		}
	}
}

// task ends the user's running task, or gives the user one.
func (i *instance) task(userID, status, result string, now time.Time) {
	for _, task := range i.tasks {
		if task["userId"] == userID && task["status"] == running {
			task["status"], task["result"], task["finishTime"] = status, result, wallClock(now)
			return
		}
	}
	task := map[string]any{
		"taskId": 71000000000 + len(i.tasks) + 1, "userId": userID, "status": status, "createTime": wallClock(now),
		"processInstanceId": i.ID,
	}
	if result != "" {
		task["result"], task["finishTime"] = result, wallClock(now)
	}
	i.tasks = append(i.tasks, task)
}

func (i *instance) record(userID, kind, result, remark string, at time.Time) {
	i.records = append(i.records, map[string]any{
		"userId": userID, "type": kind, "result": result, "remark": remark, "date": wallClock(at),
	})
}
