package config

import (
	"strconv"
	"time"
)

// Logs says what is kept of what builds write.
type Logs struct {
	// Keep is how long the log of a finished build is kept, compressed in the database; 0 means not at all.
	Keep time.Duration `yaml:"keep" default:"2160h"`
	// MaxSize is how many bytes of text are kept of one log: its beginning and its end.
	MaxSize int `yaml:"max_size" default:"20971520"`
	// Mask are regular expressions on a line: what their first group matches is hidden, all of it when they have none.
	Mask []string `yaml:"mask"`
	// FailureLines is how many of its last lines people are told when a build failed; 0 means none.
	FailureLines int `yaml:"failure_lines" default:"15"`
}

// Bounds of logs.max_size: two blocks, and what one process can hold of several logs at a time.
const (
	leastLog         = 1 << 20
	mostLog          = 256 << 20
	mostFailureLines = 50
)

func (l Logs) check(r report) {
	if l.Keep != 0 {
		r.at("keep").lasts(l.Keep, time.Hour, 100*365*24*time.Hour)
	}
	if l.MaxSize < leastLog || l.MaxSize > mostLog {
		r.at("max_size").add(strconv.Itoa(l.MaxSize), "out of bounds", "use a number of bytes from 1048576 (1 MB) to 268435456 (256 MB)")
	}
	r.at("mask").expressions(l.Mask)
	if l.FailureLines < 0 || l.FailureLines > mostFailureLines {
		r.at("failure_lines").add(strconv.Itoa(l.FailureLines), "out of bounds", "use a number of lines from 0 (none) to 50")
	}
}
