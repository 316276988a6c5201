package config

// The meanings a result may be given.
const (
	ResultSuccess = "success"
	ResultFailure = "failure"
)

// Result says which results of some jobs' builds count as success, beside SUCCESS itself.
type Result struct {
	// Job is a regular expression on the job's full name; empty matches every job.
	Job string `yaml:"job"`
	// Unstable and NotBuilt are what UNSTABLE and NOT_BUILT count as: success or failure.
	Unstable string `yaml:"unstable" default:"failure"`
	NotBuilt string `yaml:"not_built" default:"failure"`
}

func (x Result) check(r report) {
	r.at("job").expression(x.Job)
	r.at("unstable").oneOf(x.Unstable, ResultSuccess, ResultFailure)
	r.at("not_built").oneOf(x.NotBuilt, ResultSuccess, ResultFailure)
}
