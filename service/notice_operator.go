package service

import (
	"fmt"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

func (w writer) lost(r *model.Release, d *model.Deployment) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Version)
	return w.compose(model.NoticeLost, scope, notices.Facts{Release: r, App: d, Message: d.Message})
}

// decided tells what a person decided about a deployment that was lost. DingTalk drops a work notice that says the same as
// another one of that day, so a second decision says that it is one.
func (w writer) decided(r *model.Release, d *model.Deployment, action string, c model.Cause) notice {
	scope := fmt.Sprintf("%d/%d", d.ID, d.Version)
	return w.compose(model.NoticeChanged, scope, notices.Facts{Release: r, App: d, Action: action, Actor: c.Actor, Message: c.Message})
}

func (w writer) replanned(r *model.Release, c model.Cause) notice {
	facts := notices.Facts{Release: r, Action: notices.ActionReplan, Actor: c.Actor, Message: c.Message}
	return w.compose(model.NoticeChanged, fmt.Sprint(r.Version), facts)
}
