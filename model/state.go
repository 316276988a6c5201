package model

import "slices"

// DeploymentState says where one app of a release stands. Only Next moves it.
type DeploymentState string

// The states of a deployment; each comment says what it means and who moves it on.
const (
	// StateWaiting: not given to Jenkins yet; Wait says why, NextAt until when. The submitter moves it on.
	StateWaiting DeploymentState = "waiting"
	// StateSubmitting: the intent to POST is saved, its outcome is not. The submitter moves it on, after a crash by
	// looking for the build first.
	StateSubmitting DeploymentState = "submitting"
	// StateQueued: Jenkins has it in its queue under QueueID. The follower moves it on.
	StateQueued DeploymentState = "queued"
	// StateRunning: Jenkins runs it as Build. The follower moves it on.
	StateRunning DeploymentState = "running"
	// StatePaused: the running pipeline waits at an input step. The follower moves it on.
	StatePaused DeploymentState = "paused"
	// StateSucceeded: the build ended with SUCCESS, or with a result that counts as success for its job.
	StateSucceeded DeploymentState = "succeeded"
	// StateUnstable: the build ended with UNSTABLE, which does not count as success for its job.
	StateUnstable DeploymentState = "unstable"
	// StateFailed: the build ended with FAILURE, NOT_BUILT or a result we do not know, Jenkins refused to start it, or it was
	// lost and given up.
	StateFailed DeploymentState = "failed"
	// StateAborted: the build was stopped, by us or by somebody in Jenkins.
	StateAborted DeploymentState = "aborted"
	// StateLost: Jenkins had it and knows nothing of it any more. It is never deployed again by itself: a person retries
	// or abandons it.
	StateLost DeploymentState = "lost"
	// StateCancelled: taken back before a build started.
	StateCancelled DeploymentState = "cancelled"
	// StateExpired: its time passed by more than the allowed lateness before it could start.
	StateExpired DeploymentState = "expired"
)

// DeploymentStates returns every state, in the order of a deployment's life.
func DeploymentStates() []DeploymentState {
	return []DeploymentState{
		StateWaiting, StateSubmitting, StateQueued, StateRunning, StatePaused, StateSucceeded, StateUnstable,
		StateFailed, StateAborted, StateLost, StateCancelled, StateExpired,
	}
}

// Terminal tells whether a deployment in this state has come to its end. Only a person who retries it or plans it anew
// takes it from there.
func (s DeploymentState) Terminal() bool {
	switch s {
	case StateSucceeded, StateUnstable, StateFailed, StateAborted, StateCancelled, StateExpired:
		return true
	default:
		return false
	}
}

// Followed tells whether Jenkins has the deployment, so that the follower looks after it.
func (s DeploymentState) Followed() bool {
	return s == StateQueued || s == StateRunning || s == StatePaused
}

// DeploymentEvent is something that happened to a deployment and moves its state.
type DeploymentEvent string

// The events of a deployment.
const (
	EventDue         DeploymentEvent = "due"          // its time and turn came: the POST is about to be made
	EventQueued      DeploymentEvent = "queued"       // Jenkins accepted the POST, or the item was found in its queue
	EventNotAccepted DeploymentEvent = "not_accepted" // Jenkins did not take it now (busy, down, folded): try again later
	EventRefused     DeploymentEvent = "refused"      // Jenkins will not take it (no such job, disabled, bad value)
	EventStarted     DeploymentEvent = "started"      // the build runs
	EventInput       DeploymentEvent = "input"        // the pipeline waits at an input step
	EventAnswered    DeploymentEvent = "answered"     // nothing is asked any more
	EventSucceeded   DeploymentEvent = "succeeded"    // the build ended with SUCCESS, or with what counts as success
	EventUnstable    DeploymentEvent = "unstable"     // the build ended with UNSTABLE, which does not
	EventFailed      DeploymentEvent = "failed"       // the build ended with any other result
	EventAborted     DeploymentEvent = "aborted"      // the build ended with ABORTED
	EventLost        DeploymentEvent = "lost"         // Jenkins knows nothing of it any more
	EventCancelled   DeploymentEvent = "cancelled"    // taken back before it ran
	EventExpired     DeploymentEvent = "expired"      // too late for its schedule
	EventRetried     DeploymentEvent = "retried"      // a person wants a new build, of this one or of one before it
	EventAbandoned   DeploymentEvent = "abandoned"    // a person gave up one that was lost
	EventReplanned   DeploymentEvent = "replanned"    // a person set a new time for one that never ran
)

