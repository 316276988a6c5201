package cache

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"
)

// takeScript takes one from a budget of so many in a rolling window, by Redis' own clock, and answers with nothing; with
// none left it answers with the milliseconds until the next ones are free again, the soonest first. The key goes away by itself, so
// that a clock that jumped does no harm for longer than the window. A member of its own says until when the budget is blocked.
var takeScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local blocked = redis.call('ZSCORE', KEYS[1], 'blocked')
if blocked then
  if tonumber(blocked) > now then
    return {tonumber(blocked) - now}
  end
  redis.call('ZREM', KEYS[1], 'blocked')
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local taken = redis.call('ZCARD', KEYS[1])
local free = {}
if taken < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window)
  return free
end
local oldest = redis.call('ZRANGE', KEYS[1], taken - limit, taken - limit + ARGV[4] - 1, 'WITHSCORES')
for i = 2, #oldest, 2 do
  free[#free + 1] = math.min(oldest[i] + window - now, window)
end
return free`)

// blockScript blocks a budget for so many milliseconds, by Redis' own clock.
var blockScript = redis.NewScript(`
local t = redis.call('TIME')
local till = t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[1]
redis.call('ZADD', KEYS[1], till, 'blocked')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0`)

// mostFree is how far ahead is told when a budget is used up.
const mostFree = 50

// Take takes one from the budget that all processes share: limit in any window. When nothing is left it returns in how
// long the next ones come free, the soonest first. An error: nobody can tell.
func (r *Redis) Take(ctx context.Context, budget string, limit int, window time.Duration) ([]time.Duration, error) {
	var free []int64
	err := r.call(ctx, kindBudget, r.patience, func(ctx context.Context) (err error) {
		keys := []string{r.key(kindBudget + ":" + budget)}
		free, err = takeScript.Run(ctx, r.client, keys, window.Milliseconds(), limit, rand.Text(), mostFree).Int64Slice()
		return err
	})
	waits := make([]time.Duration, len(free))
	for i, ms := range free {
		waits[i] = max(time.Duration(ms)*time.Millisecond, time.Millisecond)
	}
	return waits, err
}

// Block lets nobody take from a budget for a while: Take then says how long it still lasts. An error: the others may not know.
func (r *Redis) Block(ctx context.Context, budget string, d time.Duration) error {
	return r.call(ctx, kindBudget, r.patience, func(ctx context.Context) error {
		keys := []string{r.key(kindBudget + ":" + budget)}
		return blockScript.Run(ctx, r.client, keys, d.Milliseconds()).Err()
	})
}
