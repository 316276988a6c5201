package cache

import (
	"bytes"
	"container/list"
	"context"
	"sync"
	"time"
)

// Memory is a Cache in the process. When it is full, what was not used for longest goes.
type Memory struct {
	limit int
	now   func() time.Time

	mu    sync.Mutex
	size  int
	order *list.List // of *entry, the last used first
	byKey map[string]*list.Element
}

var _ Cache = (*Memory)(nil)

type entry struct {
	key    string
	value  []byte
	expiry time.Time
}

const entryOverhead = 200 // bytes, about what the map and the list need

func (e *entry) size() int { return len(e.key) + len(e.value) + entryOverhead }

// NewMemory makes an empty cache of at most limit bytes; now is its clock.
func NewMemory(limit int, now func() time.Time) *Memory {
	return &Memory{limit: limit, now: now, order: list.New(), byKey: map[string]*list.Element{}}
}

// Get returns the value and whether there is one. It never fails.
func (m *Memory) Get(_ context.Context, key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	element, ok := m.byKey[key]
	if !ok {
		return nil, false, nil
	}
	e := entryOf(element)
	if !m.now().Before(e.expiry) {
		m.remove(element)
		return nil, false, nil
	}
	m.order.MoveToFront(element)
	return bytes.Clone(e.value), true, nil
}

// Set keeps a copy of the value, unless it is bigger than the whole cache. It never fails.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(key)
	e := &entry{key: key, value: append([]byte{}, value...), expiry: m.now().Add(ttl)}
	if ttl < shortest || e.size() > m.limit {
		return nil
	}
	m.byKey[key] = m.order.PushFront(e)
	m.size += e.size()
	for m.size > m.limit {
		m.remove(m.order.Back())
	}
	return nil
}

// Delete forgets the value. It never fails.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(key)
	return nil
}

func (m *Memory) drop(key string) {
	if element, ok := m.byKey[key]; ok {
		m.remove(element)
	}
}

func entryOf(element *list.Element) *entry {
	e, _ := element.Value.(*entry) // nothing else is ever put there
	return e
}

func (m *Memory) remove(element *list.Element) {
	m.order.Remove(element)
	e := entryOf(element)
	delete(m.byKey, e.key)
	m.size -= e.size()
}
