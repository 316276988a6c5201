package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
)

// Prefix starts every key in Redis, so that a Redis can be shared with others.
const Prefix = "oabridge:"

// Whoever waits for Redis could have done without it: a slow one is as good as none.
const (
	redisDial = 500 * time.Millisecond
	redisIO   = 300 * time.Millisecond
)

// Redis is a Cache that several processes share.
type Redis struct{ client *redis.Client }

var _ Cache = (*Redis)(nil)

// RedisOptions say which Redis to use.
type RedisOptions struct {
	Addr     string // host:port
	Password string
	DB       int
}

// NewRedis makes a cache on a Redis. It connects when it is used first.
func NewRedis(o RedisOptions) *Redis {
	return &Redis{client: redis.NewClient(&redis.Options{
		Addr: o.Addr, Password: o.Password, DB: o.DB, MaxRetries: -1, ContextTimeoutEnabled: true,
		DialTimeout: redisDial, DialerRetries: 1, ReadTimeout: redisIO, WriteTimeout: redisIO, PoolTimeout: redisDial,
	})}
}

// Get returns the value and whether there is one.
func (r *Redis) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, err := r.client.Get(ctx, Prefix+key).Bytes()
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
	return r.client.Set(ctx, Prefix+key, value, ttl).Err()
}

// Delete forgets the value.
func (r *Redis) Delete(ctx context.Context, key string) error {
	return r.client.Del(ctx, Prefix+key).Err()
}

// Ping tells whether Redis answers and accepts the password.
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
