package main

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// inTurn sends requests to the addresses in turn, as a balancer does.
func inTurn(addresses []string) *http.Client {
	var n atomic.Int64
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = addresses[int(n.Add(1))%len(addresses)]
		return http.DefaultTransport.RoundTrip(r)
	})}
}

// TestTwentyAtOnceByTwoWaysOverTwoReplicas has one approval come by the connector and by events, new ones and repetitions,
// all at the same moment.
func TestTwentyAtOnceByTwoWaysOverTwoReplicas(t *testing.T) {
	o := approvingOn(t, fmt.Sprintf("{driver: mysql, dsn: %q}", servers.MariaDB(t)))
	addresses, stop := o.replicas(2)
	o.address = addresses[0]
	balanced := inTurn(addresses)
	o.dingtalk.SetCallback(dingtalktest.CallbackSettings{
		URL: "http://" + o.address + "/dingtalk/callback", Token: e2eEventToken, AESKey: e2eEventKey, HTTPClient: balanced,
	})
	o.caller.HTTPClient = balanced
	instance := o.approved(webForm())
	const copies = 20
	var answers [copies]map[string]any
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range copies {
		all.Go(func() {
			<-start
			answers[i] = o.submits(instance, webForm())
		})
		all.Go(func() {
			<-start
			if !o.pushes(fmt.Sprint("e", i/2), instance, "finish") {
				t.Error("an event is not taken")
			}
		})
	}
	close(start)
	all.Wait()
	number := o.onlyRelease()
	firsts := 0
	for _, a := range answers {
		if a["duplicate"] == false {
			firsts++
		}
		delete(a, "duplicate")
		delete(a, "traceId")
		if !maps.Equal(a, answers[0]) || a["releaseId"] != number {
			t.Errorf("one answer is %v, the first was %v", a, answers[0])
		}
	}
	if firsts > 1 {
		t.Errorf("%d answers say that they are the first", firsts)
	}
	o.settled(number, "succeeded")
	o.commented(instance, 2)
	if !o.pushes("late", instance, "finish") || o.submits(instance, webForm())["releaseId"] != number {
		t.Error("a late repetition is not the same")
	}
	next := o.approved(webForm("VERSION", "v3")) // what was pushed before is looked into before
	if !o.pushes("next", next, "finish") {
		t.Error("the next event is not taken")
	}
	o.commented(next, 2)
	stop()
	o.wantBuilt("deploy/mall/mall-web v2.1.0 SUCCESS", "deploy/mall/mall-web v3 SUCCESS")
	if titles := o.titles(); len(titles) != 4 || len(o.commented(instance, 2)) != 2 {
		t.Errorf("told %q and commented %q", titles, o.commented(instance, 2))
	}
}
