package cache

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Table keeps listings for good.
type Table interface {
	SaveListing(ctx context.Context, l model.Listing) error
	LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error)
	TouchListing(ctx context.Context, controller string, changed, at time.Time) error
	ListingTimes(ctx context.Context, controller string) (model.ListingTimes, error)
}

// Listings shares listings through Redis. What counts is the table, which is also asked for times: Redis has copies of the
// jobs, which may be missing or old.
type Listings struct {
	Table
	redis  *Redis
	looked func(kind, found string)
}

// NewListings puts a Redis before a table; looked is told of every look and may be nil.
func NewListings(table Table, redis *Redis, looked func(kind, found string)) *Listings {
	if looked == nil {
		looked = func(string, string) {}
	}
	return &Listings{Table: table, redis: redis, looked: looked}
}

// listingLife is how old a shared listing may be: as long as anybody lists, it is replaced much sooner.
const listingLife = time.Hour

// stampBytes is the length of the time before the packed jobs.
const stampBytes = 8

// SaveListing replaces the controller's listing in the table, then the copy. Errors: those of the table.
func (c *Listings) SaveListing(ctx context.Context, l model.Listing) error {
	if err := c.Table.SaveListing(ctx, l); err != nil {
		return err
	}
	packed, err := l.Pack()
	if err != nil {
		return err
	}
	if l.Changed.IsZero() {
		l.Changed = l.At
	}
	value := binary.BigEndian.AppendUint64(nil, uint64(l.Changed.UnixMicro())) // #nosec G115 -- read back as it was
	_ = c.redis.set(ctx, listingKey(l.Controller), append(value, packed...), listingLife, patienceLarge)
	return nil
}

// LoadListing returns the controller's listing when it changed after since: the copy, or else the table's. A copy does not
// know when it was seen last. Errors: those of the table.
func (c *Listings) LoadListing(ctx context.Context, controller string, since time.Time) (model.Listing, error) {
	if l, ok := c.copied(ctx, controller, since); ok {
		c.looked(kindListing, FoundShared)
		return l, nil
	}
	c.looked(kindListing, FoundNot)
	return c.Table.LoadListing(ctx, controller, since)
}

// copied is the copy when it changed after since. Its time is read first: mostly it is known already, and the jobs are
// some megabytes.
func (c *Listings) copied(ctx context.Context, controller string, since time.Time) (model.Listing, bool) {
	var stamp []byte
	err := c.redis.call(ctx, kindListing, c.redis.patience, func(ctx context.Context) (err error) {
		stamp, err = c.redis.client.GetRange(ctx, c.redis.key(listingKey(controller)), 0, stampBytes-1).Bytes()
		return err
	})
	if err != nil || !stamped(stamp).After(since) {
		return model.Listing{}, false
	}
	value, found, err := c.redis.get(ctx, listingKey(controller), patienceLarge)
	if err != nil || !found || !stamped(value).After(since) {
		return model.Listing{}, false
	}
	l := model.Listing{Controller: controller, Changed: stamped(value), At: stamped(value)}
	err = l.Unpack(value[stampBytes:])
	return l, err == nil
}

func listingKey(controller string) string { return kindListing + ":" + controller }

// stamped is the time at the beginning of a copy, the zero time when there is none.
func stamped(value []byte) time.Time {
	if len(value) < stampBytes {
		return time.Time{}
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(value))).UTC() // #nosec G115 -- written by SaveListing
}
