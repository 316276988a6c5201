package jenkins

import (
	"context"

	"github.com/oabridge/oabridge/model"
)

const (
	executableTree = "[currentExecutable[_class,url,number,queueId,actions[_class]]]"
	computerTree   = "computer[offline,executors" + executableTree + ",oneOffExecutors" + executableTree + "]"
	inputActions   = "org.jenkinsci.plugins.workflow.support.steps.input."
	inputAction    = inputActions + "InputAction"
	// answeredAction is added once for each step that somebody answered with yes.
	answeredAction = inputActions + "ApproverAction"
)

// executorJSON is one executor. Measured: currentExecutable is null when it is idle and when the build's job may not
// be read.
type executorJSON struct {
	Current *struct {
		URL     string `json:"url"`
		Number  int64  `json:"number"`
		QueueID int64  `json:"queueId"`
		Actions []struct {
			Class string `json:"_class"`
		} `json:"actions"`
	} `json:"currentExecutable"`
}

type computersJSON struct {
	Computers []struct {
		Executors []executorJSON `json:"executors"`
		// OneOff runs pipelines, also those that wait for input (measured).
		OneOff []executorJSON `json:"oneOffExecutors"`
	} `json:"computer"`
}

// Overview returns everything queued and everything running, in two requests however many there are. The queue is
// read first: what starts between the two is then seen twice rather than not at all.
func (c *Client) Overview(ctx context.Context) ([]model.QueueItem, []model.RunningBuild, error) {
	queued, err := c.Queue(ctx)
	if err != nil {
		return nil, nil, err
	}
	var computers computersJSON
	if err := c.get(ctx, reading(kindComputer, "读取", "正在运行的构建"), "/computer/api/json", computerTree, &computers); err != nil {
		return nil, nil, err
	}
	return queued, c.running(&computers), nil
}

// Queue returns everything queued, in Jenkins' order.
func (c *Client) Queue(ctx context.Context) ([]model.QueueItem, error) {
	var queue struct {
		Items []queueJSON `json:"items"`
	}
	if err := c.get(ctx, reading(kindQueue, "读取", "构建队列"), "/queue/api/json", itemsTree, &queue); err != nil {
		return nil, err
	}
	return c.queueItems(queue.Items), nil
}

// queueItems leaves out what is no job: the steps of running pipelines and the parts of a matrix queue up as well.
func (c *Client) queueItems(list []queueJSON) []model.QueueItem {
	items := make([]model.QueueItem, 0, len(list))
	for i := range list {
		if item := c.queueItem(&list[i]); item.Job != "" {
			items = append(items, item)
		}
	}
	return items
}

// running lists every build once: a pipeline can stand on a one-off executor and, with a step, on a normal one.
func (c *Client) running(all *computersJSON) []model.RunningBuild {
	var builds []model.RunningBuild
	seen := map[buildKey]int{}
	for i := range all.Computers {
		for _, executors := range [][]executorJSON{all.Computers[i].Executors, all.Computers[i].OneOff} {
			for j := range executors {
				if build, ok := c.runningBuild(&executors[j]); ok {
					builds = merged(builds, seen, build)
				}
			}
		}
	}
	return builds
}

func (c *Client) runningBuild(e *executorJSON) (model.RunningBuild, bool) {
	if e.Current == nil {
		return model.RunningBuild{}, false
	}
	job, number, ok := c.buildOf(e.Current.URL)
	if !ok {
		return model.RunningBuild{}, false
	}
	build := model.RunningBuild{Job: job, Number: number, QueueID: e.Current.QueueID}
	for _, action := range e.Current.Actions {
		build.HasInput = build.HasInput || action.Class == inputAction
		if action.Class == answeredAction {
			build.Answers++
		}
	}
	return build, true
}

type buildKey struct {
	job    string
	number int64
}

func merged(builds []model.RunningBuild, seen map[buildKey]int, build model.RunningBuild) []model.RunningBuild {
	key := buildKey{build.Job, build.Number}
	at, known := seen[key]
	if !known {
		seen[key] = len(builds)
		return append(builds, build)
	}
	builds[at].QueueID = max(builds[at].QueueID, build.QueueID)
	builds[at].HasInput = builds[at].HasInput || build.HasInput
	builds[at].Answers = max(builds[at].Answers, build.Answers)
	return builds
}
