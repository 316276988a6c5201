package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

// What the processes know each other by.
const (
	controller      = "chaos"
	jenkinsUser     = "bridge"
	jenkinsToken    = "chaos-jenkins-token" // #nosec G101 -- of the fake
	connectorSecret = "chaos-connector-secret"
	apiToken        = "chaos-api-token-of-the-driver" // #nosec G101 -- of a private replica
	robotName       = "ops"
	people          = 60 // DingTalk gives each of them 500 notices a day
)

// The parameters of the jobs.
const (
	ticket    = "TICKET" // unique for each form: what tells in Jenkins' ledger which form asked for a build
	numbered  = "RELEASE_ID"
	target    = "ENV"
	rehearsal = "DRY_RUN"
	notes     = "NOTES"
)

var targets = []string{"staging", "prod"}

// project is a folder of jobs.
type project struct {
	name string // of the folder, and what the form calls it
	jobs []jenkinstest.Job
}

// projects is everything that can be deployed: jobs with and without RELEASE_ID, with and without parameters, freestyle
// and pipelines, with input steps, and some that fail.
func projects() []project {
	job := func(name string, kind jenkinstest.Kind, takes time.Duration, parameters ...string) jenkinstest.Job {
		j := jenkinstest.Job{FullName: "chaos/" + name, Kind: kind, Duration: takes, QuietPeriod: time.Millisecond}
		for _, p := range parameters {
			j.Parameters = append(j.Parameters, parameter(p))
		}
		return j
	}
	fails := func(j jenkinstest.Job, result string) jenkinstest.Job { j.Result = result; return j }
	asks := func(j jenkinstest.Job, in jenkinstest.Input) jenkinstest.Job {
		j.Inputs = []jenkinstest.Input{in}
		return j
	}
	const free, pipe = jenkinstest.Freestyle, jenkinstest.Pipeline
	full := []string{ticket, target, rehearsal, numbered, notes}
	return []project{
		{"shop", []jenkinstest.Job{
			job("shop/hot", free, 300*time.Millisecond, full...), // the one that everybody wants
			job("shop/web", free, 400*time.Millisecond, full...),
			job("shop/search", pipe, 700*time.Millisecond, full...),
			fails(job("shop/legacy", free, 300*time.Millisecond, full...), "FAILURE"),
			fails(job("shop/mobile", pipe, 300*time.Millisecond, full...), "UNSTABLE"),
		}},
		{"pay", []jenkinstest.Job{
			job("pay/refund", free, 600*time.Millisecond, full...),
			asks(job("pay/gateway", pipe, 500*time.Millisecond, full...), jenkinstest.Input{ID: "Confirm", Message: "发布?"}),
			asks(job("pay/clearing", pipe, 500*time.Millisecond, ticket, target, numbered), jenkinstest.Input{
				ID: "Approve", Message: "参数?", Parameters: []jenkinstest.Parameter{
					{Name: "REGION", Kind: jenkinstest.Choice, Choices: []string{"cn-north", "cn-east"}},
					{Name: "ORDER", Kind: jenkinstest.String, Default: "OPS-1"},
				},
			}),
			asks(job(strings.TrimPrefix(signedJob, "chaos/"), pipe, 500*time.Millisecond, full...), jenkinstest.Input{
				ID: "Sign", Message: "签字", Parameters: []jenkinstest.Parameter{{Name: signature, Kind: jenkinstest.String}},
			}),
			job(strings.TrimPrefix(slowJob, "chaos/"), free, 3*time.Second, full...),
		}},
		{"data", []jenkinstest.Job{
			job("data/sync", free, 400*time.Millisecond, ticket, target, rehearsal),
			job("data/stream", pipe, 600*time.Millisecond, ticket, target),
			job("data/copy", free, 300*time.Millisecond, target), // nothing tells two forms apart here
			job("data/flush", free, 300*time.Millisecond),
			job("data/warm", pipe, 500*time.Millisecond),
		}},
	}
}

// The jobs that the operator has to do with.
const (
	signedJob = "chaos/pay/vault" // no rule answers its input step
	slowJob   = "chaos/pay/risk"  // long enough to be stopped
	signature = "SIGNATURE"       // of signedJob's step
)

// inputRegion is what the bridge's rule answers in place of the step's default.
const inputRegion = "cn-east"

func parameter(name string) jenkinstest.Parameter {
	switch name {
	case target:
		return jenkinstest.Parameter{Name: name, Kind: jenkinstest.Choice, Choices: targets}
	case rehearsal:
		return jenkinstest.Parameter{Name: name, Kind: jenkinstest.Boolean}
	case notes:
		return jenkinstest.Parameter{Name: name, Kind: jenkinstest.Text, Default: "无"}
	default:
		return jenkinstest.Parameter{Name: name, Kind: jenkinstest.String}
	}
}

// declares tells whether a job has a parameter.
func declares(j jenkinstest.Job, name string) bool {
	return slices.ContainsFunc(j.Parameters, func(p jenkinstest.Parameter) bool { return p.Name == name })
}

func person(n int) string { return fmt.Sprintf("user-%02d", n) }
