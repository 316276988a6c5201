package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/service"
)

// savedCatalogue looks at what a bridge saved of a Jenkins last: how old it is, and whether something is held back.
func (d *examination) savedCatalogue(ctx context.Context, cfg *config.Config, j config.Jenkins) {
	d.check(ctx, "jenkins "+j.Name+": saved catalogue", func(ctx context.Context) finding {
		f, err := lookAtSaved(ctx, cfg, j)
		if err != nil {
			t := troubleOf(cfg.Database, err)
			return broken(t.what+" ("+explain(err)+")", t.remedy)
		}
		return f
	})
}

func lookAtSaved(ctx context.Context, cfg *config.Config, j config.Jenkins) (f finding, err error) {
	s, err := openStore(ctx, cfg.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		return finding{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	alive, err := s.Replicas(ctx, service.ReplicaAlive)
	if err != nil {
		return finding{}, err
	}
	times, err := s.ListingTimes(ctx, j.Name)
	switch {
	case err != nil:
		return finding{}, err
	case times.At.IsZero():
		return fine("none yet: a bridge saves one when it has listed this Jenkins · 还没有，服务首次读取后保存"), nil
	case !times.HeldSince.IsZero():
		return heldFinding(ctx, s, cfg, j)
	}
	return ageFinding(s.Now().Sub(times.At), j.StaleAfter, len(alive) > 0), nil
}

// ageFinding judges how old the listing is that forms are offered. While no bridge runs it may be of any age.
func ageFinding(age, staleAfter time.Duration, running bool) finding {
	detail := fmt.Sprintf("listed %s ago · %[1]s 之前读取", max(age, 0).Round(time.Second))
	if running && age > staleAfter {
		return doubtful(detail+fmt.Sprintf(", though a bridge runs (stale_after: %s) · 服务在运行，清单却已过时", staleAfter),
			"see why it cannot list this Jenkins: the checks above, and its log · 查看上面的检查和服务的日志")
	}
	return fine(detail)
}

func heldFinding(ctx context.Context, s *store.Store, cfg *config.Config, j config.Jenkins) (finding, error) {
	good, err := s.LoadListing(ctx, j.Name, time.Time{})
	if err != nil {
		return finding{}, err
	}
	held, err := s.LoadListing(ctx, model.HeldName(j.Name), time.Time{})
	if err != nil {
		return finding{}, err
	}
	loss := service.LossOf(catalogueRules(cfg, j), good, held)
	return doubtful(
		fmt.Sprintf("a listing that lost much is held back since %s · 骤减的新清单暂不采用：%s",
			held.Changed.In(cfg.Location()).Format(time.DateTime), strings.Join(service.LossWords(loss), "；")),
		fmt.Sprintf("give the user its Job/Read back; if it is meant to be so: oabridge catalogue accept %s --loss %s · "+
			"恢复账号的 Job/Read 权限；确实如此则执行该命令", j.Name, loss.ID)), nil
}
