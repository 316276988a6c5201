package config

import "time"

// Stop says when a pipeline that goes on after it was told to stop is ended more forcefully.
type Stop struct {
	// TermAfter is how long a pipeline may go on after stop before its steps are given up (term); 0 means never.
	TermAfter time.Duration `yaml:"term_after" default:"1m"`
	// KillAfter is how long it may go on after term before it is ended whatever it is doing (kill); 0 means never.
	KillAfter time.Duration `yaml:"kill_after" default:"1m"`
}

const (
	shortestStop = 5 * time.Second
	longestStop  = 24 * time.Hour
)

func (x Stop) check(r report) {
	if x.TermAfter != 0 {
		r.at("term_after").lasts(x.TermAfter, shortestStop, longestStop)
	}
	if x.KillAfter != 0 {
		r.at("kill_after").lasts(x.KillAfter, shortestStop, longestStop)
	}
	if x.TermAfter == 0 && x.KillAfter != 0 {
		r.at("kill_after").add(x.KillAfter.String(), "nothing is killed that was not terminated before", "set term_after, or kill_after: 0s")
	}
}
