package jenkins

import (
	"context"
	"io"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// depth is how many levels of folders a listing sees.
const depth = 6

const jobTree = "name,fullName,displayName,description,url,_class,buildable,color," +
	"property[parameterDefinitions[name,type,_class,description,choices,projectName,filter,defaultParameterValue[value]]]"

// listingTree names every field. Measured: without names, git parameters would run git ls-remote, and one parameter
// whose export fails would empty the whole list.
func listingTree() string {
	return strings.Repeat("jobs["+jobTree+",", depth-1) + "jobs[" + jobTree + strings.Repeat("]", depth)
}

// Jobs returns every job and container that the user may see, in one request. Containers stand before what they hold.
// The jobs share what they have in common: read it, do not change it.
func (c *Client) Jobs(ctx context.Context) ([]model.Job, error) {
	var jobs []model.Job
	_, err := c.do(ctx, reading(kindListing, "读取", "任务列表"), request{
		path: "/api/json", query: treeQuery(listingTree()), limit: listingLimit, timeout: listingPatience * c.timeout,
		decode: func(body io.Reader) (err error) {
			jobs, err = decodeJobs(body)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return jobs, nil
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
