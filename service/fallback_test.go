package service

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/oabridge/oabridge/model"
)

// groups are robots, some of which do not work.
type groups struct {
	broken map[string]error
	told   map[string][]string
}

func (g *groups) Deliver(_ context.Context, m model.Message) (int64, error) {
	if err := g.broken[m.Recipient]; err != nil {
		return 0, err
	}
	g.told[m.Recipient] = append(g.told[m.Recipient], m.Title)
	return 0, nil
}

func newGroups(t *testing.T, err error) (*world, *groups) {
	g := &groups{broken: map[string]error{"ops": err}, told: map[string][]string{}}
	w := newWorld(t, robotOnly(g), func(o *Options) {
		o.RobotLimits, o.Fallbacks = map[string]int{"ops": 18, "dev": 18}, map[string]string{"ops": "dev", "dev": "all"}
	})
	w.submit()
	return w, g
}

const (
	received = "上线单 R-1001 已接收，开始部署"
	instead  = "代机器人「ops」："
)

func TestFallbackTellsWhatWasGivenUp(t *testing.T) {
	w, g := newGroups(t, model.Errorf(model.CodeDingTalkAuth, "token 不存在"))
	for range 20 {
		w.deliverAll()
		w.clock.Advance(time.Hour)
	}
	if !slices.Equal(g.told["dev"], []string{instead + received}) || len(g.told["ops"])+len(g.told["all"]) != 0 {
		t.Errorf("told %v", g.told)
	}
	if all := w.outbox(); all[0].State != model.MessageDead || all[1].ReleaseID != all[0].ReleaseID || len(all) != 2 {
		t.Errorf("%+v", all)
	}
}

func TestFallbackTellsWhileARobotIsBlocked(t *testing.T) {
	w, g := newGroups(t, &model.Error{Code: model.CodeDingTalkThrottled, Message: "发送过快", RetryAfter: 10 * time.Minute})
	w.deliverAll()
	w.submit("实例ID", "inst-2") // the block is known already
	for range 60 {
		w.deliverAll()
		w.clock.Advance(5 * time.Second)
	}
	if want := []string{instead + received, instead + "上线单 R-1002 已接收，开始部署"}; !slices.Equal(g.told["dev"], want) {
		t.Errorf("told %v", g.told)
	}
	delete(g.broken, "ops")
	for range 120 {
		w.deliverAll()
		w.clock.Advance(5 * time.Second)
	}
	if len(g.told["ops"]) == 0 || len(g.told["dev"]) != 2 {
		t.Errorf("after the block: %v", g.told)
	}
}

func TestFallbacksFollowEachOther(t *testing.T) {
	w, g := newGroups(t, model.Errorf(model.CodeDingTalkAuth, "token 不存在"))
	g.broken["dev"] = model.Errorf(model.CodeDingTalkForbidden, "群已解散")
	for range 5 {
		w.deliverAll()
	}
	if want := []string{"代机器人「dev」：" + instead + received}; !slices.Equal(g.told["all"], want) {
		t.Errorf("told %v", g.told)
	}
}

// A fallback that is stored by a process that dies before it settles the message is stored once.
func TestFallbackIsToldOnceAfterACrash(t *testing.T) {
	g := &groups{broken: map[string]error{"ops": model.Errorf(model.CodeDingTalkAuth, "x")}, told: map[string][]string{}}
	f := &forgetful{dead: true}
	w := newWorld(t, robotOnly(g), func(o *Options) {
		o.Fallbacks, f.Store = map[string]string{"ops": "dev"}, o.Store
		o.Store = f
	})
	w.submit()
	w.deliverAll()
	f.dead = false
	for range 3 {
		w.clock.Advance(w.pace.Lease)
		w.deliverAll()
	}
	if len(g.told["dev"]) != 1 || len(w.outbox()) != 2 {
		t.Errorf("told %v", g.told)
	}
}
