package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// heal takes back whatever still stands and waits until every replica is ready.
func (c *cluster) heal(ctx context.Context) error {
	for _, f := range []*fake{c.jenkins, c.dingtalk} {
		if err := f.set(ctx, "heal"); err != nil {
			return err
		}
	}
	for _, r := range c.bridges {
		if err := r.awaitUp(ctx, time.Minute); err != nil {
			return err
		}
	}
	return nil
}

// operator does what people do: somebody has to decide about a deployment that Jenkins forgot. Every second one is
// retried, the others are abandoned.
type operator struct {
	api       bridgeAPI
	retried   int
	abandoned int
}

// decide goes through the releases that have a lost deployment.
func (o *operator) decide(ctx context.Context, list []*release) {
	for _, r := range list {
		for _, d := range r.Deployments {
			if d.State != model.StateLost {
				continue
			}
			verb := "retry"
			if d.ID%2 == 0 {
				verb = "abandon"
			}
			status, err := o.api.ask(ctx, "POST", "/api/releases/"+r.Number+"/"+verb, fmt.Sprintf(`{"deployment":%d,"reason":"chaos"}`, d.ID), nil)
			switch {
			case err != nil || status != http.StatusOK: // the next round sees what it is now
			case verb == "retry":
				o.retried++
			default:
				o.abandoned++
			}
		}
	}
}

// work decides every few seconds until ctx ends, also while everything is breaking.
func (o *operator) work(ctx context.Context) {
	for pause(ctx, 5*time.Second) {
		if active, err := o.api.list(ctx, string(model.ReleaseActive)); err == nil {
			o.decide(ctx, active)
		}
	}
}

// settle waits until nothing is left to do, at most so long, and lets the operator decide meanwhile. It reports whether
// everything came to rest.
func (c *cluster) settle(ctx context.Context, o *operator, most time.Duration, say func(string, ...any)) bool {
	deadline := time.Now().Add(most)
	quiet := 0
	for round := 0; time.Now().Before(deadline); round++ {
		deployments, messages, err := o.api.open(ctx)
		active, listErr := o.api.list(ctx, string(model.ReleaseActive))
		if err == nil && listErr == nil {
			o.decide(ctx, active)
			quiet++
			if len(active) > 0 || messages > 0 {
				quiet = 0
			}
			if quiet == 3 {
				return true
			}
			if round%5 == 0 {
				say("settling: %d releases and %d messages to go%s", len(active), messages, counted(deployments))
			}
		}
		if !pause(ctx, time.Second) {
			return false
		}
	}
	return false
}

// counted writes counts by name, " (2 queued, 1 waiting)", "" when there are none.
func counted(counts map[string]int) string {
	if len(counts) == 0 {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
