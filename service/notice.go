package service

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// notice is what is told, before it is addressed.
type notice struct {
	kind     model.NoticeKind
	scope    string // tells notices of the same kind of one release apart
	title    string
	markdown string
}

// tell addresses a notice to everyone concerned with the release and puts it into the outbox.
func (s *Service) tell(r *model.Release, n notice) {
	for _, m := range s.address(n, s.people(r.Initiator, r.Approvers), r.Number(), n.scope) {
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
	add := func(channel model.Channel, recipient string) {
		key := strings.Join(append([]string{string(n.kind), string(channel), recipient}, about...), "|")
		messages = append(messages, model.Message{
			Key: model.Hash(key), Kind: n.kind, Channel: channel, Recipient: recipient,
			Title: n.title, Markdown: n.markdown, State: model.MessagePending,
		})
	}
	for _, user := range users {
		add(model.ChannelWorkNotice, user)
	}
	for _, robot := range s.robots {
		add(model.ChannelRobot, robot)
	}
	return messages
}

// writer writes what people read.
type writer struct {
	location *time.Location
}

func (w writer) received(r *model.Release) notice {
	title := fmt.Sprintf("上线单 %s 已接收，开始部署", r.Number())
	switch {
	case r.Mode == model.ExecuteManual:
		title = fmt.Sprintf("上线单 %s 已接收，等待手动执行", r.Number())
	case r.ScheduledAt != nil:
		title = fmt.Sprintf("上线单 %s 已接收，定时 %s", r.Number(), w.time(*r.ScheduledAt))
	}
	t := newText(title)
	w.header(t, r)
	for _, d := range r.Deployments {
		t.item("%s%s", escape(d.Title()), parameters(d))
	}
	return notice{kind: model.NoticeReceived, title: title, markdown: t.String()}
}

// input is told once for each time a step asks, which at makes unique: a pipeline may ask by the same id again.
func (w writer) input(r *model.Release, d *model.Deployment, step model.InputStep, at time.Time) notice {
	title := fmt.Sprintf("上线单 %s：%s 等待人工确认", r.Number(), d.Title())
	t := newText(title)
	w.header(t, r)
	t.line("**%s** %s 的流水线停在：%s(%s)", escape(d.Title()), d.BuildTitle(), escape(step.Message), escape(step.ID))
	for _, p := range step.Parameters {
		t.item("需要填写 %s %s", escape(p.Name), escape(p.Description))
	}
	t.link(d)
	return notice{kind: model.NoticeInput, scope: fmt.Sprintf("%d/%d/%s/%d", d.ID, d.Build, step.ID, at.UnixMicro()), title: title, markdown: t.String()}
}

// delayed is told once for each reason and each wait, which since tells apart; it is in the text, too, since DingTalk drops
// a text that it had the same day.
func (w writer) delayed(r *model.Release, d *model.Deployment, since time.Time) notice {
	title := fmt.Sprintf("上线单 %s：%s 暂时无法提交到 Jenkins", r.Number(), d.Title())
	t := newText(title)
	w.header(t, r)
	t.line("原因：%s", escape(d.Message))
	t.line("从 %s 起没有提交成功，会继续自动重试；不需要的话请取消这张上线单。", since.In(w.location).Format("2006-01-02 15:04:05"))
	return notice{kind: model.NoticeDelayed, scope: fmt.Sprintf("%d/%s/%d", d.ID, d.Wait, since.UnixMicro()), title: title, markdown: t.String()}
}

func (w writer) unstoppable(r *model.Release, d *model.Deployment) notice {
	title := fmt.Sprintf("上线单 %s：%s 停不下来", r.Number(), d.Title())
	t := newText(title)
	w.header(t, r)
	t.line("原因：%s", escape(d.Message))
	t.line("会继续尝试；着急的话请在 Jenkins 里停止。")
	t.link(d)
	return notice{kind: model.NoticeDelayed, scope: fmt.Sprintf("%d/stop/%s", d.ID, d.Code), title: title, markdown: t.String()}
}

func (w writer) differs(r *model.Release, d *model.Deployment, message string) notice {
	title := fmt.Sprintf("上线单 %s：%s 的参数与批准的不同", r.Number(), d.Title())
	t := newText(title)
	w.header(t, r)
	t.line("%s", escape(message))
	t.link(d)
	return notice{kind: model.NoticeDiffers, scope: fmt.Sprintf("%d/%d/%s", d.ID, d.Build, message), title: title, markdown: t.String()}
}

func (w writer) finished(r *model.Release) notice {
	title := fmt.Sprintf("上线单 %s %s", r.Number(), endOf(r))
	t := newText(title)
	w.header(t, r)
	for _, d := range r.Deployments {
		t.item("%s **%s**%s%s", escape(d.Title()), deploymentWords[d.State], w.took(d), parameters(d))
		if d.Message != "" && d.State != model.StateSucceeded {
			t.line("说明：%s", escape(d.Message))
		}
		if late := r.LateBy(d); late >= mentionLate {
			t.line("比计划晚 %s 执行。", people(late))
		}
		if d.Stop != nil {
			t.field("操作人", d.Stop.By)
		}
		t.link(d)
	}
	if slices.ContainsFunc(r.Deployments, func(d *model.Deployment) bool { return d.State == model.StateExpired }) {
		t.line("仍要执行的话，请管理员改期：oabridge releases replan %s", r.Number())
	}
	return notice{kind: model.NoticeFinished, scope: endScope(r), title: title, markdown: t.String()}
}

// endScope tells the ends of a release that was planned anew apart.
func endScope(r *model.Release) string {
	if r.FinishedAt == nil {
		return ""
	}
	return fmt.Sprint(r.FinishedAt.UnixMicro())
}

func (w writer) refused(f Form, problems Problems) notice {
	title := "上线申请未被接受"
	t := newText(title)
	t.field("项目", f.Project)
	t.field("应用", strings.Join(f.Apps, "、"))
	t.field("审批编号", f.Business)
	t.field("发起人", f.Originator)
	for _, p := range problems {
		t.item("%s", escape(model.Cut(p.Message, 300)))
	}
	t.line("没有执行任何部署。请改正后重新发起审批。")
	return notice{kind: model.NoticeRefused, title: title, markdown: t.String()}
}

// description is what a build shows in Jenkins: plain text, since Jenkins may render markup.
func (w writer) description(r *model.Release) string {
	parts := []string{r.Number()}
	if who := r.Initiator.Label(); who != "" {
		parts = append(parts, "发起人 "+who)
	}
	if len(r.Approvers) > 0 {
		parts = append(parts, "审批人 "+labels(r.Approvers))
	}
	text := strings.Join(parts, " · ")
	return strings.NewReplacer("<", "‹", ">", "›", "&", "+").Replace(model.Cut(text, 500))
}

func (w writer) header(t *text, r *model.Release) {
	t.field("项目", r.ProjectName)
	t.field("发起人", r.Initiator.Label())
	t.field("审批人", labels(r.Approvers))
	t.field("审批编号", r.BusinessID)
	t.field("说明", model.Cut(r.Reason, 200))
}

func (w writer) time(at time.Time) string { return at.In(w.location).Format("2006-01-02 15:04") }

// took says which build it was and how long it ran.
func (w writer) took(d *model.Deployment) string {
	var parts []string
	if d.Build > 0 {
		parts = append(parts, d.BuildTitle())
	}
	if d.Duration > 0 {
		parts = append(parts, "用时 "+people(d.Duration))
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(parts, "，")
}

func labels(persons []model.Person) string {
	names := make([]string, len(persons))
	for i, p := range persons {
		names[i] = p.Label()
	}
	return strings.Join(names, "、")
}

// parameters lists what the form chose; defaults would only hide it.
func parameters(d *model.Deployment) string {
	var parts []string
	for _, p := range d.Parameters {
		if p.Chosen {
			parts = append(parts, escape(p.Name+"="+model.Cut(p.Shown(), 100)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}

// people writes a duration as people say it.
func people(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f 秒", d.Seconds())
	}
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d 秒", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d 分 %d 秒", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d 小时 %d 分", int(d.Hours()), int(d.Minutes())%60)
	}
}

// endOf is how a release ended, in words. One that somebody stopped did not fail by itself.
func endOf(r *model.Release) string {
	ended := func(d *model.Deployment) bool {
		return d.State != model.StateAborted && d.State != model.StateCancelled
	}
	if r.State == model.ReleaseFailed && !slices.ContainsFunc(r.Deployments, ended) {
		return "已中止"
	}
	return releaseWords[r.State]
}

var releaseWords = map[model.ReleaseState]string{
	model.ReleaseSucceeded: "部署成功",
	model.ReleaseFailed:    "部署失败",
	model.ReleasePartial:   "部分部署成功",
	model.ReleaseCancelled: "已取消",
	model.ReleaseExpired:   "已过期，未执行",
	model.ReleaseRejected:  "未通过核对",
}

var deploymentWords = map[model.DeploymentState]string{
	model.StateSucceeded: "成功",
	model.StateUnstable:  "不稳定",
	model.StateFailed:    "失败",
	model.StateAborted:   "已中止",
	model.StateCancelled: "已取消",
	model.StateExpired:   "已过期",
}
