package service

import (
	"log/slog"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// Pace are the engine's times. Zero values take the defaults.
type Pace struct {
	Idle    time.Duration // between two looks at the database when nothing wakes the engine; 500 ms
	Lease   time.Duration // how long a claimed row is nobody else's; 15 s
	Step    time.Duration // time-out of one step; below Lease; 12 s
	Settle  time.Duration // how long after a POST without an answer its build may still turn up; 2 min
	Forget  time.Duration // how long Jenkins must not know a build before it is lost; 2 min
	Folded  time.Duration // pause after a POST that was folded into somebody else's item; 3 s
	Backoff time.Duration // first pause when Jenkins is away; doubled up to 30 s
	Grace   time.Duration // how long steps in hand may go on after the end was asked for; 6 s

	Heartbeat time.Duration // between two looks at the other replicas; well below ReplicaAlive; 10 s
	Prune     time.Duration // between two looks for what was kept for long enough; 1 h
	Breath    time.Duration // after each batch that was pruned; 100 ms
}

func (p Pace) withDefaults() Pace {
	set := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	set(&p.Idle, 500*time.Millisecond)
	set(&p.Lease, 15*time.Second)
	set(&p.Step, 12*time.Second)
	set(&p.Settle, 2*time.Minute)
	set(&p.Forget, 2*time.Minute)
	set(&p.Folded, 3*time.Second)
	set(&p.Backoff, time.Second)
	set(&p.Grace, 6*time.Second)
	set(&p.Heartbeat, 10*time.Second)
	set(&p.Prune, time.Hour)
	set(&p.Breath, 100*time.Millisecond)
	return p
}

// Patience says when people are told that something takes long, once for each build.
type Patience struct {
	Queued time.Duration // in Jenkins' queue for so long; 0: never told
	Slow   float64       // running for so many times as long as Jenkins expected; 0: never told
}

// Options are everything a Service needs.
type Options struct {
	Store       Store
	Controllers []Controller
	Projects    []ExplicitProject // offered before the controllers' own, in this order
	Messenger   Messenger
	Observer    Observer
	Logger      *slog.Logger
	Form        FormRules
	Parameters  []ParameterRule // the first of a parameter's that matches decides
	Policies    []ProjectPolicy // the first that names a project decides
	Robots      []string        // names of the robots that are told of every release
	WorkNotices bool            // whether people are told by work notice
	Notices     *notices.Set    // what people are told; nil: in Chinese, by the built-in templates
	Location    *time.Location
	RunIfLateBy time.Duration // how late a schedule may still run
	Keep        time.Duration // how long finished releases are kept; 0: for ever
	Replica     model.Replica // what other processes are told of this one; it gets its id here
	Now         func() time.Time
	NewID       func() string  // unguessable and unique
	Random      func() float64 // from 0 up to 1; nil: always in the middle
	Pace        Pace
	Shared      Shared
	Approvals   Approvals // nil: no app is configured, so approvals cannot be read
	Policy      ApprovalPolicy
	Access      AccessPolicy
	EventsSeen  func() time.Time  // until when events could reach this process; nil: it takes none
	RobotLimits map[string]int    // messages a minute by robot; one that is not in it gets them as they come
	Fallbacks   map[string]string // by robot: the one that tells what it cannot
	Fates       Fates             // nil: nobody can be asked what became of a work notice
	Comments    Comments
	Logs        LogRules
	Patience    Patience
	Again       AgainRules
	Together    func(processes int) // nil, or told again and again how many work on the database, this one among them
}
