package service

import (
	"fmt"

	"github.com/oabridge/oabridge/model"
)

func (w writer) lost(r *model.Release, d *model.Deployment) notice {
	title := fmt.Sprintf("上线单 %s：%s 已失联，需要人工处理", r.Number(), d.Title())
	t := newText(title)
	w.header(t, r)
	t.line("%s", escape(d.Message))
	t.line("请先在 Jenkins 和线上确认是否已部署，再选择重试(重新构建)或放弃；在此之前不会有任何动作。")
	t.line("管理员操作：oabridge releases retry %s 或 oabridge releases abandon %s", r.Number(), r.Number())
	t.link(d)
	return notice{kind: model.NoticeLost, scope: fmt.Sprintf("%d/%d", d.ID, d.Version), title: title, markdown: t.String()}
}

// decided tells what a person decided about a deployment that was lost. DingTalk drops a work notice that says the same as
// another one of that day, so a second decision says that it is one.
func (w writer) decided(r *model.Release, d *model.Deployment, what string, c model.Cause) notice {
	title := fmt.Sprintf("上线单 %s：失联的 %s 已决定%s", r.Number(), d.Title(), what)
	if d.Attempts > 1 {
		title += fmt.Sprintf("(此前已提交 %d 次)", d.Attempts)
	}
	return w.changed(r, title, fmt.Sprintf("%d/%d", d.ID, d.Version), c)
}

func (w writer) replanned(r *model.Release, c model.Cause) notice {
	title := fmt.Sprintf("上线单 %s 改期到 %s", r.Number(), w.time(*r.ScheduledAt))
	return w.changed(r, title, fmt.Sprint(r.Version), c)
}

func (w writer) changed(r *model.Release, title, scope string, c model.Cause) notice {
	t := newText(title)
	w.header(t, r)
	t.field("操作人", c.Actor)
	t.field("原因", c.Message)
	return notice{kind: model.NoticeChanged, scope: scope, title: title, markdown: t.String()}
}
