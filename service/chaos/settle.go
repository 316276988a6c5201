package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
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

// settle waits until nothing is left to do, at most so long, and lets the operator decide meanwhile. It reports whether
// everything came to rest.
func (c *cluster) settle(ctx context.Context, o *operator, most time.Duration, say func(string, ...any)) bool {
	deadline := time.Now().Add(most)
	quiet := 0
	for round := 0; time.Now().Before(deadline); round++ {
		deployments, messages, err := o.api.open(ctx)
		left, lookErr := o.look(ctx)
		if err == nil && lookErr == nil {
			quiet++
			if left > 0 || messages > 0 {
				quiet = 0
			}
			if quiet == 3 {
				return true
			}
			if round%5 == 0 {
				say("settling: %d releases and %d messages to go%s", left, messages, counted(deployments))
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
