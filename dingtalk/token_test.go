package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// cache is a TokenCache that remembers how it was used.
type cache struct {
	mu     sync.Mutex
	values map[string][]byte
	ttl    time.Duration
	broken bool
}

func (c *cache) Get(_ context.Context, key string) ([]byte, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return nil, false, errors.New("cache down")
	}
	value, ok := c.values[key]
	return value, ok, nil
}

func (c *cache) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		return errors.New("cache down")
	}
	c.values[key], c.ttl = value, ttl
	return nil
}

func (w *world) tokenRequests() int { return w.Ledger().Paths["/v1.0/oauth2/accessToken"] }

func mustToken(t *testing.T, c *Client) string {
	t.Helper()
	token, err := c.Token(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	first := mustToken(t, c)
	w.clock.Advance(7200*time.Second - 5*time.Minute - time.Second)
	if mustToken(t, c) != first || w.tokenRequests() != 1 {
		t.Fatalf("asked %d times before the token was due", w.tokenRequests())
	}
	w.clock.Advance(time.Second)
	mustToken(t, c)
	if w.tokenRequests() != 2 {
		t.Fatalf("asked %d times, want a second time 5 minutes before the end", w.tokenRequests())
	}
}

func TestTokenSingleFlight(t *testing.T) {
	w := newWorld(t)
	w.Slow(50*time.Millisecond, -1)
	c := w.client()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := c.Token(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.tokenRequests(); n != 1 {
		t.Errorf("%d requests for one token", n)
	}
}

func TestTokenOutlivesTheCallerThatAskedFirst(t *testing.T) {
	w := newWorld(t)
	w.Slow(100*time.Millisecond, 1)
	c := w.client()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.Token(ctx)
	wantCode(t, err, model.CodeDingTalkUnavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides the cancellation", err)
	}
	mustToken(t, c)
	if n := w.tokenRequests(); n != 1 {
		t.Errorf("%d requests, want the first one to be used", n)
	}
}

func TestTokenStillAliveIsUsedWhenRenewalFails(t *testing.T) {
	w := newWorld(t)
	c := w.client()
	first := mustToken(t, c)
	w.clock.Advance(7200*time.Second - time.Minute)
	w.Down(true)
	for range 3 {
		if mustToken(t, c) != first {
			t.Error("gave a living token up")
		}
	}
	if n := w.Ledger().Requests; n != 2 {
		t.Errorf("%d requests, want one failed renewal, then a pause", n)
	}
	w.clock.Advance(30 * time.Second)
	mustToken(t, c)
	if n := w.Ledger().Requests; n != 3 {
		t.Errorf("%d requests, want another renewal after the pause", n)
	}
	w.clock.Advance(time.Minute)
	_, err := c.Token(context.Background())
	wantCode(t, err, model.CodeDingTalkUnavailable)
}

func TestTokenIsSharedThroughTheCache(t *testing.T) {
	w := newWorld(t)
	shared := &cache{values: map[string][]byte{}}
	withCache := func(o *Options) { o.Tokens = shared }
	one, two := w.client(withCache), w.client(withCache)
	if mustToken(t, one) != mustToken(t, two) || w.tokenRequests() != 1 {
		t.Errorf("%d requests for two replicas", w.tokenRequests())
	}
	if shared.ttl != 7200*time.Second {
		t.Errorf("kept for %v", shared.ttl)
	}
	w.ExpireTokens()
	for _, c := range []*Client{one, two} {
		if _, err := c.WorkNotice(context.Background(), []string{"u1"}, "t", "R-1"); err != nil {
			t.Fatal(err)
		}
	}
	if w.tokenRequests() != 2 {
		t.Errorf("%d requests, want one more: the second replica finds what the first renewed", w.tokenRequests())
	}
}

func TestTokenCacheMayFail(t *testing.T) {
	for name, shared := range map[string]*cache{
		"down":    {broken: true},
		"garbage": {values: map[string][]byte{"token:dingkey": []byte("{")}},
		"empty":   {values: map[string][]byte{"token:dingkey": []byte(`{"renew":"2999-01-01T00:00:00Z"}`)}},
		"expired": {values: map[string][]byte{"token:dingkey": []byte(`{"value":"x","renew":"2000-01-01T00:00:00Z"}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if token := mustToken(t, w.client(func(o *Options) { o.Tokens = shared })); token == "x" || token == "" {
				t.Errorf("token %q", token)
			}
		})
	}
}

func TestTokenErrors(t *testing.T) {
	tests := []struct {
		name  string
		fault func(*world)
		want  model.Code
	}{
		{"server error", func(w *world) { w.Fail(500, 1, "/v1.0/oauth2") }, model.CodeDingTalkUnavailable},
		{"cut before", func(w *world) { w.CutBefore(1) }, model.CodeDingTalkUnavailable},
		{"cut after", func(w *world) { w.CutAfter(1) }, model.CodeDingTalkUnavailable},
		{"down", func(w *world) { w.Down(true) }, model.CodeDingTalkUnavailable},
		{"rate limit", func(w *world) { w.RateLimit(1) }, model.CodeDingTalkThrottled},
		{"banned", func(w *world) { w.BanPage(1) }, model.CodeDingTalkThrottled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.fault(w)
			_, err := w.client().Token(context.Background())
			wantCode(t, err, tt.want)
			if n := w.Ledger().Requests; n != 1 {
				t.Errorf("%d requests, want no blind retry", n)
			}
		})
	}
}

func TestTokenWrongCredentials(t *testing.T) {
	w := newWorld(t, func(o *dingtalktest.Options) { o.AppSecret = "rotated" })
	_, err := w.client().Token(context.Background())
	wantCode(t, err, model.CodeDingTalkAuth)
	if m := model.MessageOf(err); !strings.Contains(m, "AppSecret") {
		t.Errorf("message %q does not say what to check", m)
	}
}

func TestTokenAnswerMustHaveItsFields(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"accessToken":"a"}`, `{"expireIn":7200}`, `{"accessToken":7,"expireIn":7200}`, `{"accessToken":"a","expireIn":-1}`,
	} {
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, body) }))
		_, err := New(Options{HTTPClient: newHTTPClient(t), APIURL: url}).Token(context.Background())
		if model.CodeOf(err) != model.CodeDingTalkUnavailable {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestShortLivedTokenIsNotFetchedEveryTime(t *testing.T) {
	requests := 0
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		_, _ = fmt.Fprint(w, `{"accessToken":"a","expireIn":120}`)
	}))
	c := New(Options{HTTPClient: newHTTPClient(t), APIURL: url})
	mustToken(t, c)
	mustToken(t, c)
	if requests != 1 {
		t.Errorf("%d requests", requests)
	}
}
