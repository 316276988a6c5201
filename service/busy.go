package service

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// Occupancy tells what jobs are busy with.
type Occupancy interface {
	// Occupants returns the deployments of the controller that are not at their end, the oldest first, at most limit.
	Occupants(ctx context.Context, controller string, limit int) ([]model.Occupant, error)
}

// mostShown is how many releases are named of those that one app is busy with.
const mostShown = 3

// checkBusy tells who else deploys the same apps. An approved form waits for its turn.
func (s *Service) checkBusy(ctx context.Context, p plan, at moment, found *findings) error {
	if at != fillingIn || p.rules.busy == BusyIgnore || len(p.apps) == 0 {
		return nil
	}
	busy, err := s.census.take(ctx, s)
	if err != nil {
		s.log.WarnContext(ctx, "whether apps are busy not checked", "code", string(model.CodeOf(err)), slog.Any("error", err))
		found.warnings.add(FieldApp, "暂时查不到所选应用是否正在上线(数据库没有及时答复)，可以先提交")
		return nil
	}
	for _, planned := range p.steps() {
		others := busy[planned.app.JobRef]
		switch {
		case len(others) == 0:
		case p.rules.busy == BusyRefuse:
			found.add(FieldApp, "%s；请等它结束后再提交", occupied(planned.app, others))
		default:
			found.warnings.add(FieldApp, "%s；可以提交，会按批准的顺序排队", occupied(planned.app, others))
		}
	}
	return nil
}

// occupied names the releases that an app is busy with.
func occupied(app *App, others []model.Occupant) string {
	what := "已有等待上线的单"
	texts := make([]string, 0, mostShown)
	for _, o := range others {
		if o.State != model.StateWaiting {
			what = "正在上线"
		}
		if len(texts) < mostShown {
			who := notices.Chinese.State(o.State)
			if name := o.Initiator.Label(); name != "" {
				who = name + "，" + who
			}
			texts = append(texts, fmt.Sprintf("%s (%s)", (&model.Release{ID: o.ReleaseID}).Number(), who))
		}
	}
	list := strings.Join(texts, "、")
	if len(others) > mostShown {
		list += fmt.Sprintf("等 %d 张", len(others))
	}
	return fmt.Sprintf("应用“%s”%s：%s", app.Label, what, list)
}
