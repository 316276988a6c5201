package model

import (
	"slices"
	"strings"
	"testing"
)

// moves is the transition table written down a second time, so that a change of the first one is noticed.
const moves = `
waiting    due          submitting
waiting    cancelled    cancelled
waiting    expired      expired
submitting queued       queued
submitting started      running
submitting not_accepted waiting
submitting refused      failed
queued     started      running
queued     cancelled    cancelled
queued     lost         lost
running    input        paused
running    succeeded    succeeded
running    unstable     unstable
running    failed       failed
running    aborted      aborted
running    lost         lost
paused     answered     running
paused     succeeded    succeeded
paused     unstable     unstable
paused     failed       failed
paused     aborted      aborted
paused     lost         lost
lost       retried      waiting
lost       abandoned    failed
unstable   retried      waiting
failed     retried      waiting
aborted    retried      waiting
cancelled  retried      waiting
cancelled  replanned    waiting
expired    replanned    waiting`

type move struct {
	from  DeploymentState
	event DeploymentEvent
}

func allowed(t *testing.T) map[move]DeploymentState {
	t.Helper()
	table := map[move]DeploymentState{}
	for line := range strings.Lines(strings.TrimSpace(moves)) {
		words := strings.Fields(line)
		table[move{DeploymentState(words[0]), DeploymentEvent(words[1])}] = DeploymentState(words[2])
	}
	return table
}

func TestEveryEventInEveryState(t *testing.T) {
	table := allowed(t)
	for _, from := range DeploymentStates() {
		for _, event := range DeploymentEvents() {
			want, ok := table[move{from, event}]
			got, err := Next(from, event)
			delete(table, move{from, event})
			switch {
			case ok && (err != nil || got != want):
				t.Errorf("%s in %s gives %s, %v; want %s", event, from, got, err, want)
			case !ok && CodeOf(err) != CodeInvalidTransition:
				t.Errorf("%s in %s gives %s, %v; want invalid_transition", event, from, got, err)
			case !ok && got != from:
				t.Errorf("%s in %s is refused and still gives %s", event, from, got)
			}
		}
	}
	for left := range table {
		t.Errorf("%s in %s names a state or an event that the lists lack", left.event, left.from)
	}
}

func TestListsHoldEverythingTheTableNames(t *testing.T) {
	states, events := DeploymentStates(), DeploymentEvents()
	for from, row := range transitions {
		if !slices.Contains(states, from) {
			t.Errorf("DeploymentStates lacks %s", from)
		}
		for event, to := range row {
			if !slices.Contains(events, event) || !slices.Contains(states, to) {
				t.Errorf("the lists lack %s or %s", event, to)
			}
		}
	}
}

func TestStatesOutsideTheTableMoveNowhere(t *testing.T) {
	for _, event := range DeploymentEvents() {
		if _, err := Next("no such state", event); CodeOf(err) != CodeInvalidTransition {
			t.Errorf("%s moves a state that does not exist: %v", event, err)
		}
	}
	if _, err := Next(StateWaiting, "no such event"); CodeOf(err) != CodeInvalidTransition {
		t.Errorf("an event that does not exist moves a state: %v", err)
	}
}

func TestTerminalAndFollowedStates(t *testing.T) {
	ends := []DeploymentState{
		StateSucceeded, StateUnstable, StateFailed, StateAborted, StateCancelled, StateExpired,
	}
	inJenkins := []DeploymentState{StateQueued, StateRunning, StatePaused}
	for _, s := range DeploymentStates() {
		if got, want := s.Terminal(), slices.Contains(ends, s); got != want {
			t.Errorf("%s terminal: %v, want %v", s, got, want)
		}
		if got, want := s.Followed(), slices.Contains(inJenkins, s); got != want {
			t.Errorf("%s followed: %v, want %v", s, got, want)
		}
	}
}

func TestEveryEndIsReachedFromWaiting(t *testing.T) {
	seen := map[DeploymentState]bool{StateWaiting: true}
	for todo := []DeploymentState{StateWaiting}; len(todo) > 0; todo = todo[1:] {
		for _, to := range transitions[todo[0]] {
			if !seen[to] {
				seen[to] = true
				todo = append(todo, to)
			}
		}
	}
	for _, s := range DeploymentStates() {
		if !seen[s] {
			t.Errorf("nothing leads to %s", s)
		}
	}
}

