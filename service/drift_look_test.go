package service

import (
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

func TestChangesThatDoNoHarm(t *testing.T) {
	t.Parallel()
	approved := map[string]string{"VERSION": "v2.1.0", "ENV": "prod", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""}
	added := map[string]string{"REGION": "cn"}
	for name, c := range map[string]struct {
		change func(*world)
		more   map[string]string
	}{
		"a choice came":          {reparam("ENV", func(p *jenkinstest.Parameter) { p.Choices = append([]string{"moon"}, p.Choices...) }), nil},
		"a choice became a text": {reparam("ENV", func(p *jenkinstest.Parameter) { p.Kind, p.Choices = jenkinstest.String, nil }), nil},
		"another default":        {reparam("VERSION", func(p *jenkinstest.Parameter) { p.Default = "v9" }), nil},
		"another description":    {reparam("VERSION", func(p *jenkinstest.Parameter) { p.Description = "neu" }), nil},
		"only a text about it":   {rework(func(j *jenkinstest.Job) { j.Description, j.DisplayName = "neu", "新名字" }), nil},
		"another order":          {rework(func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters); slices.Reverse(j.Parameters) }), nil},
		"a parameter with default": {rework(func(j *jenkinstest.Job) {
			j.Parameters = append(slices.Clone(j.Parameters), jenkinstest.Parameter{Name: "REGION", Default: "cn"})
		}), added},
	} {
		for _, policy := range []model.DriftPolicy{model.DriftHold, model.DriftFail, model.DriftIgnore} {
			t.Run(name+" "+string(policy), func(t *testing.T) {
				w := newWorld(t, onDrift(policy))
				got := w.submit()
				c.change(w)
				w.turns(4)
				w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
				want := map[string]string{}
				for _, from := range []map[string]string{approved, c.more} {
					for k, v := range from {
						want[k] = v
					}
				}
				w.wantBuilt(want)
				w.wantHistory(model.EventKindIgnored, "system", "", 0)
			})
		}
	}
}

// A job without parameters that has some by now is given none: its defaults count.
func TestJobThatGotItsFirstParameters(t *testing.T) {
	const job = "deploy/data/data-cache-flush"
	w := newWorld(t)
	got := w.submit(toFlush...)
	w.jenkins.SetJob(job, func(j *jenkinstest.Job) { j.Parameters = []jenkinstest.Parameter{{Name: "DB", Default: "0"}} })
	w.turns(4)
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
	if b := w.builds(job); len(b) != 1 || b[0].Parameters["DB"] != "0" {
		t.Errorf("%+v", b)
	}
}

// A look that brings no answer is a wait like any other: nothing is POSTed, and nothing was changed.
func TestLookThatFailsIsNoDrift(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		wait   model.Wait
	}{"away": {503, model.WaitJenkins}, "forbidden": {403, model.WaitAuth}, "odd": {302, model.WaitJenkins}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.jenkins.Fail(c.status, 2, "GET /job/deploy/job/mall/job/mall-web/api/json")
			got := w.submit()
			w.turn()
			if d := w.want(got.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]; d.Wait != c.wait || w.posts() != 0 {
				t.Fatalf("waits for %q, %d POSTs: %s", d.Wait, w.posts(), d.Message)
			}
			w.turns(130)
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			if w.posts() != 1 {
				t.Errorf("%d POSTs", w.posts())
			}
		})
	}
}

// The look comes before each POST, also before one that is repeated because its outcome was not known.
func TestJobThatChangedBetweenTwoPosts(t *testing.T) {
	for name, fail := range map[string]func(*world){
		"not taken": func(w *world) { w.jenkins.Fail(503, 1, trigger) },
		"cut off":   func(w *world) { w.jenkins.CutBefore(1, trigger) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			fail(w)
			got := w.submit()
			w.clock.Advance(time.Second)
			w.submitDueNow()
			unparam("ENV")(w)
			w.turns(130)
			d := w.want(got.Number, model.ReleaseActive, model.StateWaiting).Deployments[0]
			if d.Wait != model.WaitDrift || d.Slot != nil || w.posts() != 1 {
				t.Fatalf("waits for %q in slot %v, %d POSTs", d.Wait, d.Slot, w.posts())
			}
			w.continues(t)
			w.turns(10)
			w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
			w.wantBuilt(map[string]string{"VERSION": "v2.1.0", "DRY_RUN": "false", "RELEASE_ID": "R-1001", "NOTES": ""})
		})
	}
}

// What is held keeps nobody waiting but those behind it in its own release.
func TestOthersOfTheJobGoOn(t *testing.T) {
	w := newWorld(t)
	rework(func(j *jenkinstest.Job) {
		j.Parameters = append(slices.Clone(j.Parameters), jenkinstest.Parameter{Name: "REGION", Default: "cn"})
	})(w)
	w.relist()
	w.submit("应用名称", `["商城前端","搜索服务"]`)
	restore(w)
	w.relist()
	w.submit("实例ID", "inst-2")
	w.turns(6)
	if r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting); r.Deployments[1].Wait != model.WaitPredecessor {
		t.Errorf("the one behind waits for %q", r.Deployments[1].Wait)
	}
	w.want("R-1002", model.ReleaseSucceeded, model.StateSucceeded)
}

// Many deployments of one job look at it once.
func TestLooksAreShared(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.submit("实例ID", "inst-"+itoa(int64(i)), "VERSION", "v"+itoa(int64(i)))
	}
	looks := func() int { return w.jenkins.Ledger().ByPath["GET job"] }
	before := looks()
	for range 5 {
		if _, err := w.controller().looks.of(t.Context(), webJob, true); err != nil {
			t.Fatal(err)
		}
	}
	if n := looks() - before; n != 1 {
		t.Errorf("%d looks within a moment", n)
	}
	if _, err := w.controller().looks.of(t.Context(), webJob, false); err != nil || looks()-before != 2 {
		t.Errorf("a look of one's own: %d, %v", looks()-before, err)
	}
	w.clock.Advance(sharedFor)
	if _, err := w.controller().looks.of(t.Context(), webJob, true); err != nil || looks()-before != 3 {
		t.Errorf("a look later: %d, %v", looks()-before, err)
	}
	w.clock.Advance(-time.Hour)
	if _, err := w.controller().looks.of(t.Context(), webJob, true); err != nil || looks()-before != 4 {
		t.Errorf("a look after the clock was set back: %d, %v", looks()-before, err)
	}
}

// The job of a database change is looked at as any other, though no form offers it, and the apps wait behind it.
func TestMigrationThatChangedHoldsTheAppsBehindIt(t *testing.T) {
	w := migrating(t, parallel)
	w.submit(append([]string{"应用名称", `["商城前端","订单服务"]`}, changed...)...)
	w.jenkins.SetJob(migrateJob, func(j *jenkinstest.Job) { j.Parameters = slices.Clone(j.Parameters)[1:] })
	w.turns(5)
	r := w.want("R-1001", model.ReleaseActive, model.StateWaiting, model.StateWaiting, model.StateWaiting)
	if d := r.Deployments[0]; d.FullName != migrateJob || d.Wait != model.WaitDrift || w.posts() != 0 {
		t.Fatalf("%s waits for %q, %d POSTs", d.FullName, d.Wait, w.posts())
	}
	w.continues(t)
	w.turns(60)
	w.want("R-1001", model.ReleaseSucceeded, model.StateSucceeded, model.StateSucceeded, model.StateSucceeded)
	if began := w.began(); len(began) != 3 || began[0] != migrateJob {
		t.Errorf("began %q", began)
	}
}
