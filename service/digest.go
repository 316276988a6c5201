package service

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// The limits of a digest. A robot's message has at most 20000 bytes, of which mentions and JSON take some.
const (
	mostMerged  = 500
	digestBytes = 18000
)

// urgent tells whether somebody has to act on a notice.
func urgent(kind model.NoticeKind) bool {
	return kind == model.NoticeInput || kind == model.NoticeLost || kind == model.NoticeHeld || kind == model.NoticeRejected
}

// urgentFirst orders messages: what somebody has to act on leads, then the oldest.
func urgentFirst(a, b model.Message) int {
	if urgent(a.Kind) != urgent(b.Kind) {
		if urgent(a.Kind) {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.ID, b.ID)
}

// deliverBacklog delivers in digests what a robot's budget does not allow one by one. All that has to wait comes due at the
// same time, so that it makes one digest then.
func (s *Service) deliverBacklog(ctx, step context.Context, rest []model.Message) {
	for more := true; len(rest) > 0; more = false {
		if ctx.Err() != nil || step.Err() != nil {
			s.handBack(step, rest)
			return
		}
		if wait := s.budgets.digest(step, rest[0].Recipient); wait > 0 {
			s.putOffMessages(step, rest, wait)
			return
		}
		if more {
			rest = s.withBacklog(step, rest)
		}
		next, left, err := s.merge(step, rest)
		if err != nil {
			s.log.WarnContext(step, "messages not merged", "robot", rest[0].Recipient, "messages", len(rest), slog.Any("error", err))
			s.handBack(step, rest)
			return
		}
		s.deliver(step, next)
		rest = left
	}
}

// putOffMessages lets messages wait for their turn. That is no try, so nothing else changes.
func (s *Service) putOffMessages(ctx context.Context, messages []model.Message, wait time.Duration) {
	blocked := s.budgets.blockedFor(messages[0].Recipient) > 0
	for i := range messages {
		if blocked {
			s.fallBack(ctx, messages[i])
		}
		messages[i].NextAt = s.now().Add(wait)
	}
	s.handBack(ctx, messages)
}

// withBacklog adds what else is due for the same robot.
func (s *Service) withBacklog(ctx context.Context, rest []model.Message) []model.Message {
	more, err := s.store.ClaimBacklog(ctx, rest[0], s.pace.Lease, mostMerged)
	if err != nil {
		s.log.WarnContext(ctx, "backlog not claimed", "robot", rest[0].Recipient, slog.Any("error", err))
	}
	return append(rest, more...)
}

// merge is the next message to send of those that wait, and the others. What goes as it is: a digest that could not be sent
// before, what was in one that was refused, and a message that is alone.
func (s *Service) merge(ctx context.Context, rest []model.Message) (next model.Message, left []model.Message, err error) {
	slices.SortStableFunc(rest, urgentFirst)
	whole := slices.IndexFunc(rest, func(m model.Message) bool { return m.Kind == model.NoticeDigest || m.DigestID != 0 })
	if len(rest) == 1 {
		whole = 0
	}
	if whole >= 0 {
		return rest[whole], slices.Delete(slices.Clone(rest), whole, whole+1), nil
	}
	digest, n := s.write.digest(rest)
	if n == 1 { // longer than a digest may be
		return rest[0], rest[1:], nil
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = rest[i].ID
	}
	now := s.now()
	digest.Key = model.Hash(string(model.NoticeDigest), fmt.Sprint(ids))
	digest.CreatedAt, digest.NextAt, digest.LeaseOwner = now, now, rest[0].LeaseOwner
	digest.ID, err = s.store.Merge(ctx, digest, ids, s.pace.Lease)
	return digest, rest[n:], err
}

// digest tells as many of the messages as fit into one, and says how many those are.
func (w writer) digest(messages []model.Message) (model.Message, int) {
	n := len(messages)
	for {
		texts := w.compose(model.NoticeDigest, "", notices.Facts{Merged: messages[:n]}).Texts
		size := len(strconv.Quote(texts.Robot)) // as JSON: a line feed takes two bytes, and a quote
		if size <= digestBytes || n == 1 {
			return model.Message{
				Kind: model.NoticeDigest, Channel: messages[0].Channel, Recipient: messages[0].Recipient, Title: texts.Title,
				Markdown: texts.Robot, State: model.MessagePending,
			}, n
		}
		n = max(1, min(n-1, n*digestBytes/size))
	}
}

// linkOf leads to the build that matters most: the first that did not succeed, else the last.
func linkOf(r *model.Release) string {
	link := ""
	for _, d := range r.Deployments {
		if d.BuildURL == "" {
			continue
		}
		link = d.BuildURL
		if d.State != model.StateSucceeded {
			break
		}
	}
	return link
}
