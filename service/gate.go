package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

// condition is one thing that has to hold right before a POST. It may ask others, outside of the transaction; what it
// returns decides inside. Errors: nothing could be found out, so nothing may be POSTed now.
type condition func(ctx context.Context, d *model.Deployment) (decide, error)

// decide says what keeps the deployment from going on; nil: nothing.
type decide func(r *model.Release, d *model.Deployment) *objection

// objection is what keeps a due deployment from being POSTed.
type objection struct {
	final   bool       // it will never be: refused
	wait    model.Wait // else why it waits,
	until   *time.Time // and until when it is not asked again; nil: until a person decides
	code    model.Code
	message string                                  // for people
	told    func(*model.Release, *model.Deployment) // tells them, inside the transaction; nil: nobody is told
}

// conditions are all of them; the first that objects decides.
func (s submitter) conditions() []condition {
	return []condition{s.withinHours, s.initiatorMay, s.fitsTheJob}
}

// askConditions finds out what the conditions have to know.
func (s submitter) askConditions(ctx context.Context, d *model.Deployment) (decide, error) {
	var asked []decide
	for _, c := range s.conditions() {
		decided, err := c(ctx, d)
		if err != nil {
			return nil, err
		}
		asked = append(asked, decided)
	}
	return func(r *model.Release, d *model.Deployment) *objection {
		for _, decided := range asked {
			if o := decided(r, d); o != nil {
				return o
			}
		}
		return nil
	}, nil
}

// object applies an objection to a deployment that is waiting, or submitting once more.
func (s submitter) object(r *model.Release, d *model.Deployment, o *objection) error {
	release(d)
	cause := model.Cause{At: s.now(), Actor: actorSystem, Code: o.code, Message: o.message}
	switch {
	case o.final && d.State == model.StateWaiting:
		if err := s.fire(r, d, model.EventDue, model.Cause{At: cause.At, Actor: actorSystem}); err != nil {
			return err
		}
		return s.fire(r, d, model.EventRefused, cause)
	case o.final:
		return s.fire(r, d, model.EventRefused, cause)
	case d.State == model.StateSubmitting:
		d.Unanswered = max(d.Unanswered, 1) // also when we died before Jenkins could answer
		if err := s.fire(r, d, model.EventNotAccepted, cause); err != nil {
			return err
		}
	}
	if d.PostedAt == nil { // else it may turn out to have a build
		d.Slot = nil // others of the job need not wait with it
	}
	d.Wait, d.NextAt, d.Code, d.Message = o.wait, o.until, o.code, o.message
	if o.until == nil {
		d.Slot = nil // nobody knows how long it takes: others of the job go on
	}
	if o.told != nil {
		o.told(r, d)
	}
	return nil
}
