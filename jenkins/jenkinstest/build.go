package jenkinstest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// build is one run of a job.
type build struct {
	item        *item
	number      int
	queueID     int64
	values      []value
	causes      []cause
	queued      time.Time
	started     time.Time
	finished    time.Time
	result      string
	description string
	steps       []step
	at          int // index of the step running
	stepEnd     time.Time
	waiting     []*Input // inputs asked now
	answers     []Answer
	interrupted *interruption
	slot        int // executor; -1 for pipelines
	nulled      bool
	extra       []string // log lines of inputs and aborts
	vanished    bool
}

type interruption struct {
	user     *User
	at       time.Time
	rejected bool // by an input step, not by stop
}

// step is a stretch of work or a group of inputs asked at the same time.
type step struct {
	stage   string // empty: outside any stage
	work    time.Duration
	inputs  []Input
	started time.Time
	ended   time.Time
}

// plan turns the description of a job into the steps of one build.
func plan(job *Job) []step {
	if job.Kind != Pipeline {
		return []step{{work: job.Duration}}
	}
	stages := job.Stages
	if stages == nil && len(job.Inputs) > 0 {
		stages = []string{"构建", defaultInputStage, "发布"}
	}
	asks := map[string][]Input{}
	for _, in := range job.Inputs {
		if in.Stage == "" {
			in.Stage = defaultInputStage
		}
		asks[in.Stage] = append(asks[in.Stage], in)
	}
	works := 0
	for _, name := range stages {
		if len(asks[name]) == 0 {
			works++
		}
	}
	var steps []step
	for _, name := range stages {
		if len(asks[name]) == 0 {
			steps = append(steps, step{stage: name, work: job.Duration / time.Duration(works)})
			continue
		}
		steps = append(steps, inputSteps(name, asks[name])...)
	}
	if works == 0 {
		steps = append(steps, step{work: job.Duration})
	}
	return steps
}

const defaultInputStage = "审批"

func inputSteps(stage string, inputs []Input) []step {
	var steps []step
	for i, in := range inputs {
		if i > 0 && in.Parallel > 0 && in.Parallel == inputs[i-1].Parallel {
			last := &steps[len(steps)-1]
			last.inputs = append(last.inputs, in)
			continue
		}
		steps = append(steps, step{stage: stage, inputs: []Input{in}})
	}
	return steps
}

// inputID is the id the step names, else 32 hex digits that stay the same for a job.
func inputID(job string, in *Input) string {
	if in.ID != "" {
		return in.ID
	}
	sum := md5.Sum([]byte(job + "\n" + in.Message))
	return hex.EncodeToString(sum[:])
}

func (b *build) running() bool { return b.finished.IsZero() }

func (b *build) path() string { return fmt.Sprintf("%s/%d", b.item.path(), b.number) }

// enter starts the step b.at, or ends the build when there is none.
func (s *Server) enter(b *build, at time.Time) {
	if b.at >= len(b.steps) {
		s.finish(b, at, "")
		return
	}
	st := &b.steps[b.at]
	st.started = at
	if len(st.inputs) == 0 {
		b.stepEnd = at.Add(st.work)
		return
	}
	for i := range st.inputs {
		in := &st.inputs[i]
		in.ID = inputID(b.item.job.FullName, in)
		b.waiting = append(b.waiting, in)
	}
}

func (s *Server) advance(b *build, at time.Time) {
	b.steps[b.at].ended = at
	b.at++
	s.enter(b, at)
}

// finish ends a build; an empty result asks the job.
func (s *Server) finish(b *build, at time.Time, result string) {
	if b.at < len(b.steps) {
		b.steps[b.at].ended = at
	}
	b.waiting = nil
	b.finished = at
	job := &b.item.job
	switch {
	case result != "":
	case b.nulled:
		result = "FAILURE"
	case job.ResultOf != nil:
		result = job.ResultOf(b.view())
	}
	if result == "" {
		result = job.Result
	}
	if result == "" {
		result = "SUCCESS"
	}
	b.result = result
}

// view is the build as the ledger shows it.
func (b *build) view() Build {
	v := Build{
		Job: b.item.job.FullName, Number: b.number, QueueID: b.queueID, Parameters: map[string]string{},
		Result: b.result, Building: b.running() && !b.vanished, Description: b.description, Queued: b.queued,
		Started: b.started, Finished: b.finished, Answers: slices.Clone(b.answers), Vanished: b.vanished,
	}
	for _, val := range b.values {
		v.Parameters[val.param.Name] = val.text
	}
	for _, c := range b.causes {
		v.Causes = append(v.Causes, c.user)
	}
	if len(v.Causes) > 0 {
		v.User = v.Causes[0]
	}
	for _, in := range b.waiting {
		v.Waiting = append(v.Waiting, in.ID)
	}
	return v
}

// FinishAll ends every running build now, paused ones too, with the result its job gives.
func (s *Server) FinishAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.tick(now)
	for _, b := range s.active {
		if b.running() {
			s.finish(b, now, "")
		}
	}
	s.tick(now)
}

// Finish ends one running build now; an empty result is the one its job gives. It reports whether there was one.
func (s *Server) Finish(job string, number int, result string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.tick(now)
	i := s.lookup(job)
	if i == nil {
		return false
	}
	b := i.build(number)
	if b == nil || !b.running() {
		return false
	}
	s.finish(b, now, result)
	s.tick(now)
	return true
}
