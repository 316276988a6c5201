package service

import (
	"context"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Wakeups tells the other processes of this bridge that there is something to do. Any wake-up may be lost: every loop
// looks by itself, too.
type Wakeups interface {
	// Send tells the others soon. It never waits.
	Send(word string)
	// Run calls hear for what others send, until ctx ends. It returns when its goroutines have ended.
	Run(ctx context.Context, hear func(word string))
}

// alone is the only process there is.
type alone struct{}

func (alone) Send(string)                       {}
func (alone) Run(context.Context, func(string)) {}

// The words, the last two with a controller's name after them.
const (
	wordWork    = "work"    // deployments for Jenkins, or messages
	wordFollow  = "follow:" // Jenkins has something to follow
	wordListing = "listing:"
)

// hear rings the bells for what another process has to tell.
func (s *Service) hear(word string) {
	if word == wordWork {
		s.ringAll()
	} else if controller, ok := strings.CutPrefix(word, wordFollow); ok {
		ring(s.bells.follow[controller])
		ring(s.bells.showing[controller])
	} else if controller, ok := strings.CutPrefix(word, wordListing); ok {
		ring(s.bells.listing[controller])
	}
}

// nudge wakes what gives deployments to Jenkins and what delivers messages, wherever it runs.
func (s *Service) nudge() {
	s.ringAll()
	s.wakeups.Send(wordWork)
}

// nudgeFollower wakes what follows the controller's builds, wherever it runs.
func (s *Service) nudgeFollower(controller string) {
	ring(s.bells.follow[controller])
	s.wakeups.Send(wordFollow + controller)
}

// anyDue says whether a deployment of r is due for Jenkins now.
func (s *Service) anyDue(r *model.Release) bool {
	now := s.now()
	return slices.ContainsFunc(r.Deployments, func(d *model.Deployment) bool {
		return (d.State == model.StateWaiting || d.State == model.StateSubmitting) && d.NextAt != nil && !d.NextAt.After(now)
	})
}
