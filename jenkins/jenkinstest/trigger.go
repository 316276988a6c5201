package jenkinstest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// trigger answers /build and /buildWithParameters, refusing in the order the real one does.
func (s *Server) trigger(c *call, i *item, withParameters bool) *answer {
	if i.job.Kind == Folder || i.parent == nil {
		return s.notFound()
	}
	delay, err := s.delay(c, i)
	if err != nil {
		return s.oops()
	}
	if !c.can(BuildItem, i) {
		return s.forbidden(c, BuildItem)
	}
	if c.r.Method != http.MethodPost {
		return s.postForm()
	}
	if i.container() {
		s.scans = append(s.scans, i.job.FullName)
		return redirect(c, http.StatusFound, i.path()+"/") // this starts a scan, not a build
	}
	if i.job.Disabled {
		return notBuildable(i, withParameters)
	}
	if withParameters {
		return s.buildWithParameters(c, i, delay)
	}
	return s.plainBuild(c, i, delay)
}

func notBuildable(i *item, withParameters bool) *answer {
	if withParameters {
		return trace(http.StatusConflict, "java.io.IOException: "+i.name()+" is not buildable!",
			"jenkins.model.ParameterizedJobMixIn.doBuildWithParameters(ParameterizedJobMixIn.java:236)")
	}
	return trace(http.StatusConflict, "java.io.IOException: "+i.name()+" is not buildable",
		"jenkins.model.ParameterizedJobMixIn.doBuild(ParameterizedJobMixIn.java:200)")
}

// delay is the quiet period asked for: a plain number is milliseconds, "3sec" seconds.
func (s *Server) delay(c *call, i *item) (time.Duration, error) {
	text := strings.TrimSpace(c.form.Get("delay"))
	if text == "" {
		if i.job.QuietPeriod != 0 {
			return max(i.job.QuietPeriod, 0), nil
		}
		return max(s.opt.QuietPeriod, 0), nil
	}
	unit := time.Millisecond
	for _, suffix := range []string{"secs", "sec"} {
		if cut, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = cut, time.Second
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	return max(time.Duration(n)*unit, 0), err
}

func (s *Server) buildWithParameters(c *call, i *item, delay time.Duration) *answer {
	params := i.parameters()
	if len(params) == 0 {
		return s.oops()
	}
	var values []value
	for _, p := range params {
		v, given, err := formValue(p, c)
		if err != nil {
			return s.oops()
		}
		if given {
			values = append(values, v)
		}
	}
	q, folded := s.schedule(i, values, c.user, delay, c.now)
	status := http.StatusCreated
	if folded {
		status = http.StatusSeeOther
	}
	return redirect(c, status, queuePath(q))
}

func queuePath(q *queueItem) string { return fmt.Sprintf("/queue/item/%d/", q.id) }

// plainBuild is /build: without parameters a fold cannot be seen; with them it wants the form protocol of the pages.
func (s *Server) plainBuild(c *call, i *item, delay time.Duration) *answer {
	params := i.parameters()
	if len(params) == 0 {
		q, _ := s.schedule(i, nil, c.user, delay, c.now)
		return redirect(c, http.StatusCreated, queuePath(q))
	}
	if !c.form.Has("json") {
		if c.isForm {
			return jettyPage(c.r, http.StatusBadRequest, "This page expects a form submission")
		}
		return jettyPage(c.r, http.StatusBadRequest, "Nothing is submitted")
	}
	values, err := submittedValues(c.form.Get("json"), params)
	if err != nil {
		return s.oops()
	}
	s.schedule(i, values, c.user, delay, c.now)
	return redirect(c, http.StatusCreated, i.path()+"/")
}
