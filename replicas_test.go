package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// replicas starts n bridges on the same configuration and returns how to call each of them.
func (o *outside) replicas(n int) (addresses []string, stop func()) {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	var all sync.WaitGroup
	logs := make([]lockedBuffer, n)
	for i := range n {
		address := freeAddress(o.t)
		addresses = append(addresses, address)
		all.Go(func() {
			if code := run(ctx, []string{"serve", "-c", o.config}, []string{"OABRIDGE_LISTEN=" + address}, io.Discard, &logs[i]); code != 0 {
				o.t.Errorf("replica %d ended with %d\n%s", i, code, logs[i].String())
			}
		})
	}
	for i, address := range addresses {
		o.eventually("a replica is ready", func() bool {
			status, err := probe(ctx, "http://"+address+"/readyz")
			return err == nil && status == http.StatusOK
		}, logs[i].String)
	}
	return addresses, func() { cancel(); all.Wait() }
}

// TestFiftyAtOnceOverThreeReplicas sends the same submission fifty times at the same moment.
func TestFiftyAtOnceOverThreeReplicas(t *testing.T) {
	o := newOutside(t, fmt.Sprintf("{driver: mysql, dsn: %q}", servers.MariaDB(t)))
	addresses, stop := o.replicas(3)
	const copies = 50
	answers := make([]map[string]any, copies)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range copies {
		caller := o.caller
		caller.BaseURL = "http://" + addresses[i%len(addresses)] + "/connector"
		all.Go(func() {
			<-start
			fields := map[string]any{}
			for pairs := immediate(); len(pairs) > 0; pairs = pairs[2:] {
				fields[fmt.Sprint(pairs[0])] = pairs[1]
			}
			status, answer, err := caller.Call(t.Context(), "releases", fields)
			if err != nil || status != http.StatusOK {
				t.Errorf("answered %d %v: %v", status, answer, err)
			}
			answers[i] = answer
		})
	}
	close(start)
	all.Wait()
	firsts := 0
	for i, a := range answers {
		if a["success"] != true || a["releaseId"] != answers[0]["releaseId"] || a["state"] != answers[0]["state"] {
			t.Errorf("answer %d is %v, the first was %v", i, a, answers[0])
		}
		if a["duplicate"] == false {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d of %d answers say that they are the first", firsts, copies)
	}
	o.address = addresses[0]
	o.settled(fmt.Sprint(answers[0]["releaseId"]), "succeeded") // 1001, unless a loser drew that number first
	if n := len(o.jenkins.Ledger().Triggers); n != 1 {
		t.Errorf("%d builds were triggered", n)
	}
	if list, ok := o.api("/api/releases")["releases"].([]any); !ok || len(list) != 1 {
		t.Errorf("%d releases", len(list))
	}
	stop()
}
