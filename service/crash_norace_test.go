//go:build !race

package service

// How many fail points of each scenario, how many of them with two replicas and before a second one, and how many second ones after each first, are tried: all, and some.
const (
	crashPlays    = -1
	crashReplicas = -1
	crashPairs    = 5
	monthDays     = 30 // of the clock that TestThirtyDays lets pass
)
