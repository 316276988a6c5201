package api

import (
	"context"
	"time"

	"github.com/oabridge/oabridge/model"
)

type lossView struct {
	Controller string    `json:"controller"`
	Loss       string    `json:"loss"`
	HeldSince  time.Time `json:"held_since"`
	Before     int       `json:"before"`
	Lost       []string  `json:"lost"`
	Emptied    []string  `json:"emptied"`
	Bare       []string  `json:"without_parameters"`
}

// acceptListing answers POST /api/catalogue/{controller}/accept: what is held back of a Jenkins is put in force.
func (s *Server) acceptListing(ctx context.Context, r request) (any, error) {
	if err := r.only("loss"); err != nil {
		return nil, err
	}
	id, err := r.one("loss")
	if err != nil {
		return nil, err
	}
	loss, err := s.service.AcceptListing(ctx, r.number, id, r.by)
	if err != nil {
		return nil, err
	}
	return viewLoss(r.number, loss), nil
}

func viewLoss(controller string, l model.Loss) lossView {
	all := func(names []string) []string { return append([]string{}, names...) }
	return lossView{
		Controller: controller, Loss: l.ID, HeldSince: l.Since.UTC(), Before: l.Before, Lost: all(l.Gone), Emptied: all(l.Emptied), Bare: all(l.Bare),
	}
}
