package jenkins

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// cutter reads requests and hangs up on the ones that cut says.
type cutter struct {
	posts, gets atomic.Int32
	cut         func(*http.Request) bool
}

func (s *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if r.Method == http.MethodPost {
		s.posts.Add(1)
	} else {
		s.gets.Add(1)
	}
	if s.cut(r) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
		return
	}
	_, _ = io.WriteString(w, `{"name":"bridge"}`)
}

// TestPostIsNeverRepeated cuts the connection after the request was read, on a connection that was used before: the
// case in which net/http repeats requests. A GET it may repeat.
func TestPostIsNeverRepeated(t *testing.T) {
	var cut atomic.Bool
	server := &cutter{cut: func(*http.Request) bool { return cut.Load() }}
	c := clientOf(t, server, nil)
	for name, call := range map[string]func() error{
		"with a body": func() error {
			_, err := c.Trigger(t.Context(), "a", true, []model.ParameterValue{pair("A", "1")})
			return err
		},
		"without a body": func() error {
			_, err := c.Trigger(t.Context(), "a", false, nil)
			return err
		},
		"description": func() error { return c.Describe(t.Context(), "a", 1, "R-1") },
	} {
		cut.Store(false)
		if _, err := c.WhoAmI(t.Context()); err != nil {
			t.Fatal(err)
		}
		cut.Store(true)
		server.posts.Store(0)
		if err := call(); model.CodeOf(err) != model.CodeJenkinsUnknown {
			t.Errorf("%s: %v", name, err)
		}
		if n := server.posts.Load(); n != 1 {
			t.Errorf("%s: sent %d times", name, n)
		}
	}
}

func TestCutReadIsUnavailable(t *testing.T) {
	c := clientOf(t, &cutter{cut: func(*http.Request) bool { return true }}, nil)
	if _, err := c.WhoAmI(t.Context()); model.CodeOf(err) != model.CodeJenkinsUnavailable {
		t.Error(err)
	}
}

// TestNoConnection is the one failure of a POST that surely reached nobody.
func TestNoConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	defer tls.Close()
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	for _, base := range []string{"http://" + address, "http://jenkins.invalid", tls.URL} {
		c, err := New(Options{Name: "prod", URL: base, User: testUser, Token: testToken})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Trigger(t.Context(), "a", true, []model.ParameterValue{pair("A", "1")})
		if model.CodeOf(err) != model.CodeJenkinsUnavailable {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// TestUntracedTransport: a transport that does not say whether it connected must not make us believe that it did not.
func TestUntracedTransport(t *testing.T) {
	c := clientOf(t, http.NotFoundHandler(), func(o *Options) {
		o.Transport = roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") })
	})
	if _, err := c.Trigger(t.Context(), "a", false, nil); model.CodeOf(err) != model.CodeJenkinsUnknown {
		t.Error(err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	c := clientOf(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }), func(o *Options) {
		o.Timeout = 20 * time.Millisecond
	})
	_, err := c.Trigger(t.Context(), "a", false, nil)
	if model.CodeOf(err) != model.CodeJenkinsUnknown || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("POST: %v", err)
	}
	_, err = c.Build(t.Context(), "a", 1)
	if model.CodeOf(err) != model.CodeJenkinsUnavailable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("GET: %v", err)
	}
}

func TestWaitingForASlotSendsNothing(t *testing.T) {
	busy, release := make(chan struct{}), make(chan struct{})
	var requests atomic.Int32
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		busy <- struct{}{}
		<-release
		w.WriteHeader(http.StatusNoContent)
	}), func(o *Options) { o.MaxInFlight = 1 })
	done := make(chan error)
	go func() { done <- c.CancelQueued(context.Background(), 1) }()
	<-busy
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for range 2 { // the second finds its context ended
		_, err := c.Trigger(ctx, "a", false, nil)
		if model.CodeOf(err) != model.CodeJenkinsUnavailable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting: %v", err)
		}
	}
	close(release)
	if err := <-done; err != nil || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var paths []string
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}), nil)
	if _, err := c.WhoAmI(t.Context()); model.CodeOf(err) != model.CodeJenkinsProtocol {
		t.Error(err)
	}
	if err := c.Stop(t.Context(), "a", 1); err != nil {
		t.Error(err)
	}
	if strings.Join(paths, " ") != "/whoAmI/api/json /job/a/1/stop" {
		t.Error(paths)
	}
}

func TestBodies(t *testing.T) {
	for name, test := range map[string]struct {
		answer func(w http.ResponseWriter)
		code   model.Code
		says   string
	}{
		"a page":     {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>login</html>") }, model.CodeJenkinsProtocol, "不是 JSON"},
		"other JSON": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `[]`) }, model.CodeJenkinsProtocol, "不是 JSON"},
		"cut": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"name":`)
		}, model.CodeJenkinsUnavailable, "连不上"},
		"short": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"name":`) }, model.CodeJenkinsUnavailable, "连不上"},
		"empty": {func(http.ResponseWriter) {}, model.CodeJenkinsUnavailable, "连不上"},
	} {
		t.Run(name, func(t *testing.T) {
			c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { test.answer(w) }), nil)
			_, err := c.WhoAmI(t.Context())
			if model.CodeOf(err) != test.code || !strings.Contains(model.MessageOf(err), test.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestLimit: an answer as large as allowed is read, one byte more is not.
func TestLimit(t *testing.T) {
	const answer = `{"name":"bridge"}`
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }), nil)
	for limit, want := range map[int64]model.Code{int64(len(answer)): "", int64(len(answer)) - 1: model.CodeJenkinsProtocol} {
		var got struct{ Name string }
		whole := func(r io.Reader) error {
			raw, err := io.ReadAll(r)
			return errors.Join(err, json.Unmarshal(raw, &got))
		}
		_, err := c.do(t.Context(), reading("k", "读取", "身份"), request{path: "/x", decode: whole, limit: limit})
		if model.CodeOf(err) != want || err != nil && !strings.Contains(model.MessageOf(err), "大小限制") {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// TestErrorPagesAreShortAndKeepTheConnection: Jenkins' pages have up to 75 kB.
func TestErrorPagesAreShortAndKeepTheConnection(t *testing.T) {
	connections := map[string]bool{}
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections[r.RemoteAddr] = true
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, strings.Repeat("页面", 12_000))
	}), nil)
	for range 3 {
		_, err := c.QueueItem(t.Context(), 1)
		if len(err.Error()) > 2_000 {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	}
	if len(connections) != 1 {
		t.Errorf("%d connections for three requests", len(connections))
	}
}

func TestObserve(t *testing.T) {
	var seen []string
	var status int
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }), func(o *Options) {
		o.Observe = func(method, kind string, status int, took time.Duration) {
			if took <= 0 {
				t.Error("took no time")
			}
			seen = append(seen, method+" "+kind+" "+http.StatusText(status))
		}
	})
	status = 204
	_ = c.CancelQueued(t.Context(), 1)
	status = 403
	_, _ = c.List(t.Context())
	if got := strings.Join(seen, ", "); got != "POST cancel No Content, GET listing Forbidden" {
		t.Error(got)
	}
}
