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

// missed is a gap in which inst-1 was approved.
func (w *world) missed(length time.Duration) {
	w.t.Helper()
	if err := w.attend(w.t.Context(), w.clock.Now(), false); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(length - time.Hour)
	w.open("inst-1")
	w.desk.change("inst-1", agree("wang"))
	w.clock.Advance(time.Hour)
}

func TestReconciliationGoesRound(t *testing.T) {
	attends := func(o *Options) { o.EventsSeen = o.Now }
	for name, c := range map[string]struct {
		adjust func(*Options)
		gap    time.Duration
		desk   func(*world)
	}{
		"a deleted template": {func(o *Options) { o.Policy.ProcessCodes = []string{"PROC-GONE", template} }, time.Hour,
			func(w *world) { w.desk.dead = map[string]bool{"PROC-GONE": true} }},
		"an absence of half a year": {func(*Options) {}, 180 * 24 * time.Hour, func(*world) {}},
		"a crowd": {func(*Options) {}, 2 * time.Hour, func(w *world) {
			for _, id := range []string{"a", "b", "c", "d"} { // long before
				w.open(id)
				at := w.clock.Now().Add(-7 * 24 * time.Hour)
				w.desk.change(id, func(a *model.Approval) { a.CreatedAt = &at; agree("wang")(a) })
			}
			w.desk.crowd = 4
		}},
		"a clock that is ahead": {func(*Options) {}, 2 * time.Hour, func(w *world) {
			at := w.clock.Now().Add(-2*time.Hour - 4*time.Minute)
			w.desk.change("inst-1", func(a *model.Approval) { a.FinishedAt = &at })
		}},
		"no time of its end": {func(*Options) {}, 2 * time.Hour, func(w *world) {
			w.desk.change("inst-1", func(a *model.Approval) { a.FinishedAt = nil })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t, attends, c.adjust)
			w.missed(c.gap)
			c.desk(w)
			if err := w.attend(t.Context(), w.clock.Now(), false); err != nil {
				t.Fatal(err)
			}
			w.lookAll()
			w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded)
			w.wantBuilds(t, 1)
		})
	}
}

// TestTriesToAttendBecomeRare: each may cost a call of every template.
func TestTriesToAttendBecomeRare(t *testing.T) {
	away := model.Errorf(model.CodeDingTalkQuota, "调用量已用完")
	pause, tries := time.Second, 0
	for spent := time.Duration(0); spent < 24*time.Hour; spent += pause {
		pause = attendPause(pause, away)
		tries++
	}
	if tries > 110 {
		t.Errorf("%d tries in a day", tries)
	}
	if got := attendPause(time.Second, model.Errorf(model.CodeDatabaseBusy, "")); got != time.Second {
		t.Errorf("the database is asked again after %s", got)
	}
	if got := attendPause(pause, nil); got != attendEvery {
		t.Errorf("%s between two that went well", got)
	}
}

// TestTheTemplateIsFoundWhateverZoneDingTalkTells its times in.
func TestTheTemplateIsFoundWhateverZoneDingTalkTells(t *testing.T) {
	for name, change := range map[string]func(*model.Approval){
		"eight hours early": func(a *model.Approval) { at := a.CreatedAt.Add(-8 * time.Hour); a.CreatedAt = &at },
		"eight hours late":  func(a *model.Approval) { at := a.CreatedAt.Add(8 * time.Hour); a.CreatedAt = &at },
		"not at all":        func(a *model.Approval) { a.CreatedAt = nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := proving(t)
			w.open("inst-1")
			w.desk.change("inst-1", agree("wang"))
			w.desk.listed = w.clock.Now()
			w.desk.change("inst-1", change)
			w.desk.codes["inst-1"] = template
			got := w.submit()
			w.lookAll()
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
		})
	}
}
