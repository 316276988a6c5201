package jenkinstest

import (
	"strings"
	"testing"
	"time"
)

// page is what the administrator sees, which must have this status.
func (r *rig) page(method, target string, status int) string {
	r.t.Helper()
	w := r.send(method, target, "admin", "", nil)
	if w.Code != status {
		r.t.Fatalf("%s %s: %d, want %d", method, target, w.Code, status)
	}
	return w.Body.String()
}

func TestAMovedJobKeepsItsBuild(t *testing.T) {
	r := newRig(t)
	r.AddJob(Job{FullName: "old/app", Duration: time.Minute})
	r.page("POST", "/job/old/job/app/build?delay=0sec", 201)
	r.page("GET", "/job/old/job/app/1/api/json", 200)
	if !r.MoveJob("old", "new/home") || r.MoveJob("old", "elsewhere") {
		t.Fatal("not moved once")
	}
	r.page("GET", "/job/old/job/app/1/api/json", 404)
	r.page("GET", "/job/new/job/home/job/app/1/api/json", 200)
	if page := r.page("GET", "/computer/api/json?tree=computer[executors[currentExecutable[url]]]", 200); !strings.Contains(page, "/job/new/job/home/job/app/1/") {
		t.Errorf("/computer shows %s", page)
	}
}

func TestADiscardedBuildIsGoneAndItsJobCountsOn(t *testing.T) {
	r := newRig(t)
	r.AddJob(Job{FullName: "app"})
	r.page("POST", "/job/app/build?delay=0sec", 201)
	r.page("GET", "/job/app/1/api/json", 200)
	if !r.DiscardBuild("app", 1) || r.DiscardBuild("app", 1) {
		t.Fatal("not discarded once")
	}
	r.page("GET", "/job/app/1/api/json", 404)
	if page := r.page("GET", "/job/app/api/json?tree=nextBuildNumber,lastBuild[number]", 200); !strings.Contains(page, `"nextBuildNumber":2`) {
		t.Errorf("the job says %s", page)
	}
}

func TestRightsMayBeLostInTheMiddle(t *testing.T) {
	r := newRig(t)
	if w := r.send("GET", "/job/noparam/api/json", "reader", "", nil); w.Code != 200 {
		t.Fatal(w.Code)
	}
	r.SetUser("reader", func(u *User) { u.Permissions = nil })
	if w := r.send("GET", "/job/noparam/api/json", "reader", "", nil); w.Code != 404 {
		t.Errorf("without the right: %d", w.Code)
	}
}

func TestHalfAnAnswer(t *testing.T) {
	w := newWire(t)
	w.AddJob(Job{FullName: "a", Duration: time.Minute})
	w.AddJob(Job{FullName: "b", Duration: time.Minute})
	for _, job := range []string{"a", "b"} {
		w.page("POST", "/job/"+job+"/build?delay=0sec", 201)
	}
	const computer = "/computer/api/json?tree=computer[executors[currentExecutable[url]]]"
	w.Halve(1)
	first, second := w.page("GET", computer, 200), w.page("GET", computer, 200)
	if strings.Count(first, "/job/") != 1 || strings.Count(second, "/job/") != 2 {
		t.Errorf("half: %s\nwhole: %s", first, second)
	}
	w.Truncate(1, "/computer/")
	if _, err := w.do("GET", "/computer/api/json"); err == nil {
		t.Error("the whole answer came")
	}
}
