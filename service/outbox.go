package service

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/model"
)

// The outbox's limits.
const (
	giveUpAfter    = 24 * time.Hour
	fewestTries    = 10 // however old: a message may have waited for its robot's budget
	firstPause     = 2 * time.Second
	longestPause   = 10 * time.Minute
	messagesAtOnce = 32
	sendersAtOnce  = 4
)

// delivering sends what the outbox holds.
func (s *Service) delivering(ctx context.Context) {
	claims := trouble{Service: s, doing: "claiming messages"}
	for claims.wait(ctx, s.pace.Idle, s.bells.outbox) {
		sent, err := s.deliverDue(ctx)
		claims.note(ctx, err)
		if sent == messagesAtOnce {
			ring(s.bells.outbox)
		}
	}
}

func (s *Service) deliverDue(ctx context.Context) (int, error) {
	step, cancel := s.stepContext(ctx)
	defer cancel()
	due, err := s.store.ClaimMessages(step, s.claimName(), s.pace.Lease, messagesAtOnce)
	if err != nil {
		return 0, err
	}
	var senders errgroup.Group
	senders.SetLimit(sendersAtOnce)
	for _, messages := range byRecipient(due) {
		senders.Go(func() error { s.deliverInOrder(ctx, step, messages); return nil })
	}
	_ = senders.Wait() // deliver saves and logs its own errors
	return len(due), nil
}

// byRecipient gathers the messages to each recipient, the oldest first.
func byRecipient(due []model.Message) [][]model.Message {
	slices.SortFunc(due, func(a, b model.Message) int { return cmp.Compare(a.ID, b.ID) })
	places := map[[2]string]int{}
	var all [][]model.Message
	for _, m := range due {
		to := [2]string{string(m.Channel), m.Recipient}
		place, known := places[to]
		if !known {
			place = len(all)
			places[to], all = place, append(all, nil)
		}
		all[place] = append(all[place], m)
	}
	return all
}

// deliverInOrder delivers to one recipient: one by one what its budget allows, the rest in digests. What is urgent leads.
// Nothing new is tried when ctx has ended or the step is over.
func (s *Service) deliverInOrder(ctx, step context.Context, messages []model.Message) {
	slices.SortStableFunc(messages, urgentFirst)
	for i := range messages {
		if ctx.Err() != nil || step.Err() != nil {
			s.handBack(step, messages[i:])
			return
		}
		if wait := s.budgets.single(step, &messages[i]); wait > 0 {
			s.deliverBacklog(ctx, step, messages[i:])
			return
		}
		s.deliver(step, messages[i])
	}
}

// deliver makes one try and saves how it ended. Should we die in between, the same UUID lets DingTalk drop the repeat.
func (s *Service) deliver(ctx context.Context, m model.Message) {
	task, err := s.messenger.Deliver(ctx, m)
	code := model.CodeOf(err)
	s.observer.Delivered(m.Channel, code)
	blocked := code == model.CodeDingTalkThrottled && m.Channel == model.ChannelRobot
	if blocked {
		s.budgets.block(ctx, m.Recipient, max(retryAfter(err), budgetWindow))
	}
	s.settle(&m, err)
	if err == nil && task != 0 {
		m.TaskID, m.CheckAt = task, new(s.now().Add(firstCheck))
	}
	unmerge := m.Kind == model.NoticeDigest && m.State == model.MessageDead && code == model.CodeDingTalkRejected
	if blocked || m.State == model.MessageDead && !unmerge {
		s.fallBack(ctx, m)
	}
	save := s.store.SettleMessage
	if unmerge {
		save = s.store.Unmerge // one line may be what DingTalk does not like: the others shall not be lost with it
	}
	saveErr := s.insist(ctx, func(ctx context.Context) error { return save(ctx, m) })
	if saveErr != nil {
		s.log.ErrorContext(ctx, "message not settled", "message", m.ID, slog.Any("error", saveErr))
	}
	if saveErr == nil && m.State == model.MessageDead {
		s.observer.GaveUp(m.Channel, m.LastCode)
	}
	if err != nil {
		s.log.WarnContext(ctx, "message not delivered", "message", m.ID, "channel", string(m.Channel),
			"recipient", m.Recipient, "try", m.Attempts, "state", string(m.State), "code", string(code), slog.Any("error", err))
	}
}

// handBack ends the claim of messages that were not tried, so that another process need not wait for the lease's end.
func (s *Service) handBack(ctx context.Context, messages []model.Message) {
	saving, cancel := s.savingContext(ctx) // one time for all: a database that is away shall not hold us up for each
	defer cancel()
	for _, m := range messages {
		err := s.store.SettleMessage(saving, m)
		if model.CodeOf(err) == model.CodeConflict {
			continue // its lease ended, so it is another's
		}
		if err != nil {
			s.log.WarnContext(ctx, "messages not given back; their leases end by themselves", "message", m.ID, slog.Any("error", err))
			return
		}
	}
}

// settle decides what a try means: sent, again later, or given up.
func (s *Service) settle(m *model.Message, err error) {
	now := s.now()
	m.Attempts++
	if err == nil {
		m.State, m.SentAt, m.LastCode, m.LastError = model.MessageSent, &now, "", ""
		return
	}
	m.LastCode, m.LastError = model.CodeOf(err), model.Cut(model.MessageOf(err), 500)
	old := now.Sub(m.Told()) >= giveUpAfter && m.Attempts >= fewestTries
	if old || !worthRetrying(m.Channel, m.LastCode) {
		m.State = model.MessageDead
		return
	}
	pause := min(firstPause<<min(m.Attempts-1, 20), longestPause)
	if m.LastCode == model.CodeDingTalkAuth || m.LastCode == model.CodeDingTalkForbidden {
		pause = longestPause // somebody has to change the app's settings first
	}
	m.NextAt = now.Add(max(retryAfter(err), pause))
}

// worthRetrying tells whether the same message can arrive later without anybody changing the message itself. What a robot's
// webhook or group refuses stays refused: there is no token to renew.
func worthRetrying(channel model.Channel, code model.Code) bool {
	switch code {
	case model.CodeDingTalkRejected, model.CodeDingTalkTooLarge, model.CodeDingTalkNotFound:
		return false
	case model.CodeDingTalkAuth, model.CodeDingTalkForbidden:
		return channel != model.ChannelRobot
	default:
		return true
	}
}
