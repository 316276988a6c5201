package config

import (
	"maps"
	"slices"
	"time"
)

// The answers an input rule may give.
const (
	AnswerProceed = "proceed"
	AnswerAbort   = "abort"
)

// The values of Jenkins.OnInputTimeout.
const (
	TimeoutWait  = "wait"
	TimeoutAbort = "abort"
)

// longestInput is how long an input step may be let wait.
const longestInput = 30 * 24 * time.Hour

// Input allows the bridge to answer one kind of input step.
type Input struct {
	// Job is a regular expression on the job's full name; empty matches every job.
	Job string `yaml:"job"`
	// ID and Message are regular expressions on the input's id and on what it asks; at least one of them is there.
	ID      string `yaml:"id"`
	Message string `yaml:"message"`
	// Answer is proceed or abort.
	Answer string `yaml:"answer" default:"proceed"`
	// Parameters are sent with the answer; the input's own defaults fill in the rest.
	Parameters map[string]string `yaml:"parameters"`
	// Fields give the input's parameters the values of the approved form's fields, BuildParameters those of the build's own
	// parameters; what has no value there is left to people.
	Fields          map[string]string `yaml:"fields"`
	BuildParameters map[string]string `yaml:"build_parameters"`
	// Limit is how often the rule answers one build; people are asked after that.
	Limit int `yaml:"limit" default:"10"`
}

func (i Input) check(r report) {
	r.at("job").expression(i.Job)
	if i.ID == "" && i.Message == "" {
		r.at("id").add("", "neither id nor message is there", `set an expression such as ^Deploy$ for one of them; id: ".*" answers every input`)
	}
	r.at("id").expression(i.ID)
	r.at("message").expression(i.Message)
	r.at("answer").oneOf(i.Answer, AnswerProceed, AnswerAbort)
	r.at("limit").between(i.Limit, 1, 100)
	sources := []struct {
		key    string
		values map[string]string
	}{{"parameters", i.Parameters}, {"fields", i.Fields}, {"build_parameters", i.BuildParameters}}
	given := map[string]string{}
	for _, source := range sources {
		if i.Answer == AnswerAbort && len(source.values) > 0 {
			r.at(source.key).add("", "an aborted input takes no parameters", "remove "+source.key+" or answer proceed")
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(source.values)) {
			if other := given[name]; other != "" {
				r.at(source.key).add(name, "the parameter has a value in "+other+", too", "keep one of the two")
			}
			if source.key != "parameters" {
				r.at(source.key).at(name).required(source.values[name], "name what the value is taken from")
			}
			given[name] = source.key
		}
	}
}

func (j Jenkins) checkInputs(r report) {
	for i, input := range j.Inputs {
		input.check(r.at("inputs").index(i))
	}
	if j.InputReminder != 0 {
		r.at("input_reminder").lasts(j.InputReminder, time.Minute, longestInput)
	}
	if j.InputTimeout != 0 {
		r.at("input_timeout").lasts(j.InputTimeout, time.Minute, longestInput)
	}
	if j.InputTimeout > 0 && j.InputReminder >= j.InputTimeout {
		r.at("input_reminder").add(j.InputReminder.String(), "nobody would be reminded before the time-out", "make it shorter than input_timeout, or 0 for no reminder")
	}
	r.at("on_input_timeout").oneOf(j.OnInputTimeout, TimeoutWait, TimeoutAbort)
	if j.OnInputTimeout == TimeoutAbort && j.InputTimeout == 0 {
		r.at("on_input_timeout").add(j.OnInputTimeout, "there is no time-out", "set input_timeout, or wait")
	}
}
