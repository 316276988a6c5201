package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// liveCatalogue asks each Jenkins once and reports what a bridge with this configuration would offer.
func liveCatalogue(ctx context.Context, cfg *config.Config, filter model.CatalogueFilter) (*model.CatalogueReport, error) {
	listed := make([]service.ListedController, len(cfg.Jenkins))
	asking, ctx := errgroup.WithContext(ctx)
	for i, j := range cfg.Jenkins {
		asking.Go(func() (err error) {
			listed[i].Rules = catalogueRules(cfg, j)
			listed[i].Listing, err = liveListing(ctx, j)
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	return service.ReportOf(listed, explicitProjects(cfg.Projects), filter)
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
