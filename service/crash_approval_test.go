package service

import (
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// approvalScenarios are about approvals that DingTalk is asked about.
func approvalScenarios() map[string]scenario {
	silence, robot := []func(*Options){untold}, []func(*Options){robotsTold}
	return map[string]scenario{
		"an event alone": asked(scenario{adjust: robot, script: []scene{opens("a"), agrees("a"), pushes("a", "a"), became("a")}}),
		"a proof":        asked(scenario{adjust: robot, script: []scene{opens("a"), submits("a"), aMoment(agrees("a"))}}),
		"an event of a submission": asked(scenario{adjust: silence, script: []scene{
			byRequest(opens), agrees("a"), byRequest(submits), pushes("a", "a"),
		}}),
		"revoked while queued": asked(scenario{adjust: silence, script: []scene{
			quiet(), opens("a"), agrees("a"), submits("a"), opens("b"), revokes("b", "a"),
			{when: state(1, model.StateQueued), do: pushes("b", "b").do},
			noisy(func(p *play) bool { return p.releases()[0].State.Terminal() }),
		}, judge: ends(model.ReleaseCancelled, 0)}),
		"modified": asked(scenario{adjust: silence, script: []scene{
			opens("a", "执行方式", "定时", "执行时间", "2027-01-02 03:04"), agrees("a"), pushes("a", "a"), became("a"),
			opens("b"), modifies("b", "a"), pushes("b", "b"), became("b"),
		}, judge: func(p *play) {
			if got := p.releases(); got[0].State != model.ReleaseCancelled || got[1].State != model.ReleaseSucceeded {
				p.t.Errorf("%s and %s", got[0].State, got[1].State)
			}
		}}),
		"missed while nobody was there": asked(scenario{adjust: silence, script: []scene{
			{do: func(p *play) error { return p.world.store.Attend(p.t.Context(), p.began.Add(-time.Hour)) }},
			opens("a"), agrees("a"),
			attends(), became("a"),
		}}),
	}
}

// asked gives the scenario's world a DingTalk with approvals.
func asked(s scenario) scenario {
	var k *desk
	s.adjust = append(s.adjust[:len(s.adjust):len(s.adjust)], func(o *Options) {
		k = newDesk()
		o.Approvals, o.Policy = k, ApprovalPolicy{Verify: VerifyAuto, ProcessCodes: []string{template}}
	})
	s.jobs = func(w *world) { w.desk = k }
	return s
}

func (p *play) instance(who string) string { return fmt.Sprintf("%s-%d", who, p.take) }

func opens(who string, pairs ...string) scene {
	return scene{do: func(p *play) error { p.world.open(p.instance(who), pairs...); return nil }}
}

// byRequest lets the form name nothing but its own request id.
func byRequest(of func(who string, pairs ...string) scene) scene {
	return scene{do: func(p *play) error { return of("a", "实例ID", "", "requestId", p.instance("q")).do(p) }}
}

// attends is a start: one that died at it leaves a lease for a while.
func attends() scene {
	return scene{do: func(p *play) error {
		err := p.attend(p.t.Context(), p.now(), false)
		if model.CodeOf(err) == model.CodeConflict {
			p.world.clock.Advance(reconcileFor)
			err = p.attend(p.t.Context(), p.now(), false)
		}
		return err
	}}
}

func agrees(who string) scene {
	return scene{do: func(p *play) error { p.world.desk.change(p.instance(who), agree("wang")); return nil }}
}

// aMoment lets the scene happen when the bridge has had time to ask in vain.
func aMoment(s scene) scene {
	s.when = func(p *play) bool { return p.world.clock.Now().Sub(p.began) > 10*time.Second }
	return s
}

// revokes and modifies approve what is about another approval.
func revokes(who, main string) scene  { return about(who, main, model.ActionRevoke) }
func modifies(who, main string) scene { return about(who, main, model.ActionModify) }

func about(who, main, action string) scene {
	return scene{do: func(p *play) error {
		p.world.desk.change(p.instance(who), agree("wang"))
		p.world.desk.change(p.instance(who), func(a *model.Approval) { a.Action, a.Main = action, p.instance(main) })
		return nil
	}}
}

// pushes is DingTalk, which pushes an event again until it is taken.
func pushes(who, id string) scene {
	return scene{do: func(p *play) error {
		e := event(p.instance(who), model.ApprovalFinishes, model.ResultAgree)
		e.ID = p.instance("event-" + id)
		return p.ReceiveEvent(p.t.Context(), e)
	}}
}

// became waits for the release that nobody was answered.
func became(who string) scene {
	n := 0
	of := func(p *play) bool {
		n = len(p.receipts)
		return len(p.releases()) > n
	}
	return scene{when: of, do: func(p *play) error {
		p.receipts[who] = model.Receipt{Number: p.releases()[n].Number()}
		return nil
	}}
}
