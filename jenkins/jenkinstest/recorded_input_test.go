package jenkinstest

import (
	"strings"
	"testing"
	"time"
)

// paused starts a pipeline and waits until it asks.
func (r *rig) paused(job string) {
	r.t.Helper()
	if len(r.lookup(job).parameters()) > 0 {
		r.post("/job/"+job+"/buildWithParameters?delay=0sec", "VERSION=v9")
	} else {
		r.post("/job/"+job+"/build?delay=0sec", "")
	}
	r.wait(1500 * time.Millisecond)
}

func TestRecordedInput(t *testing.T) {
	r := newRig(t).at(28, nil)
	r.post("/job/pipe-input/buildWithParameters", "VERSION=v9")
	r.wait(5100 * time.Millisecond)
	r.replay(137, "stages") // the real one needs a moment to enter its first stage
	r.replay(138)
	r.wait(time.Second)
	r.replayAll(139, 140, 141, 142)
	r.replay(143, "start v9", "构建中")
	r.replay(144)
	r.replay(145)
	r.replayAll(span(146, 152)...)
	r.wait(time.Second)
	r.replayAll(span(153, 156)...)
	r.paused("pipe-input")
	r.replay(157)
	r.replayAll(158, 159)
	r.paused("pipe-input")
	r.replayAll(160, 161)
	r.replayAll(190, 191)
	if a := r.Ledger().Builds[0].Answers; len(a) != 1 || a[0].User != "builder" || !a[0].Proceed || a[0].ID != "Confirm" {
		t.Errorf("answers in the ledger: %+v", a)
	}
}

func TestRecordedInputWithParameters(t *testing.T) {
	r := newRig(t).at(31, nil)
	const job = "pipe-input-params"
	r.paused(job)
	r.replayAll(span(162, 170)...)
	got := r.Ledger().Builds[0].Answers[0].Parameters
	if got["REGION"] != "cn-east" || got["FORCE"] != true || got["MEMO"] != "备注1\n备注2" {
		t.Errorf("the pipeline got %v", got)
	}
	r.replay(172)
	r.paused(job)
	r.replay(173)
	if got := r.Ledger().Builds[1].Answers[0].Parameters; got["REGION"] != "cn-east" || got["TICKET"] != nil || len(got) != 5 {
		t.Errorf("what is left out must be null: %v", got)
	}
	r.paused(job)
	r.replay(175)
	if b := r.Ledger().Builds[2]; b.Result != "FAILURE" {
		t.Errorf("proceedEmpty on an input with parameters: %s", b.Result)
	}
	r.paused(job)
	r.replay(177)
	if b := r.Ledger().Builds[3]; b.Result != "ABORTED" {
		t.Errorf("submit without proceed must abort: %s", b.Result)
	}
	for _, number := range []int{178, 179, 181, 182} {
		r.paused(job)
		r.replay(number)
	}
	builds := r.Ledger().Builds
	for i, want := range []string{"SUCCESS", "SUCCESS", "FAILURE", "ABORTED", "SUCCESS", "SUCCESS", "FAILURE", "ABORTED"} {
		if builds[i].Result != want {
			t.Errorf("build %d: %s, want %s", i+1, builds[i].Result, want)
		}
	}
}

// TestRecordedInputConsole leaves out what the pipelines themselves printed: their scripts are not run.
func TestRecordedInputConsole(t *testing.T) {
	r := newRig(t)
	r.paused("pipe-input-params")
	r.replay(170)
	r.replay(171, "got REGION=cn-east TICKET=OPS-42 FORCE=true MEMO=备注1", "备注2 BY=approver")
	r.paused("pipe-input-params")
	r.replay(173)
	r.replay(174, "got REGION=cn-east TICKET=null FORCE=null MEMO=null BY=approver")
	r.at(20, map[string]int{"pipe-input-params": 6})
	r.paused("pipe-input-params")
	r.replay(179)
	r.replay(180, "got REGION=cn-east TICKET=T FORCE=false MEMO=m BY=approver")
}

func TestRecordedParallelInputs(t *testing.T) {
	r := newRig(t)
	r.paused("pipe-input-parallel")
	w := r.replay(183)
	r.subst = []string{"035ddc8b4316efefaab4196f4032bd2d", inputID("pipe-input-parallel", &Input{Message: "B?"})}
	if !strings.Contains(w.Body.String(), r.subst[1]) {
		t.Fatalf("no id in %s", w.Body)
	}
	r.replayAll(184, 185, 186, 187)
	if b := r.Ledger().Builds[0]; b.Result != "SUCCESS" || len(b.Answers) != 2 {
		t.Errorf("after both answers: %+v", b)
	}
}

func TestRecordedStageView(t *testing.T) {
	r := newRig(t).at(41, nil)
	r.post("/job/deploy-params/buildWithParameters?delay=0sec", "")
	r.replayAll(188, 189)
	r.post("/job/pipe-simple/buildWithParameters", "VERSION=1")
	r.wait(8 * time.Second)
	r.replay(192)
	r.wait(5 * time.Second)
	r.replay(193)
	r.replay(194, "v=1", "[Pipeline] node", "Running on Jenkins in /srv/jenkins/srv/jenkins/workspace/pipe-simple", "[Pipeline] {",
		"[Pipeline] sh", "+ echo in node", "in node", "+ sleep 2", "[Pipeline] // node") // scripts are not run
	r.lastID = 41
	r.post("/job/pipe-fail/build", "")
	r.wait(6 * time.Second)
	r.replayAll(195, 196)
}

func TestRecordedInputOtherWays(t *testing.T) {
	r := newRig(t).at(90, map[string]int{"pipe-input": 7})
	r.paused("pipe-input")
	r.replayAll(271, 272)
	r.paused("pipe-input")
	r.SetJob("pipe-input", func(j *Job) { j.Stubborn = 2 })
	r.post("/job/pipe-input/8/stop", "")
	r.replay(273)
	if b := r.Ledger().Builds[1]; !b.Building {
		t.Error("a stubborn build must outlive stop and term")
	}
	r.replayAll(274, 275)
}
