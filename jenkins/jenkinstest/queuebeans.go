package jenkinstest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func (s *Server) queueBean(c *call) *bean {
	items := []*bean{}
	for _, q := range s.inOrder() {
		if c.can(Read, q.item) {
			items = append(items, s.queueItemBean(c, q))
		}
	}
	return newBean("hudson.model.Queue").add(1, "discoverableItems", []*bean{}).addInline(1, "items", items)
}

var queueClasses = map[queueState]string{
	waiting: "hudson.model.Queue$WaitingItem", blocked: "hudson.model.Queue$BlockedItem",
	buildable: "hudson.model.Queue$BuildableItem", left: "hudson.model.Queue$LeftItem",
}

func (s *Server) queueItemBean(c *call, q *queueItem) *bean {
	b := newBean(queueClasses[q.state])
	b.add(1, "actions", func() any {
		actions := []*bean{causeAction(q.causes)}
		if len(q.values) > 0 {
			actions = append([]*bean{newBean("hudson.model.ParametersAction").add(2, "parameters", valueBeans(q.values))}, actions...)
		}
		return actions
	})
	b.add(1, "blocked", q.state == blocked).add(1, "buildable", q.state == buildable).add(1, "id", q.id)
	b.add(1, "inQueueSince", q.since.UnixMilli()).add(1, "params", func() any { return paramsText(q.values) })
	b.add(1, "stuck", q.state == buildable && q.unlabelled()).add(1, "task", func() any { return s.itemBean(c, q.item) })
	b.add(1, "url", fmt.Sprintf("queue/item/%d/", q.id)).add(1, "why", func() any { return s.why(q, c.now) })
	switch q.state {
	case waiting:
		b.add(1, "timestamp", q.due.UnixMilli())
	case blocked:
		b.add(1, "buildableStartMilliseconds", q.buildableSince.UnixMilli())
	case buildable:
		b.add(1, "buildableStartMilliseconds", q.buildableSince.UnixMilli()).add(1, "pending", false)
	case left:
		b.add(1, "cancelled", q.build == nil).add(1, "executable", func() any {
			if q.build == nil || q.build.started.After(c.now) {
				return nil
			}
			return s.buildBean(c, q.build)
		})
	}
	return b
}

func (q *queueItem) unlabelled() bool {
	return !q.item.pipeline() && q.item.job.Label != "" && q.item.job.Label != builtIn
}

func (s *Server) why(q *queueItem, now time.Time) any {
	switch q.state {
	case waiting:
		if rest := q.due.Sub(now); rest > 0 {
			return "In the quiet period. Expires in " + timeSpan(rest)
		}
		return "Finished waiting"
	case blocked:
		return s.blockage(q, now)
	case buildable:
		if q.unlabelled() {
			return "‘Jenkins’ doesn’t have label ‘" + q.item.job.Label + "’"
		}
		return "Waiting for next available executor"
	default:
		return nil
	}
}

// routeQueue answers /queue/item/N/api/json, /queue/item/N/cancelQueue and /queue/cancelItem.
func (s *Server) routeQueue(c *call) *answer {
	rest := c.segs[1:]
	if len(rest) == 1 && rest[0] == "cancelItem" {
		return s.cancelItem(c)
	}
	if len(rest) < 2 || rest[0] != "item" {
		return s.notFound()
	}
	id, err := strconv.ParseInt(rest[1], 10, 64)
	if err != nil {
		return s.oops()
	}
	q := s.byID[id]
	if q == nil || !c.can(Read, q.item) {
		return s.notFound()
	}
	switch {
	case isAPI(rest[2:]):
		return s.json(c, s.queueItemBean(c, q))
	case len(rest) == 3 && rest[2] == "cancelQueue" && c.r.Method != http.MethodPost:
		return postRequired("hudson.model.Queue$Item.doCancelQueue")
	case len(rest) == 3 && rest[2] == "cancelQueue":
		if c.can(Cancel, q.item) {
			s.cancel(q, c.now)
		}
		return newAnswer(http.StatusNoContent, "", nil)
	}
	return s.notFound() // the item has no page of its own
}

// cancelItem says 204 only when it took the item out of the queue.
func (s *Server) cancelItem(c *call) *answer {
	if c.r.Method != http.MethodPost {
		return postRequired("hudson.model.Queue.doCancelItem")
	}
	id, _ := strconv.ParseInt(c.form.Get("id"), 10, 64) // a missing id is 0, which nobody has
	q := s.byID[id]
	const at = "org.kohsuke.stapler.HttpResponses.error(HttpResponses.java:92)"
	switch {
	case q == nil:
		return trace(http.StatusNotFound, fmt.Sprintf("java.lang.Exception: Provided id (%d) not found", id), at)
	case !c.can(Cancel, q.item):
		return trace(http.StatusUnprocessableEntity, fmt.Sprintf("java.lang.Exception: Item for id (%d) is not cancellable", id), at)
	case !s.cancel(q, c.now):
		return trace(http.StatusInternalServerError, fmt.Sprintf("java.lang.Exception: Could not cancel run for id %d", id), at)
	}
	return newAnswer(http.StatusNoContent, "", nil)
}

func (s *Server) cancel(q *queueItem, now time.Time) bool {
	if q.state == left {
		return false
	}
	s.leave(q, now)
	s.maintain(now)
	return true
}
