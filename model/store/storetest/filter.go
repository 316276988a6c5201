package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

func filtering() map[string]func(*testing.T, *fixture) {
	return map[string]func(*testing.T, *fixture){
		"filter/as one by one":                filterAgrees,
		"filter/an old name is not forgotten": filterRenamed,
		"filter/a retry changes how it ended": filterRetried,
	}
}

// scattered is a release of the dice.
func (f *fixture) scattered(dice *rand.Rand) *model.Release {
	pick := func(values ...string) string { return values[dice.IntN(len(values))] }
	person := func() model.Person {
		n := dice.IntN(5)
		return model.Person{ID: fmt.Sprint("u", n), Name: pick("", fmt.Sprint("人", n))}
	}
	r := &model.Release{
		State: model.ReleaseStates()[dice.IntN(len(model.ReleaseStates()))], Project: pick("prod:a", "prod:b"), ProjectName: pick("商城", "支付", "prod:a"),
		Initiator: person(), Approvers: []model.Person{person(), person()}, RollbackOf: int64(max(0, dice.IntN(8)-5)),
		CreatedAt: f.clock.Now().Add(time.Duration(dice.IntN(3)-1) * time.Minute), // two replicas seldom agree
	}
	for range dice.IntN(4) {
		d := f.waiting(pick("web", "api", "job"), 0)
		d.AppName, d.Result = pick("", "前端", "后端"), pick("", "SUCCESS", "FAILURE", "NOT_BUILT")
		d.State = model.DeploymentStates()[dice.IntN(len(model.DeploymentStates()))]
		if r.State.Terminal() && !d.State.Terminal() {
			d.State = model.StateFailed
		}
		r.Deployments = append(r.Deployments, d)
	}
	f.clock.Advance(time.Duration(dice.IntN(40)) * time.Minute)
	return r
}

// filterOf is a filter of the dice, in which n conditions of eight are set on average.
func (f *fixture) filterOf(dice *rand.Rand, begin time.Time) model.ReleaseFilter {
	var q model.ReleaseFilter
	set := func() bool { return dice.IntN(4) == 0 }
	pick := func(values ...string) string { return values[dice.IntN(len(values))] }
	span := f.clock.Now().Sub(begin)
	if set() {
		q.From = begin.Add(rand.N(span))
	}
	if set() {
		q.To = begin.Add(rand.N(span))
	}
	for range dice.IntN(4) - 1 {
		q.States = append(q.States, model.ReleaseStates()[dice.IntN(len(model.ReleaseStates()))])
	}
	if set() {
		q.Project = pick("prod:a", "prod:b", "商城", "支付", "火星")
	}
	if set() {
		q.Person = pick("u1", "u3", "人2", "人4", "u9")
	}
	if set() {
		q.App = pick("prod:web", "prod:api", "前端", "后端")
	}
	if set() {
		q.Result = pick("SUCCESS", "FAILURE", "NOT_BUILT", "WEIRD")
	}
	if set() {
		q.Deployment = model.DeploymentStates()[dice.IntN(len(model.DeploymentStates()))]
	}
	if dice.IntN(8) == 0 {
		q.RollbackOf = int64(1 + dice.IntN(3))
	}
	return q
}

// passes is what a filter means.
func passes(q model.ReleaseFilter, r *model.Release) bool {
	is := func(p model.Person) bool { return q.Person == p.ID || q.Person == p.Name }
	for _, missed := range []bool{
		len(q.States) > 0 && !slices.Contains(q.States, r.State),
		!q.From.IsZero() && r.CreatedAt.Before(q.From),
		!q.To.IsZero() && !r.CreatedAt.Before(q.To),
		q.Person != "" && !slices.ContainsFunc(append([]model.Person{r.Initiator}, r.Approvers...), is),
		q.Project != "" && q.Project != r.Project && q.Project != r.ProjectName,
		q.RollbackOf != 0 && q.RollbackOf != r.RollbackOf,
		q.DeploymentFilter != (model.DeploymentFilter{}) && !slices.ContainsFunc(r.Deployments, q.Has),
	} {
		if missed {
			return false
		}
	}
	return true
}

// filterAgrees compares what is listed, page by page, with a look at every release.
func filterAgrees(t *testing.T, f *fixture) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice, begin := rand.New(rand.NewPCG(seed, 1)), f.clock.Now().Add(-time.Hour)
	var all []*model.Release
	for range 150 {
		r := f.scattered(dice)
		if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
			t.Fatal(err)
		}
		all = slices.Insert(all, 0, r)
	}
	found := 0
	for range 300 {
		q := f.filterOf(dice, begin)
		want, got := []int64{}, []int64{}
		for _, r := range all {
			if passes(q, r) {
				want = append(want, r.ID)
			}
		}
		for q.Limit = 1 + dice.IntN(20); ; {
			page := f.list(t, q)
			if got = append(got, page...); len(page) < q.Limit {
				break
			}
			q.Before = page[len(page)-1]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v:\n got %v\nwant %v", q, got, want)
		}
		found += len(want)
	}
	if found < 300 {
		t.Errorf("the filters found %d releases in all: they tell nothing", found)
	}
}

func by(person string) model.ReleaseFilter { return model.ReleaseFilter{Person: person, Limit: 9} }

func filterRenamed(t *testing.T, f *fixture) {
	r := &model.Release{State: model.ReleaseActive, Initiator: model.Person{ID: "u1"}}
	if err := f.CreateRelease(f.ctx, r, nil, nothing); err != nil {
		t.Fatal(err)
	}
	f.update(t, r.ID, func(r *model.Release) {
		r.Initiator.Name, r.Approvers = "张三", []model.Person{{ID: "u2"}}
	})
	for _, person := range []string{"u1", "张三", "u2"} {
		wantSame(t, f.list(t, by(person)), []int64{r.ID})
	}
	f.update(t, r.ID, func(r *model.Release) { r.Approvers = nil })
	wantSame(t, f.list(t, by("u2")), []int64{r.ID})
}

func filterRetried(t *testing.T, f *fixture) {
	d := f.waiting("web", 0)
	r := f.create(t, d)
	ended := func(state model.DeploymentState, result string) model.ReleaseFilter {
		return model.ReleaseFilter{DeploymentFilter: model.DeploymentFilter{Deployment: state, Result: result}, Limit: 9}
	}
	for _, end := range []struct {
		state  model.DeploymentState
		result string
	}{{model.StateFailed, "FAILURE"}, {model.StateWaiting, ""}, {model.StateSucceeded, "SUCCESS"}, {model.StateFailed, "FAILURE"}} {
		f.update(t, r.ID, func(r *model.Release) { r.Deployments[0].State, r.Deployments[0].Result = end.state, end.result })
		wantSame(t, f.list(t, ended(end.state, end.result)), []int64{r.ID})
		wantSame(t, f.list(t, ended("", "FAILURE")), f.list(t, ended(model.StateFailed, "")))
	}
	wantSame(t, f.list(t, ended(model.StateSucceeded, "")), []int64{})
}
