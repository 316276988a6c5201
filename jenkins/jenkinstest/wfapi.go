package jenkinstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// wfJSON is an answer of the stage view: plain JSON without Jenkins' own headers.
func wfJSON(v any) *answer {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // only maps, slices and strings
	return newAnswer(http.StatusOK, "application/json;charset=utf-8", bytes.TrimSpace(out.Bytes()))
}

// wfMissing is the stage view's own 404, for what is no pipeline.
func wfMissing(s *Server) *answer {
	body := "<html><head><meta http-equiv='refresh' content='1;url=..'/><script id='redirect' data-redirect-url='..' src='/static/" +
		s.sessionID() + "/scripts/redirect.js'></script></head><body style='background-color:white; color:white;'>\nNot found\n<!--"
	return newAnswer(http.StatusNotFound, "text/html;charset=utf-8", []byte(body))
}

func (s *Server) wfJob(c *call, i *item, rest []string) *answer {
	if !i.pipeline() {
		return wfMissing(s)
	}
	if len(rest) != 1 {
		return s.notFound()
	}
	switch rest[0] {
	case "describe":
		base := i.path() + "/wfapi/"
		return wfJSON(map[string]any{
			"_links": map[string]any{"self": href(base + "describe"), "runs": href(base + "runs")},
			"name":   i.name(), "runCount": len(i.builds),
		})
	case "runs":
		runs := []any{}
		for n := len(i.builds) - 1; n >= 0 && len(runs) < 10; n-- {
			if b := i.builds[n]; !b.started.After(c.now) {
				runs = append(runs, b.describe(c.now))
			}
		}
		return wfJSON(runs)
	}
	return s.notFound()
}

func (s *Server) wfRun(c *call, b *build, rest []string) *answer {
	if !b.item.pipeline() {
		return wfMissing(s)
	}
	if len(rest) != 1 {
		return s.notFound()
	}
	switch rest[0] {
	case "describe":
		return wfJSON(b.describe(c.now))
	case "pendingInputActions":
		actions := []any{}
		for _, in := range b.waiting {
			actions = append(actions, b.pendingAction(in))
		}
		return wfJSON(actions)
	case "nextPendingInputAction":
		if len(b.waiting) == 0 {
			return wfJSON(nil)
		}
		return wfJSON(b.pendingAction(b.waiting[0]))
	case "inputSubmit":
		return s.wfSubmit(c, b)
	}
	return s.notFound()
}

// wfSubmit is the proceedUrl: like input/ID/proceed, but a refusal is a 500.
func (s *Server) wfSubmit(c *call, b *build) *answer {
	if c.r.Method != http.MethodPost {
		return postRequired("com.cloudbees.workflow.rest.endpoints.RunAPI.doInputSubmit")
	}
	in := b.pending(c.form.Get("inputId"))
	switch {
	case in == nil:
		return s.notFound()
	case !c.maySubmit(b, in), !s.submit(c, b, in):
		return s.oops()
	}
	return newAnswer(http.StatusOK, "", nil)
}

func href(path string) map[string]any { return map[string]any{"href": path} }

func (b *build) pendingAction(in *Input) map[string]any {
	proceed := in.Proceed
	if proceed == "" {
		proceed = "Proceed"
	}
	inputs := []any{}
	for _, p := range in.Parameters {
		inputs = append(inputs, map[string]any{
			"type": p.classes().kind, "name": p.Name, "description": p.Description, "definition": p.wfDefinition(),
		})
	}
	return map[string]any{
		"id": in.ID, "proceedText": proceed, "message": in.Message, "inputs": inputs,
		"proceedUrl": b.path() + "/wfapi/inputSubmit?inputId=" + in.ID, "abortUrl": b.path() + "/input/" + in.ID + "/abort",
		"redirectApprovalUrl": b.path() + "/input/",
	}
}

// wfDefinition shows the default, a password's too.
func (p *Parameter) wfDefinition() map[string]any {
	d := map[string]any{"defaultVal": p.defaultText()}
	if p.Kind == Boolean {
		d["defaultVal"] = p.defaultText() == "true"
	}
	if p.Kind == Choice {
		d["choices"] = nonNil(p.Choices)
	}
	return d
}

func (b *build) status() string {
	if b.running() {
		if len(b.waiting) > 0 {
			return "PAUSED_PENDING_INPUT"
		}
		return "IN_PROGRESS"
	}
	if b.result == "FAILURE" {
		return "FAILED"
	}
	return b.result
}

func (b *build) describe(now time.Time) map[string]any {
	base := b.path() + "/wfapi/"
	links := map[string]any{"self": href(base + "describe")}
	if len(b.waiting) > 0 {
		links["pendingInputActions"] = href(base + "pendingInputActions")
		links["nextPendingInputAction"] = href(base + "nextPendingInputAction")
	}
	end := b.finished
	if b.running() {
		end = now
	}
	return map[string]any{
		"_links": links, "id": fmt.Sprint(b.number), "name": fmt.Sprintf("#%d", b.number), "status": b.status(),
		"startTimeMillis": b.started.UnixMilli(), "endTimeMillis": end.UnixMilli(),
		"durationMillis": end.Sub(b.started).Milliseconds(), "queueDurationMillis": b.started.Sub(b.queued).Milliseconds(),
		"pauseDurationMillis": 0, "stages": b.stages(now),
	}
}

// stages are the stages entered so far; steps of the same name in a row are one stage.
func (b *build) stages(now time.Time) []any {
	stages := []any{}
	for at := 0; at < len(b.steps); {
		first, last := at, at
		for at++; at < len(b.steps) && b.steps[at].stage == b.steps[first].stage; at++ {
			if !b.steps[at].started.IsZero() {
				last = at
			}
		}
		if st := b.steps[first]; !st.started.IsZero() && st.stage != "" {
			stages = append(stages, b.stage(first, last, now))
		}
	}
	return stages
}

func (b *build) stage(first, last int, now time.Time) map[string]any {
	var took, paused time.Duration
	for _, st := range b.steps[first : last+1] {
		end := st.ended
		if end.IsZero() {
			end = now
		}
		took += end.Sub(st.started)
		if len(st.inputs) > 0 {
			paused += end.Sub(st.started)
		}
	}
	node := fmt.Sprint(4 + 6*first)
	stage := map[string]any{
		"_links": map[string]any{"self": href(b.path() + "/execution/node/" + node + "/wfapi/describe")}, "id": node,
		"name": b.steps[first].stage, "execNode": "", "status": b.stageStatus(last),
		"startTimeMillis": b.steps[first].started.UnixMilli(), "durationMillis": took.Milliseconds(),
		"pauseDurationMillis": paused.Milliseconds(),
	}
	b.stageError(last, stage)
	return stage
}

// stageStatus: the stage that a build stopped in has the build's own status, those before it succeeded.
func (b *build) stageStatus(at int) string {
	if at == b.at && b.running() || at == b.lastStep() && !b.running() && b.result != "UNSTABLE" {
		return b.status()
	}
	return "SUCCESS"
}

func (b *build) lastStep() int {
	last := 0
	for at := range b.steps {
		if !b.steps[at].started.IsZero() {
			last = at
		}
	}
	return last
}

func (b *build) stageError(at int, stage map[string]any) {
	switch b.stageStatus(at) {
	case "ABORTED":
		stage["error"] = map[string]any{"message": nil, "type": "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"}
	case "FAILED":
		message := b.item.job.Error
		if message == "" {
			message = "script returned exit code 1"
		}
		stage["error"] = map[string]any{"message": message, "type": "hudson.AbortException"}
	}
}
