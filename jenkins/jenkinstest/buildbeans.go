package jenkinstest

import (
	"fmt"
	"strconv"
	"time"
)

func (s *Server) buildBean(c *call, b *build) *bean {
	_, class := b.item.job.Kind.classes()
	e := &bean{class: class, fields: make([]field, 0, 24)}
	var result, description any
	if b.result != "" {
		result = b.result
	}
	if b.description != "" {
		description = b.description
	}
	name := "#" + strconv.Itoa(b.number)
	e.add(1, "actions", func() any { return s.buildActions(c, b) }).add(1, "artifacts", []*bean{})
	e.add(1, "building", b.running()).add(1, "description", description).add(1, "displayName", name)
	e.add(1, "duration", b.duration()).add(1, "estimatedDuration", func() any { return b.item.estimate() })
	e.add(1, "executor", func() any { return b.executor() })
	e.add(1, "fullDisplayName", func() any { return b.item.fullDisplayName() + " " + name })
	e.add(1, "id", strconv.Itoa(b.number)).add(1, "inProgress", b.running()).add(1, "keepLog", false)
	e.add(3, "number", b.number).add(1, "queueId", b.queueID).add(1, "result", result)
	e.add(1, "timestamp", b.started.UnixMilli()).add(3, "url", func() any { return s.opt.RootURL + b.path() + "/" })
	if !b.item.pipeline() {
		return e.add(1, "builtOn", "").add(1, "changeSet", b.changeSet()).add(1, "culprits", []*bean{})
	}
	sets := []*bean{}
	if len(b.item.job.Commits) > 0 {
		sets = append(sets, b.changeSet())
	}
	e.add(1, "changeSets", sets).add(1, "culprits", []*bean{})
	e.add(1, "nextBuild", func() any { return s.neighbour(c, b, +1) })
	return e.add(1, "previousBuild", func() any { return s.neighbour(c, b, -1) })
}

// changeSet is the commits as the Git plugin exports them.
func (b *build) changeSet() *bean {
	items := []*bean{}
	for _, c := range b.item.job.Commits {
		author := newBean("").add(9, "absoluteUrl", "").add(9, "fullName", c.Author)
		items = append(items, newBean("hudson.plugins.git.GitChangeSet").add(9, "author", author).
			add(9, "commitId", c.ID).add(9, "msg", c.Message))
	}
	if len(items) == 0 {
		return newBean("hudson.scm.EmptyChangeLogSet").add(9, "items", items).add(9, "kind", nil)
	}
	return newBean("hudson.plugins.git.GitChangeSetList").add(9, "items", items).add(9, "kind", "git")
}

func (s *Server) neighbour(c *call, b *build, by int) any {
	if other := b.item.build(b.number + by); other != nil && !other.started.After(c.now) {
		return s.buildBean(c, other)
	}
	return nil
}

// duration is 0 while a build runs.
func (b *build) duration() int64 {
	if b.running() {
		return 0
	}
	return b.finished.Sub(b.started).Milliseconds()
}

func (b *build) executor() any {
	switch {
	case !b.running():
		return nil
	case b.item.pipeline():
		return newBean("hudson.model.OneOffExecutor")
	}
	return newBean("")
}

// estimate is the mean duration of the last three builds that were not aborted, -1 without any.
func (i *item) estimate() int64 {
	var sum, n int64
	for at := len(i.builds) - 1; at >= 0 && n < 3; at-- {
		if b := i.builds[at]; !b.running() && b.result != "ABORTED" {
			sum += b.duration()
			n++
		}
	}
	if n == 0 {
		return -1
	}
	return sum / n
}

func (b *build) eta(now time.Time) string {
	estimate := b.item.estimate()
	if estimate < 0 {
		return "N/A"
	}
	left := time.Duration(estimate)*time.Millisecond - now.Sub(b.started)
	if left < 0 {
		return "N/A"
	}
	return timeSpan(left)
}

// timeSpan writes a duration as Jenkins does: "4.9 sec", "19 sec", "9 min 58 sec".
func timeSpan(d time.Duration) string {
	ms := d.Milliseconds()
	sec, minutes, hours := ms/1000, ms/60000, ms/3600000
	switch {
	case hours > 0:
		return fmt.Sprintf("%d hr %d min", hours, minutes%60)
	case minutes > 0:
		return fmt.Sprintf("%d min %d sec", minutes, sec%60)
	case sec >= 10:
		return fmt.Sprintf("%d sec", sec)
	case sec >= 1:
		return fmt.Sprintf("%d.%d sec", sec, ms/100%10)
	case ms >= 100:
		return fmt.Sprintf("0.%02d sec", ms/10)
	}
	return fmt.Sprintf("%d ms", ms)
}

const (
	interruptedAction = "jenkins.model.InterruptedBuildAction"
	inputActions      = "org.jenkinsci.plugins.workflow.support.steps.input."
	runDisplay        = "org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction"
)

