package jenkinstest

import (
	"strings"
	"testing"
	"time"
)

func TestRecordedLogsAndStop(t *testing.T) {
	r := newRig(t).at(22, nil)
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.wait(time.Second)
	r.replay(112)
	r.wait(2 * time.Second)
	w := r.replay(113)
	size := w.Header().Get("X-Text-Size")
	if len(size) != 3 || size <= "250" {
		t.Errorf("X-Text-Size %s does not count the hidden notes", size)
	}
	r.subst = []string{"start=528", "start=" + size}
	r.wait(3 * time.Second)
	r.replayAll(114, 115, 116)
	if w := r.replay(115); !strings.HasPrefix(w.Body.String(), "Started by user") {
		t.Error("a start beyond the end must give the whole log")
	}
	r.replayAll(117, 118, 119)
	r.replayAll(span(120, 125)...)
}

func TestRecordedResults(t *testing.T) {
	r := newRig(t).at(25, nil)
	r.post("/job/fail-job/build?delay=0sec", "")
	r.post("/job/unstable-pipe/build?delay=0sec", "")
	r.wait(2 * time.Second)
	r.replayAll(126, 127, 128, 129, 270)
}

func TestRecordedDescription(t *testing.T) {
	r := newRig(t).at(1878, map[string]int{"pipe-input": 10})
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v9")
	r.replay(292)
	w := r.replay(293, "description") // the initiator's name was taken out of the recorded answer
	if !strings.Contains(w.Body.String(), `"description":"R-1042 审批 202611220001 发起人 张三"`) {
		t.Errorf("description: %s", w.Body)
	}
}

func TestRecordedBlindUser(t *testing.T) {
	r := newRig(t).at(84, nil)
	r.post("/job/quiet-job/buildWithParameters", "K=1")
	r.replayAll(span(262, 266)...)
}

func TestRecordedQuietDown(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Maintenance = 5 * time.Second })
	r.at(58, map[string]int{"deploy-params": 11, "pipe-simple": 2, "slow-10s": 2})
	r.replayAll(224, 225)
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.wait(300 * time.Millisecond)
	r.replayAll(226, 227, 228, 229)
	r.wait(20 * time.Millisecond)
	r.replay(230)
	// Jenkins looks at its queue every 5 s: shortly before it does, all say "Finished waiting"
	r.wait(8 * time.Second)
	r.startedAt = r.now.Add(-time.Minute + time.Second)
	r.replayAll(231, 232, 233, 234, 235, 236, 237)
	r.wait(2 * time.Second)
	r.replay(238)
	if got := len(r.Ledger().Builds); got != 4 {
		t.Errorf("%d builds after the end of quiet-down, want 4", got)
	}
}

func TestRecordedRestart(t *testing.T) {
	r := newRig(t).at(63, map[string]int{"serial-job": 3, "pipe-input": 4, "noparam": 6, "quiet-job": 5})
	serial := r.lookup("serial-job")
	first := *serial.builds[0]
	first.number, first.queueID, serial.builds[0].queueID = 1, 18, 19
	serial.builds = append([]*build{&first}, serial.builds...)
	r.post("/job/serial-job/buildWithParameters?delay=0sec", "WHO=r1")
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v1")
	r.post("/job/serial-job/buildWithParameters?delay=0sec", "WHO=r2")
	r.post("/job/label-job/build?delay=0sec", "")
	r.post("/job/noparam/build?delay=0sec", "")
	r.post("/job/quiet-job/buildWithParameters?delay=600sec", "K=restart")
	r.wait(2 * time.Second)
	r.replay(240)
	session := r.replay(227, "quietingDown").Header().Get("X-Jenkins-Session")
	r.Restart(10 * time.Second)
	r.wait(3400 * time.Millisecond)
	r.replay(241)
	r.wait(6 * time.Second)
	r.replay(242)
	r.wait(time.Second)
	if w := r.replay(243); w.Header().Get("X-Jenkins-Session") == session {
		t.Error("X-Jenkins-Session must change with a restart")
	}
	r.replay(244)
	r.wait(50 * time.Millisecond)
	r.replayAll(span(245, 255)...)
}

func TestRecordedKill(t *testing.T) {
	r := newRig(t).at(66, map[string]int{"slow-10s": 3, "pipe-input": 5, "quiet-job": 5})
	r.post("/job/label-job/build?delay=0sec", "")
	r.lastID++
	r.post("/job/quiet-job/buildWithParameters?delay=600sec", "K=restart")
	r.lastID += 2
	r.wait(20 * time.Second)
	r.post("/job/quiet-job/buildWithParameters?delay=600sec", "K=after")
	r.wait(70 * time.Second)
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v1")
	r.wait(2 * time.Second)
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.post("/job/quiet-job/buildWithParameters", "K=lost")
	r.Kill(0)
	r.replayAll(span(256, 261)...)
	l := r.Ledger()
	if last := l.Builds[1]; !last.Vanished || last.Job != "slow-10s" || l.Triggers[5].QueueID != 74 {
		t.Errorf("the ledger must remember what Jenkins forgot: %+v %+v", last, l.Triggers)
	}
}

func TestRecordedSecondRestart(t *testing.T) {
	r := newRig(t).at(96, map[string]int{"pipe-input": 9})
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v1")
	r.post("/job/noparam/build?delay=0sec", "")
	r.replay(281)
	r.Restart(0)
	r.replay(282)
}
