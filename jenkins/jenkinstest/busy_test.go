package jenkinstest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestExclusiveTimeIsNotShared(t *testing.T) {
	s := New(Options{Delay: 3 * time.Millisecond, Exclusive: 2 * time.Millisecond})
	server := httptest.NewServer(s)
	defer server.Close()
	var all sync.WaitGroup
	begin := time.Now()
	for range 20 {
		all.Go(func() {
			res, err := http.Get(server.URL + "/login")
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
		})
	}
	all.Wait()
	busy, took := s.Ledger().Busy, time.Since(begin)
	if busy < 20*2*time.Millisecond || busy > took {
		t.Errorf("busy for %s of %s with 20 requests", busy, took)
	}
	http.DefaultClient.CloseIdleConnections()
}