// DeploymentEvents returns every event.
func DeploymentEvents() []DeploymentEvent {
	return []DeploymentEvent{
		EventDue, EventQueued, EventNotAccepted, EventRefused, EventStarted, EventInput, EventAnswered, EventSucceeded,
		EventUnstable, EventFailed, EventAborted, EventLost, EventCancelled, EventExpired,
		EventRetried, EventAbandoned, EventReplanned,
	}
}

// transitions is the whole table; docs/state_machine.md draws it and a test compares the two.
var transitions = map[DeploymentState]map[DeploymentEvent]DeploymentState{
	StateWaiting: {
		EventDue:       StateSubmitting,
		EventCancelled: StateCancelled,
		EventExpired:   StateExpired,
	},
	StateSubmitting: {
		EventQueued:      StateQueued,
		EventStarted:     StateRunning,
		EventNotAccepted: StateWaiting,
		EventRefused:     StateFailed,
	},
	StateQueued: {
		EventStarted:   StateRunning,
		EventCancelled: StateCancelled,
		EventLost:      StateLost,
	},
	StateRunning: {
		EventInput:     StatePaused,
		EventSucceeded: StateSucceeded,
		EventUnstable:  StateUnstable,
		EventFailed:    StateFailed,
		EventAborted:   StateAborted,
		EventLost:      StateLost,
	},
	StatePaused: {
		EventAnswered:  StateRunning,
		EventSucceeded: StateSucceeded,
		EventUnstable:  StateUnstable,
		EventFailed:    StateFailed,
		EventAborted:   StateAborted,
		EventLost:      StateLost,
	},
	StateLost: {
		EventRetried:   StateWaiting,
		EventAbandoned: StateFailed,
	},
	StateUnstable:  {EventRetried: StateWaiting},
	StateFailed:    {EventRetried: StateWaiting},
	StateAborted:   {EventRetried: StateWaiting},
	StateCancelled: {EventReplanned: StateWaiting, EventRetried: StateWaiting},
	StateExpired:   {EventReplanned: StateWaiting},
}

// Next is the state after event in state. Errors: invalid_transition.
func Next(state DeploymentState, event DeploymentEvent) (DeploymentState, error) {
	next, ok := transitions[state][event]
	if !ok {
		return state, Errorf(CodeInvalidTransition, "状态 %s 下不能发生 %s", state, event)
	}
	return next, nil
}

// ReleaseState says where a release stands as a whole. It is computed from its deployments, never set.
type ReleaseState string

// The states of a release.
const (
	ReleaseVerifying        ReleaseState = "verifying"         // the approval is being read again
	ReleaseAwaitingApproval ReleaseState = "awaiting_approval" // the approval is not finished yet
	ReleaseActive           ReleaseState = "active"            // at least one deployment is not at its end
	ReleaseSucceeded        ReleaseState = "succeeded"         // every deployment succeeded
	ReleaseFailed           ReleaseState = "failed"            // none succeeded and at least one ran or was refused
	ReleasePartial          ReleaseState = "partial"           // some succeeded, some did not
	ReleaseCancelled        ReleaseState = "cancelled"         // taken back before anything ran
	ReleaseRejected         ReleaseState = "rejected"          // the approval did not hold
	ReleaseExpired          ReleaseState = "expired"           // too late for its schedule, nothing ran
)

// ReleaseStates returns every state of a release.
func ReleaseStates() []ReleaseState {
	return []ReleaseState{
		ReleaseVerifying, ReleaseAwaitingApproval, ReleaseActive, ReleaseSucceeded, ReleaseFailed, ReleasePartial,
		ReleaseCancelled, ReleaseRejected, ReleaseExpired,
	}
}

// Terminal tells whether the release has come to its end.
func (s ReleaseState) Terminal() bool {
	return s != ReleaseVerifying && s != ReleaseAwaitingApproval && s != ReleaseActive
}

// Summarise computes a release's state from its proof and its deployments' states.
func Summarise(proof ProofState, states []DeploymentState) ReleaseState {
	count := func(of ...DeploymentState) (n int) {
		for _, s := range states {
			if slices.Contains(of, s) {
				n++
			}
		}
		return n
	}
	succeeded := count(StateSucceeded)
	open := slices.ContainsFunc(states, func(s DeploymentState) bool { return !s.Terminal() })
	switch {
	case open && proof == ProofPending:
		return ReleaseVerifying
	case open:
		return ReleaseActive
	case succeeded == len(states):
		return ReleaseSucceeded
	case succeeded > 0:
		return ReleasePartial
	case count(StateFailed, StateUnstable, StateAborted) > 0:
		return ReleaseFailed
	case proof == ProofRefuted:
		return ReleaseRejected
	case count(StateExpired) > 0:
		return ReleaseExpired
	default:
		return ReleaseCancelled
	}
}
