package service

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// acceptAgain is how long to wait before the next look whether a listing is over.
const acceptAgain = 200 * time.Millisecond

// AcceptListing puts in force what is held back of the controller, and returns what that lost. id, when it is not "", says
// which loss is meant, so that nobody accepts another one than was announced. Errors: not_found (no such controller),
// conflict (nothing is held back, it is another loss, or Jenkins is being listed for too long), database_….
func (s *Service) AcceptListing(ctx context.Context, controller, id, by string) (model.Loss, error) {
	c := s.controllers[controller]
	if c == nil {
		return model.Loss{}, model.Errorf(model.CodeNotFound, "没有名为“%s”的 Jenkins", model.Cut(controller, 40))
	}
	giveBack, err := s.listAlone(ctx, c)
	for err == nil && giveBack == nil {
		if !wait(ctx, acceptAgain, nil) {
			return model.Loss{}, model.Errorf(model.CodeConflict, "正在读取 Jenkins 的清单，请稍后再试")
		}
		giveBack, err = s.listAlone(ctx, c)
	}
	if err != nil {
		return model.Loss{}, err
	}
	loss, err := s.acceptHeld(ctx, c, id, by)
	if giveErr := giveBack(); err == nil {
		err = giveErr
	}
	ring(s.bells.listing[c.Name])
	return loss, err
}

func (s *Service) acceptHeld(ctx context.Context, c *Controller, id, by string) (model.Loss, error) {
	saved, err := s.takeSaved(ctx, c)
	if err != nil {
		return model.Loss{}, err
	}
	held, err := s.heldOf(ctx, c, saved)
	switch {
	case err != nil:
		return model.Loss{}, err
	case held == nil:
		return model.Loss{}, model.Errorf(model.CodeConflict, "Jenkins「%s」没有暂不采用的清单", c.Name)
	case id != "" && id != held.loss.ID:
		return model.Loss{}, model.Errorf(model.CodeConflict, "Jenkins「%s」的清单又变了，现在的编号是 %s：请看最新的通知，再决定是否采用", c.Name, held.loss.ID)
	}
	l := held.listing
	l.Controller, l.Changed, l.At = c.Name, saved.Held, saved.Held
	change := model.ListingChange{
		Save: []model.Listing{l}, Drop: []string{model.HeldName(c.Name)},
		Tell: s.ofCatalogue(c, notices.ActionAccepted, held.loss.ID, LossWords(held.loss), by),
	}
	if err := s.changeListings(ctx, change); err != nil {
		return model.Loss{}, err
	}
	s.log.InfoContext(ctx, "listing accepted", "controller", c.Name, "loss", held.loss.ID, "lost", len(held.loss.Gone), "by", by)
	s.offer(l)
	s.notHeld(c)
	c.turn.listed(true, saved.At, c.Refresh)
	s.wakeups.Send(wordListing + c.Name)
	return held.loss, nil
}
