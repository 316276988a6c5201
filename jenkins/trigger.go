package jenkins

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// noDelay skips the quiet period. Measured: with a unit, because a plain number would be milliseconds.
const noDelay = "0sec"

// Trigger POSTs once and never follows a redirect. It returns the queue id. parameterised chooses between
// buildWithParameters and build. Every parameter is sent once, but for those with several values, which are sent one by
// one; the last one of a name counts. Errors:
// jenkins_unavailable (surely not accepted: no connection, 503, 429), jenkins_outcome_unknown (time-out, cut connection,
// other 5xx), jenkins_folded (303), jenkins_auth, jenkins_forbidden, jenkins_not_found, jenkins_job_disabled,
// jenkins_rejected (other 4xx), jenkins_protocol (201 without a queue id: look for it).
func (c *Client) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error) {
	r, err := c.trigger(job, parameterised, parameters)
	if err != nil {
		return 0, err
	}
	op := triggering(job)
	x, err := c.do(ctx, op, r)
	if x == nil {
		return 0, err
	}
	return c.queued(op, x, err)
}

// trigger is what Trigger sends.
func (c *Client) trigger(job string, parameterised bool, parameters []model.ParameterValue) (request, error) {
	path, err := c.jobPath(job)
	if err != nil {
		return request{}, err
	}
	r := request{path: path + "/build", query: map[string]string{"delay": noDelay}}
	if parameterised {
		r.path, r.form = path+"/buildWithParameters", formOf(parameters)
	}
	if r.form.Has("delay") {
		// Jenkins reads both into the same name and refuses a string parameter with two values.
		r.query = nil
	}
	return r, nil
}

// Draft is the POST that Trigger would make. Nothing is sent. Errors: jenkins_not_found (no job can have this name).
func (c *Client) Draft(job string, parameterised bool, parameters []model.ParameterValue) (model.Post, error) {
	r, err := c.trigger(job, parameterised, parameters)
	if err != nil {
		return model.Post{}, err
	}
	p := model.Post{Method: triggering(job).method, URL: c.address(r)}
	if r.form == nil {
		return p, nil
	}
	p.Type, p.Body = formType, r.form.Encode()
	for _, name := range slices.Sorted(maps.Keys(r.form)) { // as Encode orders them
		for _, value := range r.form[name] {
			p.Fields = append(p.Fields, model.PostField{Name: name, Value: value})
		}
	}
	return p, nil
}

// formOf encodes parameters as the measured form does: urlencoded UTF-8, because multipart destroys it.
func formOf(parameters []model.ParameterValue) url.Values {
	form := make(url.Values, len(parameters))
	for _, p := range parameters {
		form[p.Name] = p.Each
		if len(p.Each) == 0 {
			form.Set(p.Name, p.Value)
		}
	}
	return form
}

// queued reads the queue id of a 201. A 303 is Jenkins folding the request only when it leads to a queue item; a
// proxy's login page is reached by 303 as well.
func (c *Client) queued(op operation, x *exchange, err error) (int64, error) {
	id, ok := queueID(x.header.Get("Location"))
	folded := model.CodeOf(err) == model.CodeJenkinsFolded
	switch {
	case ok && err == nil:
		return id, nil
	case err != nil && (ok || !folded):
		return 0, err
	case x.status == http.StatusCreated:
		return 0, model.Errorf(model.CodeJenkinsProtocol,
			"Jenkins「%s」接受了%s，但没有给出队列编号；请检查中间的代理是否删改了 Location 头", c.name, op.what())
	}
	return 0, model.Errorf(model.CodeJenkinsProtocol, "%s", c.unexpected(op, x))
}
