package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/oabridge/oabridge/model"
)

// operator does what people do. What Jenkins forgot is retried, every second one abandoned; what failed is deployed again, once;
// some builds are stopped; and what no rule may answer is answered, by two people at once.
type operator struct {
	api       bridgeAPI
	retried   int
	abandoned int
	answered  int
	again     int
	stopped   int
	done      map[string]bool // what is not to be done to a deployment twice
}

func newOperator(api bridgeAPI) *operator { return &operator{api: api, done: map[string]bool{}} }

// Why the operator did it, as histories tell it.
const (
	reasonStop  = "chaos: stopped"
	reasonOther = "chaos"
)

// decide goes through releases and does what is to be done.
func (o *operator) decide(ctx context.Context, list []*release) {
	for _, r := range list {
		for _, d := range r.Deployments {
			o.attend(ctx, r, d)
		}
	}
}

func (o *operator) attend(ctx context.Context, r *release, d deployment) {
	switch d.State {
	case model.StateLost:
		if d.ID%2 == 0 {
			o.tally(&o.abandoned, o.does(ctx, r, "abandon", d, reasonOther))
			return
		}
		o.tally(&o.retried, o.does(ctx, r, "retry", d, reasonOther))
	case model.StatePaused:
		if d.Job == signedJob {
			o.sign(ctx, r, d)
		}
	case model.StateFailed:
		if d.Result != "" && d.ID%3 == 0 && o.first("retry", d) {
			o.tally(&o.again, o.does(ctx, r, "retry", d, reasonOther))
		}
	case model.StateRunning:
		if d.Job == slowJob && d.ID%4 == 0 && o.first("cancel", d) {
			o.tally(&o.stopped, o.does(ctx, r, "cancel", d, reasonStop))
		}
	default: // goes its way without people
	}
}

func (o *operator) first(what string, d deployment) bool {
	key := fmt.Sprint(what, d.ID)
	known := o.done[key]
	o.done[key] = true
	return !known
}

func (o *operator) tally(n *int, did bool) {
	if did {
		*n++
	}
}

// does asks for something; false: it did not come to pass, or nobody knows, and the next round sees what it is now.
func (o *operator) does(ctx context.Context, r *release, verb string, d deployment, reason string) bool {
	return o.post(ctx, r, verb, fmt.Sprintf(`{"deployment":%d,"reason":%q}`, d.ID, reason))
}

func (o *operator) post(ctx context.Context, r *release, verb, body string) bool {
	status, err := o.api.ask(ctx, "POST", "/api/releases/"+r.Number+"/"+verb, body, nil)
	return err == nil && status == http.StatusOK
}

// sign lets two people answer at the same moment: one of them shall be heard.
func (o *operator) sign(ctx context.Context, r *release, d deployment) {
	var both sync.WaitGroup
	heard := make([]bool, 2)
	for i := range heard {
		both.Go(func() {
			heard[i] = o.post(ctx, r, "answer", fmt.Sprintf(
				`{"deployment":%d,"input":"Sign","answer":"proceed","parameters":["%s=%s/%d"],"reason":%q}`, d.ID, signature, r.Number, i, reasonOther))
		})
	}
	both.Wait()
	o.tally(&o.answered, heard[0] || heard[1])
}

// look decides about what can still move and what failed. It returns how many releases are not at their end.
func (o *operator) look(ctx context.Context) (open int, err error) {
	for _, state := range []model.ReleaseState{model.ReleaseFailed, model.ReleasePartial, model.ReleaseVerifying, model.ReleaseActive} {
		found, err := o.api.list(ctx, string(state))
		if err != nil {
			return 0, err
		}
		if o.decide(ctx, found); !state.Terminal() {
			open += len(found)
		}
	}
	return open, nil
}

// work looks every few seconds until ctx ends, also while everything is breaking.
func (o *operator) work(ctx context.Context) {
	for pause(ctx, 2*time.Second) {
		_, _ = o.look(ctx) // the next look makes up for one that failed
	}
}
