package service

import (
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oabridge/oabridge/dingtalk"
	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model"
)

// common is a budget of several processes, on the test's clock: what Redis does on its own.
type common struct {
	clock   *clock
	mu      sync.Mutex
	taken   map[string][]time.Time
	blocked map[string]time.Time
}

func newCommon(c *clock) *common {
	return &common{clock: c, taken: map[string][]time.Time{}, blocked: map[string]time.Time{}}
}

func (c *common) Take(_ context.Context, budget string, limit int, window time.Duration) ([]time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if left := c.blocked[budget].Sub(now); left > 0 {
		return []time.Duration{left}, nil
	}
	taken := slices.DeleteFunc(c.taken[budget], func(at time.Time) bool { return now.Sub(at) >= window })
	if c.taken[budget] = taken; len(taken) >= limit {
		return []time.Duration{taken[len(taken)-limit].Add(window).Sub(now)}, nil
	}
	c.taken[budget] = append(taken, now)
	return nil, nil
}

func (c *common) Block(_ context.Context, budget string, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocked[budget] = c.clock.Now().Add(d)
	return nil
}

// burst is a bridge of several processes before a DingTalk that has DingTalk's limits, all on one clock.
type burst struct {
	*world
	dingtalk *dingtalktest.Server
	replicas []*Service
	finished map[string]time.Time // when each release ended
}

func newBurst(t *testing.T, replicas int) *burst {
	t.Helper()
	b := &burst{world: newWorld(t), finished: map[string]time.Time{}}
	b.dingtalk = dingtalktest.New(dingtalktest.Options{
		Now: b.clock.Now, Robots: []dingtalktest.Robot{{Name: "ops", AccessToken: "token", Secret: "SECret", Keywords: []string{"上线"}}},
	})
	server := httptest.NewServer(b.dingtalk)
	t.Cleanup(server.Close)
	robot, err := dingtalk.NewRobot("ops", server.URL+"/robot/send?access_token=token", "SECret", nil, false, server.Client(), b.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	o := b.options
	o.Messenger, o.WorkNotices, o.RobotLimits = dingtalk.NewSender(nil, robot), false, map[string]int{"ops": 18}
	if replicas > 1 {
		o.Shared.Budget = newCommon(b.clock)
	}
	for range replicas {
		b.replicas = append(b.replicas, New(o))
	}
	return b
}

// finish records a release that ended now, and tells it as the engine does.
func (b *burst) finish(i int) {
	b.t.Helper()
	now := b.clock.Now()
	state, deployment := model.ReleaseSucceeded, model.StateSucceeded
	if i%7 == 0 {
		state, deployment = model.ReleaseFailed, model.StateFailed
	}
	r := &model.Release{
		State: state, Accepted: model.ReleaseActive, ProjectName: "商城", Initiator: model.Person{ID: "zhang"},
		CreatedAt: now, FinishedAt: &now,
		Deployments: []*model.Deployment{{
			Position: 1, JobRef: model.JobRef{Controller: "prod", FullName: "deploy/mall/web"}, AppName: "商城前端", State: deployment,
			Build: int64(i + 1), BuildURL: fmt.Sprintf("https://jenkins.example.com/job/deploy/job/mall/job/web/%d/", i+1),
		}},
	}
	err := b.store.CreateRelease(b.t.Context(), r, []string{fmt.Sprint("burst-", i)}, func(r *model.Release) error {
		b.replicas[0].tell(r, b.write.finished(r))
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.finished[r.Number()] = now
}

// look lets every process look at the outbox once, each some time after the one before.
func (b *burst) look(pause time.Duration) {
	b.t.Helper()
	for _, s := range b.replicas {
		if _, err := s.deliverDue(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
		b.clock.Advance(pause / time.Duration(len(b.replicas)))
	}
}

// told is when each release's result was first seen in the group, and how often.
func (b *burst) told() (at map[string]time.Time, times map[string]int) {
	at, times = map[string]time.Time{}, map[string]int{}
	for _, m := range b.dingtalk.Ledger().Robots["ops"] {
		for number := range b.finished {
			if strings.Contains(m.Text, number+" ") {
				at[number] = m.At
				times[number]++
			}
		}
	}
	return at, times
}

// TestBurst finishes 500 releases within a minute. DingTalk's robot takes 20 messages a minute and then none for ten: it must
// not be brought to that, and still every result must be told.
func TestBurst(t *testing.T) {
	const releases, pause = 500, 500 * time.Millisecond
	for _, replicas := range []int{1, 3} {
		t.Run(fmt.Sprint(replicas, " processes"), func(t *testing.T) {
			b := newBurst(t, replicas)
			begin := b.clock.Now()
			for i := 0; i < releases; {
				for range min(5, releases-i) { // 5 each half of a second: 500 in 50 s
					b.finish(i)
					i++
				}
				b.look(pause)
			}
			for b.clock.Now().Sub(begin) < 3*time.Minute {
				b.look(pause)
			}
			b.judge(releases)
		})
	}
}

func (b *burst) judge(releases int) {
	b.t.Helper()
	ledger := b.dingtalk.Ledger()
	if n := len(ledger.Refused); n != 0 {
		b.t.Errorf("DingTalk refused: %v", ledger.Refused)
	}
	messages := ledger.Robots["ops"]
	for i, first := range messages {
		end := i
		for end < len(messages) && messages[end].At.Sub(first.At) < time.Minute {
			end++
		}
		if end-i > 18 {
			b.t.Fatalf("%d messages in the minute after %s", end-i, first.At)
		}
	}
	at, times := b.told()
	var late []time.Duration
	for number, ended := range b.finished {
		if times[number] != 1 {
			b.t.Errorf("%s was told %d times", number, times[number])
		}
		late = append(late, at[number].Sub(ended))
	}
	slices.SortFunc(late, cmp.Compare[time.Duration])
	if len(late) != releases || late[len(late)-1] > time.Minute {
		b.t.Errorf("%d releases, the latest told %s after its end", len(late), late[len(late)-1])
	}
	open, err := b.store.CountDeployments(b.t.Context())
	dead, deadErr := b.replicas[0].Dead(b.t.Context())
	if err != nil || deadErr != nil || open["messages"] != 0 || dead != 0 {
		b.t.Errorf("left: %v, %d dead, %v, %v", open, dead, err, deadErr)
	}
	b.t.Logf("%d results in %d messages; half of them told within %s, the latest after %s", releases, len(messages),
		late[len(late)/2], late[len(late)-1])
}
