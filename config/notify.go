package config

import (
	"os"
	"slices"
	"strconv"
	"time"
)

// Notify says who is told beside the initiator and the approvers, and in which words.
type Notify struct {
	// Robots are the names of the robots that are told; empty means all of them.
	Robots []string `yaml:"robots"`
	// Language is that of the built-in templates.
	Language string `yaml:"language" default:"zh"` // zh or en
	// Templates is a folder with templates that override the built-in ones; empty means none.
	Templates string `yaml:"templates"`
	// QueuedAfter is how long Jenkins may have a build in its queue before people are told; 0 means never.
	QueuedAfter time.Duration `yaml:"queued_after" default:"10m"`
	// SlowFactor is how many times as long as usual a build may run before people are told; 0 means never.
	SlowFactor float64 `yaml:"slow_factor" default:"2"`
}

func (n Notify) check(r report, robots []Robot) {
	for i, name := range n.Robots {
		known := slices.ContainsFunc(robots, func(b Robot) bool { return b.Name == name })
		if !known {
			r.at("robots").index(i).add(name, "there is no robot of that name", "use a name of dingtalk.robots, or add the robot there")
		}
	}
	if n.QueuedAfter != 0 {
		r.at("queued_after").lasts(n.QueuedAfter, time.Minute, 7*24*time.Hour)
	}
	if n.SlowFactor != 0 && (n.SlowFactor < 1.1 || n.SlowFactor > 100) {
		r.at("slow_factor").add(strconv.FormatFloat(n.SlowFactor, 'g', -1, 64), "out of bounds", "use a number from 1.1 to 100, or 0 to be told never")
	}
	r.at("language").oneOf(n.Language, "zh", "en")
	if n.Templates != "" {
		r.at("templates").folder(n.Templates)
	}
}

func (r report) folder(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.add(path, "the folder cannot be read: "+reason(err), "check the path and who may read it")
	case !info.IsDir():
		r.add(path, "not a folder", "name the folder that holds the files")
	}
}
