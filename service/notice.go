package service

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// notice is what is told, before it is addressed.
type notice struct {
	kind  model.NoticeKind
	scope string // tells notices of the same kind of one release apart
	notices.Texts
	link string // where there is more; "" when nowhere
}

// tell addresses a notice to everyone concerned with the release and puts it into the outbox.
func (s *Service) tell(r *model.Release, n notice) {
	n.link = linkOf(r)
	to := s.address(n, s.people(r.Initiator, r.Approvers), r.Number(), n.scope)
	for _, m := range append(to, s.comment(n, r.ProcessInstanceID, r.Initiator, r.Number(), n.scope)...) {
		m.CreatedAt, m.NextAt = s.now(), s.now()
		r.Tell(m)
	}
}

// people are the user ids of those concerned, each once.
func (s *Service) people(initiator model.Person, approvers []model.Person) []string {
	if !s.workNotices {
		return nil
	}
	var ids []string
	seen := map[string]bool{"": true}
	for _, p := range append([]model.Person{initiator}, approvers...) {
		if !seen[p.ID] {
			seen[p.ID] = true
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// address makes one message per person and robot. The key makes each of them unique for ever.
func (s *Service) address(n notice, users []string, about ...string) []model.Message {
	var messages []model.Message
	add := func(channel model.Channel, recipient, markdown string) {
		key := strings.Join(append([]string{string(n.kind), string(channel), recipient}, about...), "|")
		messages = append(messages, model.Message{
			Key: model.Hash(key), Kind: n.kind, Channel: channel, Recipient: recipient,
			Title: n.Title, Markdown: markdown, Summary: n.Summary, Link: n.link, State: model.MessagePending,
		})
	}
	for _, user := range users {
		add(model.ChannelWorkNotice, user, n.WorkNotice)
	}
	for _, robot := range s.robots {
		add(model.ChannelRobot, robot, n.Robot)
	}
	return messages
}

// writer writes what people read.
type writer struct {
	templates *notices.Set
	builtin   *notices.Set // whose words do not depend on the configuration
	log       *slog.Logger
}

func newWriter(o Options) writer {
	w := writer{templates: o.Notices, builtin: notices.Builtin(notices.Chinese, o.Location), log: o.Logger}
	if w.templates == nil {
		w.templates = w.builtin
	}
	return w
}

// compose writes a notice. One whose own template fails is told in the built-in words.
func (w writer) compose(kind model.NoticeKind, scope string, f notices.Facts) notice {
	texts, err := w.templates.Compose(kind, f)
	if err != nil {
		w.log.Error("a template failed; the notice has the built-in words", "kind", string(kind), slog.Any("error", err))
	}
	return notice{kind: kind, scope: scope, Texts: texts}
}

func (w writer) received(r *model.Release) notice {
	return w.compose(model.NoticeReceived, "", notices.Facts{Release: r})
}

// input is told for each time a step asks, and for what becomes of its waiting, which at makes unique: a pipeline may ask by the
// same id again. Since when it waits is in the text, since DingTalk drops a text that it had the same day.
func (w writer) input(r *model.Release, d *model.Deployment, p *model.PendingInput, action string, at time.Time) notice {
	scope := fmt.Sprintf("%d/%d/%s/%d", d.ID, d.Build, p.Step.ID, at.UnixMicro())
	if action != "" {
		scope = action + "/" + scope
	}
	return w.compose(model.NoticeInput, scope, notices.Facts{
		Release: r, App: d, Step: p.Step, Action: action, Message: p.Why, Since: &p.Since, Waited: at.Sub(p.Since),
	})
}

// delayed is told once for each reason and each wait, which since tells apart; it is in the text, too, since DingTalk drops
// a text that it had the same day.
func (w writer) delayed(r *model.Release, d *model.Deployment, since time.Time) notice {
	scope := fmt.Sprintf("%d/%s/%d", d.ID, d.Wait, since.UnixMicro())
	facts := notices.Facts{Release: r, App: d, Message: d.Message, Since: &since}
	if d.Wait == model.WaitAccess {
		facts.Action = notices.ActionAccess
	}
	return w.compose(model.NoticeDelayed, scope, facts)
}

func (w writer) unstoppable(r *model.Release, d *model.Deployment) notice {
	scope := fmt.Sprintf("%d/stop/%s/%d/%d", d.ID, d.Code, d.Attempts, d.Stop.Sent)
	return w.compose(model.NoticeDelayed, scope, notices.Facts{Release: r, App: d, Action: notices.ActionStop, Message: d.Message})
}

func (w writer) differs(r *model.Release, d *model.Deployment, message string) notice {
	scope := fmt.Sprintf("%d/%d/%s", d.ID, d.Build, message)
	return w.compose(model.NoticeDiffers, scope, notices.Facts{Release: r, App: d, Message: message})
}

func (w writer) finished(r *model.Release) notice {
	return w.compose(model.NoticeFinished, endScope(r), notices.Facts{Release: r})
}

// endScope tells the ends of a release that was planned anew apart.
func endScope(r *model.Release) string {
	if r.FinishedAt == nil {
		return ""
	}
	return fmt.Sprint(r.FinishedAt.UnixMicro())
}

// refused is told once for the same form and the same problems. The built-in words tell them apart, so that other
// templates do not make it another notice.
func (w writer) refused(f Form, problems Problems) notice {
	asked := &model.Release{ProjectName: f.Project, BusinessID: f.Business, Initiator: model.Person{ID: f.Originator}}
	for _, app := range f.Apps {
		asked.Deployments = append(asked.Deployments, &model.Deployment{AppName: app})
	}
	facts := notices.Facts{Release: asked}
	for _, p := range problems {
		facts.Problems = append(facts.Problems, p.Message)
	}
	same, _ := w.builtin.Compose(model.NoticeRefused, facts) // cannot fail: the samples are tried with it
	return w.compose(model.NoticeRefused, same.Robot, facts)
}

// description is what a build shows in Jenkins: plain text, since Jenkins may render markup.
func (w writer) description(r *model.Release) string {
	parts := []string{r.Number()}
	if r.RollbackOf != 0 {
		parts = append(parts, "回滚 "+numberOf(r.RollbackOf))
	}
	if who := r.Initiator.Label(); who != "" {
		parts = append(parts, "发起人 "+who)
	}
	if len(r.Approvers) > 0 {
		parts = append(parts, "审批人 "+labels(r.Approvers))
	}
	text := strings.Join(parts, " · ")
	return strings.NewReplacer("<", "‹", ">", "›", "&", "+").Replace(model.Cut(text, 500))
}

func labels(persons []model.Person) string {
	names := make([]string, len(persons))
	for i, p := range persons {
		names[i] = p.Label()
	}
	return strings.Join(names, "、")
}

// people writes a duration as people say it.
func people(d time.Duration) string { return notices.Chinese.Duration(d) }
