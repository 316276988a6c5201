package jenkins

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// buildTree is measured as the recovery scan of one job: it finds the build of a queue item, or of a parameter of
// ours, long after the item is gone.
const buildTree = "number,url,queueId,building,result,timestamp,duration,actions[causes[_class,userId]," + parametersTree + "]"

type buildJSON struct {
	Number    int64       `json:"number"`
	QueueID   int64       `json:"queueId"`
	Building  bool        `json:"building"`
	Result    string      `json:"result"`
	Timestamp int64       `json:"timestamp"`
	Duration  int64       `json:"duration"`
	Actions   actionsJSON `json:"actions"`
}

// Build returns one build. Errors: jenkins_not_found.
func (c *Client) Build(ctx context.Context, job string, number int64) (model.Build, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return model.Build{}, err
	}
	var build buildJSON
	op := reading(kindBuild, "读取", buildObject(job, number))
	if err := c.get(ctx, op, path+"/api/json", buildTree, &build); err != nil {
		return model.Build{}, err
	}
	return build.model(job), nil
}

// newestBuilds is how many builds Jenkins' "builds" has at most.
const newestBuilds = 100

// RecentBuilds returns a job's newest builds, newest first, at most limit. Jenkins' "builds" ends after 100
// (its lazy loading of old builds); "allBuilds" does not, and costs it more. Errors: jenkins_not_found.
func (c *Client) RecentBuilds(ctx context.Context, job string, limit int) ([]model.Build, error) {
	path, err := c.jobPath(job)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Builds []buildJSON `json:"builds"`
		All    []buildJSON `json:"allBuilds"`
	}
	field := "builds"
	if limit > newestBuilds {
		field = "allBuilds"
	}
	op := reading(kindBuilds, "读取最近的构建：", jobObject(job))
	tree := fmt.Sprintf("%s[%s]{0,%d}", field, buildTree, max(limit, 1))
	if err := c.get(ctx, op, path+"/api/json", tree, &answer); err != nil {
		return nil, err
	}
	listed := append(answer.Builds, answer.All...)
	builds := make([]model.Build, len(listed))
	for i := range listed {
		builds[i] = listed[i].model(job)
	}
	return builds, nil
}

// model translates. A pipeline may have a result while it still runs: it counts at the end only.
func (b *buildJSON) model(job string) model.Build {
	build := model.Build{
		Job: job, Number: b.Number, QueueID: b.QueueID, Building: b.Building, Result: b.Result,
		StartedAt: moment(b.Timestamp), Duration: time.Duration(b.Duration) * time.Millisecond,
		Parameters: b.Actions.parameters(), Users: b.Actions.users(),
	}
	if b.Building {
		build.Result = ""
	}
	return build
}
