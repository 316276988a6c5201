package api

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oabridge/oabridge/model"
)

// Gauges are read when somebody scrapes. Any may be nil.
type Gauges struct {
	// Open counts the deployments that are not at their end by state, and the pending messages under "messages".
	Open func(context.Context) (map[string]int64, error)
	// Listed says when each controller was listed last.
	Listed func() map[string]time.Time
	// RedisUp tells whether Redis answers.
	RedisUp func() bool
}

type gaugeSource struct {
	Gauges
	timeout time.Duration
	now     func() time.Time
}

// gauges collects what is counted at each scrape.
type gauges struct{ from atomic.Pointer[gaugeSource] }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// Describe sends nothing: the collector is unchecked, since what it has depends on what is watched.
func (g *gauges) Describe(chan<- *prometheus.Desc) {}

// Collect reads the gauges.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	from := g.from.Load()
	if from == nil {
		return
	}
	if from.Open != nil {
		from.collectOpen(out)
	}
	if from.RedisUp != nil {
		up := 0.0
		if from.RedisUp() {
			up = 1
		}
		out <- gauge(describe("redis_up", "Whether Redis answered when it was asked last."), up)
	}
	if from.Listed != nil {
		age := describe("catalogue_age_seconds", "Time since the controller was listed.", "controller")
		for controller, at := range from.Listed() {
			out <- gauge(age, from.now().Sub(at).Seconds(), controller)
		}
	}
}

func (g *gaugeSource) collectOpen(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	open, err := g.Open(ctx)
	up := describe("database_up", "Whether the database answered the scrape.")
	if err != nil {
		out <- gauge(up, 0)
		return
	}
	out <- gauge(up, 1)
	deployments := describe("open_deployments", "Deployments that are not at their end.", "state")
	for _, state := range model.DeploymentStates() {
		if !state.Terminal() {
			out <- gauge(deployments, float64(open[string(state)]), string(state))
		}
	}
	out <- gauge(describe("pending_messages", "Messages that are not delivered yet."), float64(open["messages"]))
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
