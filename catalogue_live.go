package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// liveCatalogue asks each Jenkins once and reports what a bridge with this configuration would offer of those that answered. away
// is why the others did not; when none did, or what is asked for is not there, the report is nil.
func liveCatalogue(ctx context.Context, cfg *config.Config, filter model.CatalogueFilter) (report *model.CatalogueReport, away error) {
	asked := make([]service.ListedController, len(cfg.Jenkins))
	failures := make([]error, len(cfg.Jenkins))
	var asking sync.WaitGroup
	for i, j := range cfg.Jenkins {
		asking.Go(func() {
			asked[i].Rules = catalogueRules(cfg, j)
			asked[i].Listing, failures[i] = liveListing(ctx, j)
		})
	}
	asking.Wait()
	var listed []service.ListedController
	for i := range asked {
		if failures[i] == nil {
			listed = append(listed, asked[i])
		}
	}
	away = errors.Join(failures...)
	if len(listed) == 0 {
		return nil, away
	}
	report, err := service.ReportOf(listed, explicitProjects(cfg.Projects), filter)
	return report, errors.Join(away, err)
}

func liveListing(ctx context.Context, j config.Jenkins) (model.Listing, error) {
	client, err := newJenkins(j, time.Now, nil)
	if err != nil {
		return model.Listing{}, err
	}
	defer client.Close()
	listing, err := client.List(ctx)
	if err != nil {
		return model.Listing{}, fmt.Errorf("jenkins %s: %s", j.Name, explain(err))
	}
	listing.Controller, listing.At = j.Name, time.Now()
	return listing, nil
}
