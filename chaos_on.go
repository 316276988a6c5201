//go:build chaos

package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service"
)

// What the build that `make chaos` runs takes from its environment, and no other build does.
const (
	chaosSkew       = "OABRIDGE_CHAOS_CLOCK_SKEW"  // how far the process' clock is ahead, such as -30s
	chaosPace       = "OABRIDGE_CHAOS_PACE"        // a service.Pace as JSON; the rest keeps its defaults
	chaosNoAdoption = "OABRIDGE_CHAOS_NO_ADOPTION" // 1: whoever looks for a build that a POST may have left finds none
)

var skew, skewErr = time.ParseDuration(os.Getenv(chaosSkew))

func processNow() time.Time { return time.Now().Add(skew) }

func unsettled(o service.Options) service.Options {
	if skewErr != nil && os.Getenv(chaosSkew) != "" {
		panic(chaosSkew + ": " + skewErr.Error())
	}
	if pace := os.Getenv(chaosPace); pace != "" {
		if err := json.Unmarshal([]byte(pace), &o.Pace); err != nil {
			panic(chaosPace + ": " + err.Error())
		}
	}
	if os.Getenv(chaosNoAdoption) == "1" {
		for i := range o.Controllers {
			o.Controllers[i].Client = &blindfolded{Jenkins: o.Controllers[i].Client}
		}
	}
	return o
}

// blindfolded hides the traces of a POST: what is queued, what runs, and the newest builds of a job, but for what comes of a POST
// that was answered, so that only the search for the build of an unanswered one fails.
type blindfolded struct {
	service.Jenkins
	answered sync.Map // queue ids
}

func (b *blindfolded) Trigger(ctx context.Context, job string, parameterised bool, parameters []model.ParameterValue) (int64, error) {
	id, err := b.Jenkins.Trigger(ctx, job, parameterised, parameters)
	if err == nil {
		b.answered.Store(id, true)
	}
	return id, err
}

func (b *blindfolded) Overview(ctx context.Context) ([]model.QueueItem, []model.RunningBuild, error) {
	_, running, err := b.Jenkins.Overview(ctx)
	return nil, slices.DeleteFunc(running, func(r model.RunningBuild) bool {
		_, ours := b.answered.Load(r.QueueID)
		return !ours
	}), err
}

func (*blindfolded) RecentBuilds(context.Context, string, int) ([]model.Build, error) {
	return nil, nil
}
