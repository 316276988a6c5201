package jenkinstest

import (
	"encoding/json"
	"testing"
	"time"
)

func TestRecordedComputer(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Linger = time.Second }).at(1877, map[string]int{"slow-10s": 5, "pipe-input": 10})
	r.replay(283)
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v9")
	r.wait(5 * time.Second)
	r.replayAll(284, 285, 288)
	r.wait(5500 * time.Millisecond)
	if b := r.Ledger().Builds[0]; b.Building {
		t.Fatal("slow-10s should have finished")
	}
	r.replay(289) // finished builds stay listed a moment
	r.post("/job/pipe-input/10/input/Confirm/proceedEmpty", "")
	r.wait(5 * time.Second)
	r.replay(290)
}

func TestRecordedComputerRights(t *testing.T) {
	r := newRig(t).at(1880, map[string]int{"slow-10s": 6, "pipe-input": 11})
	r.post("/job/slow-10s/build?delay=0sec", "")
	r.post("/job/pipe-input/buildWithParameters?delay=0sec", "VERSION=v9")
	r.wait(2 * time.Second)
	r.replayAll(span(294, 297)...)
}

// recordedItem is what recordings 286 and 287 tell about builds.
type recordedItem struct {
	FullName string
	Builds   []struct {
		Number    int
		QueueID   int64
		Result    *string
		Timestamp int64
		Duration  int64
		Actions   []struct {
			Causes     []struct{ UserID string }
			Parameters []struct {
				Name  string
				Value any
			}
		}
	}
	Jobs []recordedItem
}

// history gives the jobs the builds that a recording shows, so that only the export is compared.
func (r *rig) history(from recordedItem) {
	r.t.Helper()
	for _, job := range from.Jobs {
		r.history(job)
	}
	i := r.lookup(from.FullName)
	for n := len(from.Builds) - 1; n >= 0; n-- {
		was := from.Builds[n]
		b := &build{item: i, number: was.Number, queueID: was.QueueID, started: time.UnixMilli(was.Timestamp)}
		if was.Result != nil {
			b.result, b.finished = *was.Result, b.started.Add(time.Duration(was.Duration)*time.Millisecond)
		}
		for _, action := range was.Actions {
			for _, c := range action.Causes {
				b.causes = append(b.causes, cause{user: c.UserID})
			}
			for at, p := range action.Parameters {
				text, _ := p.Value.(string)
				if yes, ok := p.Value.(bool); ok && yes {
					text = "true"
				}
				b.values = append(b.values, value{i.job.Parameters[at], text})
			}
		}
		i.builds = append(i.builds, b)
	}
}

func TestRecordedBuildLists(t *testing.T) {
	for number, job := range map[int]string{286: "", 287: "deploy-params"} {
		r := newRig(t)
		r.now = time.Date(2026, 11, 22, 1, 34, 19, 0, time.UTC)
		var recorded recordedItem
		if err := json.Unmarshal([]byte(loadRecording(t, number).text), &recorded); err != nil {
			t.Fatal(err)
		}
		recorded.FullName = job
		r.history(recorded)
		r.replay(number)
	}
}
