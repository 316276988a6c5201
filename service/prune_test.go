package service

import (
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// keeping has the engine keep finished releases for so long, and never pause between batches.
func keeping(keep time.Duration) func(*Options) {
	return func(o *Options) { o.Keep, o.Pace.Breath = keep, time.Nanosecond }
}

func (w *world) pruneNow() model.Pruned {
	w.t.Helper()
	pruned, err := w.prune(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return pruned
}

// TestAPrunedApprovalIsNotDeployedAgain: the most that comes of an approval that arrives again after years is its first
// answer.
func TestAPrunedApprovalIsNotDeployedAgain(t *testing.T) {
	w := newWorld(t, keeping(48*time.Hour))
	first := w.submit("requestId", "req-1")
	w.turns(3)
	w.want(first.Number, model.ReleaseSucceeded, model.StateSucceeded)
	w.clock.Advance(47 * time.Hour)
	if pruned := w.pruneNow(); pruned.Rows() > 0 {
		t.Fatalf("pruned too early: %+v", pruned)
	}
	w.clock.Advance(2 * time.Hour)
	if pruned := w.pruneNow(); pruned.Releases != 1 || pruned.Deployments != 1 || pruned.Events == 0 || pruned.Messages == 0 {
		t.Fatalf("pruned %+v", pruned)
	}
	again := w.submit("requestId", "req-1")
	if !again.Duplicate || again.Number != first.Number || again.State != first.State {
		t.Errorf("the same approval: %+v, want %+v as a duplicate", again, first)
	}
	if again := w.submit(); !again.Duplicate || again.Number != first.Number {
		t.Errorf("with its instance alone: %+v", again)
	}
	for name, pairs := range map[string][]string{
		"other content":                     {"VERSION", "v2.2.0"},
		"its request alone, as a copy has":  {"实例ID", "", "requestId", "req-1"},
		"other content of the same request": {"实例ID", "", "requestId", "req-1", "VERSION", "v2.2.0"},
	} {
		_, err := w.Submit(t.Context(), form(pairs...), "connector")
		if model.CodeOf(err) != model.CodeSubmissionConflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	copied := w.submit("实例ID", "inst-2", "requestId", "req-1")
	if copied.Duplicate || copied.Number == first.Number {
		t.Errorf("another approval with a copied form: %+v", copied)
	}
	w.turns(3)
	if n := len(w.builds(webJob)); n != 2 {
		t.Errorf("%d builds, want one for each of the two approvals", n)
	}
}

func TestWithNothingToKeepByReleasesStay(t *testing.T) {
	w := newWorld(t, keeping(0))
	got := w.submit()
	w.turns(3)
	w.clock.Advance(100 * 365 * 24 * time.Hour)
	w.pruneNow()
	w.want(got.Number, model.ReleaseSucceeded, model.StateSucceeded)
}

func TestOneProcessPrunes(t *testing.T) {
	w := newWorld(t, keeping(48*time.Hour))
	w.submit()
	w.turns(3)
	w.clock.Advance(49 * time.Hour)
	if taken, err := w.store.Lease(t.Context(), pruneLease, "somebody else", time.Minute); err != nil || !taken {
		t.Fatal(taken, err)
	}
	if pruned := w.pruneNow(); pruned.Rows() > 0 {
		t.Errorf("pruned %+v beside somebody else", pruned)
	}
	w.clock.Advance(time.Minute)
	if pruned := w.pruneNow(); pruned.Releases != 1 {
		t.Errorf("pruned %+v", pruned)
	}
}

// upkeep is an Observer that hands over what was pruned, and how many replicas differ whenever that changes.
type upkeep struct {
	silent
	pruned    chan model.Pruned
	differing chan int
	last      int
}

func (u *upkeep) Pruned(p model.Pruned) {
	if p.Rows() > 0 {
		u.pruned <- p
	}
}

func (u *upkeep) Differing(replicas int) {
	if replicas != u.last {
		u.last = replicas
		u.differing <- replicas
	}
}

// TestRunPrunes leaves it to the engine, which goes on pruning as time goes by.
func TestRunPrunes(t *testing.T) {
	observer := &upkeep{pruned: make(chan model.Pruned, 9)}
	w := newWorld(t, quick, keeping(48*time.Hour), func(o *Options) { o.Observer, o.Pace.Prune = observer, 5*time.Millisecond })
	w.submit()
	w.turns(3)
	end, ended := w.running()
	w.clock.Advance(49 * time.Hour)
	if pruned := await(t, "pruning", observer.pruned); pruned.Releases != 1 {
		t.Errorf("pruned %+v", pruned)
	}
	end()
	await(t, "the end", ended)
	if taken, err := w.store.Lease(t.Context(), pruneLease, "the next one", time.Minute); err != nil || !taken {
		t.Errorf("the lease was not given back: %v %v", taken, err)
	}
}
