package jenkinstest

import (
	"net/http"
	"strconv"
)

// route finds what answers a path.
func (s *Server) route(c *call) *answer {
	if len(c.segs) == 0 {
		return s.htmlPage(http.StatusOK, "Dashboard [Jenkins]")
	}
	if isAPI(c.segs[1:]) {
		switch c.segs[0] {
		case "queue":
			return s.json(c, s.queueBean(c))
		case "computer":
			return s.json(c, s.computerBean(c))
		case "whoAmI":
			return s.whoAmI(c)
		case "me":
			return s.me(c)
		case "crumbIssuer":
			return s.crumbIssuer(c)
		}
	}
	switch c.segs[0] {
	case "api":
		if isAPI(c.segs) {
			return s.json(c, s.rootBean(c))
		}
	case "job":
		return s.routeItem(c)
	case "queue":
		return s.routeQueue(c)
	case "login":
		return s.htmlPage(http.StatusOK, "Sign in [Jenkins]")
	case "createItem":
		return s.createItem(c, s.root)
	case "quietDown", "cancelQuietDown", "restart", "safeRestart":
		return s.manage(c)
	}
	return s.notFound()
}

func isAPI(segs []string) bool { return len(segs) == 2 && segs[0] == "api" && segs[1] == "json" }

// routeItem walks /job/a/job/b; what the caller may not read does not exist.
func (s *Server) routeItem(c *call) *answer {
	at, rest := s.root, c.segs
	for len(rest) >= 2 && rest[0] == "job" {
		if at = at.child(rest[1]); at == nil || !c.can(Read, at) {
			return s.notFound()
		}
		rest = rest[2:]
	}
	if len(rest) == 0 {
		return s.htmlPage(http.StatusOK, at.displayName()+" [Jenkins]")
	}
	if isAPI(rest) {
		return s.json(c, s.itemBean(c, at))
	}
	switch rest[0] {
	case "build":
		return s.trigger(c, at, false)
	case "buildWithParameters":
		return s.trigger(c, at, true)
	case "createItem":
		return s.createItem(c, at)
	case "doDelete":
		return s.doDelete(c, at)
	case "wfapi":
		return s.wfJob(c, at, rest[1:])
	}
	if b := s.pick(at, rest[0], c); b != nil {
		return s.routeBuild(c, b, rest[1:])
	}
	return s.notFound()
}

// pick finds a build by its number or by a permalink; one that is just being handed over is not there yet.
func (s *Server) pick(i *item, which string, c *call) *build {
	if number, err := strconv.Atoi(which); err == nil {
		if b := i.build(number); b != nil && !b.started.After(c.now) {
			return b
		}
		return nil
	}
	if matches := permalinks[which]; matches != nil {
		return s.newest(i, c, matches)
	}
	return nil
}

var permalinkOrder = []string{
	"lastBuild", "lastCompletedBuild", "lastFailedBuild", "lastStableBuild", "lastSuccessfulBuild", "lastUnstableBuild",
	"lastUnsuccessfulBuild",
}

var permalinks = map[string]func(*build) bool{
	"lastBuild":             func(*build) bool { return true },
	"lastCompletedBuild":    func(b *build) bool { return !b.running() },
	"lastFailedBuild":       func(b *build) bool { return b.result == "FAILURE" },
	"lastStableBuild":       func(b *build) bool { return b.result == "SUCCESS" },
	"lastSuccessfulBuild":   func(b *build) bool { return b.result == "SUCCESS" || b.result == "UNSTABLE" },
	"lastUnstableBuild":     func(b *build) bool { return b.result == "UNSTABLE" },
	"lastUnsuccessfulBuild": func(b *build) bool { return !b.running() && b.result != "SUCCESS" },
}

func (s *Server) newest(i *item, c *call, matches func(*build) bool) *build {
	for n := len(i.builds) - 1; n >= 0; n-- {
		if b := i.builds[n]; !b.started.After(c.now) && matches(b) {
			return b
		}
	}
	return nil
}

// routeBuild answers what is below a build.
func (s *Server) routeBuild(c *call, b *build, rest []string) *answer {
	if len(rest) == 0 {
		return s.htmlPage(http.StatusOK, b.item.displayName()+" [Jenkins]")
	}
	if isAPI(rest) {
		return s.json(c, s.buildBean(c, b))
	}
	switch rest[0] {
	case "stop", "term", "kill":
		return s.stop(c, b, rest[0])
	case "submitDescription":
		return s.submitDescription(c, b)
	case "consoleText":
		return newAnswer(http.StatusOK, "text/plain;charset=utf-8", []byte(plainLog(b.rawLog(c.now))))
	case "logText":
		return s.progressiveLog(c, b, rest[1:])
	case "wfapi":
		return s.wfRun(c, b, rest[1:])
	case "input":
		return s.inputStep(c, b, rest[1:])
	}
	return s.notFound()
}

// manage are the administrator's switches.
func (s *Server) manage(c *call) *answer {
	what := c.segs[0]
	if c.r.Method != http.MethodPost {
		return postRequired("hudson.model.Hudson." + what)
	}
	if !c.user.Admin {
		return s.forbidden(c, administer)
	}
	switch what {
	case "quietDown":
		s.quieting = true
	case "cancelQuietDown":
		s.quieting = false
		s.maintain(c.now)
	default:
		s.restart(defaultDown, c.now)
	}
	return redirect(c, http.StatusFound, "/")
}

func (s *Server) doDelete(c *call, i *item) *answer {
	if c.r.Method != http.MethodPost {
		return postRequired("hudson.model.AbstractItem.doDoDelete")
	}
	if i == s.root || !c.can(Delete, i) {
		return s.forbidden(c, Delete)
	}
	s.remove(i)
	return redirect(c, http.StatusFound, i.parent.path()+"/")
}

// submitDescription sets a build's description; real Jenkins wants Run/Update for it.
func (s *Server) submitDescription(c *call, b *build) *answer {
	if c.r.Method != http.MethodPost {
		return postRequired("hudson.model.Run.doSubmitDescription")
	}
	if !c.can(UpdateRun, b.item) {
		return s.forbidden(c, UpdateRun)
	}
	b.description = c.form.Get("description")
	return redirect(c, http.StatusFound, b.path()+"/")
}

// stop is stop, term and kill. The last two exist for pipelines only.
func (s *Server) stop(c *call, b *build, how string) *answer {
	if how != "stop" && !b.item.pipeline() {
		return s.notFound()
	}
	if c.r.Method != http.MethodPost {
		if b.item.pipeline() {
			return postRequired("org.jenkinsci.plugins.workflow.job.WorkflowRun.do" + how)
		}
		return postRequired("hudson.model.AbstractBuild.doStop")
	}
	if !c.can(Cancel, b.item) {
		return s.forbidden(c, Cancel)
	}
	strength := map[string]int{"stop": 0, "term": 1, "kill": 2}[how]
	if b.running() && strength >= b.item.job.Stubborn {
		s.abort(b, c, false)
	}
	return redirect(c, http.StatusFound, b.path()+"/")
}

func (s *Server) abort(b *build, c *call, rejected bool) {
	b.interrupted = &interruption{user: c.user, at: c.now, rejected: rejected}
	if !rejected {
		if !b.item.pipeline() {
			b.extra = append(b.extra, "Terminated", "Build was aborted")
		}
		b.extra = append(b.extra, "Aborted by "+c.user.fullName())
	}
	s.finish(b, c.now, "ABORTED")
}
