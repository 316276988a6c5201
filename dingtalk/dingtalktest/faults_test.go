package dingtalktest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// over is the fake on a socket, where connections can be cut.
func (f *fake) over() (send func(ctx context.Context, path string) (int, error)) {
	f.t.Helper()
	server := httptest.NewServer(f.Server)
	transport := &http.Transport{}
	f.t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return func(ctx context.Context, path string) (int, error) {
		r, _ := http.NewRequestWithContext(ctx, "POST", server.URL+path, strings.NewReader(robotText("", "x")))
		r.Header.Set("Content-Type", "application/json")
		resp, err := transport.RoundTrip(r)
		if err != nil {
			return 0, err
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, resp.Body.Close()
	}
}

func TestCuts(t *testing.T) {
	tests := []struct {
		name  string
		fault func(*fake)
		after func(*fake)
		seen  int // messages in the group after the cut call
	}{
		{"before", func(f *fake) { f.CutBefore(1) }, nil, 0},
		{"after", func(f *fake) { f.CutAfter(1) }, nil, 1},
		{"down", func(f *fake) { f.Down(true) }, func(f *fake) { f.Down(false) }, 0},
		{"until it is set again", func(f *fake) { f.CutBefore(-1) }, func(f *fake) { f.CutBefore(0) }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			send := f.over()
			tt.fault(f)
			if status, err := send(context.Background(), openRobot); err == nil {
				t.Fatalf("answered HTTP %d", status)
			}
			if n := len(f.Ledger().Robots["open"]); n != tt.seen {
				t.Errorf("the group saw %d, want %d", n, tt.seen)
			}
			if tt.after != nil {
				tt.after(f)
			}
			if status, err := send(context.Background(), openRobot); err != nil || status != 200 {
				t.Errorf("afterwards HTTP %d, %v", status, err)
			}
			if n := f.Ledger().Requests; n != 2 {
				t.Errorf("%d requests counted", n)
			}
		})
	}
}

func TestSlowAnswersLateButActsAtOnce(t *testing.T) {
	f := newFake(t)
	send := f.over()
	f.Slow(10*time.Second, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := send(ctx, openRobot); err == nil {
		t.Fatal("answered in time")
	}
	if n := len(f.Ledger().Robots["open"]); n != 1 {
		t.Errorf("the group saw %d", n)
	}
	f.Slow(time.Millisecond, 1)
	if status, err := send(context.Background(), openRobot); status != 200 || err != nil {
		t.Errorf("HTTP %d, %v", status, err)
	}
}

func TestFail(t *testing.T) {
	f := newFake(t)
	f.Fail(503, 2, "/robot")
	f.token()
	for range 2 {
		f.want(f.post(openRobot, robotText("", "x")), 503, "ServiceUnavailable")
	}
	f.want(f.post(openRobot, robotText("", "x")), 200, "0")
}

func TestBanPageAlternates(t *testing.T) {
	f := newFake(t)
	f.BanPage(2)
	one, two := f.post(openRobot, "x"), f.post(openRobot, "x")
	if one.text != `{"status":1111,"punish":"deny"}` || !strings.HasPrefix(two.text, "<!DOCTYPE html>") || two.status != 403 {
		t.Errorf("%s, then %d %s", one.text, two.status, two.text)
	}
	f.want(f.post(openRobot, robotText("", "x")), 200, "0")
}

func TestRateLimit(t *testing.T) {
	f := newFake(t)
	f.RateLimit(3)
	f.want(f.post(openRobot, robotText("", "x")), 200, "410100")
	f.want(f.post(userGet, `{}`), 200, "90018")
	f.want(f.do("GET", instances, ""), 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
	f.want(f.post(openRobot, robotText("", "x")), 200, "0")
}

func TestWrongSignature(t *testing.T) {
	f := newFake(t)
	f.WrongSignature(1)
	f.token()
	f.want(f.post(openRobot, robotText("", "x")), 200, "310000")
	f.want(f.post(openRobot, robotText("", "x")), 200, "0")
}

func TestHugeRequest(t *testing.T) {
	f := newFake(t)
	if a := f.post(openRobot, strings.Repeat("x", 1<<20+1)); a.status != 400 {
		t.Errorf("HTTP %d", a.status)
	}
}

func TestLedgerIsACopy(t *testing.T) {
	f := newFake(t)
	f.post(openRobot, robotText("1", "x"))
	before := f.Ledger()
	before.Paths["/x"], before.Robots["open"][0].Text = 1, "changed"
	f.post(openRobot, robotText("2", "y"))
	after := f.Ledger()
	if len(before.Robots["open"]) != 1 || after.Robots["open"][0].Text != "x" || after.Paths["/x"] != 0 || after.Paths["/robot/send"] != 2 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}
