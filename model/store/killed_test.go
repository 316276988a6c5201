package store_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/model/store"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// sender sends each approved form until it is answered with success, at most four times, as DingTalk does.
type sender struct {
	caller   dingtalktest.Connector
	accepted atomic.Int64
	failures atomic.Int64
	mu       sync.Mutex
	answers  map[string]string // release numbers by instance
}

func (s *sender) send(ctx context.Context, instance string) {
	for range 4 {
		status, answer, err := s.caller.Call(ctx, "releases", approvedForm(instance))
		if err == nil && status == http.StatusOK && answer["success"] == true {
			s.accepted.Add(1)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.answers[instance] = fmt.Sprint(answer["releaseId"])
			return
		}
		s.failures.Add(1)
		time.Sleep(time.Second)
	}
}

// TestServerKilledAmidSubmissions kills MariaDB while 200 forms come in at once, and starts it again.
func TestServerKilledAmidSubmissions(t *testing.T) {
	server := servers.DedicatedMariaDB(t)
	s := open(t, store.Options{Driver: store.DriverMySQL, DSN: server.DSN()})
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	forms := &sender{caller: startAcceptingBridge(t, s), answers: map[string]string{}}
	var all sync.WaitGroup
	for n := range 200 {
		all.Go(func() { forms.send(t.Context(), fmt.Sprint("proc-", n)) })
	}
	for forms.accepted.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	server.Kill()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	t.Logf("%d forms answered with success, %d answers without", forms.accepted.Load(), forms.failures.Load())
	if forms.failures.Load() == 0 {
		t.Error("the server was killed when all was done")
	}
	wantWhole(t, s, forms.answers)
}

// wantWhole checks that every form that was answered with success is stored under that number, that none is stored twice,
// and that whatever is stored is whole.
func wantWhole(t *testing.T, s *store.Store, answers map[string]string) {
	t.Helper()
	seen := map[string]string{}
	for _, r := range everyRelease(t, s) {
		if other, twice := seen[r.ProcessInstanceID]; twice {
			t.Errorf("%s is stored as %s and as %s", r.ProcessInstanceID, other, r.Number())
		}
		seen[r.ProcessInstanceID] = r.Number()
		events, err := s.History(t.Context(), r.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		messages, err := s.Messages(t.Context(), r.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Deployments) != 1 || len(events) != 1 || len(messages) != 4 {
			t.Errorf("%s: %d deployments, %d events, %d messages", r.Number(), len(r.Deployments), len(events), len(messages))
		}
	}
	for instance, number := range answers {
		if seen[instance] != number {
			t.Errorf("%s was answered %s, %q is stored", instance, number, seen[instance])
		}
	}
	if len(answers) == 0 {
		t.Error("nothing was answered with success")
	}
}

func everyRelease(t *testing.T, s *store.Store) (all []*model.Release) {
	t.Helper()
	for {
		f := model.ReleaseFilter{Limit: 200}
		if len(all) > 0 {
			f.Before = all[len(all)-1].ID
		}
		page, err := s.ListReleases(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}
