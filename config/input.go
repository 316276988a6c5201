package config

// The answers an input rule may give.
const (
	AnswerProceed = "proceed"
	AnswerAbort   = "abort"
)

// Input allows the bridge to answer one kind of input step.
type Input struct {
	// Job is a regular expression on the job's full name; empty matches every job.
	Job string `yaml:"job"`
	// ID is a regular expression on the input's id.
	ID string `yaml:"id"`
	// Answer is proceed or abort.
	Answer string `yaml:"answer" default:"proceed"`
	// Parameters are sent with the answer; the input's own defaults fill in the rest.
	Parameters map[string]string `yaml:"parameters"`
}

func (i Input) check(r report) {
	r.at("job").expression(i.Job)
	if r.at("id").required(i.ID, `set an expression such as ^Deploy$; ".*" answers every input`) {
		r.at("id").expression(i.ID)
	}
	r.at("answer").oneOf(i.Answer, AnswerProceed, AnswerAbort)
	if i.Answer == AnswerAbort && len(i.Parameters) > 0 {
		r.at("parameters").add("", "an aborted input takes no parameters", "remove parameters or answer proceed")
	}
}
