package service

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	nameLife  = 24 * time.Hour
	mostNames = 10_000
	namePause = time.Minute // after a name that could not be read
	// namesWithin bounds how long names hold up what depends on an approval.
	namesWithin = 3 * time.Second
)

// nameBook remembers people's names for a day.
type nameBook struct {
	mu    sync.Mutex
	known map[string]knownName
}

type knownName struct {
	name string
	till time.Time
}

func newNameBook() *nameBook { return &nameBook{known: map[string]knownName{}} }

func (b *nameBook) get(id string, now time.Time) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry, ok := b.known[id]
	return entry.name, ok && now.Before(entry.till)
}

func (b *nameBook) put(id, name string, till time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.known) >= mostNames {
		clear(b.known)
	}
	b.known[id] = knownName{name, till}
}

// name is what people call the user; "" when it cannot be found out now. It may ask DingTalk.
func (s *Service) name(ctx context.Context, id string) string {
	if id == "" || s.approvals == nil {
		return ""
	}
	if name, ok := s.names.get(id, s.now()); ok {
		return name
	}
	name, err := s.approvals.UserName(ctx, id)
	switch code := model.CodeOf(err); {
	case code == model.CodeDingTalkNotFound: // left the company: asking again brings nothing
	case err != nil:
		s.log.InfoContext(ctx, "name of a person not found out", "user", id, "code", string(code), slog.Any("error", err))
		s.names.put(id, "", s.now().Add(namePause)) // a name that cannot be read must not be asked for by every release
		return ""
	}
	s.names.put(id, name, s.now().Add(nameLife))
	return name
}

// namePeople gives the people of an approval their names.
func (s *Service) namePeople(ctx context.Context, a *model.Approval) {
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	a.Originator.Name = s.name(ctx, a.Originator.ID)
	for i := range a.Records {
		a.Records[i].Who.Name = s.name(ctx, a.Records[i].Who.ID)
	}
}

// known is a person with the name that we happen to know, without asking anybody.
func (s *Service) known(id string) model.Person {
	name, _ := s.names.get(id, s.now())
	return model.Person{ID: id, Name: name}
}
