package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// colleague is somebody who starts the same jobs in Jenkins by hand, now and then with the very parameters of a form: none of those
// builds may be taken for the bridge's.
type colleague struct {
	jenkins *fake
	random  *rand.Rand
	asked   int
}

const (
	colleagueUser  = "colleague"
	colleagueToken = "colleague-token" // #nosec G101 -- of the fake
)

func newColleague(jenkins *fake, seed uint64) *colleague {
	return &colleague{jenkins: jenkins, random: rand.New(rand.NewPCG(seed, 3))} // #nosec G404 -- chance has to be repeatable here
}

// work starts something every few seconds until ctx ends. Jenkins may be away.
func (c *colleague) work(ctx context.Context) {
	all := projects()
	for pause(ctx, time.Duration(500+c.random.IntN(3000))*time.Millisecond) {
		p := all[c.random.IntN(len(all))]
		c.build(ctx, p.jobs[c.random.IntN(len(p.jobs))])
	}
}

func (c *colleague) build(ctx context.Context, j jenkinstest.Job) {
	c.asked++
	action, values := "build", url.Values{}
	for _, p := range j.Parameters {
		action = "buildWithParameters"
		switch p.Name {
		case ticket:
			values.Set(ticket, fmt.Sprintf("hand-%d", c.asked))
		case target:
			values.Set(target, targets[c.random.IntN(len(targets))])
		}
	}
	address := c.jenkins.url + "/job/" + strings.ReplaceAll(j.FullName, "/", "/job/") + "/" + action + "?delay=0sec"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(values.Encode())) // #nosec G704 -- our own fake
	if err != nil {
		return // an address that we made ourselves
	}
	request.SetBasicAuth(colleagueUser, colleagueToken)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if response, err := plain.Do(request); err == nil { // #nosec G704 -- our own fake
		_ = response.Body.Close()
	}
}
