package config

import (
	"os"
	"slices"
)

// Notify says who is told beside the initiator and the approvers, and in which words.
type Notify struct {
	// Robots are the names of the robots that are told; empty means all of them.
	Robots []string `yaml:"robots"`
	// Language is that of the built-in templates.
	Language string `yaml:"language" default:"zh"` // zh or en
	// Templates is a folder with templates that override the built-in ones; empty means none.
	Templates string `yaml:"templates"`
}

func (n Notify) check(r report, robots []Robot) {
	for i, name := range n.Robots {
		known := slices.ContainsFunc(robots, func(b Robot) bool { return b.Name == name })
		if !known {
			r.at("robots").index(i).add(name, "there is no robot of that name", "use a name of dingtalk.robots, or add the robot there")
		}
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
