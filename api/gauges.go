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
	// Open counts the deployments that are not at their end by state, those that are held once more under "held", and the
	// pending messages under "messages".
	Open func(context.Context) (map[string]int64, error)
	// Dead counts the messages that were given up.
	Dead func(context.Context) (int64, error)
	// Listed says when each controller was listed last.
	Listed func() map[string]time.Time
	// Held says since when a listing of each controller is held back, one of which none is missing.
	Held func() map[string]time.Time
	// RedisUp tells whether Redis answers.
	RedisUp func() bool
	// Stream tells whether DingTalk's Stream is connected, when something was received last and how often it connected again.
	Stream func() (connected bool, lastFrame time.Time, reconnects int64)
	// Used and Quota are this month's calls of DingTalk by kind, and how many it may have; 0 is no quota.
	Used  func() map[string]int64
	Quota map[string]int64
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
	if from.Dead != nil {
		from.collectDead(out)
	}
	if from.RedisUp != nil {
		out <- gauge(describe("redis_up", "Whether Redis answered when it was asked last."), truth(from.RedisUp()))
	}
	if from.Stream != nil {
		from.collectStream(out)
	}
	if from.Used != nil {
		from.collectCalls(out)
	}
	if from.Listed != nil {
		age := describe("catalogue_age_seconds", "Time since the controller was listed.", "controller")
		var held map[string]time.Time
		if from.Held != nil {
			held = from.Held()
		}
		withheld := describe("catalogue_held", "Whether a listing is held back because it lost much at once.", "controller")
		for controller, at := range from.Listed() {
			out <- gauge(age, from.now().Sub(at).Seconds(), controller)
			out <- gauge(withheld, truth(!held[controller].IsZero()), controller)
		}
	}
}

func (g *gaugeSource) collectCalls(out chan<- prometheus.Metric) {
	used := describe("dingtalk_calls", "Calls of DingTalk this month that count against a quota, of all replicas.", "kind")
	for kind, calls := range g.Used() {
		out <- gauge(used, float64(calls), kind)
	}
	quota := describe("dingtalk_quota", "Calls of DingTalk that a month may have; 0: no quota.", "kind")
	for kind, calls := range g.Quota {
		out <- gauge(quota, float64(calls), kind)
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
	out <- gauge(describe("held_deployments", "Deployments that wait for a person because their job changed."), float64(open["held"]))
	out <- gauge(describe("pending_messages", "Messages that are not delivered yet."), float64(open["messages"]))
}

func (g *gaugeSource) collectStream(out chan<- prometheus.Metric) {
	connected, last, reconnects := g.Stream()
	out <- gauge(describe("dingtalk_stream_connected", "Whether there is a connection to DingTalk's Stream."), truth(connected))
	if !last.IsZero() {
		out <- gauge(describe("dingtalk_stream_last_frame_seconds", "When something was received over it last, as Unix time."),
			float64(last.UnixMilli())/1000)
	}
	out <- prometheus.MustNewConstMetric(describe("dingtalk_stream_reconnects_total", "Connections after the first one."),
		prometheus.CounterValue, float64(reconnects))
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func (g *gaugeSource) collectDead(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), g.timeout)
	defer cancel()
	if dead, err := g.Dead(ctx); err == nil {
		out <- gauge(describe("messages_dead", "Messages that were given up and not sent again."), float64(dead))
	}
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
