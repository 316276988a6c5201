package service

import (
	"context"
	"slices"

	"github.com/oabridge/oabridge/model"
)

// lookForNames is the kind of a check that only finds out what people are called. It is no word of DingTalk's.
const lookForNames = "names"

// namingTries is how often a name is asked for. After that people are shown by their ids.
const namingTries = 5

// askForNames has the people of a release named later, when a name is not known: nobody is asked while a form is answered.
func (s *Service) askForNames(r *model.Release) {
	unnamed := func(p model.Person) bool { return p.ID != "" && p.Name == "" }
	if s.approvals == nil || (!unnamed(r.Initiator) && !slices.ContainsFunc(r.Approvers, unnamed)) {
		return
	}
	r.Check(model.Check{
		Key: lookForNames + ":" + r.Number(), Event: model.ApprovalEvent{Kind: lookForNames}, CreatedAt: s.now(), NextAt: s.now(),
	})
}

// nameRelease gives the people of a release the names that can be found out.
func (s *Service) nameRelease(ctx context.Context, c *model.Check) (bool, error) {
	r, err := s.store.Release(ctx, c.ReleaseID)
	if model.CodeOf(err) == model.CodeNotFound {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	asking, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	names, all := map[string]string{}, true
	for _, p := range append([]model.Person{r.Initiator}, r.Approvers...) {
		names[p.ID] = s.name(asking, p.ID)
		all = all && (names[p.ID] != "" || p.ID == "")
	}
	_, err = s.change(ctx, r.ID, func(r *model.Release) error {
		for i := range r.Approvers {
			callPerson(&r.Approvers[i], names)
		}
		callPerson(&r.Initiator, names)
		return nil
	})
	return err == nil && (all || c.Attempts >= namingTries), err
}

func callPerson(p *model.Person, names map[string]string) {
	if name := names[p.ID]; name != "" {
		p.Name = name
	}
}
