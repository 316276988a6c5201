//go:build race

package service

// How many fail points of each scenario, how many of them with two replicas and before a second one, and how many second ones after each first, are tried with the race detector.
const (
	crashPlays    = 2
	crashReplicas = 1
	crashPairs    = 1
	monthDays     = 6 // of the clock that TestThirtyDays lets pass
)
