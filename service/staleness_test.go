package service

import (
	"strings"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func (w *world) wantStale(project string, want time.Duration) {
	w.t.Helper()
	if age, stale := w.Stale(project); age != want || stale != (want > 0) {
		w.t.Errorf("%q is %s old (%v), want %s", project, age, stale, want)
	}
}

// twoControllers gives the world a second controller, and an explicit project of apps of both.
func twoControllers(o *Options) {
	south := o.Controllers[0]
	south.Name, south.StaleAfter = "south", 20*time.Minute
	o.Controllers = append(o.Controllers, south)
	o.Projects = []ExplicitProject{{ID: "both", Apps: []ExplicitApp{
		{JobRef: model.JobRef{Controller: "prod", FullName: webJob}}, {JobRef: model.JobRef{Controller: "south", FullName: webJob}},
	}}}
	for i := range o.Controllers {
		o.Controllers[i].Rules.Named = NamedJobs(o.Projects, o.Controllers[i].Name)
	}
}

func TestWhatIsOldSaysSo(t *testing.T) {
	w := newWorld(t, twoControllers)
	if err := w.RefreshOnce(t.Context(), "south"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(10 * time.Minute)
	w.wantStale("", 0)
	w.clock.Advance(time.Second)
	w.wantStale("", 601*time.Second)
	w.wantStale("prod:deploy/mall", 601*time.Second)
	w.wantStale("south:deploy/mall", 0)
	w.wantStale("both", 601*time.Second)
	w.refreshDue()
	w.wantStale("", 0)
	w.clock.Advance(10*time.Minute - time.Second)
	w.wantStale("", 0)
	w.clock.Advance(time.Second)
	w.wantStale("", 1201*time.Second)
	w.wantStale("south:deploy/mall", 1201*time.Second)
	w.wantStale("prod:deploy/mall", 0)
	w.wantStale("both", 1201*time.Second)
	w.wantStale("nobody knows", 1201*time.Second)
}

// Of what was never listed nothing is old, but its absence is.
func TestAControllerThatWasNeverListed(t *testing.T) {
	w := newWorld(t, twoControllers)
	for range 3 {
		w.clock.Advance(10 * time.Minute)
		w.refreshDue()
	}
	w.wantStale("", 30*time.Minute)
	w.wantStale("prod:deploy/mall", 0)
	w.wantStale("both", 30*time.Minute)
	if len(w.Listed()) != 1 {
		t.Errorf("listed %v", w.Listed())
	}
}

func TestFormsThatAreFilledInFromOldOptionsAreWarned(t *testing.T) {
	w := newWorld(t)
	warned := func(at moment) string {
		f, problems := w.form.Read(form())
		_, found, err := w.checkForm(t.Context(), f, problems, at)
		if err != nil || len(found.Problems) > 0 {
			t.Fatal(err, found.Problems)
		}
		return found.warnings.Message()
	}
	if got := warned(fillingIn); got != "" {
		t.Errorf("warned of a fresh catalogue: %s", got)
	}
	w.clock.Advance(11 * time.Minute)
	if got := warned(fillingIn); !strings.Contains(got, "应用清单是 11 分 0 秒前从 Jenkins 读取的") {
		t.Errorf("warned: %q", got)
	}
	if got := warned(approved); got != "" {
		t.Errorf("an approved form is warned: %s", got)
	}
}
