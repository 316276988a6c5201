package jenkinstest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// wire is a fake behind a real connection, which a cut needs.
type wire struct {
	*rig
	url    string
	client *http.Client
}

func newWire(t *testing.T) *wire {
	r := newRig(t)
	srv := httptest.NewServer(r.Server)
	t.Cleanup(srv.Close)
	// without keep-alive the client cannot take a cut for a stale connection and send a GET again by itself
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &wire{rig: r, url: srv.URL, client: client}
}

func (w *wire) do(method, path string) (int, error) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.SetBasicAuth("admin", "t-admin")
	res, err := w.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

func TestCutAfterProcessesTheRequest(t *testing.T) {
	w := newWire(t)
	w.CutAfter(1, "POST /job/noparam/")
	if _, err := w.do("GET", "/job/noparam/api/json"); err != nil {
		t.Fatalf("only POST was to be cut: %v", err)
	}
	if _, err := w.do("POST", "/job/noparam/build?delay=0sec"); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want a cut connection", err)
	}
	if l := w.Ledger(); len(l.Triggers) != 1 || len(l.Builds) != 1 {
		t.Errorf("the request must have been processed: %+v", l)
	}
	if status, err := w.do("POST", "/job/noparam/build?delay=0sec"); status != 201 || err != nil {
		t.Errorf("the fault must be used up: %d %v", status, err)
	}
}

func TestCutBeforeAndDownProcessNothing(t *testing.T) {
	w := newWire(t)
	w.CutBefore(2, "")
	w.CutBefore(0, "")
	for range 2 {
		if _, err := w.do("POST", "/job/noparam/build"); !errors.Is(err, io.EOF) {
			t.Fatalf("got %v, want a cut connection", err)
		}
	}
	w.Down(true)
	if _, err := w.do("POST", "/job/noparam/build"); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want a cut connection", err)
	}
	w.Down(false)
	if status, err := w.do("GET", "/queue/api/json"); status != 200 || err != nil {
		t.Errorf("%d %v", status, err)
	}
	if l := w.Ledger(); len(l.Triggers) != 0 || l.Requests != 4 || l.ByPath["POST build"] != 3 {
		t.Errorf("nothing may have been processed: %+v", l)
	}
}

func TestFailHitsItsPathOnly(t *testing.T) {
	r := newRig(t)
	r.Fail(503, 2, "/queue/")
	r.Fail(500, 1, "POST /job/")
	for i, want := range []struct {
		method, target string
		status         int
	}{
		{"GET", "/api/json?tree=mode", 200}, {"GET", "/queue/api/json", 503}, {"GET", "/job/noparam/api/json", 200},
		{"POST", "/job/noparam/build", 500}, {"GET", "/queue/api/json", 503}, {"GET", "/queue/api/json", 200},
		{"POST", "/job/noparam/build", 201},
	} {
		if w := r.send(want.method, want.target, "admin", "", nil); w.Code != want.status {
			t.Errorf("request %d, %s %s: %d, want %d", i, want.method, want.target, w.Code, want.status)
		}
	}
	if got := len(r.Ledger().Triggers); got != 1 {
		t.Errorf("%d triggers: a failed request must not be processed", got)
	}
}

func TestSlowProcessesFirst(t *testing.T) {
	w := newWire(t)
	w.Slow(time.Minute)
	w.client.Timeout = 50 * time.Millisecond
	if _, err := w.do("POST", "/job/noparam/build"); err == nil {
		t.Fatal("the answer should not have come")
	}
	if got := len(w.Ledger().Triggers); got != 1 {
		t.Errorf("%d triggers: the outcome of a time-out is that it happened", got)
	}
	w.Slow(0)
	if status, err := w.do("GET", "/queue/api/json"); status != 200 || err != nil {
		t.Errorf("%d %v", status, err)
	}
}

func TestHandoverShowsALeftItemWithoutExecutable(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Handover = time.Second })
	r.post("/job/noparam/build?delay=0sec", "")
	item := func() string { return r.send("GET", "/queue/item/1/api/json", "admin", "", nil).Body.String() }
	if got := item(); !strings.Contains(got, `"cancelled":false,"executable":null`) {
		t.Errorf("right after leaving: %s", got)
	}
	if w := r.send("GET", "/job/noparam/1/api/json", "admin", "", nil); w.Code != 404 {
		t.Errorf("the build is there already: %d", w.Code)
	}
	r.wait(time.Second)
	if got := item(); !strings.Contains(got, `"number":1`) {
		t.Errorf("a second later: %s", got)
	}
}

func TestDateFollowsTheClock(t *testing.T) {
	r := newRig(t)
	if got := r.send("GET", "/api/json", "admin", "", nil).Header().Get("Date"); got != "Sun, 22 Nov 2026 01:05:00 GMT" {
		t.Errorf("Date: %s", got)
	}
}
