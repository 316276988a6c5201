package service

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// verdict compares what Jenkins and people really got with what was asked for, whatever the bridge believes.
func (p *play) verdict(s scenario, doubt map[string]int) {
	p.t.Helper()
	p.changes.Add(1) // so that the last word is read
	releases := p.releases()
	p.judgeAnswers(releases)
	p.judgeBuilds(releases, s.vanishing)
	p.judgeLines()
	for _, r := range releases {
		p.judgeHistory(r)
	}
	p.judgeNotices(releases, doubt)
	if s.judge != nil {
		s.judge(p)
		return
	}
	for _, r := range releases {
		if r.State != model.ReleaseSucceeded {
			p.t.Errorf("%s is %s: %s", r.Number(), r.State, r.Deployments[0].Message)
		}
	}
}

// judgeAnswers: each form that was answered with success is one release, and there is no other.
func (p *play) judgeAnswers(releases []*model.Release) {
	p.t.Helper()
	if len(releases) != len(p.receipts) {
		p.t.Errorf("%d releases of %d forms", len(releases), len(p.receipts))
	}
	for who, receipt := range p.receipts {
		has := slices.ContainsFunc(releases, func(r *model.Release) bool { return r.Number() == receipt.Number })
		if !has {
			p.t.Errorf("%s was answered %s, which does not exist", who, receipt.Number)
		}
	}
}

// made are the builds that Jenkins made in this play for the bridge.
func (p *play) made() []jenkinstest.Build {
	return slices.DeleteFunc(p.world.jenkins.Ledger().Builds[p.builds:], func(b jenkinstest.Build) bool { return b.User != "admin" })
}

// judgeBuilds: exactly one build for each deployment that ran, with the approved parameters, in the approved order, and none
// besides. vanished are how many Jenkins forgot.
func (p *play) judgeBuilds(releases []*model.Release, vanished int) {
	p.t.Helper()
	asked := map[string]*model.Deployment{}
	for _, r := range releases {
		for _, d := range r.Deployments {
			for _, f := range d.Former {
				asked[fmt.Sprintf("%s #%d", d.FullName, f.Build)] = d
			}
			if d.Build > 0 {
				asked[fmt.Sprintf("%s #%d", d.FullName, d.Build)] = d
			} else if d.State == model.StateSucceeded || d.Message == "" {
				p.t.Errorf("%s of %s is %s without a build, and says %q", d.FullName, r.Number(), d.State, d.Message)
			}
			if d.Slot != nil || !d.State.Terminal() {
				p.t.Errorf("%s of %s is %s and holds slot %v", d.FullName, r.Number(), d.State, d.Slot)
			}
		}
	}
	forgotten := 0
	for _, b := range p.made() {
		name := fmt.Sprintf("%s #%d", b.Job, b.Number)
		d := asked[name]
		if b.Vanished {
			forgotten++
			if d != nil && d.State == model.StateFailed {
				delete(asked, name) // given up by a person
			}
			continue
		}
		if d == nil {
			p.t.Errorf("nobody asked for %s with %v", name, b.Parameters)
			continue
		}
		delete(asked, name)
		if want := wantedParameters(d); !maps.Equal(b.Parameters, want) {
			p.t.Errorf("%s got %v, want %v", name, b.Parameters, want)
		}
	}
	for name := range asked {
		p.t.Errorf("Jenkins never made %s", name)
	}
	if forgotten != vanished {
		p.t.Errorf("%d builds vanished, want %d", forgotten, vanished)
	}
	p.judgeOrder(releases)
}

func wantedParameters(d *model.Deployment) map[string]string {
	want := map[string]string{}
	for _, v := range d.Sent() {
		want[v.Name] = v.Value
	}
	if d.ReleaseParameter != "" {
		want[d.ReleaseParameter] = (&model.Release{ID: d.ReleaseID}).Number()
	}
	return want
}

// judgeOrder: an app starts after the one before it in its release has succeeded.
func (p *play) judgeOrder(releases []*model.Release) {
	p.t.Helper()
	made := p.made()
	of := func(d *model.Deployment) *jenkinstest.Build {
		i := slices.IndexFunc(made, func(b jenkinstest.Build) bool { return b.Job == d.FullName && int64(b.Number) == d.Build })
		if i < 0 {
			return nil
		}
		return &made[i]
	}
	for _, r := range releases {
		for i := 1; i < len(r.Deployments); i++ {
			before, after := of(r.Deployments[i-1]), of(r.Deployments[i])
			if after != nil && (before == nil || before.Result != "SUCCESS" || after.Queued.Before(before.Finished)) {
				p.t.Errorf("%s: %s started before its turn", r.Number(), after.Job)
			}
		}
	}
}

