package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// replicas compares what the processes that run now were given, and this configuration with theirs.
func (d *examination) replicas(ctx context.Context, cfg *config.Config) {
	d.check(ctx, "replicas", func(ctx context.Context) finding {
		alive, installation, err := registered(ctx, cfg.Database)
		if err != nil {
			t := troubleOf(cfg.Database, err)
			return broken(t.what+" ("+explain(err)+")", t.remedy)
		}
		return replicasFinding(alive, fingerprints(cfg, installation))
	})
}

func registered(ctx context.Context, cfg config.Database) (alive []model.Replica, installation string, err error) {
	s, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if installation, err = s.Installation(ctx); err != nil {
		return nil, "", err
	}
	alive, err = s.Replicas(ctx, service.ReplicaAlive)
	return alive, installation, err
}

func replicasFinding(alive []model.Replica, own map[string]string) finding {
	if len(alive) == 0 {
		return fine("none runs now · 当前没有运行中的实例")
	}
	var names, differences []string
	first := &alive[0]
	for i := range alive {
		other := &alive[i]
		names = append(names, other.Label()+" ("+other.Version+")")
		if sections := first.Differs(other); len(sections) > 0 && other.Version == first.Version {
			differences = append(differences, fmt.Sprintf("%s and %s in %s", first.Label(), other.Label(), strings.Join(sections, ", ")))
		}
	}
	running := fmt.Sprintf("%d running · 运行中：%s", len(alive), strings.Join(names, ", "))
	if len(differences) > 0 {
		return doubtful(running+"; their configurations differ · 配置不一致："+strings.Join(differences, "; "),
			"give every replica the same configuration and restart those that have another · 统一配置后重启不一致的实例")
	}
	here := model.Replica{Version: version, Fingerprints: own}
	if sections := here.Differs(first); len(sections) > 0 && first.Version == version {
		return doubtful(running+"; this configuration differs from theirs in · 与本配置不一致："+strings.Join(sections, ", "),
			"restart them so that this configuration takes effect, or ask with theirs · 重启后本配置才生效，或改用它们的配置检查")
	}
	return fine(running)
}
