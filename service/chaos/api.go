package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/oabridge/oabridge/model"
)

// release is what the bridge's JSON API tells of a release.
type release struct {
	Number      string             `json:"number"`
	State       model.ReleaseState `json:"state"`
	BusinessID  string             `json:"business_id"`
	Deployments []deployment       `json:"deployments"`
	Events      []event            `json:"events"`
	Messages    []message          `json:"messages"`
}

type deployment struct {
	ID      int64                 `json:"id"`
	Job     string                `json:"job"`
	State   model.DeploymentState `json:"state"`
	Build   int                   `json:"build"`
	QueueID int64                 `json:"queue_id"`
	Result  string                `json:"result"`
	Code    string                `json:"code"`
	Message string                `json:"message"`
}

type event struct {
	At         time.Time `json:"at"`
	Actor      string    `json:"actor"`
	Kind       string    `json:"kind"`
	Deployment int64     `json:"deployment_id"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Code       string    `json:"code"`
	Message    string    `json:"message"`
}

type message struct {
	Kind      string `json:"kind"`
	Channel   string `json:"channel"`
	Recipient string `json:"recipient"`
	Title     string `json:"title"`
	State     string `json:"state"`
	Attempts  int    `json:"attempts"`
	LastCode  string `json:"last_code"`
}

// bridgeAPI asks whichever replica is up, as an operator would.
type bridgeAPI struct{ cluster *cluster }

// ask makes one call and reads the answer into v. Every replica is tried, for a while: a settled cluster has to answer.
func (b bridgeAPI) ask(ctx context.Context, method, path, body string, v any) (int, error) {
	var status int
	var answer []byte
	var err error
	for i := range 5 * replicas {
		r := b.cluster.bridges[i%replicas]
		status, answer, err = call(ctx, method, r.address()+path, apiToken, body)
		if err == nil && status < http.StatusInternalServerError {
			break
		}
		if !pause(ctx, 200*time.Millisecond) {
			return status, ctx.Err()
		}
	}
	if err != nil {
		return 0, err
	}
	if status != http.StatusOK || v == nil {
		return status, nil
	}
	return status, json.Unmarshal(answer, v)
}

// list returns every release in a state, "" for all, without histories.
func (b bridgeAPI) list(ctx context.Context, state string) ([]*release, error) {
	var all []*release
	for before := ""; ; {
		var page struct {
			Releases   []*release `json:"releases"`
			NextBefore *string    `json:"next_before"`
		}
		path := "/api/releases?limit=200&state=" + state + "&before=" + before
		if status, err := b.ask(ctx, "GET", path, "", &page); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("GET %s: HTTP %d, %w", path, status, err)
		}
		all = append(all, page.Releases...)
		if page.NextBefore == nil {
			return all, nil
		}
		before = *page.NextBefore
	}
}

// releases returns every release with its history and messages.
func (b bridgeAPI) releases(ctx context.Context) ([]*release, error) {
	all, err := b.list(ctx, "")
	if err != nil {
		return nil, err
	}
	for i, r := range all {
		full := &release{}
		if status, err := b.ask(ctx, "GET", "/api/releases/"+r.Number, "", full); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("release %s: HTTP %d, %w", r.Number, status, err)
		}
		all[i] = full
	}
	return all, nil
}

// open is how much is left to do, from the metrics: deployments by state and messages.
func (b bridgeAPI) open(ctx context.Context) (deployments map[string]int, messages int, err error) {
	r := b.cluster.bridges[0]
	for _, other := range b.cluster.bridges {
		if other.isUp() {
			r = other
		}
	}
	status, text, err := call(ctx, "GET", r.address()+"/metrics", "", "")
	if err != nil || status != http.StatusOK {
		return nil, 0, fmt.Errorf("metrics: HTTP %d, %w", status, err)
	}
	deployments, messages = map[string]int{}, -1
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, _ := strconv.ParseFloat(value, 64)
		if state, ok := strings.CutPrefix(name, `oabridge_open_deployments{state="`); ok && n > 0 {
			deployments[strings.TrimSuffix(state, `"}`)] = int(n)
		}
		if name == "oabridge_pending_messages" {
			messages = int(n)
		}
	}
	if messages < 0 {
		return nil, 0, fmt.Errorf("%s does not tell of its messages: the database did not answer it", r.name)
	}
	return deployments, messages, nil
}
