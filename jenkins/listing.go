package jenkins

import (
	"context"
	"io"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// depth is how many levels of folders a listing sees, viewDepth how many levels of views within views.
const (
	depth     = 6
	viewDepth = 3
)

const jobTree = "name,fullName,displayName,description,url,_class,buildable,color," +
	"property[parameterDefinitions[name,type,_class,description,choices,projectName,filter,defaultParameterValue[value]]]"

// viewTree are the views of a folder. Every view exports the items that it shows as "jobs".
const viewTree = "views[name,_class,jobs[fullName]]"

// listingTree names every field. Measured: without names, git parameters would run git ls-remote, and one parameter
// whose export fails would empty the whole list.
func listingTree(views bool) string {
	level, top := "jobs["+jobTree, ""
	if views {
		level += "," + viewTree
		inner := strings.TrimSuffix(viewTree, "]")
		top = "," + strings.Repeat(inner+",", viewDepth-1) + inner + strings.Repeat("]", viewDepth)
	}
	return strings.Repeat(level+",", depth-1) + level + strings.Repeat("]", depth) + top
}

// List returns every job and container that the user may see, in one request, and the views when the Client was told to
// ask for them. Containers stand before what they hold. The jobs share what they have in common: read it, do not change
// it.
func (c *Client) List(ctx context.Context) (model.Listing, error) {
	listing := model.Listing{Controller: c.name}
	_, err := c.do(ctx, reading(kindListing, "读取", "任务列表"), request{
		path: "/api/json", query: treeQuery(listingTree(c.views)), limit: listingLimit, timeout: listingPatience * c.timeout,
		decode: func(body io.Reader) (err error) {
			listing.Jobs, listing.Views, err = decodeListing(body)
			return err
		},
	})
	if err != nil {
		return model.Listing{}, err
	}
	return listing, nil
}

// Job returns one job or container as it is now, without what a container holds. Errors: jenkins_not_found, also for a job
// that the user may not read.
func (c *Client) Job(ctx context.Context, fullName string) (model.Job, error) {
	path, err := c.jobPath(fullName)
	if err != nil {
		return model.Job{}, err
	}
	var job model.Job
	_, err = c.do(ctx, reading(kindJob, "读取", jobObject(fullName)), request{
		path: path + "/api/json", query: treeQuery(jobTree),
		decode: func(body io.Reader) (err error) {
			job, err = decodeJob(body)
			return err
		},
	})
	return job, err
}
