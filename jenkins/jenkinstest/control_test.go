package jenkinstest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func control(t *testing.T, s *Server, method, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.ControlHandler().ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func TestControlSwitches(t *testing.T) {
	r := newRig(t)
	ok := func(target, body string) {
		t.Helper()
		if w := control(t, r.Server, "POST", "/_control/"+target, body); w.Code != 200 {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	status := func(path string) int { return r.send("GET", path, "admin", "", nil).Code }

	ok("fail?status=502&path=GET%20/queue/", "")
	if status("/queue/api/json") != 502 || status("/queue/api/json") != 200 {
		t.Error("fail")
	}
	ok("fail", `{"status": 429, "times": 1}`)
	if status("/queue/api/json") != 429 {
		t.Error("fail by JSON")
	}
	ok("quiet-down", "")
	if !r.quieting {
		t.Error("quiet-down")
	}
	ok("cancel-quiet-down", "")
	ok("slow?d=1ms", "")
	ok("cut-after", `{"path": "/nowhere"}`)
	ok("cut-before?path=/nowhere", "")
	ok("down", "")
	ok("up", "")
	ok("user?name=ann&token=secret", "")
	if last := r.opt.Users[len(r.opt.Users)-1]; last.Name != "ann" || last.Token != "secret" {
		t.Error("user")
	}
	ok("executors?n=7", "")
	if r.opt.Executors != 7 {
		t.Error("executors")
	}
	ok("down", "")
	ok("fail?status=500&times=9", "")
	ok("quiet-down", "")
	ok("heal", "")
	if status("/queue/api/json") != 200 || r.quieting {
		t.Error("heal")
	}
	ok("restart?down=10s", "")
	if status("/api/json?tree=mode") != 503 {
		t.Error("restart")
	}
	r.wait(10 * time.Second)
	ok("kill?down=10s", "")
	if status("/api/json?tree=mode") != 503 {
		t.Error("kill")
	}
	r.wait(10 * time.Second)
	if status("/api/json?tree=mode") != 200 {
		t.Error("up again")
	}
}

func TestControlJobsAndLedger(t *testing.T) {
	r := newRig(t)
	w := control(t, r.Server, "POST", "/_control/job",
		`{"FullName":"x/y","Kind":"freestyle","Duration":"300ms","Parameters":[{"Name":"V","Kind":"string"}]}`)
	if w.Code != 200 || r.lookup("x/y").job.Duration != 300*time.Millisecond {
		t.Fatalf("job: %d %s", w.Code, w.Body)
	}
	r.post("/job/x/job/y/buildWithParameters?delay=0sec", "V=1")
	r.post("/job/noparam/build?delay=0sec", "")
	if w := control(t, r.Server, "POST", "/_control/finish?job=x/y&number=1&result=FAILURE", ""); w.Code != 200 {
		t.Fatalf("finish: %s", w.Body)
	}
	if w := control(t, r.Server, "POST", "/_control/finish", ""); w.Code != 200 {
		t.Fatalf("finish all: %s", w.Body)
	}
	var l Ledger
	if err := json.Unmarshal(control(t, r.Server, "GET", "/_control/ledger", "").Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if len(l.Builds) != 2 || l.Builds[0].Result != "FAILURE" || l.Builds[0].Parameters["V"] != "1" || l.Builds[1].Building {
		t.Errorf("ledger: %+v", l)
	}
	control(t, r.Server, "POST", "/_control/remove-job?name=x", "")
	if got := r.send("GET", "/job/x/job/y/api/json", "admin", "", nil).Code; got != 404 {
		t.Errorf("a removed job: %d", got)
	}
}

func TestControlRefusesNonsense(t *testing.T) {
	s := New(Options{})
	for target, body := range map[string]string{
		"slow?d=fast": "", "fail?status=abc": "", "fail?status=500&times=x": "", "restart": "[1]", "remove-job": "", "executors?n=-1": "", "user?name=x": "",
		"finish?job=a&number=x": "", "finish?job=a&number=1": "", "job": `{"FullName":""}`, "job?": `{"Nope":1}`,
		"job?x": `{"FullName":"a","Duration":"long"}`,
	} {
		w := control(t, s, "POST", "/_control/"+target, body)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%s %s: %d %s", target, body, w.Code, w.Body)
		}
	}
}
