package service

import (
	"time"

	"github.com/oabridge/oabridge/model"
)

// quietFor is how long Jenkins may be away before people are told.
const quietFor = 5 * time.Minute

// tellDelay tells people that a deployment waits for Jenkins, once for each reason in each such wait: at once when Jenkins
// refuses us, since that does not pass by itself.
func (s submitter) tellDelay(r *model.Release, d *model.Deployment) {
	since := s.delayedSince(d)
	if d.Wait == model.WaitAuth || max(s.c.line.awayFor(), s.now().Sub(since)) >= quietFor {
		s.tell(r, s.write.delayed(r, d, since))
	}
}

// delayedSince is when a deployment began to wait for Jenkins to take it: now, when it was not waiting yet.
func (s submitter) delayedSince(d *model.Deployment) time.Time {
	if d.DelayedSince == nil {
		d.DelayedSince = new(s.now())
	}
	return *d.DelayedSince
}

// authPause is how long Jenkins is left alone after it refused our login or our rights.
const authPause = time.Minute

// longestPatience bounds the pauses while Jenkins answers now and then. When it is away for good nobody needs to ask: the
// probe recalls those that wait.
const (
	longestPatience = 30 * time.Second
	standByPause    = 5 * time.Minute
)

// patience is how long to wait before the next look or POST: longer with each POST that was made, and the longer the
// last one is ago.
func (s submitter) patience(d *model.Deployment) time.Duration {
	if s.c.line.away() != nil {
		return standByPause
	}
	pause := s.pace.Backoff << min(max(d.Attempts-1, 0), 10)
	if d.SubmittedAt != nil {
		pause = max(pause, s.now().Sub(*d.SubmittedAt)/2)
	}
	return min(pause, longestPatience)
}
