package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/oabridge/oabridge/model"
)

// Metrics counts what happens, in a registry of its own. Its methods are safe for concurrent use.
type Metrics struct {
	registry    *prometheus.Registry
	gauges      *gauges
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	submissions *prometheus.CounterVec
	events      *prometheus.CounterVec
	deployments *prometheus.CounterVec
	answers     *prometheus.CounterVec
	messages    *prometheus.CounterVec
	givenUp     *prometheus.CounterVec
	apps        *prometheus.GaugeVec
	reachable   *prometheus.GaugeVec
	refreshes   *prometheus.CounterVec
	polls       *prometheus.CounterVec
	jenkins     *prometheus.CounterVec
	jenkinsTook *prometheus.HistogramVec
	hooks       *prometheus.CounterVec
	pruned      *prometheus.CounterVec
	differing   *prometheus.GaugeVec
	lookups     *prometheus.CounterVec
	redis       *prometheus.CounterVec
}

// NewMetrics makes Metrics with everything at zero.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), gauges: &gauges{}}
	m.requests = m.counter("http_requests_total", "HTTP requests answered.", "route", "method", "code")
	m.durations = m.histogram("http_request_duration_seconds", "How long HTTP requests took.", "route", "method")
	m.submissions = m.counter("submissions_total", "Approved forms received.", "source", "outcome")
	m.events = m.counter("events_total", "Events that DingTalk pushed.", "via", "kind", "code")
	m.deployments = m.counter("deployments_total", "Deployments that came into a state.", "controller", "state")
	m.answers = m.counter("input_answers_total", "Answers to input steps of pipelines, by who decided them and what became of them.", "controller", "by", "outcome")
	m.messages = m.counter("messages_total", "Tries to deliver a message; code ok when it arrived.", "channel", "code")
	m.givenUp = m.counter("messages_given_up_total", "Messages that were given up, or that DingTalk took and did not deliver.", "channel", "code")
	m.refreshes = m.counter("catalogue_refreshes_total", "Listings asked of Jenkins.", "controller", "code")
	m.polls = m.counter("polls_total", "Looks at what a controller runs.", "controller", "code")
	m.jenkins = m.counter("jenkins_requests_total", "Requests to Jenkins; status 0 when there was no answer.",
		"controller", "method", "kind", "status")
	m.jenkinsTook = m.histogram("jenkins_request_duration_seconds", "How long Jenkins took.", "controller", "kind")
	m.hooks = m.counter("jenkins_pushes_total", "Pushes of Jenkins' to /hooks/jenkins.", "outcome")
	m.lookups = m.counter("cache_lookups_total", "Looks for something that may be kept; where it was found.", "kind", "found")
	m.redis = m.counter("redis_errors_total", "Calls that Redis did not answer or refused.", "kind")
	m.apps = m.gauge("catalogue_apps", "Apps that forms are offered.", "controller")
	m.reachable = m.gauge("jenkins_up", "Whether the controller can be reached: 0 while the circuit breaker is open.", "controller")
	m.pruned = m.counter("pruned_rows_total", "Rows deleted because they were kept for long enough.", "table")
	m.differing = m.gauge("differing_replicas", "Live replicas that were given another configuration than this one.")
	m.registry.MustRegister(m.gauges, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

const namespace = "oabridge"

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, labels)
	m.registry.MustRegister(h)
	return h
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// watch says where the gauges read from at each scrape.
func (m *Metrics) watch(g Gauges, timeout time.Duration, now func() time.Time) {
	m.gauges.from.Store(&gaugeSource{Gauges: g, timeout: timeout, now: now})
}

// requestMeter counts requests of one kind.
type requestMeter struct {
	count    prometheus.Counter
	duration prometheus.Observer
}

// request is the meter of a kind of request, which costs more to find than to use.
func (m *Metrics) request(k kind) requestMeter {
	return requestMeter{
		m.requests.WithLabelValues(k.route, k.method, strconv.Itoa(k.status)),
		m.durations.WithLabelValues(k.route, k.method),
	}
}

// JenkinsRequest counts one request to a controller; status is 0 when there was no answer.
func (m *Metrics) JenkinsRequest(controller, method, kind string, status int, took time.Duration) {
	m.jenkins.WithLabelValues(controller, method, kind, strconv.Itoa(status)).Inc()
	m.jenkinsTook.WithLabelValues(controller, kind).Observe(took.Seconds())
}

// labelOf is a code as a label; no code is "ok".
func labelOf(code model.Code) string {
	if code == "" {
		return "ok"
	}
	return string(code)
}
