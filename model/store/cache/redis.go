package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Prefix starts every key in Redis, so that a Redis can be shared with others.
const Prefix = "oabridge:"

// Whoever waits for Redis could have done without it: a slow one is as good as none.
const (
	patience      = 300 * time.Millisecond // for an answer
	patienceLarge = 2 * time.Second        // for one of some megabytes
	lookInterval  = 500 * time.Millisecond
)

// Redis is a Cache that several processes share. While it does not answer nobody waits for it; Watch finds out when it
// is back.
type Redis struct {
	client   redis.UniversalClient
	prefix   string
	log      *slog.Logger
	failed   func(kind string)
	health   health
	patience time.Duration
	interval time.Duration
}

var _ Cache = (*Redis)(nil)

// RedisOptions say which Redis to use.
type RedisOptions struct {
	Addrs        []string // host:port; several are the nodes of a cluster
	Password     string
	DB           int
	Installation string            // keeps several bridges on one Redis apart
	Logger       *slog.Logger      // nil: none
	Failed       func(kind string) // is told of every call that failed; may be nil
	Patience     time.Duration     // for an answer; 0: 300 ms
	Interval     time.Duration     // between two looks of Watch; 0: 500 ms
}

// NewRedis makes a cache on a Redis. It connects when it is used first.
func NewRedis(o RedisOptions) *Redis {
	r := &Redis{
		prefix: Prefix, log: o.Logger, failed: o.Failed, patience: o.Patience, interval: o.Interval,
		client: redis.NewUniversalClient(&redis.UniversalOptions{
			Addrs: o.Addrs, Password: o.Password, DB: o.DB, MaxRetries: -1, ContextTimeoutEnabled: true,
			DialTimeout: patience, DialerRetries: 1, PoolTimeout: patience,
			ReadTimeout: patienceLarge, WriteTimeout: patienceLarge, // each call has a shorter one of its own
			MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		}),
	}
	if o.Installation != "" {
		r.prefix += o.Installation + ":"
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.failed == nil {
		r.failed = func(string) {}
	}
	if r.patience == 0 {
		r.patience = patience
	}
	if r.interval == 0 {
		r.interval = lookInterval
	}
	return r
}

// Kinds of keys that only this package knows.
const (
	kindAlive   = "alive"
	kindBudget  = "budget"
	kindListing = "listing"
	kindWakeup  = "wakeup"
)

func (r *Redis) key(key string) string { return r.prefix + key }

// kindOf is the first word of a key, for metrics: callers choose it and never make it of what they were sent.
func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, ":")
	return kind
}

// Get returns the value and whether there is one.
func (r *Redis) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return r.get(ctx, key, r.patience)
}

func (r *Redis) get(ctx context.Context, key string, limit time.Duration) (value []byte, found bool, err error) {
	err = r.call(ctx, kindOf(key), limit, func(ctx context.Context) (err error) {
		value, err = r.client.Get(ctx, r.key(key)).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	return value, err == nil, err
}

// Set keeps the value for ttl.
func (r *Redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if ttl < shortest {
		return r.Delete(ctx, key)
	}
	return r.set(ctx, key, value, ttl, r.patience)
}

func (r *Redis) set(ctx context.Context, key string, value []byte, ttl, limit time.Duration) error {
	return r.call(ctx, kindOf(key), limit, func(ctx context.Context) error {
		return r.client.Set(ctx, r.key(key), value, ttl).Err()
	})
}

// Delete forgets the value.
func (r *Redis) Delete(ctx context.Context, key string) error {
	return r.call(ctx, kindOf(key), r.patience, func(ctx context.Context) error {
		return r.client.Del(ctx, r.key(key)).Err()
	})
}

// Ping tells whether Redis answers and accepts the password, also while it counts as away.
func (r *Redis) Ping(ctx context.Context) error { return r.client.Ping(ctx).Err() }

// Close ends the connections.
func (r *Redis) Close() error { return r.client.Close() }

// LogTo sends the Redis library's own log lines, which repeat the errors that Cache returns, to log at debug level. The
// library has one log for the whole process: only main calls this.
func LogTo(log *slog.Logger) { redis.SetLogger(libraryLog{log}) }

type libraryLog struct{ log *slog.Logger }

// Printf is the library's hook.
func (l libraryLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "redis: "+fmt.Sprintf(format, args...))
}
