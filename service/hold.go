package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// HeldListings keeps what is held back.
type HeldListings interface {
	// ChangeListings saves and drops listings and stores messages: all of it or nothing. A message with a known key is
	// dropped.
	ChangeListings(ctx context.Context, c model.ListingChange) error
}

// heldListing is what is held back of a controller: the listing as it is kept, and what it lacks.
type heldListing struct {
	listing model.Listing
	loss    model.Loss
}

// Held says since when a listing of each controller is held back; one of which none is is missing.
func (s *Service) Held() map[string]time.Time {
	held := map[string]time.Time{}
	for controller, t := range *s.listings.times.Load() {
		if !t.HeldSince.IsZero() {
			held[controller] = t.HeldSince
		}
	}
	return held
}

// withhold keeps a listing that lost too much beside the one in force, and tells so, once for each loss. known is what was held
// back until now. Errors: catalogue_held, or what kept it from being kept.
func (s *Service) withhold(ctx context.Context, c *Controller, part *section, loss model.Loss, known *heldListing) error {
	l := part.listing
	l.Controller, loss.Since = model.HeldName(c.Name), l.Changed
	same := known != nil && sameLoss(known.loss, loss)
	if same {
		l.Changed, loss.Since = known.listing.Changed, known.loss.Since
	}
	loss.ID = lossID(c.Name, loss)
	var err error
	switch {
	case !same:
		tell := s.ofCatalogue(c, notices.ActionHeld, loss.ID, LossWords(loss), "")
		err = s.changeListings(ctx, model.ListingChange{Save: []model.Listing{l}, Tell: tell})
	case known.listing.Says(l):
		err = s.store.TouchListing(ctx, l.Controller, l.Changed, l.At)
	default:
		err = s.store.SaveListing(ctx, l)
	}
	if err != nil {
		return err
	}
	c.turn.held = &heldListing{listing: l, loss: loss}
	s.listings.held(c.Name, l.Changed, l.At)
	return model.Errorf(model.CodeCatalogueHeld, "Jenkins「%s」的应用清单骤减，暂不采用(%s)：%s", c.Name, loss.ID, LossWords(loss)[0])
}

// heldOf is what is held back of the controller, whichever process did it; nil when nothing is.
func (s *Service) heldOf(ctx context.Context, c *Controller, saved model.ListingTimes) (*heldListing, error) {
	last, known := s.listings.last(c.Name), c.turn.held
	switch {
	case saved.HeldSince.IsZero() || last == nil:
		return nil, nil
	case known != nil && known.listing.Changed.Equal(saved.HeldSince) && known.listing.At.Equal(saved.Held):
		return known, nil
	}
	l, err := s.store.LoadListing(ctx, model.HeldName(c.Name), time.Time{})
	if err != nil {
		return nil, err
	}
	return &heldListing{listing: l, loss: lossOfHeld(last, buildSection(c.Rules, l))}, nil
}

// LossOf says what a listing that is held back lacks of the one in force.
func LossOf(rules CatalogueRules, inForce, held model.Listing) model.Loss {
	return lossOfHeld(buildSection(rules, inForce), buildSection(rules, held))
}

func lossOfHeld(inForce, held *section) model.Loss {
	loss := lossOf(inForce, held)
	loss.Since = held.listing.Changed
	loss.ID = lossID(inForce.listing.Controller, loss)
	return loss
}

func sameLoss(a, b model.Loss) bool {
	return slices.Equal(a.Gone, b.Gone) && slices.Equal(a.Emptied, b.Emptied) && slices.Equal(a.Bare, b.Bare)
}

// lossIDLength is how much of a hash tells a loss from others: people type it.
const lossIDLength = 8

func lossID(controller string, l model.Loss) string {
	names := slices.Concat(l.Gone, []string{"emptied"}, l.Emptied, []string{"bare"}, l.Bare)
	return model.Hash(controller, l.Since.Format(time.RFC3339Nano), model.Hash(names...))[:lossIDLength]
}

// endHold drops what is held back, because Jenkins lists everything again.
func (s *Service) endHold(ctx context.Context, c *Controller, held *heldListing) error {
	tell := s.ofCatalogue(c, notices.ActionOver, held.loss.ID, LossWords(held.loss), "")
	if err := s.changeListings(ctx, model.ListingChange{Drop: []string{model.HeldName(c.Name)}, Tell: tell}); err != nil {
		return err
	}
	s.notHeld(c)
	return nil
}

func (s *Service) notHeld(c *Controller) {
	c.turn.held = nil
	s.listings.held(c.Name, time.Time{}, time.Time{})
}

// changeListings changes what is saved, and has delivered what is told with it.
func (s *Service) changeListings(ctx context.Context, change model.ListingChange) error {
	err := s.store.ChangeListings(ctx, change)
	if err == nil && len(change.Tell) > 0 {
		s.nudge()
		s.log.WarnContext(ctx, change.Tell[0].Title)
	}
	return err
}

// ofVanished tells of projects that are offered no more. since is when what offered them came.
func (s *Service) ofVanished(c *Controller, since time.Time, gone []*Project) []model.Message {
	if len(gone) == 0 {
		return nil
	}
	keys, lines := make([]string, len(gone)), make([]string, len(gone))
	for i, p := range gone {
		keys[i], lines[i] = p.Key, fmt.Sprintf("项目“%s”不见了(%d 个应用)", model.Cut(p.Name, 60), len(p.Apps))
	}
	if len(lines) > lossShown {
		lines = append(lines[:lossShown], fmt.Sprintf("还有 %d 个项目", len(gone)-lossShown))
	}
	id := model.Hash(c.Name, since.Format(time.RFC3339Nano), model.Hash(keys...))[:lossIDLength]
	return s.ofCatalogue(c, notices.ActionVanished, id, lines, "")
}

// ofCatalogue are the messages to the robots about a controller's listing. id tells one loss from another.
func (s *Service) ofCatalogue(c *Controller, action, id string, lines []string, by string) []model.Message {
	inForce := s.listings.timesOf(c.Name).At
	n := s.write.compose(model.NoticeCatalogue, action, notices.Facts{
		App: &model.Deployment{JobRef: model.JobRef{Controller: c.Name}}, Action: action, Actor: by, Message: id, Problems: lines, Since: &inForce,
	})
	messages := s.address(n, nil, c.Name, id, action)
	for i := range messages {
		messages[i].CreatedAt, messages[i].NextAt = s.now(), s.now()
	}
	return messages
}
