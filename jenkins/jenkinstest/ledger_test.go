package jenkinstest

import (
	"testing"
	"time"
)

func TestLedgerKnowsWhatAKillLost(t *testing.T) {
	r := newRig(t)
	lost := func() []bool {
		var list []bool
		for _, one := range r.Ledger().Triggers {
			list = append(list, one.Lost)
		}
		return list
	}
	r.post("/job/noparam/build", "") // saved by the time of the kill: a minute old, and held by the quiet-down
	r.QuietDown()
	r.wait(time.Minute)
	r.post("/job/deploy-params/buildWithParameters", "VERSION=a")
	r.post("/job/deploy-params/buildWithParameters", "VERSION=a") // folded into the one before
	r.Kill(time.Second)
	if got := lost(); len(got) != 3 || got[0] || !got[1] || !got[2] {
		t.Errorf("lost %v, want the last two", got)
	}
	r.wait(time.Second)
	r.post("/job/deploy-params/buildWithParameters", "VERSION=b") // under an id that was given out before
	if got := lost(); got[3] {
		t.Error("a request made after the kill counts as lost")
	}
}
