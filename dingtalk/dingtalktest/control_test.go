package dingtalktest_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func (f *fake) control(method, target string) answer {
	f.t.Helper()
	return record(f.t, f.ControlHandler(), httptest.NewRequest(method, target, nil))
}

func TestControl(t *testing.T) {
	tests := []struct{ order, want string }{
		{"fail?status=502&prefix=/robot", "502 ServiceUnavailable"},
		{"fail?status=502&prefix=/topapi", "200 0"},
		{"rate-limit", "200 410100"},
		{"rate-limit?times=0", "200 0"},
		{"rate-limit?prefix=/topapi", "200 0"},
		{"rate-limit?prefix=/robot", "200 410100"},
		{"ban-page?times=-1", "200 "},
		{"wrong-signature?times=1", "200 310000"},
		{"cut-before", "cut"},
		{"cut-after", "cut"},
		{"down", "cut"},
		{"up", "200 0"},
		{"slow?delay=1ms", "200 0"},
	}
	for _, tt := range tests {
		t.Run(tt.order, func(t *testing.T) {
			f := newFake(t)
			if a := f.control("POST", "/_control/"+tt.order); a.status != 204 {
				t.Fatalf("HTTP %d: %s", a.status, a.text)
			}
			if got := f.robotOutcome(); got != tt.want {
				t.Errorf("a robot message meets %q, want %q", got, tt.want)
			}
		})
	}
}

// robotOutcome is "status code" of a message, or "cut".
func (f *fake) robotOutcome() (got string) {
	defer func() {
		if recover() != nil {
			got = "cut"
		}
	}()
	a := f.post(openRobot, robotText("", "x"))
	return strings.TrimPrefix(jsonText(a.status)+" "+a.code(), " ")
}

func TestControlExpireTokens(t *testing.T) {
	f := newFake(t)
	token := f.token()
	f.control("POST", "/_control/expire-tokens")
	f.want(f.post(userGet+token, `{}`), 200, "42001")
}

func TestControlHeals(t *testing.T) {
	f := newFake(t)
	for _, order := range []string{"down", "rate-limit?times=-1", "fail?status=500&times=-1", "heal"} {
		f.control("POST", "/_control/"+order)
	}
	if got := f.robotOutcome(); got != "200 0" {
		t.Errorf("after heal a robot message meets %q", got)
	}
}

func TestControlUser(t *testing.T) {
	f := newFake(t)
	f.want(f.post(userGet+f.token(), `{"userid":"new"}`), 200, "60121")
	f.control("POST", "/_control/user?id=new&name=新人")
	f.want(f.post(userGet+f.token(), `{"userid":"new"}`), 200, "0")
}

func TestControlRobotRate(t *testing.T) {
	f := newFake(t)
	f.control("POST", "/_control/robot-rate?per-minute=1")
	if first, second := f.robotOutcome(), f.robotOutcome(); first != "200 0" || second != "200 410100" {
		t.Errorf("two messages meet %q and %q", first, second)
	}
}

func TestControlRefuses(t *testing.T) {
	for _, order := range []string{"fail", "user", "robot-rate?per-minute=0", "rate-limit?times=x", "fail?status=x", "fail?status=99", "slow", "slow?delay=-1s", "slow?delay=1s&times=x",
		"rate-limit?times=x", "fail?status=500&times=x"} {
		f := newFake(t)
		if a := f.control("POST", "/_control/"+order); a.status != 400 {
			t.Errorf("%s: HTTP %d", order, a.status)
		}
	}
	if a := newFake(t).control("GET", "/_control/down"); a.status != 405 {
		t.Errorf("GET is answered with HTTP %d", a.status)
	}
}

func TestControlLedger(t *testing.T) {
	f := newFake(t)
	f.post(openRobot, robotText("1", "R-1"))
	a := f.control("GET", "/_control/ledger")
	robots, _ := a.json["robots"].(map[string]any)
	if list, _ := robots["open"].([]any); a.status != 200 || a.json["requests"] != 1.0 || len(list) != 1 {
		t.Errorf("HTTP %d: %s", a.status, a.text)
	}
}
