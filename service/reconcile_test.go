package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// TestWhatHappenedInAGapIsMadeUpFor: an approval that was decided while no events could reach us is deployed, one that was
// decided before is not, one that still runs is when its event comes.
func TestWhatHappenedInAGapIsMadeUpFor(t *testing.T) {
	w := proving(t, func(o *Options) { o.EventsSeen = o.Now })
	attend := func(present bool) {
		t.Helper()
		if err := w.attend(t.Context(), w.clock.Now(), present); err != nil {
			t.Fatal(err)
		}
	}
	finishAt := func(instance string) {
		at := w.clock.Now()
		w.desk.change(instance, agree("wang"))
		w.desk.change(instance, func(a *model.Approval) { a.FinishedAt = &at })
	}
	w.open("before")
	finishAt("before")
	w.clock.Advance(10 * time.Minute)
	attend(false) // the first time of all
	w.open("within", "VERSION", "v7")
	w.open("running", "VERSION", "v8")
	w.clock.Advance(time.Hour)
	finishAt("within")
	w.clock.Advance(time.Hour)
	attend(false)
	w.checkNow()
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
	if got := w.builds(webJob); len(got) != 1 || got[0].Parameters["VERSION"] != "v7" {
		t.Fatalf("%+v", got)
	}
	reads := w.desk.reads
	w.clock.Advance(time.Hour)
	finishAt("running")
	w.clock.Advance(time.Hour)
	attend(false) // after another gap
	w.checkNow()
	w.turns(4)
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
	if w.desk.reads != reads+1 {
		t.Errorf("%d reads for one approval", w.desk.reads-reads)
	}
	lists := w.desk.lists
	attend(false) // the gap is over
	if w.desk.lists != lists {
		t.Error("listed again though there was no gap")
	}
}

func TestADeadTemplateDoesNotKeepReconciliationFromComingBack(t *testing.T) {
	w := proving(t, func(o *Options) { o.EventsSeen = o.Now })
	if err := w.attend(t.Context(), w.clock.Now(), false); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	w.desk.err = model.Errorf(model.CodeDingTalkUnavailable, "钉钉无法连接")
	if err := w.attend(t.Context(), w.clock.Now(), false); model.CodeOf(err) != model.CodeDingTalkUnavailable {
		t.Fatal(err)
	}
	w.desk.err = nil
	w.open("within")
	w.desk.change("within", agree("wang"))
	w.clock.Advance(2 * time.Minute)
	if err := w.attend(t.Context(), w.clock.Now(), false); err != nil {
		t.Fatal(err)
	}
	w.checkNow()
	w.turns(4)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
}
