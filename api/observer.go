package api

import (
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Accepted counts a form that became a release.
func (m *Metrics) Accepted(source string) { m.submissions.WithLabelValues(source, "accepted").Inc() }

// Duplicate counts a form that came again.
func (m *Metrics) Duplicate(source string) { m.submissions.WithLabelValues(source, "duplicate").Inc() }

// Refused counts a form that did not pass.
func (m *Metrics) Refused(source string) { m.submissions.WithLabelValues(source, "refused").Inc() }

// Pushed counts an event that DingTalk pushed, event being what it was for us; code is "" when it was taken.
func (m *Metrics) Pushed(via, typ string, event *model.ApprovalEvent, code model.Code) {
	kind := "other"
	switch {
	case event != nil:
		kind = event.Kind
	case typ == "":
		kind = "unreadable"
	case strings.HasPrefix(typ, "check_"): // DingTalk only tries the address
		kind = "check"
	}
	m.events.WithLabelValues(via, kind, labelOf(code)).Inc()
}

// Moved counts a deployment that came into a state.
func (m *Metrics) Moved(controller string, to model.DeploymentState) {
	m.deployments.WithLabelValues(controller, string(to)).Inc()
}

// Answered counts what an input step was told, by whether a rule or a person decided it.
func (m *Metrics) Answered(controller string, rule bool, outcome model.AnswerOutcome) {
	by := "person"
	if rule {
		by = "rule"
	}
	m.answers.WithLabelValues(controller, by, string(outcome)).Inc()
}

// Delivered counts a try to deliver a message.
func (m *Metrics) Delivered(channel model.Channel, code model.Code) {
	m.messages.WithLabelValues(string(channel), labelOf(code)).Inc()
}

// GaveUp counts a message that is dead.
func (m *Metrics) GaveUp(channel model.Channel, code model.Code) {
	m.givenUp.WithLabelValues(string(channel), labelOf(code)).Inc()
}

// Refreshed counts a listing and says how many apps are offered now.
func (m *Metrics) Refreshed(controller string, code model.Code, apps int) {
	m.refreshes.WithLabelValues(controller, labelOf(code)).Inc()
	m.apps.WithLabelValues(controller).Set(float64(apps))
}

// CacheLooked counts a look for something that may be kept.
func (m *Metrics) CacheLooked(kind, found string) { m.lookups.WithLabelValues(kind, found).Inc() }

// RedisFailed counts a call that Redis did not answer or refused.
func (m *Metrics) RedisFailed(kind string) { m.redis.WithLabelValues(kind).Inc() }

// Polled counts a look at what a controller runs.
func (m *Metrics) Polled(controller string, code model.Code) {
	m.polls.WithLabelValues(controller, labelOf(code)).Inc()
}

// HookPushed counts a push of Jenkins': taken, ignored or refused.
func (m *Metrics) HookPushed(outcome string) { m.hooks.WithLabelValues(outcome).Inc() }

// Reachable says whether a controller can be reached.
func (m *Metrics) Reachable(controller string, up bool) {
	value := 0.0
	if up {
		value = 1
	}
	m.reachable.WithLabelValues(controller).Set(value)
}

// Pruned counts the rows that a batch deleted.
func (m *Metrics) Pruned(p model.Pruned) {
	for table, rows := range map[string]int{
		"releases": p.Releases, "deployments": p.Deployments, "events": p.Events, "messages": p.Messages, "replicas": p.Replicas,
	} {
		m.pruned.WithLabelValues(table).Add(float64(rows))
	}
}

// Differing says how many live replicas were given another configuration than this one.
func (m *Metrics) Differing(replicas int) { m.differing.WithLabelValues().Set(float64(replicas)) }
