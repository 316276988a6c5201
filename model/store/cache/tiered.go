package cache

import (
	"context"
	"time"
)

// Where a value was found, as metrics call it.
const (
	FoundShared = "shared" // in Redis
	FoundLocal  = "local"  // in this process
	FoundNot    = "miss"
)

// Tiered is a Cache in Redis with one in the process beside it, which serves while Redis does not.
type Tiered struct {
	shared *Redis
	local  *Memory
	looked func(kind, found string)
}

var _ Cache = (*Tiered)(nil)

// NewTiered takes a nil shared when there is no Redis. looked is told of every look and may be nil.
func NewTiered(shared *Redis, local *Memory, looked func(kind, found string)) *Tiered {
	if looked == nil {
		looked = func(string, string) {}
	}
	return &Tiered{shared: shared, local: local, looked: looked}
}

// Get returns the value and whether there is one. It never fails.
func (c *Tiered) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if c.shared != nil {
		if value, found, err := c.shared.Get(ctx, key); found && err == nil {
			c.looked(kindOf(key), FoundShared)
			return value, true, nil
		}
	}
	value, found, err := c.local.Get(ctx, key)
	where := FoundNot
	if found {
		where = FoundLocal
	}
	c.looked(kindOf(key), where)
	return value, found, err
}

// Set keeps the value for ttl in the process, and in Redis when it answers. It never fails.
func (c *Tiered) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if c.shared != nil {
		_ = c.shared.Set(ctx, key, value, ttl) // it is kept here as well
	}
	return c.local.Set(ctx, key, value, ttl)
}

// Delete forgets the value. It never fails: where Redis does not answer, whoever reads the value there finds it as old as
// it is.
func (c *Tiered) Delete(ctx context.Context, key string) error {
	if c.shared != nil {
		_ = c.shared.Delete(ctx, key)
	}
	return c.local.Delete(ctx, key)
}