// buildActions are a build's actions in Jenkins' order; those without exported fields are empty objects.
func (s *Server) buildActions(c *call, b *build) []*bean {
	var actions []*bean
	if len(b.values) > 0 {
		actions = append(actions, newBean("hudson.model.ParametersAction").add(2, "parameters", valueBeans(b.values)))
	}
	actions = append(actions, causeAction(b.causes))
	if tests := b.item.job.Tests; tests != [3]int{} && !b.running() {
		actions = append(actions, newBean("hudson.tasks.junit.TestResultAction").add(2, "failCount", tests[1]).
			add(2, "skipCount", tests[2]).add(2, "totalCount", tests[0]).add(2, "urlName", "testReport"))
	}
	if !b.item.pipeline() {
		if b.interrupted != nil {
			actions = append(actions, b.interruptedBean())
		}
		return append(actions, newBean(""), newBean(runDisplay))
	}
	actions = append(actions, newBean("org.jenkinsci.plugins.workflow.libs.LibrariesAction"))
	actions = append(actions, b.inputActions()...)
	if b.interrupted != nil {
		actions = append(actions, b.interruptedBean())
	}
	actions = append(actions, newBean(""), newBean(""), newBean(runDisplay),
		newBean("org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction"))
	return append(actions, b.pageActions(c)...)
}

// inputActions mark a pipeline that has, or had, an input; an answered one has its approver too.
func (b *build) inputActions() []*bean {
	asked, proceeded, stored := false, 0, false
	for at := range b.steps[:min(b.at+1, len(b.steps))] {
		for _, in := range b.steps[at].inputs {
			asked = true
			stored = stored || in.SubmitterParameter != ""
		}
	}
	for _, a := range b.answers {
		if a.Proceed {
			proceeded++
		}
	}
	var actions []*bean
	if asked {
		actions = append(actions, newBean(inputActions+"InputAction"))
	}
	if proceeded > 0 && stored {
		actions = append(actions, newBean("")) // the stored submitter is an action of its own
	}
	for range proceeded {
		actions = append(actions, newBean(inputActions+"ApproverAction"))
	}
	return actions
}

// pageActions are the pages of a pipeline run; a running one shows more of them to those who may stop it.
func (b *build) pageActions(c *call) []*bean {
	pages := 1
	if b.running() {
		pages = 2
		if c.can(Cancel, b.item) {
			pages = 3
		}
	}
	var actions []*bean
	for range pages {
		actions = append(actions, newBean(""))
	}
	actions = append(actions, newBean("org.jenkinsci.plugins.workflow.job.views.FlowGraphAction"))
	return append(actions, newBean(""), newBean(""), newBean(""))
}

func (b *build) interruptedBean() *bean {
	class, verb := "jenkins.model.CauseOfInterruption$UserInterruption", "Aborted"
	if b.interrupted.rejected {
		class, verb = inputActions+"Rejection", "Rejected"
	}
	c := newBean(class).add(3, "shortDescription", verb+" by "+b.interrupted.user.fullName())
	if b.interrupted.rejected {
		c.add(3, "timestamp", b.interrupted.at.UnixMilli())
	}
	return newBean(interruptedAction).add(1, "causes", []*bean{c.add(3, "user", newBean(""))})
}

func causeAction(causes []cause) *bean {
	beans := make([]*bean, len(causes))
	for i, c := range causes {
		beans[i] = newBean("hudson.model.Cause$UserIdCause").add(3, "shortDescription", "Started by user "+c.fullName).
			add(3, "userId", c.user).add(3, "userName", c.fullName)
	}
	return newBean("hudson.model.CauseAction").add(2, "causes", beans)
}

// computerBean lists what runs: builds on the node's executors, pipelines on one-off ones.
func (s *Server) computerBean(c *call) *bean {
	slots := make([]*bean, s.opt.Executors)
	for i := range slots {
		slots[i] = newBean("").add(1, "currentExecutable", nil)
	}
	oneOff := []*bean{}
	half := s.faults.halves()
	for i, b := range s.active {
		if half && i%2 == 1 {
			continue
		}
		var executable any
		if c.can(Read, b.item) && !b.started.After(c.now) {
			executable = s.buildBean(c, b)
		}
		e := newBean("").add(1, "currentExecutable", executable)
		if b.slot >= 0 && b.slot < len(slots) {
			slots[b.slot] = e
		} else {
			oneOff = append(oneOff, e)
		}
	}
	node := newBean("hudson.model.Hudson$MasterComputer").add(2, "displayName", "Built-In Node").
		add(2, "executors", slots).add(2, "idle", len(s.active) == 0).add(2, "numExecutors", s.opt.Executors).
		add(2, "offline", false).add(2, "oneOffExecutors", oneOff).add(2, "temporarilyOffline", false)
	return newBean("hudson.model.ComputerSet").add(1, "busyExecutors", len(s.active)-len(oneOff)).
		add(1, "computer", []*bean{node}).add(1, "displayName", "Nodes").add(1, "totalExecutors", s.opt.Executors)
}
