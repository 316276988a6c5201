package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/model"
)

// What must be seen nowhere, with characters that a URL writes in another way.
const (
	leakToken  = "robot-token-7f3a/+b"
	leakSecret = "SECrobot-secret-91c/+d"
	leakApp    = "app-secret-Zq8/+x"
	leakAccess = "access-token-55/+e"
)

// overheard is a Messenger that keeps every error, as deep as it goes.
type overheard struct {
	Messenger
	mu   sync.Mutex
	said []string
}

func (o *overheard) Deliver(ctx context.Context, m model.Message) (int64, error) {
	task, err := o.Messenger.Deliver(ctx, m)
	o.mu.Lock()
	defer o.mu.Unlock()
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		o.said = append(o.said, cause.Error(), fmt.Sprintf("%+v %#v", cause, cause))
	}
	return task, err
}

// kept is a token that is still good, so that what fails is the call with it.
type kept struct{}

func (kept) Set(context.Context, string, []byte, time.Duration) error { return nil }

func (kept) Get(context.Context, string) ([]byte, bool, error) {
	return []byte(`{"value":"` + leakAccess + `","renew":"2999-01-01T00:00:00Z","expires":"2999-01-01T00:00:00Z"}`), true, nil
}

// mishap is a DingTalk that does not work: where it is, and what it does with a request.
type mishap struct {
	address func(server string) string
	handle  http.HandlerFunc
}

func mishaps(cancel func()) map[string]mishap {
	same := func(server string) string { return server }
	return map[string]mishap{
		"cancelled in the middle": {same, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		}},
		"cut off":      {same, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"no TLS":       {func(server string) string { return strings.Replace(server, "http:", "https:", 1) }, nil},
		"no such host": {func(string) string { return "http://oabridge.invalid" }, nil},
		"nobody there": {func(string) string { return "http://127.0.0.1:1" }, nil},
		"a redirect": {same, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.invalid/?"+r.URL.RawQuery, http.StatusFound)
		}},
		"an echo": {same, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"errcode": "300001", "errmsg": r.URL.String(), "message": r.URL.RawQuery})
		}},
	}
}

// TestNoSecretLeaks sends to a DingTalk that fails in every way, and looks for secrets in errors, in the log and in
// everything that is stored.
func TestNoSecretLeaks(t *testing.T) {
	for name := range mishaps(nil) {
		t.Run(name, func(t *testing.T) {
			var cancel atomic.Value // ends the try in hand
			m := mishaps(func() { cancel.Load().(context.CancelFunc)() })[name]
			server := httptest.NewServer(m.handle)
			defer server.Close()
			log, heard := &diary{}, &overheard{Messenger: leaky(t, m.address(server.URL))}
			w := newWorld(t, func(o *Options) {
				o.Messenger, o.Comments = heard, Comments{On: true}
				o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			w.submit("审批人", "")
			claimed, err := w.store.ClaimMessages(t.Context(), "me", w.pace.Lease, 10)
			if err != nil || len(claimed) != 3 {
				t.Fatalf("%d messages, %v", len(claimed), err)
			}
			for _, message := range claimed { // a robot's, a work notice, a comment
				ctx, end := context.WithCancel(t.Context())
				cancel.Store(end)
				w.deliver(ctx, message)
				end()
			}
			for _, m := range w.outbox() {
				if m.Attempts != 1 || m.LastError == "" {
					t.Errorf("%s: %d tries, %q", m.Channel, m.Attempts, m.LastError)
				}
			}
			stored, err := json.Marshal(w.outbox())
			if err != nil {
				t.Fatal(err)
			}
			wantNoSecret(t, "an error", strings.Join(heard.said, "\n"))
			wantNoSecret(t, "the log", log.String())
			wantNoSecret(t, "a stored message", string(stored))
		})
	}
}

// leaky sends through real clients that know secrets.
func leaky(t *testing.T, address string) *dingtalk.Sender {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	robot, err := dingtalk.NewRobot("ops", address+"/robot/send?access_token="+url.QueryEscape(leakToken), leakSecret, nil, false, client, nil)
	if err != nil {
		t.Fatal(err)
	}
	app := dingtalk.New(dingtalk.Options{
		HTTPClient: client, APIURL: address, OAPIURL: address, AppKey: "ding", AppSecret: leakApp, AgentID: 1, Tokens: kept{},
	})
	return dingtalk.NewSender(app, robot)
}

func wantNoSecret(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{leakToken, leakSecret, leakApp, leakAccess} {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			if strings.Contains(text, form) {
				t.Errorf("%s shows %q:\n%.1000s", where, form, text)
			}
		}
	}
	hidden := strings.NewReplacer("=<secret>", "", `=\u003csecret\u003e`, "").Replace(text)
	for _, name := range []string{"access_token=", "sign="} {
		if strings.Contains(hidden, name) {
			t.Errorf("%s has %q:\n%.1000s", where, name, text)
		}
	}
}
