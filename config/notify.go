package config

import "slices"

// Notify says who is told beside the initiator and the approvers.
type Notify struct {
	// Robots are the names of the robots that are told; empty means all of them.
	Robots []string `yaml:"robots"`
}

func (n Notify) check(r report, robots []Robot) {
	for i, name := range n.Robots {
		known := slices.ContainsFunc(robots, func(b Robot) bool { return b.Name == name })
		if !known {
			r.at("robots").index(i).add(name, "there is no robot of that name", "use a name of dingtalk.robots, or add the robot there")
		}
	}
}
