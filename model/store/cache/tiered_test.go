package cache_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store/cache"
)

// looks keeps what was found where.
type looks struct {
	mu   sync.Mutex
	list []string
}

func (l *looks) looked(kind, found string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, kind+" "+found)
}

func (l *looks) want(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.list, want) {
		t.Errorf("looked %q, want %q", l.list, want)
	}
	l.list = nil
}

func TestTieredGoesOnInTheProcess(t *testing.T) {
	p, l := newPatient(t), &looks{}
	c := cache.NewTiered(p.Redis, cache.NewMemory(1<<20, time.Now), l.looked)
	other := cache.NewTiered(p.Redis, cache.NewMemory(1<<20, time.Now), nil)
	set(t, c, "answer:a", "1", time.Minute)
	want(t, other, "answer:a", "1")
	want(t, c, "answer:a", "1")
	p.freeze()
	p.await(false)
	want(t, c, "answer:a", "1")
	wantNone(t, other, "answer:a")
	set(t, c, "answer:b", "2", time.Minute)
	want(t, c, "answer:b", "2")
	wantNone(t, c, "answer:c")
	p.thaw()
	p.await(true)
	want(t, c, "answer:b", "2")
	if err := c.Delete(t.Context(), "answer:a"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, c, "answer:a")
	wantNone(t, other, "answer:a")
	l.want(t, "answer shared", "answer local", "answer local", "answer miss", "answer local", "answer miss")
}

func TestTieredWithoutRedis(t *testing.T) {
	c := cache.NewTiered(nil, cache.NewMemory(1<<20, time.Now), nil)
	set(t, c, "k", "1", time.Minute)
	want(t, c, "k", "1")
	if err := c.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, c, "k")
}

// table is a table of listings that can be away.
type table struct {
	cache.Table
	kept model.Listing
	err  error
}

func (s *table) SaveListing(_ context.Context, l model.Listing) error {
	if s.err == nil {
		s.kept = l
	}
	return s.err
}

func (s *table) LoadListing(_ context.Context, _ string, since time.Time) (model.Listing, error) {
	if s.err == nil && !s.kept.At.After(since) {
		return model.Listing{}, model.Errorf(model.CodeNotFound, "没有")
	}
	return s.kept, s.err
}

func listing(at time.Time, job string) model.Listing {
	return model.Listing{Controller: "prod", At: at, Jobs: []model.Job{{FullName: job, DisplayName: strings.Repeat("名", 100)}}}
}

func TestListingsAreSharedAndTheTableIsWhatCounts(t *testing.T) {
	p, l, rows := newPatient(t), &looks{}, &table{}
	c := cache.NewListings(rows, p.Redis, l.looked)
	load := func(since time.Time, job string) {
		t.Helper()
		got, err := c.LoadListing(t.Context(), "prod", since)
		if job == "" && model.CodeOf(err) == model.CodeNotFound {
			return
		}
		if err != nil || len(got.Jobs) != 1 || got.Jobs[0].FullName != job || got.Controller != "prod" {
			t.Fatalf("%+v, %v; want %s", got, err, job)
		}
	}
	save := func(at time.Time, job string) {
		t.Helper()
		if err := c.SaveListing(t.Context(), listing(at, job)); err != nil {
			t.Fatal(err)
		}
	}
	first := time.Date(2026, 11, 22, 12, 0, 0, 123456000, time.UTC)
	load(time.Time{}, "")
	save(first, "one")
	rows.err = errors.New("the table is not needed")
	load(time.Time{}, "one")
	rows.err = nil
	load(first, "")
	l.want(t, "listing miss", "listing shared", "listing miss")

	rows.kept = listing(first.Add(time.Minute), "two") // Redis missed this one
	load(first, "two")
	p.kill()
	p.await(false)
	p.restart()
	p.await(true)
	load(time.Time{}, "two")
	p.kill()
	p.await(false)
	save(first.Add(2*time.Minute), "three")
	load(first, "three")
	l.want(t, "listing miss", "listing miss", "listing miss")
}

func TestListingThatCannotBeSavedIsNotShared(t *testing.T) {
	p, rows := newPatient(t), &table{err: errors.New("full")}
	c := cache.NewListings(rows, p.Redis, nil)
	if err := c.SaveListing(t.Context(), listing(time.Now(), "one")); err == nil {
		t.Error("no error")
	}
	rows.err = nil
	if got, err := c.LoadListing(t.Context(), "prod", time.Time{}); err == nil {
		t.Errorf("%+v", got)
	}
}

func TestRubbishInRedisIsNoListing(t *testing.T) {
	p, rows := newPatient(t), &table{kept: listing(time.Now(), "one")}
	c := cache.NewListings(rows, p.Redis, nil)
	direct := redis.NewClient(&redis.Options{Addr: p.server.Addr()})
	t.Cleanup(func() { _ = direct.Close() })
	for _, value := range []string{"", "short", "\x7fsometimeand no gzip", strings.Repeat("\x01", 5000)} {
		direct.Set(t.Context(), "oabridge:here:listing:prod", value, 0)
		if got, err := c.LoadListing(t.Context(), "prod", time.Time{}); err != nil || got.Jobs[0].FullName != "one" {
			t.Errorf("%q: %+v, %v", value, got, err)
		}
	}
}
