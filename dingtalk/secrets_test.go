package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

func TestRedact(t *testing.T) {
	hide := secrets{"a/b c", ""}
	if got := hide.redact("a/b c, a%2Fb+c, a%2Fb%20c, abc"); got != "<secret>, <secret>, <secret>, abc" {
		t.Errorf("redact = %q", got)
	}
}

func TestCause(t *testing.T) {
	hide := secrets{"token"}
	wrapped := &url.Error{Op: "Post", URL: "https://h/?access_token=token", Err: &url.Error{Op: "Get", URL: "token", Err: io.EOF}}
	if got := hide.cause(wrapped); !errors.Is(got, io.EOF) || got.Error() != "EOF" {
		t.Errorf("cause = %v", got)
	}
	if got := hide.cause(errors.New("proxy refused h/?token")); got.Error() != "proxy refused h/?<secret>" {
		t.Errorf("cause = %v", got)
	}
}

// checkNoSecret searches everything that could reach a log: the text, the fields, and each cause on its own.
func checkNoSecret(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error to search")
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		for _, text := range []string{cause.Error(), fmt.Sprintf("%+v", cause), fmt.Sprintf("%#v", cause)} {
			for _, secret := range []string{testAppSecret, testRobotToken, testRobotSecret, "fake-access-token", "sign=", "access_token="} {
				for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
					if strings.Contains(text, form) {
						t.Errorf("%q shows %q", text, form)
					}
				}
			}
		}
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	faults := map[string]func(*world){
		"cut before":    func(w *world) { w.CutBefore(-1) },
		"cut after":     func(w *world) { w.CutAfter(-1) },
		"down":          func(w *world) { w.Down(true) },
		"ban":           func(w *world) { w.BanPage(-1) },
		"server error":  func(w *world) { w.Fail(500, -1, "") },
		"not found":     func(w *world) { w.Fail(404, -1, "") },
		"rate limit":    func(w *world) { w.RateLimit(-1) },
		"signature":     func(w *world) { w.WrongSignature(-1); w.RateLimit(-1) },
		"slow":          func(w *world) { w.Slow(5*time.Second, -1) },
		"closed server": func(w *world) { w.url = "http://127.0.0.1:1" },
		"no such host":  func(w *world) { w.url = "http://oabridge.invalid" },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			fault(w)
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			defer cancel()
			checkNoSecret(t, w.robot(t).Send(ctx, "1", "t", "x"))
			_, err := w.client().WorkNotice(ctx, []string{"u1"}, "t", "x")
			checkNoSecret(t, err)
		})
	}
}

func TestCancelInTheMiddleShowsNoSecret(t *testing.T) {
	for name, act := range map[string]func(*world, context.Context) error{
		"robot": func(w *world, ctx context.Context) error { return w.robot(t).Send(ctx, "1", "t", "x") },
		"notice": func(w *world, ctx context.Context) error {
			_, err := w.client(func(o *Options) { o.Tokens = living() }).WorkNotice(ctx, []string{"u1"}, "t", "x")
			return err
		},
		"token": func(w *world, ctx context.Context) error { _, err := w.client().Token(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			inside := make(chan struct{})
			w := newWorld(t)
			w.url = serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				close(inside)
				select {
				case <-r.Context().Done():
				case <-time.After(300 * time.Millisecond): // the token request outlives its first caller
				}
			}))
			go func() {
				<-inside
				cancel()
			}()
			err := act(w, ctx)
			checkNoSecret(t, err)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v is no cancellation", err)
			}
		})
	}
}

// living is a cache with a token that is still good.
func living() *cache {
	return &cache{values: map[string][]byte{
		"token:dingkey": []byte(`{"value":"fake-access-token-9","renew":"2999-01-01T00:00:00Z","expires":"2999-01-01T00:00:00Z"}`),
	}}
}

func TestEchoedSecretsAreTakenOut(t *testing.T) {
	w := newWorld(t)
	w.url = serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(rw, `{"code":%q,"message":%q}`, r.URL.Query().Get("access_token"), r.URL.String()+" "+string(body))
	}))
	checkNoSecretValue := func(err error) {
		t.Helper()
		for _, secret := range []string{testAppSecret, testRobotToken, testRobotSecret, url.QueryEscape(testRobotToken), "fake-access-token"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%v shows %q", err, secret)
			}
		}
	}
	checkNoSecretValue(w.robot(t).Send(context.Background(), "1", "t", "x"))
	_, err := w.client().Token(context.Background())
	checkNoSecretValue(err)
	_, err = w.client(func(o *Options) { o.Tokens = living() }).WorkNotice(context.Background(), []string{"u1"}, "t", "x")
	checkNoSecretValue(err)
}

func TestRobotPrintsNoSecret(t *testing.T) {
	r := newWorld(t, func(o *dingtalktest.Options) { o.Users = nil }).robot(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, r); got != "dingtalk robot ops" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
