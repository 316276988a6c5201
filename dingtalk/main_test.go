package dingtalk

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testAppSecret   = "app-secret-Zq8/+x"
	testRobotToken  = "robot-token-7f3a/+b"
	testRobotSecret = "SECrobot-secret-91c/+d"
)

// clock is a time that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a fake DingTalk on a real socket, and what a client of it needs.
type world struct {
	*dingtalktest.Server
	url   string
	clock *clock
	http  *http.Client
}

func newWorld(t *testing.T, change ...func(*dingtalktest.Options)) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)}, http: newHTTPClient(t)}
	opts := dingtalktest.Options{
		AppKey: "dingkey", AppSecret: testAppSecret, AgentID: 42, Now: w.clock.Now,
		Robots: []dingtalktest.Robot{{Name: "ops", AccessToken: testRobotToken, Secret: testRobotSecret}},
		Users:  []dingtalktest.User{{ID: "u1", Name: "张三"}, {ID: "u2", Name: "李四"}},
	}
	for _, c := range change {
		c(&opts)
	}
	w.Server = dingtalktest.New(opts)
	w.url = serve(t, w.Server)
	return w
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// newHTTPClient has connections of its own, so that nothing is left open after the test.
func newHTTPClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (w *world) client(change ...func(*Options)) *Client {
	o := Options{
		HTTPClient: w.http, APIURL: w.url, OAPIURL: w.url + "/", AppKey: "dingkey", AppSecret: testAppSecret,
		AgentID: 42, Now: w.clock.Now,
	}
	for _, c := range change {
		c(&o)
	}
	return New(o)
}

func (w *world) robot(t *testing.T, mobiles ...string) *Robot {
	t.Helper()
	return newTestRobot(t, w.url+"/robot/send?access_token=robot-token-7f3a%2F%2Bb", w, mobiles...)
}

func newTestRobot(t *testing.T, webhook string, w *world, mobiles ...string) *Robot {
	t.Helper()
	r, err := NewRobot("ops", webhook, testRobotSecret, mobiles, false, w.http, w.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// wantCode fails unless err has the code; "" wants no error.
func wantCode(t *testing.T, err error, want model.Code) {
	t.Helper()
	if got := model.CodeOf(err); got != want {
		t.Fatalf("code %q, want %q (error: %v)", got, want, err)
	}
}
