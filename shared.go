package main

import (
	"context"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model/store/cache"
	"github.com/oabridge/oabridge/service"
)

// What is kept in the process, beside Redis or without one, takes at most so many bytes: far more than one token needs,
// and the answers of some ten thousand submissions.
const (
	tokenCacheBytes  = 64 << 10
	answerCacheBytes = 4 << 20
)

// connectRedis prepares the Redis that is configured, if any. One that does not answer costs speed only.
func (a *app) connectRedis(ctx context.Context, metrics *api.Metrics) error {
	if a.cfg.Redis.Addr == "" {
		return nil
	}
	installation, err := a.store.Installation(ctx)
	if err != nil {
		return err
	}
	cache.LogTo(a.log)
	a.redis = cache.NewRedis(cache.RedisOptions{
		Addrs: a.cfg.Redis.Addrs(), Password: a.cfg.Redis.Password.Reveal(), DB: a.cfg.Redis.DB,
		Installation: installation, Logger: a.log, Failed: metrics.RedisFailed,
	})
	a.closers = append(a.closers, func() { _ = a.redis.Close() }) // nothing of ours is lost with it
	a.redis.Look(ctx)
	return nil
}

// shared is what replicas have together beside the database: with Redis, or else nothing.
func (a *app) shared(metrics *api.Metrics) service.Shared {
	answers := cache.NewTiered(a.redis, cache.NewMemory(answerCacheBytes, processNow), metrics.CacheLooked)
	if a.redis == nil {
		return service.Shared{Answers: answers}
	}
	return service.Shared{
		Answers: answers, Listings: cache.NewListings(a.store, a.redis, metrics.CacheLooked),
		Budget: a.redis, Wakeups: cache.NewWakeups(a.redis),
	}
}

// watchRedis looks after Redis until ctx ends.
func (a *app) watchRedis(ctx context.Context) {
	if a.redis != nil {
		a.redis.Watch(ctx)
	}
}

// redisUp is what the gauge shows; nil without a Redis.
func (a *app) redisUp() func() bool {
	if a.redis == nil {
		return nil
	}
	return a.redis.Up
}

func robotLimits(robots []config.Robot) map[string]int {
	limits := make(map[string]int, len(robots))
	for _, r := range robots {
		limits[r.Name] = r.PerMinute
	}
	return limits
}

func fallbacks(robots []config.Robot) map[string]string {
	names := map[string]string{}
	for _, r := range robots {
		if r.Fallback != "" {
			names[r.Name] = r.Fallback
		}
	}
	return names
}

// fates is whom to ask what became of work notices; nil without an app that sends them.
func (a *app) fates(messenger *dingtalk.Sender) service.Fates {
	if !worksNotices(a.cfg.DingTalk) {
		return nil
	}
	return messenger
}
