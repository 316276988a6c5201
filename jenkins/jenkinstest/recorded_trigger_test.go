package jenkinstest

import (
	"testing"
	"time"
)

func TestRecordedTriggers(t *testing.T) {
	r := newRig(t)
	r.replay(31)
	r.wait(6 * time.Second)
	r.replayAll(span(32, 35)...)
	r.wait(15 * time.Millisecond)
	r.replay(36)
	r.wait(5 * time.Second)
	r.replayAll(37, 38)
	r.wait(2 * time.Second)
	r.replayAll(39, 40)
	for _, scene := range []struct{ post, result int }{{41, 42}, {43, 44}} {
		r.replay(scene.post)
		r.wait(10 * time.Second)
		r.replay(scene.result)
	}
	r.replayAll(45, 46)
	r.replay(47)
	r.wait(10 * time.Second)
	r.post("/job/deploy-params/buildWithParameters", "VERSION=u2")
	r.wait(10 * time.Second)
	r.replay(48)
	r.replay(49)
	r.wait(10 * time.Second)
	r.post("/job/deploy-params/buildWithParameters", "VERSION=b2&DRY_RUN=是")
	r.wait(10 * time.Second)
	r.replay(50)
	r.replay(51)
	r.wait(10 * time.Second)
	r.replay(52)
	r.replayAll(span(53, 64)...)
}

func TestRecordedFolding(t *testing.T) {
	r := newRig(t).at(12, map[string]int{"deploy-params": 10, "noparam": 3})
	r.replayAll(65, 66, 67)
	r.wait(20 * time.Millisecond)
	r.replayAll(span(68, 77)...)
	r.wait(6 * time.Second)
	r.replayAll(78, 79)
	r.wait(time.Minute)
	r.replayAll(80, 81, 82, 83)
	l := r.Ledger()
	folded := 0
	for _, trigger := range l.Triggers {
		if trigger.Folded {
			folded++
		}
	}
	if len(l.Triggers) != 11 || folded != 5 || len(l.Builds) != 6 {
		t.Errorf("%d triggers, %d folded, %d builds; want 11, 5, 6", len(l.Triggers), folded, len(l.Builds))
	}
}

func TestRecordedQueueStatesAndCancel(t *testing.T) {
	r := newRig(t).at(18, map[string]int{"noparam": 3})
	r.post("/job/serial-job/buildWithParameters?delay=0sec", "WHO=1")
	r.wait(30 * time.Millisecond)
	r.replayAll(84, 85, 86, 87)
	r.wait(2 * time.Millisecond)
	r.replayAll(88, 89, 90, 91)
	r.wait(time.Second)
	r.replay(92)
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.post("/job/noparam/build?delay=0sec", "")
	r.replayAll(93, 94)
	r.wait(10 * time.Millisecond)
	r.replayAll(span(95, 111)...)
	r.wait(192 * time.Second)
	r.replay(212, "task.color") // the recorded one was aborted meanwhile
	r.wait(110 * time.Second)
	r.replay(239)
}

func TestRecordedPluginParameters(t *testing.T) {
	r := newRig(t).at(44, map[string]int{})
	r.replay(199)
	r.wait(10 * time.Second)
	for _, scene := range [][2]int{{200, 201}, {203, 204}, {205, 206}} {
		r.replay(scene[0])
		r.wait(10 * time.Second)
		r.replay(scene[1])
	}
	r.replay(207)
	r.wait(10 * time.Second)
	r.replay(208, "actions", "changeSet") // what the git plugin adds to a build is not imitated
	r.replayAll(209, 210)
	r.wait(6 * time.Second)
	r.replay(211)
	for _, scene := range [][2]int{{213, 214}, {215, 216}, {217, 218}} {
		r.replay(scene[0])
		r.wait(10 * time.Second)
		r.replay(scene[1])
	}
}

func TestRecordedDelays(t *testing.T) {
	r := newRig(t).at(54, nil)
	r.replayAll(span(219, 223)...)
	r.wait(2 * time.Millisecond)
	if got := len(r.Ledger().Builds); got != 3 {
		t.Errorf("%d builds after 2 ms, want those of delay=0, 0sec and -5", got)
	}
	r.wait(2 * time.Millisecond)
	if got := len(r.Ledger().Builds); got != 4 {
		t.Errorf("%d builds after 4 ms: a plain delay=3 is milliseconds", got)
	}
}

func TestRecordedHosts(t *testing.T) {
	r := newRig(t).at(85, map[string]int{"noparam": 9})
	r.replayAll(267, 268, 269)
}

func TestRecordedMultipart(t *testing.T) {
	r := newRig(t).at(94, map[string]int{"odd-params": 2, "deploy-params": 19})
	r.replay(276)
	r.wait(time.Second)
	r.replay(277)
	r.replay(279)
	r.wait(2 * time.Second)
	r.replay(280)
}

func TestRecordedFolders(t *testing.T) {
	r := newRig(t).at(43, nil)
	r.replay(197)
	r.wait(20 * time.Millisecond)
	r.replay(198)
}
