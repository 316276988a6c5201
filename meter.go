package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/service"
	"github.com/oabridge/oabridge/service/notices"
)

// newMeter counts what DingTalk's quotas limit.
func (a *app) newMeter(texts *notices.Set) *service.Meter {
	return service.NewMeter(service.MeterOptions{
		Book: a.store, Quota: quotas(a.cfg.DingTalk.Quota), Robots: notifiedRobots(a.cfg), Notices: texts, Logger: a.log,
		Now: a.store.Now,
	})
}

func quotas(q config.Quota) map[string]int64 {
	return map[string]int64{dingtalk.CallAPI: int64(q.API), dingtalk.CallWebhook: int64(q.Webhook)}
}

// quota tells how much of DingTalk's quotas the bridge used this month, the calls that this examination spent among it.
func (d *examination) quota(ctx context.Context, cfg *config.Config, spent map[string]int64) {
	d.check(ctx, "dingtalk: quota", func(ctx context.Context) finding {
		used, err := usedQuota(ctx, cfg.Database, spent)
		if err != nil {
			t := troubleOf(cfg.Database, err)
			return broken(t.what+" ("+explain(err)+")", t.remedy)
		}
		return quotaFinding(used, quotas(cfg.DingTalk.Quota))
	})
}

func usedQuota(ctx context.Context, cfg config.Database, spent map[string]int64) (used map[string]int64, err error) {
	s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	month := service.QuotaMonth(s.Now())
	for kind, calls := range spent {
		if err := s.AddCalls(ctx, month, kind, calls); err != nil {
			return nil, err
		}
	}
	return s.Calls(ctx, month)
}

func quotaFinding(used, quota map[string]int64) finding {
	const remedy = "buy more, call less, or set dingtalk.quota to what your edition grants · 购买额度、减少调用，或按所购版本设置 dingtalk.quota"
	var parts []string
	high := false
	for _, kind := range []string{dingtalk.CallAPI, dingtalk.CallWebhook} {
		part := fmt.Sprintf("%s %d", kind, used[kind])
		if quota[kind] > 0 {
			part += fmt.Sprintf(" of %d", quota[kind])
			high = high || used[kind]*100 >= quota[kind]*80
		}
		parts = append(parts, part)
	}
	detail := "used by the bridge this month · 本月已用：" + strings.Join(parts, ", ")
	if high {
		return doubtful(detail, remedy)
	}
	return fine(detail)
}
