package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// outcome is what a submission was answered.
type outcome string

// The outcomes, as the table shows them.
const (
	accepted    outcome = "accepted"
	duplicate   outcome = "duplicate"
	refused     outcome = "refused"
	unavailable outcome = "5xx"
	unanswered  outcome = "no answer"
	unexpected  outcome = "unexpected"
)

// outcomes are all of them, in the table's order.
var outcomes = []outcome{accepted, duplicate, refused, unavailable, unanswered, unexpected}

// answer is what one call was told.
type answer struct {
	outcome outcome
	number  string // of the release, when it was accepted
	detail  string
}

// record is one form and everything that was answered to it.
type record struct {
	form  *form
	due   time.Time // of a scheduled form
	first time.Time // when it was sent first

	mu      sync.Mutex
	answers []answer
	others  []answer // to the same approval with another content
}

func (r *record) add(a answer, other bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other {
		r.others = append(r.others, a)
		return
	}
	r.answers = append(r.answers, a)
}

// known is the number that it was answered with first, "" when it never was.
func (r *record) known() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.answers {
		if a.number != "" {
			return a.number
		}
	}
	return ""
}

// was tells whether any call had this outcome.
func (r *record) was(o outcome) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.answers {
		if a.outcome == o {
			return true
		}
	}
	return false
}

// driver plays DingTalk: it hands over every approved form, signed, to a replica that is up.
type driver struct {
	cluster *cluster
	client  *http.Client
	records []*record
}

// tries is how often DingTalk calls at most.
const tries = 4

func newDriver(c *cluster, forms []*form) *driver {
	d := &driver{cluster: c, client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
	for _, f := range forms {
		d.records = append(d.records, &record{form: f})
	}
	return d
}

// drive submits every form at its time and returns when all are answered or given up.
func (d *driver) drive(ctx context.Context, start time.Time) {
	var all sync.WaitGroup
	for _, r := range d.records {
		if !pause(ctx, time.Until(start.Add(r.form.after))) {
			break
		}
		all.Go(func() { d.deliver(ctx, r) })
	}
	all.Wait()
}

func (d *driver) deliver(ctx context.Context, r *record) {
	random := rand.New(rand.NewPCG(r.form.seed, 2)) // #nosec G404 -- chance has to be repeatable here
	r.first = time.Now()
	r.due = r.first.Add(r.form.schedule).Truncate(time.Millisecond)
	fields := r.form.fields(r.due)
	if r.form.instance {
		d.approve(ctx, r.form, fields)
	}
	if r.form.copies > 0 {
		d.storm(ctx, r, fields)
	}
	if r.known() == "" {
		d.try(ctx, random, r, fields, false)
	}
	for range r.form.repeats {
		if pause(ctx, time.Duration(random.IntN(3000))*time.Millisecond) {
			d.try(ctx, random, r, fields, false)
		}
	}
	if r.form.conflict && r.known() != "" {
		d.try(ctx, random, r, r.form.other(r.due), true)
	}
}

// approve has the form approved in DingTalk, as often as it takes: people do not give up because the line is bad.
func (d *driver) approve(ctx context.Context, f *form, fields map[string]any) {
	asked := dingtalktest.Application{
		Instance: f.process(), Business: f.business(), ProcessCode: template, Originator: f.initiator, Form: map[string]any{},
	}
	for name, value := range fields {
		if name != "实例ID" && name != "审批编号" && name != "发起人" && name != "审批人" {
			asked.Form[name] = value
		}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		panic(err) // texts always marshal
	}
	orders := []string{"apply"}
	approvers := f.approvers
	if len(approvers) == 0 {
		approvers = []string{f.initiator}
	}
	for i, user := range approvers {
		act := "endorse"
		if i == len(approvers)-1 {
			act = "agree"
		}
		orders = append(orders, act+"?"+url.Values{"instance": {f.process()}, "user": {user}, "remark": {"同意"}}.Encode())
	}
	for i, order := range orders {
		content := ""
		if i == 0 {
			content = string(body)
		}
		for d.cluster.dingtalk.post(ctx, order, content) != nil && pause(ctx, 100*time.Millisecond) {
		}
	}
}

// storm sends all copies at once, over all replicas.
func (d *driver) storm(ctx context.Context, r *record, fields map[string]any) {
	var all sync.WaitGroup
	for i := range r.form.copies {
		all.Go(func() { r.add(d.send(ctx, d.cluster.bridges[i%replicas], fields), false) })
	}
	all.Wait()
}

// try calls until somebody answers, as DingTalk does.
func (d *driver) try(ctx context.Context, random *rand.Rand, r *record, fields map[string]any, other bool) {
	for range tries {
		a := d.send(ctx, d.anyUp(ctx, random), fields)
		r.add(a, other)
		if a.outcome != unavailable && a.outcome != unanswered {
			return
		}
		if !pause(ctx, time.Duration(500+random.IntN(2500))*time.Millisecond) {
			return
		}
	}
}

// anyUp is what a load balancer would choose; when nobody is up, it is somebody who is not.
func (d *driver) anyUp(ctx context.Context, random *rand.Rand) *replica {
	first := random.IntN(replicas)
	for range 20 {
		for i := range replicas {
			if r := d.cluster.bridges[(first+i)%replicas]; r.isUp() {
				return r
			}
		}
		pause(ctx, 100*time.Millisecond)
	}
	return d.cluster.bridges[first]
}

func (d *driver) send(ctx context.Context, r *replica, fields map[string]any) answer {
	connector := dingtalktest.Connector{BaseURL: r.address() + "/connector", Secret: connectorSecret, HTTPClient: d.client}
	status, body, err := connector.Call(ctx, "releases", fields)
	number, _ := body["releaseId"].(string)
	detail := fmt.Sprintf("HTTP %d %v %v", status, body["errorCode"], body["errorMsg"])
	switch {
	case status/100 == 5:
		return answer{unavailable, "", detail}
	case err != nil:
		return answer{unanswered, "", err.Error()}
	case status == http.StatusOK && body["success"] == true && number != "":
		if body["duplicate"] == true {
			return answer{duplicate, number, ""}
		}
		return answer{accepted, number, ""}
	case status == http.StatusOK && body["success"] == false:
		return answer{refused, "", detail}
	}
	return answer{unexpected, "", detail}
}
