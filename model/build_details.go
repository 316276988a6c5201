package model

// BuildDetails are what a build left behind. The JSON form is stored.
type BuildDetails struct {
	Tests   *TestCounts `json:"tests,omitempty"` // nil: it published none
	Changes []Change    `json:"changes,omitempty"`
	Failure *Failure    `json:"failure,omitempty"` // nil: it did not fail, or nothing is known
}

// Failure is where a build failed, as far as Jenkins tells.
type Failure struct {
	Stage string   `json:"stage,omitempty"` // the first stage that failed; "" when it is no pipeline
	Error string   `json:"error,omitempty"` // in Jenkins' words
	Lines []string `json:"lines,omitempty"` // the last lines of the log, cleaned and masked
}
