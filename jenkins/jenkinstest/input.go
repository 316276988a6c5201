package jenkinstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// inputStep answers /input/ID/{proceedEmpty,proceed,submit,abort}.
func (s *Server) inputStep(c *call, b *build, rest []string) *answer {
	if len(rest) == 0 && len(b.waiting) > 0 {
		return s.htmlPage(http.StatusOK, fmt.Sprintf("Paused for Input : %s #%d [Jenkins]", b.item.displayName(), b.number))
	}
	if len(rest) != 2 {
		return s.notFound()
	}
	in := b.pending(rest[0])
	if in == nil {
		return s.notFound()
	}
	method := map[string]string{"proceedEmpty": "ProceedEmpty", "proceed": "Proceed", "submit": "Submit", "abort": "Abort"}[rest[1]]
	if method == "" {
		return s.notFound()
	}
	if c.r.Method != http.MethodPost {
		return postRequired("org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution.do" + method)
	}
	switch {
	case rest[1] == "abort":
		return s.rejectInput(c, b, in)
	case !c.maySubmit(b, in):
		return s.notSubmitter(in)
	case rest[1] == "proceedEmpty":
		s.proceed(c, b, in, nil)
		return newAnswer(http.StatusOK, "", nil)
	case rest[1] == "submit" && !c.form.Has("proceed"):
		// the button's caption is missing from the form, so it must have been the other button
		s.reject(c, b, in)
		return redirect(c, http.StatusFound, b.path()+"/console")
	}
	if !s.submit(c, b, in) {
		return s.oops()
	}
	if rest[1] == "submit" {
		return redirect(c, http.StatusFound, b.path()+"/console")
	}
	return newAnswer(http.StatusOK, "", nil)
}

func (b *build) pending(id string) *Input {
	for _, in := range b.waiting {
		if in.ID == id {
			return in
		}
	}
	return nil
}

func (c *call) named(in *Input) bool { return slices.Contains(in.Submitters, c.user.Name) }

// maySubmit: those the input names; without names whoever may build; an administrator always.
func (c *call) maySubmit(b *build, in *Input) bool {
	if c.user.Admin {
		return true
	}
	if len(in.Submitters) > 0 {
		return c.named(in)
	}
	return c.can(BuildItem, b.item)
}

func (s *Server) notSubmitter(in *Input) *answer {
	message := "You need to have Job/Build permissions to submit this."
	if len(in.Submitters) > 0 {
		message = "You need to be " + strings.Join(in.Submitters, ",") + " to submit this."
	}
	return s.inputError(message)
}

func (s *Server) inputError(message string) *answer {
	return s.htmlPage(http.StatusBadRequest, "Jenkins [Jenkins]").set("X-Error", message)
}

// rejectInput lets also those abort who may cancel builds.
func (s *Server) rejectInput(c *call, b *build, in *Input) *answer {
	if !c.maySubmit(b, in) && !c.can(Cancel, b.item) {
		who := "have Job/Build permissions"
		if len(in.Submitters) > 0 {
			who = "be '" + strings.Join(in.Submitters, ",") + "'"
		}
		return s.inputError("You need to " + who + " (or have Job/Cancel permissions) to cancel this.")
	}
	s.reject(c, b, in)
	return newAnswer(http.StatusOK, "", nil)
}

func (s *Server) reject(c *call, b *build, in *Input) {
	b.answers = append(b.answers, Answer{ID: in.ID, User: c.user.Name, At: c.now})
	b.extra = append(b.extra, "Rejected by "+c.user.fullName())
	s.abort(b, c, true)
}

// submit reads json={"parameter":[…]}: an unknown name or an illegal value leaves the input waiting.
func (s *Server) submit(c *call, b *build, in *Input) bool {
	var form submission
	if text := c.form.Get("json"); text != "" {
		if err := json.Unmarshal([]byte(text), &form); err != nil {
			return false
		}
	}
	given := map[string]any{}
	for _, field := range form.Parameter {
		at := slices.IndexFunc(in.Parameters, func(p Parameter) bool { return p.Name == field.Name })
		if at < 0 {
			return false
		}
		v, err := makeValue(in.Parameters[at], texts(field.Value))
		if err != nil {
			return false
		}
		given[field.Name] = v.text
		if v.param.Kind == Boolean {
			given[field.Name] = v.text == "true"
		}
	}
	s.proceed(c, b, in, given)
	return true
}

// proceed answers an input. Parameters left out are null; when all are, the pipeline fails as it reads the first.
func (s *Server) proceed(c *call, b *build, in *Input, given map[string]any) {
	all := map[string]any{}
	for _, p := range in.Parameters {
		all[p.Name] = given[p.Name]
	}
	b.answers = append(b.answers, Answer{ID: in.ID, User: c.user.Name, Proceed: true, Parameters: all, At: c.now})
	b.extra = append(b.extra, "Approved by "+c.user.fullName())
	b.waiting = slices.DeleteFunc(b.waiting, func(o *Input) bool { return o == in })
	if len(in.Parameters) > 0 && len(given) == 0 {
		b.nulled = true
		b.extra = append(b.extra, "java.lang.NullPointerException: Cannot get property '"+in.Parameters[0].Name+"' on null object")
		s.finish(b, c.now, "")
		return
	}
	if len(b.waiting) == 0 {
		s.advance(b, c.now)
	}
}
