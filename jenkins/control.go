package jenkins

import (
	"context"
	"net/url"
	"strconv"
)

// Describe sets a build's description. Errors: jenkins_not_found, jenkins_forbidden (Run/Update) and those of every
// POST.
func (c *Client) Describe(ctx context.Context, job string, number int64, text string) error {
	path, err := c.buildPath(job, number)
	if err != nil {
		return err
	}
	op := changing(kindDescribe, "填写描述：", buildObject(job, number))
	return c.post(ctx, op, path+"/submitDescription", url.Values{"description": {text}})
}

// Stop asks a running build to stop. Measured: a build that has ended answers the same. Errors: jenkins_not_found,
// jenkins_forbidden (Job/Cancel) and those of every POST.
func (c *Client) Stop(ctx context.Context, job string, number int64) error {
	return c.end(ctx, changing(kindStop, "停止", buildObject(job, number)), job, number, "/stop")
}

// Term ends a pipeline that goes on after Stop: its steps are given up, its end (finally, post) is run. Measured: 302. Errors:
// jenkins_not_found (also of a build that is no pipeline), jenkins_forbidden (Job/Cancel) and those of every POST.
func (c *Client) Term(ctx context.Context, job string, number int64) error {
	return c.end(ctx, changing(kindTerm, "强制终止", buildObject(job, number)), job, number, "/term")
}

// Kill ends a pipeline that goes on after Term, at once and whatever it is doing. Errors: as Term.
func (c *Client) Kill(ctx context.Context, job string, number int64) error {
	return c.end(ctx, changing(kindKill, "强行结束", buildObject(job, number)), job, number, "/kill")
}

func (c *Client) end(ctx context.Context, op operation, job string, number int64, how string) error {
	path, err := c.buildPath(job, number)
	if err != nil {
		return err
	}
	return c.post(ctx, op, path+how, nil)
}

// CancelQueued takes an item out of the queue. Errors: conflict (it left the queue already: look again),
// jenkins_not_found, jenkins_forbidden and those of every POST.
func (c *Client) CancelQueued(ctx context.Context, queueID int64) error {
	_, err := c.do(ctx, cancelling(queueID), request{
		path: "/queue/cancelItem", query: map[string]string{"id": strconv.FormatInt(queueID, 10)},
	})
	return err
}
