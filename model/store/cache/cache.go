// Package cache keeps copies that may be lost at any moment: in the process, or in Redis for several processes. Nothing
// may depend on a value being there.
package cache

import (
	"context"
	"time"
)

// Cache keeps values for a while. Every error may be ignored: the value is then just not there.
type Cache interface {
	// Get returns the value and whether there is one.
	Get(ctx context.Context, key string) ([]byte, bool, error)
	// Set keeps the value for ttl, which is at least a millisecond; with less it is forgotten at once.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete forgets the value; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

const shortest = time.Millisecond
