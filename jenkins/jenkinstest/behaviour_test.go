package jenkinstest

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestInputSubmitRefusals(t *testing.T) {
	r := newRig(t)
	r.paused("pipe-input-params")
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	const submit = "/job/pipe-input-params/1/wfapi/inputSubmit"
	for _, refusal := range []struct {
		method, user, body string
		status             int
	}{
		{"GET", "approver", "", 405},
		{"POST", "approver", "inputId=Nope", 404},
		{"POST", "builder", "inputId=ApproveProd", 500},
		{"POST", "approver", `inputId=ApproveProd&json={"parameter":{"name":"REGION","value":"mars"}}`, 500},
		{"POST", "approver", `inputId=ApproveProd&json={`, 500},
	} {
		if w := r.send(refusal.method, submit, refusal.user, refusal.body, form); w.Code != refusal.status {
			t.Errorf("%+v: %d", refusal, w.Code)
		}
	}
	if got := r.Ledger().Builds[0].Waiting; len(got) != 1 {
		t.Errorf("a refused answer must leave the input waiting: %v", got)
	}
	if w := r.send("POST", submit, "approver", `inputId=ApproveProd&json={"parameter":{"name":"REGION","value":"cn-east"}}`, form); w.Code != 200 {
		t.Errorf("a single parameter without brackets: %d", w.Code)
	}
}

func TestKindsOfItems(t *testing.T) {
	r := newRig(t)
	r.AddFolder("kinds", "种类")
	for _, kind := range []Kind{Maven, Matrix, Organization} {
		r.AddJob(Job{FullName: "kinds/" + string(kind), Kind: kind})
	}
	got := r.send("GET", "/job/kinds/api/json?tree=displayName,jobs[color]", "admin", "", nil).Body.String()
	for _, class := range []string{"种类", "hudson.maven.MavenModuleSet", "hudson.matrix.MatrixProject", "jenkins.branch.OrganizationFolder"} {
		if !strings.Contains(got, `"`+class+`"`) {
			t.Errorf("no %s in %s", class, got)
		}
	}
	if strings.Count(got, `"color"`) != 2 {
		t.Errorf("containers have no color: %s", got)
	}
}

// TestManyAtOnce is for the race detector, and for the promise that nothing is lost or doubled.
func TestManyAtOnce(t *testing.T) {
	s := New(Options{Executors: 4, Users: recordedUsers()})
	s.AddJob(Job{FullName: "a", Concurrent: true, Parameters: one("N", "", ""), Duration: time.Millisecond})
	r := &rig{Server: s, t: t}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 20 {
				w := r.send("POST", fmt.Sprintf("/job/a/buildWithParameters?delay=0sec&N=%d-%d", i, n), "admin", "", nil)
				if w.Code != 201 {
					t.Errorf("%d", w.Code)
				}
				s.Ledger()
			}
		})
	}
	all.Wait()
	s.SetJob("a", func(j *Job) { j.Duration = 0 })
	for len(s.Ledger().Builds) < 160 {
		s.FinishAll()
	}
	seen := map[string]bool{}
	for _, b := range s.Ledger().Builds {
		seen[b.Parameters["N"]] = true
	}
	if len(seen) != 160 {
		t.Errorf("%d different builds, want 160", len(seen))
	}
}
