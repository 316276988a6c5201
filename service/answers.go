package service

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Answers keeps recent answers for a while. What is not there is answered from the database.
type Answers interface {
	Get(ctx context.Context, key string) ([]byte, bool, error)
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

// noAnswers keeps nothing.
type noAnswers struct{}

func (noAnswers) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (noAnswers) Set(context.Context, string, []byte, time.Duration) error { return nil }

// answerLife is how long an answer is kept: DingTalk's own repeats come within minutes.
const answerLife = 10 * time.Minute

// answer is what a submission was answered, as it is kept.
type answer struct {
	Release  int64              `json:"release"`
	Accepted model.ReleaseState `json:"accepted"`
	Created  time.Time          `json:"created"`
}

// answerKey belongs to one content under all of the keys that it came with: with one more or less, the rules for repeats
// may find another release. The number changes with these rules, since replicas of two versions may share the cache.
func answerKey(keys []string, print string) string {
	return "answer:1:" + model.Hash(append([]string{print}, keys...)...)
}

// remember keeps the answer that r was stored with, after r was committed under the first of keys, the strongest: every
// later submission with these keys and this content finds r by it. A scheduled release is not kept, because a person may
// set another time.
func (s *Service) remember(ctx context.Context, keys []string, print string, r *model.Release) {
	if r.ScheduledAt != nil {
		return
	}
	kept, err := json.Marshal(answer{Release: r.ID, Accepted: r.Accepted, Created: r.CreatedAt})
	if err == nil {
		_ = s.answers.Set(context.WithoutCancel(ctx), answerKey(keys, print), kept, answerLife) // only speed is lost
	}
}

// remembered is the answer to a repeat, nil when the database has to be asked.
func (s *Service) remembered(ctx context.Context, f Form, keys []string, print string) *model.Receipt {
	kept, found, err := s.answers.Get(ctx, answerKey(keys, print))
	var a answer
	if err != nil || !found || json.Unmarshal(kept, &a) != nil || a.Release <= 0 || a.Accepted == "" {
		return nil
	}
	if f.Instance == "" && s.now().Sub(a.Created) > requestLife {
		return nil // no repeat any more, however long the cache kept it
	}
	receipt := s.receiptOf(&model.Release{ID: a.Release, Accepted: a.Accepted}, true)
	return &receipt
}
