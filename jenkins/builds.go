package jenkins

import (
	"context"
	"fmt"
	"time"

	"github.com/oabridge/oabridge/model"
)

// The fields of a build. buildTree is measured as the recovery scan of one job: it finds the build of a queue item, or of a
// parameter of ours, long after the item is gone. detailTree adds what is asked about one build only: freestyle builds have
// one changeSet, pipelines several (both measured), test counts are an action of the JUnit plugin. Jenkins takes a field
// that is named twice once only, so each stands for itself.
const (
	buildFields  = "number,url,queueId,building,result,timestamp,duration,"
	actionFields = "causes[_class,userId]," + parametersTree
	changeItems  = "[items[commitId,msg,author[fullName]]{0,50}]"
	buildTree    = buildFields + "actions[" + actionFields + "]"
	detailTree   = buildFields + "estimatedDuration,changeSet" + changeItems + ",changeSets" + changeItems +
		",actions[causes[_class,userId,shortDescription]," + parametersTree + ",totalCount,failCount,skipCount]"
	numbersTree = "nextBuildNumber,lastBuild[number]"
)

// Jenkins exports _class whatever the tree (measured).
type buildJSON struct {
	Class     string      `json:"_class"`
	Number    int64       `json:"number"`
	QueueID   int64       `json:"queueId"`
	Building  bool        `json:"building"`
	Result    string      `json:"result"`
	Timestamp int64       `json:"timestamp"`
	Duration  int64       `json:"duration"`
	Estimated int64       `json:"estimatedDuration"`
	ChangeSet changeSet   `json:"changeSet"`
	Sets      []changeSet `json:"changeSets"`
	Actions   actionsJSON `json:"actions"`
}

type changeSet struct {
	Items []struct {
		ID      string `json:"commitId"`
		Message string `json:"msg"`
		Author  struct {
			Name string `json:"fullName"`
		} `json:"author"`
	} `json:"items"`
}

// Build returns one build. Errors: jenkins_not_found.
func (c *Client) Build(ctx context.Context, job string, number int64) (model.Build, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return model.Build{}, err
	}
	var build buildJSON
	op := reading(kindBuild, "读取", buildObject(job, number))
	if err := c.get(ctx, op, path+"/api/json", detailTree, &build); err != nil {
		return model.Build{}, err
	}
	return build.model(job), nil
}

// pipelineRun is the class of a pipeline's builds.
const pipelineRun = "org.jenkinsci.plugins.workflow.job.WorkflowRun"

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

// Numbers tells which build numbers a job has given out, so that a build that is gone is told from a job that is. Errors:
// jenkins_not_found.
func (c *Client) Numbers(ctx context.Context, job string) (model.BuildNumbers, error) {
	path, err := c.jobPath(job)
	if err != nil {
		return model.BuildNumbers{}, err
	}
	var answer struct {
		Next int64 `json:"nextBuildNumber"`
		Last struct {
			Number int64 `json:"number"`
		} `json:"lastBuild"`
	}
	err = c.get(ctx, reading(kindJob, "读取", jobObject(job)), path+"/api/json", numbersTree, &answer)
	return model.BuildNumbers{Last: answer.Last.Number, Next: answer.Next}, err
}

// model translates. A pipeline may have a result while it still runs: it counts at the end only.
func (b *buildJSON) model(job string) model.Build {
	build := model.Build{
		Job: job, Number: b.Number, QueueID: b.QueueID, Building: b.Building, Result: b.Result,
		StartedAt: moment(b.Timestamp), Duration: time.Duration(b.Duration) * time.Millisecond,
		Estimate:   time.Duration(max(b.Estimated, 0)) * time.Millisecond,
		Parameters: b.Actions.parameters(), Users: b.Actions.users(), Tests: b.Actions.tests(), Changes: b.changes(),
		Interrupts: b.Actions.interrupts(), Pipeline: b.Class == pipelineRun,
	}
	if b.Building {
		build.Result = ""
	}
	return build
}

func (b *buildJSON) changes() []model.Change {
	var changes []model.Change
	for _, set := range append(b.Sets, b.ChangeSet) {
		for _, item := range set.Items {
			if len(changes) < model.MaxChanges {
				changes = append(changes, model.Change{
					ID: oneLine(item.ID), Author: oneLine(item.Author.Name), Message: oneLine(item.Message),
				})
			}
		}
	}
	return changes
}
