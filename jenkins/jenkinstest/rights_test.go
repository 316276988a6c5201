package jenkinstest

import (
	"strings"
	"testing"
	"time"
)

func TestFolderRights(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Users = append(o.Users, User{Name: "pay", Token: "t-pay", Permissions: []Permission{Read, BuildItem}, Folders: []string{"payments/core"}})
	})
	for target, want := range map[string]int{
		"/job/payments/api/json": 200, "/job/payments/job/core/api/json": 200, "/job/payments/job/core/job/ledger/api/json": 200,
		"/job/payments/job/refund-job/api/json": 404, "/job/noparam/api/json": 404,
	} {
		if w := r.send("GET", target, "pay", "", nil); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	got := r.send("GET", "/api/json?tree=jobs[name,jobs[name,jobs[name]]]", "pay", "", nil).Body.String()
	if !strings.Contains(got, `"ledger"`) || strings.Contains(got, "refund") || strings.Contains(got, "noparam") {
		t.Errorf("listing: %s", got)
	}
	if w := r.send("POST", "/job/payments/job/core/job/ledger/build", "pay", "", nil); w.Code != 201 {
		t.Errorf("build: %d", w.Code)
	}
	if w := r.send("POST", "/job/payments/job/core/job/ledger/1/submitDescription", "pay", "", nil); w.Code != 404 {
		t.Errorf("a build that has not started: %d", w.Code)
	}
	r.wait(5 * time.Second)
	w := r.send("POST", "/job/payments/job/core/job/ledger/1/submitDescription", "pay", "", nil)
	if w.Code != 403 || w.Header().Get("X-Required-Permission") != "hudson.model.Run.Update" {
		t.Errorf("description without Run/Update: %d %v", w.Code, w.Header())
	}
}

func TestContainersAreNotBuilt(t *testing.T) {
	r := newRig(t)
	r.AddJob(Job{FullName: "mobile", Kind: Multibranch})
	r.AddJob(Job{FullName: "mobile/feature%2Fx", Kind: Pipeline})
	if w := r.post("/job/mobile/build", ""); w.Header().Get("Location") != "http://"+recordedHost+"/job/mobile/" {
		t.Errorf("a scan is no build: %v", w.Header())
	}
	w := r.post("/job/mobile/job/feature%252Fx/build?delay=0sec", "")
	if len(r.Ledger().Triggers) != 1 || w.Code != 201 {
		t.Errorf("branch job: %d %+v", w.Code, r.Ledger().Triggers)
	}
}

func TestParametersAppearWithTheFirstRun(t *testing.T) {
	r := newRig(t)
	r.AddJob(Job{FullName: "scripted", Kind: Pipeline, ParametersAfterFirstRun: true, Parameters: one("V", "1", "")})
	listed := func() bool {
		w := r.send("GET", "/job/scripted/api/json?tree=property[parameterDefinitions[name]]", "admin", "", nil)
		return strings.Contains(w.Body.String(), `"V"`)
	}
	if listed() {
		t.Error("the parameters are known before the first run")
	}
	if w := r.send("POST", "/job/scripted/buildWithParameters", "admin", "", nil); w.Code != 500 {
		t.Errorf("buildWithParameters before the first run: %d", w.Code)
	}
	r.post("/job/scripted/build?delay=0sec", "")
	if !listed() {
		t.Error("the parameters are unknown after the first run")
	}
	r.post("/job/scripted/buildWithParameters", "V=2")
}

func TestFoldKeepsTheEarlierDueTime(t *testing.T) {
	r := newRig(t)
	r.post("/job/quiet-job/buildWithParameters", "K=1")
	if w := r.post("/job/quiet-job/buildWithParameters?delay=60sec", "K=1"); w.Code != 303 {
		t.Fatalf("no fold: %d", w.Code)
	}
	r.wait(20 * time.Second)
	if got := len(r.Ledger().Builds); got != 1 {
		t.Fatalf("%d builds: a later fold must not delay the first", got)
	}
	r.post("/job/quiet-job/buildWithParameters", "K=2")
	r.post("/job/quiet-job/buildWithParameters?delay=0sec", "K=2")
	if got := len(r.Ledger().Builds); got != 2 {
		t.Errorf("%d builds: an impatient fold starts the item at once", got)
	}
}

func TestInputsOneAfterAnother(t *testing.T) {
	r := newRig(t)
	r.AddJob(Job{FullName: "two", Kind: Pipeline, Duration: 2 * time.Second, Inputs: []Input{{ID: "A", Message: "a"}, {ID: "B", Message: "b"}}})
	r.post("/job/two/build?delay=0sec", "")
	r.wait(time.Hour)
	for _, id := range []string{"A", "B"} {
		if got := r.Ledger().Builds[0].Waiting; len(got) != 1 || got[0] != id {
			t.Fatalf("waits for %v, want %s", got, id)
		}
		r.post("/job/two/1/input/"+id+"/proceedEmpty", "")
	}
	r.wait(time.Second)
	b := r.Ledger().Builds[0]
	if b.Result != "SUCCESS" || b.Finished.Sub(b.Started) != time.Hour+time.Second {
		t.Errorf("after both: %s in %v", b.Result, b.Finished.Sub(b.Started))
	}
}

func TestResultOfSeesTheBuild(t *testing.T) {
	r := newRig(t)
	r.SetJob("deploy-params", func(j *Job) {
		j.ResultOf = func(b Build) string { return map[string]string{"bad": "FAILURE"}[b.Parameters["VERSION"]] }
	})
	r.post("/job/deploy-params/buildWithParameters?delay=0sec", "VERSION=bad")
	r.wait(10 * time.Second)
	r.post("/job/deploy-params/buildWithParameters?delay=0sec", "VERSION=good")
	r.wait(10 * time.Second)
	if l := r.Ledger(); l.Builds[0].Result != "FAILURE" || l.Builds[1].Result != "SUCCESS" {
		t.Errorf("results: %+v", l.Builds)
	}
}
