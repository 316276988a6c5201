package api

import "sync"

// queries remembers how queries read. Forms ask for options by the same few again and again, and reading one costs more
// than looking up what it asks for. What is remembered is shared: nobody may change it.
type queries struct {
	mu    sync.RWMutex
	known map[string]fields
}

// What is remembered, at most.
const (
	mostQueries  = 1000
	longestQuery = 500 // bytes
)

// read reads a query. Errors: invalid_request.
func (q *queries) read(raw string) (fields, error) {
	if raw == "" {
		return nil, nil
	}
	q.mu.RLock()
	f, known := q.known[raw]
	q.mu.RUnlock()
	if known {
		return f, nil
	}
	f, err := readQuery(raw, "地址参数")
	if err == nil && len(raw) <= longestQuery {
		q.keep(raw, f)
	}
	return f, err
}

func (q *queries) keep(raw string, f fields) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.known) >= mostQueries {
		q.known = nil
	}
	if q.known == nil {
		q.known = map[string]fields{}
	}
	q.known[raw] = f
}