// judgeLines: builds of one job come in the order of approval, and each is wanted after the one before has ended.
func (p *play) judgeLines() {
	p.t.Helper()
	last := map[string]jenkinstest.Build{}
	for _, b := range p.made() {
		before, second := last[b.Job]
		if second && !before.Vanished && (b.Queued.Before(before.Finished) || before.Finished.IsZero() ||
			b.Parameters["RELEASE_ID"] < before.Parameters["RELEASE_ID"]) {
			p.t.Errorf("%s #%d was given to Jenkins before its turn", b.Job, b.Number)
		}
		last[b.Job] = b
	}
}

// judgeHistory: the history begins with the acceptance, every move is one of the table and follows from the one before.
func (p *play) judgeHistory(r *model.Release) {
	p.t.Helper()
	history, err := p.world.store.History(p.t.Context(), r.ID, 0, 1000)
	if err != nil || len(history) == 0 || history[0].Kind != model.EventKindAccepted {
		p.t.Fatalf("history of %s: %v %v", r.Number(), history, err)
	}
	states, at, summary := map[int64]model.DeploymentState{}, time.Time{}, model.ReleaseState(history[0].To)
	for _, d := range r.Deployments {
		states[d.ID] = model.StateWaiting
	}
	for _, e := range history[1:] {
		if e.At.Before(at) {
			p.t.Errorf("%s: %s at %s comes after %s", r.Number(), e.Kind, e.At, at)
		}
		at = e.At
		switch from := states[e.DeploymentID]; {
		case e.Kind == model.EventKindAccepted:
			p.t.Errorf("%s was accepted twice", r.Number())
		case e.Kind == model.EventKindRelease && e.From != string(summary):
			p.t.Errorf("%s goes on from %s, which is %s", r.Number(), e.From, summary)
		case e.Kind == model.EventKindRelease:
			summary = model.ReleaseState(e.To)
		case e.DeploymentID == 0 || e.From == e.To:
		default:
			next, err := model.Next(from, model.DeploymentEvent(e.Kind))
			if err != nil || string(from) != e.From || string(next) != e.To {
				p.t.Errorf("%s: %s from %s to %s, which was %s: %v", r.Number(), e.Kind, e.From, e.To, from, err)
			}
			states[e.DeploymentID] = next
		}
	}
	for _, d := range r.Deployments {
		if states[d.ID] != d.State {
			p.t.Errorf("%s: the history ends at %s, the deployment is %s", r.Number(), states[d.ID], d.State)
		}
	}
	if summary != r.State {
		p.t.Errorf("%s: the history ends at %s, the release is %s", r.Number(), summary, r.State)
	}
}

// judgeNotices: everybody concerned is told of the beginning and of the end, and nothing twice unless the process died
// between sending and saving.
func (p *play) judgeNotices(releases []*model.Release, doubt map[string]int) {
	p.t.Helper()
	times := map[string]int{}
	for _, m := range p.world.inbox.got[p.told:] {
		times[m.Key]++
	}
	for _, r := range releases {
		messages, err := p.world.store.Messages(p.t.Context(), r.ID, 1000)
		if err != nil {
			p.t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, m := range messages {
			kinds[messageName(m)]++
			if n := times[m.Key]; m.State != model.MessageSent || n < 1 || n > 1+doubt[m.Key] {
				p.t.Errorf("%s: %s is %s and came %d times", r.Number(), messageName(m), m.State, n)
			}
			delete(times, m.Key)
		}
		for _, who := range p.recipients() {
			for _, kind := range []model.NoticeKind{model.NoticeReceived, model.NoticeFinished} {
				if n := kinds[string(kind)+" to "+who]; n != 1 {
					p.t.Errorf("%s: %s to %s came %d times", r.Number(), kind, who, n)
				}
			}
		}
	}
	for _, m := range p.world.inbox.got[p.told:] {
		if times[m.Key] > 0 && m.Kind != model.NoticeRefused {
			p.t.Errorf("a notice of nothing: %s", m.Title)
		}
	}
}

func (p *play) recipients() []string {
	if !p.world.options.WorkNotices {
		return p.world.options.Robots
	}
	return append([]string{form()["发起人"][0]}, p.world.options.Robots...)
}
