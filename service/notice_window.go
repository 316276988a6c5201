package service

import (
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// held is told once for the whole release and each time at which it may start.
func (w writer) held(r *model.Release, d *model.Deployment, until time.Time) notice {
	facts := notices.Facts{Release: r, App: d, Action: notices.ActionWindow, Message: d.Message}
	return w.compose(model.NoticeDelayed, fmt.Sprintf("window/%d", until.Unix()), facts)
}

func (w writer) overridden(r *model.Release, c model.Cause) notice {
	facts := notices.Facts{Release: r, Action: notices.ActionStart, Actor: c.Actor, Message: c.Message}
	return w.compose(model.NoticeChanged, fmt.Sprint(r.Version), facts)
}