func TestTerminalReleaseStates(t *testing.T) {
	open := []ReleaseState{ReleaseVerifying, ReleaseAwaitingApproval, ReleaseActive}
	for _, s := range ReleaseStates() {
		if got, want := s.Terminal(), !slices.Contains(open, s); got != want {
			t.Errorf("%s terminal: %v, want %v", s, got, want)
		}
	}
}

func TestSummarise(t *testing.T) {
	for name, c := range map[string]struct {
		states string
		want   ReleaseState
	}{
		"one waits":                         {"waiting", ReleaseActive},
		"one is at its end, one is not":     {"succeeded waiting", ReleaseActive},
		"a failure while another runs":      {"failed running", ReleaseActive},
		"a lost one while another pauses":   {"lost paused", ReleaseActive},
		"the intent counts as open":         {"cancelled submitting", ReleaseActive},
		"queued counts as open":             {"expired queued", ReleaseActive},
		"all succeeded":                     {"succeeded succeeded", ReleaseSucceeded},
		"some succeeded":                    {"succeeded failed cancelled", ReleasePartial},
		"succeeded and taken back":          {"succeeded cancelled", ReleasePartial},
		"succeeded and expired":             {"succeeded expired", ReleasePartial},
		"unstable is no success":            {"unstable", ReleaseFailed},
		"unstable beside a success":         {"succeeded unstable", ReleasePartial},
		"aborted":                           {"aborted", ReleaseFailed},
		"lost, which waits for a person":    {"lost cancelled", ReleaseActive},
		"failed outweighs expired":          {"expired failed", ReleaseFailed},
		"too late, the rest taken back":     {"expired cancelled", ReleaseExpired},
		"all taken back":                    {"cancelled cancelled", ReleaseCancelled},
		"all too late":                      {"expired expired", ReleaseExpired},
		"a failure after which all is over": {"failed cancelled cancelled", ReleaseFailed},
	} {
		t.Run(name, func(t *testing.T) {
			var states []DeploymentState
			for _, s := range strings.Fields(c.states) {
				states = append(states, DeploymentState(s))
			}
			if got := Summarise(ProofNone, states); got != c.want {
				t.Errorf("%s is %s, want %s", c.states, got, c.want)
			}
			slices.Reverse(states)
			if got := Summarise(ProofNone, states); got != c.want {
				t.Errorf("in another order it is %s, want %s", got, c.want)
			}
		})
	}
}

// Whatever the deployments do, the release is at its end exactly when all of them are.
func TestReleaseEndsWithItsLastDeployment(t *testing.T) {
	for _, a := range DeploymentStates() {
		for _, b := range DeploymentStates() {
			got := Summarise(ProofNone, []DeploymentState{a, b})
			if got.Terminal() != (a.Terminal() && b.Terminal()) {
				t.Errorf("%s and %s give %s", a, b, got)
			}
			if !slices.Contains(ReleaseStates(), got) {
				t.Errorf("%s and %s give %q, which is no state", a, b, got)
			}
		}
	}
}

func TestSummariseHeedsTheProof(t *testing.T) {
	for _, c := range []struct {
		proof  ProofState
		states []DeploymentState
		want   ReleaseState
	}{
		{ProofPending, []DeploymentState{StateWaiting, StateWaiting}, ReleaseVerifying},
		{ProofPending, []DeploymentState{StateCancelled}, ReleaseCancelled},
		{ProofPending, []DeploymentState{StateExpired}, ReleaseExpired},
		{ProofGiven, []DeploymentState{StateWaiting}, ReleaseActive},
		{ProofRefuted, []DeploymentState{StateCancelled, StateCancelled}, ReleaseRejected},
		{ProofRefuted, []DeploymentState{StateRunning, StateCancelled}, ReleaseActive},
		{ProofRefuted, []DeploymentState{StateSucceeded, StateCancelled}, ReleasePartial},
		{ProofWithdrawn, []DeploymentState{StateCancelled}, ReleaseCancelled},
		{ProofWithdrawn, []DeploymentState{StateSucceeded}, ReleaseSucceeded},
	} {
		if got := Summarise(c.proof, c.states); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.proof, c.states, got, c.want)
		}
	}
}
