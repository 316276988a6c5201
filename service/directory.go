package service

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// directory leads from names to what they mean. A name that could mean two things means none of them: an approved form
// may be older than the second, and the wrong app must not be deployed. Of the names, which are many, it keeps hashes of 128
// bits that nobody can foresee: two names are not taken for one.
type directory[T any] struct {
	items []T
	keys  map[nameHash]int32 // what means one thing whatever others are called
	names map[nameHash]int32 // which item; below 0: how many items a name could mean
	seeds [2]maphash.Seed
	// decorated: the names are offered with what goes on behind them. What looks like such an addition is one then, never
	// part of a name.
	decorated bool
}

type nameHash [2]uint64

func newDirectory[T any](items []T) *directory[T] {
	return &directory[T]{
		items: items, keys: map[nameHash]int32{}, names: make(map[nameHash]int32, 4*len(items)),
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
	}
}

func (d *directory[T]) hash(name string) nameHash {
	return nameHash{maphash.String(d.seeds[0], name), maphash.String(d.seeds[1], name)}
}

// nameAll gives each item a name of its own.
func (d *directory[T]) nameAll(describe func(T) described) []string {
	for i, item := range d.items {
		about := describe(item)
		if about.key != "" {
			d.keys[d.hash(about.key)] = int32(i) // #nosec G115 -- no catalogue is that long
		}
		d.enter(i, about)
	}
	names := make([]string, len(d.items))
	for i, item := range d.items {
		names[i] = d.offer(i, describe(item))
	}
	return names
}

// enter lets all that an item may be called mean it.
func (d *directory[T]) enter(item int, about described) {
	seen := make([]nameHash, 0, 16)
	for n := 0; ; n++ {
		name, more := about.candidate(n)
		if !more {
			break
		}
		seen = d.enterName(item, name, seen)
	}
	for _, name := range about.aliases {
		seen = d.enterName(item, name, seen)
	}
}

// enterName lets one name mean the item; seen are the names that do already.
func (d *directory[T]) enterName(item int, name string, seen []nameHash) []nameHash {
	name = strings.TrimSpace(name)
	if name == "" || d.decorated && bareName(name) != name {
		return seen
	}
	h := d.hash(name)
	if slices.Contains(seen, h) {
		return seen
	}
	switch at, known := d.names[h]; {
	case !known:
		d.names[h] = int32(item) // #nosec G115 -- no catalogue is that long
	case at < 0:
		d.names[h] = at - 1
	default:
		d.names[h] = -2
	}
	return append(seen, h)
}

// find returns what a name means, and how many things it could mean.
func (d *directory[T]) find(name string) (T, int) {
	at, n := d.place(strings.TrimSpace(name))
	if n == 1 {
		return d.items[at], 1
	}
	var none T
	return none, n
}

func (d *directory[T]) place(name string) (at, n int) {
	h := d.hash(name)
	if at, ok := d.keys[h]; ok {
		return int(at), 1
	}
	if d.decorated {
		h = d.hash(bareName(name))
	}
	switch at, known := d.names[h]; {
	case !known:
		return 0, 0
	case at < 0:
		return 0, int(-at)
	default:
		return int(at), 1
	}
}

// offer is the best name that means the item alone.
func (d *directory[T]) offer(item int, about described) string {
	for n := 0; ; n++ {
		name, more := about.candidate(n)
		if !more {
			break
		}
		if at, n := d.place(name); n == 1 && at == item && name != "" {
			return name
		}
	}
	name := withSuffix(about.label, " #"+model.Hash(about.hints...)[:8])
	d.enterName(item, name, nil)
	return name
}
