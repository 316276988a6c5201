package jenkins

import (
	"context"
	"net/http"
	"time"

	"github.com/oabridge/oabridge/model"
)

// Identity is who Jenkins takes us for.
type Identity struct {
	Name        string
	Anonymous   bool
	Authorities []string // groups; "authenticated" is every login's
}

// WhoAmI asks Jenkins who we are. Errors: jenkins_auth (wrong token or user: 401, measured), jenkins_forbidden
// (anonymous without Overall/Read).
func (c *Client) WhoAmI(ctx context.Context) (Identity, error) {
	var who struct {
		Name        string   `json:"name"`
		Anonymous   bool     `json:"anonymous"`
		Authorities []string `json:"authorities"`
	}
	err := c.get(ctx, reading(kindWhoAmI, "核对", "登录身份"), "/whoAmI/api/json", "", &who)
	return Identity(who), err
}

// Status is the controller's own state.
type Status struct {
	Version      string // X-Jenkins
	QuietingDown bool   // it prepares for shutdown: what is triggered now waits (measured)
	RootURL      string // Jenkins' configured address, which its links start with
	// Ahead is how far the controller's clock is ahead of ours, to the second, which is all its Date header gives.
	Ahead time.Duration
}

// Ping asks for the controller's version, clock and whether it prepares for shutdown. Errors: jenkins_auth,
// jenkins_forbidden (Overall/Read), jenkins_unavailable (also while it starts: 503, measured).
func (c *Client) Ping(ctx context.Context) (Status, error) {
	var root struct {
		QuietingDown bool   `json:"quietingDown"`
		URL          string `json:"url"`
	}
	x, err := c.do(ctx, reading(kindStatus, "读取", "系统状态"), request{
		path: "/api/json", query: treeQuery("quietingDown,url"), decode: decodeInto(&root),
	})
	if err != nil {
		return Status{}, err
	}
	return Status{
		Version: x.header.Get("X-Jenkins"), QuietingDown: root.QuietingDown, RootURL: root.URL, Ahead: c.Ahead(),
	}, nil
}

// Ahead is how far the controller's clock was ahead of ours when it last answered, to the second, which is all its Date
// header gives; 0 before the first answer.
func (c *Client) Ahead() time.Duration { return time.Duration(c.ahead.Load()) }

func (c *Client) compareClocks(x *exchange) {
	if date, err := http.ParseTime(x.header.Get("Date")); err == nil {
		c.ahead.Store(int64(date.Sub(c.now().Truncate(time.Second))))
	}
}

// Sight is what our user sees of a job or folder.
type Sight struct {
	Visible   bool // Job/Read; Jenkins answers 404 without it, as if the item did not exist (measured)
	Container bool
	Buildable bool // false: disabled, or a container
}

// JobVisible tells what our user sees of a job or folder. Whether it may also build cannot be asked without building:
// Jenkins exports no permissions, and says Job/Build is missing only in answer to a trigger.
func (c *Client) JobVisible(ctx context.Context, fullName string) (Sight, error) {
	path, err := c.jobPath(fullName)
	if err != nil {
		return Sight{}, err
	}
	var item struct {
		Buildable *bool `json:"buildable"` // measured: folders export none
	}
	err = c.get(ctx, reading(kindJob, "查看", jobObject(fullName)), path+"/api/json", "buildable", &item)
	if model.CodeOf(err) == model.CodeJenkinsNotFound {
		return Sight{}, nil
	}
	if err != nil {
		return Sight{}, err
	}
	if item.Buildable == nil {
		return Sight{Visible: true, Container: true}, nil
	}
	return Sight{Visible: true, Buildable: *item.Buildable}, nil
}
